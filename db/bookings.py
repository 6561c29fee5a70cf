"""Bookings: the part of `patt.raid_events` that says which week follows which."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from bot.domain.booking import Note
from bot.domain.event import BookingState
from bot.domain.ids import EventId, GuildId, SeriesId
from db.rows import Connection


class BookingRepository:
    """Finds the raids nothing follows yet and writes how far their successors are."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def unfollowed(self, started_from: datetime, started_to: datetime) -> Sequence[tuple[GuildId, EventId]]:
        """Raids of running series that started between the two instants and that nothing follows yet.

        Those of servers the bot has left rest.
        """
        rows = await self._db.fetch(
            """
            SELECT event.guild_discord_id, event.id FROM patt.raid_events event
            JOIN patt.recurring_events series ON series.id = event.recurring_event_id
            WHERE event.start_time_utc BETWEEN $1 AND $2 AND event.recurring_event_id IS NOT NULL
              AND event.successor_id IS NULL AND event.status <> 'CANCELLED' AND event.missed_at IS NULL
              AND series.is_active AND event.guild_discord_id NOT IN (
                SELECT guild_discord_id FROM common.discord_config WHERE left_at IS NOT NULL)
            ORDER BY event.start_time_utc, event.id
            """,
            started_from,
            started_to,
        )
        return [(GuildId(row["guild_discord_id"]), EventId(row["id"])) for row in rows]

    async def due_series(self, now: datetime) -> Sequence[tuple[GuildId, SeriesId]]:
        """Running series with a moment of their own to book at that has come, except where the bot was removed."""
        rows = await self._db.fetch(
            """
            SELECT guild_discord_id, id FROM patt.recurring_events
            WHERE is_active AND book_at <= $1 AND guild_discord_id NOT IN (
                SELECT guild_discord_id FROM common.discord_config WHERE left_at IS NOT NULL)
            ORDER BY book_at, id
            """,
            now,
        )
        return [(GuildId(row["guild_discord_id"]), SeriesId(row["id"])) for row in rows]

    async def of_occurrence(self, series_id: SeriesId, day: date) -> EventId | None:
        """The series' raid of that day of its own, whoever made it."""
        return await self._db.fetchval(
            "SELECT id FROM patt.raid_events WHERE recurring_event_id = $1 AND occurrence_date = $2", series_id, day
        )

    async def latest(self, series_id: SeriesId) -> EventId | None:
        """The series' last raid by its own days, whatever became of it."""
        return await self._db.fetchval(
            "SELECT id FROM patt.raid_events WHERE recurring_event_id = $1 ORDER BY occurrence_date DESC LIMIT 1",
            series_id,
        )

    async def failures(self, events: Sequence[EventId]) -> Mapping[int, str]:
        """What went wrong with the bookings of these raids, by their ids; the others are left out."""
        rows = await self._db.fetch(
            "SELECT id, booking_error FROM patt.raid_events WHERE id = ANY ($1) AND booking_error IS NOT NULL", events
        )
        return {row["id"]: row["booking_error"] for row in rows}

    async def follow(self, event_id: EventId, successor_id: EventId) -> None:
        """Write down what follows the raid."""
        await self._db.execute("UPDATE patt.raid_events SET successor_id = $2 WHERE id = $1", event_id, successor_id)

    async def flag_booked(self, event_id: EventId) -> None:
        """The origin's flag on a raid that has been followed."""
        await self._db.execute("UPDATE patt.raid_events SET auto_booked = TRUE WHERE id = $1", event_id)

    async def flag_predecessor(self, successor_id: EventId) -> None:
        """The origin's flag on whatever this raid follows."""
        await self._db.execute("UPDATE patt.raid_events SET auto_booked = TRUE WHERE successor_id = $1", successor_id)

    async def set_state(self, event_id: EventId, state: BookingState) -> None:
        """Write how far the booking is."""
        await self._db.execute("UPDATE patt.raid_events SET booking_state = $2 WHERE id = $1", event_id, state)

    async def set_error(self, event_id: EventId, error: str) -> None:
        """Write what happened to the booking, for the ledger: a `Note`, or why it was given up."""
        await self._db.execute("UPDATE patt.raid_events SET booking_error = $2 WHERE id = $1", event_id, error)

    async def mended(self, event_id: EventId) -> None:
        """What it was given up for is mended; a note of how it came about stays."""
        await self._db.execute(
            "UPDATE patt.raid_events SET booking_error = NULL WHERE id = $1 AND booking_error <> ALL ($2)",
            event_id,
            list(Note),
        )

    async def error(self, event_id: EventId) -> str | None:
        """What went wrong with the booking so far, as `set_error` wrote it."""
        return await self._db.fetchval("SELECT booking_error FROM patt.raid_events WHERE id = $1", event_id)

    async def mark_missed(self, event_id: EventId, at: datetime) -> None:
        """Nothing follows this raid, and nobody looks for it any more."""
        await self._db.execute("UPDATE patt.raid_events SET missed_at = $2 WHERE id = $1", event_id, at)

    async def is_missed(self, event_id: EventId) -> bool:
        """Whether what should follow this raid was not booked in time."""
        return await self._db.fetchval("SELECT missed_at IS NOT NULL FROM patt.raid_events WHERE id = $1", event_id)

    async def predecessor_start(self, event_id: EventId) -> datetime | None:
        """When the raid began that this one follows, or None."""
        return await self._db.fetchval("SELECT start_time_utc FROM patt.raid_events WHERE successor_id = $1", event_id)

    async def becomes_native(self, event_id: EventId) -> None:
        """Raid-Helper did not take it: its sheet will be one of our own, and its booking begins anew."""
        await self._db.execute(
            "UPDATE patt.raid_events SET sheet = 'native', booking_state = 'planned' WHERE id = $1", event_id
        )

    async def set_raid_helper_event(self, event_id: EventId, raid_helper_id: str, payload: dict[str, Any]) -> None:
        """Remember the event Raid-Helper made for this raid, and what it answered."""
        await self._db.execute(
            "UPDATE patt.raid_events SET raid_helper_event_id = $2, raid_helper_payload = $3 WHERE id = $1",
            event_id,
            raid_helper_id,
            payload,
        )

    async def forget_raid_helper_event(self, event_id: EventId) -> None:
        """There is no event on Raid-Helper for this raid any more; the next one will be another, not the same found."""
        await self._db.execute(
            """
            UPDATE patt.raid_events SET raid_helper_event_id = NULL, booking_attempts = booking_attempts + 1
            WHERE id = $1
            """,
            event_id,
        )
