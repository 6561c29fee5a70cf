"""A series with what is booked of it and what it leaves out, and when its next raid is booked.

Usually the raid before books the next one, ten minutes after its start. Where no raid will (the series has a post
time, rested, or its last raid was skipped), `book_at` of the series is the moment; `replan` is called after whatever
changes it, and after each booking.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.domain.event import Event, EventStatus
from bot.domain.ledger import Fate, Night, ledger, marked
from bot.domain.nights import booking_moment, next_unbooked
from bot.domain.recurrence import Occurrence
from bot.domain.series import BOOKING_DELAY, Exceptions, Series, next_occurrence
from db import Session

A_FEW = 4
"""Nights that every answer about a series names."""
LOOK = 130
"""Nights one looks ahead for them: more than two years of weeks."""
MARGIN = timedelta(days=2)
"""More than local days and long raids can make of the days around now."""


@dataclass(frozen=True)
class Calendar:
    """A series as it stands at `now`. `raids` are those for days that may not be over, whatever became of them."""

    series: Series
    now: datetime
    latest: Event | None
    raids: Sequence[Event]
    exceptions: Exceptions

    @property
    def latest_night(self) -> Occurrence | None:
        """The last night that has its raid, by the series' own days."""
        if self.latest is None or self.latest.occurrence is None:
            return None
        return Occurrence(self.latest.occurrence, self.latest.starts_at)

    @property
    def booked(self) -> frozenset[date]:
        """The days that have their raid, a cancelled one too."""
        return frozenset(one.occurrence for one in self.raids if one.occurrence)

    @property
    def standing(self) -> Sequence[Event]:
        """The booked raids that have not started and were not cancelled, soonest first."""
        ahead = [one for one in self.raids if one.starts_at > self.now and one.status is EventStatus.SCHEDULED]
        return sorted(ahead, key=lambda one: one.starts_at)

    @property
    def next_night(self) -> Occurrence | None:
        """The soonest night that is to be booked still; None while the series rests."""
        return next_unbooked(self.series, self.now, self.latest_night, self.booked, self.exceptions)

    @property
    def book_at(self) -> datetime | None:
        """When the next night is booked, never before now; None when the raid before does it, or nothing follows."""
        night = self.next_night
        if night is None or self._follows_by_itself(night):
            return None
        return max(self.now, booking_moment(self.series, night))

    def _follows_by_itself(self, night: Occurrence) -> bool:
        """Whether the latest raid will book that night when it has started."""
        latest = self.latest
        if self.series.post or latest is None or latest.occurrence is None:
            return False
        at = latest.starts_at + BOOKING_DELAY
        if latest.status is EventStatus.CANCELLED or latest.successor_id or at <= self.now:
            return False
        moved_before = night.day in self.exceptions.moved and booking_moment(self.series, night) < at
        follows = next_occurrence(self.series, latest.occurrence, latest.starts_at, self.exceptions)
        return follows == night and not moved_before


async def read(tx: Session, series: Series, now: datetime) -> Calendar:
    """The series' calendar; its work does not grow with its past."""
    since = now.date() - series.rule.step - MARGIN
    latest_id = await tx.bookings.latest(series.id)
    return Calendar(
        series,
        now,
        await tx.events.get(latest_id) if latest_id else None,
        await tx.events.of_series(series.id, since),
        await tx.series.exceptions(series, since),
    )


async def replan(tx: Session, series: Series, now: datetime) -> Calendar:
    """Write when the next raid of the series, whose row the caller has locked, is booked; its calendar."""
    calendar = await read(tx, series, now)
    if calendar.book_at != series.book_at:
        await tx.series.book_at(series.id, calendar.book_at)
    return replace(calendar, series=replace(series, book_at=calendar.book_at))


async def nights(tx: Session, calendar: Calendar, count: int) -> Sequence[Night]:
    """The next nights and what becomes of each, soonest first."""
    return marked(calendar.series, await _ledger(tx, calendar, count))


async def coming(tx: Session, calendar: Calendar) -> Sequence[Night]:
    """The next four nights on which people raid."""
    raided = [one for one in await _ledger(tx, calendar, LOOK) if one.raided and one.start > calendar.now]
    return marked(calendar.series, raided[:A_FEW])


async def _ledger(tx: Session, calendar: Calendar, count: int) -> Sequence[Night]:
    failures = await tx.bookings.failures([one.id for one in calendar.raids])
    latest, series = calendar.latest_night, calendar.series
    listed = ledger(series, calendar.now, latest, calendar.raids, calendar.exceptions, failures, count)
    missed = await _missed(tx, calendar)
    return [replace(one, fate=Fate.MISSED) if one.fate is Fate.PLANNED and one.day == missed else one for one in listed]


async def _missed(tx: Session, calendar: Calendar) -> date | None:
    """The night whose moment to be booked has gone by, so that only an officer's word books it."""
    series, night, latest = calendar.series, calendar.next_night, calendar.latest
    if night is None:
        return None
    if series.book_at is not None:  # then the next night is thought of; where officers are asked, they may answer yet
        return night.day if series.book_at > night.start and not series.confirm else None
    if latest is None or latest.starts_at > calendar.now:
        return None
    return night.day if await tx.bookings.is_missed(latest.id) else None
