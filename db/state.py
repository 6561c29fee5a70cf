"""Facts about the installation: `common.bot_state`, and `common.interactions`, the commands taken lately."""

from typing import Any

from db.rows import Connection

AN_HOUR_OF_IDS = 3_600_000 << 22
"""Discord's ids count milliseconds above their 22nd bit; an interaction can be answered for a quarter of an hour."""


class StateRepository:
    """Reads and writes facts by name; values are JSON objects."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def get(self, name: str) -> dict[str, Any] | None:
        """The fact, or None."""
        return await self._db.fetchval("SELECT value FROM common.bot_state WHERE name = $1", name)

    async def put(self, name: str, value: dict[str, Any]) -> None:
        """Write the fact down."""
        await self._db.execute(
            """
            INSERT INTO common.bot_state (name, value) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value
            """,
            name,
            value,
        )

    async def migration(self) -> str:
        """The name of the last migration the database has had."""
        return await self._db.fetchval("SELECT name FROM public.schema_migrations ORDER BY number DESC LIMIT 1")

    async def take_interaction(self, interaction_id: int) -> bool:
        """Whether nobody has taken that interaction yet; from then on it is taken. After an hour it is forgotten."""
        taken = await self._db.fetchval(
            """
            WITH old AS (DELETE FROM common.interactions WHERE id < $2)
            INSERT INTO common.interactions (id) VALUES ($1) ON CONFLICT DO NOTHING RETURNING TRUE
            """,
            interaction_id,
            interaction_id - AN_HOUR_OF_IDS,
        )
        return bool(taken)
