"""A raid's sheet changes hands, to Raid-Helper's and back, and everybody stays on it."""

from datetime import timedelta

import pytest

from bot.domain.event import Event, SheetKind
from bot.domain.officer_rules import RaidIsOver
from bot.services.officers import Whom
from bot.services.raids import RaidWish
from bot.services.sheet_switch import switch
from sandbox.raid_helper import faults
from tests.factories import RAIDS, START, member, officer
from tests.services.test_raid_helper_mirror import TONIGHT, posted, presses, reread, rows
from tests.services.world import World


async def hand_over(world: World, raid: Event, kind: SheetKind) -> Event:
    """What an officer's command does, and what follows."""
    async with world.first.db.transaction() as tx:
        locked = await tx.events.lock(raid.guild_id, raid.id)
        assert locked is not None
        await switch(tx, locked, kind, world.clock.now())
    await world.run()
    return await reread(world, raid)


async def native(world: World) -> Event:
    """A raid with two people on a sheet of our own."""
    raid = await world.first.raids.create(officer(), RaidWish("Heroic", TONIGHT, channel_id=RAIDS))
    for number, status in ((1, None), (2, "bench")):
        await world.first.officers.add(officer(), str(raid.id), Whom(member(number)), status, "Holy Paladin")
    await world.run()
    return await reread(world, raid)


async def test_to_raid_helper_with_everybody(guild: World) -> None:
    await guild.connect_raid_helper()
    raid = await native(guild)
    there = await hand_over(guild, raid, SheetKind.RAID_HELPER)
    [event] = guild.raid_helper.events.values()
    assert (there.sheet, there.raid_helper_event_id, there.message_id) == (SheetKind.RAID_HELPER, event["id"], None)
    assert {(row["name"], row["className"]) for row in event["signUps"]} == {
        ("Member 1", "Healer"),
        ("Member 2", "Bench"),
    }
    assert guild.discord.deleted == [(RAIDS, raid.message_id)]
    assert guild.discord.said == []


async def test_back_with_whoever_answered_there(guild: World) -> None:
    raid = await posted(guild)
    await presses(guild, raid, 1, "Tank", "Blood")
    await presses(guild, raid, 2, "Tentative")
    here = await hand_over(guild, raid, SheetKind.NATIVE)
    assert (here.sheet, here.raid_helper_event_id) == (SheetKind.NATIVE, None)
    assert here.message_id is not None
    assert guild.raid_helper.events == {}
    assert [row[:2] for row in await rows(guild, raid)] == [("Member 1", "accepted"), ("Member 2", "tentative")]
    [sheet] = guild.discord.sheets
    assert [one.sign_up.name for one in sheet.roster.seated] == ["Member 1"]


async def test_there_and_back_again_doubles_nothing(guild: World) -> None:
    await guild.connect_raid_helper()
    raid = await native(guild)
    for kind in (SheetKind.RAID_HELPER, SheetKind.NATIVE, SheetKind.RAID_HELPER, SheetKind.RAID_HELPER):
        raid = await hand_over(guild, raid, kind)
    await guild.recover()
    assert list(guild.raid_helper.events) == [raid.raid_helper_event_id]
    assert len(await rows(guild, raid)) == 2


async def test_what_is_not_answered_loses_nobody(guild: World) -> None:
    raid = await posted(guild)
    await presses(guild, raid, 1, "Tank", "Blood")
    guild.raid_helper.fail("fetch", faults.server_error(), times=9)
    here = await hand_over(guild, raid, SheetKind.NATIVE)
    assert here.sheet is SheetKind.RAID_HELPER
    await guild.recover()
    assert (await reread(guild, raid)).sheet is SheetKind.NATIVE
    assert [row[0] for row in await rows(guild, raid)] == ["Member 1"]


async def test_an_event_that_was_deleted_there_is_no_obstacle(guild: World) -> None:
    raid = await posted(guild)
    await presses(guild, raid, 1, "Tank", "Blood")
    await guild.first.mirror.pull(raid)
    await guild.raid_helper.delete_in_discord(raid.raid_helper_event_id or "")
    here = await hand_over(guild, raid, SheetKind.NATIVE)
    assert here.message_id is not None
    assert [row[0] for row in await rows(guild, raid)] == ["Member 1"]


async def test_a_raid_that_is_over_stays_where_it_is(guild: World) -> None:
    raid = await posted(guild)
    guild.clock.set(START + timedelta(hours=30))
    with pytest.raises(RaidIsOver):
        await hand_over(guild, raid, SheetKind.NATIVE)
