"""Settings: `common.settings`, one value a row at one level of the inheritance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.ids import GuildId, SeriesId, TemplateId
from bot.domain.setting import Level, Scope
from db.rows import Connection


@dataclass(frozen=True)
class Standing:
    """Everything set around one place, as JSON: values by level, and of the rows that have values of their own those.

    `server` has `officer_role_ids` and `officer_channel_id`, `template` is the definition, `series` has `duration`,
    `limit` and `deadline` in minutes; each is empty where there is no such row.
    """

    stored: Mapping[Level, Mapping[str, Any]]
    server: Mapping[str, Any]
    template: Mapping[str, Any]
    series: Mapping[str, Any]
    shipped: bool
    """Whether the template is no server's own."""


class SettingRepository:
    """Reads and writes values as JSON; what they mean is `bot.domain.setting`'s."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def around(
        self,
        guild_id: GuildId,
        levels: Sequence[Level],
        template_id: TemplateId | None = None,
        series_id: SeriesId | None = None,
    ) -> Standing:
        """The values set at each of `levels`, and the rows around them that have values of their own."""
        row = await self._db.fetchrow(
            """
            SELECT (SELECT jsonb_agg(jsonb_build_object(
                        'scope', scope, 'scope_id', scope_id, 'name', name, 'value', value))
                    FROM common.settings
                    JOIN unnest($2::text[], $3::bigint[]) AS wanted (scope, scope_id) USING (scope, scope_id)
                    WHERE guild_discord_id = $1) AS stored,
                   (SELECT jsonb_build_object(
                        'officer_role_ids', officer_role_ids, 'officer_channel_id', officer_channel_id)
                    FROM common.discord_config WHERE guild_discord_id = $1) AS server,
                   (SELECT definition FROM patt.templates WHERE id = $4) AS template,
                   EXISTS (SELECT FROM patt.templates WHERE id = $4 AND guild_discord_id IS NULL) AS shipped,
                   (SELECT jsonb_build_object('duration', default_duration_minutes, 'limit', total_limit,
                        'deadline', deadline_minutes)
                    FROM patt.recurring_events WHERE id = $5) AS series
            """,
            guild_id,
            [one.scope for one in levels],
            [one.id for one in levels],
            template_id,
            series_id,
        )
        assert row is not None  # noqa: S101 - a SELECT without FROM gives a row
        stored = _by_level(levels, row["stored"] or ())
        return Standing(stored, row["server"] or {}, row["template"] or {}, row["series"] or {}, shipped=row["shipped"])

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

    async def of_servers(self, names: Sequence[str]) -> Mapping[GuildId, Mapping[str, Any]]:
        """The values of these settings that servers have set for themselves."""
        rows = await self._db.fetch(
            """
            SELECT guild_discord_id, name, value FROM common.settings WHERE scope = 'server' AND name = ANY($1)
            """,
            list(names),
        )
        found: dict[GuildId, dict[str, Any]] = {}
        for row in rows:
            found.setdefault(GuildId(row["guild_discord_id"]), {})[row["name"]] = row["value"]
        return found

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

    async def copy(self, guild_id: GuildId, source: Level, level: Level) -> None:
        """Set at `level`, which has nothing yet, whatever is set at `source`."""
        await self._db.execute(
            """
            INSERT INTO common.settings (guild_discord_id, scope, scope_id, name, value)
            SELECT guild_discord_id, $4, $5, name, value FROM common.settings
            WHERE guild_discord_id = $1 AND scope = $2 AND scope_id = $3
            """,
            guild_id,
            source.scope,
            source.id,
            level.scope,
            level.id,
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

    async def forget(self, guild_id: GuildId, level: Level) -> bool:
        """Have the level inherit everything; whether it had any value of its own."""
        gone = await self._db.fetch(
            """
            DELETE FROM common.settings WHERE guild_discord_id = $1 AND scope = $2 AND scope_id = $3 RETURNING name
            """,
            guild_id,
            level.scope,
            level.id,
        )
        return bool(gone)


def _level(row: Any) -> Level:
    return Level(Scope(row["scope"]), row["scope_id"])


def _by_level(levels: Sequence[Level], rows: Sequence[Any]) -> Mapping[Level, Mapping[str, Any]]:
    found: dict[Level, dict[str, Any]] = {level: {} for level in levels}
    for row in rows:
        found[_level(row)][row["name"]] = row["value"]
    return found
