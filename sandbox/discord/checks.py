"""Whether a body is one Discord would take: its documented limits, and its published description."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from sandbox.discord import limits
from sandbox.discord.refusal import all_invalid
from sandbox.discord.world import JSON, World


class Description(Protocol):
    """Discord's published OpenAPI document (`openapi.Spec`)."""

    def check(self, method: str, path: str, body: Any) -> list[str]:
        """Complaints about a request's body; [] when it is as described."""
        ...


class Checks:
    """The body checks, which raise Refusal; all off with `strict` False (benchmarks)."""

    def __init__(self, strict: bool, spec: Description | None, world: World) -> None:
        self.strict = strict
        self._spec = spec
        self._world = world

    def message(self, body: Mapping[str, Any], previous: Mapping[str, Any] | None = None) -> None:
        """A message to send, or an edit of `previous`."""
        if self.strict:
            limits.check_message(body, previous)
            self._emojis(body.get("components") or [])

    def _emojis(self, components: list[JSON]) -> None:
        """Refuse components with custom emoji of servers the bot is not in, naming each."""
        known = set(self._world.emojis).union(*(guild.emojis for guild in self._world.guilds.values()))
        gone = [path for path, emoji_id in _custom("", {"components": components}) if emoji_id not in known]
        if gone:
            raise all_invalid(gone, "BUTTON_COMPONENT_INVALID_EMOJI", "Invalid emoji")

    def modal(self, data: Mapping[str, Any]) -> None:
        """A modal to open."""
        if self.strict:
            limits.check_modal(data)

    def choices(self, choices: Sequence[Mapping[str, Any]]) -> None:
        """An autocomplete list."""
        if self.strict:
            limits.check_choices(choices)

    def commands(self, commands: Sequence[Mapping[str, Any]]) -> None:
        """Commands to register."""
        if self.strict:
            limits.check_commands(commands)

    def described(self, method: str, path: str, body: Any) -> list[str]:
        """What the published description has against an accepted request."""
        return self._spec.check(method, path, body) if self.strict and self._spec else []


def _custom(path: str, component: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Every custom emoji in the component, with the path to its id."""
    emoji_id = (component.get("emoji") or {}).get("id")
    if emoji_id is not None:
        yield f"{path}.emoji.id".removeprefix("."), int(emoji_id)
    for key in ("components", "options"):
        for index, inner in enumerate(component.get(key) or []):
            yield from _custom(f"{path}.{key}.{index}", inner)
    for key in ("accessory", "component"):
        if inner := component.get(key):
            yield from _custom(f"{path}.{key}", inner)
