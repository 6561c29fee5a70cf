"""The origin's table of edge cases and its verification checklist: a test a row, named as the row is."""

from datetime import timedelta

import pytest

from bot.domain.event import SheetKind
from sandbox.raid_helper import faults
from tests.factories import RAIDS, START, days, new_series, wednesday
from tests.services.test_pre_fill import known_player
from tests.services.world import World

MINUTE = timedelta(minutes=1)
BOOKING_TIME = START + 12 * MINUTE
WEEK = days(7)


@pytest.fixture
async def guild(guild: World) -> World:
    """The server, its series on Raid-Helper, a player with Discord and one without."""
    await known_player(guild, 1, 2, auto_invite_events=True)
    await known_player(guild, 2, 2, auto_invite_events=True, discord=False)
    await guild.weekly(SheetKind.RAID_HELPER)
    return guild


async def source(world: World) -> bool:
    """The source raid's flag."""
    return await world.pool.fetchval("SELECT auto_booked FROM patt.raid_events ORDER BY id LIMIT 1")


# ---------------------------------------------------------------- edge cases


async def test_raid_helper_api_down(guild: World) -> None:
    guild.raid_helper.fail("*", faults.server_error(503), times=4)
    await guild.look(BOOKING_TIME)
    assert (await source(guild), guild.raid_helper.events, guild.discord.said) == (False, {}, [])
    await guild.recover()
    assert (await source(guild), len(guild.raid_helper.events), len(guild.discord.said)) == (True, 1, 1)


async def test_event_already_manually_booked(guild: World) -> None:
    series_id = await guild.pool.fetchval("SELECT max(id) FROM patt.recurring_events")
    await guild.raid(series_id, day=wednesday(1), starts_at=START + WEEK)
    assert await guild.look(BOOKING_TIME) == 0
    assert (await source(guild), guild.raid_helper.events) == (True, {})


async def test_no_raid_helper_config(guild: World) -> None:
    await guild.pool.execute("UPDATE common.discord_config SET raid_helper_api_key = NULL")
    assert await guild.look(BOOKING_TIME) == 0
    assert (guild.raid_helper.calls, await guild.successors(), guild.discord.news) == ([], [], [])
    await guild.connect_raid_helper()
    assert await guild.look(BOOKING_TIME + 5 * MINUTE) == 1


async def test_scheduler_restarts_during_booking_window(guild: World) -> None:
    guild.clock.set(BOOKING_TIME)
    async with guild.worker() as before_the_restart:
        assert await before_the_restart.booker.run_once() == 1
    assert await guild.look(BOOKING_TIME + MINUTE) == 0
    assert (len(await guild.successors()), len(guild.raid_helper.events)) == (1, 1)


async def test_booking_window_passes_without_success(guild: World) -> None:
    await guild.pool.execute("UPDATE common.discord_config SET officer_channel_id = $1", RAIDS)
    await guild.look(START + timedelta(hours=6, minutes=1))
    assert (await guild.successors(), len(guild.discord.news)) == ([], 1)


async def test_no_current_season(guild: World) -> None:
    await guild.look(BOOKING_TIME)
    assert [row["season_id"] for row in await guild.successors()] == [None]


async def test_player_has_no_discord_linked(guild: World) -> None:
    await guild.look(BOOKING_TIME)
    await guild.recover()
    [event] = guild.raid_helper.events.values()
    stored = await guild.pool.fetchval("SELECT count(*) FROM patt.raid_attendance WHERE source = 'auto'")
    assert (stored, len(event["signUps"])) == (2, 1)


# ---------------------------------------------------------------- sign-ups


async def test_a_spec_the_template_does_not_know_is_tentative_there(guild: World) -> None:
    await guild.pool.execute("UPDATE guild_identity.specializations SET name = 'Spellsword'")
    await guild.pool.execute("UPDATE guild_identity.classes SET name = 'Hedge Wizard'")
    await guild.look(BOOKING_TIME)
    await guild.recover()
    [event] = guild.raid_helper.events.values()
    assert [row["className"] for row in event["signUps"]] == ["Tentative"]


async def test_one_sign_up_that_fails_does_not_stop_the_others_and_is_made_later(guild: World) -> None:
    for number in (3, 4, 5):
        await known_player(guild, number, 2, auto_invite_events=True)
    guild.raid_helper.fail("add_signup", faults.server_error(500))
    await guild.look(BOOKING_TIME)
    [event] = guild.raid_helper.events.values()
    assert len(event["signUps"]) == 3
    await guild.recover()
    assert len(event["signUps"]) == 4


# ---------------------------------------------------------------- the checklist (its loop: tests/discord)


async def test_the_checklist_from_the_event_in_the_window_to_no_duplicate(guild: World) -> None:
    for _ in range(2):
        await guild.look(BOOKING_TIME)
        await guild.recover()
    [booked], [event_id] = await guild.successors(), guild.raid_helper.events
    assert booked["auto_booked"] is True
    assert await source(guild) is True
    assert booked["raid_helper_event_id"] == event_id
    assert await guild.pool.fetchval("SELECT count(*) FROM patt.raid_attendance WHERE event_id = $1", booked["id"]) == 2
    assert [channel for channel, _ in guild.discord.said] == [RAIDS]


async def test_the_loop_survives_transient_errors_and_continues_polling(guild: World) -> None:
    await guild.pool.execute("ALTER TABLE patt.series_skips RENAME TO elsewhere")
    assert await guild.look(BOOKING_TIME) == 0
    await guild.pool.execute("ALTER TABLE patt.elsewhere RENAME TO series_skips")
    assert await guild.look(BOOKING_TIME + 5 * MINUTE) == 1


async def test_a_series_inserted_as_the_origin_does_follows_its_key(guild: World) -> None:
    await guild.raid(await guild.series(new_series(sheet=None, label="Another")))
    await guild.look(BOOKING_TIME)
    await guild.recover()
    assert {row["sheet"] for row in await guild.successors()} == {"raid-helper"}
