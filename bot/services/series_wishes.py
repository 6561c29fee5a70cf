"""What officers type about a series, read: how often, until when, when its sheets are posted, which day."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain.durations import parse_duration
from bot.domain.errors import MusterError
from bot.domain.nights import booking_moment
from bot.domain.recurrence import DAY, WEEK, Occurrence
from bot.domain.series import PostTime, Series
from bot.services.calendar_days import parse_days
from bot.services.wall_times import UnreadableTime, tidy
from bot.services.when import parse_wall_time, parse_weekday

MOST_WEEKS = 52
MOST_DAYS = 364
_REPEAT = re.compile(r"weekly|daily|(?:every )?(?P<count>[0-9]{1,3})?(?: ?(?P<unit>weeks?|days?))?")
_NONE = frozenset({"none", "no", "off", "-", "keine", "aus"})


class BadRepeat(MusterError):
    """Say `weekly`, `every 2 weeks` up to `every 52 weeks`, or `every 3 days` up to `every 364 days`."""


class UnreadablePostTime(MusterError):
    """Say a weekday and a time, such as `Sunday 18:00`; `none` posts each sheet ten minutes into the raid before."""


class PostedTooLate(MusterError):
    """Sign-ups would end before the sheet is posted. Give a shorter `deadline` or `none`, or an earlier `post` time."""


class UnreadableDay(UnreadableTime):
    """I cannot read that day. Pick one from the list that appears while you type, or type it like `2026-12-02`."""


class DayIsPast(MusterError):
    """That day has passed. Give one that is still ahead, like `2026-12-02`."""


@dataclass(frozen=True)
class Every:
    """How often: every so many weeks, or days when `days` is given."""

    weeks: int = 1
    days: int | None = None

    @property
    def step(self) -> timedelta:
        """From one raid to the next."""
        return DAY * self.days if self.days else WEEK * self.weeks


def is_none(typed: str) -> bool:
    """Whether somebody typed that there shall be none."""
    return typed.strip().casefold() in _NONE


def parse_repeat(text: str | None) -> Every:
    """How often: "weekly", "every 2 weeks", "2", "every 3 days". Raises BadRepeat."""
    typed = " ".join((text or "weekly").casefold().split())
    match = _REPEAT.fullmatch(typed)
    if match is None:
        raise BadRepeat
    in_days = typed == "daily" or (match["unit"] or "").startswith("day")
    count = int(match["count"] or 1)
    if not 1 <= count <= (MOST_DAYS if in_days else MOST_WEEKS):
        raise BadRepeat
    return Every(days=count) if in_days else Every(weeks=count)


def parse_post(typed: str | None) -> PostTime | None:
    """When sheets are posted: "Sunday 18:00"; None for nothing and for "none". Raises UnreadablePostTime."""
    if not typed or is_none(typed):
        return None
    first, _, after = typed.strip().partition(" ")
    before, _, last = typed.strip().rpartition(" ")
    for day, wall in ((first, after), (last, before)):
        with suppress(UnreadableTime):
            return PostTime(parse_weekday(day), parse_wall_time(wall))
    raise UnreadablePostTime


def parse_day(typed: str, today: date) -> date:
    """The day meant by `typed`, `today` being the local date. Raises UnreadableDay, AmbiguousDate, DayIsPast."""
    days = days_of(typed, today)
    if days[0] < today:
        raise DayIsPast
    return days[0]


def days_of(typed: str, today: date) -> Sequence[date]:
    """The days `typed` may mean, soonest first, `today` being the typist's. Raises UnreadableDay, AmbiguousDate."""
    days = parse_days((tidy(typed) or "").strip(" ,"), today)
    if days is None or days.said == "nothing":
        raise UnreadableDay
    return days.dates


def parse_deadline(typed: str | None, every: Every, usual: timedelta | None = None) -> timedelta | None:
    """How long before each start sign-ups end, less than from one raid to the next; without a word the `usual` time.

    Raises BadDuration.
    """
    longest = max(every.step - DAY, every.step / 2)
    if not typed:
        return usual and min(usual, longest)
    return None if is_none(typed) else parse_duration(typed, at_most=longest, option="deadline")


def check_post(series: Series, night: Occurrence | None) -> None:
    """Raise PostedTooLate when sign-ups for `night` would end before its sheet is posted."""
    if night is None or series.post is None or series.deadline is None:
        return
    if night.start - series.deadline <= booking_moment(series, night):
        raise PostedTooLate


def local_day(moment: datetime, series: Series) -> date:
    """The date of a moment on the series' own clocks."""
    return moment.astimezone(series.zone).date()
