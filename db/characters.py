"""Characters: `guild_identity.wow_characters`, for every game."""

from collections.abc import Sequence
from typing import Any

from bot.domain.character import Character
from bot.domain.ids import GuildId, PlayerId, UserId
from bot.domain.sign_up import Pick
from db.players import spec_ids
from db.rows import Connection, maybe


class CharacterRepository:
    """Reads and writes the characters of one player at a time.

    A player's main of a game is the row marked so, else the one `players.main_character_id` names (rows written by
    hand have no mark). The first main of all is that one, too: it is what pre-filled sheets show.
    """

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def player(self, guild_id: GuildId, user_id: UserId) -> PlayerId | None:
        """The member's player in this server, their row locked until the transaction ends; None for somebody new."""
        found = await self._db.fetchval(
            """
            SELECT player.id FROM guild_identity.players player
            JOIN guild_identity.discord_users discord_user ON discord_user.id = player.discord_user_id
            WHERE player.guild_discord_id = $1 AND discord_user.discord_id = $2 FOR UPDATE OF player
            """,
            guild_id,
            user_id,
        )
        return maybe(PlayerId, found)

    async def lock(self, player_id: PlayerId) -> None:
        """Let nobody else write characters of this player until the transaction ends."""
        await self._db.execute("SELECT FROM guild_identity.players WHERE id = $1 FOR NO KEY UPDATE", player_id)

    async def of(self, player_id: PlayerId, game: str | None = None) -> Sequence[Character]:
        """The player's characters (of one game, if named): by game, the main first, then by name."""
        rows = await self._db.fetch(
            """
            SELECT character.*, class.name AS class_name, spec.name AS spec_name,
                   CASE WHEN bool_or(character.is_main) OVER one_game THEN character.is_main
                        ELSE character.id IS NOT DISTINCT FROM player.main_character_id END AS main
            FROM guild_identity.wow_characters character
            JOIN guild_identity.players player ON player.id = character.player_id
            LEFT JOIN guild_identity.specializations spec ON spec.id = coalesce(character.spec_id,
                 CASE WHEN character.id = player.main_character_id THEN player.main_spec_id END)
            LEFT JOIN guild_identity.classes class ON class.id = spec.class_id
            WHERE character.player_id = $1 AND character.game = coalesce($2, character.game)
            WINDOW one_game AS (PARTITION BY character.game)
            ORDER BY character.game, main DESC, lower(character.name), character.id
            """,
            player_id,
            game,
        )
        return [_character(row) for row in rows]

    async def add(self, player_id: PlayerId, game: str, name: str, pick: Pick) -> int:
        """Write a character down, no main yet; its id."""
        class_id, spec_id = await spec_ids(self._db, game, pick)
        return await self._db.fetchval(
            """
            INSERT INTO guild_identity.wow_characters (player_id, game, name, class_id, spec_id)
            VALUES ($1, $2, $3, $4, $5) RETURNING id
            """,
            player_id,
            game,
            name,
            class_id,
            spec_id,
        )

    async def change(self, character: Character, name: str, pick: Pick | None) -> None:
        """Give the character this name and, unless None, this class and spec."""
        class_id, spec_id = await spec_ids(self._db, character.game, pick) if pick else (None, None)
        await self._db.execute(
            """
            WITH changed AS (
                UPDATE guild_identity.wow_characters
                SET name = $2, class_id = coalesce($3, class_id), spec_id = coalesce($4, spec_id) WHERE id = $1
            )
            UPDATE guild_identity.players SET main_spec_id = coalesce($4, main_spec_id) WHERE main_character_id = $1
            """,
            character.id,
            name,
            class_id,
            spec_id,
        )

    async def remove(self, character_id: int) -> None:
        """Forget the character; sign-ups made with it keep their class and spec."""
        await self._db.execute("DELETE FROM guild_identity.wow_characters WHERE id = $1", character_id)

    async def make_main(self, player_id: PlayerId, character_id: int) -> None:
        """Make it the main of its game; the player's first main is of the same game or gone, if this one follows it."""
        await self._db.execute(
            """
            UPDATE guild_identity.wow_characters SET is_main = FALSE
            WHERE player_id = $1 AND is_main AND id <> $2
              AND game = (SELECT game FROM guild_identity.wow_characters WHERE id = $2)
            """,
            player_id,
            character_id,
        )
        await self._db.execute(
            """
            WITH main AS (
                UPDATE guild_identity.wow_characters SET is_main = TRUE WHERE id = $2 RETURNING id, game, spec_id
            )
            UPDATE guild_identity.players player SET main_character_id = main.id, main_spec_id = main.spec_id
            FROM main WHERE player.id = $1 AND (player.main_character_id IS NULL OR main.game = (
                SELECT game FROM guild_identity.wow_characters WHERE id = player.main_character_id))
            """,
            player_id,
            character_id,
        )

    async def remember_offers(self, character_id: int, offers: Sequence[str]) -> None:
        """Offer the same on the next sheet."""
        await self._db.execute(
            "UPDATE guild_identity.wow_characters SET offers = $2 WHERE id = $1", character_id, list(offers)
        )


def _character(row: Any) -> Character:
    pick = Pick(row["class_name"], row["spec_name"]) if row["class_name"] and row["spec_name"] else None
    return Character(row["id"], row["game"], row["name"], pick, row["main"], tuple(row["offers"]))
