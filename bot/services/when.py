"""When something is, as people type it and as they read it back.

Whatever was understood is echoed in full ("Wed 25 Nov 2026, 20:00 CET · in 5 days") before anything is posted, so a
reading only has to be the likeliest one; where two are equally likely it is refused instead.
Import from here: zones, weekdays and times of day live in their own modules and are offered along.
"""

import re
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from bot.domain.durations import BadDuration, parse_duration, show_duration
from bot.domain.errors import MusterError
from bot.domain.recurrence import instant
from bot.services.calendar_days import (
    AmbiguousDate,
    Days,
    UnknownWeekday,
    WrongWeekday,
    parse_days,
    parse_weekday,
    warm,
)
from bot.services.wall_times import (
    UnreadableTime,
    UnreadableWallTime,
    WallTime,
    parse_wall_time,
    split_wall_time,
    tidy,
)
from bot.services.zones import UnknownZone, likely_zones, parse_zone, suggest_zones

__all__ = [
    "AmbiguousDate",
    "TimeInPast",
    "TimeTooFar",
    "UnknownWeekday",
    "UnknownZone",
    "UnreadableTime",
    "UnreadableWallTime",
    "WrongWeekday",
    "describe",
    "future",
    "likely_zones",
    "means_the_same",
    "parse_wall_time",
    "parse_weekday",
    "parse_when",
    "parse_zone",
    "suggest_zones",
    "warm",
]

MINUTE = timedelta(minutes=1)
FARTHEST = timedelta(days=731)
_CENTURY = timedelta(days=36525)
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UNIX = re.compile(r"<t:(?P<stamp>[0-9]{1,11})(?::[a-z])?>|(?P<bare>[0-9]{10,11})")
_WITH_OFFSET = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[t ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:z|[+-][0-9]{2}:?[0-9]{2})")
_DATE_T_TIME = re.compile(r"(?<=[0-9])t(?=[0-9])")
_ZONE_NAME = re.compile(r"(?P<rest>.+) (?P<name>[a-z]{3,5}(?:[+-][0-9]{2,4})?)")
_ONE = re.compile(r"^(?:an?|one|eine[rm]?|ein) ")
_MORNING, _AFTERNOON, _EVENING = range(4, 12), range(12, 20), range(16, 24)
_PARTS_OF_DAY = {
    **dict.fromkeys(("morning", "früh", "vormittag", "vormittags"), _MORNING),
    **dict.fromkeys(("afternoon", "nachmittag", "nachmittags"), _AFTERNOON),
    **dict.fromkeys(("evening", "night", "tonight", "abend", "abends"), _EVENING),
}


class TimeInPast(MusterError):
    """That time has already passed. Type one that is still ahead, like `tomorrow 20:00`."""


class TimeTooFar(MusterError):
    """That is more than two years ahead. Check the year, and type a nearer date like `2026-12-01 20:00`."""


def parse_when(text: str, *, zone: ZoneInfo, now: datetime) -> datetime:
    """The moment meant by `text` (aware, UTC, whole minute), read on the clocks of `zone` at `now`.

    A weekday is the next such day whose time is still ahead, "next friday" never today; a bare time is the next one;
    "today" and full dates may lie in the past (see `future`). UTC may be named behind the time, and so may `zone`, the
    way `describe` does. A wall time skipped by a clock change is the first minute after the gap, one that comes twice
    the first. Unix seconds and Discord's `<t:…>` are read as they are.
    Raises UnreadableTime (AmbiguousDate for "1/12", WrongWeekday for a weekday that does not fit its date).
    """
    typed = (tidy(text) or "").partition(" · ")[0]  # what `describe` adds is no part of the time
    moment = _exact(typed) or _from_now(typed, zone, now) or _on_a_day(typed, zone, now)
    if moment is None:
        raise UnreadableTime
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def means_the_same(typed: str, zone: ZoneInfo, other: ZoneInfo, now: datetime) -> bool:
    """Whether `typed`, which was read in `zone`, is the same moment on the clocks of `other`."""
    try:
        return parse_when(typed, zone=zone, now=now) == parse_when(typed, zone=other, now=now)
    except MusterError:
        return False


def future(moment: datetime, now: datetime) -> datetime:
    """`moment` itself, when it is after `now` and at most two years away. Raises TimeInPast, TimeTooFar."""
    if moment <= now:
        raise TimeInPast
    if moment - now > FARTHEST:
        raise TimeTooFar
    return moment


def describe(moment: datetime, zone: ZoneInfo, now: datetime) -> str:
    """The echo of what was understood, under 100 characters: "Wed 25 Nov 2026, 20:00 CET · in 5 days"."""
    local = moment.astimezone(zone)
    day = f"{_WEEKDAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"
    return f"{day}, {local:%H:%M} {_clocks(local)} · {_away(local, now.astimezone(zone))}"


def _clocks(local: datetime) -> str:
    name = local.tzname() or ""
    # Half the world's zones have no letters, only "-03".
    return f"UTC{name}" if name.startswith(("+", "-")) else name


def _away(local: datetime, now: datetime) -> str:
    # Instants are compared in UTC: two datetimes of one zone would be subtracted by their wall times.
    left = local.astimezone(UTC) - now.astimezone(UTC)
    if left <= timedelta(0):
        return "already past"
    days = (local.date() - now.date()).days
    if days == 0 or left < timedelta(hours=12):
        return f"in {show_duration(max(left, MINUTE))}"
    return "tomorrow" if days == 1 else f"in {days} days"


def _exact(typed: str) -> datetime | None:
    match = _UNIX.fullmatch(typed)
    if match is not None:
        return datetime.fromtimestamp(int(match["stamp"] or match["bare"]), UTC)
    try:
        return datetime.fromisoformat(typed.upper()).astimezone(UTC) if _WITH_OFFSET.fullmatch(typed) else None
    except (ValueError, OverflowError):
        return None


def _from_now(typed: str, zone: ZoneInfo, now: datetime) -> datetime | None:
    span = _ONE.sub("1 ", typed.removeprefix("in "))
    if not typed.startswith("in ") or not any(letter.isalpha() for letter in span):
        return None
    try:
        away = parse_duration(span, at_most=_CENTURY)
    except BadDuration:
        return None
    local = now.astimezone(zone)
    # Days are days on the calendar: in two days at this time of day, whatever the clocks do in between.
    start = instant(local.date() + timedelta(days=away.days), local.time(), zone) if away.days else now
    return start + timedelta(seconds=away.seconds)


def _on_a_day(typed: str, zone: tzinfo, now: datetime) -> datetime | None:
    clocks = _ZONE_NAME.fullmatch(typed)
    if clocks is not None:
        moment = _by_clocks_of(clocks["name"], clocks["rest"], zone, now)
        if moment is not None:
            return moment
    words = _DATE_T_TIME.sub(" ", typed).replace("tonight", "today evening").split()
    hours = next((_PARTS_OF_DAY[word] for word in words if word in _PARTS_OF_DAY), None)
    plain = " ".join(word for word in words if word not in _PARTS_OF_DAY)
    for clock, phrase in split_wall_time(plain):
        days = parse_days(phrase.strip(" ,@"), now.astimezone(zone).date())
        wall = _within(hours, clock)
        if days is not None and wall is not None and _surely_a_time(clock, days):
            return _first_ahead(days, wall, zone, now)
    return None


def _by_clocks_of(name: str, rest: str, zone: tzinfo, now: datetime) -> datetime | None:
    """A time with a zone behind it: UTC, or what the zone itself is called then; other letters mean too many zones."""
    if name in ("utc", "gmt"):
        return _on_a_day(rest, UTC, now)
    moment = _on_a_day(rest, zone, now)
    return moment if moment is not None and _clocks(moment.astimezone(zone)).lower() == name else None


def _within(hours: range | None, clock: WallTime) -> time | None:
    """The wall time inside a part of the day: "tonight 8:00" is 20:00; None when it cannot be."""
    if hours is None or clock.wall.hour in hours:
        return clock.wall
    later = clock.wall.hour + 12
    return clock.wall.replace(hour=later) if later in hours and not clock.half_said else None


def _surely_a_time(clock: WallTime, days: Days) -> bool:
    if clock.may_be_date:
        return days.said == "date"
    return not clock.may_be_year or days.said == "word"


def _first_ahead(days: Days, wall: time, zone: tzinfo, now: datetime) -> datetime:
    moments = [instant(day, wall, zone) for day in days.dates]
    return next((moment for moment in moments if moment > now), moments[-1])
