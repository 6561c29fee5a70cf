"""A raid's sheet goes to another channel: posted there, deleted here, one in the end whatever happens in between."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.action import Kind
from bot.domain.event import EventStatus
from bot.domain.ids import ChannelId, EventId, RoleId
from bot.domain.permissions import NotAnOfficer
from bot.domain.setting import Level, Scope
from bot.domain.settings import OFFICER_ROLES, OWN_CHANNEL_ONLY, REMINDERS
from bot.domain.template import Choice
from bot.services.messenger import Undeliverable
from bot.services.moving import BeingMoved, StaysOnRaidHelper
from bot.services.raid_edits import Edited, EditWish, NothingToChange
from tests.factories import GUILD, OFFICER_ROLE, OFFICERS, RAIDS, START, member, new_series, officer
from tests.services.news import setting
from tests.services.test_late_edits import HeldBack, answer, seated
from tests.services.test_raid_helper_mirror import posted
from tests.services.world import World

THIRD = ChannelId(OFFICERS + 7)
HOLY = ("Paladin", "Holy")


@pytest.fixture
async def raid(guild: World) -> EventId:
    """A raid with its sheet in the raid channel."""
    raid = await guild.raid(await guild.series(new_series(channel_id=RAIDS)))
    await guild.first.sign_ups.answer(member(1), raid, Choice.ACCEPTED, HOLY)
    await guild.pass_time(timedelta(seconds=2))
    return raid


async def edit(guild: World, raid: EventId, channel_id: ChannelId = OFFICERS) -> Edited:
    return await guild.first.edits.edit(officer(), str(raid), EditWish(channel_id=channel_id))


async def in_channel(guild: World, channel_id: ChannelId, name: str, value: object) -> None:
    """A setting of one channel's."""
    async with guild.first.db.transaction() as tx:
        await tx.settings.put(GUILD, Level(Scope.CHANNEL, channel_id), {name: value})


async def stands(guild: World, raid: EventId) -> list[ChannelId | None]:
    """Where sheets of the raid stand; the raid's row names the last of them."""
    standing = guild.discord.standing(raid)
    row = await guild.event(raid)
    assert (row["discord_channel_id"], row["discord_message_id"]) in standing
    return [channel for channel, _ in standing]


async def test_the_sheet_is_posted_there_before_it_is_deleted_here(guild: World, raid: EventId) -> None:
    before = (await guild.event(raid))["discord_message_id"]
    done = await edit(guild, raid)
    assert (done.before.channel_id, done.event.channel_id) == (RAIDS, OFFICERS)
    guild.discord.fail("delete_message", ConnectionError())
    await guild.run()
    assert await stands(guild, raid) == [RAIDS, OFFICERS]
    await guild.recover()
    assert await stands(guild, raid) == [OFFICERS]
    assert guild.discord.deleted == [(RAIDS, before)]
    assert guild.discord.said == []
    moved = guild.discord.sheets[-1]
    assert (moved.event.channel_id, moved.mention_roles) == (OFFICERS, ())
    assert [one.sign_up.name for one in moved.roster.seated] == ["Member 1"]


@pytest.mark.parametrize("after", [False, True])
async def test_a_crash_in_between_leaves_one_sheet(guild: World, raid: EventId, after: bool) -> None:
    await edit(guild, raid)
    guild.discord.fail("post_sheet", ConnectionError(), after=after)
    await guild.run()
    assert (await guild.event(raid))["discord_channel_id"] == RAIDS
    guild.clock.advance(timedelta(minutes=10))  # longer than Discord remembers a nonce
    await guild.recover()
    assert await stands(guild, raid) == [OFFICERS]


async def test_killed_after_it_was_written_down_nothing_is_deleted_that_stands(guild: World, raid: EventId) -> None:
    await edit(guild, raid)
    action = await guild.pool.fetchrow("SELECT * FROM patt.scheduled_actions WHERE kind = 'sheet.move'")
    await guild.run()
    assert action is not None
    again = {**action, "attempts": 1, "version": 0, "dedupe_key": None}
    await guild.insert("patt.scheduled_actions", **{**again, "id": 10**6})
    await guild.recover()
    assert await stands(guild, raid) == [OFFICERS]


async def test_what_cannot_be_posted_stays_and_the_officers_hear_of_it(guild: World, raid: EventId) -> None:
    await edit(guild, raid)
    guild.discord.fail("post_sheet", Undeliverable("Missing Access"))
    await guild.run()
    assert await stands(guild, raid) == [RAIDS]
    assert [kind for _, _, kind in guild.discord.warned] == []  # neither officer channel nor leader
    assert await guild.pool.fetchval("SELECT dead FROM patt.scheduled_actions WHERE kind = 'sheet.move'")
    await edit(guild, raid)
    await guild.recover()
    assert await stands(guild, raid) == [OFFICERS]


async def test_the_officers_are_told_of_a_sheet_that_stays(guild: World, raid: EventId) -> None:
    await guild.pool.execute("UPDATE common.discord_config SET officer_channel_id = $1", OFFICERS)
    await edit(guild, raid, THIRD)
    guild.discord.fail("post_sheet", Undeliverable("Missing Access"))
    await guild.run()
    assert guild.discord.warned == [(OFFICERS, raid, Kind.MOVE_SHEET)]


async def test_of_two_moves_at_once_the_second_waits_for_the_first(guild: World, raid: EventId) -> None:
    await edit(guild, raid)
    with pytest.raises(BeingMoved):
        await edit(guild, raid, THIRD)
    await guild.run()
    await edit(guild, raid, RAIDS)
    guild.discord.fail("post_sheet", ConnectionError(), after=True)
    await guild.recover()
    assert await stands(guild, raid) == [RAIDS]


async def test_a_raid_cancelled_before_its_sheet_moved_stays(guild: World, raid: EventId) -> None:
    await edit(guild, raid)
    guild.discord.fail("post_sheet", ConnectionError(), after=True)
    await guild.run()
    await guild.first.raids.cancel(officer(), str(raid), None, delete=False)
    await guild.recover()
    assert await stands(guild, raid) == [RAIDS]
    assert (await guild.event(raid))["status"] == EventStatus.CANCELLED


async def test_a_sheet_that_does_not_stand_yet_is_posted_there(guild: World) -> None:
    raid = await guild.raid(post_at=START - timedelta(hours=2))
    await edit(guild, raid)
    await guild.run()
    assert guild.discord.sheets == []
    await guild.first.unplanned.run_once()
    async with guild.first.db.transaction() as tx:
        event = await tx.events.get(raid)
        assert event is not None
        assert event.channel_id == OFFICERS


async def test_undone_it_comes_back(guild: World, raid: EventId) -> None:
    done = await edit(guild, raid)
    await guild.recover()
    await guild.first.undo.undo(officer(), done.entry_id)
    await guild.recover()
    assert await stands(guild, raid) == [RAIDS]


async def test_its_settings_are_the_new_channels(guild: World, raid: EventId) -> None:
    await in_channel(guild, OFFICERS, REMINDERS.name, [30])
    await edit(guild, raid)
    planned = "SELECT payload ->> 'minutes' FROM patt.scheduled_actions WHERE kind = 'people.tell'"
    assert "30" not in [row[0] for row in await guild.pool.fetch(planned)]
    await guild.run()
    assert "30" in [row[0] for row in await guild.pool.fetch(planned)]


async def test_only_this_night_of_a_series_stands_there(guild: World, raid: EventId) -> None:
    await edit(guild, raid)
    await guild.run()
    assert await guild.look(START + timedelta(minutes=12)) == 1
    channels = "SELECT discord_channel_id FROM patt.raid_events ORDER BY id"
    assert [row[0] for row in await guild.pool.fetch(channels)] == [OFFICERS, RAIDS]


async def test_raid_helpers_sheets_stay_where_they_are(guild: World) -> None:
    raid = await posted(guild)
    before = await guild.counts()
    with pytest.raises(StaysOnRaidHelper):
        await edit(guild, raid.id)
    assert await guild.counts() == before


async def test_who_plans_nothing_there_moves_nothing_there(guild: World, raid: EventId) -> None:
    """An officer of the raid channel alone, in a server that keeps them to it."""
    await setting(guild, OWN_CHANNEL_ONLY.name, True)
    team = member(5, role_ids=frozenset({RoleId(OFFICER_ROLE)}))
    await in_channel(guild, RAIDS, OFFICER_ROLES.name, [OFFICER_ROLE])
    with pytest.raises(NotAnOfficer):
        await guild.first.edits.edit(team, str(raid), EditWish(channel_id=OFFICERS))
    with pytest.raises(NotAnOfficer):
        await guild.first.edits.check_channel(team, str(raid), OFFICERS)
    with pytest.raises(NothingToChange):
        await guild.first.edits.edit(team, str(raid), EditWish(channel_id=RAIDS))


async def test_what_was_planned_before_is_drawn_in_turn_with_the_rest(guild: World) -> None:
    """Two edits of one sheet are never under way: the older could come last."""
    deadline = START - timedelta(hours=2)
    raid = await guild.raid(await guild.series(new_series(channel_id=RAIDS)), deadline=deadline)
    assert await guild.first.unplanned.run_once() == 1
    await answer(guild.first, raid, 1)
    await guild.pass_time(timedelta(seconds=2))
    await edit(guild, raid)
    await guild.run()
    await guild.pass_time(timedelta(seconds=2))
    guild.clock.set(deadline)
    guild.discord.edits.clear()
    held = HeldBack(guild.discord, None)
    drawing = asyncio.create_task(guild.run())
    await held.begun.wait()
    await guild.first.sign_ups.answer(member(1), raid, Choice.ABSENCE)
    async with guild.worker() as other:
        guild.clock.advance(timedelta(seconds=1))
        await other.queue.run_due()
    held.let_go.set()
    await drawing
    await guild.run()
    assert seated(guild) == [1, 0]
