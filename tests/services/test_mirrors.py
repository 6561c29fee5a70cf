"""What stands beside a raid: made once whoever dies on the way, following it, and cleaned up."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.event import SheetKind
from bot.domain.ids import ChannelId, EventId
from bot.domain.mirrors import MirrorKind, MirrorState
from bot.domain.setting import SERVER, Setting
from bot.domain.settings import DISCORD_EVENT, TEMP_ROLE, THREAD, VOICE_CHANNEL
from bot.domain.template import Choice
from bot.services import mirrors
from bot.services.messenger import Undeliverable
from bot.services.mirrors import Refused
from bot.services.queue import LEASE
from bot.services.raid_edits import EditWish
from bot.services.raids import RaidWish
from tests.factories import GUILD, OFFICERS, OTHER_GUILD, RAIDS, START, member, officer
from tests.services.recorder import Killed
from tests.services.world import World

HOLY = ("Paladin", "Holy")
SECOND = timedelta(seconds=1)
DEATH = Killed()
MADE_BY = {THREAD: "open_thread", DISCORD_EVENT: "make_event", TEMP_ROLE: "make_role"}
EACH = pytest.mark.parametrize("setting", MADE_BY, ids=lambda setting: setting.name)


async def switch(world: World, setting: Setting[Any], value: Any = True, guild_id: int = GUILD) -> None:
    """Set a setting for the whole server."""
    async with world.first.db.transaction() as tx:
        await tx.settings.put(guild_id, SERVER, {setting.name: setting.kind.dump(value)})


async def raid(world: World, **changes: Any) -> EventId:
    """A raid planned by an officer, its sheet posted and whatever follows done."""
    usual = {"title": "Heroic", "when": "wed 20:00", "channel_id": RAIDS}
    event = await world.first.raids.create(officer(), RaidWish(**(usual | changes)))
    await world.run()
    return event.id


async def redraw(world: World) -> None:
    """Let changes reach the sheet and what stands beside it, people by tens."""
    await world.pass_time(SECOND)
    await world.run()


def standing(world: World) -> tuple[int, int, int]:
    """How many threads are open, events stand and roles there are."""
    beside = world.beside
    return sum(is_open for _, is_open in beside.threads.values()), len(beside.events), len(beside.roles)


def only(setting: Setting[Any]) -> tuple[int, int, int]:
    """One of the setting's kind, none of the others."""
    thread, event, role = (int(setting is each) for each in MADE_BY)
    return thread, event, role


async def state(world: World, kind: MirrorKind) -> str | None:
    return await world.pool.fetchval("SELECT state FROM patt.mirrors WHERE kind = $1", kind)


# ---------------------------------------------------------------- made, once


async def test_nothing_stands_beside_a_raid_unless_it_is_switched_on(guild: World) -> None:
    await raid(guild)
    await redraw(guild)
    assert (standing(guild), guild.beside.asked) == ((0, 0, 0), [])


@EACH
async def test_it_is_made_with_the_sheet(guild: World, setting: Setting[bool]) -> None:
    await switch(guild, setting)
    event_id = await raid(guild)
    assert standing(guild) == only(setting)
    await guild.first.sign_ups.answer(member(), event_id, Choice.TENTATIVE)
    await redraw(guild)
    assert guild.beside.asked == [MADE_BY[setting]]  # what does not change needs no request


@EACH
@pytest.mark.parametrize("after", [False, True], ids=["before it is made", "after it is made"])
async def test_the_death_of_its_worker_makes_no_second_one(guild: World, setting: Setting[bool], after: bool) -> None:
    await switch(guild, setting)
    guild.beside.fail(MADE_BY[setting], DEATH, after=after)
    with pytest.raises(Killed):
        await raid(guild)
    async with guild.worker() as next_one:
        guild.clock.advance(LEASE)
        await next_one.queue.run_due()
        await next_one.queue.run_due()
    assert standing(guild) == only(setting)
    [row] = await guild.pool.fetch("SELECT * FROM patt.mirrors")
    assert (row["state"], row["discord_id"] is not None) == ("stands", True)


@EACH
async def test_a_lost_answer_makes_no_second_one(guild: World, setting: Setting[bool]) -> None:
    await switch(guild, setting)
    guild.beside.fail(MADE_BY[setting], OSError("reset by peer"), after=True, times=2)
    await raid(guild)
    await guild.recover()
    assert standing(guild) == only(setting)


@EACH
async def test_two_workers_make_one(guild: World, setting: Setting[bool]) -> None:
    await switch(guild, setting)
    await guild.first.raids.create(officer(), RaidWish(title="Heroic", when="wed 20:00", channel_id=RAIDS))
    async with guild.worker() as second:
        for _ in range(3):
            await asyncio.gather(*(one.queue.run_due() for one in (guild.first, second, guild.first, second)))
    assert (standing(guild), guild.beside.asked) == (only(setting), [MADE_BY[setting]])


@EACH
async def test_one_that_may_have_been_made_for_a_raid_cancelled_meanwhile_is_swept(
    guild: World, setting: Setting[bool]
) -> None:
    await switch(guild, setting)
    guild.beside.fail(MADE_BY[setting], DEATH, after=True)
    with pytest.raises(Killed):
        await raid(guild)
    await guild.first.raids.cancel(officer(), "Heroic", None, delete=False)
    await guild.recover()
    assert standing(guild) == (0, 0, 0)


# ---------------------------------------------------------------- it follows the raid


@EACH
async def test_it_follows_a_new_title_and_time_and_ends_with_the_raid(guild: World, setting: Setting[bool]) -> None:
    await switch(guild, setting)
    event_id = await raid(guild, duration="2h")
    await guild.first.edits.edit(officer(), str(event_id), EditWish(title="Mythic"))
    await guild.first.edits.move(officer(), str(event_id), "thu 20:00")
    await redraw(guild)
    beside = guild.beside
    names = [*(name for name, _ in beside.threads.values()), *beside.roles.values()]
    names += [look["name"] for look in beside.events.values()]
    [name] = names
    assert name.startswith("Mythic")
    assert setting is not THREAD or name == "Mythic · Thu 26 Nov"
    moved = START + timedelta(days=1)
    assert [look["starts_at"] for look in beside.events.values()] == [moved.isoformat()] * len(beside.events)
    guild.clock.set(START + timedelta(hours=2, minutes=1))  # where it would have ended, had it not been moved
    await redraw(guild)
    assert standing(guild) == only(setting)
    guild.clock.set(moved + timedelta(hours=2))
    await redraw(guild)
    assert standing(guild) == (0, 0, 0)


@EACH
@pytest.mark.parametrize("delete", [False, True])
async def test_it_ends_with_a_cancelled_raid_and_comes_back_with_undo(
    guild: World, setting: Setting[bool], delete: bool
) -> None:
    await switch(guild, setting)
    event_id = await raid(guild)
    cancelled = await guild.first.raids.cancel(officer(), str(event_id), None, delete=delete)
    await redraw(guild)
    assert standing(guild) == (0, 0, 0)
    await guild.first.undo.undo(officer(), cancelled.entry_id)
    await redraw(guild)
    assert standing(guild) == only(setting)


@EACH
async def test_a_setting_switched_off_ends_it_with_the_next_change(guild: World, setting: Setting[bool]) -> None:
    await switch(guild, setting)
    event_id = await raid(guild)
    await switch(guild, setting, False)
    await guild.first.edits.edit(officer(), str(event_id), EditWish(title="Mythic"))
    await redraw(guild)
    assert standing(guild) == (0, 0, 0)


@EACH
async def test_nothing_is_made_for_a_raid_that_is_over(guild: World, setting: Setting[bool]) -> None:
    event_id = await raid(guild, duration="2h")
    guild.clock.set(START + timedelta(hours=3))
    await switch(guild, setting)
    async with guild.first.db.transaction() as tx:
        event = await tx.events.get(event_id)
        assert event is not None
        await mirrors.follow(tx, event, guild.clock.now())
    await guild.run()
    assert (standing(guild), guild.beside.asked) == ((0, 0, 0), [])


async def test_the_raid_knows_its_thread_while_it_is_open(guild: World) -> None:
    await switch(guild, THREAD)
    event_id = await raid(guild, duration="2h")
    row = await guild.event(event_id)
    assert row["discord_thread_id"] == row["discord_message_id"]
    guild.clock.set(START + timedelta(hours=2))
    await redraw(guild)
    assert (await guild.event(event_id))["discord_thread_id"] is None


# ---------------------------------------------------------------- deleted by hand, refused


@pytest.mark.parametrize("kind", [MirrorKind.THREAD, MirrorKind.ROLE])
async def test_discords_word_that_it_is_gone_is_final(guild: World, kind: MirrorKind) -> None:
    await switch(guild, THREAD)
    await switch(guild, TEMP_ROLE)
    event_id = await raid(guild)
    discord_id = await guild.pool.fetchval("SELECT discord_id FROM patt.mirrors WHERE kind = $1", kind)
    await guild.first.mirrors.noticed_gone(OTHER_GUILD, kind, discord_id)
    assert await state(guild, kind) == MirrorState.STANDS  # another server's word is about nothing of ours
    for _ in range(2):
        await guild.first.mirrors.noticed_gone(GUILD, kind, discord_id)
    await redraw(guild)
    assert await state(guild, kind) == MirrorState.LOST
    assert guild.beside.warned == [(officer().user_id, event_id, kind, None)]
    made = list(guild.beside.asked)
    await guild.first.edits.edit(officer(), str(event_id), EditWish(title="Mythic"))
    await redraw(guild)
    assert len(guild.beside.asked) - len(made) == 1  # only the other one was renamed


@EACH
async def test_what_a_change_finds_deleted_is_not_made_again(guild: World, setting: Setting[bool]) -> None:
    await guild.pool.execute("UPDATE common.discord_config SET officer_channel_id = $1", OFFICERS)
    await switch(guild, setting)
    event_id = await raid(guild)
    beside = guild.beside
    for those in (beside.threads, beside.events, beside.roles):
        those.clear()
    for title in ("Mythic", "Heroic again"):
        await guild.first.edits.edit(officer(), str(event_id), EditWish(title=title))
        await redraw(guild)
    assert standing(guild) == (0, 0, 0)
    assert [(channel, raid_id, why) for channel, raid_id, _, why in beside.warned] == [(OFFICERS, event_id, None)]


@EACH
async def test_what_discord_refuses_is_told_once_and_made_when_it_may_be(guild: World, setting: Setting[bool]) -> None:
    await guild.pool.execute("UPDATE common.discord_config SET officer_channel_id = $1", OFFICERS)
    await switch(guild, setting)
    guild.beside.fail(MADE_BY[setting], Refused("I need **Manage Something**"), times=3)
    event_id = await raid(guild)
    for number in range(1, 4):
        await guild.first.edits.edit(officer(), str(event_id), EditWish(title=f"Heroic {number}"))
        await redraw(guild)
    [(channel, raid_id, _, why)] = guild.beside.warned
    assert (channel, raid_id, why) == (OFFICERS, event_id, "I need **Manage Something**")
    assert standing(guild) == only(setting)
    assert not await guild.pool.fetchval("SELECT count(*) FROM patt.scheduled_actions WHERE dead")


async def test_the_leader_hears_what_cannot_be_said_in_the_officer_channel(guild: World) -> None:
    await guild.pool.execute("UPDATE common.discord_config SET officer_channel_id = $1", OFFICERS)
    await switch(guild, THREAD)
    guild.beside.fail("open_thread", Refused("I need **Create Public Threads**"))
    guild.beside.fail("warn_in", Undeliverable("Missing Access"))
    event_id = await raid(guild)
    [(whom, raid_id, _, why)] = guild.beside.warned
    assert (whom, raid_id, why) == (officer().user_id, event_id, "I need **Create Public Threads**")


@EACH
async def test_what_may_not_be_cleaned_up_is_tried_again_the_next_days(guild: World, setting: Setting[bool]) -> None:
    await switch(guild, setting)
    await raid(guild, duration="2h")
    ended_by = {THREAD: "close_thread", DISCORD_EVENT: "end_event", TEMP_ROLE: "delete_role"}[setting]
    guild.beside.fail(ended_by, Refused("I need **Manage Something**"), times=2)
    guild.clock.set(START + timedelta(hours=2))
    await redraw(guild)
    assert standing(guild) == only(setting)
    for _ in range(2):
        await guild.pass_time(timedelta(days=1))
    assert standing(guild) == (0, 0, 0)


# ---------------------------------------------------------------- Discord's scheduled events


async def test_an_event_stands_where_the_sheet_does_or_in_the_voice_channel(guild: World) -> None:
    await switch(guild, DISCORD_EVENT)
    event_id = await raid(guild)
    [look] = guild.beside.events.values()
    message_id = (await guild.event(event_id))["discord_message_id"]
    assert look["place"] == f"https://discord.com/channels/{GUILD}/{RAIDS}/{message_id}"
    assert look["note"].endswith(f"\nMuster #{event_id}")
    await switch(guild, VOICE_CHANNEL, ChannelId(555_555_555))
    await guild.first.edits.edit(officer(), str(event_id), EditWish(description="Flasks"))
    await redraw(guild)
    [look] = guild.beside.events.values()
    assert (look["voice_channel_id"], look["note"].splitlines()[0]) == (555_555_555, "Flasks")


async def test_an_event_starts_with_the_raid_and_is_ended_not_cancelled(guild: World) -> None:
    await switch(guild, DISCORD_EVENT)
    await raid(guild, duration="2h")
    guild.clock.set(START)
    await redraw(guild)
    assert [look["running"] for look in guild.beside.events.values()] == [True]
    guild.clock.set(START + timedelta(hours=2))
    await redraw(guild)
    assert [(ran, cancelled) for _, ran, cancelled in guild.beside.ended] == [(True, False)]


async def test_a_cancelled_raids_event_is_cancelled(guild: World) -> None:
    await switch(guild, DISCORD_EVENT)
    event_id = await raid(guild)
    await guild.first.raids.cancel(officer(), str(event_id), None, delete=False)
    await redraw(guild)
    assert [(ran, cancelled) for _, ran, cancelled in guild.beside.ended] == [(False, True)]


async def test_a_bot_that_was_down_all_night_cleans_up(guild: World) -> None:
    for setting in MADE_BY:
        await switch(guild, setting)
    await raid(guild, duration="2h")
    guild.clock.set(START + timedelta(days=2))
    await redraw(guild)
    assert standing(guild) == (0, 0, 0)
    assert [(ran, cancelled) for _, ran, cancelled in guild.beside.ended] == [(False, False)]


async def test_without_room_the_soonest_waits_and_gets_the_next_place(guild: World) -> None:
    await guild.pool.execute("UPDATE common.discord_config SET officer_channel_id = $1", OFFICERS)
    await switch(guild, DISCORD_EVENT)
    guild.beside.room = 2
    first = await raid(guild, title="Stands 1", when="2026-12-01 20:00")
    await raid(guild, title="Stands 2", when="2026-12-02 20:00")
    later, sooner = [
        await raid(guild, title=title, when=when)
        for title, when in (("Later", "2026-12-20 20:00"), ("Sooner", "2026-12-10 20:00"))
    ]
    assert len(guild.beside.events) == 2
    assert [(raid_id, why) for _, raid_id, _, why in guild.beside.warned] == [(later, "full")]  # once a server
    await guild.first.raids.cancel(officer(), str(first), None, delete=False)
    await redraw(guild)
    assert {look["name"] for look in guild.beside.events.values()} == {"Stands 2", "Sooner"}
    guild.beside.room = 3  # somebody deleted an event of their own
    await guild.pass_time(timedelta(hours=1))
    assert {look["name"] for look in guild.beside.events.values()} == {"Stands 2", "Sooner", "Later"}
    assert sooner != later
    assert len(guild.beside.warned) == 1


async def test_an_event_that_waits_is_dropped_with_its_raid(guild: World) -> None:
    await switch(guild, DISCORD_EVENT)
    guild.beside.room = 0
    event_id = await raid(guild)
    await guild.first.raids.cancel(officer(), str(event_id), None, delete=False)
    guild.beside.room = 1
    await redraw(guild)
    await guild.pass_time(timedelta(hours=1))
    assert (standing(guild), await state(guild, MirrorKind.DISCORD_EVENT)) == ((0, 0, 0), MirrorState.ENDED)


# ---------------------------------------------------------------- the role


async def test_exactly_those_with_a_seat_have_the_role(guild: World) -> None:
    await switch(guild, TEMP_ROLE)
    event_id = await raid(guild, limit=2)
    for number in (1, 2, 3):
        await guild.first.sign_ups.answer(member(number), event_id, Choice.ACCEPTED, HOLY)
    await guild.first.sign_ups.answer(member(4), event_id, Choice.TENTATIVE)
    await redraw(guild)
    [holders] = guild.beside.holders.values()
    assert holders == {member(1).user_id, member(2).user_id}
    await guild.first.sign_ups.withdraw(member(1), event_id)
    await redraw(guild)
    assert holders == {member(2).user_id, member(3).user_id}
    given = guild.beside.asked.count("give_role")
    await guild.first.edits.edit(officer(), str(event_id), EditWish(description="Flasks"))
    await redraw(guild)
    assert guild.beside.asked.count("give_role") == given  # nobody is given what they have


async def test_forty_people_get_it_ten_at_a_time(guild: World) -> None:
    await switch(guild, TEMP_ROLE)
    event_id = await raid(guild)
    for number in range(1, 41):
        await guild.first.sign_ups.answer(member(number), event_id, Choice.ACCEPTED, HOLY)
    await guild.pass_time(SECOND)
    assert guild.beside.asked.count("give_role") == 10
    for _ in range(3):
        await guild.pass_time(2 * SECOND)
    [holders] = guild.beside.holders.values()
    assert (len(holders), guild.beside.asked.count("give_role")) == (40, 40)


@pytest.mark.parametrize("after", [False, True])
async def test_whoever_may_have_got_it_before_a_crash_and_left_loses_it(guild: World, after: bool) -> None:
    await switch(guild, TEMP_ROLE)
    event_id = await raid(guild)
    await guild.first.sign_ups.answer(member(), event_id, Choice.ACCEPTED, HOLY)
    guild.beside.fail("give_role", DEATH, after=after)
    with pytest.raises(Killed):
        await guild.pass_time(SECOND)
    await guild.first.sign_ups.withdraw(member(), event_id)
    await guild.recover()
    [holders] = guild.beside.holders.values()
    assert holders == set()
    assert await guild.pool.fetchval("SELECT count(*) FROM patt.role_holders") == 0


async def test_a_role_that_may_not_be_given_is_told_once_and_given_later(guild: World) -> None:
    await switch(guild, TEMP_ROLE)
    event_id = await raid(guild)
    guild.beside.fail("give_role", Refused("My own role must stand above"), times=2)
    for number in (1, 2, 3):
        await guild.first.sign_ups.answer(member(number), event_id, Choice.ACCEPTED, HOLY)
        await redraw(guild)
    [holders] = guild.beside.holders.values()
    assert len(holders) == 3
    told = await guild.pool.fetchval("SELECT count(*) FROM patt.action_log WHERE kind = 'officers.warn'")
    assert told == 1


# ---------------------------------------------------------------- Raid-Helper's sheets


async def test_a_raid_on_raid_helper_has_an_event_and_neither_thread_nor_role(guild: World) -> None:
    for setting in MADE_BY:
        await switch(guild, setting)
    await guild.connect_raid_helper()
    event_id = await raid(guild, sheet=SheetKind.RAID_HELPER)
    await redraw(guild)
    assert standing(guild) == only(DISCORD_EVENT)
    await guild.first.edits.edit(officer(), str(event_id), EditWish(title="Mythic"))
    await redraw(guild)
    assert [look["name"] for look in guild.beside.events.values()] == ["Mythic"]
    await guild.first.raids.cancel(officer(), str(event_id), None, delete=False)
    await redraw(guild)
    assert standing(guild) == (0, 0, 0)
