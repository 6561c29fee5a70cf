"""A local server that speaks Raid-Helper's API v4, as far as its clients have described it.

In memory, on the injected clock, with failures on request. Where no source says what the real one does, a comment
marks the choice as the stand-in's.
"""

import asyncio
import itertools
import random
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.clock import Clock
from sandbox.raid_helper.api import Api, Event, Hook, Hooks
from sandbox.raid_helper.calls import Call, call_of, leaks
from sandbox.raid_helper.events import Rules
from sandbox.raid_helper.faults import Fault, rate_limit, refused
from sandbox.raid_helper.refusal import Refusal

NETWORK = (0.15, 0.8)
"""A latency profile in seconds; nobody has published a measurement."""

_BURST, _WINDOW = 10, timedelta(seconds=5)
_DAY = timedelta(hours=24)


class RaidHelperStandIn:
    """Raid-Helper on 127.0.0.1: ``async with RaidHelperStandIn(clock, servers={guild: key}, users={…}) as rh``.

    `users` are the members Discord knows, by id; `new_id` gives event ids (snowflakes), which are also message ids.
    `on_post`, `on_edit` and `on_delete` get the event after it changed, to show its sheet. `latency` is a span of
    seconds, seeded; `bucket` enforces ten requests in five seconds, and `daily` is how many a key has in 24 hours;
    `zone` is how text dates are read, on purpose not UTC. Leaving the block fails when a client showed a key anywhere
    but in the Authorization header.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        servers: Mapping[int, str],
        users: Mapping[int, str],
        new_id: Callable[[], int] | None = None,
        on_post: Hook | None = None,
        on_edit: Hook | None = None,
        on_delete: Hook | None = None,
        zone: str = "America/Los_Angeles",
        strict_dates: bool = False,
        page_size: int = 1000,
        plain_delete: bool = False,
        bucket: bool = False,
        daily: int = 1000,
        latency: tuple[float, float] = (0.0, 0.0),
        port: int = 0,
    ) -> None:
        rules = Rules(users, ZoneInfo(zone), strict_dates=strict_dates)
        source = new_id or itertools.count(900_000_000_000_000_123).__next__
        self._rules = rules
        self._api = Api(clock, servers, rules, source, Hooks(on_post, on_edit, on_delete))
        self._api.page_size = page_size
        self.calls: list[Call] = []
        self.plain_delete = plain_delete
        self.bucket = bucket
        self.daily = daily
        self.latency = latency
        self.base_url = ""
        self._clock = clock
        self._faults: dict[str, deque[Fault]] = {}
        self._arrivals: dict[str, deque[datetime]] = {}
        self._of_the_day: dict[str, deque[datetime]] = {}
        self._chance = random.Random(7)  # noqa: S311 - a reproducible delay, no secret
        self._release = asyncio.Event()
        self._port = port
        self._runner: web.AppRunner | None = None

    @property
    def events(self) -> dict[str, Event]:
        """The events by id, in the full shape of the API; change them to play Discord's side."""
        return self._api.events

    @property
    def servers(self) -> dict[int, str]:
        """The key of each server; replace one to play somebody refreshing it."""
        return self._api.servers

    def misread(self, by: timedelta, *, keep: bool = False, zone: str | None = None) -> None:
        """Put what is created with unix seconds `by` so much off its time; `keep`: an edit does not move it either.

        `zone` is whose clocks text is read on from now on.
        """
        self._api.misread_by, self._api.keeps_times = by, keep
        self._rules.zone = ZoneInfo(zone) if zone else self._rules.zone

    def meet(self, user_id: int, name: str) -> None:
        """Somebody joined Discord: they may lead events and be signed up."""
        self._rules.names[str(user_id)] = name

    @property
    def hidden_channels(self) -> set[int]:
        """Channels Raid-Helper may not write in."""
        return self._api.hidden_channels

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{anything:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/api/v4"
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._release.set()
        if self._runner is not None:
            await self._runner.cleanup()
        shown = [place for call in self.calls for place in leaks(call)]
        assert kind or not shown, f"the key was shown in {shown}"

    def fail(self, route: str, fault: Fault, times: int = 1) -> None:
        """Make the next `times` requests to `route` ("create", "list", "add_signup" …, "*" for any) fail."""
        self._faults.setdefault(route, deque()).extend([fault] * times)

    async def released(self) -> object:
        """Wait until the stand-in is left: for a fault that stalls."""
        return await self._release.wait()

    def asked(self, route: str) -> list[Call]:
        """The requests to one route so far."""
        return [call for call in self.calls if call.route == route]

    def reset(self) -> None:
        """Forget events, calls and faults."""
        self.events.clear()
        self.calls.clear()
        self._faults.clear()
        self._arrivals.clear()
        self._of_the_day.clear()

    async def delete_in_discord(self, event_id: str) -> None:
        """Somebody deletes the event's message: Raid-Helper forgets the event."""
        await self._api.forget(event_id)

    async def sign_up_in_discord(self, event_id: str, user_id: int, class_name: str, spec_name: str = "") -> Event:
        """A member clicks a button of the event's sheet. Returns the row."""
        body: dict[str, Any] = {"userId": str(user_id), "className": class_name}
        return await self._api.add_row(self.events[event_id], body | ({"specName": spec_name} if spec_name else {}))

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        route, _ = self._api.route(request)
        body = await _json(request)
        self.calls.append(call_of(route, request, body, self._clock.now(), self.servers.values()))
        if any(self.latency):
            await self._clock.sleep(self._chance.uniform(*self.latency))
        try:
            return await self._served(request, body)
        except Refusal as refusal:
            return web.json_response(refusal.body, status=refusal.status)

    async def _served(self, request: web.Request, body: Any) -> web.StreamResponse:
        route, serve = self._api.route(request)
        fault = self._too_fast(request) or self._too_many(request) or self._next_fault(route)
        if fault is not None and not fault.commits:
            return await fault.behave(request, {})
        answer = await serve(request, body)
        if fault is not None:
            return await fault.behave(request, answer)
        if route == "delete" and self.plain_delete:
            return web.Response(text="Event deleted")
        return web.json_response(answer)

    def _next_fault(self, route: str) -> Fault | None:
        waiting = self._faults.get(route) or self._faults.get("*")
        return waiting.popleft() if waiting else None

    def _too_fast(self, request: web.Request) -> Fault | None:
        """The eleventh request of a key in five seconds is one too many; a refused one does not count."""
        if not self.bucket:
            return None
        now = self._clock.now()
        arrivals = self._arrivals.setdefault(request.headers.get("Authorization", ""), deque(maxlen=_BURST))
        if len(arrivals) == _BURST and (wait := (arrivals[0] + _WINDOW - now).total_seconds()) > 0:
            return rate_limit("text", f"{wait:.1f}s")
        arrivals.append(now)
        return None

    def _too_many(self, request: web.Request) -> Fault | None:
        """A key's day is used up; the words are those of a real answer."""
        key, now = request.headers.get("Authorization", ""), self._clock.now()
        today = self._of_the_day.setdefault(key, deque())
        while today and today[0] <= now - _DAY:
            today.popleft()
        if len(today) >= self.daily:
            hours = -(-(today[0] + _DAY - now) // timedelta(hours=1))
            return refused(429, f"Rate limit encountered: {self.daily} / 24h. Try again in {hours} hour(s)")
        today.append(now)
        return None


async def _json(request: web.Request) -> Any:
    """The body, or None when it is no JSON: the routes decide what that means."""
    try:
        return await request.json()
    except ValueError:
        return None
