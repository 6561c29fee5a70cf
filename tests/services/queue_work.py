"""A queue in a test's hands: one handler that writes down what it was given and does what the test says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg

from bot.domain.action import Action, Kind, NewAction
from bot.services.queue import Queue
from db import Database
from db.pool import Pool, open_pool
from sandbox.clock import ManualClock
from tests.factories import new_action

SECOND = timedelta(seconds=1)


class Work:
    """A queue whose one handler writes down what it was given and does what the test says."""

    def __init__(self, pool: Pool, clock: ManualClock) -> None:
        self.pool, self.db, self.clock = pool, Database(pool), clock
        self.done: list[str] = []
        self.seen: list[Action] = []
        self.act: Callable[[Action], Awaitable[None]] | None = None
        self.queue = Queue(self.db, {Kind.REFRESH_SHEET: self.handle}, clock)

    async def handle(self, action: Action) -> str:
        self.seen.append(action)
        if self.act is not None:
            await self.act(action)
        self.done.append(name_of(action))
        return "done"

    async def enqueue(self, *actions: NewAction) -> None:
        async with self.db.transaction() as tx:
            for action in actions:
                await tx.actions.enqueue(action)

    async def rows(self) -> list[asyncpg.Record]:
        return await self.pool.fetch("SELECT * FROM patt.scheduled_actions ORDER BY id")

    async def logged(self) -> int:
        return await self.pool.fetchval("SELECT count(*) FROM patt.action_log")


def named(name: str, lane: str = "lane", **changes: object) -> NewAction:
    return new_action(lane, payload={"name": name}, **changes)


def name_of(action: Action) -> str:
    return action.payload["name"]


@asynccontextmanager
async def rival(dsn: str, clock: ManualClock) -> AsyncIterator[Work]:
    """Another worker on the same database."""
    pool = await open_pool(dsn)
    try:
        yield Work(pool, clock)
    finally:
        await pool.close()


async def asleep(clock: ManualClock, task: asyncio.Task[object]) -> None:
    """Wait until `task` sleeps on the clock."""
    for _ in range(2000):
        if clock.next_waking is not None:
            return
        assert not task.done()
        await asyncio.sleep(0.005)
    raise AssertionError("it never went to sleep")


async def failing(_action: Action) -> None:
    raise RuntimeError("the other side is down")
