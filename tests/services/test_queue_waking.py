"""The queue wakes in time: for what others write down, without word from the database, after clocks were turned."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest

from bot.domain.action import Action
from bot.services.lanes import Lanes
from bot.services.queue import LEASE, Queue
from db.embedded import THROWAWAY, EmbeddedPostgres, throwaway_parent
from db.listen import Listener
from db.migrate import migrate
from db.pool import Pool
from sandbox.clock import ManualClock
from tests.factories import GUILD, NOW
from tests.services.queue_work import SECOND, Work, name_of, named, rival

INSERT = """
    INSERT INTO patt.scheduled_actions (guild_discord_id, kind, lane, due_at, wake_at, payload)
    VALUES ($1, 'sheet.refresh', 'lane', $2, $2, '{"name": "by hand"}')
"""
LISTENING = "application_name = 'muster-listen' AND datname = current_database()"
CUT = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {LISTENING}"  # noqa: S608 - a constant
HEARS = f"SELECT count(*) FROM pg_stat_activity WHERE {LISTENING} AND query LIKE 'LISTEN%'"  # noqa: S608 - a constant
NINE_DAYS = NOW + timedelta(days=9)


@pytest.fixture
def work(pool: Pool, clock: ManualClock) -> Work:
    return Work(pool, clock)


@asynccontextmanager
async def at_work(work: Work, dsn: str | None = None) -> AsyncIterator[dict[str, datetime]]:
    """A worker that works and sleeps, listening when there is a `dsn`; when each action was done, by its name."""
    done: dict[str, datetime] = {}

    async def note(action: Action) -> None:
        assert name_of(action) not in done
        done[name_of(action)] = work.clock.now()

    async def go_on() -> None:
        while True:
            await work.queue.run_due()
            await work.queue.wait_for_work()

    work.act = work.act or note
    tasks = [asyncio.create_task(go_on())]
    if dsn:
        tasks.append(asyncio.create_task(Listener(dsn, work.db.work, work.clock.sleep).run()))
        await until(lambda: work.pool.fetchval(HEARS))
    try:
        yield done
    finally:
        for task in tasks:
            assert not task.done()
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(happened: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(20):
        while not await happened():  # noqa: ASYNC110 - the database sets no event here
            await asyncio.sleep(0.005)


async def waking_at(work: Work, moment: datetime) -> None:
    """Wait until the first who sleeps on the clock will wake at `moment`."""
    async with asyncio.timeout(20):
        while work.clock.next_waking != moment:  # noqa: ASYNC110 - the clock sets no event for its sleepers
            await asyncio.sleep(0.002)


async def idle(work: Work, sleepers: int = 1) -> None:
    """Wait until so many sleep on the clock, and nobody has told the worker of anything."""
    async with asyncio.timeout(20):
        while not is_idle(work, sleepers):  # noqa: ASYNC110 - the clock sets no event for its sleepers
            await asyncio.sleep(0.002)


def is_idle(work: Work, sleepers: int) -> bool:
    asleep = sum(one > work.clock.now() for one in work.clock._sleepers)
    return asleep >= sleepers and not work.db.work.is_set()


async def live_until(work: Work, moment: datetime, sleepers: int = 1) -> None:
    """Let time pass as it does: from one waking to the next, never past one."""
    await idle(work, sleepers)
    while work.clock.now() < moment:
        assert work.clock.next_waking is not None
        work.clock.set(min(moment, work.clock.next_waking))
        await idle(work, sleepers)


# ---------------------------------------------------------------- somebody else writes


async def by_hand(pool: Pool, dsn: str, clock: ManualClock, due_at: datetime) -> None:
    await pool.execute(INSERT, GUILD, due_at)


async def by_another_worker(pool: Pool, dsn: str, clock: ManualClock, due_at: datetime) -> None:
    async with rival(dsn, clock) as other:
        await other.enqueue(named("by hand", due_at=due_at))


@pytest.mark.parametrize("write", [by_hand, by_another_worker])
@pytest.mark.parametrize("due_in", [timedelta(minutes=11, seconds=7), timedelta(seconds=7)])
async def test_what_is_due_sooner_than_the_next_is_done_on_time(
    work: Work,
    dsn: str,
    due_in: timedelta,
    write: Callable[[Pool, str, ManualClock, datetime], Awaitable[None]],
) -> None:
    await work.enqueue(named("in nine days", due_at=NINE_DAYS))
    async with at_work(work, dsn) as done:
        await idle(work)
        await write(work.pool, dsn, work.clock, NOW + due_in)
        await waking_at(work, min(NOW + due_in, NOW + 60 * SECOND))
        await live_until(work, NOW + due_in + SECOND)
        assert done == {"by hand": NOW + due_in}


async def test_without_word_from_the_database_it_is_done_within_a_minute(work: Work) -> None:
    async with at_work(work) as done:
        await idle(work)
        await work.pool.execute(INSERT, GUILD, NOW + 7 * SECOND)
        await live_until(work, NOW + 61 * SECOND)
        assert done == {"by hand": NOW + 60 * SECOND}


async def test_what_is_written_while_nobody_hears_is_done_on_time(work: Work, dsn: str, postgres: str) -> None:
    """Forty seconds after the cut it is due, thirty after it the connection is back; the sleep would last a minute."""
    name = await work.pool.fetchval("SELECT current_database()")
    server = await asyncpg.connect(postgres)
    async with at_work(work, dsn) as done:
        await idle(work)
        await server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await work.pool.execute(CUT)
        await idle(work, sleepers=2)
        await work.pool.execute(INSERT, GUILD, NOW + 40 * SECOND)
        await live_until(work, NOW + 29 * SECOND, sleepers=2)
        await server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        work.clock.set(NOW + 30 * SECOND)
        await waking_at(work, NOW + 40 * SECOND)
        await live_until(work, NOW + 41 * SECOND)
    await server.close()
    assert done == {"by hand": NOW + 40 * SECOND}


async def test_two_workers_that_hear_of_it_do_it_once(work: Work, dsn: str) -> None:
    async with AsyncExitStack() as stack:
        other = await stack.enter_async_context(rival(dsn, work.clock))
        both = [await stack.enter_async_context(at_work(one, dsn)) for one in (work, other)]
        for number in range(20):
            await idle(work, sleepers=2)
            await work.pool.execute(INSERT, GUILD, work.clock.now())
            await until(lambda number=number: asyncio.sleep(0.005, len(work.done + other.done) > number))
            await until(lambda: work.pool.fetchval("SELECT NOT EXISTS (SELECT FROM patt.scheduled_actions)"))
            for done in both:
                done.clear()
        assert len(work.done + other.done) == await work.logged() == 20


async def test_two_workers_that_hear_nothing_do_it_once_and_on_time(work: Work, dsn: str) -> None:
    async with AsyncExitStack() as stack:
        other = await stack.enter_async_context(rival(dsn, work.clock))
        one, another = [await stack.enter_async_context(at_work(each)) for each in (work, other)]
        await idle(work, sleepers=2)
        await work.pool.execute(INSERT, GUILD, NOW + 70 * SECOND)
        await live_until(work, NOW + 71 * SECOND, sleepers=2)
        await until(lambda: work.pool.fetchval("SELECT NOT EXISTS (SELECT FROM patt.scheduled_actions)"))
    assert one | another == {"by hand": NOW + 70 * SECOND}
    assert len(work.done + other.done) == await work.logged() == 1


# ---------------------------------------------------------------- the drain


async def test_what_is_told_while_the_drain_ends_is_not_slept_past(work: Work) -> None:
    """Written after the last look of the drain, told before it has gone to sleep."""
    claim = work.queue._claim

    async def claim_and_be_late(lanes: Lanes) -> int:
        claimed = await claim(lanes)
        if not claimed and not told:
            told.append(NOW)
            await work.pool.execute(INSERT, GUILD, NOW)
            work.db.work.due(NOW)
        return claimed

    told: list[datetime] = []
    work.queue._claim = claim_and_be_late  # type: ignore[method-assign]
    async with at_work(work) as done:
        await until(lambda: asyncio.sleep(0, done))
    assert done == {"by hand": NOW}


async def test_what_is_due_while_something_hangs_is_done_on_time(work: Work) -> None:
    done: list[tuple[str, datetime]] = []

    async def hang(action: Action) -> None:
        done.append((name_of(action), work.clock.now()))
        if name_of(action) == "hangs":
            await asyncio.Event().wait()

    work.act = hang
    await work.enqueue(named("hangs", "one"), named("later", "two", due_at=NOW + 7 * SECOND))
    async with at_work(work):
        await live_until(work, NOW + 8 * SECOND)
    assert done == [("hangs", NOW), ("later", NOW + 7 * SECOND)]


async def test_what_a_dead_worker_left_is_done_when_its_lease_ends(work: Work) -> None:
    await work.enqueue(named("orphan"))
    async with work.db.transaction() as tx:
        assert len(await tx.actions.claim(NOW, LEASE, most=1)) == 1
    async with at_work(work) as done:
        await live_until(work, NOW + LEASE + SECOND)
    assert done == {"orphan": NOW + LEASE}


async def test_what_a_dead_worker_left_is_done_when_its_lease_ends_though_something_hangs(work: Work) -> None:
    done: list[tuple[str, datetime]] = []

    async def hang(action: Action) -> None:
        done.append((name_of(action), work.clock.now()))
        if name_of(action) == "hangs":
            await asyncio.Event().wait()

    work.act = hang
    await work.enqueue(named("orphan"))
    async with work.db.transaction() as tx:
        assert len(await tx.actions.claim(NOW, LEASE, most=1)) == 1
    await work.enqueue(named("hangs", "another", due_at=NOW + SECOND))
    async with at_work(work):
        await live_until(work, NOW + LEASE + SECOND)
    assert done == [("hangs", NOW + SECOND), ("orphan", NOW + LEASE)]


async def test_stopping_ends_the_sleep(work: Work) -> None:
    sleeping = asyncio.create_task(work.queue.wait_for_work())
    await idle(work)
    work.queue.stop()
    await asyncio.wait_for(sleeping, 10)


# ---------------------------------------------------------------- clocks


@pytest.mark.parametrize("jump", [timedelta(hours=-1), -SECOND, SECOND, timedelta(days=1)])
async def test_a_clock_that_jumps_loses_nothing(work: Work, jump: timedelta) -> None:
    """What is due by the new time is done within a minute of it, what is due later on time."""
    await work.enqueue(named("before", "one", due_at=NOW + 90 * SECOND))
    async with at_work(work) as done:
        await idle(work)
        work.clock.advance(jump)
        await idle(work)
        moment = work.clock.now() + 7 * SECOND
        await work.enqueue(named("after", "two", due_at=moment))
        await waking_at(work, moment)
        await live_until(work, max(NOW + 91 * SECOND, moment + SECOND))
    assert done == {"before": max(NOW + 90 * SECOND, NOW + jump), "after": moment}


async def test_a_clock_turned_back_during_the_work_leaves_nobody_waiting_for_the_old_lease(work: Work) -> None:
    await work.enqueue(named("orphan"))
    async with work.db.transaction() as tx:
        assert len(await tx.actions.claim(NOW, LEASE, most=1)) == 1
    work.clock.advance(timedelta(days=-1))
    await work.pool.execute("UPDATE patt.scheduled_actions SET wake_at = $1", work.clock.now())
    async with at_work(work) as done:
        await idle(work)
    assert done == {"orphan": NOW - timedelta(days=1)}


# ---------------------------------------------------------------- the database


async def test_a_database_that_is_restarted_finds_the_queue_at_work_again(clock: ManualClock) -> None:
    with TemporaryDirectory(prefix="muster-restart-", dir=throwaway_parent()) as folder:
        server = EmbeddedPostgres(THROWAWAY)
        dsn = await server.start(Path(folder))
        await migrate(dsn)
        try:
            async with rival(dsn, clock) as work:
                await work.enqueue(named("before"), named("in hand", "other"))
                await around_a_restart(work, server, Path(folder), dsn)
        finally:
            await server.stop()


async def around_a_restart(work: Work, server: EmbeddedPostgres, folder: Path, dsn: str) -> None:
    in_hand, back = asyncio.Event(), asyncio.Event()

    async def wait(action: Action) -> None:
        if name_of(action) == "in hand":
            in_hand.set()
            await back.wait()

    work.act = wait
    listener = asyncio.create_task(Listener(dsn, work.db.work, work.clock.sleep).run())
    running = asyncio.create_task(as_the_loop_does(work.queue))
    await in_hand.wait()
    await server.stop()
    await server.start(folder)
    back.set()
    await running
    for _ in range(3):  # connections from before the restart are noticed one by one
        work.clock.advance(LEASE)
        await as_the_loop_does(work.queue)
    await until(lambda: work.pool.fetchval(HEARS))
    await work.pool.execute(INSERT, GUILD, work.clock.now())
    async with asyncio.timeout(10):
        await work.queue.wait_for_work()
    await work.queue.run_due()
    listener.cancel()
    await asyncio.gather(listener, return_exceptions=True)
    assert (await work.rows(), await work.logged()) == ([], 3)


async def as_the_loop_does(queue: Queue) -> None:
    """The bot's loop logs what the queue stumbles over, and goes on."""
    try:
        await queue.run_due()
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
        return
