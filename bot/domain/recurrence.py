"""When a series raids: a weekday, a wall time and a zone, computed afresh for every occurrence.

Instants are aware and in UTC, days are local dates of the series' zone. A moved, cancelled or deleted event does not
disturb its series: the next occurrence follows from the rule and the occurrence's date, never from the event's start.
The one exception is a series without a zone (inserted as the first version of the bot did): exactly 7 days of 24 h.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from bot.domain.durations import show_duration

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
# Nothing is planned past this day; "paused for ever" may be written as the calendar's last day.
LAST_DAY = date(9000, 1, 1)


@dataclass(frozen=True, slots=True)
class Rule:
    """Every `every_weeks` weeks on `weekday` (0 = Monday) at `wall_time` on the clocks of `zone`.

    `zone` None: every occurrence is a fixed number of 24 h days after the one before; `wall_time` is then read as UTC.
    `anchor` is the date of a known occurrence: weeks are counted from its week (Monday to Sunday), and the series has
    nothing in the weeks before it. Without an anchor they are counted from the one before, or the soonest.
    """

    weekday: int
    wall_time: time
    zone: ZoneInfo | None = None
    every_weeks: int = 1
    anchor: date | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise ValueError(f"weekday is 0 (Monday) to 6, not {self.weekday}")
        if self.every_weeks < 1:
            raise ValueError(f"every_weeks is 1 or more, not {self.every_weeks}")

    @property
    def step(self) -> timedelta:
        """From one occurrence's date to the next."""
        return WEEK * self.every_weeks


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One evening of a series: its local date (the key of the occurrence) and its start in UTC."""

    day: date
    start: datetime


@dataclass(frozen=True, slots=True)
class Upcoming:
    """An occurrence to come, and how far the local clocks have moved since the one before (usually not at all)."""

    occurrence: Occurrence
    clocks_moved: timedelta

    @property
    def mark(self) -> str:
        """What to say beside it: "clocks go back an hour", or nothing."""
        if not self.clocks_moved:
            return ""
        far = "an hour" if abs(self.clocks_moved) == HOUR else show_duration(abs(self.clocks_moved))
        return f"clocks go {'forward' if self.clocks_moved > timedelta(0) else 'back'} {far}"


def instant(day: date, wall: time, zone: tzinfo) -> datetime:
    """The moment, in UTC, at which clocks in `zone` show `wall` on `day`.

    A wall time skipped by a clock change gives the first valid minute after the gap, one that comes twice the first.
    """
    local = datetime.combine(day, wall.replace(tzinfo=None, fold=0), tzinfo=zone)
    moment = local.astimezone(UTC)
    # Only a wall time inside a gap does not survive the way to UTC and back.
    if moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    return _end_of_gap(local.replace(fold=1).astimezone(UTC), moment, zone)


def _end_of_gap(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The first minute with the offset of `after`; the clocks change once between the two instants."""
    offset = after.astimezone(zone).utcoffset()
    minutes = range(int((after - before) / MINUTE) + 1)
    return before + MINUTE * bisect_left(
        minutes, True, key=lambda n: (before + n * MINUTE).astimezone(zone).utcoffset() == offset
    )


def following(rule: Rule, after_day: date, after_start: datetime) -> Occurrence:
    """The next occurrence strictly after `after_day`, the local date of the occurrence before it.

    `after_start` counts only for a rule without a zone: there the next one is exactly 7 days of 24 h later, times
    `every_weeks` (the seed's arithmetic). With a zone the result lies on the rule's weekday and grid of weeks, however
    far `after_day` is off it.
    """
    if rule.zone is None:
        return Occurrence(after_day + rule.step, after_start.astimezone(UTC) + rule.step)
    anchor = rule.anchor or after_day
    return _occurrence(rule, _first_day(rule, anchor, after_day + DAY))


def first_from(rule: Rule, now: datetime) -> Occurrence:
    """The first occurrence whose start lies after `now` (aware); one starting at this very instant is over."""
    return next(_from_day(rule, now, None))


def upcoming(
    rule: Rule,
    now: datetime,
    count: int,
    skipped: frozenset[date] = frozenset(),
    paused_until: date | None = None,
) -> tuple[Upcoming, ...]:
    """The next `count` occurrences after `now`, without `skipped` dates and those before `paused_until`.

    `paused_until` is the first local date that may raid again. Each is compared with the one before it in the result,
    the first of them with the rule's date before that.
    """
    if paused_until is not None and paused_until >= LAST_DAY:
        return ()
    coming = (one for one in _from_day(rule, now, paused_until) if one.day not in skipped)
    chosen = list(islice(coming, count))
    if not chosen:
        return ()
    before = _occurrence(rule, chosen[0].day - rule.step)
    return tuple(Upcoming(later, _moved(rule, earlier, later)) for earlier, later in pairwise([before, *chosen]))


def _from_day(rule: Rule, now: datetime, not_before: date | None) -> Iterator[Occurrence]:
    today = now.astimezone(_zone(rule)).date()
    anchor = rule.anchor or _soonest(rule, today, now)
    day = _first_day(rule, anchor, max(today, not_before or today))
    while day < LAST_DAY:
        occurrence = _occurrence(rule, day)
        if occurrence.start > now:
            yield occurrence
        day += rule.step


def _soonest(rule: Rule, today: date, now: datetime) -> date:
    day = _in_week_of(today, rule.weekday)
    while _occurrence(rule, day).start <= now:
        day += WEEK
    return day


def _first_day(rule: Rule, anchor: date, earliest: date) -> date:
    """The rule's first date on or after `earliest`; never one in the weeks before the rule's own anchor."""
    origin = _in_week_of(anchor, rule.weekday)
    if rule.anchor is not None and earliest <= origin:
        return origin
    return origin - (origin - earliest) // rule.step * rule.step


def _in_week_of(day: date, weekday: int) -> date:
    return day + timedelta(days=weekday - day.weekday())


def _occurrence(rule: Rule, day: date) -> Occurrence:
    return Occurrence(day, instant(day, rule.wall_time, _zone(rule)))


def _zone(rule: Rule) -> tzinfo:
    return rule.zone or UTC


def _moved(rule: Rule, earlier: Occurrence, later: Occurrence) -> timedelta:
    return _offset(rule, later) - _offset(rule, earlier)


def _offset(rule: Rule, occurrence: Occurrence) -> timedelta:
    return occurrence.start.astimezone(_zone(rule)).utcoffset() or timedelta(0)
