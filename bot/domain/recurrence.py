"""When a series raids: a weekday, a wall time and a zone, computed afresh for every occurrence.

Instants are aware and in UTC, days are local dates of the series' zone. A moved, cancelled or deleted event does not
disturb its series: the next occurrence follows from the rule and the occurrence's date, never from the event's start.
The one exception is a series without a zone (inserted as the first version of the bot did): exactly 7 days of 24 h.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
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
    `every_days` counts days of the calendar from the anchor instead; the weekday then says no more than the soonest.
    """

    weekday: int
    wall_time: time
    zone: ZoneInfo | None = None
    every_weeks: int = 1
    anchor: date | None = None
    every_days: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise ValueError(f"weekday is 0 (Monday) to 6, not {self.weekday}")
        if self.every_weeks < 1:
            raise ValueError(f"every_weeks is 1 or more, not {self.every_weeks}")
        if self.every_days is not None and self.every_days < 1:
            raise ValueError(f"every_days is 1 or more, not {self.every_days}")

    @property
    def step(self) -> timedelta:
        """From one occurrence's date to the next."""
        return DAY * self.every_days if self.every_days else WEEK * self.every_weeks


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One evening of a series: its local date (the key of the occurrence) and its start in UTC."""

    day: date
    start: datetime


def clock_mark(moved: timedelta) -> str:
    """What to say when the local clocks have moved so far: "clocks go back an hour", or nothing."""
    if not moved:
        return ""
    far = "an hour" if abs(moved) == HOUR else show_duration(abs(moved))
    return f"clocks go {'forward' if moved > timedelta(0) else 'back'} {far}"


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

    `after_start` counts only for a rule without a zone: there the next one is exactly one step in days of 24 h later
    (the seed's arithmetic). With a zone the result lies on the rule's weekday and grid, however far `after_day` is
    off it.
    """
    if rule.zone is None:
        return Occurrence(after_day + rule.step, after_start.astimezone(UTC) + rule.step)
    anchor = rule.anchor or after_day
    return on(rule, _first_day(rule, anchor, after_day + DAY))


def first_from(rule: Rule, now: datetime) -> Occurrence:
    """The first occurrence whose start lies after `now` (aware); one starting at this very instant is over."""
    return next(occurrences(rule, now))


def occurrences(rule: Rule, now: datetime, not_before: date | None = None) -> Iterator[Occurrence]:
    """All occurrences that start after `now`, from the local date `not_before` on, soonest first."""
    today = now.astimezone(_zone(rule)).date()
    anchor = rule.anchor or _soonest(rule, today, now)
    day = _first_day(rule, anchor, max(today, not_before or today))
    while day < LAST_DAY:
        occurrence = on(rule, day)
        if occurrence.start > now:
            yield occurrence
        day += rule.step


def _soonest(rule: Rule, today: date, now: datetime) -> date:
    day = in_week_of(today, rule.weekday)
    while on(rule, day).start <= now:
        day += WEEK
    return day


def _first_day(rule: Rule, anchor: date, earliest: date) -> date:
    """The rule's first date on or after `earliest`; never one in the weeks before the rule's own anchor."""
    origin = anchor if rule.every_days else in_week_of(anchor, rule.weekday)
    if rule.anchor is not None and earliest <= origin:
        return origin
    return origin - (origin - earliest) // rule.step * rule.step


def in_week_of(day: date, weekday: int) -> date:
    """The date of that weekday (0 = Monday) in the week of `day`, Monday to Sunday."""
    return day + timedelta(days=weekday - day.weekday())


def on(rule: Rule, day: date) -> Occurrence:
    """The occurrence of `day`, taken for one of the rule's dates."""
    return Occurrence(day, instant(day, rule.wall_time, _zone(rule)))


def _zone(rule: Rule) -> tzinfo:
    return rule.zone or UTC


def clocks_moved(rule: Rule, earlier: Occurrence, later: Occurrence) -> timedelta:
    """How far the local clocks move between the two."""
    return _offset(rule, later) - _offset(rule, earlier)


def _offset(rule: Rule, occurrence: Occurrence) -> timedelta:
    return occurrence.start.astimezone(_zone(rule)).utcoffset() or timedelta(0)
