"""The guards below the others: what holds when two write the same night at once, or a word is asked for too soon."""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.domain.action import Kind, NewAction, channel_lane
from bot.domain.event import SheetKind
from bot.domain.ids import ChannelId, EventId
from db.pool import Pool
from tests.factories import GUILD, OFFICERS, RAIDS, START, days, wednesday
from tests.services.world import World

BOOKING_TIME = START + timedelta(minutes=12)
NEXT_WEEK = """
    INSERT INTO patt.raid_events (guild_discord_id, title, event_date, start_time_utc, end_time_utc,
                                  discord_channel_id, recurring_event_id)
    SELECT guild_discord_id, 'By hand', $2::date, start_time_utc + interval '7 days',
           end_time_utc + interval '7 days', discord_channel_id, recurring_event_id
    FROM patt.raid_events WHERE id = $1
"""


@pytest.fixture
async def guild(world: World) -> World:
    """A server with a raid channel and an officer channel."""
    await world.set_up(raid_channel_id=RAIDS, officer_channel_id=OFFICERS, timezone="Europe/Berlin")
    return world


async def somebody_waits(pool: Pool) -> None:
    """Until a connection to this database waits for another's transaction."""
    async with asyncio.timeout(20):
        while not await pool.fetchval(  # noqa: ASYNC110 - a lock has no event to wait for
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ):
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("kind", list(SheetKind))
async def test_a_row_written_by_hand_at_the_same_moment_is_the_only_one_of_its_night(
    guild: World, kind: SheetKind
) -> None:
    """The booker cannot see it before it is committed: the key alone tells them apart."""
    source_id = await guild.weekly(kind)
    guild.clock.set(BOOKING_TIME)
    async with guild.pool.acquire() as by_hand, guild.worker() as booker:
        transaction = by_hand.transaction()
        await transaction.start()
        await by_hand.execute(NEXT_WEEK, source_id, wednesday(1))
        looking = asyncio.create_task(booker.booker.run_once())
        await somebody_waits(guild.pool)
        await transaction.commit()
        assert await looking == 0
    assert await guild.look(BOOKING_TIME + timedelta(minutes=5)) == 0
    rows = await guild.pool.fetch("SELECT id, title FROM patt.raid_events WHERE occurrence_date = $1", wednesday(1))
    assert [row["title"] for row in rows] == ["By hand"]
    source = await guild.event(source_id)
    assert (source["successor_id"], source["auto_booked"]) == (rows[0]["id"], True)
    assert (guild.sheets_standing(kind), guild.discord.said) == (0, [])


async def ask_to_announce(world: World, event_id: EventId, at: datetime) -> None:
    async with world.first.db.transaction() as tx:
        lane = channel_lane(ChannelId(RAIDS))
        await tx.actions.enqueue(NewAction(GUILD, Kind.ANNOUNCE, lane, at, event_id))


@pytest.mark.parametrize("kind", list(SheetKind))
@pytest.mark.parametrize("state", ["planned", "creating", "announced"])
async def test_only_a_booking_that_surely_stands_and_nobody_heard_of_is_announced(
    guild: World, kind: SheetKind, state: str
) -> None:
    await guild.weekly(kind)
    await guild.look(BOOKING_TIME)
    [row] = await guild.successors()
    assert len(guild.discord.said) == 1
    await guild.pool.execute("UPDATE patt.raid_events SET booking_state = $2 WHERE id = $1", row["id"], state)
    guild.clock.advance(days(1))
    await ask_to_announce(guild, EventId(row["id"]), guild.clock.now())
    await guild.run()
    assert len(guild.discord.said) == 1
    assert (
        await guild.pool.fetchval(
            "SELECT outcome FROM patt.action_log WHERE kind = $1 ORDER BY id DESC LIMIT 1", Kind.ANNOUNCE
        )
        == "nothing to announce"
    )
