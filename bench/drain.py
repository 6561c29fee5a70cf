"""Ten thousand due at once: the queue beside a plain loop of one row and one transaction each."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable

from bench.backlog import make_due
from bot.clock import SystemClock
from bot.domain.action import Action, Kind
from bot.services.queue import Queue
from db import Database
from db.pool import Pool
from db.rows import Connection

Sink = Callable[[], Awaitable[object]]

_TAKE = """
    SELECT id FROM patt.scheduled_actions WHERE claimed_until IS NULL AND NOT dead AND wake_at <= $1
    ORDER BY wake_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_DONE = """
    WITH done AS (DELETE FROM patt.scheduled_actions WHERE id = $1 RETURNING *)
    INSERT INTO patt.action_log (id, guild_discord_id, event_id, kind, due_at, done_at, attempts, outcome)
    SELECT id, guild_discord_id, event_id, kind, due_at, $2, attempts + 1, 'done' FROM done
"""


async def nothing() -> None:
    """A sink that takes no time."""


async def a_millisecond() -> None:
    """A sink that takes a millisecond, as the quickest of answers over a network."""
    await asyncio.sleep(0.001)


async def plain(pool: Pool, sink: Sink, count: int) -> float:
    """Rows a second of the plain loop."""
    clock = SystemClock()
    await make_due(pool, count, clock.now())
    began = time.perf_counter()
    async with pool.acquire() as connection:
        while await _one(connection, sink, clock):
            pass
    return count / (time.perf_counter() - began)


async def _one(connection: Connection, sink: Sink, clock: SystemClock) -> bool:
    async with connection.transaction():
        number = await connection.fetchval(_TAKE, clock.now())
        if number is None:
            return False
        await sink()
        await connection.execute(_DONE, number, clock.now())
    return True


async def drained(pool: Pool, sink: Sink, count: int) -> float:
    """Rows a second of the queue. Raises AssertionError unless every channel's came in order and once."""
    order: defaultdict[str, list[int]] = defaultdict(list)

    async def send(action: Action) -> str:
        order[action.lane].append(action.payload["number"])
        await sink()
        return "done"

    queue = Queue(Database(pool), {Kind.REFRESH_SHEET: send}, SystemClock())
    await make_due(pool, count, SystemClock().now())
    began = time.perf_counter()
    done = await queue.run_due()
    seconds = time.perf_counter() - began
    assert done == count  # noqa: S101 - a figure of what went wrong is none
    assert all(numbers == sorted(set(numbers)) for numbers in order.values())  # noqa: S101 - a figure of what went wrong is none
    assert sum(map(len, order.values())) == count  # noqa: S101 - a figure of what went wrong is none
    return count / seconds
