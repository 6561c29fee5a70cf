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
from tests.factories import GUILD, NOW, OTHER_GUILD

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
        plan = await plan_of(tx, lambda: tx.history.forget({GUILD: NOW - KEPT}, most=1000))
    for index in ("action_log_done", "audit_at", "scheduled_actions_dead_since"):
        assert f"Index Scan using {index}" in plan


async def set_for(pool: Pool, guild: int, name: str, value: object) -> None:
    statement = (
        "INSERT INTO common.settings (guild_discord_id, scope, scope_id, name, value) VALUES ($1, 'server', 0, $2, $3)"
    )
    await pool.execute(statement, guild, name, value)


async def test_each_server_keeps_its_history_as_long_as_it_wants(forgetting: Retention, pool: Pool) -> None:
    week_old = NOW - timedelta(days=7, seconds=1)
    for number, guild in enumerate((GUILD, OTHER_GUILD, 3), start=1):
        await pool.execute(LOG, guild, week_old, number, number)
        await pool.execute(NOTE, guild, OLD)
    await set_for(pool, GUILD, "retention", 7 * 24 * 60)
    await set_for(pool, OTHER_GUILD, "retention", 365 * 24 * 60)
    assert await forgetting.run_once() == 3
    kept = "SELECT array_agg(guild_discord_id ORDER BY guild_discord_id) FROM patt."
    assert await pool.fetchval(f"{kept}action_log") == [3, OTHER_GUILD]
    assert await pool.fetchval(f"{kept}audit") == [OTHER_GUILD]


async def test_raids_are_kept_for_good_unless_a_server_says_otherwise(forgetting: Retention, pool: Pool) -> None:
    raid = """
        INSERT INTO patt.raid_events (guild_discord_id, title, event_date, start_time_utc, end_time_utc, status)
        VALUES ($1, 'Old', $2::timestamptz::date, $2, $2, $3) RETURNING id
    """
    long_ago = NOW - timedelta(days=400)
    old = await pool.fetchval(raid, GUILD, long_ago, "COMPLETED")
    kept = [
        await pool.fetchval(raid, GUILD, NOW - timedelta(days=364), "COMPLETED"),
        await pool.fetchval(raid, GUILD, long_ago, "IN_PROGRESS"),  # nobody said yet that it is over
        await pool.fetchval(raid, OTHER_GUILD, long_ago, "ARCHIVED"),
    ]
    player = await pool.fetchval(
        "INSERT INTO guild_identity.players (guild_discord_id, display_name) VALUES ($1, 'Arila') RETURNING id", GUILD
    )
    attended = (
        "INSERT INTO patt.raid_attendance (event_id, player_id, status, attended) VALUES ($1, $2, 'accepted', TRUE)"
    )
    for event_id in (old, kept[0]):
        await pool.execute(attended, event_id, player)
    assert await forgetting.run_once() == 0
    await set_for(pool, GUILD, "keep_raids", 365 * 24 * 60)
    assert await forgetting.run_once() == 1
    assert await pool.fetchval("SELECT array_agg(id ORDER BY id) FROM patt.raid_events") == sorted(kept)
    assert await pool.fetchval("SELECT array_agg(event_id) FROM patt.raid_attendance") == [kept[0]]
