"""How Postgres carries out what a repository asks: the plan of the very statement it ran."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from db import Session
from db.pool import Pool


async def analyse(pool: Pool) -> None:
    """Let the planner know how big the tables are."""
    await pool.execute("ANALYZE")


async def plan_of(tx: Session, ask: Callable[[], Awaitable[object]]) -> str:
    """The plans of the statements `ask` runs on the session's connection, one after the other."""
    connection = tx.events._db
    asked: list[Any] = []
    connection.add_query_logger(asked.append)
    try:
        await ask()
        await asyncio.sleep(0)  # the driver tells its loggers in the next round of the loop
    finally:
        connection.remove_query_logger(asked.append)
    assert asked
    return "\n".join([await _plan(connection, one.query, one.args) for one in list(asked)])


async def _plan(connection: Any, query: str, args: tuple[Any, ...]) -> str:
    rows = await connection.fetch(f"EXPLAIN (VERBOSE, COSTS OFF) {query}", *args)
    return "\n".join(row[0] for row in rows)
