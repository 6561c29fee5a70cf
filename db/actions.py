"""The durable queue: `patt.scheduled_actions`, and `patt.action_log` for what is done."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from typing import Any
from uuid import UUID

from bot.domain.action import Action, Kind, NewAction, Settled
from bot.domain.health import Waiting
from bot.domain.ids import ActionId, EventId, GuildId
from db.given import Given, Row
from db.rows import Connection, maybe

_KINDS = list(Kind)
WANTED = Given(
    "wanted",
    number="integer",
    guild_id="bigint",
    event_id="bigint",
    kind="text",
    payload="jsonb",
    lane="text",
    dedupe_key="text",
    due_at="timestamptz",
)
ENQUEUE = """
    INSERT INTO patt.scheduled_actions (guild_discord_id, event_id, kind, payload, lane, dedupe_key, due_at, wake_at)
    SELECT guild_id, event_id, kind, payload, lane, dedupe_key, due_at, due_at FROM {wanted} ORDER BY number
    ON CONFLICT (dedupe_key) WHERE NOT dead DO UPDATE SET
        version = scheduled_actions.version + 1,
        payload = CASE WHEN scheduled_actions.payload ? 'answer' AND scheduled_actions.attempts = 0
                       THEN scheduled_actions.payload ELSE excluded.payload END,
        lane = CASE WHEN scheduled_actions.claimed_until IS NULL THEN excluded.lane ELSE scheduled_actions.lane END
"""
"""Enqueues the actions that `wanted` is given for.

Of a place that changed before its owner could hear of it, the first change stays: it knows what they heard last.
"""

_SETTLE = """
    WITH settled AS (
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::timestamptz[],
                             $7::integer[]) AS one (id, fence, version, fate, said, at, uncounted)
    ), held AS MATERIALIZED (
        SELECT action.id, settled.fate, settled.said, settled.at, settled.uncounted,
               settled.fate = 'done' AND settled.version = action.version AS over
        FROM settled JOIN patt.scheduled_actions action ON action.id = settled.id AND action.fence = settled.fence
        FOR UPDATE OF action {waiting}
    ), gone AS (
        DELETE FROM patt.scheduled_actions action USING held WHERE action.id = held.id AND held.over
        RETURNING action.id, guild_discord_id, event_id, kind, due_at, attempts, held.said
    ), logged AS (
        INSERT INTO patt.action_log (id, guild_discord_id, event_id, kind, due_at, done_at, attempts, outcome)
        SELECT id, guild_discord_id, event_id, kind, due_at, $8, attempts, said FROM gone
        ON CONFLICT (id) DO NOTHING
    ), kept AS (
        UPDATE patt.scheduled_actions action SET
            claimed_until = NULL, fence = fence + 1, wake_at = held.at,
            due_at = CASE held.fate WHEN 'done' THEN held.at ELSE due_at END,
            attempts = CASE held.fate WHEN 'done' THEN 0 ELSE attempts - held.uncounted END,
            last_error = CASE held.fate WHEN 'done' THEN last_error ELSE held.said END,
            dead = held.fate = 'dead', dead_since = CASE held.fate WHEN 'dead' THEN $8 END
        FROM held WHERE action.id = held.id AND NOT held.over
    )
    SELECT id FROM held
"""


@cache
def _enqueue(*, lone: bool) -> str:
    return ENQUEUE.format(wanted=WANTED.source(count(1), lone=lone))


class ActionRepository:
    """Enqueues actions inside the use case's transaction, and claims and settles them for the queue's worker."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self.soonest: datetime | None = None
        """When the first of what was enqueued here is due."""

    async def enqueue(self, *new: NewAction) -> None:
        """Write actions down. An open one of the same dedupe key is asked again instead (its version rises).

        It goes into the lane named last, for a raid may stand elsewhere by now, but not out of somebody's hands.
        """
        if new:
            rows = self.enqueueing(new)
            await self._db.execute(_enqueue(lone=len(rows) == 1), *WANTED.arguments(rows))

    def expect(self, at: datetime) -> None:
        """Something else written here is due at `at`: the worker hears of it after the commit."""
        self.soonest = min(at, self.soonest or at)

    def enqueueing(self, new: Sequence[NewAction]) -> Sequence[Row]:
        """The rows of `WANTED`, for a statement that carries `ENQUEUE` along."""
        for one in new:
            self.expect(one.due_at)
        # One statement cannot ask for the same key twice; of those the last says what is wanted.
        wanted = {one.dedupe or object(): one for one in new}.values()
        return [_row(number, one) for number, one in enumerate(wanted)]

    async def waiting(self, guild_id: GuildId | None, now: datetime) -> Waiting:
        """What is due in the server, or anywhere, and since when the first of it is."""
        row = await self._db.fetchrow(
            """
            SELECT count(*) AS count, min(due_at) AS oldest FROM (
                SELECT due_at, guild_discord_id FROM patt.scheduled_actions
                WHERE claimed_until IS NULL AND NOT dead AND wake_at <= $2
                UNION ALL
                SELECT due_at, guild_discord_id FROM patt.scheduled_actions WHERE claimed_until IS NOT NULL) due
            WHERE $1::bigint IS NULL OR guild_discord_id = $1
            """,
            guild_id,
            now,
        )
        assert row is not None  # noqa: S101 - an aggregate always has one
        return Waiting(row["count"], row["oldest"])

    async def open_event(self, dedupe: str) -> EventId | None:
        """The raid that the open action of that dedupe key is about; None without one."""
        found = await self._db.fetchval(
            "SELECT event_id FROM patt.scheduled_actions WHERE dedupe_key = $1 AND NOT dead", dedupe
        )
        return maybe(EventId, found)

    async def awaits(self, event_id: EventId, kind: Kind, *, begun: bool = False) -> bool:
        """Whether something of that kind is still to be done for the raid; with `begun` whether it was tried before."""
        return await self._db.fetchval(
            """
            SELECT EXISTS (SELECT FROM patt.scheduled_actions
                           WHERE event_id = $1 AND kind = $2 AND NOT dead AND attempts >= $3)
            """,
            event_id,
            kind,
            int(begun),
        )

    async def call_off(self, dedupe: str) -> None:
        """Forget the open action of that dedupe key, unless a worker has it in hand."""
        await self._db.execute(
            "DELETE FROM patt.scheduled_actions WHERE dedupe_key = $1 AND NOT dead AND claimed_until IS NULL", dedupe
        )

    async def claim(
        self, now: datetime, lease: timedelta, *, most: int, holder: UUID | None = None, further: bool = False
    ) -> Sequence[Action]:
        """Take up to `most` due actions for `lease`; a lane somebody else works in is left alone.

        So are those the `holder` works in, unless they want `further` ones behind what they have. Kinds this version
        does not know wait for one that does.
        """
        rows = await self._db.fetch(
            """
            SELECT id, guild_discord_id, kind, lane, due_at, event_id, payload, version, attempts, fence
            FROM patt.claim_actions($1, $2, $3, $4, $5, $6) ORDER BY due_at, id
            """,
            now,
            lease,
            most,
            _KINDS,
            holder,
            further,
        )
        return [_action(row) for row in rows]

    async def renew(self, action: Action, now: datetime, lease: timedelta) -> bool:
        """Hold the claimed action for another `lease`; False when it was let go or somebody else has taken it over."""
        renewed = await self._db.fetchval(
            """
            UPDATE patt.scheduled_actions SET claimed_until = $3::timestamptz + $4::interval
            WHERE id = $1 AND fence = $2 RETURNING TRUE
            """,
            action.id,
            action.fence,
            now,
            lease,
        )
        return bool(renewed)

    async def hold(self, holder: UUID, now: datetime, lease: timedelta) -> None:
        """Hold everything that `holder` has in hand for another `lease`, but for what anybody may take by now."""
        await self._db.execute(
            """
            WITH in_hand AS MATERIALIZED (
                SELECT id FROM patt.scheduled_actions
                WHERE claimed_until IS NOT NULL AND claimed_until > $2 AND claimed_by = $1
                FOR UPDATE SKIP LOCKED)
            UPDATE patt.scheduled_actions action SET claimed_until = $2::timestamptz + $3::interval
            FROM in_hand WHERE action.id = in_hand.id
            """,
            holder,
            now,
            lease,
        )

    async def free(self, now: datetime, lease: timedelta) -> int:
        """Give back what is claimed by somebody who is gone: the lease is over; how many actions.

        So is one that ends later than a lease can: it was taken before the clock was turned back. Whoever had it
        settles it no more: a click leaves what is not claimed as it is, since nobody has begun with it.
        """
        freed = await self._db.fetchval(
            """
            WITH left_behind AS MATERIALIZED (
                SELECT id FROM patt.scheduled_actions
                WHERE claimed_until IS NOT NULL AND (claimed_until <= $1 OR claimed_until > $1 + 2 * $2::interval)
                FOR UPDATE SKIP LOCKED),
            freed AS (
                UPDATE patt.scheduled_actions action SET claimed_until = NULL, fence = fence + 1
                FROM left_behind WHERE action.id = left_behind.id RETURNING action.id)
            SELECT count(*) FROM freed
            """,
            now,
            lease,
        )
        return freed or 0

    async def next_wake(self, after: datetime | None) -> datetime | None:
        """When the next action later than `after` wants looking at, or the next lease ends.

        What is due by `after` and was not claimed then is behind somebody, who looks again when they let go.
        """
        return await self._db.fetchval(
            """
            SELECT least(
                (SELECT min(wake_at) FROM patt.scheduled_actions
                 WHERE claimed_until IS NULL AND NOT dead AND wake_at > coalesce($1::timestamptz, '-infinity')),
                (SELECT min(claimed_until) FROM patt.scheduled_actions WHERE claimed_until IS NOT NULL))
            """,
            after,
        )

    async def settle(self, settled: Sequence[Settled], now: datetime, *, wait: bool) -> Collection[ActionId]:
        """Write down what came of claimed actions; which of them are written.

        The others are not held any more, or, without `wait`, a transaction under way has their row: with more than one
        of them at once, waiting could deadlock with it. Of those that are done and were asked for again meanwhile,
        nothing is logged; they come back.
        """
        # The version is compared under the row's lock, so an asking that commits this very moment is not lost.
        rows = await self._db.fetch(
            _SETTLE.format(waiting="" if wait else "SKIP LOCKED"),
            [one.action.id for one in settled],
            [one.action.fence for one in settled],
            [one.action.version for one in settled],
            [one.fate for one in settled],
            [_storable(one.said) for one in settled],
            [one.at for one in settled],
            [int(one.uncounted) for one in settled],
            now,
        )
        return {ActionId(row["id"]) for row in rows}


def _row(number: int, new: NewAction) -> Row:
    return {
        "number": number,
        "guild_id": new.guild_id,
        "event_id": new.event_id,
        "kind": new.kind,
        "payload": dict(new.payload),
        "lane": new.lane,
        "dedupe_key": new.dedupe,
        "due_at": new.due_at,
    }


def _storable(text: str) -> str:
    """An error may quote anything; Postgres keeps no NUL, and UTF-8 no lone surrogate."""
    return text.replace("\0", "").encode(errors="replace").decode()


def _action(row: Any) -> Action:
    return Action(
        id=ActionId(row["id"]),
        guild_id=GuildId(row["guild_discord_id"]),
        kind=Kind(row["kind"]),
        lane=row["lane"],
        due_at=row["due_at"],
        event_id=maybe(EventId, row["event_id"]),
        payload=row["payload"],
        version=row["version"],
        attempts=row["attempts"],
        fence=row["fence"],
    )
