"""The durable queue: `patt.scheduled_actions`, and `patt.action_log` for what is done."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.domain.action import Action, Kind, NewAction
from bot.domain.ids import ActionId, EventId, GuildId
from db.rows import Connection, maybe

_ENQUEUE = """
    INSERT INTO patt.scheduled_actions (guild_discord_id, event_id, kind, payload, lane, dedupe_key, due_at, wake_at)
    SELECT guild_id, event_id, kind, payload::jsonb, lane, dedupe_key, due_at, due_at
    FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
         WITH ORDINALITY AS new (guild_id, event_id, kind, payload, lane, dedupe_key, due_at, number)
    WHERE {condition}
    ORDER BY number
    ON CONFLICT (dedupe_key) WHERE NOT dead DO UPDATE SET
        version = scheduled_actions.version + 1, payload = excluded.payload
"""


def enqueueing_where(condition: str) -> str:
    """The statement that enqueues those actions of which `condition` (SQL, over `new`) holds."""
    return _ENQUEUE.format(condition=condition)


ENQUEUE = enqueueing_where("TRUE")


class ActionRepository:
    """Enqueues actions inside the use case's transaction, and claims and settles them for the queue's worker."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self.soonest: datetime | None = None
        """When the first of what was enqueued here is due."""

    async def enqueue(self, *new: NewAction) -> None:
        """Write actions down. An open one of the same dedupe key is asked again instead (its version rises)."""
        if new:
            await self._db.execute(ENQUEUE, *self.enqueueing(new))

    def enqueueing(self, new: Sequence[NewAction]) -> Sequence[object]:
        """What `ENQUEUE` takes, for a statement that carries it along."""
        self.soonest = min([one.due_at for one in new] + ([self.soonest] if self.soonest else []), default=None)
        # One statement cannot ask for the same key twice; of those the last says what is wanted.
        wanted = list({one.dedupe or object(): one for one in new}.values())
        return [
            [one.guild_id for one in wanted],
            [one.event_id for one in wanted],
            [one.kind for one in wanted],
            [json.dumps(dict(one.payload)) for one in wanted],
            [one.lane for one in wanted],
            [one.dedupe for one in wanted],
            [one.due_at for one in wanted],
        ]

    async def claim(self, now: datetime, lease: timedelta, *, most: int) -> Sequence[Action]:
        """Take up to `most` due actions for `lease`; a lane somebody else works in is left alone.

        Kinds this version does not know wait for one that does.
        """
        # One claims at a time: a claim not yet committed would not show that its lane is busy.
        await self._db.execute("SELECT pg_advisory_xact_lock(hashtext('patt.scheduled_actions'))")
        rows = await self._db.fetch(
            """
            UPDATE patt.scheduled_actions SET
                attempts = attempts + 1, claimed_until = $1 + $2::interval, wake_at = $1 + $2::interval
            WHERE id IN (
                SELECT id FROM patt.scheduled_actions due
                WHERE NOT dead AND wake_at <= $1 AND kind = ANY($4) AND NOT EXISTS (
                    SELECT FROM patt.scheduled_actions busy
                    WHERE busy.lane = due.lane AND NOT busy.dead AND busy.claimed_until > $1 AND busy.id <> due.id)
                ORDER BY wake_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
            RETURNING id, guild_discord_id, kind, lane, due_at, event_id, payload, version, attempts
            """,
            now,
            lease,
            most,
            list(Kind),
        )
        return sorted((_action(row) for row in rows), key=lambda one: (one.due_at, one.id))

    async def renew(self, action: Action, now: datetime, lease: timedelta) -> bool:
        """Hold the claimed action for another `lease`; False when somebody else has taken it over."""
        renewed = await self._db.fetchval(
            """
            UPDATE patt.scheduled_actions SET
                claimed_until = $3::timestamptz + $4::interval, wake_at = $3::timestamptz + $4::interval
            WHERE id = $1 AND attempts = $2 AND claimed_until IS NOT NULL RETURNING TRUE
            """,
            action.id,
            action.attempts,
            now,
            lease,
        )
        return bool(renewed)

    async def next_wake(self, now: datetime) -> datetime | None:
        """When the next action that `claim` would take wants looking at; a busy lane, when its lease ends."""
        return await self._db.fetchval(
            """
            SELECT wake_at FROM patt.scheduled_actions next
            WHERE NOT dead AND kind = ANY($2) AND (next.claimed_until > $1 OR NOT EXISTS (
                SELECT FROM patt.scheduled_actions busy
                WHERE busy.lane = next.lane AND NOT busy.dead AND busy.claimed_until > $1))
            ORDER BY wake_at LIMIT 1
            """,
            now,
            list(Kind),
        )

    async def finish(self, action: Action, outcome: str, now: datetime, *, again_at: datetime) -> None:
        """Settle the action; if it was asked for again meanwhile, it becomes due at `again_at` instead."""
        # The version is compared under the row's lock, so an asking that commits this very moment is not lost.
        done = await self._db.fetchval(
            """
            WITH done AS (DELETE FROM patt.scheduled_actions WHERE id = $1 AND version = $2 RETURNING *)
            INSERT INTO patt.action_log (id, guild_discord_id, event_id, kind, due_at, done_at, attempts, outcome)
            SELECT id, guild_discord_id, event_id, kind, due_at, $3, attempts, $4 FROM done
            ON CONFLICT (id) DO NOTHING RETURNING TRUE
            """,
            action.id,
            action.version,
            now,
            outcome,
        )
        if not done:
            await self._db.execute(
                """
                UPDATE patt.scheduled_actions SET claimed_until = NULL, wake_at = $2, due_at = $2, attempts = 0
                WHERE id = $1 AND attempts = $3
                """,
                action.id,
                again_at,
                action.attempts,
            )

    async def retry(self, action: Action, error: str, at: datetime, *, counts: bool = True) -> None:
        """Try the action again at `at`; an attempt that does not count is taken back.

        Nothing happens once somebody else has taken it over: they are at it.
        """
        await self._db.execute(
            """
            UPDATE patt.scheduled_actions SET
                claimed_until = NULL, wake_at = $2, last_error = $3, attempts = attempts - $4
            WHERE id = $1 AND attempts = $5
            """,
            action.id,
            at,
            error,
            0 if counts else 1,
            action.attempts,
        )

    async def bury(self, action: Action, error: str) -> None:
        """Give the action up, unless somebody else has taken it over: it stays as a dead letter with its error."""
        await self._db.execute(
            """
            UPDATE patt.scheduled_actions SET claimed_until = NULL, dead = TRUE, last_error = $2
            WHERE id = $1 AND attempts = $3
            """,
            action.id,
            error,
            action.attempts,
        )


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
    )
