"""Times of day as people type them: "20:00", "8pm", "20.30", "20 Uhr"."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import time

from bot.domain.errors import MusterError

LONGEST_TEXT = 100  # Discord would send 6000 characters; nobody types that many to name a moment

# The groups of the alternatives are numbered apart, because all of them stand in one pattern.
_FORMS = (
    r"(?P<h1>1[0-2]|0?[1-9])(?:[:.](?P<m1>[0-5][0-9]))?\s?(?P<half>[ap])\.?m\.?",
    r"(?P<h2>2[0-3]|[01]?[0-9])\s?uhr(?:\s(?P<m2>[0-5][0-9]))?",
    r"(?P<h3>2[0-3]|[01]?[0-9])(?P<mark>[:.h])(?P<m3>[0-5][0-9])(?:\s?(?P<said>uhr|h))?",
    r"(?P<h4>2[0-3]|[01]?[0-9])h",
    r"(?P<h5>2[0-3]|[01][0-9])(?P<m5>[0-5][0-9])",
    r"(?P<noon>noon|mittags?)",
)
TIME = "|".join(_FORMS)
_ALONE = re.compile(TIME)
_LAST = re.compile(rf"(?:^|(?<=[\s,@]))(?:{TIME})$")
_FIRST = re.compile(rf"(?:{TIME})(?=[\s,]|$)")
_PLAIN_HOUR = re.compile(r"1[3-9]|2[0-3]")


class UnreadableTime(MusterError):
    """I cannot read that time. Type it like `wed 20:00`, `tomorrow 7pm` or `2026-12-01 20:00`."""


class UnreadableWallTime(UnreadableTime):
    """I cannot read that time of day. Type something like `20:00`, `8pm` or `20 Uhr`."""


@dataclass(frozen=True, slots=True)
class WallTime:
    """A time of day found in a text; the flags tell when the same characters could be something else."""

    wall: time
    may_be_date: bool = False  # "20.10" is also the 20th of October
    may_be_year: bool = False  # "2000" is also a year
    half_said: bool = False  # "8pm": no doubt about the half of the day


def parse_wall_time(text: str) -> time:
    """The time of day meant by `text` alone, without zone; a bare hour only from 13 on, where it cannot be a.m.

    Raises UnreadableWallTime.
    """
    typed = tidy(text)
    if typed is not None and _PLAIN_HOUR.fullmatch(typed):
        return time(int(typed))
    match = _ALONE.fullmatch(typed) if typed is not None else None
    if match is None:
        raise UnreadableWallTime
    return _wall_time(match).wall


def split_wall_time(typed: str) -> list[tuple[WallTime, str]]:
    """Every way to read a tidied text as a time of day and a rest (the day): the time last, then the time first."""
    last, first = _LAST.search(typed), _FIRST.match(typed)
    found = [(_wall_time(last), typed[: last.start()])] if last else []
    return found + ([(_wall_time(first), typed[first.end() :])] if first else [])


def tidy(text: str) -> str | None:
    """Lower case, single spaces; None for what is too long to be a time."""
    if len(text) > LONGEST_TEXT:
        return None
    return unicodedata.normalize("NFC", " ".join(text.lower().split()))


def _wall_time(match: re.Match[str]) -> WallTime:
    found = {name: value for name, value in match.groupdict().items() if value is not None}
    if "noon" in found:
        return WallTime(time(12), half_said=True)
    hour = int(next(found[name] for name in ("h1", "h2", "h3", "h4", "h5") if name in found))
    minute = int(next((found[name] for name in ("m1", "m2", "m3", "m5") if name in found), 0))
    if "half" in found:
        return WallTime(time(hour % 12 + 12 * (found["half"] == "p"), minute), half_said=True)
    dotted = found.get("mark") == "." and "said" not in found
    return WallTime(
        time(hour, minute), may_be_date=dotted and 1 <= minute <= 12 and hour > 0, may_be_year="m5" in found
    )
