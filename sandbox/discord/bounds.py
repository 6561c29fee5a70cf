"""The yardsticks `limits` measures with: lengths, numbers, lists, addresses, emoji.

Lengths are Unicode code points: Discord's staff say the API counts those (discord-api-docs #1315), and discord.py's
`len(embed)` agrees. Discord trims surrounding blanks before it counts; we do not, so we err on the refusing side.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import regex

from sandbox.discord.refusal import invalid

_ELEMENT = r"(?:\p{Regional_Indicator}{1,2}|[0-9#*]\uFE0F?\u20E3|(?![0-9#*])\p{Emoji}\p{Emoji_Modifier}?\uFE0F?)"
_EMOJI = regex.compile(rf"{_ELEMENT}(?:\u200D{_ELEMENT})*[\U000E0020-\U000E007F]*")


def text(path: str, value: object, most: int, *, least: int = 0, needed: bool = False) -> None:
    """Refuse a string at `path` unless `least` to `most` code points; `needed` refuses absent and blank ones too."""
    if value is None and not needed:
        return
    if value is None or (needed and not str(value).strip()):
        raise invalid(path, "BASE_TYPE_REQUIRED", "This field is required")
    if not isinstance(value, str):
        raise invalid(path, "STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
    span(path, value, most, least)


def span(path: str, value: Collection[Any], most: int, least: int = 0) -> None:
    """Refuse a string or list at `path` whose length is not `least` to `most`."""
    if least <= len(value) <= most:
        return
    if least:
        raise invalid(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
    raise invalid(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")


def number(path: str, value: object, least: float, most: float) -> None:
    """Refuse a number at `path` outside `least` to `most`; absent is fine."""
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise invalid(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
    if value < least:
        raise invalid(path, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {least}.")
    if value > most:
        raise invalid(path, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")


def choice(path: str, value: object, allowed: Collection[Any]) -> None:
    """Refuse a value at `path` that is not one of `allowed`."""
    if value not in allowed:
        shown = ", ".join(map(str, allowed))
        raise invalid(path, "BASE_TYPE_CHOICES", f"Value must be one of ({shown}).")


def kind(path: str, item: Mapping[str, Any], allowed: Collection[int]) -> None:
    """Refuse a component or option at `path` whose `type` is not one of `allowed`."""
    if item.get("type") not in allowed:
        shown = ", ".join(map(str, allowed))
        raise invalid(path, "UNION_TYPE_CHOICES", f'Value of field "type" must be one of ({shown}).')


def ordered(path: str, item: Mapping[str, Any], low: str, high: str) -> None:
    """Refuse an item at `path` whose `low` value lies above its `high` value."""
    if item.get(low) is not None and item.get(high) is not None:
        number(f"{path}.{low}", item[low], float("-inf"), item[high])


def unique(path: str, values: Sequence[Any]) -> None:
    """Refuse a list at `path` that names something twice, blaming the second."""
    for index, value in enumerate(values):
        if value in values[:index]:
            raise invalid(f"{path}.{index}", "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")


def url(path: str, value: object, *, schemes: Collection[str] = ("http", "https"), most: int = 2048) -> None:
    """Refuse an address at `path` with another scheme, without a host, or with a host that has no dot (localhost)."""
    text(path, value, most)
    if value is None:
        return
    scheme, host, space = _address(path, str(value))
    if scheme not in schemes:
        listed = ", ".join(f"'{one}'" for one in schemes)
        raise invalid(
            path, "URL_TYPE_INVALID_SCHEME", f'Scheme "{scheme}" is not supported. Scheme must be one of ({listed}).'
        )
    if space or not host or (scheme in ("http", "https") and "." not in host and ":" not in host):
        raise invalid(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")


def _address(path: str, value: str) -> tuple[str, str, bool]:
    """Scheme, host, and whether a blank hides inside."""
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
    except ValueError:
        raise invalid(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.") from None
    return parts.scheme, host, any(letter.isspace() for letter in value)


def moment(path: str, value: object) -> None:
    """Refuse a timestamp at `path` that is not ISO 8601; absent is fine."""
    if value is None:
        return
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        raise invalid(path, "DATE_TIME_TYPE_PARSE", f"Could not parse {value}. Should be ISO8601.") from None


def is_emoji(name: str) -> bool:
    """Whether `name` is one Unicode emoji (with or without its variation selector), not a word or a mere symbol."""
    return _EMOJI.fullmatch(name) is not None


def emoji(path: str, value: Mapping[str, Any] | None) -> None:
    """Refuse an emoji object at `path` that has neither a custom emoji's id nor a Unicode emoji for a name."""
    if value is None:
        return
    given = value.get("id")
    if given is not None and not str(given).isdecimal():
        raise invalid(f"{path}.id", "NUMBER_TYPE_COERCE", f'Value "{given}" is not snowflake.')
    if given is None and not is_emoji(str(value.get("name") or "")):
        raise invalid(f"{path}.name", "COMPONENT_INVALID_EMOJI", "Invalid emoji")
