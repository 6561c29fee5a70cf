"""The queue's worker is woken for what is due sooner than it would wake anyway, and for nothing else."""

import asyncio
from datetime import timedelta

import pytest

from db import Database
from db.work import Work
from tests.factories import NOW, new_action

SECOND = timedelta(seconds=1)


async def woken(work: Work, until: int) -> asyncio.Task[None]:
    """Somebody who waits for what is due before `until` seconds have passed, and has begun to."""
    waiting = asyncio.create_task(work.wait(NOW + until * SECOND))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return waiting


async def is_woken(waiting: asyncio.Task[None]) -> bool:
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    done = waiting.done()
    waiting.cancel()
    await asyncio.wait({waiting})
    return done


@pytest.mark.parametrize(("due_in", "wakes"), [(-5, True), (0, True), (9, True), (10, False), (60, False)])
async def test_only_what_is_due_sooner_wakes_a_sleeper(due_in: int, wakes: bool) -> None:
    work = Work()
    waiting = await woken(work, 10)
    work.due(NOW + due_in * SECOND)
    assert await is_woken(waiting) is wakes


@pytest.mark.parametrize(("came", "wakes"), [([9], True), ([10], False), ([60, 9], True), ([9, 60], True)])
async def test_what_came_before_the_sleep_counts_as_well(came: list[int], wakes: bool) -> None:
    work = Work()
    for due_in in came:
        work.due(NOW + due_in * SECOND)
    assert await is_woken(await woken(work, 10)) is wakes


async def test_what_was_looked_at_does_not_count_again() -> None:
    work = Work()
    work.due(NOW)
    work.clear()
    assert not work.is_set()
    assert not await is_woken(await woken(work, 10))


async def test_a_call_wakes_at_once_and_is_not_forgotten() -> None:
    work = Work()
    work.set()
    work.due(NOW + 60 * SECOND)
    assert await is_woken(await woken(work, 10))


async def test_of_several_enqueued_in_one_transaction_the_first_due_counts(db: Database) -> None:
    waiting = await woken(db.work, 10)
    async with db.transaction() as tx:
        await tx.actions.enqueue(new_action(due_at=NOW + 20 * SECOND), new_action(due_at=NOW + 5 * SECOND))
        await tx.actions.enqueue(new_action(due_at=NOW + 30 * SECOND))
    assert await is_woken(waiting)
