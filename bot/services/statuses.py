"""Statuses: a raid starts and ends by itself, and so do rows that were written by hand."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.clock import Clock
from bot.domain.action import Action, Kind, NewAction
from bot.domain.event import Event, EventStatus, SheetKind
from bot.domain.ids import EventId
from bot.domain.status import boundaries, steps, worth_redrawing
from bot.services import archiving, sheets
from bot.services.queue import Handler
from bot.services.settings import effective
from db import Database, Session

log = logging.getLogger(__name__)


class Statuses:
    """The queue's handler of starts and ends."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    @property
    def handlers(self) -> Mapping[Kind, Handler]:
        """Which action is done by what."""
        return {Kind.CHANGE_STATUS: self.change}

    async def change(self, action: Action) -> str:
        """Bring the raid's status to where the clock is, step by step; after a pause that may be two at once."""
        now = self._clock.now()
        async with self._db.transaction() as tx:
            event = await tx.events.lock(action.guild_id, action.event_id) if action.event_id else None
            passed = steps(event, now) if event else ()
            if event and event.status is EventStatus.CANCELLED and now >= event.ends_at:
                await tx.told.clear(event.id)  # nobody can bring it back any more
            for status in passed:
                assert event is not None  # noqa: S101 - no steps without it
                event = replace(event, status=status)
                await _enter(tx, event, now)
        return ", ".join(passed) or "nothing to change"


async def _enter(tx: Session, event: Event, now: datetime) -> None:
    """Write the raid's new status, and enqueue what it brings with it."""
    await tx.events.set_status(event.id, event.status)
    if event.sheet is SheetKind.NATIVE and worth_redrawing(event, now):
        await sheets.refresh(tx, event, now)
    if event.status is EventStatus.COMPLETED:
        await tx.told.clear(event.id)
        if later := archiving.planned(event, await effective(tx, event)):
            await tx.actions.enqueue(later)


def planned(event: Event) -> Sequence[NewAction]:
    """The changes of status that lie ahead of a raid, or that were missed."""
    return [_at(event, moment) for moment in boundaries(event)]


def _at(event: Event, moment: datetime) -> NewAction:
    kind = Kind.CHANGE_STATUS
    dedupe = f"{kind}:{event.id}:{int(moment.timestamp())}"
    return NewAction(event.guild_id, kind, event_lane(event.id), moment, event.id, dedupe=dedupe)


def event_lane(event_id: EventId) -> str:
    """The lane of what becomes of one raid."""
    return f"event:{event_id}"
