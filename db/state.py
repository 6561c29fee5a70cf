"""Facts about the installation: `common.bot_state`."""

from typing import Any

from db.rows import Connection


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
