"""A booking that did not happen in time: one word to the officers, and a way to make up for it."""

from datetime import time, timedelta
from typing import Any

import pytest

from bot.domain.booking import Note
from bot.domain.event import SheetKind
from bot.domain.ids import SeriesId
from bot.domain.permissions import NotAnOfficer
from bot.domain.series import NothingToBook, PostTime, UnknownSeries
from bot.domain.setting import SERVER, Level, Scope
from bot.services.messenger import Undeliverable
from tests.factories import OFFICERS, OTHER_GUILD, RAIDS, START, days, member, new_series, officer, wednesday
from tests.services.world import World

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LEADER = member(7).user_id
SUNDAY = START + timedelta(days=3, hours=22)
"""The Sunday after the raid, 18:00 in Berlin."""


@pytest.fixture
async def guild(world: World) -> World:
    """A server with a raid channel and an officer channel."""
    await world.set_up(raid_channel_id=RAIDS, officer_channel_id=OFFICERS, timezone="Europe/Berlin")
    return world


async def setting(world: World, level: Level = SERVER, **values: Any) -> None:
    async with world.first.db.transaction() as tx:
        await tx.settings.put(member().guild_id, level, values)


def said(world: World) -> list[tuple[int, Note]]:
    return [(where, news.what) for where, news in world.discord.news]


async def only_series(world: World) -> SeriesId:
    return SeriesId(await world.pool.fetchval("SELECT max(id) FROM patt.recurring_events"))


async def test_after_the_catch_up_the_officers_hear_once_that_nothing_was_booked(guild: World) -> None:
    source_id = await guild.weekly()
    for minutes in (361, 366, 371, 60 * 24):
        assert await guild.look(START + minutes * MINUTE) == 0
    assert said(guild) == [(OFFICERS, Note.MISSED)]
    [(_, news)] = guild.discord.news
    assert (news.event.id, news.series.label) == (source_id, "Weekly Heroic")
    assert await guild.successors() == []


async def test_two_workers_say_it_once(guild: World) -> None:
    await guild.weekly()
    async with guild.worker() as second:
        guild.clock.set(START + 7 * HOUR)
        for one in (guild.first, second):
            await one.booker.run_once()
        for one in (guild.first, second):
            await one.queue.run_due()
    assert said(guild) == [(OFFICERS, Note.MISSED)]


@pytest.mark.parametrize("days_away", [1, 8, 29])
async def test_a_bot_that_was_away_for_days_says_it_when_it_is_back(guild: World, days_away: int) -> None:
    await guild.weekly()
    await guild.look(START + days(days_away))
    assert said(guild) == [(OFFICERS, Note.MISSED)]


async def test_weeks_that_went_by_before_are_not_told_one_by_one(guild: World) -> None:
    """As after an update, or a season whose raids were written by hand: the last one's word is enough."""
    for label in ("Team one", "Team two"):
        series_id = await guild.series(new_series(label=label))
        for week in (0, 2, 3):  # in the first week nothing followed, in the third the next one did
            await guild.raid(series_id, starts_at=START + days(7 * week), day=wednesday(week))
    await guild.look(START + days(27))
    assert [(where, news.what, news.event.day) for where, news in guild.discord.news] == [
        (OFFICERS, Note.MISSED, wednesday(3))
    ] * 2
    await guild.look(START + days(28))
    assert len(guild.discord.news) == 2


async def test_a_night_still_ahead_is_told_of_although_a_later_one_stands(guild: World) -> None:
    series_id = await guild.series()
    for week in (0, 2):
        await guild.raid(series_id, starts_at=START + days(7 * week), day=wednesday(week))
    await guild.look(START + 7 * HOUR)
    assert said(guild) == [(OFFICERS, Note.MISSED)]


@pytest.mark.parametrize("workers", [1, 2])
async def test_a_series_own_moment_that_went_by_is_said_once_and_the_next_one_kept(guild: World, workers: int) -> None:
    await guild.raid(await guild.series(new_series(post=PostTime(6, time(18))), book_at=SUNDAY))
    async with guild.worker() as second:
        guild.clock.set(SUNDAY + 6 * HOUR + MINUTE)
        for one in (guild.first, second)[:workers]:
            assert await one.booker.run_once() == 0
    await guild.run()
    await guild.look(SUNDAY + 9 * HOUR)
    assert said(guild) == [(OFFICERS, Note.MISSED)]
    [(_, news)] = guild.discord.news
    assert (news.series.label, await guild.successors()) == ("Weekly Heroic", [])
    booked = await guild.first.booker.book_series(officer(), await only_series(guild))
    assert booked.occurrence == wednesday(1)
    assert await guild.look(SUNDAY + days(7) + 5 * MINUTE) == 1
    assert said(guild) == [(OFFICERS, Note.MISSED)]


async def test_what_lies_a_month_back_is_let_be(guild: World) -> None:
    await guild.weekly()
    await guild.look(START + days(31))
    assert said(guild) == []


async def test_without_an_officer_channel_the_series_leader_hears_it(guild: World) -> None:
    await guild.pool.execute("UPDATE common.discord_config SET officer_channel_id = NULL")
    await guild.weekly(leader_discord_id=LEADER)
    await guild.look(START + 7 * HOUR)
    assert said(guild) == [(LEADER, Note.MISSED)]


async def test_an_officer_channel_that_cannot_be_written_in_leaves_it_to_the_leader(guild: World) -> None:
    await guild.weekly(leader_discord_id=LEADER)
    guild.discord.fail("tell_in", Undeliverable("Missing Access"))
    await guild.look(START + 7 * HOUR)
    assert said(guild) == [(LEADER, Note.MISSED)]


@pytest.mark.parametrize("state", ["paused", "ended", "cancelled", "followed", "not connected"])
async def test_what_should_book_nothing_is_not_missed(guild: World, state: str) -> None:
    sheet = SheetKind.RAID_HELPER if state == "not connected" else SheetKind.NATIVE
    await guild.raid(await guild.series(new_series(sheet=sheet)))
    mend = {
        "paused": "UPDATE patt.recurring_events SET paused_until = 'infinity'",
        "ended": "UPDATE patt.recurring_events SET is_active = FALSE",
        "cancelled": "UPDATE patt.raid_events SET status = 'CANCELLED'",
        "followed": "UPDATE patt.raid_events SET successor_id = id",
    }
    if state in mend:
        await guild.pool.execute(mend[state])
    await guild.look(START + 7 * HOUR)
    await guild.look(START + 8 * HOUR)
    assert (said(guild), await guild.successors()) == ([], [])


async def test_a_series_without_any_channel_says_that_it_was_missed(guild: World) -> None:
    await guild.pool.execute("UPDATE common.discord_config SET raid_channel_id = NULL")
    await guild.weekly()
    await guild.look(START + HOUR)
    assert said(guild) == []
    await guild.look(START + 7 * HOUR)
    assert said(guild) == [(OFFICERS, Note.MISSED)]


async def test_book_now_makes_up_for_it_and_the_chain_goes_on(guild: World) -> None:
    await guild.weekly()
    await guild.look(START + 7 * HOUR)
    booked = await guild.first.booker.book_series(officer(), await only_series(guild))
    await guild.run()
    assert (booked.occurrence, len(guild.discord.sheets)) == (wednesday(1), 1)
    with pytest.raises(NothingToBook):
        await guild.first.booker.book_series(officer(), await only_series(guild))
    assert await guild.look(START + days(7) + 12 * MINUTE) == 1
    assert said(guild) == [(OFFICERS, Note.MISSED)]


async def test_only_officers_of_that_server_book_now(guild: World) -> None:
    await guild.weekly()
    series_id, before = await only_series(guild), await guild.counts()
    with pytest.raises(NotAnOfficer):
        await guild.first.booker.book_series(member(), series_id)
    with pytest.raises(UnknownSeries):
        await guild.first.booker.book_series(officer(guild_id=OTHER_GUILD), series_id)
    assert await guild.counts() == before


async def test_a_booking_given_up_for_good_is_said_each_time_an_officer_has_tried_again(guild: World) -> None:
    await guild.weekly()
    guild.discord.fail("post_sheet", Undeliverable("Missing Access"), times=2)
    await guild.look(START + 12 * MINUTE)
    [row] = await guild.successors()
    assert row["booking_error"] == "Missing Access"
    for _ in range(2):
        await guild.first.booker.book_series(officer(), await only_series(guild))
        await guild.run()
    assert [event_id for _, event_id, _ in guild.discord.warned] == [row["id"]] * 2
    [row] = await guild.successors()
    assert (row["booking_state"], row["booking_error"]) == ("announced", None)


# ---------------------------------------------------------------- a server's own terms


@pytest.mark.parametrize(
    ("values", "minutes", "booked", "missed"),
    [
        ({"auto_book_delay": 30}, 29, 0, 0),
        ({"auto_book_delay": 30}, 30, 1, 0),
        ({"auto_book_catch_up": 0}, 20, 1, 0),
        ({"auto_book_catch_up": 0}, 21, 0, 1),
        ({"auto_book_catch_up": 0, "auto_book_window": 60}, 60, 1, 0),
        ({"auto_book_catch_up": 0, "auto_book_window": 60}, 61, 0, 1),
        ({"auto_book_catch_up": 48 * 60}, 48 * 60, 1, 0),
        ({"auto_book_catch_up": 48 * 60}, 48 * 60 + 1, 0, 1),
        ({"auto_book_delay": 60, "auto_book_catch_up": 30}, 60, 1, 0),
    ],
)
@pytest.mark.parametrize("level", [SERVER, Level(Scope.SERIES, 1)], ids=["the server's", "the series'"])
async def test_window_and_catch_up_are_settings(
    guild: World, level: Level, values: dict[str, int], minutes: int, booked: int, missed: int
) -> None:
    await setting(guild, level, **values)
    await guild.weekly()
    assert await guild.look(START + minutes * MINUTE) == booked
    assert len(guild.discord.news) == missed


async def test_another_servers_terms_are_its_own(guild: World) -> None:
    async with guild.first.db.transaction() as tx:
        await tx.settings.put(OTHER_GUILD, SERVER, {"auto_book_delay": 60})
    await guild.weekly()
    assert await guild.look(START + 10 * MINUTE) == 1
