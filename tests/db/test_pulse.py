"""What running bots write down of themselves."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.health import EVERY, Gateway, Loop, LoopName, Worker
from db import Database
from db.pool import Pool

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FAST = timedelta(milliseconds=41)


@pytest.fixture
def db(pool: Pool) -> Database:
    return Database(pool)


def worker(*shards: int, of: int, last: datetime | None = NOW, began: datetime = NOW) -> Worker:
    return Worker(shards, of, [Loop(name, last, every, began) for name, every in EVERY.items()])


async def write(db: Database, one: Worker, latency: timedelta | None = FAST, at: datetime = NOW) -> None:
    async with db.transaction() as tx:
        await tx.pulse.write(one, dict.fromkeys(one.shards, latency), at)


async def read(db: Database) -> tuple[list[Worker], list[Gateway]]:
    async with db.transaction() as tx:
        return list(await tx.pulse.workers()), list(await tx.pulse.gateways())


async def test_what_was_written_is_read(db: Database) -> None:
    assert await read(db) == ([], [])
    await write(db, worker(0, of=1), None)
    await write(db, worker(0, of=1, last=NOW + MINUTE), FAST, NOW + MINUTE)
    assert await read(db) == ([worker(0, of=1, last=NOW + MINUTE)], [Gateway(0, FAST, NOW + MINUTE)])


async def test_after_a_restart_it_is_known_when_a_loop_last_came_through(db: Database) -> None:
    await write(db, worker(0, of=1))
    await write(db, worker(0, of=1, last=None, began=NOW + MINUTE))
    assert (await read(db))[0] == [worker(0, of=1, last=NOW, began=NOW + MINUTE)]


async def test_workers_of_other_shards_stand_side_by_side(db: Database) -> None:
    await write(db, worker(2, of=3))
    await write(db, worker(0, 1, of=3))
    workers, gateways = await read(db)
    assert workers == [worker(0, 1, of=3), worker(2, of=3)]
    assert [one.shard for one in gateways] == [0, 1, 2]


@pytest.mark.parametrize("before", [worker(0, of=2), worker(0, 1, 2, of=3), worker(0, of=1)])
async def test_an_old_division_into_shards_is_forgotten(db: Database, before: Worker) -> None:
    await write(db, before)
    await write(db, worker(0, 1, of=3))
    workers, gateways = await read(db)
    assert workers == [worker(0, 1, of=3)]
    assert {0, 1} <= {one.shard for one in gateways}


async def test_loops_of_another_version_are_left_out(db: Database) -> None:
    await write(db, worker(0, of=1))
    async with db.transaction() as tx:
        await tx.pulse._db.execute("UPDATE common.loops SET name = 'new' WHERE name = 'tidy'")
    [found] = (await read(db))[0]
    assert [one.name for one in found.loops] == [one for one in LoopName if one is not LoopName.TIDY]
