"""Raid-Helper: what its key has been used for (`patt.raid_helper_requests`, `patt.raid_helper_pauses`)."""

from datetime import datetime, timedelta

from bot.domain.ids import GuildId
from db.rows import Connection


class RaidHelperRepository:
    """Counts requests on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def take(
        self, guild_id: GuildId, purpose: str, now: datetime, window: timedelta, at_most: int | None
    ) -> datetime | None:
        """Write a request down unless there were `at_most` within `window`, or Raid-Helper wants a pause.

        The moment it is worth asking again when nothing was written. Rows older than the window go along the way.
        Two workers may take the last one in the same instant: the 429 that follows says so.
        """
        return await self._db.fetchval(
            """
            WITH gone AS (
                DELETE FROM patt.raid_helper_requests
                WHERE guild_discord_id = $1 AND at <= $3::timestamptz - $4::interval
            ), waits AS (
                SELECT max(until) AS until FROM (
                    (SELECT at + $4::interval AS until FROM patt.raid_helper_requests
                     WHERE guild_discord_id = $1 AND at > $3::timestamptz - $4::interval AND $5::int IS NOT NULL
                     ORDER BY at DESC OFFSET greatest($5::int, 1) - 1 LIMIT 1)
                    UNION ALL
                    SELECT until FROM patt.raid_helper_pauses
                    WHERE guild_discord_id = $1 AND until > $3::timestamptz AND $5::int IS NOT NULL) reasons
            ), written AS (
                INSERT INTO patt.raid_helper_requests (guild_discord_id, at, purpose)
                SELECT $1, $3::timestamptz, $2 FROM waits WHERE until IS NULL
            )
            SELECT until FROM waits
            """,
            guild_id,
            purpose,
            now,
            window,
            at_most,
        )

    async def pause(self, guild_id: GuildId, until: datetime) -> None:
        """Remember until when Raid-Helper takes nothing."""
        await self._db.execute(
            """
            INSERT INTO patt.raid_helper_pauses (guild_discord_id, until) VALUES ($1, $2)
            ON CONFLICT (guild_discord_id) DO UPDATE SET until = excluded.until
            """,
            guild_id,
            until,
        )

    async def used(self, guild_id: GuildId, now: datetime, window: timedelta) -> tuple[int, datetime | None]:
        """How many requests there were within `window`, and until when Raid-Helper takes nothing."""
        row = await self._db.fetchrow(
            """
            SELECT (SELECT count(*) FROM patt.raid_helper_requests
                    WHERE guild_discord_id = $1 AND at > $2::timestamptz - $3::interval) AS used,
                   (SELECT until FROM patt.raid_helper_pauses WHERE guild_discord_id = $1 AND until > $2) AS until
            """,
            guild_id,
            now,
            window,
        )
        assert row is not None  # noqa: S101 - a SELECT without FROM has its row
        return row["used"], row["until"]

    async def start_anew(self, guild_id: GuildId) -> None:
        """A new key has a day of its own."""
        await self._db.execute(
            """
            WITH pause AS (DELETE FROM patt.raid_helper_pauses WHERE guild_discord_id = $1)
            DELETE FROM patt.raid_helper_requests WHERE guild_discord_id = $1
            """,
            guild_id,
        )
