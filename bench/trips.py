"""Round trips to Postgres, counted where asyncpg writes to the socket: every answer that is waited for is one."""

from collections import Counter
from contextvars import ContextVar
from typing import Any

from asyncpg import protocol

clicking: ContextVar[bool] = ContextVar("clicking", default=False)
"""Set while a click is worked off; whatever is awaited from there inherits it, also in a task of its own."""

trips: Counter[str] = Counter()
"""Round trips so far: "clicks" for the members, "rest" for the queue, the loops and the start."""

_WAITING = ("prepare", "bind_execute", "bind_execute_many", "bind", "execute", "query", "close_statement")


def _counted(name: str) -> Any:
    original = getattr(protocol.Protocol, name)

    async def counted(self: Any, *arguments: Any, **options: Any) -> Any:
        trips["clicks" if clicking.get() else "rest"] += 1
        return await original(self, *arguments, **options)

    return counted


def count_trips() -> None:
    """Have every connection of this process counted; BEGIN, COMMIT and what the pool says on release included."""
    methods = {name: _counted(name) for name in _WAITING}
    protocol.Protocol = type("Counting", (protocol.Protocol,), methods)
