"""Templates: `patt.templates`. A row is never changed, so a template's id says all about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.ids import GuildId, TemplateId
from db.rows import Connection


@dataclass(frozen=True)
class StoredTemplate:
    """A template's row; `definition` is what `bot.domain.template.read_template` reads."""

    id: TemplateId
    name: str
    definition: Mapping[str, Any]


class TemplateRepository:
    """Reads templates, a server's own before the shipped ones, and writes new versions."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def get(self, template_id: TemplateId) -> StoredTemplate | None:
        """The template, current or not."""
        row = await self._db.fetchrow("SELECT id, name, definition FROM patt.templates WHERE id = $1", template_id)
        return StoredTemplate(**row) if row else None

    async def current(self, guild_id: GuildId) -> Sequence[StoredTemplate]:
        """What the server can choose from, by name; its own template hides a shipped one of that name."""
        rows = await self._db.fetch(
            """
            SELECT DISTINCT ON (name) id, name, definition FROM patt.templates
            WHERE is_current AND (guild_discord_id = $1 OR guild_discord_id IS NULL)
            ORDER BY name, guild_discord_id NULLS LAST
            """,
            guild_id,
        )
        return [StoredTemplate(**row) for row in rows]

    async def current_id(self, guild_id: GuildId, name: str) -> TemplateId | None:
        """The id of the server's template of that name, its own first; None when there is none."""
        return await self._db.fetchval(
            """
            SELECT id FROM patt.templates
            WHERE is_current AND name = $2 AND (guild_discord_id = $1 OR guild_discord_id IS NULL)
            ORDER BY guild_discord_id NULLS LAST LIMIT 1
            """,
            guild_id,
            name,
        )

    async def ship(self, name: str, definition: Mapping[str, Any], digest: str) -> None:
        """Make this the shipped template of that name; events made with an older one keep it."""
        await self._db.execute("SELECT pg_advisory_xact_lock(hashtext('patt.templates'))")
        await self._db.execute(
            """
            UPDATE patt.templates SET is_current = FALSE
            WHERE guild_discord_id IS NULL AND name = $1 AND is_current AND digest <> $2
            """,
            name,
            digest,
        )
        await self._db.execute(
            """
            INSERT INTO patt.templates (name, definition, digest) VALUES ($1, $2, $3)
            ON CONFLICT (coalesce(guild_discord_id, 0), name) WHERE is_current DO NOTHING
            """,
            name,
            dict(definition),
            digest,
        )
