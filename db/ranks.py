"""Guild ranks: `common.guild_ranks`, and which of them people have."""

from collections.abc import Sequence
from typing import Any

from bot.domain.ids import GuildId, PlayerId, RoleId
from bot.domain.permissions import Actor
from bot.domain.rank import Rank
from db.rows import Connection, maybe


class RankRepository:
    """Reads and writes one server's ranks."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def all(self, guild_id: GuildId) -> Sequence[Rank]:
        """The server's ranks, the highest first."""
        rows = await self._db.fetch(
            """
            SELECT id, name, level, discord_role_id FROM common.guild_ranks
            WHERE guild_discord_id = $1 ORDER BY level DESC, name
            """,
            guild_id,
        )
        return [_rank(row) for row in rows]

    async def add(self, guild_id: GuildId, name: str, level: int, role_id: RoleId | None) -> None:
        """Write a rank down; of two officers who do at once, the last word stands."""
        await self._db.execute(
            """
            INSERT INTO common.guild_ranks (guild_discord_id, name, level, discord_role_id) VALUES ($1, $2, $3, $4)
            ON CONFLICT ON CONSTRAINT guild_ranks_name DO UPDATE SET
                level = excluded.level, discord_role_id = excluded.discord_role_id
            """,
            guild_id,
            name,
            level,
            role_id,
        )

    async def change(self, rank: Rank) -> None:
        """Write the rank's name, level and role."""
        await self._db.execute(
            "UPDATE common.guild_ranks SET name = $2, level = $3, discord_role_id = $4 WHERE id = $1",
            rank.id,
            rank.name,
            rank.level,
            rank.role_id,
        )

    async def remove(self, rank_id: int) -> None:
        """Forget the rank; whoever had it has none."""
        await self._db.execute("DELETE FROM common.guild_ranks WHERE id = $1", rank_id)

    async def holders(self, guild_id: GuildId) -> dict[int, int]:
        """How many active players have each rank, by its id."""
        rows = await self._db.fetch(
            """
            SELECT guild_rank_id, count(*) AS count FROM guild_identity.players
            WHERE guild_discord_id = $1 AND is_active AND guild_rank_id IS NOT NULL GROUP BY guild_rank_id
            """,
            guild_id,
        )
        return {row["guild_rank_id"]: row["count"] for row in rows}

    async def give(self, player_id: PlayerId, rank_id: int | None) -> None:
        """Have the player be of that rank, or of none."""
        await self._db.execute("UPDATE guild_identity.players SET guild_rank_id = $2 WHERE id = $1", player_id, rank_id)

    async def follow(self, guild_id: GuildId, members: Sequence[Actor]) -> tuple[int, Sequence[PlayerId]]:
        """Give registered members the rank and the name they have in Discord now; how many changed, and who is renamed.

        A rank that no role gives was given by an officer: it stays while their roles say nothing.
        """
        rows = await self._db.fetch(
            """
            WITH known AS MATERIALIZED (
                SELECT player.id, player.display_name, player.guild_rank_id, member.name, coalesce((
                    SELECT id FROM common.guild_ranks
                    WHERE guild_discord_id = $1 AND discord_role_id = ANY(string_to_array(member.roles, ',')::bigint[])
                    ORDER BY level DESC LIMIT 1), (
                    SELECT id FROM common.guild_ranks WHERE id = player.guild_rank_id AND discord_role_id IS NULL
                    )) AS rank_id
                FROM unnest($2::bigint[], $3::text[], $4::text[]) AS member (user_id, name, roles)
                JOIN guild_identity.discord_users discord_user ON discord_user.discord_id = member.user_id
                JOIN guild_identity.players player ON player.discord_user_id = discord_user.id
                     AND player.guild_discord_id = $1
            ), changed AS (
                UPDATE guild_identity.players player SET display_name = known.name, guild_rank_id = known.rank_id
                FROM known WHERE player.id = known.id
                  AND (known.display_name, known.guild_rank_id) IS DISTINCT FROM (known.name, known.rank_id)
            )
            SELECT id, display_name <> name AS renamed FROM known
            WHERE (display_name, guild_rank_id) IS DISTINCT FROM (name, rank_id) ORDER BY id
            """,
            guild_id,
            [one.user_id for one in members],
            [one.name for one in members],
            [",".join(str(role) for role in one.role_ids) for one in members],
        )
        return len(rows), [PlayerId(row["id"]) for row in rows if row["renamed"]]


def _rank(row: Any) -> Rank:
    return Rank(row["id"], row["name"], row["level"], maybe(RoleId, row["discord_role_id"]))
