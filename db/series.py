"""Series: `patt.recurring_events` and the days they leave out."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from bot.domain.event import SheetKind
from bot.domain.ids import ChannelId, GuildId, SeriesId, UserId
from bot.domain.series import Exceptions, NewSeries, PostTime, Series, Skip
from db.breaks import BreakRepository
from db.rows import Connection, maybe

_SELECT = """
    SELECT id, guild_discord_id, label, day_of_week, default_start_time, default_duration_minutes, timezone,
           every_weeks, anchor_date, discord_channel_id, raid_helper_template_id, is_active, sheet, template_name,
           description, total_limit, leader_discord_id, paused_until, deadline_minutes, every_days, post_weekday,
           post_time, confirm, book_at
    FROM patt.recurring_events
"""


class SeriesRepository:
    """Reads and writes series."""

    def __init__(self, connection: Connection, breaks: BreakRepository) -> None:
        self._db = connection
        self._breaks = breaks

    async def add(self, new: NewSeries) -> SeriesId:
        """Write a series down."""
        return await self._db.fetchval(
            """
            INSERT INTO patt.recurring_events (guild_discord_id, label, day_of_week, default_start_time,
                default_duration_minutes, timezone, every_weeks, anchor_date, discord_channel_id, sheet,
                template_name, total_limit, leader_discord_id, description, deadline_minutes, every_days,
                post_weekday, post_time, confirm)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) RETURNING id
            """,
            new.guild_id,
            new.label,
            new.day_of_week,
            new.start_time,
            new.duration // timedelta(minutes=1),
            new.timezone,
            new.every_weeks,
            new.anchor,
            new.channel_id,
            new.sheet,
            new.template_name,
            new.total_limit,
            new.leader_id,
            new.description,
            new.deadline // timedelta(minutes=1) if new.deadline else None,
            new.every_days,
            new.post.weekday if new.post else None,
            new.post.wall_time if new.post else None,
            new.confirm,
        )

    async def save(self, series: Series) -> None:
        """Write the series as it is defined now, and when its next raid is booked."""
        await self._db.execute(
            """
            UPDATE patt.recurring_events SET label = $2, day_of_week = $3, default_start_time = $4,
                default_duration_minutes = $5, timezone = $6, every_weeks = $7, anchor_date = $8,
                discord_channel_id = $9, sheet = $10, template_name = $11, total_limit = $12, leader_discord_id = $13,
                description = $14, deadline_minutes = $15, every_days = $16, post_weekday = $17, post_time = $18,
                confirm = $19, is_active = $20, paused_until = $21, book_at = $22
            WHERE id = $1
            """,
            series.id,
            series.label,
            series.day_of_week,
            series.start_time,
            series.duration // timedelta(minutes=1),
            series.timezone,
            series.every_weeks,
            series.anchor,
            series.channel_id,
            series.sheet,
            series.template_name,
            series.total_limit,
            series.leader_id,
            series.description,
            series.deadline // timedelta(minutes=1) if series.deadline else None,
            series.every_days,
            series.post.weekday if series.post else None,
            series.post.wall_time if series.post else None,
            series.confirm,
            series.is_active,
            series.paused_until,
            series.book_at,
        )

    async def book_at(self, series_id: SeriesId, moment: datetime | None) -> None:
        """Set when the series' next raid is booked; None: some minutes into the raid before it."""
        await self._db.execute("UPDATE patt.recurring_events SET book_at = $2 WHERE id = $1", series_id, moment)

    async def get(self, series_id: SeriesId) -> Series | None:
        """The series, or None."""
        row = await self._db.fetchrow(_SELECT + " WHERE id = $1", series_id)
        return _series(row) if row else None

    async def active(self, guild_id: GuildId) -> Sequence[Series]:
        """The server's running series by name."""
        rows = await self._db.fetch(
            _SELECT + " WHERE guild_discord_id = $1 AND is_active ORDER BY label, id LIMIT 200", guild_id
        )
        return [_series(row) for row in rows]

    async def lock(self, guild_id: GuildId, series_id: SeriesId) -> Series | None:
        """The series of this server, its row locked until the transaction ends; None when it is not there."""
        row = await self._db.fetchrow(
            # Below what a raid's row asks of its series': who holds a raid and writes another never waits for it.
            _SELECT + " WHERE id = $1 AND guild_discord_id = $2 FOR NO KEY UPDATE",
            series_id,
            guild_id,
        )
        return _series(row) if row else None

    async def ended(self, guild_id: GuildId) -> Sequence[Series]:
        """The server's series that have ended, the latest first."""
        rows = await self._db.fetch(
            _SELECT + " WHERE guild_discord_id = $1 AND NOT is_active ORDER BY id DESC LIMIT 25", guild_id
        )
        return [_series(row) for row in rows]

    async def exceptions(self, series: Series, after: date) -> Exceptions:
        """What the series does otherwise than its rule says on the days after `after`."""
        skips = await self._db.fetch(
            "SELECT day, by_discord_id, reason FROM patt.series_skips WHERE recurring_event_id = $1 AND day > $2",
            series.id,
            after,
        )
        moved = await self._db.fetch(
            "SELECT day, start_time_utc FROM patt.series_moves WHERE recurring_event_id = $1 AND day > $2",
            series.id,
            after,
        )
        return Exceptions(
            skips={row["day"]: Skip(maybe(UserId, row["by_discord_id"]), row["reason"]) for row in skips},
            breaks=await self._breaks.after(series.guild_id, after),
            moved={row["day"]: row["start_time_utc"] for row in moved},
        )

    async def skip(self, series_id: SeriesId, day: date, by: UserId | None, reason: str = "") -> None:
        """Leave out that day of the series' own; left out already is fine."""
        await self._db.execute(
            """
            INSERT INTO patt.series_skips (recurring_event_id, day, by_discord_id, reason) VALUES ($1, $2, $3, $4)
            ON CONFLICT DO NOTHING
            """,
            series_id,
            day,
            by,
            reason,
        )

    async def unskip(self, series_id: SeriesId, day: date) -> bool:
        """Leave the day out no longer; whether it was left out."""
        found = await self._db.fetchval(
            "DELETE FROM patt.series_skips WHERE recurring_event_id = $1 AND day = $2 RETURNING TRUE", series_id, day
        )
        return bool(found)

    async def move_night(self, series_id: SeriesId, day: date, start: datetime, by: UserId) -> None:
        """Have the night of `day`, which is not booked yet, at `start` (UTC)."""
        await self._db.execute(
            """
            INSERT INTO patt.series_moves (recurring_event_id, day, start_time_utc, by_discord_id)
            VALUES ($1, $2, $3, $4)
            ON CONFLICT (recurring_event_id, day) DO UPDATE SET start_time_utc = $3, by_discord_id = $4
            """,
            series_id,
            day,
            start,
            by,
        )

    async def forget_moves(self, series_id: SeriesId) -> None:
        """Have every night that is not booked yet where the rule puts it: the rule has changed."""
        await self._db.execute("DELETE FROM patt.series_moves WHERE recurring_event_id = $1", series_id)


def _series(row: Any) -> Series:
    return Series(
        id=SeriesId(row["id"]),
        guild_id=GuildId(row["guild_discord_id"]),
        label=row["label"],
        day_of_week=row["day_of_week"],
        start_time=row["default_start_time"],
        duration=timedelta(minutes=row["default_duration_minutes"]),
        timezone=row["timezone"],
        every_weeks=row["every_weeks"],
        anchor=row["anchor_date"],
        channel_id=maybe(ChannelId, row["discord_channel_id"]),
        raid_helper_template_id=row["raid_helper_template_id"],
        is_active=row["is_active"],
        sheet=maybe(SheetKind, row["sheet"]),
        template_name=row["template_name"],
        description=row["description"],
        total_limit=row["total_limit"],
        leader_id=maybe(UserId, row["leader_discord_id"]),
        paused_until=row["paused_until"],
        deadline=maybe(_minutes, row["deadline_minutes"]),
        every_days=row["every_days"],
        post=None if row["post_time"] is None else PostTime(row["post_weekday"], row["post_time"]),
        confirm=row["confirm"],
        book_at=row["book_at"],
    )


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)
