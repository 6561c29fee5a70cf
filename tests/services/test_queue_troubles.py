"""The durable queue and what no handler should do: end itself, kill its worker, not end, fail at being written down."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import asyncpg
import pytest

from bot.domain.action import Action, Kind, Settled
from bot.domain.ids import ActionId
from bot.services import queue, seats
from bot.services.lanes import Lanes
from bot.services.queue import LEASE, MOST_ATTEMPTS
from bot.services.seats import Seats
from db.pool import Pool
from sandbox.clock import ManualClock
from tests.factories import GUILD, NOW
from tests.services.queue_work import SECOND, Work, name_of, named, rival


@pytest.fixture
def work(pool: Pool, clock: ManualClock) -> Work:
    return Work(pool, clock)


async def test_what_waits_for_something_cancelled_is_tried_again_and_stops_nothing(work: Work) -> None:
    async def wait_in_vain(action: Action) -> None:
        if name_of(action) == "in vain":
            raise asyncio.CancelledError  # as a future that somebody else has given up

    work.act = wait_in_vain
    await work.enqueue(named("in vain"), named("behind it"), named("elsewhere", "other"))
    async with asyncio.timeout(10):
        assert await work.queue.run_due() == 3
    assert sorted(work.done) == ["behind it", "elsewhere"]
    assert [(row["attempts"], row["last_error"]) for row in await work.rows()] == [(1, "CancelledError()")]


async def test_what_kills_every_worker_that_begins_it_is_given_up(work: Work) -> None:
    """Nobody lives to write down that it failed."""
    await work.enqueue(named("deadly"), named("behind it"))
    for _ in range(MOST_ATTEMPTS):
        async with work.db.transaction() as tx:
            assert await tx.actions.claim(work.clock.now(), LEASE, most=1)
        work.clock.advance(LEASE)
        async with work.db.transaction() as tx:
            assert await tx.actions.free(work.clock.now(), LEASE) == 1
    await work.queue.run_due()
    assert work.done == ["behind it"]
    [row] = await work.rows()
    assert (row["payload"]["name"], row["dead"]) == ("deadly", True)


async def test_a_clock_turned_back_lets_nobody_begin_what_another_has_taken_over(work: Work, dsn: str) -> None:
    async with rival(dsn, work.clock) as other:

        async def turn_back(action: Action) -> None:
            if name_of(action) == "slow":
                work.clock.advance(timedelta(hours=-1))
                await work.pool.execute("UPDATE patt.scheduled_actions SET wake_at = $1", work.clock.now())
                await other.queue.run_due()

        work.act = turn_back
        await work.enqueue(named("slow"), named("next"))
        await work.queue.run_due()
        assert (work.done.count("next"), other.done.count("next")) == (0, 1)


async def test_who_is_sent_away_before_they_began_leaves_their_seat(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when a round ends, for another one's trouble, in the moment somebody was given a seat."""
    monkeypatch.setattr(seats, "LONG", 0.02)
    troubles: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: troubles.append(context))

    async def never(*_: object) -> None:
        raise AssertionError

    lanes = Lanes(never, lambda *_: None, lambda: None, Seats(1, 60.0), enough=5)
    action = Action(ActionId(1), GUILD, Kind.REFRESH_SHEET, "lane", NOW, None, {}, version=0, attempts=1, fence=1)
    lanes.take([action], NOW + LEASE)
    await lanes.end()
    await asyncio.sleep(0.1)
    assert troubles == []


async def test_whoever_does_not_end_when_ended_keeps_no_other_lane_waiting(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seats, "LONG", 0.02)
    monkeypatch.setattr(queue, "PATIENCE", timedelta(seconds=0.1))
    work.queue = queue.Queue(work.db, {Kind.REFRESH_SHEET: work.handle}, work.clock)
    ended, answered = asyncio.Event(), asyncio.Event()

    async def cling(action: Action) -> None:
        if name_of(action) == "clings":
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()
                await answered.wait()

    work.act = cling
    await work.enqueue(named("clings"), named("behind it"))
    async with asyncio.timeout(10):
        running = asyncio.create_task(work.queue.run_due())
        await ended.wait()
        await work.enqueue(named("elsewhere", "other"))
        while work.done != ["elsewhere"]:  # noqa: ASYNC110 - the handlers set no event for it
            await asyncio.sleep(0.005)
        answered.set()
        await running
    assert work.done == ["elsewhere", "behind it"]
    assert [row["payload"]["name"] for row in await work.rows()] == ["clings"]


async def test_what_cannot_be_written_down_is_told_to_whoever_runs_the_queue_and_spoils_no_other(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle = work.queue._settle

    async def refuse(settled: Sequence[Settled], *, wait: bool) -> object:
        if any(name_of(one.action) == "unspeakable" for one in settled):
            raise asyncpg.DataError("no such text")
        return await settle(settled, wait=wait)

    monkeypatch.setattr(work.queue, "_settle", refuse)
    await work.enqueue(named("unspeakable", "0"), *(named(str(number), str(number)) for number in range(1, 6)))
    async with asyncio.timeout(10):
        with pytest.raises(asyncpg.DataError):
            await work.queue.run_due()
        while await work.logged() < 5:  # noqa: ASYNC110 - the database sets no event for it
            await asyncio.sleep(0.005)
    assert [row["payload"]["name"] for row in await work.rows()] == ["unspeakable"]


async def test_what_waits_long_for_its_turn_has_not_been_tried_meanwhile(work: Work, dsn: str) -> None:
    """An evening without the other side is sat out, however many wait for it one behind the other."""
    async with rival(dsn, work.clock) as other:

        async def slowly(_action: Action) -> None:
            for _ in range(5):
                work.clock.advance(10 * SECOND)
                await asyncio.sleep(0.02)  # the queue looks for work meanwhile
            await other.queue.run_due()

        work.act = slowly
        await work.enqueue(*(named(f"{number:02}") for number in range(12)))
        async with asyncio.timeout(20):
            await work.queue.run_due()
        assert (work.done, other.done) == ([f"{number:02}" for number in range(12)], [])
        assert {one.attempts for one in work.seen} == {1}
