"""Raids: `patt.raid_events`."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import asyncpg

from bot.domain.errors import MusterError
from bot.domain.event import BookingState, Event, EventStatus, NewEvent, SheetKind
from bot.domain.gates import Gates
from bot.domain.ids import ChannelId, EventId, GuildId, MessageId, SeriesId, TemplateId, UserId
from bot.domain.template import read_gates
from bot.domain.template_file import write_gates
from db.rows import Connection, maybe

_SELECT = """
    SELECT id, guild_discord_id, title, event_date, start_time_utc, end_time_utc, status, description, deadline_utc,
           closed, cancel_reason, leader_discord_id, sheet, template_id, total_limit, minimum,
           discord_channel_id, discord_message_id, recurring_event_id, occurrence_date, successor_id, auto_booked,
           booking_state, raid_helper_event_id, booking_attempts, discord_thread_id, created_by, gates, post_at,
           posted_before, reminders, tells_joiners, late_from
    FROM patt.raid_events
"""
# Not FOR UPDATE: a click that brings a new answer has the sheet by then, and its foreign key asks for the raid.
_LOCK = f"""
    {_SELECT} JOIN patt.sheet_versions ON event_id = id WHERE id = $1 AND guild_discord_id = $2 FOR NO KEY UPDATE
"""


class OccurrenceTaken(MusterError):
    """That week's raid of this series is already booked."""


class EventRepository:
    """Reads and writes raids on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def add(self, new: NewEvent) -> EventId:
        """Write a raid down with the season running on its day. Raises OccurrenceTaken: a week is booked once."""
        try:
            return await self._db.fetchval(
                """
                INSERT INTO patt.raid_events (guild_discord_id, title, event_date, start_time_utc, end_time_utc,
                    description, deadline_utc, leader_discord_id, created_by, sheet, template_id, total_limit,
                    minimum, discord_channel_id, recurring_event_id, occurrence_date, auto_booked, booking_state,
                    gates, post_at, reminders, season_id)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
                    $21, (
                    SELECT id FROM patt.raid_seasons
                    WHERE is_active AND start_date <= $3 AND coalesce(end_date, 'infinity') >= $3
                      AND coalesce(guild_discord_id, $1) = $1
                    ORDER BY start_date DESC LIMIT 1))
                RETURNING id
                """,
                new.guild_id,
                new.title,
                new.day,
                new.starts_at,
                new.starts_at + new.duration,
                new.description,
                new.deadline,
                new.leader_id,
                new.created_by,
                new.sheet,
                new.template_id,
                new.total_limit,
                new.minimum,
                new.channel_id,
                new.series_id,
                new.occurrence,
                new.auto_booked,
                new.booking_state,
                maybe(write_gates, new.gates),
                new.post_at,
                new.reminders,
            )
        except asyncpg.UniqueViolationError as error:
            if error.constraint_name == "raid_events_occurrence":
                raise OccurrenceTaken from None
            raise

    async def get(self, event_id: EventId) -> Event | None:
        """The raid, or None."""
        row = await self._db.fetchrow(_SELECT + " WHERE id = $1", event_id)
        return event_of(row) if row else None

    async def lock(self, guild_id: GuildId, event_id: EventId) -> Event | None:
        """The raid of this server, it and its sheet locked until the transaction ends; None when it is not there."""
        row = await self._db.fetchrow(_LOCK, event_id, guild_id)
        return event_of(row) if row else None

    async def with_message(self, guild_id: GuildId, message_id: MessageId) -> Event | None:
        """The raid of this server whose sheet is that message, or None."""
        row = await self._db.fetchrow(
            _SELECT + " WHERE discord_message_id = $1 AND guild_discord_id = $2", message_id, guild_id
        )
        return event_of(row) if row else None

    async def with_messages(self, guild_id: GuildId, message_ids: Sequence[MessageId]) -> Sequence[Event]:
        """The raids of this server whose sheets are among those messages, in the order of their ids."""
        rows = await self._db.fetch(
            _SELECT + " WHERE discord_message_id = ANY ($1::bigint[]) AND guild_discord_id = $2 ORDER BY id",
            list(message_ids),
            guild_id,
        )
        return [event_of(row) for row in rows]

    async def with_sheet(self, guild_id: GuildId, message_id: MessageId) -> Event | None:
        """The same for Raid-Helper's sheets, too: its event's id is the message's."""
        row = await self._db.fetchrow(
            _SELECT
            + " WHERE (discord_message_id = $1 OR raid_helper_event_id = $1::bigint::text) AND guild_discord_id = $2",
            message_id,
            guild_id,
        )
        return event_of(row) if row else None

    async def not_over(self, guild_id: GuildId, now: datetime, *, most: int) -> Sequence[Event]:
        """The server's raids that are neither over nor cancelled, soonest first."""
        rows = await self._db.fetch(
            _SELECT
            + """
            WHERE guild_discord_id = $1 AND start_time_utc > $2::timestamptz - interval '2 days' AND end_time_utc > $2
              AND status IN ('SCHEDULED', 'IN_PROGRESS')
            ORDER BY start_time_utc, id LIMIT $3
            """,
            guild_id,
            now,
            most,
        )
        return [event_of(row) for row in rows]

    async def on_raid_helper(self, guild_id: GuildId, after: datetime, *, most: int = 200) -> Sequence[Event]:
        """The server's raids after that moment whose sheet stands on Raid-Helper, soonest first."""
        rows = await self._db.fetch(
            _SELECT
            + """
            WHERE guild_discord_id = $1 AND start_time_utc > $2 AND raid_helper_event_id IS NOT NULL
              AND sheet = 'raid-helper' AND status IN ('SCHEDULED', 'IN_PROGRESS')
            ORDER BY start_time_utc, id LIMIT $3
            """,
            guild_id,
            after,
            most,
        )
        return [event_of(row) for row in rows]

    async def latest(self, guild_id: GuildId, *, most: int) -> Sequence[Event]:
        """The server's raids, whatever became of them, the latest first; test sheets are none."""
        rows = await self._db.fetch(
            _SELECT + " WHERE guild_discord_id = $1 AND NOT is_test ORDER BY start_time_utc DESC, id DESC LIMIT $2",
            guild_id,
            most,
        )
        return [event_of(row) for row in rows]

    async def of_series(self, series_id: SeriesId, since: date) -> Sequence[Event]:
        """The raids of the series for the days from `since` on, whatever became of them, soonest first."""
        rows = await self._db.fetch(
            _SELECT + " WHERE recurring_event_id = $1 AND occurrence_date >= $2 ORDER BY occurrence_date",
            series_id,
            since,
        )
        return [event_of(row) for row in rows]

    async def is_a_test(self, event_id: EventId) -> None:
        """Mark the raid as no more than a test of the setup."""
        await self._db.execute("UPDATE patt.raid_events SET is_test = TRUE WHERE id = $1", event_id)

    async def cancel(self, event_id: EventId, reason: str | None) -> None:
        """Mark the raid cancelled."""
        await self._db.execute(
            "UPDATE patt.raid_events SET status = 'CANCELLED', cancel_reason = $2 WHERE id = $1", event_id, reason
        )

    async def revive(self, event_id: EventId, status: EventStatus) -> None:
        """Take a cancellation back: the raid has `status` again."""
        await self._db.execute(
            "UPDATE patt.raid_events SET status = $2, cancel_reason = NULL WHERE id = $1", event_id, status
        )

    async def resettle(self, event: Event) -> None:
        """Write where the raid's sheet stands, of what template and rules, and which night of its series it is.

        Raises OccurrenceTaken when that night has its raid already.
        """
        try:
            await self._db.execute(
                """
                UPDATE patt.raid_events SET template_id = $2, discord_channel_id = $3, discord_message_id = $4,
                    occurrence_date = $5, gates = $6
                WHERE id = $1
                """,
                event.id,
                event.template_id,
                event.channel_id,
                event.message_id,
                event.occurrence,
                maybe(write_gates, event.gates),
            )
        except asyncpg.UniqueViolationError as error:
            if error.constraint_name == "raid_events_occurrence":
                raise OccurrenceTaken from None
            raise

    async def save(self, event: Event) -> None:
        """Write what officers edit: title, description, times, limits, leader, reminders, whether it takes answers."""
        await self._db.execute(
            """
            UPDATE patt.raid_events SET title = $2, description = $3, event_date = $4, start_time_utc = $5,
                end_time_utc = $6, deadline_utc = $7, total_limit = $8, minimum = $9, leader_discord_id = $10,
                closed = $11, reminders = $12
            WHERE id = $1
            """,
            event.id,
            event.title,
            event.description,
            event.day,
            event.starts_at,
            event.ends_at,
            event.deadline,
            event.total_limit,
            event.minimum,
            event.leader_id,
            event.closed,
            event.reminders,
        )

    async def set_status(self, event_id: EventId, status: EventStatus) -> None:
        """Write down what became of the raid."""
        await self._db.execute("UPDATE patt.raid_events SET status = $2 WHERE id = $1", event_id, status)

    async def unplanned(self, *, most: int) -> Sequence[tuple[GuildId, EventId]]:
        """Raids (with their servers) for which what lies ahead is not in the queue, or for other times."""
        rows = await self._db.fetch(
            """
            SELECT guild_discord_id, id FROM patt.raid_events
            WHERE status IN ('SCHEDULED', 'IN_PROGRESS')
              AND planned_for IS DISTINCT FROM ARRAY[start_time_utc, end_time_utc, deadline_utc]
            ORDER BY id LIMIT $1
            """,
            most,
        )
        return [(GuildId(row["guild_discord_id"]), EventId(row["id"])) for row in rows]

    async def planned(self, event: Event, *, tells_joiners: bool, late_from: datetime | None) -> None:
        """Write down that what lies ahead of the raid, as it is now, is in the queue, and what clicks on it bring."""
        await self._db.execute(
            """
            UPDATE patt.raid_events SET planned_for = $2::timestamptz[], tells_joiners = $3, late_from = $4
            WHERE id = $1
            """,
            event.id,
            [event.starts_at, event.ends_at, event.deadline],
            tells_joiners,
            late_from,
        )

    async def ended_since(self, guild_id: GuildId, since: datetime) -> Sequence[Event]:
        """The server's raids that took place and ended after that moment, and whose sheets are not archived."""
        rows = await self._db.fetch(
            _SELECT
            + " WHERE guild_discord_id = $1 AND end_time_utc > $2 AND status = 'COMPLETED' ORDER BY end_time_utc, id",
            guild_id,
            since,
        )
        return [event_of(row) for row in rows]

    async def plan_anew(self, guild_id: GuildId) -> bool:
        """Have what lies ahead of all the server's raids planned anew; whether there are any."""
        return await self._db.fetchval(
            """
            WITH anew AS (
                UPDATE patt.raid_events SET planned_for = NULL
                WHERE guild_discord_id = $1 AND status IN ('SCHEDULED', 'IN_PROGRESS') AND planned_for IS NOT NULL)
            SELECT EXISTS (SELECT FROM patt.raid_events
                           WHERE guild_discord_id = $1 AND status IN ('SCHEDULED', 'IN_PROGRESS'))
            """,
            guild_id,
        )

    async def set_gates(self, event_id: EventId, gates: Gates) -> None:
        """Write down the raid's own rules for signing up."""
        await self._db.execute("UPDATE patt.raid_events SET gates = $2 WHERE id = $1", event_id, write_gates(gates))

    async def set_message(self, event_id: EventId, message_id: MessageId | None) -> None:
        """Remember the sheet's message, or that there is none any more."""
        await self._db.execute(
            """
            UPDATE patt.raid_events SET
                discord_message_id = $2::bigint, posted_before = posted_before OR $2::bigint IS NOT NULL
            WHERE id = $1
            """,
            event_id,
            message_id,
        )

    async def set_thread(self, event_id: EventId, thread_id: ChannelId | None) -> None:
        """Remember the thread below the sheet, or that there is none any more."""
        await self._db.execute("UPDATE patt.raid_events SET discord_thread_id = $2 WHERE id = $1", event_id, thread_id)


def event_of(row: Any) -> Event:
    """The raid in a row with the columns of `patt.raid_events`."""
    return Event(
        id=EventId(row["id"]),
        guild_id=GuildId(row["guild_discord_id"]),
        title=row["title"],
        day=row["event_date"],
        starts_at=row["start_time_utc"],
        ends_at=row["end_time_utc"],
        status=EventStatus(row["status"]),
        description=row["description"],
        deadline=row["deadline_utc"],
        closed=row["closed"],
        cancel_reason=row["cancel_reason"],
        leader_id=maybe(UserId, row["leader_discord_id"]),
        sheet=SheetKind(row["sheet"]),
        template_id=maybe(TemplateId, row["template_id"]),
        total_limit=row["total_limit"],
        minimum=row["minimum"],
        channel_id=maybe(ChannelId, row["discord_channel_id"]),
        message_id=maybe(MessageId, row["discord_message_id"]),
        series_id=maybe(SeriesId, row["recurring_event_id"]),
        occurrence=row["occurrence_date"],
        successor_id=maybe(EventId, row["successor_id"]),
        auto_booked=row["auto_booked"],
        booking_state=maybe(BookingState, row["booking_state"]),
        raid_helper_event_id=row["raid_helper_event_id"],
        generation=row["booking_attempts"],
        thread_id=maybe(ChannelId, row["discord_thread_id"]),
        post_at=row["post_at"],
        posted_before=row["posted_before"],
        reminders=maybe(tuple, row["reminders"]),
        tells_joiners=row["tells_joiners"],
        late_from=row["late_from"],
        created_by=maybe(UserId, row["created_by"]),
        gates=maybe(read_gates, row["gates"]),
    )
