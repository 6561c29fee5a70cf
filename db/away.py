"""Who is away when: `guild_identity.away`, and the sheets that concerns."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from bot.domain.away import Away
from bot.domain.ids import EventId, PlayerId
from db.rows import Connection


class AwayRepository:
    """Reads and writes one player's absences."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def of(self, player_id: PlayerId, since: date) -> Sequence[Away]:
        """The player's absences that reach to `since` or beyond, soonest first."""
        rows = await self._db.fetch(
            """
            SELECT id, first_day, last_day, note FROM guild_identity.away
            WHERE player_id = $1 AND last_day >= $2 ORDER BY first_day, id
            """,
            player_id,
            since,
        )
        return [_away(row) for row in rows]

    async def add(self, player_id: PlayerId, first: date, last: date, note: str) -> Away:
        """Write an absence down."""
        row = await self._db.fetchrow(
            """
            INSERT INTO guild_identity.away (player_id, first_day, last_day, note) VALUES ($1, $2, $3, $4)
            RETURNING id, first_day, last_day, note
            """,
            player_id,
            first,
            last,
            note,
        )
        return _away(row)

    async def remove(self, player_id: PlayerId, away_id: int) -> Away | None:
        """Take the player's absence of that id back; None when they have no such one."""
        row = await self._db.fetchrow(
            """
            DELETE FROM guild_identity.away WHERE id = $2 AND player_id = $1
            RETURNING id, first_day, last_day, note
            """,
            player_id,
            away_id,
        )
        return _away(row) if row else None

    async def end(self, player_id: PlayerId, day: date) -> None:
        """Take back whatever keeps the player away on `day`."""
        await self._db.execute(
            "DELETE FROM guild_identity.away WHERE player_id = $1 AND $2 BETWEEN first_day AND last_day",
            player_id,
            day,
        )

    async def sheets(
        self, player_id: PlayerId, first: date, last: date | None, now: datetime, *, absent: bool
    ) -> Sequence[EventId]:
        """The raids of those days (None: without end) that are still to begin and have the player's answer.

        With `absent` those they are absent from, else the others; in the order of their ids.
        """
        rows = await self._db.fetch(
            """
            SELECT event.id FROM patt.raid_attendance attendance
            JOIN patt.raid_events event ON event.id = attendance.event_id
            WHERE attendance.player_id = $1 AND event.status = 'SCHEDULED' AND event.end_time_utc > $4
              AND event.event_date BETWEEN $2::date AND coalesce($3::date, 'infinity')
              AND (attendance.status = 'absence') = $5
            ORDER BY event.id
            """,
            player_id,
            first,
            last,
            now,
            absent,
        )
        return [EventId(row["id"]) for row in rows]


def _away(row: Any) -> Away:
    return Away(row["id"], row["first_day"], row["last_day"], row["note"])
