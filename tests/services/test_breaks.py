"""Days on which a whole server does not raid."""

from datetime import date, timedelta

import pytest

from bot.domain.event import EventStatus
from bot.domain.ids import SeriesId
from bot.domain.permissions import NotAnOfficer
from bot.domain.series import Break
from bot.services.breaks import (
    BadLabel,
    BreakMade,
    BreakReversed,
    BreakTooLong,
    NothingToCancel,
    UnknownBreak,
)
from bot.services.series import SeriesWish
from bot.services.series_wishes import DayIsPast, UnreadableDay
from tests.factories import OTHER_GUILD, START, days, member, officer, wednesday
from tests.services.world import World

MINUTE = timedelta(minutes=1)
WEEK = days(7)


async def heroic(guild: World, title: str = "Heroic") -> SeriesId:
    """A weekly series with this week's raid, its sheet posted."""
    started = await guild.first.desk.add(officer(), SeriesWish(title=title, weekday="Wednesday", time="20:00"))
    await guild.run()
    return started.series.id


async def close(guild: World, first: int, last: int) -> BreakMade:
    """A break from the Wednesday of one week to that of another."""
    return await guild.first.breaks.add(officer(), wednesday(first).isoformat(), wednesday(last).isoformat(), "Easter")


async def booked_days(guild: World) -> list[date]:
    rows = await guild.pool.fetch(
        "SELECT occurrence_date FROM patt.raid_events WHERE status <> 'CANCELLED' ORDER BY start_time_utc, id"
    )
    return [row[0] for row in rows]


async def test_every_series_of_the_server_passes_over_a_break(guild: World) -> None:
    for title in ("Heroic", "Alts"):
        await heroic(guild, title)
    made = await close(guild, 1, 3)
    assert (made.found.first, made.found.last, made.found.label) == (wednesday(1), wednesday(3), "Easter")
    assert made.booked == []
    assert await guild.look(START + 12 * MINUTE) == 2
    assert await booked_days(guild) == [wednesday(0)] * 2 + [wednesday(4)] * 2
    assert await guild.look(START + 4 * WEEK + 12 * MINUTE) == 2


async def test_what_is_booked_in_a_break_stands_until_it_is_cancelled(guild: World) -> None:
    await heroic(guild)
    await guild.look(START + 12 * MINUTE)
    made = await close(guild, 1, 2)
    assert [one.occurrence for one in made.booked] == [wednesday(1)]
    assert await booked_days(guild) == [wednesday(0), wednesday(1)]
    cancelled = await guild.first.breaks.cancel_booked(officer(), made.found.id)
    assert [one.occurrence for one in cancelled] == [wednesday(1)]
    row = await guild.event(cancelled[0].id)
    assert (row["status"], row["cancel_reason"]) == (EventStatus.CANCELLED, "Easter")
    with pytest.raises(NothingToCancel):
        await guild.first.breaks.cancel_booked(officer(), made.found.id)
    # the ended break leads to a booking again, ten minutes into the night before
    assert await guild.look(START + 2 * WEEK) == 0
    assert await guild.look(START + 2 * WEEK + 12 * MINUTE) == 1
    assert await guild.look(START + 3 * WEEK + 12 * MINUTE) == 1
    assert await booked_days(guild) == [wednesday(week) for week in (0, 3, 4)]


async def test_a_break_that_is_taken_back_is_raided_on(guild: World) -> None:
    await heroic(guild)
    made = await close(guild, 1, 2)
    assert await guild.first.breaks.all(officer()) == [made.found]
    await guild.first.breaks.remove(officer(), made.found.id)
    assert await guild.first.breaks.all(officer()) == []
    assert await guild.look(START + 12 * MINUTE) == 1
    assert await booked_days(guild) == [wednesday(0), wednesday(1)]
    notes = await guild.pool.fetch(
        "SELECT action, details FROM patt.audit WHERE action LIKE 'series.break%' ORDER BY id"
    )
    assert [note["action"] for note in notes] == ["series.break", "series.break.end"]
    assert notes[0]["details"] == {
        "first": wednesday(1).isoformat(),
        "last": wednesday(2).isoformat(),
        "label": "Easter",
    }


async def test_a_break_taken_back_after_the_next_raid_was_booked_fills_the_weeks_in(guild: World) -> None:
    await heroic(guild)
    made = await close(guild, 1, 2)
    await guild.look(START + 12 * MINUTE)
    await guild.first.breaks.remove(officer(), made.found.id)
    assert await guild.look(START + 17 * MINUTE) == 1
    assert await guild.look(START + WEEK + 12 * MINUTE) == 1
    assert await guild.look(START + 2 * WEEK + 12 * MINUTE) == 0
    assert await guild.look(START + 3 * WEEK + 12 * MINUTE) == 1
    assert await booked_days(guild) == [wednesday(week) for week in range(5)]


async def test_one_day_is_a_break_too(guild: World) -> None:
    await heroic(guild)
    made = await guild.first.breaks.add(officer(), "2026-12-02", None, None)
    assert made.found == Break(made.found.id, wednesday(1), wednesday(1), "")
    await guild.look(START + 12 * MINUTE)
    assert await booked_days(guild) == [wednesday(0), wednesday(2)]


@pytest.mark.parametrize(
    ("first", "last", "label", "error"),
    [
        ("2026-12-24", "2026-12-23", None, BreakReversed),
        ("2026-12-24", "2028-01-27", None, BreakTooLong),  # 400 days
        ("2026-11-24", None, None, DayIsPast),
        ("2026-12-24", "2026-11-01", None, DayIsPast),
        ("soonish", None, None, UnreadableDay),
        ("2026-12-24", None, "x" * 101, BadLabel),
    ],
)
async def test_what_is_no_break_is_refused(
    guild: World, first: str, last: str | None, label: str | None, error: type[Exception]
) -> None:
    before = await guild.counts()
    with pytest.raises(error):
        await guild.first.breaks.add(officer(), first, last, label)
    assert await guild.counts() == before


async def test_a_break_of_a_year_is_taken(guild: World) -> None:
    made = await guild.first.breaks.add(officer(), "2026-12-24", "2027-12-24", None)
    assert made.found.last == date(2027, 12, 24)


async def test_members_may_not_and_another_servers_break_is_not_found(guild: World) -> None:
    made = await close(guild, 1, 2)
    breaks, stranger = guild.first.breaks, officer(guild_id=OTHER_GUILD)
    for refused in (
        breaks.all(member()),
        breaks.add(member(), "2026-12-24", None, None),
        breaks.remove(member(), made.found.id),
        breaks.cancel_booked(member(), made.found.id),
    ):
        with pytest.raises(NotAnOfficer):
            await refused
    for missing in (breaks.remove(stranger, made.found.id), breaks.cancel_booked(stranger, made.found.id)):
        with pytest.raises(UnknownBreak):
            await missing
    assert await breaks.all(stranger) == []
    assert await breaks.all(officer()) == [made.found]
