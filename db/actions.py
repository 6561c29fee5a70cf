"""The durable queue: `patt.scheduled_actions`, and `patt.action_log` for what is done."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.domain.action import Action, Kind, NewAction
from bot.domain.ids import ActionId, EventId, GuildId
from db.rows import Connection, maybe


class ActionRepository:
    """Enqueues actions inside the use case's transaction, and claims and settles them for the queue's worker."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self.enqueued = False

    async def enqueue(self, new: NewAction) -> None:
        """Write the action down. An open one of the same dedupe key is asked again instead (its version rises)."""
        self.enqueued = True
        await self._db.execute(
            """
            INSERT INTO patt.scheduled_actions
                (guild_discord_id, event_id, kind, payload, lane, dedupe_key, due_at, wake_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
            ON CONFLICT (dedupe_key) WHERE NOT dead DO UPDATE SET
                version = scheduled_actions.version + 1, payload = excluded.payload
            """,
            new.guild_id,
            new.event_id,
            new.kind,
            dict(new.payload),
            new.lane,
            new.dedupe,
            new.due_at,
        )

    async def claim(self, now: datetime, lease: timedelta, *, most: int) -> Sequence[Action]:
        """Take up to `most` due actions for `lease`; a lane somebody else works in is left alone."""
        rows = await self._db.fetch(
            """
            UPDATE patt.scheduled_actions SET
                attempts = attempts + 1, claimed_until = $1 + $2::interval, wake_at = $1 + $2::interval
            WHERE id IN (
                SELECT id FROM patt.scheduled_actions due
                WHERE NOT dead AND wake_at <= $1 AND NOT EXISTS (
                    SELECT FROM patt.scheduled_actions busy
                    WHERE busy.lane = due.lane AND NOT busy.dead AND busy.claimed_until > $1 AND busy.id <> due.id)
                ORDER BY wake_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
            RETURNING id, guild_discord_id, kind, lane, due_at, event_id, payload, version, attempts
            """,
            now,
            lease,
            most,
        )
        return sorted((_action(row) for row in rows), key=lambda one: (one.due_at, one.id))

    async def next_wake(self) -> datetime | None:
        """When the next open action wants looking at."""
        return await self._db.fetchval("SELECT min(wake_at) FROM patt.scheduled_actions WHERE NOT dead")

    async def finish(self, action: Action, outcome: str, now: datetime, *, again_at: datetime) -> None:
        """Settle the action; if it was asked for again meanwhile, it becomes due at `again_at` instead."""
        asked_again = await self._db.fetchval(
            """
            UPDATE patt.scheduled_actions SET claimed_until = NULL, wake_at = $3, due_at = $3, attempts = 0
            WHERE id = $1 AND version <> $2 RETURNING TRUE
            """,
            action.id,
            action.version,
            again_at,
        )
        if not asked_again:
            await self._db.execute(
                """
                WITH done AS (DELETE FROM patt.scheduled_actions WHERE id = $1 RETURNING *)
                INSERT INTO patt.action_log (id, guild_discord_id, event_id, kind, due_at, done_at, attempts, outcome)
                SELECT id, guild_discord_id, event_id, kind, due_at, $2, attempts, $3 FROM done
                ON CONFLICT (id) DO NOTHING
                """,
                action.id,
                now,
                outcome,
            )

    async def retry(self, action: Action, error: str, at: datetime) -> None:
        """Try the action again at `at`."""
        await self._db.execute(
            "UPDATE patt.scheduled_actions SET claimed_until = NULL, wake_at = $2, last_error = $3 WHERE id = $1",
            action.id,
            at,
            error,
        )

    async def bury(self, action: Action, error: str) -> None:
        """Give the action up: it stays as a dead letter with its error."""
        await self._db.execute(
            "UPDATE patt.scheduled_actions SET claimed_until = NULL, dead = TRUE, last_error = $2 WHERE id = $1",
            action.id,
            error,
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
