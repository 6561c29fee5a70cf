"""Breaks: days on which a whole server does not raid, `patt.breaks`."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.domain.ids import GuildId
from bot.domain.series import Break
from db.rows import Connection

_SELECT = "SELECT id, first_day, last_day, label FROM patt.breaks"


class BreakRepository:
    """Reads and writes a server's breaks."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def add(self, guild_id: GuildId, first: date, last: date, label: str) -> Break:
        """Write a break down."""
        row = await self._db.fetchrow(
            """
            INSERT INTO patt.breaks (guild_discord_id, first_day, last_day, label) VALUES ($1, $2, $3, $4)
            RETURNING id, first_day, last_day, label
            """,
            guild_id,
            first,
            last,
            label,
        )
        return _break(row)

    async def after(self, guild_id: GuildId, day: date) -> Sequence[Break]:
        """The server's breaks that are not over by the end of `day`, soonest first."""
        rows = await self._db.fetch(
            _SELECT + " WHERE guild_discord_id = $1 AND last_day > $2 ORDER BY first_day, id", guild_id, day
        )
        return [_break(row) for row in rows]

    async def lock(self, guild_id: GuildId, break_id: int) -> Break | None:
        """The server's break, locked until the transaction ends; None when it is not there."""
        row = await self._db.fetchrow(
            _SELECT + " WHERE id = $1 AND guild_discord_id = $2 FOR UPDATE", break_id, guild_id
        )
        return _break(row) if row else None

    async def remove(self, break_id: int) -> None:
        """Raid on those days again."""
        await self._db.execute("DELETE FROM patt.breaks WHERE id = $1", break_id)


def _break(row: Any) -> Break:
    return Break(row["id"], row["first_day"], row["last_day"], row["label"])
