"""A raid in an officer's hand: found, locked and read, and written with everything that follows, in one transaction."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.clock import Clock
from bot.domain.desk import Desk
from bot.domain.event import Event, SheetKind, UnknownEvent
from bot.domain.ids import EventId
from bot.domain.notice import Notice
from bot.domain.officer_rules import check_changeable
from bot.domain.permissions import Actor
from bot.domain.roster import SignUp
from bot.domain.server import Server
from bot.domain.template import Template
from bot.services import places, sheets
from bot.services.raids import Raids
from bot.services.templates import Templates
from db import Database, Session


@dataclass(frozen=True)
class Work:
    """One raid, its row locked, with its desk; `now` is the moment of the whole work."""

    tx: Session
    actor: Actor
    server: Server
    desk: Desk
    now: datetime

    @property
    def event(self) -> Event:
        """The raid as it is by now."""
        return self.desk.event

    @property
    def template(self) -> Template:
        """What the raid was made with."""
        return self.desk.template

    async def note(self, action: str, **details: Any) -> int:
        """Write the action into the trail; its entry's id."""
        return await self.tx.audit.note(
            self.actor.guild_id, self.event.id, self.actor.user_id, action, self.now, **details
        )

    async def write(self, notice: Notice | None = None, member: SignUp | None = None) -> None:
        """Write what changed on the sheet, have it drawn anew, and tell `member` and whoever moved up or down.

        On Raid-Helper's sheet it is written there, too, and Raid-Helper says who moves up. Officers are not told what
        they did themselves.
        """
        await self.tx.sign_ups.remove(self.event.id, self.desk.removed)
        await self.tx.sign_ups.put(self.event.id, self.desk.changed, "officer")
        follows = sheets.brought if self.event.sheet is SheetKind.RAID_HELPER else sheets.moved_up_and_down
        await self.tx.actions.enqueue(*follows(self.desk, self.now))
        if notice and member and member.user_id != self.actor.user_id:
            await self.tx.actions.enqueue(*sheets.tell(self.event, notice, member, self.now))


class OfficerDesk:
    """Hands an officer the raid they mean."""

    def __init__(self, db: Database, templates: Templates, raids: Raids, clock: Clock) -> None:
        self._db = db
        self._templates = templates
        self._raids = raids
        self._clock = clock

    @asynccontextmanager
    async def open(self, actor: Actor, typed: str) -> AsyncGenerator[Work]:
        """The raid meant by `typed`. Raises UnknownEvent, NotAnOfficer, NotYourRaid, RaidIsOver, RaidIsCancelled."""
        found = await self._raids.find(actor.guild_id, typed)
        async with self._db.transaction() as tx:
            work = await self.take(tx, actor, found.id)
            check_changeable(work.event, work.now)
            yield work

    async def take(self, tx: Session, actor: Actor, event_id: EventId) -> Work:
        """The raid of that id in `tx`, whatever became of it. Raises UnknownEvent, NotAnOfficer, NotYourRaid."""
        event = await tx.events.lock(actor.guild_id, event_id)
        if event is None:
            raise UnknownEvent
        await places.require_manager(tx, actor, event)
        server = await tx.servers.get(actor.guild_id)
        desk = Desk(event, await self._templates.of(tx, event), await tx.sign_ups.of(event.id))
        return Work(tx, actor, server, desk, self._clock.now())
