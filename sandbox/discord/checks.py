"""Whether a body is one Discord would take: its documented limits, and its published description."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sandbox.discord import limits
from sandbox.discord.refusal import invalid
from sandbox.discord.words import walk
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
        """Refuse a component with a custom emoji of a server the bot is not in."""
        known = set(self._world.emojis).union(*(guild.emojis for guild in self._world.guilds.values()))
        for component in walk(components):
            for one in (component, *(component.get("options") or [])):
                emoji_id = (one.get("emoji") or {}).get("id")
                if emoji_id is not None and int(emoji_id) not in known:
                    raise invalid("components", "COMPONENT_INVALID_EMOJI", "Invalid emoji")

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
