"""The queue's rows: enqueued with the change they follow, claimed in turn, settled once."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.domain.action import Action, Kind
from db import Database, Session
from db.pool import Pool
from tests.db.plans import analyse, plan_of
from tests.factories import GUILD, NOW, new_action, new_event

SECOND = timedelta(seconds=1)
LEASE = timedelta(seconds=90)


async def claim(tx: Session, at: timedelta = timedelta(0), most: int = 50) -> Sequence[Action]:
    return await tx.actions.claim(NOW + at, LEASE, most=most)


async def test_an_action_is_claimed_as_it_was_enqueued(tx: Session) -> None:
    event_id = await tx.events.add(new_event())
    new = new_action("channel:5", kind=Kind.ANNOUNCE, event_id=event_id, payload={"player_id": 7, "name": "Größe"})
    await tx.actions.enqueue(new)
    [action] = await claim(tx)
    asked = [name for name in vars(new) if name != "dedupe"]
    assert {name: getattr(action, name) for name in asked} == {name: getattr(new, name) for name in asked}
    assert (action.attempts, action.version, action.nonce) == (1, 0, f"muster-{action.id}")


async def test_several_are_enqueued_in_one_go_and_in_order(tx: Session) -> None:
    await tx.actions.enqueue(*(new_action(payload={"number": number}) for number in range(5)))
    assert [one.payload["number"] for one in await claim(tx)] == [0, 1, 2, 3, 4]


async def test_one_key_asked_for_twice_in_one_go_is_one_action_with_the_last_payload(tx: Session) -> None:
    await tx.actions.enqueue(*(new_action(dedupe="sheet:1", payload={"number": number}) for number in range(3)))
    assert [one.payload["number"] for one in await claim(tx)] == [2]


async def test_enqueueing_nothing_asks_for_no_work(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.actions.enqueue()
    assert not db.work.is_set()


async def test_a_commit_that_enqueued_wakes_the_worker_and_a_rollback_does_not(db: Database, pool: Pool) -> None:
    async def fail() -> None:
        async with db.transaction() as tx:
            await tx.actions.enqueue(new_action())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert (db.work.is_set(), await pool.fetchval("SELECT count(*) FROM patt.scheduled_actions")) == (False, 0)
    async with db.transaction() as tx:
        await tx.actions.enqueue(new_action())
    assert db.work.is_set()


async def test_what_is_claimed_is_not_claimed_again_before_the_lease_ends(tx: Session) -> None:
    await tx.actions.enqueue(new_action())
    assert len(await claim(tx)) == 1
    assert await claim(tx, LEASE - SECOND) == []
    assert [one.attempts for one in await claim(tx, LEASE)] == [2]


async def test_a_lane_in_work_is_left_alone_and_another_is_not(tx: Session) -> None:
    await tx.actions.enqueue(new_action("busy"), new_action("busy"), new_action("free", due_at=NOW + SECOND))
    await claim(tx, most=1)
    assert [one.lane for one in await claim(tx, SECOND)] == ["free"]


async def test_the_earliest_due_comes_first(tx: Session) -> None:
    await tx.actions.enqueue(*(new_action(str(second), due_at=NOW + second * SECOND) for second in (3, 1, 2)))
    assert [one.lane for one in await claim(tx, LEASE, most=2)] == ["1", "2"]


@pytest.mark.parametrize(
    ("after", "ours"),
    [("nothing", True), ("lease over", True), ("taken over", False), ("done", False), ("back", False)],
)
async def test_a_lease_is_renewed_unless_somebody_else_took_over(tx: Session, after: str, ours: bool) -> None:
    await tx.actions.enqueue(new_action())
    [action] = await claim(tx)
    if after == "taken over":
        await claim(tx, LEASE)
    if after == "done":
        await tx.actions.finish(action, "done", NOW, again_at=NOW)
    if after == "back":
        await tx.actions.retry(action, "no", NOW + LEASE)
    assert await tx.actions.renew(action, NOW + LEASE + SECOND, LEASE) is ours
    if ours:
        assert await claim(tx, 2 * LEASE) == []


async def test_a_finished_action_stands_in_the_log(db: Database, pool: Pool) -> None:
    async with db.transaction() as tx:
        await tx.actions.enqueue(new_action())
        [action] = await claim(tx)
        for _ in range(2):
            await tx.actions.finish(action, "drawn", NOW + SECOND, again_at=NOW)
    [row] = await pool.fetch("SELECT * FROM patt.action_log")
    assert (row["id"], row["kind"], row["outcome"], row["attempts"]) == (action.id, "sheet.refresh", "drawn", 1)
    assert (row["guild_discord_id"], row["due_at"], row["done_at"]) == (GUILD, NOW, NOW + SECOND)
    assert await pool.fetchval("SELECT count(*) FROM patt.scheduled_actions") == 0


async def test_asked_again_meanwhile_it_is_due_again_with_a_clean_slate(tx: Session) -> None:
    await tx.actions.enqueue(new_action(dedupe="sheet:1"))
    [action] = await claim(tx)
    await tx.actions.enqueue(new_action(dedupe="sheet:1", payload={"again": True}))
    await tx.actions.finish(action, "drawn", NOW, again_at=NOW + SECOND)
    assert await claim(tx) == []
    [again] = await claim(tx, SECOND)
    assert (again.id, again.attempts, again.payload, again.due_at) == (action.id, 1, {"again": True}, NOW + SECOND)


@pytest.mark.parametrize(("counts", "attempts"), [(True, 2), (False, 1)])
async def test_tried_again_at_the_moment_named(tx: Session, counts: bool, attempts: int) -> None:
    await tx.actions.enqueue(new_action())
    [action] = await claim(tx)
    await tx.actions.retry(action, "503", NOW + SECOND, counts=counts)
    assert await claim(tx) == []
    assert [one.attempts for one in await claim(tx, SECOND)] == [attempts]


@pytest.mark.parametrize("late", ["again", "retry", "bury"])
async def test_whoever_was_taken_over_from_does_not_let_go_of_it(tx: Session, late: str) -> None:
    await tx.actions.enqueue(new_action(dedupe="sheet:1"))
    [slow] = await claim(tx)
    await tx.actions.enqueue(new_action(dedupe="sheet:1"))
    [quick] = await claim(tx, LEASE)
    if late == "again":
        await tx.actions.finish(slow, "drawn", NOW + LEASE, again_at=NOW + LEASE)
    elif late == "retry":
        await tx.actions.retry(slow, "too slow", NOW + LEASE)
    else:
        await tx.actions.bury(slow, "too slow")
    assert await claim(tx, LEASE + SECOND) == []
    assert await tx.actions.renew(quick, NOW + LEASE + SECOND, LEASE)


async def test_a_dead_letter_is_kept_with_its_error_and_never_claimed(db: Database, pool: Pool) -> None:
    async with db.transaction() as tx:
        await tx.actions.enqueue(new_action(dedupe="sheet:1"))
        [action] = await claim(tx)
        await tx.actions.bury(action, "Missing Access")
        assert await claim(tx, 99 * LEASE) == []
        assert await tx.actions.next_wake(NOW) is None
    assert await pool.fetchval("SELECT last_error FROM patt.scheduled_actions WHERE dead") == "Missing Access"


async def test_the_next_waking_is_the_earliest_and_a_claimed_one_wakes_when_its_lease_ends(tx: Session) -> None:
    assert await tx.actions.next_wake(NOW) is None
    await tx.actions.enqueue(new_action("one"), new_action("one"), new_action("two", due_at=NOW + 2 * LEASE))
    assert await tx.actions.next_wake(NOW) == NOW
    await claim(tx, most=1)
    assert await tx.actions.next_wake(NOW) == NOW + LEASE


async def test_looking_for_work_reads_neither_the_future_nor_the_dead(db: Database, pool: Pool) -> None:
    await pool.execute(
        """
        INSERT INTO patt.scheduled_actions (guild_discord_id, kind, lane, due_at, wake_at, dead)
        SELECT $1, 'sheet.refresh', 'lane ' || number, moment, moment, number % 2 = 0
        FROM generate_series(1, 4000) number, LATERAL (SELECT $2::timestamptz + number * interval '1 hour' AS moment) m
        """,
        GUILD,
        NOW,
    )
    await analyse(pool)
    async with db.transaction() as tx:
        plans = [await plan_of(tx, lambda: claim(tx)), await plan_of(tx, lambda: tx.actions.next_wake(NOW))]
    for plan in plans:
        assert "scheduled_actions_next" in plan
        assert "Seq Scan on patt.scheduled_actions" not in plan
