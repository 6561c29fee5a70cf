"""The durable queue: order within a lane, nothing lost, nothing done twice, whoever fails or dies."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from urllib.parse import urlsplit

import asyncpg
import pytest

from bot.domain.action import Action, Kind, NewAction
from bot.services.messenger import Undeliverable
from bot.services.queue import BATCH, LEASE, LONGEST_BACK_OFF, MOST_ATTEMPTS, Queue, TryLater, back_off
from db import Database
from db.pool import Pool, open_pool
from sandbox.clock import ManualClock
from tests.factories import NOW, new_action

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


async def blocked(pool: Pool, task: asyncio.Task[object]) -> None:
    """Wait until `task` is through or stuck behind a lock of another transaction."""
    stuck = (
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"
    )
    for _ in range(2000):
        if task.done() or await pool.fetchval(stuck):
            return
        await asyncio.sleep(0.005)
    raise AssertionError("neither done nor stuck")


async def asleep(clock: ManualClock, task: asyncio.Task[object]) -> None:
    """Wait until `task` sleeps on the clock."""
    for _ in range(2000):
        if clock.next_waking is not None:
            return
        assert not task.done()
        await asyncio.sleep(0.005)
    raise AssertionError("it never went to sleep")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def work(pool: Pool, clock: ManualClock) -> Work:
    return Work(pool, clock)


async def failing(_action: Action) -> None:
    raise RuntimeError("the other side is down")


# ---------------------------------------------------------------- order


async def test_a_lane_keeps_its_order_and_what_is_done_moves_to_the_log(work: Work) -> None:
    names = [f"{number:03}" for number in range(BATCH + 10)]
    await work.enqueue(*(named(name) for name in names))
    assert await work.queue.run_due() == len(names)
    assert work.done == names
    assert (await work.rows(), await work.logged()) == ([], len(names))


async def test_what_is_not_due_yet_waits(work: Work) -> None:
    await work.enqueue(named("later", due_at=NOW + SECOND), named("now"))
    await work.queue.run_due()
    assert work.done == ["now"]
    work.clock.advance(SECOND)
    await work.queue.run_due()
    assert work.done == ["now", "later"]


async def test_lanes_run_side_by_side(work: Work) -> None:
    both = asyncio.Barrier(2)

    async def meet(_action: Action) -> None:
        await both.wait()  # one lane after the other would wait here for ever

    work.act = meet
    await work.enqueue(named("a", "one"), named("b", "other"))
    async with asyncio.timeout(10):
        await work.queue.run_due()
    assert sorted(work.done) == ["a", "b"]


async def test_one_lane_runs_one_action_at_a_time(work: Work) -> None:
    running: list[str] = []

    async def alone(action: Action) -> None:
        assert running == []
        running.append(name_of(action))
        await asyncio.sleep(0)
        running.clear()

    work.act = alone
    await work.enqueue(*(named(str(number)) for number in range(5)))
    await work.queue.run_due()
    assert len(work.done) == 5


async def test_a_failing_action_delays_neither_its_lane_nor_the_others(work: Work) -> None:
    async def fail_one(action: Action) -> None:
        if name_of(action) == "bad":
            raise RuntimeError("no")

    work.act = fail_one
    await work.enqueue(named("bad"), named("behind it"), named("elsewhere", "other"))
    await work.queue.run_due()
    assert sorted(work.done) == ["behind it", "elsewhere"]
    assert [row["payload"]["name"] for row in await work.rows()] == ["bad"]


# ---------------------------------------------------------------- failing


@pytest.mark.parametrize(
    ("attempts", "pause"),
    [(1, 2 * SECOND), (2, 4 * SECOND), (9, 512 * SECOND), (10, LONGEST_BACK_OFF), (99, LONGEST_BACK_OFF)],
)
def test_the_pause_doubles_up_to_ten_minutes(attempts: int, pause: timedelta) -> None:
    assert back_off(attempts) == pause


async def test_a_failed_action_comes_back_after_its_back_off(work: Work) -> None:
    work.act = failing
    await work.enqueue(named("again"))
    await work.queue.run_due()
    work.act = None
    work.clock.advance(back_off(1) - SECOND)
    assert await work.queue.run_due() == 0
    work.clock.advance(SECOND)
    assert await work.queue.run_due() == 1
    assert (work.done, await work.rows()) == (["again"], [])


async def test_the_last_failed_attempt_makes_a_dead_letter(work: Work) -> None:
    work.act = failing
    await work.enqueue(named("hopeless"))
    for _ in range(MOST_ATTEMPTS + 5):
        await work.queue.run_due()
        work.clock.advance(LONGEST_BACK_OFF)
    [row] = await work.rows()
    assert (row["dead"], row["attempts"], row["claimed_until"]) == (True, MOST_ATTEMPTS, None)
    assert row["last_error"] == "RuntimeError('the other side is down')"
    assert len(work.seen) == MOST_ATTEMPTS


async def test_an_outage_of_six_hours_is_sat_out(work: Work) -> None:
    """As long as a missed booking is made up for: Raid-Helper or Discord may be away for an evening."""
    work.act = failing
    await work.enqueue(named("patient"))
    while work.clock.now() < NOW + timedelta(hours=6):
        await work.queue.run_due()
        work.clock.advance(timedelta(minutes=5))
    work.act = None
    work.clock.advance(LONGEST_BACK_OFF)
    await work.queue.run_due()
    assert work.done == ["patient"]


async def test_what_is_undeliverable_is_buried_at_once(work: Work) -> None:
    async def refuse(_action: Action) -> None:
        raise Undeliverable("Missing Access")

    work.act = refuse
    await work.enqueue(named("nowhere"))
    await work.queue.run_due()
    [row] = await work.rows()
    assert (row["dead"], row["attempts"], row["last_error"]) == (True, 1, "Missing Access")


async def test_the_handler_may_name_the_moment(work: Work) -> None:
    async def later(_action: Action) -> None:
        if work.clock.now() < NOW + timedelta(hours=3):
            raise TryLater(NOW + timedelta(hours=3), "not connected")

    work.act = later
    await work.enqueue(named("patient"))
    await work.queue.run_due()
    work.clock.advance(timedelta(hours=3) - SECOND)
    assert await work.queue.run_due() == 0
    work.clock.advance(SECOND)
    assert await work.queue.run_due() == 1
    assert work.done == ["patient"]


async def test_a_named_moment_that_is_past_does_not_go_round_at_once(work: Work) -> None:
    async def at_once(_action: Action) -> None:
        raise TryLater(work.clock.now() - SECOND, "slow down")

    work.act = at_once
    await work.enqueue(named("patient"))
    assert await work.queue.run_due() == 1


async def test_a_failure_with_a_named_moment_uses_attempts_up(work: Work) -> None:
    async def in_doubt(_action: Action) -> None:
        raise TryLater(work.clock.now() + SECOND, "no answer", counts=True)

    work.act = in_doubt
    await work.enqueue(named("hopeless"))
    for _ in range(MOST_ATTEMPTS):
        await work.queue.run_due()
        work.clock.advance(LONGEST_BACK_OFF)
    assert [(row["dead"], row["last_error"]) for row in await work.rows()] == [(True, "no answer")]


async def test_waiting_for_a_named_moment_uses_no_attempt_up(work: Work) -> None:
    async def not_yet(_action: Action) -> None:
        raise TryLater(work.clock.now() + SECOND, "not connected")

    work.act = not_yet
    await work.enqueue(named("patient"))
    for _ in range(MOST_ATTEMPTS + 2):
        await work.queue.run_due()
        work.clock.advance(back_off(1))
    work.act = failing
    await work.queue.run_due()
    assert [(row["dead"], row["attempts"]) for row in await work.rows()] == [(False, 1)]


async def test_a_kind_of_a_newer_version_waits_and_stops_nothing(work: Work) -> None:
    await work.enqueue(named("from the future"), named("known", "other"))
    await work.pool.execute("UPDATE patt.scheduled_actions SET kind = 'hologram.show' WHERE lane = 'lane'")
    await work.queue.run_due()
    assert work.done == ["known"]
    assert [(row["kind"], row["attempts"]) for row in await work.rows()] == [("hologram.show", 0)]


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


async def finish(work: Work, action: Action) -> None:
    async with work.db.transaction() as tx:
        await tx.actions.finish(action, "done", NOW, again_at=NOW + SECOND)


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
    work.db.work.clear()
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


async def claim_all(work: Work) -> list[str]:
    async with work.db.transaction() as tx:
        return [name_of(action) for action in await tx.actions.claim(NOW, LEASE, most=BATCH)]


async def test_the_action_of_a_dead_worker_is_done_by_another_when_the_lease_is_over(work: Work, dsn: str) -> None:
    async def die(_action: Action) -> None:
        raise asyncio.CancelledError

    work.act = die
    await work.enqueue(named("orphan"))
    with pytest.raises(asyncio.CancelledError):
        await work.queue.run_due()
    async with rival(dsn, work.clock) as other:
        work.clock.advance(LEASE - SECOND)
        assert await other.queue.run_due() == 0
        work.clock.advance(SECOND)
        assert await other.queue.run_due() == 1
        assert other.done == ["orphan"]
        assert other.seen[0].nonce == work.seen[0].nonce  # so that Discord shows it once


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
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
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
