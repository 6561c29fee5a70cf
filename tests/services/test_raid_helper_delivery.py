"""What the queue does on Raid-Helper: one event a booking and one sign-up a member, whatever is lost on the way."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.domain.event import SheetKind
from bot.services.raid_edits import EditWish
from bot.services.raids import RaidWish
from sandbox.raid_helper import faults
from sandbox.raid_helper.faults import Fault
from tests.factories import BOT, GUILD, RAIDS, START, member, new_series, officer
from tests.services.test_pre_fill import known_player
from tests.services.world import API_KEY, World

BOOKING_TIME = START + timedelta(minutes=12)
HARMLESS: dict[str, Callable[[], Fault]] = {
    "dropped before": faults.drop_before_commit,
    "created, then dropped": faults.commit_then_drop,
    "500": lambda: faults.server_error(500),
    "502 in HTML": lambda: faults.server_error(502, html=True),
    "rate limit": faults.rate_limit,
    "a long rate limit": lambda: faults.rate_limit("text", "3 minute(s)"),
    "created, empty answer": lambda: faults.odd_body("empty"),
    "created, answer without the event": lambda: faults.odd_body("eventless"),
}
FAULTS = pytest.mark.parametrize("fault", HARMLESS.values(), ids=HARMLESS)


async def booked_once(world: World) -> None:
    """The end of every story: one row, one event on Raid-Helper, one announcement, both flags, nothing left to do."""
    [row] = await world.successors()
    [event_id] = world.raid_helper.events
    assert (row["raid_helper_event_id"], row["booking_state"]) == (event_id, "announced")
    link = f"https://discord.com/channels/{GUILD}/{RAIDS}/{event_id}"
    assert world.discord.said == [(RAIDS, f"📅 Next week's raid has been posted! Sign up here:\n{link}")]
    assert await world.pool.fetchval("SELECT auto_booked FROM patt.raid_events WHERE successor_id = $1", row["id"])
    assert await world.open_actions() == []


async def signed_up(world: World) -> list[str]:
    """The user ids on the one event, in order."""
    [event] = world.raid_helper.events.values()
    return sorted(row["userId"] for row in event["signUps"])


# ---------------------------------------------------------------- creating


@FAULTS
@pytest.mark.parametrize("times", [1, 2])
async def test_a_booking_survives_trouble_with_raid_helper(
    guild: World, fault: Callable[[], Fault], times: int
) -> None:
    await guild.weekly(SheetKind.RAID_HELPER)
    guild.raid_helper.fail("create", fault(), times=times)
    await guild.look(BOOKING_TIME)
    await guild.recover()
    await booked_once(guild)


async def test_an_answer_that_never_comes_does_not_double_the_event(guild: World) -> None:
    await guild.weekly(SheetKind.RAID_HELPER)
    guild.raid_helper.fail("create", faults.commit_then_stall(guild.raid_helper.released))
    guild.clock.set(BOOKING_TIME)
    async with guild.worker(timeout_seconds=0.3) as impatient:
        await impatient.booker.run_once()
        await impatient.queue.run_due()
    assert len(guild.raid_helper.asked("create")) == 1
    await guild.recover()
    await booked_once(guild)
    assert len(guild.raid_helper.asked("create")) == 1


async def test_a_lost_event_is_found_although_the_list_lags(guild: World) -> None:
    await guild.weekly(SheetKind.RAID_HELPER)
    guild.raid_helper.fail("create", faults.commit_then_drop())
    guild.raid_helper.fail("list", faults.lagging_list(), times=3)
    await guild.look(BOOKING_TIME)
    await guild.recover()
    await booked_once(guild)


async def test_while_the_list_is_down_nothing_is_created_on_doubt(guild: World) -> None:
    await guild.weekly(SheetKind.RAID_HELPER)
    guild.raid_helper.fail("create", faults.commit_then_drop())
    guild.raid_helper.fail("list", faults.server_error(503), times=6)
    await guild.look(BOOKING_TIME)
    await guild.recover()
    await booked_once(guild)
    assert len(guild.raid_helper.asked("create")) == 1


@pytest.mark.parametrize("route", ["create", "fetch", "list"])
async def test_an_evening_without_raid_helper_only_delays_the_booking(guild: World, route: str) -> None:
    await guild.weekly(SheetKind.RAID_HELPER)
    guild.raid_helper.fail("*" if route == "create" else route, faults.server_error(503), times=60)
    guild.raid_helper.fail("create", faults.commit_then_drop())
    await guild.look(BOOKING_TIME)
    for _ in range(36):
        await guild.pass_time(timedelta(minutes=10))
    await booked_once(guild)


async def test_the_death_of_the_worker_after_the_create_is_survived(guild: World) -> None:
    await guild.weekly(SheetKind.RAID_HELPER)
    guild.raid_helper.fail("create", faults.commit_then_stall(guild.raid_helper.released))
    guild.clock.set(BOOKING_TIME)
    async with guild.worker() as doomed:
        await doomed.booker.run_once()
        working = asyncio.create_task(doomed.queue.run_due())
        async with asyncio.timeout(10):
            while not guild.raid_helper.events:  # noqa: ASYNC110 - the stand-in has no event for it
                await asyncio.sleep(0.005)
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
    [row] = await guild.successors()
    assert (row["booking_state"], row["raid_helper_event_id"]) == ("creating", None)
    await guild.recover()
    await booked_once(guild)
    assert len(guild.raid_helper.asked("create")) == 1


async def test_two_workers_create_one_event(guild: World) -> None:
    await guild.weekly(SheetKind.RAID_HELPER)
    guild.clock.set(BOOKING_TIME)
    await guild.first.booker.run_once()
    async with guild.worker() as second:
        await asyncio.gather(*(one.queue.run_due() for one in (guild.first, second, guild.first, second)))
    await guild.run()
    await booked_once(guild)


async def test_an_event_that_stands_at_the_wrong_time_is_corrected(guild: World) -> None:
    await guild.weekly(SheetKind.RAID_HELPER)
    guild.raid_helper.fail("create", faults.commit_then_drop())
    await guild.look(BOOKING_TIME)
    [event] = guild.raid_helper.events.values()
    event["startTime"], event["endTime"] = event["startTime"] + 60, event["endTime"] + 60
    await guild.recover()
    await booked_once(guild)
    [event] = guild.raid_helper.events.values()
    assert event["startTime"] == int((START + timedelta(days=7)).timestamp())
    assert event["endTime"] - event["startTime"] == 180 * 60


async def test_when_whoever_started_the_series_has_left_the_bot_leads(guild: World) -> None:
    await guild.weekly(SheetKind.RAID_HELPER, leader_discord_id=member(777).user_id)
    await guild.look(BOOKING_TIME)
    assert [event["leaderId"] for event in guild.raid_helper.events.values()] == [str(BOT)]
    await booked_once(guild)


@pytest.mark.parametrize(
    "fault", [faults.template_locked, faults.access_lost, faults.soft_fail], ids=["template", "channel", "refused"]
)
async def test_what_only_a_person_can_mend_is_given_up_with_the_mend(guild: World, fault: Callable[[], Fault]) -> None:
    await guild.weekly(SheetKind.RAID_HELPER)
    guild.raid_helper.fail("create", fault(), times=99)
    await guild.look(BOOKING_TIME)
    [letter] = await guild.pool.fetch("SELECT * FROM patt.scheduled_actions WHERE dead")
    assert letter["kind"] == "raid_helper.create"
    assert "Raid-Helper" in letter["last_error"]
    assert (guild.raid_helper.events, guild.discord.said) == ({}, [])


async def test_a_key_taken_away_before_the_create_makes_it_wait(guild: World) -> None:
    await guild.weekly(SheetKind.RAID_HELPER)
    guild.clock.set(BOOKING_TIME)
    await guild.first.booker.run_once()
    await guild.pool.execute("UPDATE common.discord_config SET raid_helper_api_key = NULL")
    await guild.run()
    assert guild.raid_helper.calls == []
    await guild.connect_raid_helper()
    await guild.pass_time(timedelta(minutes=5))
    await booked_once(guild)


async def test_a_key_refreshed_in_discord_makes_it_wait_for_the_new_one(guild: World) -> None:
    await guild.weekly(SheetKind.RAID_HELPER)
    guild.raid_helper.servers[GUILD] = "refreshed" + API_KEY
    await guild.look(BOOKING_TIME)
    assert guild.raid_helper.events == {}
    await guild.connect_raid_helper(key="refreshed" + API_KEY)
    await guild.recover()
    await booked_once(guild)


async def test_a_cancelled_booking_is_not_created(guild: World) -> None:
    await guild.weekly(SheetKind.RAID_HELPER)
    guild.clock.set(BOOKING_TIME)
    await guild.first.booker.run_once()
    await guild.pool.execute("UPDATE patt.raid_events SET status = 'CANCELLED' WHERE booking_state IS NOT NULL")
    await guild.run()
    assert (guild.raid_helper.calls, await guild.open_actions()) == ([], [])


async def test_a_booking_cancelled_while_its_create_was_in_doubt_leaves_no_orphan(guild: World) -> None:
    await guild.weekly(SheetKind.RAID_HELPER)
    guild.raid_helper.fail("create", faults.commit_then_drop())
    await guild.look(BOOKING_TIME)
    [row] = await guild.successors()
    await guild.first.raids.cancel(officer(), str(row["id"]), None, delete=False)
    await guild.recover()
    assert (guild.raid_helper.events, guild.discord.said, await guild.open_actions()) == ({}, [], [])


async def test_text_of_a_series_never_expands_on_raid_helper(guild: World) -> None:
    await guild.connect_raid_helper()
    series_id = await guild.series(
        new_series(sheet=SheetKind.RAID_HELPER, label="Raid {leader}"), description="{Officer}"
    )
    await guild.raid(series_id)
    await guild.look(BOOKING_TIME)
    [event] = guild.raid_helper.events.values()
    assert not {"{", "}"} & set(event["title"] + event["description"])


# ---------------------------------------------------------------- signing up


@FAULTS
async def test_a_sign_up_survives_trouble_and_is_never_doubled(guild: World, fault: Callable[[], Fault]) -> None:
    for number in (1, 2, 3):
        await known_player(guild, number, 2, auto_invite_events=True)
    await guild.weekly(SheetKind.RAID_HELPER)
    guild.raid_helper.fail("add_signup", fault(), times=2)
    await guild.look(BOOKING_TIME)
    await guild.recover()
    assert await signed_up(guild) == [str(member(number).user_id) for number in (1, 2, 3)]
    assert await guild.done("raid_helper.sign_up") == 3
    await booked_once(guild)


async def test_whoever_signed_up_themselves_meanwhile_is_left_alone(guild: World) -> None:
    await known_player(guild, 1, 1)
    await guild.weekly(SheetKind.RAID_HELPER)
    guild.raid_helper.fail("add_signup", faults.server_error(503))
    await guild.look(BOOKING_TIME)
    [event_id] = guild.raid_helper.events
    await guild.raid_helper.sign_up_in_discord(event_id, member(1).user_id, "Late")
    await guild.recover()
    [row] = guild.raid_helper.events[event_id]["signUps"]
    assert row["className"] == "Late"
    assert len(guild.raid_helper.asked("add_signup")) == 1  # the one that failed; nobody was asked for again
    assert await guild.done("raid_helper.sign_up") == 1


async def test_sign_ups_for_an_event_deleted_by_hand_end_within_minutes_and_the_officers_are_asked(
    guild: World,
) -> None:
    await known_player(guild, 1, 1)
    await guild.weekly(SheetKind.RAID_HELPER)
    guild.raid_helper.fail("add_signup", faults.server_error(503))
    await guild.look(BOOKING_TIME)
    [event_id] = guild.raid_helper.events
    await guild.raid_helper.delete_in_discord(event_id)
    await guild.recover()
    assert await guild.open_actions() == []  # the key is good for a thousand requests a day
    assert await guild.pool.fetchval("SELECT count(*) FROM patt.scheduled_actions WHERE dead") == 0
    assert [raid for _, raid in guild.beside.lost] == [row["id"] for row in await guild.successors()]


async def test_a_cancelled_raid_asks_raid_helper_for_no_more_sign_ups(guild: World) -> None:
    await known_player(guild, 1, 1)
    await guild.weekly(SheetKind.RAID_HELPER)
    guild.raid_helper.fail("add_signup", faults.server_error(503))
    await guild.look(BOOKING_TIME)
    [row] = await guild.successors()
    await guild.first.raids.cancel(officer(), str(row["id"]), None, delete=False)
    await guild.run()
    asked = len(guild.raid_helper.calls)
    await guild.recover()
    assert (len(guild.raid_helper.calls), await guild.done("raid_helper.sign_up")) == (asked, 1)


async def test_a_deletion_waits_as_long_as_raid_helper_says(guild: World) -> None:
    await guild.weekly(SheetKind.RAID_HELPER)
    await guild.look(BOOKING_TIME)
    [row] = await guild.successors()
    guild.raid_helper.fail("delete", faults.rate_limit("text", "3 minute(s)"))
    await guild.first.raids.cancel(officer(), str(row["id"]), None, delete=False)
    await guild.run()
    [waiting] = await guild.pool.fetch("SELECT * FROM patt.scheduled_actions WHERE kind = 'raid_helper.delete'")
    assert (waiting["attempts"], waiting["wake_at"] - guild.clock.now()) == (0, timedelta(minutes=3))
    await guild.recover()
    assert guild.raid_helper.events == {}


async def test_a_full_raid_is_signed_up_within_raid_helpers_pace(guild: World) -> None:
    for number in range(1, 41):
        await known_player(guild, number, 2, auto_invite_events=True)
    await guild.weekly(SheetKind.RAID_HELPER)
    await guild.look(BOOKING_TIME)
    await guild.recover()
    assert len(await signed_up(guild)) == 40
    assert await guild.done("raid_helper.sign_up") == 40
    assert len(guild.raid_helper.asked("add_signup")) == 40  # none was refused for coming too fast
    await booked_once(guild)


@pytest.mark.parametrize(("typed", "hours"), [("2h", 2), ("90m", 2), ("24h", 24), (None, 0)])
async def test_sign_ups_end_there_at_the_raids_deadline(guild: World, typed: str | None, hours: int) -> None:
    await guild.connect_raid_helper()
    wish = RaidWish("Heroic", "2026-11-27 20:00", sheet=SheetKind.RAID_HELPER, channel_id=RAIDS, deadline=typed)
    raid = await guild.first.raids.create(officer(), wish)
    await guild.run()
    [event] = guild.raid_helper.events.values()
    assert event["startTime"] - event["closingTime"] == hours * 3600
    await guild.first.edits.edit(officer(), str(raid.id), EditWish(deadline="none" if typed else "3h"))
    await guild.run()
    assert event["startTime"] - event["closingTime"] == (0 if typed else 3) * 3600
