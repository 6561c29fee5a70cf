"""Word of new work reaches the worker, whoever enqueued it, and again after the connection was lost."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from db import Database
from db.listen import PAUSE, Listener
from db.pool import Pool
from sandbox.clock import ManualClock
from tests.factories import GUILD, NOW, new_action

INSERT = """
    INSERT INTO patt.scheduled_actions (guild_discord_id, kind, lane, due_at, wake_at)
    VALUES ($1, 'sheet.refresh', 'lane', $2, $2)
"""
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'muster-listen'"


class Heard:
    """What would wake a worker, as it comes."""

    def __init__(self) -> None:
        self.moments: asyncio.Queue[object] = asyncio.Queue()

    def due(self, at: object) -> None:
        self.moments.put_nowait(at)

    def set(self) -> None:
        self.moments.put_nowait("look")

    async def next(self) -> object:
        async with asyncio.timeout(10):
            return await self.moments.get()


@asynccontextmanager
async def listening(dsn: str, clock: ManualClock) -> AsyncIterator[Heard]:
    heard = Heard()
    running = asyncio.create_task(Listener(dsn, heard, clock.sleep).run())  # type: ignore[arg-type]
    try:
        assert await heard.next() == "look"
        yield heard
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
async def heard(dsn: str, clock: ManualClock) -> AsyncIterator[Heard]:
    async with listening(dsn, clock) as heard:
        yield heard


async def test_a_row_inserted_by_hand_is_told_with_its_moment(heard: Heard, pool: Pool) -> None:
    await pool.execute(INSERT, GUILD, NOW)
    assert await heard.next() == NOW


async def test_of_several_every_moment_is_told_once(heard: Heard, db: Database, pool: Pool) -> None:
    later, last = NOW.replace(year=NOW.year + 1), NOW.replace(year=NOW.year + 2)
    async with db.transaction() as tx:
        await tx.actions.enqueue(*(new_action(due_at=at) for at in (later, NOW, later, NOW)))
    await pool.execute(INSERT, GUILD, last)
    assert [await heard.next() for _ in range(3)] == [later, NOW, last]


async def test_neither_asking_again_nor_taking_back_nor_working_is_news(heard: Heard, db: Database, pool: Pool) -> None:
    async with db.transaction() as tx:
        await tx.actions.enqueue(new_action(dedupe="sheet:1"))
    assert await heard.next() == NOW
    async with db.transaction() as tx:
        await tx.actions.enqueue(new_action(dedupe="sheet:1"))
    with contextlib.suppress(ZeroDivisionError):
        async with db.transaction() as tx:
            await tx.actions.enqueue(new_action())
            raise ZeroDivisionError
    await pool.execute("UPDATE patt.scheduled_actions SET attempts = 7")
    last = NOW.replace(year=NOW.year + 1)
    await pool.execute(INSERT, GUILD, last)
    assert await heard.next() == last


@pytest.mark.parametrize("said", ["", "soon", "Infinity", "1e999"])
async def test_what_says_no_moment_is_a_reason_to_look(heard: Heard, pool: Pool, said: str) -> None:
    await pool.execute("SELECT pg_notify('patt.scheduled_actions', $1)", said)
    assert await heard.next() == "look"


async def test_a_lost_connection_comes_back_and_looks_for_what_it_missed(
    heard: Heard, clock: ManualClock, pool: Pool
) -> None:
    for _ in range(2):
        await pool.execute(f"{CUT} AND datname = current_database()")
        assert await heard.next() == "look"
        await pool.execute(INSERT, GUILD, NOW)
        assert await heard.next() == NOW
    assert clock.now() == NOW


async def test_a_database_that_lets_nobody_in_is_asked_again_after_a_pause(
    dsn: str, pool: Pool, postgres: str, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    name = await pool.fetchval("SELECT current_database()")
    server = await asyncpg.connect(postgres)
    async with listening(dsn, clock) as heard:
        await server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await pool.execute(f"{CUT} AND datname = current_database()")
        async with asyncio.timeout(10):
            while clock.next_waking is None:  # noqa: ASYNC110 - the clock sets no event for its sleepers
                await asyncio.sleep(0.01)
        await server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        assert heard.moments.empty()
        clock.set(clock.next_waking)
        assert await heard.next() == "look"
    await server.close()
    assert (clock.now() - NOW).total_seconds() == PAUSE
    assert "no word of new work" in caplog.text
