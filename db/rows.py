"""From rows to values: the connection's type, and the one conversion every repository needs."""

from collections.abc import Callable
from typing import Any, TypeVar

import asyncpg

Connection = asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
T = TypeVar("T")


def maybe(kind: Callable[[Any], T], value: Any) -> T | None:
    """`value` as `kind`; NULL stays None."""
    return None if value is None else kind(value)
