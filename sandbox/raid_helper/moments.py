"""Raid-Helper's spellings of a start: unix seconds, or a text date and time in the server's own zone."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.raid_helper.refusal import bad

_DATES = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"),
    re.compile(r"(?P<d>\d{1,2})-(?P<m>\d{1,2})-(?P<y>\d{4})"),
    re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})"),
)
_TIME = re.compile(r"(?P<h>\d{1,2}):(?P<min>\d{2})\s*(?P<half>am|pm)?", re.IGNORECASE)
_UNIX = re.compile(r"\d{9,11}")


def start_of(date: Any, time: Any, zone: ZoneInfo, *, strict: bool) -> int:
    """Unix seconds of `date` and `time`. Unreadable ones are a 400, whose text is the stand-in's choice.

    `strict` takes unix seconds only, to catch a client that lets the server's zone decide.
    """
    if _UNIX.fullmatch(str(date)) and _UNIX.fullmatch(str(time)):
        return int(date)
    if strict:
        raise bad("date and time are not unix timestamps")
    try:
        return int(_local(str(date), str(time), zone).timestamp())
    except ValueError:
        raise bad("invalid date or time") from None


def _local(date: str, time: str, zone: ZoneInfo) -> datetime:
    day = next((found for pattern in _DATES if (found := pattern.fullmatch(date.strip()))), None)
    clock = _TIME.fullmatch(time.strip())
    if day is None or clock is None:
        raise ValueError(date, time)
    hour = int(clock["h"])
    if clock["half"]:
        hour = hour % 12 + (12 if clock["half"].lower() == "pm" else 0)
    return datetime(int(day["y"]), int(day["m"]), int(day["d"]), hour, int(clock["min"]), tzinfo=zone)
