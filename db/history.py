"""What grows with every raid and is forgotten one day: the log of done actions, the trail, dead letters."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.domain.ids import GuildId
from db.rows import Connection


class HistoryRepository:
    """Forgets a little at a time, so that nobody waits behind it."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def servers(self) -> Sequence[GuildId]:
        """Whoever has a history; found by leaping from server to server, however long it is."""
        rows = await self._db.fetch(
            """
            WITH RECURSIVE logged AS (
                (SELECT guild_discord_id AS id FROM patt.action_log ORDER BY 1 LIMIT 1)
                UNION ALL SELECT (
                    SELECT guild_discord_id FROM patt.action_log WHERE guild_discord_id > logged.id ORDER BY 1 LIMIT 1)
                FROM logged WHERE logged.id IS NOT NULL
            ), noted AS (
                (SELECT guild_discord_id AS id FROM patt.audit ORDER BY 1 LIMIT 1)
                UNION ALL SELECT (
                    SELECT guild_discord_id FROM patt.audit WHERE guild_discord_id > noted.id ORDER BY 1 LIMIT 1)
                FROM noted WHERE noted.id IS NOT NULL
            ), raided AS (
                (SELECT guild_discord_id AS id FROM patt.raid_events ORDER BY 1 LIMIT 1)
                UNION ALL SELECT (
                    SELECT guild_discord_id FROM patt.raid_events WHERE guild_discord_id > raided.id ORDER BY 1 LIMIT 1)
                FROM raided WHERE raided.id IS NOT NULL
            )
            SELECT id FROM (
                SELECT id FROM logged UNION SELECT id FROM noted UNION SELECT id FROM raided
                UNION SELECT guild_discord_id FROM patt.scheduled_actions WHERE dead) found
            WHERE id IS NOT NULL ORDER BY id
            """
        )
        return [GuildId(row["id"]) for row in rows]

    async def forget(self, before: Mapping[GuildId, datetime], *, most: int) -> int:
        """Delete up to `most` rows of each sort that are older than their server keeps them; how many rows that were.

        What somebody has in hand is left for the next time.
        """
        return await self._db.fetchval(
            """
            WITH kept AS (SELECT * FROM unnest($1::bigint[], $2::timestamptz[]) AS kept (guild_id, since)),
            logged AS (
                DELETE FROM patt.action_log WHERE id IN (
                    SELECT old.id FROM kept CROSS JOIN LATERAL (
                        SELECT id FROM patt.action_log WHERE guild_discord_id = kept.guild_id AND done_at < kept.since
                        ORDER BY done_at LIMIT $3 FOR UPDATE SKIP LOCKED) old LIMIT $3) RETURNING 1),
            noted AS (
                DELETE FROM patt.audit WHERE id IN (
                    SELECT old.id FROM kept CROSS JOIN LATERAL (
                        SELECT id FROM patt.audit WHERE guild_discord_id = kept.guild_id AND at < kept.since
                        ORDER BY at LIMIT $3 FOR UPDATE SKIP LOCKED) old LIMIT $3) RETURNING 1),
            recognised AS (
                DELETE FROM patt.raid_helper_forgotten one USING kept
                WHERE one.guild_discord_id = kept.guild_id AND one.at < kept.since),
            given_up AS (
                DELETE FROM patt.scheduled_actions WHERE id IN (
                    SELECT old.id FROM kept CROSS JOIN LATERAL (
                        SELECT id FROM patt.scheduled_actions
                        WHERE dead AND guild_discord_id = kept.guild_id AND dead_since < kept.since
                        ORDER BY dead_since LIMIT $3 FOR UPDATE SKIP LOCKED) old LIMIT $3) RETURNING 1)
            SELECT (SELECT count(*) FROM logged) + (SELECT count(*) FROM noted) + (SELECT count(*) FROM given_up)
            """,
            list(before),
            list(before.values()),
            most,
        )

    async def forget_raids(self, before: Mapping[GuildId, datetime], *, most: int) -> int:
        """Delete up to `most` raids that ended before their server's moment, with who was there; how many."""
        return await self._db.fetchval(
            """
            WITH gone AS (
                DELETE FROM patt.raid_events WHERE id IN (
                    SELECT old.id FROM unnest($1::bigint[], $2::timestamptz[]) AS kept (guild_id, since)
                    CROSS JOIN LATERAL (
                        SELECT id FROM patt.raid_events
                        WHERE guild_discord_id = kept.guild_id AND end_time_utc < kept.since
                          AND status IN ('COMPLETED', 'CANCELLED', 'ARCHIVED')
                        ORDER BY end_time_utc LIMIT $3 FOR UPDATE SKIP LOCKED) old LIMIT $3) RETURNING 1)
            SELECT count(*) FROM gone
            """,
            list(before),
            list(before.values()),
            most,
        )
