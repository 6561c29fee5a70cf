"""Alerts answered: what the buttons below them do. Each is answered once, by whoever is first."""

from dataclasses import dataclass

from bot.clock import Clock
from bot.domain.action import Kind, NewAction, channel_lane
from bot.domain.alerts import Alert, Verdict, still_ahead
from bot.domain.errors import MusterError
from bot.domain.event import Event, EventStatus, UnknownEvent
from bot.domain.ids import EventId, GuildId
from bot.domain.permissions import Actor
from bot.services import places
from bot.services.deadlines import whom_to_ask
from bot.services.raids import cancel_locked
from bot.services.sheets import Sheets
from db import Database, Session
from db.alerts import Settled


class DecidedAlready(MusterError):
    """That was decided already."""


class NothingToDecide(MusterError):
    """This raid has begun or was cancelled meanwhile, so there is nothing left to decide."""


class NobodyToAsk(MusterError):
    """Nobody could be asked: the bench is empty, and nobody who signed up offers or plays what is missing."""


class NothingIsShort(MusterError):
    """Nobody needs to be asked any more: every role has the people it wants."""


@dataclass(frozen=True)
class Called:
    """The call for substitutes is on its way to so many people."""

    event: Event
    people: int


class AlertDesk:
    """The use cases behind the alerts' buttons; for officers and the raid's leader."""

    def __init__(self, db: Database, sheets: Sheets, clock: Clock) -> None:
        self._db = db
        self._sheets = sheets
        self._clock = clock

    async def cancel(self, actor: Actor, event_id: EventId, reason: str) -> Event:
        """Cancel the raid below its minimum, as `/raid cancel` does.

        Raises NotAnOfficer, UnknownEvent, DecidedAlready, NothingToDecide.
        """
        async with self._db.transaction() as tx:
            event = await self._undecided(tx, actor, event_id, Alert.MINIMUM)
            if event.status not in (EventStatus.SCHEDULED, EventStatus.IN_PROGRESS):
                raise NothingToDecide
            await self._settle(tx, actor, event, Alert.MINIMUM, Verdict.CANCELLED)
            cancelled = await cancel_locked(tx, actor, event, reason, self._clock.now(), delete=False)
            return cancelled.event

    async def keep(self, actor: Actor, event_id: EventId) -> Event:
        """Let the raid take place below its minimum.

        Raises NotAnOfficer, UnknownEvent, DecidedAlready, NothingToDecide.
        """
        async with self._db.transaction() as tx:
            event = await self._undecided(tx, actor, event_id, Alert.MINIMUM)
            if not still_ahead(event, self._clock.now()):
                raise NothingToDecide
            await self._settle(tx, actor, event, Alert.MINIMUM, Verdict.KEPT)
            await tx.audit.note(actor.guild_id, event.id, actor.user_id, "keep", self._clock.now())
            return event

    async def call_substitutes(self, actor: Actor, event_id: EventId) -> Called:
        """Have whoever could fill the short roles asked in the raid's channel, once a raid.

        Raises NotAnOfficer, UnknownEvent, DecidedAlready, NothingToDecide, NothingIsShort, NobodyToAsk.
        """
        now = self._clock.now()
        async with self._db.transaction() as tx:
            event = await self._undecided(tx, actor, event_id, Alert.SUBSTITUTES)
            if not still_ahead(event, now):
                raise NothingToDecide
            short, who = await whom_to_ask(tx, await self._sheets.read(tx, event))
            if not who:
                raise NobodyToAsk if short else NothingIsShort
            await self._settle(tx, actor, event, Alert.SUBSTITUTES, Verdict.ASKED)
            kind, lane = Kind.ASK_SUBSTITUTES, channel_lane(event.channel_id)
            await tx.actions.enqueue(NewAction(event.guild_id, kind, lane, now, event.id, dedupe=f"{kind}:{event.id}"))
            await tx.audit.note(actor.guild_id, event.id, actor.user_id, "substitutes", now, people=len(who))
            return Called(event, len(who))

    async def guild_of(self, event_id: EventId) -> GuildId:
        """The server of a raid somebody was asked about by direct message. Raises UnknownEvent."""
        async with self._db.transaction() as tx:
            event = await tx.events.get(event_id)
        if event is None:
            raise UnknownEvent
        return event.guild_id

    async def _undecided(self, tx: Session, actor: Actor, event_id: EventId, alert: Alert) -> Event:
        """The event, locked, if `actor` may decide and nobody has."""
        event = await tx.events.lock(actor.guild_id, event_id)
        if event is None:
            raise UnknownEvent
        await places.require_asked_of_raid(tx, actor, event)
        if before := await tx.alerts.settled(event_id, alert):
            raise DecidedAlready(_decided(before))
        return event

    async def _settle(self, tx: Session, actor: Actor, event: Event, alert: Alert, verdict: Verdict) -> None:
        await tx.alerts.settle(event.id, alert, verdict, actor.user_id, self._clock.now())


def _decided(before: Settled) -> str:
    """The refusal of a second press."""
    sentences = {
        Verdict.CANCELLED: f"That was decided already: <@{before.by}> cancelled the raid.",
        Verdict.KEPT: f"That was decided already: <@{before.by}> keeps the raid.",
        Verdict.ASKED: f"<@{before.by}> asked them already. Muster asks once a raid, so that nobody is pinged twice.",
    }
    return sentences[before.verdict]
