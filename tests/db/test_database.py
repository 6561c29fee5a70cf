"""Connections come back to the pool, whatever becomes of whoever had one."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator

import asyncpg
import pytest

from db import Database
from db.pool import Pool, open_pool
from tests.factories import NOW, new_action


@pytest.fixture
async def narrow(dsn: str) -> AsyncGenerator[Pool]:
    """A pool of one connection; closing it takes for ever while somebody has that."""
    pool = await open_pool(dsn, max_size=1)
    yield pool
    async with asyncio.timeout(10):
        await pool.close()


@pytest.mark.parametrize("hurried", [True, False])
async def test_whoever_is_hurried_goes_on_before_their_connection_is_back(narrow: Pool, hurried: bool) -> None:
    async with Database(narrow).statements(hurried=hurried):
        assert narrow.get_idle_size() == 0
    assert narrow.get_idle_size() == (0 if hurried else 1)
    async with asyncio.timeout(10), narrow.acquire():
        pass
    assert narrow.get_idle_size() == 1


@pytest.mark.parametrize("hurried", [True, False])
async def test_it_comes_back_from_whoever_is_cancelled_at_the_last_moment(narrow: Pool, hurried: bool) -> None:
    async def work() -> None:
        task = asyncio.current_task()
        assert task
        async with Database(narrow).statements(hurried=hurried):
            asyncio.get_running_loop().call_soon(task.cancel)
        await asyncio.sleep(0)

    working = asyncio.create_task(work())
    await asyncio.wait({working})
    assert working.cancelled()
    async with asyncio.timeout(10), narrow.acquire():
        pass


@pytest.mark.parametrize("hurried", [True, False])
async def test_it_comes_back_from_whoever_is_cancelled_in_a_statement(narrow: Pool, hurried: bool) -> None:
    asked = asyncio.Event()

    async def work() -> None:
        async with Database(narrow).statements(hurried=hurried) as tx:
            asked.set()
            await tx.connection.execute("SELECT pg_sleep(30)")

    working = asyncio.create_task(work())
    await asked.wait()
    working.cancel()
    await asyncio.wait({working})
    async with asyncio.timeout(10):
        assert await narrow.fetchval("SELECT TRUE")


@pytest.mark.parametrize("hurried", [True, False])
async def test_what_one_statement_enqueued_is_told_although_another_fails(db: Database, hurried: bool) -> None:
    with contextlib.suppress(asyncpg.DivisionByZeroError):
        async with db.statements(hurried=hurried) as tx:
            await tx.actions.enqueue(new_action())
            await tx.connection.execute("SELECT 1 / 0")
    assert db.work.soonest == NOW
