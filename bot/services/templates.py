"""Templates: the shipped ones and a server's own, read once each because their rows never change."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from bot.domain.errors import MusterError
from bot.domain.event import Event, SheetKind
from bot.domain.gates import Gates
from bot.domain.ids import GuildId, TemplateId
from bot.domain.template import Template, read_template
from bot.domain.template_file import read_file
from db import Database, Session
from db.templates import StoredTemplate

SHIPPED = Path(__file__).resolve().parent.parent / "templates"


class UnknownTemplate(MusterError):
    """There is no such template. Pick one from the list that appears while you type."""


class Templates:
    """Finds templates; one read from the database is kept, because its row says the same for ever."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._read: dict[TemplateId, Template] = {}

    async def ship(self) -> None:
        """Bring the shipped files into the database."""
        for definition in _shipped().values():
            digest = hashlib.sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest()
            async with self._db.transaction() as tx:
                await tx.templates.ship(str(definition["name"]), definition, digest)

    async def of(self, tx: Session, event: Event) -> Template:
        """The template an event was made with; one written by hand without any has its server's default.

        While its sheet stands on Raid-Helper our rules for signing up do not hold: who sits there is said there.
        """
        template = await self._made_with(tx, event)
        if event.sheet is SheetKind.RAID_HELPER:
            return replace(template, gates=Gates())
        return replace(template, gates=event.gates) if event.gates else template

    async def _made_with(self, tx: Session, event: Event) -> Template:
        if event.template_id is not None:
            return await self.by_id(tx, event.template_id)
        server = await tx.servers.get(event.guild_id)
        return (await self.named(tx, event.guild_id, server.default_template))[1]

    async def named(self, tx: Session, guild_id: GuildId, name: str) -> tuple[TemplateId, Template]:
        """The server's current template of that name. Raises UnknownTemplate."""
        template_id = await tx.templates.current_id(guild_id, name.strip())
        if template_id is None:
            raise UnknownTemplate
        return template_id, await self.by_id(tx, template_id)

    async def choices(self, guild_id: GuildId, typed: str) -> list[tuple[str, str]]:
        """Up to 25 templates whose title or name holds `typed`, as (title, name)."""
        async with self._db.transaction() as tx:
            stored = await tx.templates.current(guild_id)
        titles = Counter(title for _, title in _titled(stored))
        # A copy may have its original's title: then the name tells them apart.
        known = [(f"{title} ({one.name})" if titles[title] > 1 else title, one.name) for one, title in _titled(stored)]
        return [one for one in known if typed.casefold() in f"{one[0]} {one[1]}".casefold()][:25]

    async def by_id(self, tx: Session, template_id: TemplateId) -> Template:
        """The template, current or not. Raises UnknownTemplate."""
        if template_id not in self._read:
            stored = await tx.templates.get(template_id)
            if stored is None:
                raise UnknownTemplate
            self._read[template_id] = read_template(stored.definition)
        return self._read[template_id]


async def stored_of(tx: Session, event: Event) -> StoredTemplate | None:
    """The row of the template an event was made with, or of its server's default."""
    template_id = event.template_id
    if template_id is None:
        server = await tx.servers.get(event.guild_id)
        template_id = await tx.templates.current_id(event.guild_id, server.default_template)
    return await tx.templates.get(template_id) if template_id else None


def _titled(stored: Iterable[StoredTemplate]) -> Iterator[tuple[StoredTemplate, str]]:
    return ((one, str(one.definition["title"])) for one in stored)


@cache
def _shipped() -> Mapping[str, dict[str, Any]]:
    """The shipped definitions by name, each checked."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(SHIPPED.glob("*.json"))]
    return {read_file(text).name: json.loads(text) for text in texts}
