"""The durable queue when things meet: asked again, waiting, several workers, a lost database."""

import asyncio
from datetime import timedelta
from urllib.parse import urlsplit

import asyncpg
import pytest

from bot.domain.action import Action, Fate, Settled
from bot.services.queue import BATCH, LEASE
from db.pool import Pool
from sandbox.clock import ManualClock
from tests.factories import NOW
from tests.services.queue_work import SECOND, Work, asleep, failing, name_of, named, rival
from tests.services.recorder import Killed
from tests.services.world import blocked


@pytest.fixture
def work(pool: Pool, clock: ManualClock) -> Work:
    return Work(pool, clock)


# ---------------------------------------------------------------- asked again


async def test_asking_again_before_it_runs_is_one_action(work: Work) -> None:
    await work.enqueue(*(named(str(number), dedupe="sheet:1") for number in range(3)))
    assert [row["version"] for row in await work.rows()] == [2]
    await work.queue.run_due()
    assert work.done == ["2"]


async def test_asking_again_while_it_runs_runs_it_again_a_second_later(work: Work) -> None:
    async def ask_again(_action: Action) -> None:
        if not work.done:
            await work.enqueue(named("again", dedupe="sheet:1"))

    work.act = ask_again
    await work.enqueue(named("first", dedupe="sheet:1"))
    await work.queue.run_due()
    assert work.done == ["first"]
    work.clock.advance(SECOND)
    await work.queue.run_due()
    assert (work.done, await work.rows()) == (["first", "again"], [])


async def test_asking_again_in_a_transaction_that_outlasts_the_work_is_not_lost(work: Work) -> None:
    await work.enqueue(named("first", dedupe="sheet:1"))
    async with work.db.transaction() as tx:
        [action] = await tx.actions.claim(NOW, LEASE, most=1)
    async with work.db.transaction() as click:
        await click.actions.enqueue(named("again", dedupe="sheet:1"))
        finishing = asyncio.create_task(finish(work, action))
        await blocked(work.pool, finishing)
    await finishing
    work.clock.advance(SECOND)
    await work.queue.run_due()
    assert work.done == ["again"]


async def test_asking_again_for_one_keeps_no_other_from_being_written_down_with_it(work: Work) -> None:
    both = asyncio.Barrier(2)

    async def ask_again(action: Action) -> None:
        if name_of(action) == "asked for":
            await click.actions.enqueue(named("again", "one", dedupe="sheet:1"))
        await both.wait()

    work.act = ask_again
    await work.enqueue(named("asked for", "one", dedupe="sheet:1"), named("other", "two"))
    async with asyncio.timeout(10):
        async with work.db.transaction() as click:
            running = asyncio.create_task(work.queue.run_due())
            while not await work.logged():  # noqa: ASYNC110 - the database sets no event for it
                await asyncio.sleep(0.005)
            assert not running.done()
        assert await running == 2
    [row] = await work.rows()
    assert (row["payload"]["name"], row["claimed_until"], row["wake_at"]) == ("again", None, NOW + SECOND)


async def finish(work: Work, action: Action) -> None:
    async with work.db.transaction() as tx:
        await tx.actions.settle([Settled(action, Fate.DONE, "done", NOW + SECOND)], NOW, wait=True)


async def test_a_dead_letter_does_not_keep_the_next_from_being_asked_for(work: Work) -> None:
    work.act = failing
    await work.enqueue(named("hopeless", dedupe="sheet:1"))
    await work.pool.execute("UPDATE patt.scheduled_actions SET dead = TRUE")
    work.act = None
    await work.enqueue(named("fresh", dedupe="sheet:1"))
    await work.queue.run_due()
    assert work.done == ["fresh"]


async def test_what_is_enqueued_during_the_drain_is_done_in_it(work: Work) -> None:
    async def enqueue_more(action: Action) -> None:
        if name_of(action) == "first":
            await work.enqueue(named("second"))

    work.act = enqueue_more
    await work.enqueue(named("first"))
    assert await work.queue.run_due() == 2
    assert work.done == ["first", "second"]


# ---------------------------------------------------------------- waiting for work


async def test_waiting_ends_when_something_is_enqueued(work: Work) -> None:
    waiting = asyncio.create_task(work.queue.wait_for_work())
    await asyncio.sleep(0)
    await work.enqueue(named("now"))
    await asyncio.wait_for(waiting, 10)


async def test_what_is_due_after_the_sleep_does_not_end_it(work: Work) -> None:
    await work.enqueue(named("soon", due_at=NOW + timedelta(seconds=1)))
    waiting = asyncio.create_task(work.queue.wait_for_work())
    await asleep(work.clock, waiting)
    await work.enqueue(named("later", due_at=NOW + timedelta(seconds=2)))
    await asyncio.sleep(0)
    assert not waiting.done()
    work.clock.advance(timedelta(seconds=1))
    await asyncio.wait_for(waiting, 10)


@pytest.mark.parametrize(("due_in", "rest"), [(timedelta(seconds=20), 20), (timedelta(days=1), 60), (None, 60)])
async def test_waiting_ends_when_something_is_due_and_after_a_minute_at_the_latest(
    work: Work, due_in: timedelta | None, rest: int
) -> None:
    if due_in is not None:
        await work.enqueue(named("later", due_at=NOW + due_in))
        work.db.work.clear()
    waiting = asyncio.create_task(work.queue.wait_for_work())
    await asleep(work.clock, waiting)
    assert work.clock.next_waking == NOW + timedelta(seconds=rest)
    work.clock.advance(timedelta(seconds=rest))
    await asyncio.wait_for(waiting, 10)


async def test_waiting_does_not_spin_while_another_worker_is_busy_in_the_lane(work: Work) -> None:
    await work.enqueue(named("in hand"))
    async with work.db.transaction() as tx:
        assert len(await tx.actions.claim(NOW, LEASE, most=1)) == 1
    await work.enqueue(named("behind it"))
    assert await work.queue.run_due() == 0
    waiting = asyncio.create_task(work.queue.wait_for_work())
    await asleep(work.clock, waiting)
    work.clock.advance(LEASE)
    await asyncio.wait_for(waiting, 10)


# ---------------------------------------------------------------- several workers


async def test_two_workers_never_do_one_action_twice(work: Work, dsn: str) -> None:
    names = {f"{lane}/{number}" for lane in range(20) for number in range(10)}
    await work.enqueue(*(named(name, name.split("/")[0]) for name in sorted(names)))
    async with rival(dsn, work.clock) as other:
        while await work.rows():
            await asyncio.gather(work.queue.run_due(), other.queue.run_due())
    assert sorted(work.done + other.done) == sorted(names)
    assert await work.logged() == len(names)


async def test_a_lane_somebody_is_claiming_this_very_moment_is_left_alone(work: Work) -> None:
    await work.enqueue(named("first"), named("second"))
    async with work.db.transaction() as one:
        assert len(await one.actions.claim(NOW, LEASE, most=1)) == 1
        claiming = asyncio.create_task(claim_all(work))
        await blocked(work.pool, claiming)
    assert await claiming == []


async def test_a_click_in_the_middle_of_its_transaction_keeps_no_other_work_waiting(work: Work) -> None:
    await work.enqueue(named("held", "one", dedupe="sheet:1"), named("free", "two"))
    async with work.db.transaction() as click:
        await click.actions.enqueue(named("again", "one", dedupe="sheet:1"))
        assert await asyncio.wait_for(claim_all(work), 10) == ["free"]


async def claim_all(work: Work) -> list[str]:
    async with work.db.transaction() as tx:
        return [name_of(action) for action in await tx.actions.claim(NOW, LEASE, most=BATCH)]


async def test_the_action_of_a_dead_worker_is_done_by_another_when_the_lease_is_over(work: Work, dsn: str) -> None:
    async def die(_action: Action) -> None:
        raise Killed

    work.act = die
    await work.enqueue(named("orphan"))
    with pytest.raises(Killed):
        await work.queue.run_due()
    async with rival(dsn, work.clock) as other:
        work.clock.advance(LEASE - SECOND)
        assert await other.queue.run_due() == 0
        work.clock.advance(SECOND)
        assert await other.queue.run_due() == 1
        assert other.done == ["orphan"]
        assert other.seen[0].nonce == work.seen[0].nonce  # so that Discord shows it once


async def test_what_a_run_that_broke_off_has_left_is_not_overtaken_by_what_comes_behind(work: Work) -> None:
    async def die(_action: Action) -> None:
        raise Killed

    work.act = die
    await work.enqueue(named("orphan"))
    with pytest.raises(Killed):
        await work.queue.run_due()
    work.act = None
    await work.enqueue(named("behind it"))
    assert await work.queue.run_due() == 0
    work.clock.advance(LEASE)
    await work.queue.run_due()
    assert work.done == ["orphan", "behind it"]


async def test_a_long_lane_is_not_taken_away_from_the_worker_who_is_at_it(work: Work, dsn: str) -> None:
    async with rival(dsn, work.clock) as other:

        async def slowly(_action: Action) -> None:
            work.clock.advance(timedelta(seconds=50))
            await other.queue.run_due()

        work.act = slowly
        await work.enqueue(*(named(str(number)) for number in range(5)))
        await work.queue.run_due()
        assert (work.done, other.done) == (["0", "1", "2", "3", "4"], [])


async def test_what_was_taken_over_meanwhile_is_not_done_again(work: Work, dsn: str) -> None:
    async with rival(dsn, work.clock) as other:

        async def far_too_slowly(action: Action) -> None:
            if name_of(action) == "slow":
                work.clock.advance(LEASE)
                await other.queue.run_due()

        work.act = far_too_slowly
        await work.enqueue(named("slow"), named("next"))
        await work.queue.run_due()
        assert (work.done.count("next"), other.done.count("next")) == (0, 1)


# ---------------------------------------------------------------- without a database


async def test_the_queue_goes_on_after_the_database_went_away_during_the_work(
    work: Work, dsn: str, postgres: str
) -> None:
    name = urlsplit(dsn).path.removeprefix("/")

    async def lose_the_database(_action: Action) -> None:
        await admin(postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await admin(postgres, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")  # noqa: S608 - the test's own database

    work.act = lose_the_database
    await work.enqueue(named("interrupted"))
    try:
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)):
            await work.queue.run_due()
    finally:
        await admin(postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    work.act = None
    assert await work.queue.run_due() == 0
    work.clock.advance(LEASE)
    assert await work.queue.run_due() == 1
    assert (await work.rows(), await work.logged()) == ([], 1)


async def admin(postgres: str, statement: str) -> None:
    connection = await asyncpg.connect(postgres)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
