"""What the stand-in was asked: a log for assertions, in which keys are masked."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

MASK = "<key>"


@dataclass(frozen=True)
class Call:
    """One request: `route` is the stand-in's short name of it ("create", "list", …), `at` the clock's time."""

    route: str
    method: str
    path: str
    headers: dict[str, str]
    body: Any
    at: datetime


def call_of(route: str, request: web.Request, body: Any, at: datetime, keys: Collection[str]) -> Call:
    """The log's entry for `request`."""
    headers = {name: _masked(value, keys) for name, value in request.headers.items()}
    return Call(route, request.method, _masked(request.path_qs, keys), headers, body, at)


def leaks(call: Call) -> list[str]:
    """Where a key showed up although it belongs into the Authorization header alone."""
    headers = [name for name, value in call.headers.items() if MASK in value and name.lower() != "authorization"]
    places = {"path": call.path, "body": str(call.body)}
    return headers + [name for name, text in places.items() if MASK in text]


def _masked(text: str, keys: Collection[str]) -> str:
    for key in keys:
        text = text.replace(key, MASK)
    return text
