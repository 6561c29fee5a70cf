"""The queue's rows: enqueued with the change they follow, claimed in turn, settled once."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from bot.domain.action import Action, Fate, Kind, Settled
from db import Database, Session
from db.pool import Pool
from tests.db.plans import analyse, plan_of
from tests.factories import GUILD, NOW, new_action, new_event

SECOND = timedelta(seconds=1)
LEASE = timedelta(seconds=90)
ME, OTHER = UUID(int=1), UUID(int=2)


async def claim(tx: Session, at: timedelta = timedelta(0), most: int = 50) -> Sequence[Action]:
    """As the queue does: what somebody left behind is there for the taking first."""
    await tx.actions.free(NOW + at, LEASE)
    return await tx.actions.claim(NOW + at, LEASE, most=most)


async def settle(tx: Session, action: Action, fate: Fate, said: str, at: timedelta, *, uncounted: bool = False) -> bool:
    """Whether it is written; `at` counts from NOW, where the clock stands."""
    one = Settled(action, fate, said, NOW + at, uncounted)
    return action.id in await tx.actions.settle([one], NOW, wait=True)


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


async def test_asked_again_elsewhere_it_goes_there_unless_somebody_has_it_in_hand(tx: Session) -> None:
    await tx.actions.enqueue(new_action("channel:5", dedupe="sheet:1"))
    await tx.actions.enqueue(new_action("channel:6", dedupe="sheet:1"))
    [action] = await claim(tx)
    await tx.actions.enqueue(new_action("channel:7", dedupe="sheet:1"))
    [again] = await claim(tx, LEASE)
    assert (action.lane, again.lane) == ("channel:6", "channel:6")


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


@pytest.mark.parametrize(
    ("holder", "further", "lanes"),
    [(ME, True, ["mine"]), (ME, False, []), (OTHER, True, ["theirs"]), (None, True, []), (None, False, [])],
)
async def test_what_comes_behind_is_for_whoever_is_at_the_lane_and_wants_more(
    tx: Session, holder: UUID | None, further: bool, lanes: list[str]
) -> None:
    for whose, lane in ((ME, "mine"), (OTHER, "theirs")):
        await tx.actions.enqueue(new_action(lane))
        assert len(await tx.actions.claim(NOW, LEASE, most=9, holder=whose)) == 1
    await tx.actions.enqueue(new_action("mine"), new_action("theirs"))
    claimed = await tx.actions.claim(NOW, LEASE, most=9, holder=holder, further=further)
    assert [one.lane for one in claimed] == lanes


async def test_an_older_worker_shares_its_lanes_with_nobody(tx: Session) -> None:
    await tx.actions.enqueue(new_action())
    await tx.actions._db.fetch("SELECT * FROM patt.claim_actions($1, $2, 9, '{sheet.refresh}')", NOW, LEASE)
    await tx.actions.enqueue(new_action())
    assert await tx.actions.claim(NOW, LEASE, most=9, holder=ME, further=True) == []


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
        await settle(tx, action, Fate.DONE, "done", 0 * SECOND)
    if after == "back":
        await settle(tx, action, Fate.AGAIN, "no", LEASE)
    assert await tx.actions.renew(action, NOW + LEASE + SECOND, LEASE) is ours
    if ours:
        assert await claim(tx, 2 * LEASE) == []


async def test_a_finished_action_stands_in_the_log(db: Database, pool: Pool) -> None:
    async with db.transaction() as tx:
        await tx.actions.enqueue(new_action())
        [action] = await claim(tx)
        assert [await settle(tx, action, Fate.DONE, "drawn", SECOND) for _ in range(2)] == [True, False]
    [row] = await pool.fetch("SELECT * FROM patt.action_log")
    assert (row["id"], row["kind"], row["outcome"], row["attempts"]) == (action.id, "sheet.refresh", "drawn", 1)
    assert (row["guild_discord_id"], row["due_at"], row["done_at"]) == (GUILD, NOW, NOW)
    assert await pool.fetchval("SELECT count(*) FROM patt.scheduled_actions") == 0


async def test_asked_again_meanwhile_it_is_due_again_with_a_clean_slate(tx: Session) -> None:
    await tx.actions.enqueue(new_action(dedupe="sheet:1"))
    [action] = await claim(tx)
    await tx.actions.enqueue(new_action(dedupe="sheet:1", payload={"again": True}))
    assert await settle(tx, action, Fate.DONE, "drawn", SECOND)
    assert await claim(tx) == []
    [again] = await claim(tx, SECOND)
    assert (again.id, again.attempts, again.payload, again.due_at) == (action.id, 1, {"again": True}, NOW + SECOND)


@pytest.mark.parametrize(("counts", "attempts"), [(True, 2), (False, 1)])
async def test_tried_again_at_the_moment_named(tx: Session, counts: bool, attempts: int) -> None:
    await tx.actions.enqueue(new_action())
    [action] = await claim(tx)
    await settle(tx, action, Fate.AGAIN, "503", SECOND, uncounted=not counts)
    assert await claim(tx) == []
    assert [one.attempts for one in await claim(tx, SECOND)] == [attempts]


@pytest.mark.parametrize("uncounted", [False, True])
@pytest.mark.parametrize("late", Fate)
async def test_whoever_was_taken_over_from_settles_nothing(tx: Session, late: Fate, uncounted: bool) -> None:
    """Also when the attempts are what they were: one that does not count is taken back."""
    await tx.actions.enqueue(new_action(dedupe="sheet:1"))
    [slow] = await claim(tx)
    await settle(tx, slow, Fate.AGAIN, "not yet", 0 * SECOND, uncounted=uncounted)
    [quick] = await claim(tx)
    assert not await settle(tx, slow, late, "too slow", LEASE)
    assert not await tx.actions.renew(slow, NOW, LEASE)
    assert await claim(tx, SECOND) == []
    assert await tx.actions.renew(quick, NOW + SECOND, LEASE)


async def test_a_lease_that_ran_out_is_given_to_the_next(tx: Session) -> None:
    await tx.actions.enqueue(new_action())
    [slow] = await claim(tx)
    assert await tx.actions.free(NOW + LEASE - SECOND, LEASE) == 0
    assert await tx.actions.free(NOW + LEASE, LEASE) == 1
    [quick] = await claim(tx, LEASE)
    assert quick.fence > slow.fence
    assert not await settle(tx, slow, Fate.DONE, "drawn", LEASE)
    assert await settle(tx, quick, Fate.DONE, "drawn", LEASE)


async def test_a_lease_from_before_the_clock_was_turned_back_is_over(tx: Session) -> None:
    await tx.actions.enqueue(new_action(due_at=NOW - 100 * LEASE))
    await claim(tx)
    assert await tx.actions.free(NOW - LEASE, LEASE) == 0  # a clock set right by a little leaves everybody at work
    assert await tx.actions.free(NOW - LEASE - SECOND, LEASE) == 1


async def test_many_are_settled_at_once_each_in_its_way(db: Database, pool: Pool) -> None:
    fates = {"a": Fate.DONE, "b": Fate.AGAIN, "c": Fate.DEAD, "d": Fate.DONE}
    async with db.transaction() as tx:
        await tx.actions.enqueue(*(new_action(lane, dedupe=lane) for lane in fates))
        actions = await claim(tx)
        await tx.actions.enqueue(new_action("d", dedupe="d"))
        settled = [Settled(one, fates[one.lane], f"{one.lane}!", NOW + SECOND) for one in actions]
        assert await tx.actions.settle(settled, NOW, wait=False) == {one.id for one in actions}
    left = await pool.fetch("SELECT lane, dead, last_error, claimed_until FROM patt.scheduled_actions ORDER BY lane")
    assert [tuple(row) for row in left] == [
        ("b", False, "b!", None),
        ("c", True, "c!", None),
        ("d", False, None, None),
    ]
    assert await pool.fetchval("SELECT array_agg(outcome) FROM patt.action_log") == ["a!"]


async def test_without_waiting_what_somebody_is_writing_is_left_and_the_rest_settled(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.actions.enqueue(new_action("held", dedupe="held"), new_action("free"))
        held, free = await claim(tx)
    settled = [Settled(one, Fate.DONE, "drawn", NOW) for one in (held, free)]
    async with db.transaction() as click:
        await click.actions.enqueue(new_action("held", dedupe="held"))
        async with db.transaction() as tx:
            assert await tx.actions.settle(settled, NOW, wait=False) == {free.id}


@pytest.mark.parametrize("said", ["half a \0 word", "half an \ud83d emoji"])
async def test_an_error_that_quotes_what_postgres_does_not_keep_is_settled(tx: Session, said: str) -> None:
    await tx.actions.enqueue(new_action())
    [action] = await claim(tx)
    assert await settle(tx, action, Fate.AGAIN, said, 0 * SECOND)


async def test_a_dead_letter_is_kept_with_its_error_and_never_claimed(db: Database, pool: Pool) -> None:
    async with db.transaction() as tx:
        await tx.actions.enqueue(new_action(dedupe="sheet:1"))
        [action] = await claim(tx)
        await settle(tx, action, Fate.DEAD, "Missing Access", 0 * SECOND)
        assert await claim(tx, 99 * LEASE) == []
        assert await tx.actions.next_wake(None) is None
    assert await pool.fetchval("SELECT last_error FROM patt.scheduled_actions WHERE dead") == "Missing Access"


async def test_the_next_waking_is_the_earliest_and_a_claimed_one_wakes_when_its_lease_ends(tx: Session) -> None:
    assert await tx.actions.next_wake(None) is None
    await tx.actions.enqueue(new_action("one"), new_action("one"), new_action("two", due_at=NOW + 2 * LEASE))
    assert await tx.actions.next_wake(None) == NOW
    await claim(tx, most=1)
    assert await tx.actions.next_wake(None) == NOW  # behind the one in hand
    assert await tx.actions.next_wake(NOW) == NOW + LEASE
    await tx.actions.free(NOW + LEASE, LEASE)
    assert await tx.actions.next_wake(NOW) == NOW + 2 * LEASE


@pytest.mark.parametrize("known", [True, False])
async def test_work_reads_neither_the_future_nor_the_dead(db: Database, pool: Pool, known: bool) -> None:
    """What is read is counted: a plan explained for one moment is not the one that is kept for all.

    The claim does without knowing the table, the others may read it as long as Postgres has not looked how big it is.
    """
    await pool.execute(
        """
        INSERT INTO patt.scheduled_actions (guild_discord_id, kind, lane, due_at, wake_at, dead)
        SELECT $1, 'sheet.refresh', 'lane ' || number, moment, moment, number % 2 = 0
        FROM generate_series(1, 4000) number, LATERAL (SELECT $2::timestamptz + number * interval '1 hour' AS moment) m
        """,
        GUILD,
        NOW - timedelta(hours=20),
    )
    if known:
        await analyse(pool)
    async with db.transaction() as tx:
        assert await claim(tx, -timedelta(days=1)) == []  # planning looks at the ends of indexes
        wholly, rows = await read_by(tx)
        due = await tx.actions.claim(NOW, LEASE, most=50)
        assert (await read_by(tx))[0] == wholly
        settled = [Settled(one, Fate.DONE, "drawn", NOW) for one in due]
        assert len(await tx.actions.settle(settled, NOW, wait=False)) == len(due) == 10
        assert await tx.actions.next_wake(NOW) == NOW + timedelta(hours=1)
        after = await read_by(tx)
    assert after[1] < rows + 10 * len(due)
    assert after[0] == wholly or not known


async def read_by(tx: Session) -> tuple[int, int]:
    """How often the session has read the whole queue, and how many rows it has fetched by an index."""
    row = await tx.actions._db.fetchrow(
        "SELECT seq_scan, idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relid = 'patt.scheduled_actions'::regclass"
    )
    assert row is not None
    return row["seq_scan"], row["idx_tup_fetch"]


async def test_the_next_waking_is_read_from_the_index_alone(db: Database, pool: Pool) -> None:
    await pool.execute(
        """
        INSERT INTO patt.scheduled_actions (guild_discord_id, kind, lane, due_at, wake_at)
        SELECT $1, 'sheet.refresh', 'lane', moment, moment
        FROM generate_series(1, 4000) number, LATERAL (SELECT $2::timestamptz + number * interval '1 hour' AS moment) m
        """,
        GUILD,
        NOW,
    )
    await analyse(pool)
    async with db.transaction() as tx:
        plan = await plan_of(tx, lambda: tx.actions.next_wake(NOW))
    assert "Index Only Scan using scheduled_actions_next" in plan
    assert "Seq Scan on patt.scheduled_actions" not in plan
