"""Templates of a server's own: shown, copied, edited, deleted, carried as files."""

import asyncio
import hashlib
import json
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.clock import Clock
from bot.domain import template_lines as lines
from bot.domain.emoji import custom_id
from bot.domain.errors import MusterError
from bot.domain.ids import GuildId, UserId
from bot.domain.json_values import Garbled, JsonObject
from bot.domain.permissions import Actor, require_manager
from bot.domain.setting_rules import check_here
from bot.domain.settings import BY_NAME, RIGHTS
from bot.domain.template import BadTemplate, Template
from bot.domain.template_edit import BadEdit, ServerRoles, TemplateWish, edited, known_roles
from bot.domain.template_file import definition_of, located, read_file
from bot.raid_helper.budget import Purpose
from bot.raid_helper.client import RaidHelper
from bot.raid_helper.templates import read_export, template_from
from bot.services import places
from bot.services.emoji_book import EmojiBook, require_shown
from bot.services.raids import NoRaidHelperKey
from bot.services.secrets import SecretBox
from bot.services.template_files import Exported, export, read_text
from bot.services.templates import Templates, UnknownTemplate
from db import Database, Session
from db.templates import StoredTemplate

MOST_TEMPLATES = 50
LONGEST_NAME = 50
LONGEST_LINES = 4000
"""Characters of one field of a form."""
MOST_DRAFTS = 100
_EVENT_ID = re.compile(r"[0-9]{6,20}$", re.ASCII)


class NoDraft(MusterError):
    """I no longer have what you typed: I was restarted, or it is long ago. `/template create` opens a new form."""


class TooLongForForm(MusterError):
    """That template is too long for a form. Take a copy of it (`/template copy`), or change its file."""


class TooManyTemplates(MusterError):
    """This server has 50 templates of its own already. Delete one that nobody uses: `/template delete`."""


class NameTaken(MusterError):
    """There is a template of that name already. Choose another name, or change that one: `/template edit`."""


class BadName(MusterError):
    """A template's name has 1 to 50 characters, such as "heroic"."""


class NotOwn(MusterError):
    """That template comes with Muster, so it cannot be deleted."""


class InUse(MusterError):
    """That template is still in use, so it cannot be deleted."""


class NoEventId(MusterError):
    """A Raid-Helper event's id is the number of its message: copy the message's link, or the id it ends with."""


class NothingToChange(MusterError):
    """Say what to change: each thing a template has is an option of `/template edit`, such as `limit` or `answers`."""


class NothingToImport(MusterError):
    """Give either a `file` (from `/template export`, or a Raid-Helper event's JSON) or a Raid-Helper `event_id`."""


@dataclass(frozen=True)
class Offered:
    """What a server can choose from, by name: its own, the shipped ones those do not hide, and the default's name."""

    own: Sequence[Template]
    shipped: Sequence[Template]
    default: str


@dataclass(frozen=True)
class Typed:
    """What an officer wrote into the form for a new template."""

    name: str
    title: str
    emoji: str
    roles: str
    classes: str


Drafts = OrderedDict[tuple[GuildId, UserId], Typed]


class TemplateDesk:
    """The use cases behind `/template`, for officers. Every method raises NotAnOfficer.

    A template's row never changes: an edit is a new row, and a raid keeps the one it was made with.
    """

    def __init__(
        self,
        db: Database,
        templates: Templates,
        raid_helper: RaidHelper,
        secrets: SecretBox,
        emoji: EmojiBook,
        clock: Clock,
    ) -> None:
        self._db = db
        self._templates = templates
        self._raid_helper = raid_helper
        self._secrets = secrets
        self._emoji = emoji
        self._clock = clock
        self._drafts: Drafts = OrderedDict()

    async def offered(self, actor: Actor) -> Offered:
        """What the server can choose from."""
        async with self._db.transaction() as tx:
            default = await _default_for_officers(tx, actor)
            own = {one.name for one in await tx.templates.own(actor.guild_id)}
            found = [
                await self._by_name(tx, actor.guild_id, one.name) for one in await tx.templates.current(actor.guild_id)
            ]
        return Offered(
            [one for one in found if one.name in own], [one for one in found if one.name not in own], default
        )

    async def show(self, actor: Actor, name: str) -> Template:
        """The server's template of that name. Raises UnknownTemplate."""
        async with self._db.transaction() as tx:
            await _default_for_officers(tx, actor)
            return await self._by_name(tx, actor.guild_id, name)

    async def export(self, actor: Actor, name: str, *, discord_roles: bool) -> Exported:
        """The template as a file. Raises UnknownTemplate."""
        return export(await self.show(actor, name), discord_roles=discord_roles)

    async def copy(self, actor: Actor, name: str, new_name: str, title: str | None) -> Template:
        """Write a template down under a new name. Raises UnknownTemplate, BadName, NameTaken, TooManyTemplates."""
        async with self._db.transaction() as tx:
            await self._begin(tx, actor)
            template = await self._by_name(tx, actor.guild_id, name)
            called = check_name(new_name)
            await _require_free(tx, actor.guild_id, called)
            copied = replace(template, name=called, title=(title or called).strip())
            return await self._store(tx, actor, copied, "template.copy", of=template.name)

    async def like(self, actor: Actor, name: str) -> Typed:
        """The form as it would be typed for a template like this one. Raises UnknownTemplate, TooLongForForm."""
        template = await self.show(actor, name)
        roles, classes = lines.write_roles(template.roles), lines.write_classes(template.classes)
        if max(len(roles), len(classes)) > LONGEST_LINES:
            raise TooLongForForm
        return Typed("", template.title, template.emoji, roles, classes)

    async def create(self, actor: Actor, typed: Typed) -> Template:
        """Write a template down as typed. Raises BadTemplate with the line, BadName, NameTaken, TooManyTemplates.

        What was refused is kept for `draft`, in memory, so that nobody has to type it twice.
        """
        await self.check(actor)
        self._drafts[actor.guild_id, actor.user_id] = typed
        if len(self._drafts) > MOST_DRAFTS:
            self._drafts.popitem(last=False)
        template = lines.read_lines(check_name(typed.name), typed.title, typed.emoji, typed.roles, typed.classes)
        try:
            await require_shown(self._emoji, actor.guild_id, template)
        except BadTemplate as error:
            raise lines.located(error, typed.roles, typed.classes) from None
        async with self._db.transaction() as tx:
            await self._begin(tx, actor)
            await _require_free(tx, actor.guild_id, template.name)
            created = await self._store(tx, actor, template, "template.create")
        self._drafts.pop((actor.guild_id, actor.user_id), None)
        return created

    def draft(self, actor: Actor) -> Typed:
        """What the officer typed last and was refused. Raises NoDraft."""
        found = self._drafts.get((actor.guild_id, actor.user_id))
        if found is None:
            raise NoDraft
        return found

    async def edit(self, actor: Actor, name: str, wish: TemplateWish, roles: ServerRoles) -> Template:
        """Change a template from the next raid on; a shipped one becomes the server's own.

        Raises UnknownTemplate, NothingToChange, TooManyTemplates, and what `edited` raises for a mistyped option.
        """
        await self.check(actor)
        if wish.emoji and (emoji := custom_id(wish.emoji)) and emoji not in await self._emoji.usable(actor.guild_id):
            raise BadEdit("`emoji`: sheets here can show the usual ones, such as 🛡️, and this server's own.")
        async with self._db.transaction() as tx:
            await self._begin(tx, actor)
            before = await self._by_name(tx, actor.guild_id, name)
            if wish == TemplateWish():
                raise NothingToChange
            template = edited(before, wish, roles)
            return await self._store(tx, actor, template, "template.edit")

    async def set_setting(
        self, tx: Session, actor: Actor, name: str, setting: str, values: Mapping[str, Any] | None
    ) -> Template:
        """Set (`values`) or reset (None) what raids of a template inherit, from the next raid on; it becomes own.

        Raises UnknownTemplate, TooManyTemplates.
        """
        await self._begin(tx, actor)
        before = await self._by_name(tx, actor.guild_id, name)
        others = {one: kept for one, kept in before.settings.items() if one != setting}
        return await self._store(tx, actor, replace(before, settings={**others, **(values or {})}), "template.edit")

    async def delete(self, actor: Actor, name: str) -> str | None:
        """Offer an own template no more; the title of the shipped one that is back in its place, if there is one.

        Raises UnknownTemplate, NotOwn, and InUse while the server's default or a running series would lose it.
        """
        async with self._db.transaction() as tx:
            default = await self._begin(tx, actor)
            template = await self._by_name(tx, actor.guild_id, name)
            if template.name not in {one.name for one in await tx.templates.own(actor.guild_id)}:
                raise NotOwn
            # Behind a shipped template's name another one stands ready, so nobody loses anything.
            shipped = await tx.templates.is_shipped(template.name)
            if not shipped:
                await _require_unused(tx, actor.guild_id, template.name, default)
            await tx.templates.hide(actor.guild_id, template.name)
            await self._note(tx, actor, "template.delete", template.name)
            return (await self._by_name(tx, actor.guild_id, template.name)).title if shipped else None

    async def set_default(self, actor: Actor, name: str) -> Template:
        """Have raids without a template of their own use this one. Raises UnknownTemplate."""
        async with self._db.transaction() as tx:
            await self._begin(tx, actor)
            template = await self._by_name(tx, actor.guild_id, name)
            await tx.servers.set_default_template(actor.guild_id, template.name)
            await self._note(tx, actor, "template.default", template.name)
            return template

    async def import_file(
        self, actor: Actor, content: bytes, roles: ServerRoles, name: str | None, *, replacing: bool
    ) -> Template:
        """Write a file's template down, under `name` when given.

        Raises BadTemplate with the line, NotAnAdministrator for hosts it names, ElsewhereInDiscord, and `create`'s.
        """
        await self.check(actor)
        text = read_text(content)
        # A whole second for the largest file: clicks go on meanwhile.
        template = await asyncio.to_thread(lambda: read_export(text) or read_file(text))
        try:
            await require_shown(self._emoji, actor.guild_id, template)
        except BadTemplate as error:
            raise located(text, error) from None
        return await self._take_in(actor, template, roles, name, replacing=replacing)

    async def import_event(
        self, actor: Actor, event_id: str, roles: ServerRoles, name: str | None, *, replacing: bool
    ) -> Template:
        """Write down the template of a Raid-Helper event, by its id or its message's link.

        Raises NoRaidHelperKey, RaidHelperError, BadTemplate, and `import_file`'s.
        """
        wanted = _EVENT_ID.search(event_id.strip())
        async with self._db.transaction() as tx:
            await _default_for_officers(tx, actor)
            key = self._secrets.open((await tx.servers.get(actor.guild_id)).raid_helper_key)
        if key is None:
            raise NoRaidHelperKey("This server has no Raid-Helper key yet: `/raidhelper connect` takes one.")
        if wanted is None:
            raise NoEventId
        event = await self._raid_helper.server(actor.guild_id, key, Purpose.IMPORT).fetch_event(wanted[0])
        return await self._take_in(actor, template_from(event), roles, name, replacing=replacing)

    async def _take_in(
        self, actor: Actor, template: Template, roles: ServerRoles, name: str | None, *, replacing: bool
    ) -> Template:
        called = check_name(name or template.name)
        template = replace(template, name=called, gates=known_roles(template.gates, roles))
        async with self._db.transaction() as tx:
            await self._begin(tx, actor)
            if not replacing:
                await _require_free(tx, actor.guild_id, called)
            await _check_settings(tx, actor, template, roles)
            return await self._store(tx, actor, template, "template.import")

    async def check(self, actor: Actor) -> None:
        """Raise NotAnOfficer for who may not write templates: before a form is opened."""
        async with self._db.transaction() as tx:
            await _default_for_officers(tx, actor)

    async def _begin(self, tx: Session, actor: Actor) -> str:
        """Refuse everybody but officers, then let one change of this server's templates wait for the other."""
        await _default_for_officers(tx, actor)
        await tx.templates.lock(actor.guild_id)
        return (await tx.servers.get(actor.guild_id)).default_template

    async def _by_name(self, tx: Session, guild_id: GuildId, name: str) -> Template:
        return (await self._templates.named(tx, guild_id, await _spelled(tx, guild_id, name)))[1]

    async def _store(self, tx: Session, actor: Actor, template: Template, action: str, **details: str) -> Template:
        own = {one.name for one in await tx.templates.own(actor.guild_id)}
        if template.name not in own and len(own) >= MOST_TEMPLATES:
            raise TooManyTemplates
        definition = definition_of(template)
        digest = hashlib.sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest()
        await tx.templates.put(actor.guild_id, template.name, definition, digest)
        await self._note(tx, actor, action, template.name, **details)
        return await self._by_name(tx, actor.guild_id, template.name)

    async def _note(self, tx: Session, actor: Actor, action: str, name: str, **details: str) -> None:
        now = self._clock.now()
        await tx.audit.note(actor.guild_id, None, actor.user_id, action, now, template=name, **details)


async def _check_settings(tx: Session, actor: Actor, template: Template, roles: ServerRoles) -> None:
    """Raise what `/settings template` would for the settings that a file changes."""
    own = await tx.templates.own(actor.guild_id)
    before = [one.definition for one in own if one.name == template.name]
    stands: Mapping[str, Any] = before[0].get("settings", {}) if before else {}
    for name in template.settings.keys() | stands.keys():
        if name in RIGHTS and template.settings.get(name) != stands.get(name):
            require_manager(actor)
    for name, kept in template.settings.items():
        check_here(BY_NAME[name], BY_NAME[name].kind.load(kept), roles.here)


def check_name(typed: str) -> str:
    """A template's name, white space folded. Raises BadName."""
    try:
        return JsonObject({"name": " ".join(typed.split())}).text("name", longest=LONGEST_NAME)
    except Garbled:
        raise BadName from None


async def _default_for_officers(tx: Session, actor: Actor) -> str:
    """The name of the server's default template, for its officers. Raises NotAnOfficer."""
    return (await places.require_officer(tx, actor)).default_template


async def _spelled(tx: Session, guild_id: GuildId, typed: str) -> str:
    """The name as it is written down, whatever its capitals and spaces. Raises UnknownTemplate."""
    wanted = " ".join(typed.split())
    found = await tx.templates.current(guild_id)
    names = [one.name for one in found if one.name == wanted] or _alike(found, wanted)
    if not names:
        raise UnknownTemplate
    return names[0]


def _alike(stored: Sequence[StoredTemplate], wanted: str) -> list[str]:
    return [one.name for one in stored if one.name.casefold() == wanted.casefold()]


async def _require_free(tx: Session, guild_id: GuildId, name: str) -> None:
    if _alike(await tx.templates.current(guild_id), name):
        raise NameTaken


async def _require_unused(tx: Session, guild_id: GuildId, name: str, default: str) -> None:
    if name == default:
        raise InUse("That template is this server's default. Choose another first: `/template default`.")
    if labels := await tx.templates.series_with(guild_id, name):
        named = ", ".join(f'"{label[:100]}"' for label in labels)
        raise InUse(f"These series still raid with that template: {named}. End them or give them another first.")
