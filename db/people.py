"""People by name: who is registered in a server, and placeholders for those without Discord."""

from collections.abc import Sequence
from typing import Any

from bot.domain.ids import GuildId, PlayerId, UserId
from bot.domain.people import Person
from bot.domain.sign_up import Pick
from db.players import Known
from db.rows import Connection, maybe

_SELECT = """
    SELECT player.id, player.display_name, discord_user.discord_id
    FROM guild_identity.players player
    LEFT JOIN guild_identity.discord_users discord_user ON discord_user.id = player.discord_user_id
"""


class PersonRepository:
    """Finds people on one connection and writes placeholders down."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def all(self, guild_id: GuildId, *, most: int = 2000) -> Sequence[Person]:
        """The server's active players by name."""
        rows = await self._db.fetch(
            _SELECT + " WHERE player.guild_discord_id = $1 AND player.is_active ORDER BY display_name, id LIMIT $2",
            guild_id,
            most,
        )
        return [_person(row) for row in rows]

    async def get(self, guild_id: GuildId, player_id: PlayerId) -> Person | None:
        """The server's player of that id, or None when they are gone."""
        row = await self._db.fetchrow(
            _SELECT + " WHERE player.id = $1 AND player.guild_discord_id = $2", player_id, guild_id
        )
        return _person(row) if row else None

    async def named(self, guild_id: GuildId, name: str) -> Person | None:
        """The server's player of that name, whatever its case; of two the placeholder, else whoever came first."""
        row = await self._db.fetchrow(
            _SELECT
            + """
            WHERE player.guild_discord_id = $1 AND lower(player.display_name) = lower($2) AND player.is_active
            ORDER BY player.discord_user_id IS NOT NULL, player.id LIMIT 1
            """,
            guild_id,
            name,
        )
        return _person(row) if row else None

    async def zone(self, guild_id: GuildId, user_id: UserId) -> str | None:
        """The member's own time zone (IANA); None while they follow the server."""
        return await self._db.fetchval(
            """
            SELECT player.timezone FROM guild_identity.players player
            JOIN guild_identity.discord_users discord_user ON discord_user.id = player.discord_user_id
            WHERE player.guild_discord_id = $1 AND discord_user.discord_id = $2
            """,
            guild_id,
            user_id,
        )

    async def set_zone(self, player_id: PlayerId, zone: str | None) -> None:
        """Write the player's own time zone down; None follows the server."""
        await self._db.execute("UPDATE guild_identity.players SET timezone = $2 WHERE id = $1", player_id, zone)

    async def write_down(self, guild_id: GuildId, name: str) -> Person:
        """A new placeholder of that name."""
        player_id = await self._db.fetchval(
            "INSERT INTO guild_identity.players (guild_discord_id, display_name) VALUES ($1, $2) RETURNING id",
            guild_id,
            name,
        )
        return Person(PlayerId(player_id), name, None)

    async def main(self, player_id: PlayerId, game: str) -> Known:
        """What the player is known to play in `game`."""
        row = await self._db.fetchrow(
            """
            SELECT character.id, class.name AS class_name, spec.name AS spec_name
            FROM guild_identity.players player
            JOIN guild_identity.wow_characters character ON character.player_id = player.id
                 AND character.game = $2 AND (character.is_main OR character.id = player.main_character_id)
            JOIN guild_identity.specializations spec ON spec.id = coalesce(character.spec_id,
                 CASE WHEN character.id = player.main_character_id THEN player.main_spec_id END)
            JOIN guild_identity.classes class ON class.id = spec.class_id
            WHERE player.id = $1 ORDER BY character.is_main DESC LIMIT 1
            """,
            player_id,
            game,
        )
        if row is None:
            return Known(player_id, None, None)
        return Known(player_id, row["id"], Pick(row["class_name"], row["spec_name"]))


def _person(row: Any) -> Person:
    return Person(PlayerId(row["id"]), row["display_name"], maybe(UserId, row["discord_id"]))
