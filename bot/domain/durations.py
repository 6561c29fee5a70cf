"""Durations and lead times as people type them: "3h", "90", "1h30", "60,15"."""

import re
from datetime import timedelta

from bot.domain.errors import MusterError

MINUTE = timedelta(minutes=1)
LONGEST_TEXT = 100  # what nobody types into a duration by hand
LONGEST_LIST = 200  # ten lead times as they are shown, the longest ones: they can be typed again

_NUMBER = r"[0-9]{1,6}(?:[.,][0-9]{1,3})?"
_AND = r"\s?(?:,|and\b|und\b)?\s?"
_DURATION = re.compile(
    rf"(?:(?P<weeks>{_NUMBER})\s*(?:weeks?|wks?|w|wochen?))?{_AND}"
    rf"(?:(?P<days>{_NUMBER})\s*(?:days?|d|tagen?|tage?))?{_AND}"
    rf"(?:(?P<hours>{_NUMBER})\s*(?:hours?|hrs?|h|std\.?|stunden?))?{_AND}"
    r"(?:(?P<minutes>[0-9]{1,6})\s*(?P<unit>minutes?|mins?|m|minuten)?\.?)?",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(?P<hours>[0-9]{1,3}):(?P<minutes>[0-5][0-9])")
# Commas part a list; so does a space between bare numbers ("60 15"), but not the one in "1h 30".
_BETWEEN = re.compile(r"[,;/]|(?<=[0-9])\s+(?=[0-9]+(?:[\s,;/]|$))")
_NONE = frozenset({"", "-", "none", "no", "off", "never", "keine", "aus"})


class BadDuration(MusterError):
    """I cannot read that as a length of time. Type something like `3h`, `1h30` or `90` (minutes)."""


class BadLeadTimes(BadDuration):
    """I cannot read those reminder times. Type up to 10, from `1 min` to `28 d`, like `60,15`, or `off`."""


def parse_duration(
    text: str, *, at_most: timedelta, at_least: timedelta = MINUTE, option: str | None = None
) -> timedelta:
    """What was typed, in whole minutes; a bare number is minutes ("90"), "1:30" is hours and minutes.

    Raises BadDuration when it cannot be read or lies outside `at_least` to `at_most`; it names the command's `option`.
    """
    found = _read(text)
    within = f"`{show_duration(at_least)}` to `{show_duration(at_most)}`"
    if found is None:
        said = f"I cannot read that `{option}` as a length of time: it takes {within}, like `3h` or `1h30`."
        raise BadDuration(said if option else None)
    if not at_least <= found <= at_most:
        length = f"{show_duration(found)} is too {'long' if found > at_most else 'short'}"
        raise BadDuration(f"{length}: `{option}` takes {within}." if option else f"{length}. Type {within}.")
    return found


def parse_lead_times(text: str, *, at_most: timedelta = timedelta(days=28), most: int = 10) -> tuple[int, ...]:
    """How many minutes before the start, the earliest first and none twice: "15, 1h" is (60, 15).

    An empty text, "none" or "off" is the empty list: no reminders at all, which is not the same as "not set".
    Raises BadLeadTimes for anything unreadable, a time over `at_most`, or more than `most` of them.
    """
    if text.strip().lower() in _NONE:
        return ()
    parts = [part for part in _BETWEEN.split(text[: LONGEST_LIST + 1]) if part.strip()]
    found = sorted({_lead_time(part, at_most) for part in parts}, reverse=True)
    if not found or len(text) > LONGEST_LIST:
        raise BadLeadTimes
    if len(found) > most:
        raise BadLeadTimes(f"That is {len(found)} `reminders`. Type at most {most}, like `60,15`.")
    return tuple(found)


def show_duration(duration: timedelta) -> str:
    """Whole minutes as people read them: "45 min", "3 h", "1 h 30 min", "2 d 3 h"; `parse_duration` reads it back."""
    hours, minutes = divmod(int(duration / MINUTE), 60)
    days, hours = divmod(hours, 24)
    parts = [f"{count} {unit}" for count, unit in ((days, "d"), (hours, "h"), (minutes, "min")) if count]
    return " ".join(parts) or "0 min"


def show_lead_times(minutes: tuple[int, ...]) -> str:
    """A list of lead times as people read it: "1 h, 15 min", or "none"."""
    return ", ".join(show_duration(one * MINUTE) for one in minutes) or "none"


def _lead_time(text: str, at_most: timedelta) -> int:
    found = _read(text)
    if found is None or found < MINUTE:
        raise BadLeadTimes
    if found > at_most:
        longest = show_duration(at_most)
        raise BadLeadTimes(f"{show_duration(found)} is too early for `reminders`: they take `1 min` to `{longest}`.")
    return int(found / MINUTE)


def _read(text: str) -> timedelta | None:
    if len(text) > LONGEST_TEXT:
        return None
    typed = " ".join(text.split())
    match = _CLOCK.fullmatch(typed) or _DURATION.fullmatch(typed)
    if match is None:
        return None
    parts = {name: value for name, value in match.groupdict().items() if value is not None}
    unit = parts.pop("unit", None)
    # "2d 5" could be five of anything; "1h30" and "90" are minutes to everybody.
    if not parts or ("minutes" in parts and match.re is _DURATION and unit is None and not _bare_minutes(parts)):
        return None
    exact = timedelta(**{name: float(value.replace(",", ".")) for name, value in parts.items()})
    return round(exact / MINUTE) * MINUTE


def _bare_minutes(parts: dict[str, str]) -> bool:
    return "hours" in parts or len(parts) == 1
