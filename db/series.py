"""Series: `patt.recurring_events` and the days they leave out."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from bot.domain.event import SheetKind
from bot.domain.ids import ChannelId, GuildId, SeriesId, UserId
from bot.domain.series import NewSeries, Series
from db.rows import Connection, maybe

_SELECT = """
    SELECT id, guild_discord_id, label, day_of_week, default_start_time, default_duration_minutes, timezone,
           every_weeks, anchor_date, discord_channel_id, raid_helper_template_id, is_active, sheet, template_name,
           description, total_limit, leader_discord_id, paused_until, deadline_minutes
    FROM patt.recurring_events
"""


class SeriesRepository:
    """Reads and writes series."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def add(self, new: NewSeries) -> SeriesId:
        """Write a series down."""
        return await self._db.fetchval(
            """
            INSERT INTO patt.recurring_events (guild_discord_id, label, day_of_week, default_start_time,
                default_duration_minutes, timezone, every_weeks, anchor_date, discord_channel_id, sheet,
                template_name, total_limit, leader_discord_id, description, deadline_minutes)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) RETURNING id
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
        )

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

    async def left_out(self, series: Series, after: date) -> frozenset[date]:
        """The days after `after` on which the series does not raid: its skips and the server's breaks."""
        rows = await self._db.fetch(
            """
            SELECT day FROM patt.series_skips WHERE recurring_event_id = $1 AND day > $3
            UNION
            SELECT day::date FROM patt.breaks,
                generate_series(greatest(first_day, $3), least(last_day, $3 + 1000), interval '1 day') day
            WHERE guild_discord_id = $2 AND last_day > $3
            """,
            series.id,
            series.guild_id,
            after,
        )
        return frozenset(row["day"] for row in rows)


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
    )


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)
