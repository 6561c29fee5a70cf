"""The control panel: a raid read for somebody, and the trail of what officers did to it."""

from datetime import datetime

from bot.clock import Clock
from bot.domain.errors import MusterError
from bot.domain.event import Event, UnknownEvent
from bot.domain.ids import EventId, MessageId
from bot.domain.officer_rules import RaidIsOver, check_changeable
from bot.domain.panel import History, Overview, everybody
from bot.domain.permissions import Actor, may_manage
from bot.services import places, trail
from bot.services.raids import Raids
from bot.services.sheets import Sheets
from db import Database, Session

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

    async def history(self, actor: Actor, event_id: EventId, before: int | None = None) -> History:
        """The last fifteen actions of the raid's trail, for an officer; `before`: older than the entry of that id.

        Raises NotAnOfficer, UnknownEvent.
        """
        async with self._db.transaction() as tx:
            event = await _managed(tx, actor, event_id)
            entries = await tx.audit.latest(actor.guild_id, event_id, most=MOST_ENTRIES + 1, before=before)
            actions = await trail.read(tx, actor.guild_id, entries[:MOST_ENTRIES], self._clock.now())
            return History(event, actions, past=before is not None, older=len(entries) > MOST_ENTRIES)

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
