"""Who did what, to a raid or to the server: `patt.audit`."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.ids import EventId, GuildId, UserId
from db.rows import Connection, maybe

_SELECT = "SELECT id, event_id, action, details, at, undone_at, actor_discord_id FROM patt.audit"

LARGEST_ID = (1 << 63) - 1


@dataclass(frozen=True)
class Entry:
    """One officer's action; `details` are JSON values, with what undoing it needs."""

    id: int
    event_id: EventId | None
    action: str
    details: Mapping[str, Any]
    at: datetime
    undone_at: datetime | None
    actor_id: UserId | None = None


class AuditRepository:
    """Writes the trail of officers' actions."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def note(
        self, guild_id: GuildId, event_id: EventId | None, actor: UserId, action: str, at: datetime, **details: Any
    ) -> int:
        """Write down that `actor` did `action`; `details` are JSON values. The entry's id."""
        return await self._db.fetchval(
            """
            INSERT INTO patt.audit (guild_discord_id, event_id, actor_discord_id, action, details, at)
            VALUES ($1, $2, $3, $4, $5, $6) RETURNING id
            """,
            guild_id,
            event_id,
            actor,
            action,
            details,
            at,
        )

    async def lock(self, guild_id: GuildId, entry_id: int) -> Entry | None:
        """The server's entry, locked until the transaction ends; None when it is not there."""
        row = await self._db.fetchrow(
            _SELECT + " WHERE id = $1 AND guild_discord_id = $2 FOR UPDATE", entry_id, guild_id
        )
        return _entry(row) if row else None

    async def latest(
        self, guild_id: GuildId, event_id: EventId, *, most: int, before: int | None = None
    ) -> Sequence[Entry]:
        """The last entries about the server's raid, the latest first; `before`: older than the entry of that id."""
        rows = await self._db.fetch(
            _SELECT + " WHERE event_id = $1 AND guild_discord_id = $2 AND id < $4 ORDER BY id DESC LIMIT $3",
            event_id,
            guild_id,
            most,
            LARGEST_ID if before is None else before,
        )
        return [_entry(row) for row in rows]

    async def of_ids(self, guild_id: GuildId, ids: Sequence[int]) -> Mapping[int, Entry]:
        """Those of these entries that the server has, by their ids."""
        rows = await self._db.fetch(_SELECT + " WHERE id = ANY ($1) AND guild_discord_id = $2", ids, guild_id)
        return {row["id"]: _entry(row) for row in rows}

    async def of_server(self, guild_id: GuildId, *, most: int) -> Sequence[Entry]:
        """The server's last entries that are about no raid, the latest first."""
        rows = await self._db.fetch(
            _SELECT + " WHERE event_id IS NULL AND guild_discord_id = $1 ORDER BY id DESC LIMIT $2", guild_id, most
        )
        return [_entry(row) for row in rows]

    async def changed_by_hand(self, events: Sequence[EventId]) -> Set[EventId]:
        """Those of these raids that officers edited, moved, closed, reopened or cancelled themselves, and left so."""
        rows = await self._db.fetch(
            """
            SELECT DISTINCT event_id FROM patt.audit
            WHERE event_id = ANY ($1) AND undone_at IS NULL
              AND action IN ('edit', 'move', 'close', 'reopen', 'cancel')
            """,
            events,
        )
        return frozenset(EventId(row["event_id"]) for row in rows)

    async def undone(self, entry_id: int, at: datetime) -> None:
        """Write down that the entry's action was taken back."""
        await self._db.execute("UPDATE patt.audit SET undone_at = $2 WHERE id = $1", entry_id, at)


def _entry(row: Any) -> Entry:
    return Entry(
        row["id"],
        maybe(EventId, row["event_id"]),
        row["action"],
        row["details"],
        row["at"],
        row["undone_at"],
        maybe(UserId, row["actor_discord_id"]),
    )
