"""The durable queue: order within a lane, back-off, dead letters."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.action import Action, Kind
from bot.services import lanes, queue, seats
from bot.services.messenger import Undeliverable
from bot.services.queue import AT_ONCE, BATCH, LONGEST_BACK_OFF, MOST_ATTEMPTS, TryLater, back_off
from db import Session
from db.pool import Pool
from sandbox.clock import ManualClock
from tests.factories import NOW
from tests.services.queue_work import SECOND, Work, failing, name_of, named, rival
from tests.services.world import blocked

CLAIMED = "SELECT count(*) FROM patt.scheduled_actions WHERE claimed_until IS NOT NULL"


@pytest.fixture
def work(pool: Pool, clock: ManualClock) -> Work:
    return Work(pool, clock)


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


async def test_a_lane_that_hangs_keeps_no_other_waiting(work: Work) -> None:
    hangs, answered, others_done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def hang(action: Action) -> None:
        if name_of(action) == "hanging":
            hangs.set()
            await answered.wait()
        elif name_of(action) == "other":
            others_done.set()

    work.act = hang
    await work.enqueue(named("hanging", "one"), named("behind", "one"))
    async with asyncio.timeout(10):
        running = asyncio.create_task(work.queue.run_due())
        await hangs.wait()
        await work.enqueue(named("other", "another"))
        await others_done.wait()
        answered.set()
        assert await running == 3
    assert work.done == ["other", "hanging", "behind"]


async def test_what_comes_behind_is_at_hand_before_its_turn_and_runs_in_order_of_when_it_was_due(work: Work) -> None:
    hangs, answered = asyncio.Event(), asyncio.Event()

    async def hang(_action: Action) -> None:
        hangs.set()
        await answered.wait()

    work.act = hang
    await work.enqueue(named("in hand"))
    async with asyncio.timeout(10):
        running = asyncio.create_task(work.queue.run_due())
        await hangs.wait()
        for number, name in enumerate(("third", "second", "first")):
            await work.enqueue(named(name, due_at=NOW - number * SECOND))
            await claimed(work, number + 2)
        assert len(work.seen) == 1
        answered.set()
        await running
    assert work.done == ["in hand", "first", "second", "third"]


async def test_of_a_lane_that_hangs_no_more_than_a_batch_is_at_hand_and_others_are_not_kept_waiting(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "BATCH", 5)
    monkeypatch.setattr(lanes, "LONG", 0.05)
    others_done, answered = asyncio.Event(), asyncio.Event()

    async def hang(action: Action) -> None:
        if name_of(action) == "other":
            others_done.set()
        else:
            await answered.wait()

    work.act = hang
    names = [f"{number:02}" for number in range(12)]
    await work.enqueue(*(named(name) for name in names), named("other", "another"))
    async with asyncio.timeout(10):
        running = asyncio.create_task(work.queue.run_due())
        await others_done.wait()
        await claimed(work, 5)
        answered.set()
        assert await running == 13
    assert work.done == ["other", *names]


async def test_what_fills_its_hands_once_goes_on_at_once_when_they_are_free(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "BATCH", 5)
    monkeypatch.setattr(lanes, "LONG", 60.0)
    names = [f"{number:02}" for number in range(12)]
    await work.enqueue(*(named(name) for name in names))
    async with asyncio.timeout(10):
        assert await work.queue.run_due() == 12
    assert work.done == names


async def claimed(work: Work, count: int) -> None:
    """Wait until so many are claimed, and no more."""
    async with asyncio.timeout(10):
        while await work.pool.fetchval(CLAIMED) != count:  # noqa: ASYNC110 - the database sets no event for it
            await asyncio.sleep(0.005)


async def test_nothing_is_begun_after_the_queue_was_stopped_while_it_settled(work: Work) -> None:
    await work.enqueue(named("first", dedupe="sheet:1"), named("second"))
    async with asyncio.timeout(10):
        async with work.db.transaction() as click:
            running = asyncio.create_task(run_with_a_click_in_between(work, click))
            await blocked(work.pool, running)
            running.cancel()
            await asyncio.wait([running])
        while not await work.pool.fetchval("SELECT count(*) FROM patt.scheduled_actions WHERE fence > 1"):  # noqa: ASYNC110 - the database sets no event for it
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.02)
    assert [name_of(one) for one in work.seen] == ["first"]


async def run_with_a_click_in_between(work: Work, click: Session) -> None:
    async def ask_again(_action: Action) -> None:
        await click.actions.enqueue(named("again", dedupe="sheet:1"))

    work.act = ask_again
    await work.queue.run_due()


async def test_stopping_the_queue_stops_the_lanes_it_is_at(work: Work) -> None:
    hangs, stopped = asyncio.Event(), asyncio.Event()

    async def hang(_action: Action) -> None:
        hangs.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    work.act = hang
    await work.enqueue(named("hanging"))
    async with asyncio.timeout(10):
        running = asyncio.create_task(work.queue.run_due())
        await hangs.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert stopped.is_set()


async def test_a_queue_that_is_told_to_stop_ends_what_it_is_at_and_gives_the_rest_back(work: Work, dsn: str) -> None:
    hangs, answered = asyncio.Event(), asyncio.Event()

    async def hang(_action: Action) -> None:
        hangs.set()
        await answered.wait()

    work.act = hang
    await work.enqueue(named("in hand"), named("behind it"))
    async with asyncio.timeout(10):
        running = asyncio.create_task(work.queue.run_due())
        await hangs.wait()
        work.queue.stop()
        await work.enqueue(named("elsewhere", "other"))
        await asyncio.sleep(0.05)
        assert not running.done()
        answered.set()
        await running
    assert work.done == ["in hand"]
    async with rival(dsn, work.clock) as other:
        await other.queue.run_due()
        assert sorted(other.done) == ["behind it", "elsewhere"]
        assert [one.attempts for one in other.seen] == [1, 1]


async def test_no_more_than_so_many_begin_together_and_those_who_hang_let_others_pass(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seats, "LONG", 0.2)
    passed = asyncio.Event()

    async def hang(action: Action) -> None:
        if name_of(action) == "passes":
            passed.set()
        await passed.wait()

    work.act = hang
    names = ["hangs"] * AT_ONCE + ["passes"] * 5
    await work.enqueue(*(named(name, f"{number:03}") for number, name in enumerate(names)))
    async with asyncio.timeout(10):
        running = asyncio.create_task(work.queue.run_due())
        while len(work.seen) < AT_ONCE:  # noqa: ASYNC110 - the handlers set no event for it
            await asyncio.sleep(0)
        await asyncio.sleep(0.02)
        assert len(work.seen) == AT_ONCE
        assert not passed.is_set()
        assert await running == len(names)


async def test_whoever_has_given_a_seat_away_begins_nothing_more_on_it(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "AT_ONCE", 1)
    monkeypatch.setattr(seats, "LONG", 0.05)
    answered = {name: asyncio.Event() for name in ("slow", "next", "last")}

    async def hang(action: Action) -> None:
        monkeypatch.setattr(seats, "LONG", 60.0 if name_of(action) == "next" else 0.05)
        await answered[name_of(action)].wait()

    work.act = hang
    await work.enqueue(*(named(name, name) for name in answered))
    async with asyncio.timeout(10):
        running = asyncio.create_task(work.queue.run_due())
        while len(work.seen) < 2:  # noqa: ASYNC110 - the handlers set no event for it
            await asyncio.sleep(0.005)
        answered["slow"].set()
        while await work.logged() < 1:  # noqa: ASYNC110 - the database sets no event for it
            await asyncio.sleep(0.005)
        assert [name_of(one) for one in work.seen] == ["slow", "next"]
        answered["next"].set()
        answered["last"].set()
        await running
    assert work.done == ["slow", "next", "last"]


async def test_what_takes_too_long_is_ended_and_tried_again(
    work: Work, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(seats, "LONG", 0.05)
    monkeypatch.setattr(queue, "PATIENCE", timedelta(seconds=0.3))
    work.queue = queue.Queue(work.db, {Kind.REFRESH_SHEET: work.handle}, work.clock)

    async def hang(action: Action) -> None:
        if name_of(action) == "hangs":
            await asyncio.Event().wait()

    work.act = hang
    await work.enqueue(named("hangs"), named("behind it"))
    async with asyncio.timeout(10):
        assert await work.queue.run_due() == 2
    assert work.done == ["behind it"]
    assert [(row["attempts"], row["last_error"]) for row in await work.rows()] == [(1, "TimeoutError()")]
    assert "await asyncio.Event().wait()" in caplog.text  # where it hung


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
