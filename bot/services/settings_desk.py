"""Settings in an officer's hand: shown with where they come from, set and reset at one level, carried as a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.clock import Clock
from bot.domain.desk import Desk
from bot.domain.event import Event
from bot.domain.ids import ChannelId, GuildId
from bot.domain.officer_rules import check_changeable
from bot.domain.panel import Past
from bot.domain.permissions import Actor, require_manager
from bot.domain.setting import SERVER, Effective, Found, Level, Scope, Setting
from bot.domain.setting_rules import Here, check_archive, check_here, check_scope, find_setting
from bot.domain.settings import (
    ALL,
    ARCHIVE,
    ARCHIVE_AFTER,
    ARCHIVE_CHANNEL,
    BY_NAME,
    DISCORD_EVENT,
    DURATION,
    LIMIT,
    OFFICER_CHANNEL,
    OFFICER_ROLES,
    RIGHTS,
    TEMP_ROLE,
    THREAD,
    VOICE_CHANNEL,
)
from bot.domain.template import OWN_FIELDS
from bot.services import archiving, places, sheets, trail, unplanned
from bot.services.officer_work import OfficerDesk
from bot.services.raids import Raids
from bot.services.series import find_series
from bot.services.settings import Around, effective, gates_of, of_server, within
from bot.services.settings_file import read_settings, write_settings
from bot.services.template_desk import TemplateDesk
from bot.services.templates import Templates
from db import Database, Session

BESIDE = frozenset({THREAD.name, DISCORD_EVENT.name, TEMP_ROLE.name, VOICE_CHANNEL.name})
"""What a raid that stands shows, or has beside it: it follows with its next redraw."""
ARCHIVING = (ARCHIVE, ARCHIVE_AFTER, ARCHIVE_CHANNEL)
GATES = OWN_FIELDS - {DURATION.name, LIMIT.name}
MOST_ENTRIES = 20


@dataclass(frozen=True)
class Target:
    """What a value is set for: `typed` names the template, series or raid as the officer typed it."""

    scope: Scope
    channel_id: ChannelId | None = None
    typed: str = ""


@dataclass(frozen=True)
class Changed:
    """A setting after it was set or reset: what holds now at that level, and where it comes from.

    The counts say whose place on a raid's sheet changed with it.
    """

    setting: Setting[Any]
    target: Target
    found: Found[Any]
    promoted: int = 0
    demoted: int = 0


@dataclass(frozen=True)
class Overview:
    """Every setting with the value that holds; `event` None for the server itself."""

    event: Event | None
    found: Sequence[tuple[Setting[Any], Found[Any]]]


class SettingsDesk:
    """The use cases behind `/settings`. Every method raises NotAnOfficer."""

    def __init__(
        self, db: Database, templates: Templates, template_desk: TemplateDesk, raids: Raids, clock: Clock
    ) -> None:
        self._db = db
        self._templates = templates
        self._template_desk = template_desk
        self._raids = raids
        self._clock = clock
        self._desk = OfficerDesk(db, templates, raids, clock)

    async def show(self, actor: Actor, typed: str | None) -> Overview:
        """What holds for a raid, or in the server. Raises UnknownEvent."""
        event = await self._raids.find(actor.guild_id, typed) if typed else None
        async with self._db.transaction() as tx:
            if event is None:
                await places.require_officer(tx, actor)
                return _overview(None, await within(tx, Around(actor.guild_id)))
            await places.require_manager(tx, actor, event)
            return _overview(event, await effective(tx, event))

    async def history(self, actor: Actor) -> Sequence[Past]:
        """What officers last changed here that is about no single raid, the latest first."""
        async with self._db.transaction() as tx:
            await places.require_officer(tx, actor)
            entries = await tx.audit.of_server(actor.guild_id, most=MOST_ENTRIES)
            return await trail.read(tx, actor.guild_id, entries, self._clock.now())

    async def put(self, actor: Actor, target: Target, name: str, typed: str, here: Here) -> Changed:
        """Set a value at one level.

        Raises UnknownSetting, NotHere, BadValue, ElsewhereInDiscord, NoArchive, what finding the target raises, and
        RaidIsOver for who may sign up to a raid that is over or was cancelled.
        """
        setting = find_setting(name)
        check_scope(setting, target.scope)
        value = setting.kind.read(typed)
        check_here(setting, value, here)
        kept = setting.kind.dump(value)
        return await self._change(actor, target, setting, {setting.name: kept})

    async def reset(self, actor: Actor, target: Target, name: str) -> Changed:
        """Have the level inherit again. Raises UnknownSetting, NotHere, NoArchive, what finding the target raises."""
        setting = find_setting(name)
        check_scope(setting, target.scope)
        return await self._change(actor, target, setting, None)

    async def export(self, actor: Actor) -> str:
        """The server's and its channels' values as JSON."""
        async with self._db.transaction() as tx:
            await places.require_officer(tx, actor)
            return write_settings(await self._stored(tx, actor.guild_id))

    async def take_in(self, actor: Actor, content: bytes, here: Here) -> int:
        """Set every value of a file; how many there are. What is not `here` is refused, but for what is set already.

        Raises NotAnAdministrator, NoArchive, and BadSettingsFile or ElsewhereInDiscord naming what is wrong; then
        nothing is written.
        """
        require_manager(actor)
        async with self._db.transaction() as tx:
            levels = read_settings(content, here.and_named_in(await self._stored(tx, actor.guild_id)))
            for level, values in levels.items():
                for name, kept in values.items():
                    await _put(tx, actor.guild_id, level, BY_NAME[name], {name: kept})
            for level, values in levels.items():
                channel_id = ChannelId(level.id) if level.id else None
                check_archive(values, await within(tx, Around(actor.guild_id, channel_id)))
            await unplanned.soon(tx, actor.guild_id, self._clock.now())
            await archiving.soon(tx, actor.guild_id, self._clock.now())
            count = sum(len(values) for values in levels.values())
            await tx.audit.note(actor.guild_id, None, actor.user_id, "settings.import", self._clock.now(), values=count)
        return count

    async def channel_gone(self, guild_id: GuildId, channel_id: ChannelId) -> None:
        """The channel was deleted: what was set for it goes, for nobody can name it to reset anything."""
        async with self._db.transaction() as tx:
            if await tx.settings.forget(guild_id, Level(Scope.CHANNEL, channel_id)):
                await unplanned.soon(tx, guild_id, self._clock.now())

    async def _stored(self, tx: Session, guild_id: GuildId) -> Mapping[Level, Mapping[str, Any]]:
        """Every value the server has set."""
        return {**await tx.settings.everything(guild_id), SERVER: await of_server(tx, guild_id)}

    async def _change(
        self, actor: Actor, target: Target, setting: Setting[Any], values: Mapping[str, Any] | None
    ) -> Changed:
        """Write `values` (None: reset) at the target's level and say what holds there then."""
        event = await self._raids.find(actor.guild_id, target.typed) if target.scope is Scope.EVENT else None
        async with self._db.transaction() as tx:
            around = await self._around(tx, actor, target, event)
            await _check_rights(tx, actor, around, event, setting)
            if target.scope is Scope.TEMPLATE:
                await self._template_desk.set_setting(tx, actor, target.typed, setting.name, values)
                around = await self._around(tx, actor, target, event)
            else:
                await _put(tx, actor.guild_id, _level(target, around, event), setting, values)
            holds = await within(tx, around, event)
            check_archive([setting.name], holds)
            moved = await self._follow(tx, actor, event, setting) if event is not None else None
            await unplanned.soon(tx, actor.guild_id, self._clock.now())
            if setting in ARCHIVING:
                await archiving.soon(tx, actor.guild_id, self._clock.now())
            await tx.audit.note(
                actor.guild_id,
                event.id if event else None,
                actor.user_id,
                "settings",
                self._clock.now(),
                scope=target.scope,
                **_where(target, around),
                setting=setting.name,
                value=values[setting.name] if values else None,
                reset=values is None,
            )
        up, down = (len(moved.promoted), len(moved.demoted)) if moved else (0, 0)
        return Changed(setting, target, holds.found(setting), up, down)

    async def _around(self, tx: Session, actor: Actor, target: Target, event: Event | None) -> Around:
        if event is not None:
            return Around(event.guild_id, event.channel_id, event.template_id, event.series_id)
        if target.scope is Scope.SERIES:
            series = await find_series(tx, actor.guild_id, target.typed)
            # A series without a channel of its own stands in the server's.
            raids = (await tx.servers.get(actor.guild_id)).raid_channel_id
            return Around(actor.guild_id, series.channel_id or raids, None, series.id)
        if target.scope is Scope.TEMPLATE:
            template_id, _ = await self._templates.named(tx, actor.guild_id, target.typed)
            return Around(actor.guild_id, None, template_id)
        return Around(actor.guild_id, target.channel_id)

    async def _follow(self, tx: Session, actor: Actor, event: Event, setting: Setting[Any]) -> Desk | None:
        """Have what already stands follow its own setting; the sheet's desk where people may have moved by it."""
        if setting.name in BESIDE:
            await tx.actions.enqueue(*sheets.show(event, self._clock.now()))
        if setting.name not in GATES:
            return None
        work = await self._desk.take(tx, actor, event.id)
        check_changeable(work.event, work.now)  # who sat in a raid that is over did sit there
        gates = gates_of(await effective(tx, event), event.guild_id)
        await tx.events.set_gates(event.id, gates)
        changed = await tx.events.get(event.id)
        assert changed is not None  # noqa: S101 - locked in this transaction
        template, sign_ups = await self._templates.of(tx, changed), await tx.sign_ups.of(event.id)
        after = Desk(event, template, sign_ups, work.desk.before)
        after.becomes(changed)
        await tx.actions.enqueue(*sheets.moved_up_and_down(after, work.now))
        return after


async def _check_rights(tx: Session, actor: Actor, around: Around, event: Event | None, setting: Setting[Any]) -> None:
    if setting.name in RIGHTS:
        require_manager(actor)
    elif event is not None:
        await places.require_manager(tx, actor, event)
    else:
        await places.require_officer_at(tx, actor, around)


def _where(target: Target, around: Around) -> Mapping[str, Any]:
    """What the trail keeps of where a value was set."""
    if target.scope is Scope.CHANNEL:
        return {"channel": str(around.channel_id)}
    if target.scope is Scope.TEMPLATE:
        return {"template": target.typed}
    return {"series": around.series_id} if target.scope is Scope.SERIES else {}


def _level(target: Target, around: Around, event: Event | None) -> Level:
    ids = {
        Scope.SERVER: 0,
        Scope.CHANNEL: around.channel_id,
        Scope.SERIES: around.series_id,
        Scope.EVENT: event.id if event else None,
    }
    return Level(target.scope, ids[target.scope] or 0)


async def _put(
    tx: Session, guild_id: GuildId, level: Level, setting: Setting[Any], values: Mapping[str, Any] | None
) -> None:
    """Set (`values`) or reset (None) at one level; two of the server's own stand where `/raid setup` writes them."""
    value = setting.kind.load(values[setting.name]) if values else setting.default
    if level == SERVER and setting is OFFICER_ROLES:
        await tx.servers.set_officer_roles(guild_id, value)
    elif level == SERVER and setting is OFFICER_CHANNEL:
        await tx.servers.set_officer_channel(guild_id, value)
    elif values is None:
        await tx.settings.reset(guild_id, level, setting.name)
    else:
        await tx.settings.put(guild_id, level, values)


def _overview(event: Event | None, holds: Effective) -> Overview:
    return Overview(event, [(one, holds.found(one)) for one in ALL])
