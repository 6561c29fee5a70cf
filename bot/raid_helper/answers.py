"""What an HTTP answer of Raid-Helper means: which error it is, and how long a 429 wants us to wait."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from bot.raid_helper.errors import (
    InvalidKey,
    LockedTemplate,
    Moved,
    NoAccess,
    OutcomeUnknown,
    RaidHelperError,
    RateLimited,
    Rejected,
    Unavailable,
    UnknownEvent,
)
from bot.raid_helper.wire import as_object

_DEFAULT_PAUSE = 5.0
_REASON_LENGTH = 200
_TRY_AGAIN = re.compile(r"try again in\s+(\d+(?:\.\d+)?)\s*(s|m|h)?", re.IGNORECASE)
_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True)
class Call:
    """One request: `path` below the base URL, `missing` what a 404 means here, `headers` the list's filters."""

    method: str
    path: str
    missing: type[RaidHelperError] = UnknownEvent
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Mapping[str, Any] | None = None

    @property
    def is_read(self) -> bool:
        """Whether doing it twice can do no harm."""
        return self.method == "GET"

    def lost(self) -> RaidHelperError:
        """The error when the answer did not arrive: a write may have happened all the same."""
        return Unavailable() if self.is_read else OutcomeUnknown()


@dataclass(frozen=True)
class Answer:
    """An HTTP answer: status, lower-case headers, and the body as text."""

    status: int
    headers: Mapping[str, str]
    text: str

    def object(self) -> dict[str, Any] | None:
        """The JSON object in the body, or None when there is none."""
        try:
            return as_object(json.loads(self.text))
        except (ValueError, RecursionError):
            return None

    def reason(self) -> str:
        """Raid-Helper's own words, at most 200 characters; they stand under different names or bare in the body."""
        found = self.object() or {}
        named = next((found[name] for name in ("reason", "error", "message", "title") if found.get(name)), self.text)
        return " ".join(str(named).split())[:_REASON_LENGTH] or f"HTTP {self.status}"


def failure(call: Call, answer: Answer) -> RaidHelperError | None:
    """The error `answer` stands for, or None when the call succeeded.

    A 2xx can be a failure too: its `status` then says something else than "success".
    """
    if 200 <= answer.status < 300:
        return _soft_failure(answer)
    if answer.status < 400:
        return Moved()
    if answer.status >= 500 or answer.status == HTTPStatus.REQUEST_TIMEOUT:
        return call.lost()
    return _refusal(call, answer)


def pause_of(answer: Answer) -> float:
    """Seconds a 429 asks us to wait: from `Retry-After`, JSON `retry_after`, the text, else five."""
    told = (answer.headers.get("retry-after"), (answer.object() or {}).get("retry_after"))
    seconds = next((pause for pause in map(_seconds, told) if pause is not None), None)
    return seconds if seconds is not None else _pause_in_text(answer.text)


def _soft_failure(answer: Answer) -> RaidHelperError | None:
    status = (answer.object() or {}).get("status", "success")
    if str(status).lower() == "success":
        return None
    reason = answer.reason()
    return UnknownEvent() if reason == "unknown event" else Rejected(reason)


def _refusal(call: Call, answer: Answer) -> RaidHelperError:
    match answer.status:
        case HTTPStatus.UNAUTHORIZED:
            # A 401 is not always the key: a template the server may not use is refused with the same status.
            return LockedTemplate() if "template" in answer.reason().lower() else InvalidKey()
        case HTTPStatus.FORBIDDEN:
            return NoAccess()
        case HTTPStatus.NOT_FOUND:
            return Moved() if answer.reason().startswith("Endpoint") else call.missing()
        case HTTPStatus.TOO_MANY_REQUESTS:
            return RateLimited(pause_of(answer))
        case _:
            return Rejected(answer.reason())


def _seconds(value: object) -> float | None:
    try:
        seconds = float(value) if isinstance(value, (str, int, float)) else math.nan
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _pause_in_text(text: str) -> float:
    found = _TRY_AGAIN.search(text)
    if found is None:
        return _DEFAULT_PAUSE
    number, unit = found.groups()
    return float(number) * _UNIT_SECONDS[(unit or "s").lower()]
