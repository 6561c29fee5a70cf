"""The day before a raid: what the bot lacks is said once, where somebody can mend it."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.event import NewEvent, SheetKind
from bot.domain.ids import ChannelId, EventId, UserId
from bot.domain.setting import Level, Scope
from bot.services import deadlines
from bot.services.raid_edits import EditWish
from tests.factories import GUILD, OFFICER_ROLE, OFFICERS, RAIDS, START, days, new_event, officer
from tests.services.world import World

HOUR = timedelta(hours=1)
LEADER = UserId(77)
NEXT_WEEK = START + days(7)
EVE = NEXT_WEEK - days(1)
SEND = f"{RAIDS}:send_messages"


@pytest.fixture
async def guild(world: World) -> World:
    await world.set_up(raid_channel_id=RAIDS, officer_channel_id=OFFICERS, officer_role_ids=[OFFICER_ROLE])
    return world


def next_week(**changes: Any) -> NewEvent:
    return new_event(**{"day": NEXT_WEEK.date(), "starts_at": NEXT_WEEK, "leader_id": LEADER} | changes)


async def raid(world: World, **changes: Any) -> EventId:
    event_id = await world.raid(new=next_week(**changes))
    async with world.first.db.transaction() as tx:
        event = await tx.events.get(event_id)
        assert event is not None
        await deadlines.plan(tx, event, await world.first.templates.of(tx, event), world.clock.now())
    return event_id


async def switch_on(world: World, *names: str) -> None:
    async with world.first.db.transaction() as tx:
        await tx.settings.put(GUILD, Level(Scope.SERVER), dict.fromkeys(names, True))


async def on_the_eve(world: World) -> None:
    world.clock.set(EVE)
    await world.first.queue.run_due()


async def test_nothing_is_said_of_a_raid_that_has_all_it_needs(guild: World) -> None:
    await raid(guild)
    await on_the_eve(guild)
    assert guild.rights.told == []
    assert await guild.done("rights.check") == 1


async def test_it_is_said_a_day_before_and_not_sooner(guild: World) -> None:
    event_id = await raid(guild)
    guild.rights.denied[RAIDS] = {"send_messages"}
    guild.clock.set(EVE - HOUR)
    await guild.first.queue.run_due()
    assert guild.rights.told == []
    await on_the_eve(guild)
    assert guild.rights.told == [(OFFICERS, event_id, [SEND])]


async def test_a_raid_planned_within_the_day_is_looked_at_at_once(guild: World) -> None:
    guild.clock.set(NEXT_WEEK - 3 * HOUR)
    guild.rights.denied[RAIDS] = {"send_messages"}
    event_id = await raid(guild)
    await guild.first.queue.run_due()
    assert guild.rights.told == [(OFFICERS, event_id, [SEND])]


@pytest.mark.parametrize(
    ("settings", "channel", "permission"),
    [
        ([], RAIDS, "view_channel"),
        ([], RAIDS, "send_messages"),
        ([], RAIDS, "embed_links"),
        ([], RAIDS, "read_message_history"),
        (["thread"], RAIDS, "create_public_threads"),
        (["thread"], RAIDS, "send_messages_in_threads"),
        (["discord_event"], None, "create_events"),
        (["discord_event"], None, "manage_events"),
        (["temp_role"], None, "manage_roles"),
        ([], OFFICERS, "send_messages"),
    ],
)
async def test_each_permission_a_raid_needs(
    guild: World, settings: list[str], channel: ChannelId | None, permission: str
) -> None:
    await switch_on(guild, *settings)
    event_id = await raid(guild)
    guild.rights.denied[channel] = {permission}
    await on_the_eve(guild)
    assert guild.rights.told == [(OFFICERS, event_id, [f"{channel or 'server'}:{permission}"])]


@pytest.mark.parametrize(
    ("channel", "permission"), [(RAIDS, "create_public_threads"), (None, "manage_roles"), (None, "create_events")]
)
async def test_what_no_setting_asks_for_is_not_missed(guild: World, channel: ChannelId | None, permission: str) -> None:
    await raid(guild)
    guild.rights.denied[channel] = {permission}
    await on_the_eve(guild)
    assert guild.rights.told == []


async def test_a_deleted_channel_counts(guild: World) -> None:
    event_id = await raid(guild)
    guild.rights.gone.add(RAIDS)
    await on_the_eve(guild)
    assert guild.rights.told == [(OFFICERS, event_id, [f"{RAIDS}:gone"])]


async def test_everything_is_said_in_one_go_and_each_thing_once(guild: World) -> None:
    event_id = await raid(guild)
    guild.rights.denied[RAIDS] = {"send_messages", "embed_links"}
    await on_the_eve(guild)
    await guild.first.edits.edit(officer(), str(event_id), EditWish(duration="2h"))
    await guild.first.queue.run_due()
    guild.rights.denied[RAIDS] = {"send_messages", "embed_links", "view_channel"}
    guild.rights.denied[OFFICERS] = set()
    await guild.first.edits.edit(officer(), str(event_id), EditWish(duration="3h"))
    await guild.first.queue.run_due()
    assert guild.rights.told == [
        (OFFICERS, event_id, [SEND, f"{RAIDS}:embed_links"]),
        (OFFICERS, event_id, [f"{RAIDS}:view_channel"]),
    ]


async def test_two_raids_are_told_of_each(guild: World) -> None:
    raids = [await raid(guild), await raid(guild, title="Alt run")]
    guild.rights.denied[RAIDS] = {"send_messages"}
    await on_the_eve(guild)
    assert sorted(event_id for _, event_id, _ in guild.rights.told) == raids


async def test_a_raid_that_was_moved_away_is_looked_at_on_its_new_eve(guild: World) -> None:
    event_id = await raid(guild)
    guild.rights.denied[RAIDS] = {"send_messages"}
    await guild.first.edits.move(officer(), str(event_id), str(int((NEXT_WEEK + days(3)).timestamp())))
    await on_the_eve(guild)
    assert guild.rights.told == []
    guild.clock.set(EVE + days(3))
    await guild.first.queue.run_due()
    assert guild.rights.told == [(OFFICERS, event_id, [SEND])]


async def test_a_cancelled_raid_needs_nothing(guild: World) -> None:
    event_id = await raid(guild)
    guild.rights.denied[RAIDS] = {"send_messages"}
    await guild.first.raids.cancel(officer(), str(event_id), None, delete=False)
    await on_the_eve(guild)
    assert guild.rights.told == []


async def test_sheets_on_raid_helper_are_raid_helpers_to_post(guild: World) -> None:
    await guild.connect_raid_helper()
    await raid(guild, sheet=SheetKind.RAID_HELPER)
    guild.rights.denied[RAIDS] = {"send_messages"}
    await on_the_eve(guild)
    assert guild.rights.told == []


async def test_where_the_officers_cannot_be_told_the_leader_is(guild: World) -> None:
    event_id = await raid(guild)
    guild.rights.denied[RAIDS] = {"send_messages"}
    guild.rights.gone.add(OFFICERS)
    await on_the_eve(guild)
    assert guild.rights.told == [(LEADER, event_id, [SEND, f"{OFFICERS}:gone"])]


async def test_without_an_officer_channel_the_leader_is_told(world: World) -> None:
    await world.set_up(raid_channel_id=RAIDS)
    event_id = await raid(world)
    world.rights.denied[RAIDS] = {"send_messages"}
    await on_the_eve(world)
    assert world.rights.told == [(LEADER, event_id, [SEND])]


async def test_without_anybody_to_tell_it_is_done(world: World) -> None:
    await world.set_up(raid_channel_id=RAIDS)
    await raid(world, leader_id=None)
    world.rights.denied[RAIDS] = {"send_messages"}
    await on_the_eve(world)
    assert await world.done("rights.check") == 1


async def test_word_that_did_not_get_through_is_said_at_the_next_attempt(guild: World) -> None:
    event_id = await raid(guild)
    guild.rights.denied[RAIDS] = {"send_messages"}
    guild.rights.troubles.append(TimeoutError())
    await on_the_eve(guild)
    assert guild.rights.told == []
    guild.clock.advance(timedelta(seconds=5))
    await guild.first.queue.run_due()
    assert guild.rights.told == [(OFFICERS, event_id, [SEND])]
