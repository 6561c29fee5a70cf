"""Finding the handler of a request: a tree of path segments, so that a request costs its own depth."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.discord.refusal import Refusal
from sandbox.discord.world import Upload

if TYPE_CHECKING:
    from sandbox.discord.server import DiscordServer


@dataclass
class Request:
    """One REST request: `path` is without /api/v10, `args` what the route's placeholders matched."""

    discord: "DiscordServer"
    method: str
    path: str
    query: Mapping[str, str]
    body: Any = None
    files: list[Upload] = field(default_factory=list[Upload])
    args: dict[str, str] = field(default_factory=dict[str, str])
    template: str = ""

    def id(self, name: str) -> int:
        """The placeholder as an id; refuses what is no snowflake."""
        value = self.args[name]
        if not value.isdigit():
            raise Refusal(400, 50035, f'Invalid Form Body ({name}: Value "{value}" is not snowflake.)')
        return int(value)

    @property
    def json(self) -> dict[str, Any]:
        """The body as an object; an empty one when none was sent."""
        return self.body if isinstance(self.body, dict) else {}


Handler = Callable[[Request], Awaitable[Any]]


@dataclass
class _Node:
    literal: "dict[str, _Node]" = field(default_factory=dict)
    placeholder: "_Node | None" = None
    handlers: dict[str, tuple[str, list[str], Handler]] = field(default_factory=dict)


class Routes:
    """Routes by method and path template, e.g. ``/channels/{channel_id}/messages``."""

    def __init__(self) -> None:
        self._root = _Node()

    def on(self, method: str, template: str) -> Callable[[Handler], Handler]:
        """Register the decorated handler. It returns what is sent as JSON with 200, None for 204."""

        def register(handler: Handler) -> Handler:
            node, names = self._root, []
            for part in template.strip("/").split("/"):
                if part.startswith("{"):
                    names.append(part[1:-1])
                    node.placeholder = node = node.placeholder or _Node()
                else:
                    node = node.literal.setdefault(part, _Node())
            node.handlers[method] = (template, names, handler)
            return handler

        return register

    def find(self, request: Request) -> Handler | None:
        """The handler, with the request's `args` and `template` filled in; None for an unknown route."""
        parts = request.path.strip("/").split("/")
        found = _walk(self._root, request.method, parts, [])
        if found is None:
            return None
        (request.template, names, handler), values = found
        request.args = dict(zip(names, values, strict=True))
        return handler


def _walk(
    node: _Node, method: str, parts: list[str], values: list[str]
) -> tuple[tuple[str, list[str], Handler], list[str]] | None:
    if not parts:
        return (node.handlers[method], values) if method in node.handlers else None
    head, rest = parts[0], parts[1:]
    if head in node.literal and (found := _walk(node.literal[head], method, rest, values)):
        return found
    return _walk(node.placeholder, method, rest, [*values, head]) if node.placeholder else None


routes = Routes()
