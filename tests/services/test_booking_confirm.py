"""Series whose officers are asked before each booking."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.booking import AnsweredAlready, NightHasCome, Note, NothingAsked
from bot.domain.event import SheetKind
from bot.domain.ids import SeriesId
from bot.domain.permissions import NotAnOfficer
from bot.domain.series import NothingToBook, UnknownSeries
from bot.services.series import SeriesWish
from tests.factories import (
    OFFICERS,
    OTHER_GUILD,
    RAIDS,
    START,
    days,
    member,
    new_series,
    officer,
    wednesday,
)
from tests.services.world import World

MINUTE = timedelta(minutes=1)
BOOKING_TIME = START + 12 * MINUTE
WEEK = days(7)
SUNDAY = START + timedelta(days=3, hours=22)
"""The Sunday after the raid, 18:00 in Berlin."""


@pytest.fixture
async def guild(world: World) -> World:
    """A server whose one weekly series asks first, with this week's raid."""
    await world.set_up(raid_channel_id=RAIDS, officer_channel_id=OFFICERS, timezone="Europe/Berlin")
    await world.weekly(confirm=True)
    return world


def asked(world: World) -> list[tuple[int, object]]:
    return [(where, question.day) for where, question in world.discord.questions]


async def only_series(world: World) -> SeriesId:
    return SeriesId(await world.pool.fetchval("SELECT max(id) FROM patt.recurring_events"))


async def test_it_asks_once_and_books_nothing_by_itself(guild: World) -> None:
    for minutes in (10, 15, 20, 300, 400, 60 * 24):
        assert await guild.look(START + minutes * MINUTE) == 0
    assert asked(guild) == [(OFFICERS, wednesday(1))]
    assert (await guild.successors(), guild.discord.news) == ([], [])


async def test_two_workers_ask_once(guild: World) -> None:
    guild.clock.set(BOOKING_TIME)
    async with guild.worker() as second:
        await asyncio.gather(*(one.booker.run_once() for one in (guild.first, second) for _ in range(3)))
        await asyncio.gather(*(one.queue.run_due() for one in (guild.first, second)))
    assert asked(guild) == [(OFFICERS, wednesday(1))]


@pytest.mark.parametrize("kind", list(SheetKind))
async def test_confirmed_it_is_booked_and_announced_and_the_next_one_asked_for_in_its_turn(
    guild: World, kind: SheetKind
) -> None:
    if kind is SheetKind.RAID_HELPER:
        await guild.connect_raid_helper()
        await guild.pool.execute("UPDATE patt.recurring_events SET sheet = 'raid-helper'")
    await guild.look(BOOKING_TIME)
    booked = await guild.first.bookings.confirm(officer(), await only_series(guild), wednesday(1))
    await guild.run()
    assert (booked.occurrence, guild.sheets_standing(kind), len(guild.discord.said)) == (wednesday(1), 1, 1)
    for moment in (BOOKING_TIME + 5 * MINUTE, BOOKING_TIME + days(3), START + WEEK + 5 * MINUTE):
        assert await guild.look(moment) == 0
    assert asked(guild) == [(OFFICERS, wednesday(1))]
    await guild.look(BOOKING_TIME + WEEK)
    assert asked(guild) == [(OFFICERS, wednesday(1)), (OFFICERS, wednesday(2))]
    assert guild.discord.news == []


async def test_declined_that_night_is_left_out_and_the_next_one_asked_for_in_its_turn(guild: World) -> None:
    await guild.look(BOOKING_TIME)
    series_id = await only_series(guild)
    await guild.first.bookings.decline(officer(), series_id, wednesday(1))
    skip = await guild.pool.fetchrow("SELECT * FROM patt.series_skips")
    assert (skip["day"], skip["by_discord_id"]) == (wednesday(1), officer().user_id)
    for moment in (BOOKING_TIME + 5 * MINUTE, BOOKING_TIME + days(1), START + WEEK + 5 * MINUTE):
        assert await guild.look(moment) == 0
    assert asked(guild) == [(OFFICERS, wednesday(1))]
    await guild.look(BOOKING_TIME + WEEK)
    assert asked(guild) == [(OFFICERS, wednesday(1)), (OFFICERS, wednesday(2))]
    assert guild.discord.news == []
    booked = await guild.first.bookings.confirm(officer(), series_id, wednesday(2))
    assert booked.occurrence == wednesday(2)


async def test_unanswered_nothing_is_booked_and_the_officers_hear_so_once(guild: World) -> None:
    await guild.look(BOOKING_TIME)
    await guild.look(START + WEEK)
    assert [(where, news.what, news.night) for where, news in guild.discord.news] == [
        (OFFICERS, Note.UNANSWERED, START + WEEK)
    ]
    for minutes in (5, 12, 17, 400):
        await guild.look(START + WEEK + minutes * MINUTE)
    assert len(guild.discord.news) == 1
    assert asked(guild) == [(OFFICERS, wednesday(1)), (OFFICERS, wednesday(2))]
    assert await guild.successors() == []


async def test_a_year_of_answers_and_silences_books_the_answered_nights_only(guild: World) -> None:
    series_id, confirmed = await only_series(guild), []
    for week in range(1, 53):
        await guild.look(BOOKING_TIME + (week - 1) * WEEK)
        day = wednesday(week)
        assert asked(guild)[-1] == (OFFICERS, day), f"week {week}"
        if week % 3 == 0:
            await guild.first.bookings.confirm(officer(), series_id, day)
            confirmed.append(day)
        elif week % 3 == 1:
            await guild.first.bookings.decline(officer(), series_id, day)
        await guild.run()
    await guild.look(BOOKING_TIME + 52 * WEEK)
    assert [row["occurrence_date"] for row in await guild.successors()] == confirmed
    assert len(asked(guild)) == 53
    assert len(guild.discord.news) == 52 - 17 - 18


async def test_it_is_answered_once(guild: World) -> None:
    await guild.look(BOOKING_TIME)
    series_id, desk = await only_series(guild), guild.first.bookings
    await desk.confirm(officer(), series_id, wednesday(1))
    with pytest.raises(AnsweredAlready, match="booked that night"):
        await desk.decline(officer(), series_id, wednesday(1))
    with pytest.raises(AnsweredAlready):
        await desk.confirm(officer(), series_id, wednesday(1))
    assert len(await guild.successors()) == 1


async def test_two_officers_pressing_at_once_book_one(guild: World) -> None:
    await guild.look(BOOKING_TIME)
    series_id = await only_series(guild)
    presses = [guild.first.bookings.confirm(officer(), series_id, wednesday(1)) for _ in range(4)]
    outcomes = await asyncio.gather(*presses, return_exceptions=True)
    assert sum(not isinstance(one, Exception) for one in outcomes) == 1
    assert len(await guild.successors()) == 1


async def test_after_the_night_has_come_it_is_too_late(guild: World) -> None:
    await guild.look(BOOKING_TIME)
    guild.clock.set(START + WEEK)
    with pytest.raises(NightHasCome):
        await guild.first.bookings.confirm(officer(), await only_series(guild), wednesday(1))
    with pytest.raises(NightHasCome):
        await guild.first.bookings.decline(officer(), await only_series(guild), wednesday(1))
    assert await guild.successors() == []


async def test_a_night_booked_by_command_answers_the_question(guild: World) -> None:
    await guild.look(BOOKING_TIME)
    series_id = await only_series(guild)
    await guild.first.booker.book_series(officer(), series_id)
    with pytest.raises((AnsweredAlready, NothingToBook)):
        await guild.first.bookings.confirm(officer(), series_id, wednesday(1))
    await guild.look(START + WEEK)
    assert (len(await guild.successors()), guild.discord.news) == (1, [])


async def test_a_night_skipped_by_command_is_not_called_unanswered(guild: World) -> None:
    await guild.look(BOOKING_TIME)
    series_id = await only_series(guild)
    await guild.insert("patt.series_skips", recurring_event_id=series_id, day=wednesday(1))
    await guild.look(START + WEEK)
    assert guild.discord.news == []


async def test_who_may_answer(guild: World) -> None:
    await guild.look(BOOKING_TIME)
    series_id, desk, before = await only_series(guild), guild.first.bookings, await guild.counts()
    for answer in (desk.confirm, desk.decline):
        with pytest.raises(NotAnOfficer):
            await answer(member(), series_id, wednesday(1))
        with pytest.raises(UnknownSeries):
            await answer(officer(guild_id=OTHER_GUILD), series_id, wednesday(1))
        with pytest.raises(NothingAsked):
            await answer(officer(), series_id, wednesday(2))
    assert await guild.counts() == before


async def test_a_series_that_changed_since_is_not_booked_by_the_old_question(guild: World) -> None:
    await guild.look(BOOKING_TIME)
    await guild.pool.execute("UPDATE patt.recurring_events SET day_of_week = 4")
    with pytest.raises(NothingAsked, match="changed"):
        await guild.first.bookings.confirm(officer(), await only_series(guild), wednesday(1))
    assert await guild.successors() == []


async def test_while_raid_helper_is_not_connected_nobody_is_asked(world: World) -> None:
    await world.set_up(raid_channel_id=RAIDS, officer_channel_id=OFFICERS)
    await world.raid(await world.series(new_series(sheet=SheetKind.RAID_HELPER), confirm=True))
    await world.look(BOOKING_TIME)
    assert world.discord.questions == []
    await world.connect_raid_helper()
    await world.look(BOOKING_TIME + 5 * MINUTE)
    assert asked(world) == [(OFFICERS, wednesday(1))]


# ---------------------------------------------------------------- with a post time


@pytest.fixture
async def sundays(world: World) -> World:
    """The same server; the series asks when its sheets would be posted, on Sundays at 18:00."""
    await world.set_up(raid_channel_id=RAIDS, officer_channel_id=OFFICERS, timezone="Europe/Berlin")
    wish = SeriesWish(title="Heroic", weekday="Wednesday", time="20:00", post="Sunday 18:00", confirm=True)
    await world.first.desk.add(officer(), wish)
    await world.run()
    return world


async def test_with_a_post_time_it_asks_then_and_not_while_the_raid_begins(sundays: World) -> None:
    for moment in (BOOKING_TIME, BOOKING_TIME + days(2), SUNDAY - MINUTE):
        assert await sundays.look(moment) == 0
        assert asked(sundays) == []
    async with sundays.worker() as second:
        sundays.clock.set(SUNDAY + MINUTE)
        await asyncio.gather(*(one.booker.run_once() for one in (sundays.first, second)))
    for minutes in (1, 6, 60 * 24):
        assert await sundays.look(SUNDAY + minutes * MINUTE) == 0
    assert asked(sundays) == [(OFFICERS, wednesday(1))]
    assert (len(await sundays.successors()), sundays.discord.said) == (1, [])


@pytest.mark.parametrize("answer", ["confirm", "decline", None])
async def test_with_a_post_time_every_week_is_asked_for_on_its_sunday(sundays: World, answer: str | None) -> None:
    series_id, officers = await only_series(sundays), sundays.first.bookings
    for week in range(1, 4):
        await sundays.look(SUNDAY + (week - 1) * WEEK + MINUTE)
        assert asked(sundays)[week - 1 :] == [(OFFICERS, wednesday(week))]
        if answer:
            await getattr(officers, answer)(officer(), series_id, wednesday(week))
        await sundays.look(START + week * WEEK + 12 * MINUTE)
    booked = [row["occurrence_date"] for row in await sundays.successors()]
    assert booked == [wednesday(week) for week in range(4 if answer == "confirm" else 1)]
    assert len(sundays.discord.said) == len(booked) - 1
    told = [] if answer else [(Note.UNANSWERED, START + week * WEEK) for week in range(1, 4)]
    assert [(news.what, news.night) for _, news in sundays.discord.news] == told
