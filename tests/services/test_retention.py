"""Retention: what is older than ninety days is forgotten in small batches, and nothing else is."""

import asyncio
from datetime import timedelta

import pytest

from bot.services import retention
from bot.services.retention import KEPT, Retention
from db import Database
from db.pool import Pool
from sandbox.clock import ManualClock
from tests.db.plans import analyse, plan_of
from tests.factories import GUILD, NOW

OLD, YOUNG = NOW - KEPT - timedelta(seconds=1), NOW - KEPT

LOG = """
    INSERT INTO patt.action_log (id, guild_discord_id, kind, due_at, done_at, attempts, outcome)
    SELECT number, $1, 'sheet.refresh', $2, $2, 1, 'drawn' FROM generate_series($3::integer, $4::integer) number
"""
NOTE = "INSERT INTO patt.audit (guild_discord_id, action, at) VALUES ($1, 'edit', $2)"
ACTION = """
    INSERT INTO patt.scheduled_actions (guild_discord_id, kind, lane, due_at, wake_at, dead, dead_since)
    VALUES ($1, 'sheet.refresh', 'lane', $2, $2, $3, CASE WHEN $3 THEN $2::timestamptz END)
"""
LEFT = """
    SELECT (SELECT array_agg(DISTINCT done_at) FROM patt.action_log), (SELECT array_agg(at) FROM patt.audit),
           (SELECT array_agg((dead, due_at) ORDER BY due_at) FROM patt.scheduled_actions)
"""


@pytest.fixture
def forgetting(pool: Pool, clock: ManualClock) -> Retention:
    return Retention(Database(pool), clock)


async def test_only_what_is_done_and_old_is_forgotten(forgetting: Retention, pool: Pool) -> None:
    for moment, first in ((OLD, 1), (YOUNG, 100)):
        await pool.execute(LOG, GUILD, moment, first, first + 9)
        await pool.execute(NOTE, GUILD, moment)
        await pool.execute(ACTION, GUILD, moment, True)
    await pool.execute(ACTION, GUILD, OLD, False)  # still to do, however late
    assert await forgetting.run_once() == 12
    assert await forgetting.run_once() == 0
    assert tuple(await pool.fetchrow(LEFT) or ()) == ([YOUNG], [YOUNG], [(False, OLD), (True, YOUNG)])


async def test_much_is_forgotten_in_batches_and_the_rest_the_next_time(
    forgetting: Retention, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 10)
    monkeypatch.setattr(retention, "MOST_BATCHES", 3)
    await pool.execute(LOG, GUILD, OLD, 1, 45)
    assert [await forgetting.run_once() for _ in range(3)] == [30, 15, 0]


async def test_two_workers_forget_side_by_side(forgetting: Retention, pool: Pool, clock: ManualClock) -> None:
    await pool.execute(LOG, GUILD, OLD, 1, 5000)
    both = await asyncio.gather(forgetting.run_once(), Retention(Database(pool), clock).run_once())
    assert await pool.fetchval("SELECT count(*) FROM patt.action_log") == 0
    assert sum(both) == 5000


async def test_looking_for_the_old_reads_no_history(pool: Pool) -> None:
    await pool.execute(LOG, GUILD, YOUNG, 1, 5000)
    await pool.executemany(NOTE, [(GUILD, YOUNG)] * 5000)
    await pool.executemany(ACTION, [(GUILD, YOUNG, True)] * 5000)
    await analyse(pool)
    async with Database(pool).transaction() as tx:
        plan = await plan_of(tx, lambda: tx.history.forget(NOW - KEPT, most=1000))
    for index in ("action_log_done", "audit_at", "scheduled_actions_dead_since"):
        assert f"Index Scan using {index}" in plan
