"""Settings and their inheritance: default → server → channel → template → series → event, the innermost wins.

A setting is set at a level when a value stands there, and an empty list, 0 or "none" is a value: only a level without
one passes on what the outer levels say (the origin's multi-channel inheritance).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from bot.domain.setting_kinds import Kind

T = TypeVar("T")


class Scope(StrEnum):
    """What a value is set for, from the outermost to the innermost."""

    SERVER = "server"
    CHANNEL = "channel"
    TEMPLATE = "template"
    SERIES = "series"
    EVENT = "event"


@dataclass(frozen=True)
class Level:
    """One place a value may stand at: the scope and whose it is (0 for the server itself)."""

    scope: Scope
    id: int = 0


SERVER = Level(Scope.SERVER)
EVERYWHERE = tuple(Scope)
PLACES = (Scope.SERVER, Scope.CHANNEL)
"""Where a setting stands that is about people and rooms, not about one raid."""


@dataclass(frozen=True)
class Setting(Generic[T]):
    """A named value: what it is without anybody's word, how it is typed and kept, and where it may be set."""

    name: str
    kind: Kind[T]
    default: T
    scopes: Sequence[Scope] = EVERYWHERE


@dataclass(frozen=True)
class Found(Generic[T]):
    """A value and the level it comes from; None for the default."""

    value: T
    level: Level | None


class Effective:
    """What holds at one place: of every setting the innermost value."""

    def __init__(self, levels: Sequence[tuple[Level, Mapping[str, Any]]]) -> None:
        """`levels` from the outermost to the innermost, each with the values set there, as they are kept (JSON)."""
        self._levels = levels

    def __getitem__(self, setting: Setting[T]) -> T:
        """The value that holds."""
        return self.found(setting).value

    def found(self, setting: Setting[T]) -> Found[T]:
        """The value that holds and where it comes from. What somebody wrote by hand and cannot be read is skipped."""
        for level, values in reversed(self._levels):
            if setting.name in values and level.scope in setting.scopes:
                try:
                    return Found(setting.kind.load(values[setting.name]), level)
                except (ValueError, TypeError):
                    continue
        return Found(setting.default, None)
