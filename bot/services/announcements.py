"""What officers say about a raid out loud: in its thread, else in its channel."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.clock import Clock
from bot.domain.action import Action, Kind, NewAction, channel_lane
from bot.domain.errors import MusterError
from bot.domain.event import Event
from bot.domain.ids import ChannelId, UserId
from bot.domain.mirrors import units
from bot.domain.notice import takes_place
from bot.domain.permissions import Actor
from bot.services.messenger import Undeliverable
from bot.services.mirrors import event_of
from bot.services.officer_work import OfficerDesk
from bot.services.queue import Handler
from bot.services.raids import Raids
from bot.services.sheets import Sheets
from bot.services.templates import Templates
from db import Database

LONGEST = 1500


class BadAnnouncement(MusterError):
    """An announcement needs 1 to 1500 characters: the raid and whom it pings take the rest of a message."""


class NoChannel(MusterError):
    """This raid has no channel to say that in: `/raid setup channel:` sets the server's."""


class Announcer(Protocol):
    """Says it in Discord. Raises Undeliverable when trying again is pointless."""

    async def announce(
        self, channel_id: ChannelId, event: Event, text: str, rung: Sequence[UserId], nonce: str
    ) -> None:
        """Say `text` about the raid, pinging exactly `rung`; once for every nonce."""
        ...


class Announcements:
    """The use case behind `/raid announce`, and the queue's handler of it."""

    def __init__(
        self, db: Database, templates: Templates, raids: Raids, sheets: Sheets, announcer: Announcer, clock: Clock
    ) -> None:
        self._db = db
        self._desk = OfficerDesk(db, templates, raids, clock)
        self._sheets = sheets
        self._announcer = announcer
        self._clock = clock

    @property
    def handlers(self) -> Mapping[Kind, Handler]:
        """Which action is done by what."""
        return {Kind.SAY: self.say}

    async def where(self, actor: Actor, event: str) -> ChannelId:
        """Where it would be said. Raises UnknownEvent, NotAnOfficer, RaidIsOver, RaidIsCancelled, NoChannel."""
        async with self._desk.open(actor, event) as work:
            return _place(work.event)

    async def announce(self, actor: Actor, event: str, text: str, *, ring: bool) -> Event:
        """Have it said; `ring` pings whoever has a seat when it is. Raises what `where` does, and BadAnnouncement."""
        said = text.strip()
        if not said or units(said) > LONGEST:
            raise BadAnnouncement
        async with self._desk.open(actor, event) as work:
            lane = channel_lane(_place(work.event))
            payload = {"text": said, "ring": ring}
            new = NewAction(work.event.guild_id, Kind.SAY, lane, work.now, work.event.id, payload)
            await work.tx.actions.enqueue(new)
            await work.note("announce", text=said, ring=ring)
            return work.event

    async def say(self, action: Action) -> str:
        """Say it to whoever has a seat by now; a thread that is gone or closed is no reason to keep silent."""
        async with self._db.transaction() as tx:
            sheet = await self._sheets.find(tx, event_of(action))
        if sheet is None or not takes_place(sheet.event, self._clock.now()):
            return "no raid to speak of"
        seated = [one.sign_up.user_id for one in sheet.roster.seated]
        rung = [one for one in seated if one is not None] if action.payload["ring"] else []
        said = (sheet.event, str(action.payload["text"]), rung, action.nonce)
        try:
            await self._announcer.announce(_place(sheet.event), *said)
        except Undeliverable:
            if sheet.event.thread_id is None or sheet.event.channel_id is None:
                raise
            await self._announcer.announce(sheet.event.channel_id, *said)
        return "said"


def _place(event: Event) -> ChannelId:
    place = event.thread_id or event.channel_id
    if place is None:
        raise NoChannel
    return place
