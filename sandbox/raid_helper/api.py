"""The stand-in's routes: who may ask, in Raid-Helper's order of checks, and what is then done."""

import itertools
from collections.abc import Awaitable, Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import web

from bot.clock import Clock
from sandbox.raid_helper import events, roster
from sandbox.raid_helper.refusal import bad, invalid_token, no_access, no_endpoint, unknown_event

Event = dict[str, Any]
Hook = Callable[[Event], Awaitable[None]]
Serve = Callable[[web.Request, Any], Awaitable[dict[str, Any]]]

_DONE: dict[str, Any] = {"status": "success"}


@dataclass(frozen=True)
class Hooks:
    """Who is told about an event that was posted, edited (sign-ups too) or deleted, with a copy of it."""

    on_post: Hook | None = None
    on_edit: Hook | None = None
    on_delete: Hook | None = None


class Api:
    """Raid-Helper's events, by id, and the routes to them."""

    def __init__(
        self, clock: Clock, servers: Mapping[int, str], rules: events.Rules, new_id: Callable[[], int], hooks: Hooks
    ) -> None:
        self.events: dict[str, Event] = {}
        self.servers = dict(servers)
        self.hidden_channels: set[int] = set()
        self.page_size = 1000
        self.misread_by = timedelta(0)
        self.keeps_times = False
        self._clock = clock
        self._rules = rules
        self._new_id = new_id
        self._row_ids = itertools.count(342_354_058)
        self._hooks = hooks

    def route(self, request: web.Request) -> tuple[str, Serve]:
        """The short name of a request's route and what serves it."""
        match (request.method, *_parts(request)):
            case ("POST", "servers", _, "channels", _, "event"):
                return "create", self._create
            case ("GET", "servers", _, "events"):
                return "list", self._list
            case ("GET", "servers", _, "scheduledevents"):
                return "scheduled", self._scheduled
            case ("GET", "servers", _, "attendance"):
                return "attendance", self._attendance
            case (method, "events", _):
                return self._event_route(method)
            case (method, "events", _, "signups", *rest):
                return self._signup_route(method, bool(rest))
            case _:
                return "unknown", self._unknown

    async def add_row(self, event: Event, body: dict[str, Any]) -> Event:
        """Sign somebody up and show it."""
        row = roster.add(event, next(self._row_ids), body, self._rules.names, self._now())
        await self.tell(self._hooks.on_edit, event)
        return row

    async def forget(self, event_id: str) -> None:
        """Drop an event and its message."""
        await self.tell(self._hooks.on_delete, self.events.pop(event_id))

    @staticmethod
    async def tell(hook: Hook | None, event: Event) -> None:
        """Show a copy of `event` to whoever listens."""
        if hook is not None:
            await hook(deepcopy(event))

    def _event_route(self, method: str) -> tuple[str, Serve]:
        routes: dict[str, tuple[str, Serve]] = {
            "GET": ("fetch", self._fetch),
            "PATCH": ("edit", self._edit),
            "DELETE": ("delete", self._delete),
        }
        return routes.get(method, ("unknown", self._unknown))

    def _signup_route(self, method: str, has_id: bool) -> tuple[str, Serve]:
        routes: dict[tuple[str, bool], tuple[str, Serve]] = {
            ("POST", False): ("add_signup", self._add_signup),
            ("PATCH", True): ("edit_signup", self._edit_signup),
            ("DELETE", True): ("remove_signup", self._remove_signup),
        }
        return routes.get((method, has_id), ("unknown", self._unknown))

    async def _create(self, request: web.Request, body: Any) -> dict[str, Any]:
        server = self._server(request)
        channel = _number(_parts(request)[3])
        if channel in self.hidden_channels:
            raise no_access()
        event = events.made(self._new_id(), (server, channel), _object(body), self._rules, self._now())
        if events.in_unix_seconds(body):
            events.shift(event, self.misread_by)
        self.events[event["id"]] = event
        await self.tell(self._hooks.on_post, event)
        return {**_DONE, "message": "Event created!", "event": event}

    async def _fetch(self, request: web.Request, _body: Any) -> dict[str, Any]:
        return self._known(request)

    async def _edit(self, request: web.Request, body: Any) -> dict[str, Any]:
        event = self._own(request)
        kept = {name: event[name] for name in ("startTime", "endTime")} if self.keeps_times else {}
        events.change(event, {**_object(body), **kept}, self._rules, self._now())
        await self.tell(self._hooks.on_edit, event)
        return {**_DONE, "event": event}

    async def _delete(self, request: web.Request, _body: Any) -> dict[str, Any]:
        await self.forget(self._own(request)["id"])
        return _DONE

    async def _list(self, request: web.Request, _body: Any) -> dict[str, Any]:
        return events.page_of(self._of(self._server(request)), request.headers, self.page_size)

    async def _scheduled(self, request: web.Request, _body: Any) -> dict[str, Any]:
        self._server(request)
        return {"scheduledEvents": []}

    async def _attendance(self, request: web.Request, _body: Any) -> dict[str, Any]:
        return events.attendance_of(self._of(self._server(request)), request.headers, self._now())

    async def _add_signup(self, request: web.Request, body: Any) -> dict[str, Any]:
        await self.add_row(self._own(request), _object(body))
        return _DONE

    async def _edit_signup(self, request: web.Request, body: Any) -> dict[str, Any]:
        event = self._own(request)
        roster.change(event, _parts(request)[3], _object(body))
        await self.tell(self._hooks.on_edit, event)
        return _DONE

    async def _remove_signup(self, request: web.Request, _body: Any) -> dict[str, Any]:
        event = self._own(request)
        roster.remove(event, _parts(request)[3])
        await self.tell(self._hooks.on_edit, event)
        return _DONE

    async def _unknown(self, request: web.Request, _body: Any) -> dict[str, Any]:
        raise no_endpoint(request.method, request.path)

    def _server(self, request: web.Request) -> int:
        """The server in the path, when the bare key in the header is that server's own."""
        server = _number(_parts(request)[1])
        if request.headers.get("Authorization", "") != self.servers.get(server):
            raise invalid_token()
        return server

    def _own(self, request: web.Request) -> Event:
        """The event in the path, for a writer with its server's key. The key is looked at before the event."""
        key = request.headers.get("Authorization", "")
        if key not in self.servers.values():
            raise invalid_token()
        event = self._known(request)
        if self.servers.get(int(event["serverId"])) != key:
            raise invalid_token()
        return event

    def _known(self, request: web.Request) -> Event:
        event = self.events.get(_parts(request)[1])
        if event is None:
            raise unknown_event()
        return event

    def _of(self, server: int) -> list[Event]:
        return [event for event in self.events.values() if event["serverId"] == str(server)]

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def _parts(request: web.Request) -> list[str]:
    """The path below ``/api/v4/``, in parts; a trailing slash makes an empty last one and so an unknown route."""
    path = request.path
    return path.removeprefix("/api/v4/").split("/") if path.startswith("/api/v4/") else []


def _number(part: str) -> int:
    if not part.isdigit():
        raise no_access()
    return int(part)


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise bad("body is not an object")  # the stand-in's choice; the real one may answer 500
    return body
