"""From rows to values: the connection's type, and the one conversion every repository needs."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import asyncpg

if TYPE_CHECKING:
    Connection = asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
else:
    Connection = asyncpg.pool.PoolConnectionProxy  # generic for the type checker only

T = TypeVar("T")


def maybe(kind: Callable[[Any], T], value: Any) -> T | None:
    """`value` as `kind`; NULL stays None."""
    return None if value is None else kind(value)
