"""Raid-Helper's loose JSON types, read leniently: the same field comes as a number, a text, "none" or not at all."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

_LATEST = 253_402_300_799
_MILLISECONDS_FROM = 100_000_000_000


def as_id(value: object) -> object:
    """An id as text, whether it came as text or as a number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def as_text(value: object) -> str:
    """Text, or "" for anything that is none."""
    return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def as_optional_text(value: object) -> str | None:
    """Text, or None where Raid-Helper says nothing or "none"."""
    text = as_text(value).strip()
    return None if text.lower() in {"", "none", "null"} else text


def as_count(value: object) -> int | None:
    """A whole number from 7, 7.0 or "7"; None from anything else, such as "none"."""
    if isinstance(value, bool):
        return None
    try:
        return int(float(value)) if isinstance(value, (int, float, str)) else None
    except (ValueError, OverflowError):
        return None


def as_instant(value: object) -> datetime | None:
    """The UTC instant of a unix time in seconds (or the milliseconds of the old shape); None when there is none."""
    seconds = as_count(value)
    if isinstance(value, datetime):
        return value
    if seconds is None or seconds <= 0:
        return None
    seconds = seconds // 1000 if seconds > _MILLISECONDS_FROM else seconds
    return datetime.fromtimestamp(min(seconds, _LATEST), UTC)


def as_rows(value: object) -> list[object]:
    """The objects of an array; nothing for anything that is no array."""
    rows = cast(list[object], value) if isinstance(value, (list, tuple)) else []
    return [row for row in rows if isinstance(row, (Mapping, BaseModel))]


Id = Annotated[str, BeforeValidator(as_id), StringConstraints(pattern=r"^[0-9]{1,20}$")]
OptionalText = Annotated[str | None, BeforeValidator(as_optional_text)]
Text = Annotated[str, BeforeValidator(as_text)]
Count = Annotated[int | None, BeforeValidator(as_count)]
Instant = Annotated[datetime, BeforeValidator(as_instant)]
OptionalInstant = Annotated[datetime | None, BeforeValidator(as_instant)]


class Wire(BaseModel):
    """Something Raid-Helper sent: immutable, unknown fields ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


def as_object(value: object) -> dict[str, Any] | None:
    """A JSON object, or None when `value` is anything else."""
    return cast(dict[str, Any], value) if isinstance(value, dict) else None
