"""A year of series that do not simply raid every week: whatever they skip and wherever they rest, they go on."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain.event import SheetKind
from bot.domain.ids import SeriesId
from bot.services.series import SeriesWish
from tests.factories import START, days, member, officer, wednesday
from tests.services.world import World

MINUTE = timedelta(minutes=1)
WEEK = days(7)
A_YEAR = START + 52 * WEEK
BERLIN = ZoneInfo("Europe/Berlin")
DUE = """
    SELECT min(due) FROM (
        SELECT book_at AS due FROM patt.recurring_events WHERE is_active
        UNION ALL
        SELECT start_time_utc + interval '10 minutes' FROM patt.raid_events event
        JOIN patt.recurring_events series ON series.id = event.recurring_event_id
        WHERE event.successor_id IS NULL AND event.status <> 'CANCELLED' AND series.is_active AND series.book_at IS NULL
    ) moments WHERE due > $1
"""


async def heroic(guild: World, **typed: Any) -> SeriesId:
    wish = SeriesWish(**({"title": "Heroic", "weekday": "Wednesday", "time": "20:00"} | typed))
    started = await guild.first.desk.add(member(5, manages_server=True), wish)
    await guild.run()
    return started.series.id


async def booking_times(guild: World) -> AsyncIterator[datetime]:
    """A year of moments at which something is due, a poll of the auto-booker later."""
    while (due := await guild.pool.fetchval(DUE, guild.clock.now() - 6 * MINUTE)) and due < A_YEAR:
        yield max(due, guild.clock.now()) + 5 * MINUTE


async def booked_days(guild: World) -> list[date]:
    rows = await guild.pool.fetch(
        "SELECT occurrence_date FROM patt.raid_events WHERE status <> 'CANCELLED' ORDER BY start_time_utc"
    )
    return [row[0] for row in rows]


@pytest.mark.parametrize("kind", list(SheetKind))
async def test_a_post_time_is_kept_week_after_week(guild: World, kind: SheetKind) -> None:
    await guild.connect_raid_helper()
    await heroic(guild, post="Sunday 18:00", sheet=kind)
    posted = []
    async for moment in booking_times(guild):
        assert await guild.look(moment - 6 * MINUTE) == 0
        assert await guild.look(moment) == 1
        posted.append(moment.astimezone(BERLIN) - 5 * MINUTE)
    assert {(one.weekday(), one.time()) for one in posted} == {(6, time(18))}
    assert await booked_days(guild) == [wednesday(week) for week in range(53)]
    assert len(guild.discord.said) == guild.sheets_standing(kind) - 1 == 52


async def test_every_three_days_is_kept_for_a_year(guild: World) -> None:
    await heroic(guild, every="every 3 days")
    async for moment in booking_times(guild):
        assert await guild.look(moment) == 1
    starts = [row[0] for row in await guild.pool.fetch("SELECT start_time_utc FROM patt.raid_events ORDER BY 1")]
    assert await booked_days(guild) == [wednesday(0) + days(3 * number) for number in range(len(starts))]
    assert len(starts) == 364 // 3 + 2
    assert {start.astimezone(BERLIN).time() for start in starts} == {time(20)}


async def test_every_three_days_with_a_weekly_post_time_posts_the_days_of_a_week_together(guild: World) -> None:
    await heroic(guild, every="every 3 days", post="Monday 18:00")
    async for moment in booking_times(guild):
        if moment > START + 4 * WEEK:
            break
        assert await guild.look(moment) == 1
        # the sheet of the night before the first Monday is due at once
        assert moment.astimezone(BERLIN).weekday() == (0 if moment > START + days(3) else 2)
    found = await booked_days(guild)
    assert found == [wednesday(0) + days(3 * number) for number in range(len(found))]
    assert len(found) >= 9


@pytest.mark.parametrize("post", [None, "Sunday 18:00"])
async def test_a_year_of_skips_breaks_pauses_and_moves(guild: World, post: str | None) -> None:
    series_id = await heroic(guild, post=post)
    rests = guild.first.rests
    await guild.first.breaks.add(officer(), wednesday(4).isoformat(), wednesday(5).isoformat(), "Christmas")
    await rests.skip(officer(), "Heroic", wednesday(10).isoformat(), None)
    await rests.move(officer(), "Heroic", wednesday(15).isoformat(), "2027-03-11 20:00")
    todo = {
        20: lambda: rests.skip(officer(), "Heroic", None, None, cancel=True),  # the next one, booked already or not
        30: lambda: rests.pause(officer(), str(series_id), wednesday(36).isoformat()),
    }
    async for moment in booking_times(guild):
        for week in [week for week in todo if moment > START + week * WEEK + days(5)]:
            await todo.pop(week)()
        await guild.look(moment)
    raided = [(day - wednesday(0)).days // 7 for day in await booked_days(guild)]
    left_out = [week for week in range(52) if week not in raided]
    # 31 was booked before the pause and stands; what was skipped in the 21st week was the next night
    assert left_out == [4, 5, 10, 21, 32, 33, 34, 35]
    moved = "SELECT start_time_utc FROM patt.raid_events WHERE occurrence_date = $1"
    assert await guild.pool.fetchval(moved, wednesday(15)) == START + 15 * WEEK + days(1)


async def test_two_workers_post_a_sheet_at_its_time_once(guild: World) -> None:
    await heroic(guild, post="Sunday 18:00")
    guild.clock.set(datetime.combine(wednesday(0) + days(4), time(18, 1), BERLIN))
    async with guild.worker() as second:
        booked = await asyncio.gather(guild.first.booker.run_once(), second.booker.run_once())
        assert sorted(booked) == [0, 1]
    await guild.run()
    assert await booked_days(guild) == [wednesday(0), wednesday(1)]
    assert len(guild.discord.sheets) == 2


@pytest.mark.parametrize(("late", "booked"), [(timedelta(hours=5, minutes=55), 1), (timedelta(hours=6, minutes=5), 0)])
async def test_a_post_time_is_caught_up_for_six_hours_and_the_week_after_is_kept(
    guild: World, late: timedelta, booked: int
) -> None:
    await heroic(guild, post="Sunday 18:00")
    sunday = datetime.combine(wednesday(0) + days(4), time(18), BERLIN)
    assert await guild.look(sunday + late) == booked
    await guild.look(sunday + late + 10 * MINUTE)
    assert await guild.look(sunday + WEEK + 5 * MINUTE) == 1
    assert (await booked_days(guild))[-1] == wednesday(2)
