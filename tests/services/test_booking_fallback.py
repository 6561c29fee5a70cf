"""A week for which Raid-Helper stays silent: a sheet of our own where the server wants that, and never both."""

from datetime import timedelta

import pytest

from bot.domain.booking import Note
from bot.domain.event import SheetKind
from bot.domain.setting import SERVER
from sandbox.raid_helper import faults
from tests.factories import GUILD, OFFICERS, RAIDS, START, days, member, officer
from tests.services.test_pre_fill import known_player
from tests.services.world import World

MINUTE = timedelta(minutes=1)
BOOKING_TIME = START + 12 * MINUTE
FALLS_BACK = START + 50 * MINUTE
"""The window's end and half an hour."""
FOR_HOURS = 500


@pytest.fixture
async def guild(world: World) -> World:
    """A server whose series is on Raid-Helper and may fall back, with somebody who is signed up beforehand."""
    await world.set_up(raid_channel_id=RAIDS, officer_channel_id=OFFICERS, timezone="Europe/Berlin")
    async with world.first.db.transaction() as tx:
        await tx.settings.put(GUILD, SERVER, {"auto_book_fallback": True})
    await known_player(world, 1, 2, auto_invite_events=True)
    await world.weekly(SheetKind.RAID_HELPER)
    return world


async def until(world: World, moment: object) -> None:
    """Minute after minute, as the bot does."""
    while world.clock.now() < moment:
        await world.pass_time(MINUTE)


async def test_after_half_an_hour_it_is_a_sheet_of_our_own(guild: World) -> None:
    guild.raid_helper.fail("*", faults.server_error(503), times=FOR_HOURS)
    await guild.look(BOOKING_TIME)
    await until(guild, FALLS_BACK - MINUTE)
    assert (guild.discord.sheets, guild.discord.said) == ([], [])
    await until(guild, FALLS_BACK + 11 * MINUTE)
    [row] = await guild.successors()
    assert (row["sheet"], row["booking_state"], row["booking_error"]) == ("native", "announced", Note.FELL_BACK)
    assert [sheet.event.id for sheet in guild.discord.sheets] == [row["id"]]
    assert [one.sign_up.user_id for one in guild.discord.sheets[0].roster.seated] == [member(1).user_id]
    assert len(guild.discord.said) == 1
    assert [(where, news.what) for where, news in guild.discord.news] == [(OFFICERS, Note.FELL_BACK)]
    assert guild.raid_helper.events == {}


async def test_the_week_after_is_on_raid_helper_again(guild: World) -> None:
    guild.raid_helper.fail("*", faults.server_error(503), times=FOR_HOURS)
    await guild.look(BOOKING_TIME)
    await until(guild, FALLS_BACK + 11 * MINUTE)
    guild.raid_helper.reset()
    await guild.pass_time(days(1))
    assert await guild.look(BOOKING_TIME + days(7)) == 1
    assert [row["sheet"] for row in await guild.successors()] == ["native", "raid-helper"]
    assert len(guild.raid_helper.events) == 1


async def test_without_the_setting_it_waits_on(guild: World) -> None:
    async with guild.first.db.transaction() as tx:
        await tx.settings.put(GUILD, SERVER, {"auto_book_fallback": False})
    guild.raid_helper.fail("*", faults.server_error(503), times=FOR_HOURS)
    await guild.look(BOOKING_TIME)
    await until(guild, FALLS_BACK + 11 * MINUTE)
    assert guild.discord.sheets == []
    guild.raid_helper.reset()
    await guild.recover()
    [row] = await guild.successors()
    assert (row["sheet"], row["booking_state"]) == ("raid-helper", "announced")
    assert len(guild.raid_helper.events) == 1


async def test_what_a_create_in_doubt_made_is_deleted_when_raid_helper_is_back(guild: World) -> None:
    guild.raid_helper.fail("create", faults.commit_then_drop())
    guild.raid_helper.fail("list", faults.server_error(503), times=FOR_HOURS)
    await guild.look(BOOKING_TIME)
    await until(guild, FALLS_BACK + 11 * MINUTE)
    assert (len(guild.raid_helper.events), len(guild.discord.sheets)) == (1, 1)
    calls = guild.raid_helper.asked("create")
    guild.raid_helper.fail("list", faults.server_error(503), times=0)
    guild.raid_helper._faults.clear()  # it is up again
    await until(guild, FALLS_BACK + 30 * MINUTE)
    assert (guild.raid_helper.events, len(guild.discord.sheets), len(guild.discord.said)) == ({}, 1, 1)
    assert guild.raid_helper.asked("create") == calls
    [row] = await guild.successors()
    assert (row["sheet"], row["booking_error"]) == ("native", Note.REMOVED)
    assert [news.what for _, news in guild.discord.news] == [Note.FELL_BACK, Note.REMOVED]


async def test_a_create_in_doubt_that_is_found_in_time_stays_the_one_sheet(guild: World) -> None:
    guild.raid_helper.fail("create", faults.commit_then_drop())
    guild.raid_helper.fail("list", faults.server_error(503), times=6)
    await guild.look(BOOKING_TIME)
    await until(guild, FALLS_BACK + 20 * MINUTE)
    [row] = await guild.successors()
    assert (row["sheet"], row["booking_state"], row["booking_error"]) == ("raid-helper", "announced", None)
    assert (len(guild.raid_helper.events), guild.discord.sheets, guild.discord.news) == (1, [], [])


async def test_an_event_whose_correction_fails_for_hours_is_not_doubled_by_a_sheet_of_our_own(guild: World) -> None:
    guild.raid_helper.misread(timedelta(hours=9))
    guild.raid_helper.fail("edit", faults.server_error(503), times=FOR_HOURS)
    await guild.look(BOOKING_TIME)
    await until(guild, FALLS_BACK + 20 * MINUTE)
    [row] = await guild.successors()
    assert (row["sheet"], row["booking_state"]) == ("raid-helper", "creating")
    assert (len(guild.raid_helper.events), guild.discord.sheets, guild.discord.said) == (1, [], [])


async def test_a_refusal_only_a_person_can_mend_does_not_fall_back(guild: World) -> None:
    guild.raid_helper.fail("create", faults.template_locked(), times=99)
    await guild.look(BOOKING_TIME)
    await until(guild, FALLS_BACK + 20 * MINUTE)
    assert guild.discord.sheets == []
    assert len(guild.discord.warned) == 1


async def test_a_raid_cancelled_meanwhile_does_not_fall_back(guild: World) -> None:
    guild.raid_helper.fail("*", faults.server_error(503), times=FOR_HOURS)
    await guild.look(BOOKING_TIME)
    [row] = await guild.successors()
    await guild.first.raids.cancel(officer(), str(row["id"]), None, delete=False)
    await until(guild, FALLS_BACK + 20 * MINUTE)
    assert (guild.discord.sheets, guild.discord.news) == ([], [])


# ---------------------------------------------------------------- undo


@pytest.mark.parametrize("deleted", [True, False], ids=["the old one is gone", "its deletion is still under way"])
async def test_undoing_a_cancellation_adopts_no_event_that_is_being_deleted(guild: World, deleted: bool) -> None:
    await guild.look(BOOKING_TIME)
    [old] = guild.raid_helper.events
    [row] = await guild.successors()
    cancelled = await guild.first.raids.cancel(officer(), str(row["id"]), None, delete=False)
    if not deleted:
        guild.raid_helper.fail("delete", faults.server_error(503), times=2)
    guild.raid_helper.fail("create", faults.commit_then_drop())
    if deleted:
        await guild.run()
    await guild.first.undo.undo(officer(), cancelled.entry_id)
    await guild.run()
    await guild.recover()
    await guild.recover()
    [new] = guild.raid_helper.events
    row = await guild.event(row["id"])
    assert new != old
    assert (row["raid_helper_event_id"], row["booking_state"], row["status"]) == (new, "announced", "SCHEDULED")
    assert len(guild.raid_helper.asked("create")) == 2
    assert len(guild.discord.said) == 1  # people know of it; the sheet is where it was
