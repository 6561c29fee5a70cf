"""Who has left their server, as far as is known: `guild_identity.players.left_at`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from bot.domain.ids import GuildId, UserId
from db.rows import Connection


class LeaverRepository:
    """Reads and writes it."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def write(self, guild_id: GuildId, seen: Mapping[UserId, bool], now: datetime) -> None:
        """Write down who of the registered is not there any more (False), and who is (again).

        Whose row somebody is writing at this moment is at work here, and left as they are.
        """
        if gone := [user_id for user_id, here in seen.items() if not here]:
            await self._hold_sheets(guild_id, gone)
        await self._db.execute(
            """
            WITH found AS MATERIALIZED (
                SELECT player.id, seen.here FROM unnest($2::bigint[], $3::boolean[]) AS seen (discord_id, here)
                JOIN guild_identity.discord_users discord_user ON discord_user.discord_id = seen.discord_id
                JOIN guild_identity.players player ON player.discord_user_id = discord_user.id
                WHERE player.guild_discord_id = $1 AND (player.left_at IS NULL) <> seen.here
                FOR NO KEY UPDATE OF player SKIP LOCKED
            )
            UPDATE guild_identity.players player SET left_at = CASE WHEN found.here THEN NULL ELSE $4::timestamptz END
            FROM found WHERE player.id = found.id
            """,
            guild_id,
            list(seen),
            list(seen.values()),
            now,
        )

    async def _hold_sheets(self, guild_id: GuildId, gone: Sequence[UserId]) -> None:
        """Wait for whoever writes to sheets these stand on: they are touched (migration 15)."""
        await self._db.execute(
            """
            SELECT FROM patt.sheet_versions sheet JOIN patt.raid_events event ON event.id = sheet.event_id
            WHERE event.status = 'SCHEDULED' AND event.id IN (
                SELECT attendance.event_id FROM patt.raid_attendance attendance
                JOIN guild_identity.players player ON player.id = attendance.player_id
                JOIN guild_identity.discord_users discord_user ON discord_user.id = player.discord_user_id
                WHERE player.guild_discord_id = $1 AND player.left_at IS NULL
                  AND discord_user.discord_id = ANY ($2::bigint[]))
            ORDER BY event.id FOR NO KEY UPDATE OF sheet
            """,
            guild_id,
            gone,
        )

    async def among(self, guild_id: GuildId, users: Collection[UserId]) -> frozenset[UserId]:
        """Those of the users who had left when they were last looked for."""
        rows = await self._db.fetch(
            """
            SELECT discord_user.discord_id FROM guild_identity.players player
            JOIN guild_identity.discord_users discord_user ON discord_user.id = player.discord_user_id
            WHERE player.guild_discord_id = $1 AND player.left_at IS NOT NULL
              AND discord_user.discord_id = ANY ($2::bigint[])
            """,
            guild_id,
            list(users),
        )
        return frozenset(UserId(row["discord_id"]) for row in rows)

    async def latest(self, guild_id: GuildId, *, most: int = 50) -> Sequence[UserId]:
        """Those who left last of whom sheets would be filled in with."""
        rows = await self._db.fetch(
            """
            SELECT discord_user.discord_id FROM guild_identity.players player
            JOIN guild_identity.discord_users discord_user ON discord_user.id = player.discord_user_id
            WHERE player.guild_discord_id = $1 AND player.left_at IS NOT NULL AND player.is_active
              AND player.guild_rank_id IS NOT NULL AND player.main_character_id IS NOT NULL
            ORDER BY player.left_at DESC, player.id LIMIT $2
            """,
            guild_id,
            most,
        )
        return [UserId(row["discord_id"]) for row in rows]
