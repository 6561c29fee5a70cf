"""The kinds of values settings have: how each is typed, shown, and kept as JSON."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any, Generic, Protocol, TypeVar

from bot.domain.durations import parse_duration, parse_lead_times, show_duration, show_lead_times
from bot.domain.errors import MusterError
from bot.domain.ids import ChannelId, RoleId

T = TypeVar("T")

MINUTE = timedelta(minutes=1)
LONGEST_TEXT = 1000
_NONE = frozenset({"", "-", "none", "no", "off", "never"})
_YES = frozenset({"yes", "on", "true", "1"})
_NO = frozenset({"no", "off", "false", "0"})
_ID = re.compile(r"\d{5,20}")


class BadValue(MusterError):
    """That is no value of this setting."""


class Kind(Protocol[T]):
    """How one kind of value is handled."""

    def read(self, typed: str) -> T:
        """The value somebody typed. Raises BadValue or another MusterError that says what to type."""
        ...

    def show(self, value: T) -> str:
        """The value as people read it, in Discord's markdown; `read` takes it back."""
        ...

    def dump(self, value: T) -> Any:
        """The value as JSON."""
        ...

    def load(self, kept: Any) -> T:
        """The value out of JSON. Raises ValueError or TypeError for what is none."""
        ...


@dataclass(frozen=True)
class Flag:
    """On or off."""

    def read(self, typed: str) -> bool:
        """Raises BadValue."""
        word = typed.strip().casefold()
        if word not in _YES | _NO:
            raise BadValue("Type `on` or `off`.")
        return word in _YES

    def show(self, value: bool) -> str:
        """on or off."""
        return "on" if value else "off"

    def dump(self, value: bool) -> Any:
        """A JSON truth value."""
        return value

    def load(self, kept: Any) -> bool:
        """Raises TypeError."""
        if not isinstance(kept, bool):
            raise TypeError(kept)
        return kept


@dataclass(frozen=True)
class Length:
    """A length of time in whole minutes."""

    at_most: timedelta
    at_least: timedelta = MINUTE

    def read(self, typed: str) -> timedelta:
        """Raises BadDuration."""
        if self.at_least <= timedelta(0) and typed.strip().casefold() in _NONE | {"0"}:
            return timedelta(0)
        return parse_duration(typed, at_most=self.at_most, at_least=self.at_least)

    def show(self, value: timedelta) -> str:
        """As "3 h"."""
        return show_duration(value)

    def dump(self, value: timedelta) -> Any:
        """Minutes."""
        return value // MINUTE

    def load(self, kept: Any) -> timedelta:
        """Raises TypeError, ValueError."""
        found = MINUTE * _whole(kept)
        if not self.at_least <= found <= self.at_most:
            raise ValueError(kept)
        return found


@dataclass(frozen=True)
class Leads:
    """Minutes before the start, the earliest first; the empty list is none at all."""

    most: int = 10

    def read(self, typed: str) -> tuple[int, ...]:
        """Raises BadLeadTimes."""
        return parse_lead_times(typed, most=self.most)

    def show(self, value: tuple[int, ...]) -> str:
        """As "1 h, 15 min"."""
        return show_lead_times(value)

    def dump(self, value: tuple[int, ...]) -> Any:
        """A list of minutes."""
        return list(value)

    def load(self, kept: Any) -> tuple[int, ...]:
        """Raises TypeError, ValueError."""
        found = tuple(_whole(one) for one in _list(kept))
        if any(one < 1 for one in found):
            raise ValueError(kept)
        return tuple(sorted(set(found), reverse=True))


@dataclass(frozen=True)
class Count:
    """A whole number from 1 to `most`."""

    most: int

    def read(self, typed: str) -> int:
        """Raises BadValue."""
        word = typed.strip()
        if not (word.isascii() and word.isdigit() and len(word) < 10 and 1 <= int(word) <= self.most):
            raise BadValue(f"Type a whole number from 1 to {self.most}.")
        return int(word)

    def show(self, value: int) -> str:
        """The number."""
        return str(value)

    def dump(self, value: int) -> Any:
        """The number."""
        return value

    def load(self, kept: Any) -> int:
        """Raises TypeError, ValueError."""
        if not 1 <= _whole(kept) <= self.most:
            raise ValueError(kept)
        return kept


@dataclass(frozen=True)
class Word:
    """One of a few words."""

    words: Sequence[str]

    def read(self, typed: str) -> str:
        """Raises BadValue."""
        word = typed.strip().casefold()
        if word not in self.words:
            raise BadValue(f"Type one of {', '.join(f'`{one}`' for one in self.words)}.")
        return word

    def show(self, value: str) -> str:
        """The word."""
        return value

    def dump(self, value: str) -> Any:
        """The word."""
        return value

    def load(self, kept: Any) -> str:
        """Raises ValueError."""
        if kept not in self.words:
            raise ValueError(kept)
        return str(kept)


@dataclass(frozen=True)
class Text:
    """A text of at most a thousand characters; the empty one is none."""

    def read(self, typed: str) -> str:
        """Raises BadValue."""
        if len(typed) > LONGEST_TEXT:
            raise BadValue(f"A text has at most {LONGEST_TEXT} characters.")
        return "" if typed.strip().casefold() in _NONE else typed.strip()

    def show(self, value: str) -> str:
        """The text itself."""
        return value or "none"

    def dump(self, value: str) -> Any:
        """The text."""
        return value

    def load(self, kept: Any) -> str:
        """Raises TypeError."""
        if not isinstance(kept, str):
            raise TypeError(kept)
        return kept[:LONGEST_TEXT]


@dataclass(frozen=True)
class Roles:
    """Discord roles in their order, each once; the empty list is none."""

    most: int = 25

    def read(self, typed: str) -> tuple[RoleId, ...]:
        """Mentions or ids. Raises BadValue."""
        if typed.strip().casefold() in _NONE:
            return ()
        rest = re.sub(r"<@&(\d+)>", r" \1 ", typed).replace(",", " ").split()
        if not all(_ID.fullmatch(one) for one in rest):
            raise BadValue("Mention the roles, such as `@Raider @Trial`, or type `none`.")
        found = tuple(dict.fromkeys(RoleId(int(one)) for one in rest))
        if len(found) > self.most:
            raise BadValue(f"That are {len(found)} roles; at most {self.most} fit.")
        return found

    def show(self, value: tuple[RoleId, ...]) -> str:
        """Mentions."""
        return " ".join(f"<@&{one}>" for one in value) or "none"

    def dump(self, value: tuple[RoleId, ...]) -> Any:
        """Ids as texts: JSON readers elsewhere round large numbers."""
        return [str(one) for one in value]

    def load(self, kept: Any) -> tuple[RoleId, ...]:
        """Raises TypeError, ValueError."""
        return tuple(dict.fromkeys(RoleId(int(one)) for one in _list(kept)))[: self.most]


@dataclass(frozen=True)
class Channel:
    """A channel of the server."""

    def read(self, typed: str) -> ChannelId:
        """A mention or an id. Raises BadValue."""
        found = re.fullmatch(r"(?:<#)?(\d{5,20})>?", typed.strip())
        if found is None:
            raise BadValue("Mention the channel, such as `#raids`, or type `none`.")
        return ChannelId(int(found[1]))

    def show(self, value: ChannelId) -> str:
        """A mention."""
        return f"<#{value}>"

    def dump(self, value: ChannelId) -> Any:
        """The id as text."""
        return str(value)

    def load(self, kept: Any) -> ChannelId:
        """Raises ValueError."""
        return ChannelId(int(kept))


@dataclass(frozen=True)
class Hours:
    """A span of the night on local clocks, such as 22:00 to 08:00."""

    def read(self, typed: str) -> tuple[time, time]:
        """Raises BadValue."""
        found = re.fullmatch(r"(\d{1,2})(?::(\d\d))?\s*(?:-|–|to)\s*(\d{1,2})(?::(\d\d))?", typed.strip())
        numbers = [int(one or 0) for one in found.groups()] if found else [24]
        if max(numbers[::2]) > 23 or max(numbers[1::2], default=0) > 59 or numbers[:2] == numbers[2:]:
            raise BadValue("Type when it is quiet, such as `22:00-08:00`, or `none`.")
        return time(numbers[0], numbers[1]), time(numbers[2], numbers[3])

    def show(self, value: tuple[time, time]) -> str:
        """As "22:00-08:00"."""
        return f"{value[0]:%H:%M}-{value[1]:%H:%M}"

    def dump(self, value: tuple[time, time]) -> Any:
        """A list of two texts."""
        return [f"{one:%H:%M}" for one in value]

    def load(self, kept: Any) -> tuple[time, time]:
        """Raises TypeError, ValueError."""
        first, last = _list(kept)
        return time.fromisoformat(first), time.fromisoformat(last)


@dataclass(frozen=True)
class Maybe(Generic[T]):
    """Another kind, or "none"."""

    kind: Kind[T]

    def read(self, typed: str) -> T | None:
        """Raises what the kind raises."""
        return None if typed.strip().casefold() in _NONE else self.kind.read(typed)

    def show(self, value: T | None) -> str:
        """The value, or none."""
        return "none" if value is None else self.kind.show(value)

    def dump(self, value: T | None) -> Any:
        """The value, or null: set, and set to none."""
        return None if value is None else self.kind.dump(value)

    def load(self, kept: Any) -> T | None:
        """Raises what the kind raises."""
        return None if kept is None else self.kind.load(kept)


def of_one_server(kind: Kind[Any]) -> bool:
    """Whether its values name things of one Discord server, which mean nothing in another."""
    inner = kind.kind if isinstance(kind, Maybe) else kind  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - whatever it is
    return isinstance(inner, Roles | Channel)


def _whole(kept: Any) -> int:
    if not isinstance(kept, int) or isinstance(kept, bool):
        raise TypeError(kept)
    return kept


def _list(kept: Any) -> list[Any]:
    if not isinstance(kept, list):
        raise TypeError(kept)
    return kept  # pyright: ignore[reportUnknownVariableType] - JSON
