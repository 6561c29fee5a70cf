"""Who did what to a raid: `patt.audit`."""

from datetime import datetime
from typing import Any

from bot.domain.ids import EventId, GuildId, UserId
from db.rows import Connection


class AuditRepository:
    """Writes the trail of officers' actions."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def note(
        self, guild_id: GuildId, event_id: EventId | None, actor: UserId, action: str, at: datetime, **details: Any
    ) -> None:
        """Write down that `actor` did `action`; `details` are JSON values."""
        await self._db.execute(
            """
            INSERT INTO patt.audit (guild_discord_id, event_id, actor_discord_id, action, details, at)
            VALUES ($1, $2, $3, $4, $5, $6)
            """,
            guild_id,
            event_id,
            actor,
            action,
            details,
            at,
        )
