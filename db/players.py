"""People: `guild_identity.players` with their Discord users, characters and mains."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.auto_invite import Candidate
from bot.domain.ids import GuildId, PlayerId, UserId
from bot.domain.permissions import Actor
from bot.domain.sign_up import Pick
from db.rows import Connection, maybe


@dataclass(frozen=True)
class Known:
    """A registered player; `main` is their remembered class and spec in the game asked for."""

    id: PlayerId
    character_id: int | None
    main: Pick | None
    offers: tuple[str, ...] = ()
    """What else the main would play, as "Class/Spec"."""


class PlayerRepository:
    """Registers people on their first click and remembers what they play."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def register(self, actor: Actor, game: str = "") -> Known:
        """The player behind `actor`, written down on the first click, with their main of `game`, if one is named.

        Their rank is what their roles say now; one that no role gives, written down by an officer, stays.
        """
        row = await self._db.fetchrow(
            """
            WITH discord_user AS (
                INSERT INTO guild_identity.discord_users (discord_id, username) VALUES ($2, $3)
                ON CONFLICT (discord_id) DO UPDATE SET username = excluded.username
                RETURNING id
            ), player AS (
                INSERT INTO guild_identity.players (guild_discord_id, discord_user_id, display_name, guild_rank_id)
                SELECT $1, discord_user.id, $3, (
                    SELECT id FROM common.guild_ranks
                    WHERE guild_discord_id = $1 AND discord_role_id = ANY($4::bigint[]) ORDER BY level DESC LIMIT 1)
                FROM discord_user
                ON CONFLICT (guild_discord_id, discord_user_id) DO UPDATE SET
                    display_name = excluded.display_name,
                    guild_rank_id = coalesce(excluded.guild_rank_id, (
                        SELECT rank.id FROM common.guild_ranks rank
                        WHERE rank.id = players.guild_rank_id AND rank.discord_role_id IS NULL)),
                    left_at = NULL
                RETURNING id, main_character_id
            )
            SELECT player.id, character.id AS character_id, class.name AS class_name, spec.name AS spec_name,
                   character.offers
            FROM player
            LEFT JOIN guild_identity.wow_characters character ON character.player_id = player.id
                 AND character.game = $5 AND (character.is_main OR character.id = player.main_character_id)
            LEFT JOIN guild_identity.classes class ON class.id = character.class_id
            LEFT JOIN guild_identity.specializations spec ON spec.id = character.spec_id
            ORDER BY character.is_main DESC NULLS LAST LIMIT 1
            """,
            actor.guild_id,
            actor.user_id,
            actor.name,
            list(actor.role_ids),
            game,
        )
        assert row is not None  # noqa: S101 - INSERT … RETURNING answers with its row
        main = Pick(row["class_name"], row["spec_name"]) if row["class_name"] and row["spec_name"] else None
        return Known(PlayerId(row["id"]), row["character_id"], main, tuple(row["offers"] or ()))

    async def remember_main(self, player_id: PlayerId, game: str, pick: Pick) -> int:
        """Make `pick` the player's main in `game`; the character's id. The first main is also the seed's main."""
        class_id, spec_id = await spec_ids(self._db, game, pick)
        character_id: int = await self._db.fetchval(
            """
            INSERT INTO guild_identity.wow_characters (player_id, game, name, class_id, spec_id, is_main)
            SELECT $1, $2, display_name, $3, $4, TRUE FROM guild_identity.players WHERE id = $1
            ON CONFLICT (player_id, game) WHERE is_main DO UPDATE SET class_id = $3, spec_id = $4
            RETURNING id
            """,
            player_id,
            game,
            class_id,
            spec_id,
        )
        await self._db.execute(
            """
            UPDATE guild_identity.players SET main_character_id = $2, main_spec_id = $3
            WHERE id = $1 AND coalesce(main_character_id, $2) = $2
            """,
            player_id,
            character_id,
            spec_id,
        )
        return character_id

    async def candidates(self, guild_id: GuildId, day: date) -> Sequence[Candidate]:
        """Whom a sheet for `day` is pre-filled with: active, ranked, with a main character (the seed's query).

        Who has left the server is not among them. None of them goes away, or is forgotten, before this transaction is
        through.
        """
        # A statement of its own: the next one then sees what those it waited for have written.
        await self._db.execute(
            """
            SELECT FROM guild_identity.players WHERE guild_discord_id = $1 AND is_active
              AND guild_rank_id IS NOT NULL AND main_character_id IS NOT NULL ORDER BY id FOR KEY SHARE
            """,
            guild_id,
        )
        rows = await self._db.fetch(
            """
            SELECT p.id, u.discord_id, p.display_name, r.level, p.auto_invite_events, p.main_character_id,
                   c.name AS class_name, s.name AS spec_name,
                   p.on_hiatus OR EXISTS (SELECT FROM guild_identity.away a
                       WHERE a.player_id = p.id AND $2 BETWEEN a.first_day AND a.last_day) AS away
            FROM guild_identity.players p
            JOIN common.guild_ranks r ON r.id = p.guild_rank_id
            LEFT JOIN guild_identity.discord_users u ON u.id = p.discord_user_id
            LEFT JOIN guild_identity.specializations s ON s.id = p.main_spec_id
            LEFT JOIN guild_identity.classes c ON c.id = s.class_id
            WHERE p.guild_discord_id = $1 AND p.is_active AND p.main_character_id IS NOT NULL AND p.left_at IS NULL
            ORDER BY r.level DESC, p.id
            """,
            guild_id,
            day,
        )
        return [
            Candidate(
                player_id=PlayerId(row["id"]),
                user_id=maybe(UserId, row["discord_id"]),
                name=row["display_name"],
                rank_level=row["level"],
                auto_invite=row["auto_invite_events"],
                away=row["away"],
                character_id=row["main_character_id"],
                class_name=row["class_name"],
                spec_name=row["spec_name"],
            )
            for row in rows
        ]


async def spec_ids(connection: Connection, game: str, pick: Pick) -> tuple[int, int]:
    """The ids of the class and the spec, written down when they are new.

    Those that are known are only read: a lock on a class would make everybody who plays it wait for each other.
    """
    named = (game, pick.class_name, pick.spec_name)
    row = await connection.fetchrow(_SPEC, *named) or await connection.fetchrow(_NEW_SPEC, *named)
    assert row is not None  # noqa: S101 - INSERT … RETURNING answers with its row
    return row["class_id"], row["id"]


_SPEC = """
    SELECT spec.class_id, spec.id FROM guild_identity.specializations spec
    JOIN guild_identity.classes class ON class.id = spec.class_id
    WHERE class.game = $1 AND class.name = $2 AND spec.name = $3
"""
_NEW_SPEC = """
    WITH class AS (
        INSERT INTO guild_identity.classes (game, name) VALUES ($1, $2)
        ON CONFLICT (game, name) DO UPDATE SET name = excluded.name RETURNING id
    )
    INSERT INTO guild_identity.specializations (class_id, name) SELECT id, $3 FROM class
    ON CONFLICT (class_id, name) DO UPDATE SET name = excluded.name
    RETURNING class_id, id
"""
