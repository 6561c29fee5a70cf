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

    async def lock(self, guild_id: GuildId) -> None:
        """Let nobody else change this server's own templates until the transaction ends."""
        await self._db.execute(
            "SELECT pg_advisory_xact_lock(hashtext('patt.templates'), hashtext($1::text))", str(guild_id)
        )

    async def own(self, guild_id: GuildId) -> Sequence[StoredTemplate]:
        """The server's own current templates by name."""
        rows = await self._db.fetch(
            """
            SELECT id, name, definition FROM patt.templates
            WHERE is_current AND guild_discord_id = $1 ORDER BY name
            """,
            guild_id,
        )
        return [StoredTemplate(**row) for row in rows]

    async def is_shipped(self, name: str) -> bool:
        """Whether the bot brings a template of that name."""
        return await self._db.fetchval(
            """
            SELECT EXISTS (SELECT FROM patt.templates WHERE is_current AND guild_discord_id IS NULL AND name = $1)
            """,
            name,
        )

    async def put(self, guild_id: GuildId, name: str, definition: Mapping[str, Any], digest: str) -> TemplateId:
        """Make this the server's own template of that name; raids made with an older one keep it."""
        await self.hide(guild_id, name)
        return await self._db.fetchval(
            """
            INSERT INTO patt.templates (guild_discord_id, name, definition, digest) VALUES ($1, $2, $3, $4) RETURNING id
            """,
            guild_id,
            name,
            dict(definition),
            digest,
        )

    async def hide(self, guild_id: GuildId, name: str) -> None:
        """Offer the server's own template of that name no more; its row stays for the raids made with it."""
        await self._db.execute(
            "UPDATE patt.templates SET is_current = FALSE WHERE guild_discord_id = $1 AND name = $2 AND is_current",
            guild_id,
            name,
        )

    async def series_with(self, guild_id: GuildId, name: str) -> Sequence[str]:
        """The titles of the server's running series whose sheets are of the template of that name."""
        rows = await self._db.fetch(
            """
            SELECT label FROM patt.recurring_events
            WHERE guild_discord_id = $1 AND is_active AND template_name = $2 ORDER BY label, id LIMIT 10
            """,
            guild_id,
            name,
        )
        return [row["label"] for row in rows]
