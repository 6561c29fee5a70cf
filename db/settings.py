"""Settings: `common.settings`, one value a row at one level of the inheritance."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.ids import GuildId
from bot.domain.setting import Level, Scope
from db.rows import Connection


class SettingRepository:
    """Reads and writes values as JSON; what they mean is `bot.domain.setting`'s."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def at(self, guild_id: GuildId, levels: Sequence[Level]) -> Mapping[Level, Mapping[str, Any]]:
        """The values set at each of `levels`; a level nobody set anything at has none."""
        rows = await self._db.fetch(
            """
            SELECT scope, scope_id, name, value FROM common.settings
            JOIN unnest($2::text[], $3::bigint[]) AS wanted (scope, scope_id) USING (scope, scope_id)
            WHERE guild_discord_id = $1
            """,
            guild_id,
            [one.scope for one in levels],
            [one.id for one in levels],
        )
        return _by_level(levels, rows)

    async def everything(self, guild_id: GuildId) -> Mapping[Level, Mapping[str, Any]]:
        """Every value the server has set."""
        rows = await self._db.fetch(
            "SELECT scope, scope_id, name, value FROM common.settings WHERE guild_discord_id = $1", guild_id
        )
        return _by_level([_level(row) for row in rows], rows)

    async def named(self, guild_id: GuildId, name: str) -> Mapping[Level, Mapping[str, Any]]:
        """Every level at which the server has set that one."""
        rows = await self._db.fetch(
            "SELECT scope, scope_id, name, value FROM common.settings WHERE guild_discord_id = $1 AND name = $2",
            guild_id,
            name,
        )
        return _by_level([_level(row) for row in rows], rows)

    async def put(self, guild_id: GuildId, level: Level, values: Mapping[str, Any]) -> None:
        """Set values at one level."""
        await self._db.execute(
            """
            INSERT INTO common.settings (guild_discord_id, scope, scope_id, name, value)
            SELECT $1, $2, $3, name, value FROM jsonb_each($4::jsonb) AS new (name, value)
            ON CONFLICT (guild_discord_id, scope, scope_id, name) DO UPDATE SET value = excluded.value
            """,
            guild_id,
            level.scope,
            level.id,
            dict(values),
        )

    async def reset(self, guild_id: GuildId, level: Level, name: str) -> bool:
        """Have the level inherit the value again; whether it had one of its own."""
        gone = await self._db.fetchval(
            """
            DELETE FROM common.settings
            WHERE guild_discord_id = $1 AND scope = $2 AND scope_id = $3 AND name = $4 RETURNING TRUE
            """,
            guild_id,
            level.scope,
            level.id,
            name,
        )
        return bool(gone)


def _level(row: Any) -> Level:
    return Level(Scope(row["scope"]), row["scope_id"])


def _by_level(levels: Sequence[Level], rows: Sequence[Any]) -> Mapping[Level, Mapping[str, Any]]:
    found: dict[Level, dict[str, Any]] = {level: {} for level in levels}
    for row in rows:
        found[_level(row)][row["name"]] = row["value"]
    return found
