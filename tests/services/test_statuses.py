"""Raids start and end by themselves: in order after a pause, at their new time after a move, hand-written ones too."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.event import EventStatus, SheetKind
from bot.domain.ids import EventId
from bot.services import deadlines
from bot.services.copying import Copied
from bot.services.raid_edits import EditWish
from bot.services.raids import RaidWish
from db import Database
from tests.db.plans import analyse, plan_of
from tests.factories import GUILD, NOW, RAIDS, START, officer
from tests.services.world import World

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
END = START + 3 * HOUR


async def planned(world: World, **changes: Any) -> EventId:
    """A raid with its sheet, planned as every use case plans."""
    event_id = await world.raid(**changes)
    await world.pool.execute("UPDATE patt.raid_events SET discord_message_id = 9 WHERE id = $1", event_id)
    async with world.first.db.transaction() as tx:
        event = await tx.events.get(event_id)
        assert event is not None
        await deadlines.plan(tx, event, await world.first.templates.of(tx, event), world.clock.now())
    return event_id


async def status(world: World, event_id: int) -> str:
    return (await world.event(event_id))["status"]


async def at(world: World, moment: Any) -> None:
    world.clock.set(moment)
    await world.run()


async def outcomes(world: World) -> list[str]:
    rows = await world.pool.fetch("SELECT outcome FROM patt.action_log WHERE kind = 'raid.status' ORDER BY id")
    return [row["outcome"] for row in rows]


async def test_a_raid_starts_and_ends_and_its_sheet_follows(guild: World) -> None:
    event_id = await planned(guild)
    await at(guild, START - SECOND)
    assert (await status(guild, event_id), guild.discord.edits) == ("SCHEDULED", [])
    await at(guild, START)
    await at(guild, START + SECOND)
    assert (await status(guild, event_id), guild.discord.edits[-1].event.status) == ("IN_PROGRESS", "IN_PROGRESS")
    assert not guild.discord.edits[-1].event.takes_buttons
    await at(guild, END)
    await at(guild, END + SECOND)
    assert (await status(guild, event_id), guild.discord.edits[-1].event.status) == ("COMPLETED", "COMPLETED")
    assert len(guild.discord.edits) == 2


async def test_a_bot_that_was_down_over_start_and_end_catches_up_in_order(guild: World) -> None:
    event_id = await planned(guild)
    await at(guild, END + 5 * HOUR)
    assert await status(guild, event_id) == "COMPLETED"
    assert await outcomes(guild) == ["IN_PROGRESS, COMPLETED", "nothing to change"]
    await guild.pass_time(SECOND)
    assert [one.event.status for one in guild.discord.edits] == [EventStatus.COMPLETED]


async def test_two_workers_change_it_once(guild: World) -> None:
    event_id = await planned(guild)
    guild.clock.set(END)
    async with guild.worker() as second:
        await guild.run()
        await second.queue.run_due()
    assert (await status(guild, event_id), (await outcomes(guild))[0]) == ("COMPLETED", "IN_PROGRESS, COMPLETED")


async def test_a_raid_on_raid_helper_starts_and_ends_without_a_sheet_of_ours(guild: World) -> None:
    event_id = await planned(guild, sheet=SheetKind.RAID_HELPER)
    await at(guild, END)
    await guild.pass_time(SECOND)
    assert (await status(guild, event_id), guild.discord.edits) == ("COMPLETED", [])


async def created(world: World) -> EventId:
    event = await world.first.raids.create(officer(), RaidWish(title="Heroic", when="today 20:00"))
    await world.run()
    return event.id


async def moved(world: World) -> EventId:
    event_id = await created(world)
    await world.first.edits.move(officer(), str(event_id), "tomorrow 20:00")
    await world.first.edits.move(officer(), str(event_id), "today 21:00")
    return event_id


async def moved_back(world: World) -> EventId:
    event_id = await created(world)
    done = await world.first.edits.move(officer(), str(event_id), "today 21:00")
    await world.first.undo.undo(officer(), done.entry_id)
    return event_id


async def shortened(world: World) -> EventId:
    event_id = await created(world)
    await world.first.edits.edit(officer(), str(event_id), EditWish(duration="30m"))
    return event_id


async def revived(world: World) -> EventId:
    event_id = await created(world)
    done = await world.first.raids.cancel(officer(), str(event_id), None, delete=False)
    await world.first.undo.undo(officer(), done.entry_id)
    return event_id


async def copied(world: World) -> EventId:
    source = await created(world)
    done: Copied = await world.first.copies.copy(officer(), source, "tomorrow 20:00", RAIDS, with_sign_ups=False)
    return done.event.id


async def by_hand(world: World) -> EventId:
    event_id = await world.raid()
    assert await world.first.unplanned.run_once() == 1
    return event_id


@pytest.mark.parametrize("make", [created, moved, moved_back, shortened, revived, copied, by_hand])
async def test_whoever_writes_its_times_it_starts_and_ends_by_them(guild: World, make: Any) -> None:
    event_id = await make(guild)
    row = await guild.event(event_id)
    for moment, expected in (
        (row["start_time_utc"] - SECOND, "SCHEDULED"),
        (row["start_time_utc"], "IN_PROGRESS"),
        (row["end_time_utc"] - SECOND, "IN_PROGRESS"),
        (row["end_time_utc"], "COMPLETED"),
    ):
        await at(guild, moment)
        assert (moment, await status(guild, event_id)) == (moment, expected)


async def test_a_cancelled_raid_stays_cancelled(guild: World) -> None:
    event_id = await created(guild)
    await guild.first.raids.cancel(officer(), str(event_id), None, delete=False)
    await at(guild, END)
    assert await status(guild, event_id) == "CANCELLED"


# ---------------------------------------------------------------- rows nobody planned


async def test_a_raid_that_was_moved_by_hand_is_planned_anew(guild: World) -> None:
    event_id = await planned(guild)
    assert await guild.first.unplanned.run_once() == 0
    await guild.pool.execute(
        "UPDATE patt.raid_events SET start_time_utc = $2, end_time_utc = $3 WHERE id = $1",
        event_id,
        START + HOUR,
        END + HOUR,
    )
    assert [await guild.first.unplanned.run_once(), await guild.first.unplanned.run_once()] == [1, 0]
    await at(guild, START)
    assert await status(guild, event_id) == "SCHEDULED"
    await at(guild, START + HOUR)
    assert await status(guild, event_id) == "IN_PROGRESS"


async def test_raids_of_long_ago_end_without_their_sheets_being_drawn(guild: World) -> None:
    for week in range(1, 4):
        await planned(guild, starts_at=NOW - timedelta(days=30 * week))
    await guild.pool.execute("UPDATE patt.raid_events SET planned_for = NULL")
    await guild.first.unplanned.run_once()
    await guild.run()
    await guild.pass_time(SECOND)
    assert await guild.pool.fetchval("SELECT count(*) FROM patt.raid_events WHERE status = 'COMPLETED'") == 3
    assert guild.discord.edits == []


async def test_what_cannot_be_planned_keeps_nobody_else_waiting(guild: World) -> None:
    await guild.raid()
    event_id = await guild.raid()
    bad = await guild.insert("patt.templates", name="x", definition={}, digest="x")
    await guild.pool.execute("UPDATE patt.raid_events SET template_id = $1 WHERE id <> $2", bad, event_id)
    assert await guild.first.unplanned.run_once() == 1
    await at(guild, START)
    assert await status(guild, event_id) == "IN_PROGRESS"


async def test_a_changed_setting_has_its_servers_raids_planned_anew(guild: World) -> None:
    await planned(guild)
    await planned(guild, guild_id=GUILD + 1)
    await guild.insert("common.settings", guild_discord_id=GUILD, scope="server", scope_id=0, name="x", value=1)
    assert await guild.first.unplanned.run_once() == 1


async def test_looking_for_them_does_not_grow_with_history(guild: World) -> None:
    await guild.pool.execute(
        """
        INSERT INTO patt.raid_events (guild_discord_id, title, event_date, start_time_utc, end_time_utc, status)
        SELECT 1, 'old', '2020-01-01', '2020-01-01', '2020-01-01', 'COMPLETED' FROM generate_series(1, 3000)
        """
    )
    await analyse(guild.pool)
    async with Database(guild.pool).transaction() as tx:
        assert "raid_events_unplanned" in await plan_of(tx, lambda: tx.events.unplanned(most=10))
