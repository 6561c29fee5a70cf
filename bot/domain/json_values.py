"""Values out of JSON that somebody wrote by hand: the right kind and length, or a sentence that says what to mend."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from bot.domain.emoji import is_emoji

LONGEST_TEXT = 100
"""What Discord shows of a select's option and of an autocomplete's choice."""

Path = tuple[str | int, ...]
"""Where a value stands: the keys and indices that lead to it, such as ("classes", 2, "emoji")."""

LONGEST_ID = 19
_COLOUR = re.compile("#?[0-9a-fA-F]{6}")


class Garbled(ValueError):
    """A value that is missing or of the wrong kind; `str(error)` is a sentence that names it, `path` says where."""

    def __init__(self, message: str, path: Path = ()) -> None:
        super().__init__(message)
        self.path = path


@dataclass(frozen=True)
class JsonObject:
    """A JSON object and where it stands, such as "Class 3, spec 1: " (empty for the outermost). All raise Garbled."""

    values: Mapping[str, Any]
    place: str = ""
    path: Path = ()

    def text(self, key: str, default: str | None = None, longest: int = LONGEST_TEXT) -> str:
        """The text under `key`, trimmed, of 1 to `longest` characters; absent it is `default`, if there is one."""
        given = self.values.get(key)
        if given is None and default is not None:
            return default
        if not isinstance(given, str) or not given.strip():
            raise self._garbled(key, f"is missing or not a text of 1 to {longest} characters")
        text = given.strip()
        if len(text) > longest:
            raise self._garbled(key, f'is too long: "{text[:20]}…" has {len(text)} characters, {longest} fit')
        if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text):
            raise self._garbled(key, "holds a line break or another character that cannot be shown")
        return text

    def emoji(self, key: str, default: str | None = None) -> str:
        """The emoji under `key`: a Unicode one, or a server's own as `<:name:id>`."""
        text = self.text(key, default)
        if not is_emoji(text):
            raise self._garbled(key, f'is one emoji, such as 🛡️ or <:name:id>, not "{text}"')
        return text

    def colour(self, key: str, default: int) -> int:
        """The colour under `key`, written #RRGGBB, as a number."""
        if self.values.get(key) is None:
            return default
        text = self.text(key)
        if not _COLOUR.fullmatch(text):
            raise self._garbled(key, f'is a colour, such as #C69B6D, not "{text}"')
        return int(text.removeprefix("#"), 16)

    def whole(self, key: str, most: int) -> int | None:
        """The whole number under `key`, from 1 to `most`; None when absent."""
        given = self.values.get(key)
        if given is None:
            return None
        if not isinstance(given, int) or isinstance(given, bool) or not 1 <= given <= most:
            raise self._garbled(key, f"is a whole number from 1 to {most}; leave it out for none")
        return given

    def objects(self, key: str, word: str) -> list["JsonObject"]:
        """The objects listed under `key`, each called `word` and its number; absent there are none."""
        place = f"{self.place.removesuffix(': ')}, {word}" if self.place else word.capitalize()
        listed = [(f"{place} {number}", one) for number, one in enumerate(self._listed(key), 1)]
        for index, (where, one) in enumerate(listed):
            if not isinstance(one, Mapping):
                raise Garbled(f"{where} is not an object in curly brackets.", (*self.path, key, index))
        return [
            JsonObject(cast("Mapping[str, Any]", one), f"{where}: ", (*self.path, key, index))
            for index, (where, one) in enumerate(listed)
        ]

    def nested(self, key: str) -> "JsonObject":
        """The object under `key`; absent it is an empty one."""
        given = self.values.get(key)
        if given is not None and not isinstance(given, Mapping):
            raise self._garbled(key, "is an object in curly brackets")
        place, path = f"{self.place}{key.capitalize()}: ", (*self.path, key)
        return JsonObject(cast("Mapping[str, Any]", given or {}), place, path)

    def ids(self, key: str) -> tuple[int, ...]:
        """The Discord ids listed under `key`, written as texts of digits."""
        listed = self.texts(key)
        if any(not one.isascii() or not one.isdigit() or len(one) > LONGEST_ID for one in listed):
            raise self._garbled(key, "lists Discord ids, texts of up to 19 digits")
        return tuple(int(one) for one in listed)

    def only(self, *known: str) -> None:
        """Refuse the first key that is none of the `known`: mistyped, it would silently mean nothing."""
        if unknown := [key for key in self.values if key not in known]:
            words = f"{', '.join(known[:-1])} or {known[-1]}"
            raise Garbled(f'{self.place}there is no "{unknown[0][:50]}": write {words}.', (*self.path, unknown[0]))

    def texts(self, key: str) -> tuple[str, ...]:
        """The texts listed under `key`."""
        return tuple(JsonObject({key: one}, self.place, self.path).text(key) for one in self._listed(key))

    def _listed(self, key: str) -> list[object]:
        given = self.values.get(key)
        if given is None:
            return []
        if not isinstance(given, list | tuple):
            raise self._garbled(key, "is a list in square brackets")
        return list(cast("list[object]", given))

    def _garbled(self, key: str, fault: str) -> Garbled:
        return Garbled(f"{self.place}`{key}` {fault}.", (*self.path, key))
