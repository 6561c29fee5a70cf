"""`make bench`, second half: what is due goes out on time, however much is waiting, and much at once goes out quickly.

Postgres as a host gets it, a million rows pending and nine million done. Ratios are of figures of this run, because
machines are shared: lateness beside a bare asyncio timer, the drain beside a plain loop of one row and one transaction
each. Exits 1 when an aim is missed.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from bench.aims import Aim
from bench.backlog import CHANNELS, HISTORY, grow
from bench.clicks import say_where
from bench.drain import a_millisecond, drained, nothing, plain
from bench.lateness import lateness
from bot.clock import SystemClock
from bot.log import set_up_logging
from db import Session
from db.embedded import DURABLE, EmbeddedPostgres
from db.migrate import migrate
from db.pool import Connection, Pool, connect, open_pool

SIZES = (1_000, 10_000, 100_000, 1_000_000)
ASKED = 400
SAMPLES = 150
DUE = 10_000
PLAIN = 1_500
"""Rows of the plain loop: it takes as long for each of ten thousand."""
ROUNDS = 3
FLAT, LATE_P50, LATE_P99, QUICK, TOGETHER = 1.2, 5.0, 100.0, 10.0, 40.0


def main() -> int:
    """The exit code: 0 when every aim was held."""
    parser = argparse.ArgumentParser(prog="python -m bench.scheduler", description=__doc__)
    parser.add_argument("--pending", type=int, default=SIZES[-1], help="rows waiting (default 1000000)")
    wanted = parser.parse_args()
    set_up_logging("WARNING", "text")
    aims = asyncio.run(_measure([size for size in SIZES if size <= wanted.pending]))
    print("\nAims")
    print(*aims, sep="\n")
    return 0 if all(aim.held for aim in aims) else 1


async def _measure(sizes: Sequence[int]) -> list[Aim]:
    folder = Path(tempfile.mkdtemp(prefix="muster-bench-"))  # not in memory: a commit shall cost what a host's does
    server = EmbeddedPostgres(DURABLE)
    try:
        dsn = await server.start(folder)
        await migrate(dsn)
        say_where(folder)
        pool, connection = await open_pool(dsn), await connect(dsn)
        try:
            aims = await _next_due(pool, connection, sizes)
            aims += await _lateness(pool, connection, dsn)
            before = await _cost(pool)
            aims += await _drains(pool)
            return aims + await _next_due_afterwards(pool, before)
        finally:
            await connection.close()
            await pool.close()
    finally:
        await server.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def _next_due(pool: Pool, connection: Connection, sizes: Sequence[int]) -> list[Aim]:
    print(f"\nFinding the next one due: medians of {ASKED}, as multiples of a `SELECT TRUE`")
    have, cost = 0, list[float]()
    for size in sizes:
        began = time.perf_counter()
        await grow(connection, have, size, SystemClock().now())
        filled = time.perf_counter() - began
        have = size
        cost.append(await _cost(pool))
        print(f"  {size:>9,} pending, {size * HISTORY:>9,} done  {cost[-1]:5.2f}   (written in {filled:.0f} s)")
    only = await _index_only(pool)
    return [
        Aim(f"finding the next of {sizes[-1]:,}, of that of {sizes[0]:,}", cost[-1] / cost[0], FLAT),
        Aim("which reads the index only (1 = yes)", only, 1, at_least=True),
    ]


async def _cost(pool: Pool) -> float:
    """What asking for the next one due takes, as a multiple of asking for nothing."""
    asking, nothing_asked = list[float](), list[float]()
    async with pool.acquire() as connection:
        session, now = Session(connection), SystemClock().now()
        for _ in range(ASKED):
            began = time.perf_counter()
            await session.actions.next_wake(now)
            between = time.perf_counter()
            await connection.fetchval("SELECT TRUE")
            asking.append(between - began)
            nothing_asked.append(time.perf_counter() - between)
    return median(asking) / median(nothing_asked)


async def _index_only(pool: Pool) -> int:
    """1 when the plan of that very statement reads nothing but indexes."""
    asked: list[Any] = []
    async with pool.acquire() as connection:
        with connection.query_logger(asked.append):
            await Session(connection).actions.next_wake(SystemClock().now())
            await asyncio.sleep(0)  # the driver tells its loggers in the next round of the loop
        rows = await connection.fetch(f"EXPLAIN (ANALYZE, COSTS OFF) {asked[0].query}", *asked[0].args)
    plan = "\n".join(row[0] for row in rows)
    scans = [line for line in plan.splitlines() if "Scan" in line]
    return int("using scheduled_actions_next" in plan and all("Index Only Scan" in line for line in scans))


# ---------------------------------------------------------------- on time


async def _lateness(pool: Pool, connection: Connection, dsn: str) -> list[Aim]:
    late = await lateness(pool, connection, dsn, SAMPLES)
    print(f"\nFrom the moment it is due to the arrival of the request, {SAMPLES} of each")
    for who, name in (("timer", "asyncio timer"), ("known", "known before"), ("sudden", "inserted 0.2 s before")):
        print(f"  {name:<22} p50 {_at(late[who], 0.5):7.2f} ms   p99 {_at(late[who], 0.99):7.2f} ms")
    aims: list[Aim] = []
    for who, name in (("known", "known before"), ("sudden", "due sooner than the next")):
        behind = _at(late[who], 0.5) - _at(late["timer"], 0.5)
        aims.append(Aim(f"p50 later than a bare timer's, ms, {name}", behind, LATE_P50))
        aims.append(Aim(f"p99 late, ms, {name}", _at(late[who], 0.99), max(LATE_P99, _at(late["timer"], 0.99))))
    return aims


def _at(late: Sequence[float], share: float) -> float:
    """Milliseconds at that share of the sorted seconds."""
    return late[min(len(late) - 1, int(len(late) * share))] * 1000


# ---------------------------------------------------------------- much at once


async def _drains(pool: Pool) -> list[Aim]:
    print(f"\n{DUE:,} due at once in {CHANNELS} channels, rows a second: medians of {ROUNDS} rounds")
    aims: list[Aim] = []
    for sink, name, bound in ((nothing, "that takes no time", QUICK), (a_millisecond, "of 1 ms", TOGETHER)):
        slow, quick = list[float](), list[float]()
        for _ in range(ROUNDS):
            slow.append(await plain(pool, sink, PLAIN))
            quick.append(await drained(pool, sink, DUE))
        times = median(quick) / median(slow)
        print(f"  with a sink {name:<20} plain loop {median(slow):7.0f}   queue {median(quick):7.0f}")
        aims.append(Aim(f"times as quick as the plain loop, with a sink {name}", times, bound, at_least=True))
    return aims


async def _next_due_afterwards(pool: Pool, before: float) -> list[Aim]:
    """Nothing was vacuumed in between on purpose: what is done must not be in the way of what is next."""
    after = await _cost(pool)
    return [Aim("finding the next one after the drains, of that before", after / before, FLAT)]


if __name__ == "__main__":
    sys.exit(main())
