"""What the queue gave up: actions that stay as dead letters until somebody retries or discards them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.ids import ActionId, EventId, GuildId
from db.rows import Connection, maybe

_SELECT = """
    SELECT letter.id, letter.kind, letter.event_id, event.title, letter.last_error, letter.attempts,
           coalesce(letter.dead_since, letter.due_at) AS since
    FROM patt.scheduled_actions letter LEFT JOIN patt.raid_events event ON event.id = letter.event_id
    WHERE letter.guild_discord_id = $1 AND letter.dead
"""


@dataclass(frozen=True)
class DeadLetter:
    """An action that was given up, with the error it ended with. `kind` may be one of another version."""

    id: ActionId
    kind: str
    event_id: EventId | None
    title: str | None
    """The raid's, when it was about one."""
    error: str
    since: datetime
    attempts: int


class DeadLetterRepository:
    """Finds, revives and removes a server's dead letters."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def of(self, guild_id: GuildId, *, most: int) -> Sequence[DeadLetter]:
        """The server's dead letters, the latest first."""
        rows = await self._db.fetch(_SELECT + " ORDER BY since DESC, letter.id DESC LIMIT $2", guild_id, most)
        return [_letter(row) for row in rows]

    async def count(self, guild_id: GuildId) -> int:
        """How many the server has."""
        return await self._db.fetchval(
            "SELECT count(*) FROM patt.scheduled_actions WHERE guild_discord_id = $1 AND dead", guild_id
        )

    async def lock(self, guild_id: GuildId, action_id: ActionId) -> DeadLetter | None:
        """The server's dead letter, locked until the transaction ends; None when it is not there any more."""
        row = await self._db.fetchrow(_SELECT + " AND letter.id = $2 FOR UPDATE OF letter", guild_id, action_id)
        return _letter(row) if row else None

    async def revive(self, letter: DeadLetter, now: datetime) -> bool:
        """Have the letter tried again at once, for as long as a new one; False when the same is being done already.

        It has been tried, so whoever does it looks first; its payload says at which attempt somebody asked for it.
        """
        revived = await self._db.fetchval(
            """
            UPDATE patt.scheduled_actions letter SET
                dead = FALSE, dead_since = NULL, attempts = 1, wake_at = $2, fence = fence + 1,
                payload = payload || '{"at_a_word": 2}'
            WHERE id = $1 AND NOT EXISTS (
                SELECT FROM patt.scheduled_actions open WHERE open.dedupe_key = letter.dedupe_key AND NOT open.dead)
            RETURNING TRUE
            """,
            letter.id,
            now,
        )
        return bool(revived)

    async def remove(self, letter: DeadLetter) -> None:
        """Forget the letter."""
        await self._db.execute("DELETE FROM patt.scheduled_actions WHERE id = $1", letter.id)


def _letter(row: Any) -> DeadLetter:
    return DeadLetter(
        ActionId(row["id"]),
        row["kind"],
        maybe(EventId, row["event_id"]),
        row["title"],
        row["last_error"] or "",
        row["since"],
        row["attempts"],
    )
