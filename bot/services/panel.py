"""The control panel: a raid read for somebody, and the trail of what officers did to it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from bot.clock import Clock
from bot.domain.errors import MusterError
from bot.domain.event import Event, UnknownEvent
from bot.domain.ids import EventId, GuildId, MessageId, PlayerId
from bot.domain.officer_rules import RaidIsOver, check_changeable
from bot.domain.panel import History, Overview, Past, everybody
from bot.domain.permissions import Actor, may_manage
from bot.services import places
from bot.services.raids import Raids
from bot.services.sheets import Sheets
from bot.services.undo import may_be_undone
from db import Database, Session
from db.audit import Entry

MOST_ENTRIES = 15


class NotASheet(MusterError):
    """That message is no raid's sheet. Use `Manage this raid` on the message with the raid's buttons."""


class Panel:
    """The reads behind `/raid show`, `Manage this raid` and the panel's buttons."""

    def __init__(self, db: Database, sheets: Sheets, raids: Raids, clock: Clock) -> None:
        self._db = db
        self._sheets = sheets
        self._raids = raids
        self._clock = clock

    async def show(self, actor: Actor, typed: str) -> Overview:
        """The raid meant by an id or a title, for anybody. Raises UnknownEvent."""
        found = await self._raids.find(actor.guild_id, typed)
        async with self._db.transaction() as tx:
            return await self._read(tx, actor, found)

    async def look(self, actor: Actor, event_id: EventId) -> Overview:
        """The raid, for an officer. Raises NotAnOfficer, UnknownEvent."""
        async with self._db.transaction() as tx:
            return await self._read(tx, actor, await _managed(tx, actor, event_id))

    async def at(self, actor: Actor, message_id: MessageId) -> Overview:
        """The raid whose sheet is that message, for an officer. Raises NotAnOfficer, NotASheet."""
        async with self._db.transaction() as tx:
            event = await tx.events.with_sheet(actor.guild_id, message_id)
            if event is None:
                raise NotASheet
            await places.require_manager(tx, actor, event)
            return await self._read(tx, actor, event)

    async def history(self, actor: Actor, event_id: EventId) -> History:
        """The last fifteen actions of the raid's trail, for an officer. Raises NotAnOfficer, UnknownEvent."""
        async with self._db.transaction() as tx:
            event = await _managed(tx, actor, event_id)
            entries = await tx.audit.latest(actor.guild_id, event_id, most=MOST_ENTRIES)
            names = await _names(tx, actor.guild_id, entries)
        return History(event, [_past(one, names, self._clock.now()) for one in entries])

    async def _read(self, tx: Session, actor: Actor, event: Event) -> Overview:
        officer = may_manage(actor, await places.of_raid(tx, event), event)
        sheet = await self._sheets.read(tx, event)
        own = next((one for one in everybody(sheet) if one.sign_up.user_id == actor.user_id), None)
        return Overview(sheet, officer, _changeable(event, self._clock.now()), own)


async def _managed(tx: Session, actor: Actor, event_id: EventId) -> Event:
    """The raid of the officer's server. Raises UnknownEvent, NotAnOfficer."""
    event = await tx.events.get(event_id)
    if event is None or event.guild_id != actor.guild_id:
        raise UnknownEvent
    await places.require_manager(tx, actor, event)
    return event


def _changeable(event: Event, now: datetime) -> bool:
    try:
        check_changeable(event, now)
    except RaidIsOver:
        return False
    return True


def _past(entry: Entry, names: Mapping[PlayerId, str], now: datetime) -> Past:
    player_id = _about(entry)
    return Past(
        entry.id,
        entry.actor_id,
        entry.action,
        entry.details,
        entry.at,
        undone=entry.undone_at is not None,
        name=names.get(player_id) if player_id else None,
        undoable=may_be_undone(entry, now),
    )


def _about(entry: Entry) -> PlayerId | None:
    """Whom the entry is about, if it is about one person."""
    sign_up: Mapping[str, Any] = entry.details.get("after") or entry.details.get("before") or {}
    found: object = sign_up.get("player_id") or entry.details.get("player")
    return PlayerId(found) if isinstance(found, int) else None


async def _names(tx: Session, guild_id: GuildId, entries: Iterable[Entry]) -> Mapping[PlayerId, str]:
    wanted = {player_id for one in entries if (player_id := _about(one))}
    found = [await tx.people.get(guild_id, player_id) for player_id in sorted(wanted)]
    return {one.id: one.name for one in found if one}
