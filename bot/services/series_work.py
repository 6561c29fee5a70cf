"""A series in an officer's hand: found, locked and permitted, and what it comes to afterwards, in one transaction."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.clock import Clock
from bot.domain.event import Event
from bot.domain.ids import EventId
from bot.domain.ledger import Night
from bot.domain.permissions import Actor
from bot.domain.series import Series
from bot.domain.server import Server
from bot.services import places, series_calendar
from bot.services.series import find_series
from bot.services.series_calendar import Calendar
from db import Database, Session


@dataclass(frozen=True)
class Outcome:
    """A series after an officer's command: its next nights to raid on, and the booked raids that stand."""

    series: Series
    coming: Sequence[Night]
    standing: Sequence[Event]


@dataclass(frozen=True)
class SeriesWork:
    """One series, its row locked; `now` is the moment of the whole work."""

    tx: Session
    actor: Actor
    server: Server
    series: Series
    now: datetime

    async def calendar(self) -> Calendar:
        """The series with what is booked of it."""
        return await series_calendar.read(self.tx, self.series, self.now)

    async def save(self, **changes: Any) -> "SeriesWork":
        """Write the series with these changes; the work with it as it is now."""
        changed = replace(self.series, **changes)
        await self.tx.series.save(changed)
        return replace(self, series=changed)

    async def note(self, action: str, event_id: EventId | None = None, **details: Any) -> int:
        """Write the action into the trail; its entry's id."""
        named = {"series": self.series.id, **details}
        return await self.tx.audit.note(self.server.id, event_id, self.actor.user_id, action, self.now, **named)

    async def outcome(self) -> Outcome:
        """Plan when the next raid is booked, and what follows now."""
        calendar = await series_calendar.replan(self.tx, self.series, self.now)
        return Outcome(calendar.series, await series_calendar.coming(self.tx, calendar), calendar.standing)


class SeriesHand:
    """Hands an officer the series they mean."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    @asynccontextmanager
    async def open(self, actor: Actor, typed: str, *, ended: bool = False) -> AsyncGenerator[SeriesWork]:
        """The series meant by an id or a title, to be changed. Raises UnknownSeries, NotAnOfficer."""
        async with self._db.transaction() as tx:
            found = await find_series(tx, actor.guild_id, typed, ended=ended)
            server = await places.require_officer_of_series(tx, actor, found.channel_id)
            locked = await tx.series.lock(actor.guild_id, found.id)
            assert locked is not None  # noqa: S101 - series are ended, never deleted
            yield SeriesWork(tx, actor, server, locked, self._clock.now())
