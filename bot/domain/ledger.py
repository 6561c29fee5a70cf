"""A series' ledger: what becomes, as far as is known, of each of its next nights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import islice, pairwise

from bot.domain.event import Event, EventStatus
from bot.domain.ids import UserId
from bot.domain.nights import nights
from bot.domain.recurrence import LAST_DAY, Occurrence, clocks_moved, on
from bot.domain.series import Exceptions, Series


class Fate(StrEnum):
    """What becomes of a night."""

    BOOKED = "booked"
    COMING = "coming"
    FAILED = "failed"
    CANCELLED = "cancelled"
    PLANNED = "planned"
    MISSED = "missed"
    SKIPPED = "skipped"
    BREAK = "break"
    PAUSED = "paused"


RAIDED = (Fate.BOOKED, Fate.COMING, Fate.FAILED, Fate.PLANNED, Fate.MISSED)
"""The fates of a night on which people raid."""


@dataclass(frozen=True)
class Night:
    """One night of a series: the local day it stands for, its start in UTC, and what becomes of it.

    BOOKED: its sheet stands, `why` is what went wrong on the way; COMING: it is being posted; FAILED: it could not be;
    PLANNED: to be booked; MISSED: its moment went by, and it books itself no more.
    """

    day: date
    start: datetime
    fate: Fate
    event: Event | None = None
    by: UserId | None = None
    why: str = ""
    moved: bool = False
    clocks: timedelta = timedelta(0)
    """How far the local clocks have moved since the night listed before it."""

    @property
    def raided(self) -> bool:
        """Whether people will raid on it."""
        return self.fate in RAIDED


def ledger(
    series: Series,
    now: datetime,
    latest: Occurrence | None,
    raids: Sequence[Event],
    exceptions: Exceptions,
    failures: Mapping[int, str],
    count: int,
) -> Sequence[Night]:
    """The next `count` nights that are not over at `now`, soonest first.

    `raids` are the series' raids that may not be over, whatever became of them; `failures` says by event id
    what went wrong with a booking.
    """
    booked = [_booked(series, one, exceptions, failures) for one in raids if one.ends_at > now]
    taken = {one.occurrence for one in raids}
    by_rule = (
        _unbooked(series, one, exceptions)
        for one in nights(series, now, latest, exceptions)
        if one.day not in taken and one.day < LAST_DAY
    )
    ahead = list(islice(by_rule, count)) if series.is_active else []
    return sorted([*booked, *ahead], key=lambda one: one.start)[:count]


def _booked(series: Series, event: Event, exceptions: Exceptions, failures: Mapping[int, str]) -> Night:
    day = event.occurrence or event.day
    night = Night(day, event.starts_at, Fate.COMING, event, moved=_moved(series, day, event.starts_at))
    skip = exceptions.skips.get(day)
    if event.status is EventStatus.CANCELLED:
        if skip:
            return replace(night, fate=Fate.SKIPPED, by=skip.by, why=skip.reason)
        return replace(night, fate=Fate.CANCELLED, why=event.cancel_reason or "")
    said = failures.get(event.id, "")
    if event.link:
        return replace(night, fate=Fate.BOOKED, why=said)
    return replace(night, fate=Fate.FAILED, why=said) if said else night


def _unbooked(series: Series, one: Occurrence, exceptions: Exceptions) -> Night:
    night = Night(one.day, one.start, Fate.PLANNED, moved=one.day in exceptions.moved)
    if skip := exceptions.skips.get(one.day):
        return replace(night, fate=Fate.SKIPPED, by=skip.by, why=skip.reason)
    if found := exceptions.break_on(one.day):
        return replace(night, fate=Fate.BREAK, why=found.label)
    return replace(night, fate=Fate.PAUSED) if series.pauses_on(one.day) else night


def _moved(series: Series, day: date, start: datetime) -> bool:
    """Whether a raid is at another time than its series' rule says for its day."""
    return series.timezone is not None and on(series.rule, day).start != start


def marked(series: Series, listed: Sequence[Night]) -> Sequence[Night]:
    """The nights, each compared with the one before it; the first with its series' date before."""
    if not listed:
        return ()
    first = on(series.rule, listed[0].day - series.rule.step)
    starts = [first, *(Occurrence(one.day, one.start) for one in listed)]
    moved = [clocks_moved(series.rule, earlier, later) for earlier, later in pairwise(starts)]
    return [replace(one, clocks=by) for one, by in zip(listed, moved, strict=True)]
