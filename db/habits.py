"""How members want to be reminded: their own columns of `guild_identity.players`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from bot.domain.ids import GuildId, PlayerId, UserId
from bot.domain.reminders import Habits, Way
from db.rows import Connection, maybe


class HabitRepository:
    """Reads and writes habits."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def of(self, guild_id: GuildId, users: Collection[UserId]) -> Mapping[UserId, Habits]:
        """The habits of these Discord users in the server; somebody unknown has none of their own."""
        rows = await self._db.fetch(
            """
            SELECT discord_user.discord_id, player.remind_by, player.remind_minutes, player.quiet_from,
                   player.quiet_until, player.timezone
            FROM guild_identity.discord_users discord_user
            JOIN guild_identity.players player ON player.discord_user_id = discord_user.id
            WHERE player.guild_discord_id = $1 AND discord_user.discord_id = ANY ($2::bigint[])
            """,
            guild_id,
            list(users),
        )
        found = {UserId(row["discord_id"]): _habits(row) for row in rows}
        return {one: found.get(one, Habits()) for one in users}

    async def minutes(self, guild_id: GuildId) -> Sequence[int]:
        """The lead times the server's members chose for themselves."""
        rows = await self._db.fetch(
            """
            SELECT DISTINCT remind_minutes FROM guild_identity.players
            WHERE guild_discord_id = $1 AND remind_minutes IS NOT NULL
            """,
            guild_id,
        )
        return [row["remind_minutes"] for row in rows]

    async def write(self, player_id: PlayerId, habits: Habits) -> None:
        """Write a player's habits down; their time zone is not among them."""
        await self._db.execute(
            """
            UPDATE guild_identity.players SET remind_by = $2, remind_minutes = $3, quiet_from = $4, quiet_until = $5
            WHERE id = $1
            """,
            player_id,
            habits.way,
            habits.minutes,
            *(habits.quiet or (None, None)),
        )

    async def expected(self, guild_id: GuildId) -> Mapping[UserId, str]:
        """The server's active players with Discord who are not away for longer, with their names."""
        rows = await self._db.fetch(
            """
            SELECT discord_user.discord_id, player.display_name
            FROM guild_identity.players player
            JOIN guild_identity.discord_users discord_user ON discord_user.id = player.discord_user_id
            WHERE player.guild_discord_id = $1 AND player.is_active AND NOT player.on_hiatus
            ORDER BY lower(player.display_name), player.id
            """,
            guild_id,
        )
        return {UserId(row["discord_id"]): row["display_name"] for row in rows}

    async def away(self, guild_id: GuildId, day: date) -> frozenset[UserId]:
        """Who has said that they are not there on `day`, or for longer."""
        rows = await self._db.fetch(
            """
            SELECT discord_user.discord_id
            FROM guild_identity.players player
            JOIN guild_identity.discord_users discord_user ON discord_user.id = player.discord_user_id
            WHERE player.guild_discord_id = $1 AND (player.on_hiatus OR EXISTS (
                SELECT FROM guild_identity.away WHERE player_id = player.id AND $2 BETWEEN first_day AND last_day))
            """,
            guild_id,
            day,
        )
        return frozenset(UserId(row["discord_id"]) for row in rows)


def _habits(row: Any) -> Habits:
    quiet = (row["quiet_from"], row["quiet_until"]) if row["quiet_from"] is not None else None
    return Habits(maybe(Way, row["remind_by"]), row["remind_minutes"], quiet, row["timezone"])
