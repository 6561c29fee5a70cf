"""The stand-in itself: one loopback server with Discord's REST under /api/v10 and its gateway.

discord = DiscordServer(clock)
async with discord:
    with discord.library_points_here():
        ...  # start the unmodified bot with discord.token, act through discord.hand(member)
"""

import asyncio
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any

import discord.asset
import discord.gateway
import discord.http
import yarl
from aiohttp import web

from bot.clock import Clock, SystemClock
from sandbox.discord import exchange
from sandbox.discord.checks import Checks, Description
from sandbox.discord.faults import Faults, Hold, LostAnswer, PlannedFailure, planned
from sandbox.discord.gateway import Gateway
from sandbox.discord.hand import Hand
from sandbox.discord.interactions import Interactions
from sandbox.discord.rates import RateLimits
from sandbox.discord.refusal import Refusal
from sandbox.discord.rest import routes
from sandbox.discord.routing import Request
from sandbox.discord.running import running
from sandbox.discord.snowflake import Snowflakes
from sandbox.discord.staging import Staging
from sandbox.discord.transcript import Transcript
from sandbox.discord.world import Channel, Member, Message, Pings, User, World

_API = "/api/v10"


@dataclass(frozen=True)
class Call:
    """A REST request as it was answered. `status` 0: the answer was lost on purpose."""

    method: str
    path: str
    body: Any
    status: int
    at: datetime


@dataclass(frozen=True)
class Violation:
    """Something Discord would not have taken; `status` 200: taken, but not as its published description says."""

    method: str
    path: str
    status: int
    code: int
    message: str


class DiscordServer(Staging):
    """A Discord of one's own. All state is in `world`; tests stage it, the bot talks to it, a hand clicks.

    `rate_limits` is on with a real clock and off with a turned one: discord.py waits *real* seconds when a window is
    used up, and on a standing clock a window never ends. A test that is about limits sets it True itself.
    `strict` False skips the limits, the description and the transcript (benchmarks).
    `members_intent` is the portal's switch.
    """

    def __init__(
        self, clock: Clock, *, spec: Description | None = None, strict: bool = True, members_intent: bool = True
    ) -> None:
        self.clock = clock
        self.world = World()
        self.snowflakes = Snowflakes(clock)
        self.checks = Checks(strict, spec, self.world)
        self.rate_limits = isinstance(clock, SystemClock)
        self.members_intent = members_intent
        self.calls: list[Call] = []
        self.violations: list[Violation] = []
        self.faults = Faults()
        self.gateway = Gateway(self)
        self.interactions = Interactions(self)
        self.transcript = Transcript(kept=strict)
        self._rates = RateLimits(clock)
        self._served = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.url = ""
        self.bot_user = User(self.snowflakes.next(), "Muster", bot=True)
        self.bot_owner = User(self.snowflakes.next(), "host")
        self.world.users |= {user.id: user for user in (self.bot_user, self.bot_owner)}
        self.token = f"stand-in.{self.bot_user.id}.token"

    @property
    def application_id(self) -> int:
        """The application's id, which is the bot's, too."""
        return self.bot_user.id

    @property
    def application_flags(self) -> int:
        """The portal's switches: members intent (limited), application commands in use."""
        return (1 << 15 if self.members_intent else 0) | 1 << 23

    @property
    def gateway_url(self) -> str:
        """Where websockets connect."""
        return f"{self.url.replace('http', 'ws', 1)}/gateway"

    async def __aenter__(self) -> "DiscordServer":
        app = web.Application(client_max_size=32 * 1024 * 1024)
        app.router.add_get("/gateway", self.gateway.serve)
        app.router.add_get("/gateway/", self.gateway.serve)
        app.router.add_get("/cdn/{path:.*}", self._file)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.faults.release_all()
        await self.gateway.close()
        if self._runner:
            await self._runner.cleanup()

    @contextmanager
    def library_points_here(self) -> Iterator[None]:
        """Have discord.py in this process talk to this server; its own addresses are restored afterwards."""
        route, socket, asset = discord.http.Route, discord.gateway.DiscordWebSocket, discord.asset.Asset
        before = route.BASE, socket.DEFAULT_GATEWAY, asset.BASE
        route.BASE, socket.DEFAULT_GATEWAY = f"{self.url}{_API}", yarl.URL(self.gateway_url)
        asset.BASE = f"{self.url}/cdn"  # pyright: ignore[reportAttributeAccessIssue] - declared as that very literal
        try:
            yield
        finally:
            route.BASE, socket.DEFAULT_GATEWAY, asset.BASE = before

    def fail(
        self, method: str, path: str, status: int, code: int = 0, times: int = 1, retry_after: float = 0.01
    ) -> None:
        """The next `times` matching requests answer `status`. ``*`` in `path` is one segment, ``**`` any number."""
        self.faults.fail(method, path, planned(status, code, retry_after), times)

    def lose_answer(self, method: str, path: str, times: int = 1) -> None:
        """The next `times` matching requests are carried out, but the connection breaks before the answer."""
        self.faults.lose(method, path, times)

    def hang_up(self) -> None:
        """Close the connections on which nothing is asked just now, as Discord does with idle ones."""
        server = self._runner and self._runner.server
        for connection in server.connections if server else ():
            if connection._current_request is None:  # pyright: ignore[reportPrivateUsage] - aiohttp tells it nowhere
                connection.force_close()

    def hold(self, method: str, path: str) -> Hold:
        """Matching requests wait until the returned hold is released (or left as a context manager)."""
        return self.faults.hold(method, path)

    def running(self, bot: discord.Client, *, timeout: float = 10.0) -> AbstractAsyncContextManager[None]:
        """Run the bot with this server's token: ready inside the block, closed after it."""
        return running(bot, self.token, timeout=timeout)

    def hand(self, actor: Member | User, channel: Channel | None = None) -> Hand:
        """The hand of a member (or of a user, in their direct messages)."""
        return Hand(self, actor, channel)

    def messages(self, channel: Channel) -> list[Message]:
        """What stands in the channel, oldest first."""
        return list(channel.messages.values())

    def dms(self, user: Member | User) -> list[Message]:
        """What stands in the bot's direct messages with this person, oldest first."""
        return self.messages(self.dm_channel(user.user if isinstance(user, Member) else user))

    def pings(self, message: Message) -> Pings:
        """Who was rung when the message was posted."""
        return message.pings

    async def drop_gateway(self, *, resumable: bool = True) -> None:
        """Close every gateway connection from Discord's side."""
        await self.gateway.drop(resumable=resumable)

    def take_violations(self) -> list[Violation]:
        """The violations so far, which are forgotten."""
        taken, self.violations = self.violations, []
        return taken

    @contextmanager
    def expect_refusal(self, code: int) -> Iterator[None]:
        """Refusals with this code are what the block is about: at least one, and none of them stays a violation."""
        before = len(self.violations)
        try:
            yield
        finally:
            during = self.violations[before:]
            self.violations[before:] = [each for each in during if each.code != code]
        assert any(each.code == code for each in during), f"no refusal {code}, but {during}"

    async def _answer(self, incoming: web.Request) -> web.StreamResponse:
        body, files = await exchange.read(incoming)
        request = Request(self, incoming.method, incoming.path.removeprefix(_API), incoming.query, body, files)
        headers: dict[str, str] = {}
        try:
            answer = await self._carry_out(request, incoming.headers.get("Authorization"), headers)
            response = exchange.answered(200, answer, headers)
        except LostAnswer:
            self._log(request, 0)
            exchange.break_off(incoming)
            return web.Response()
        except PlannedFailure as failure:
            response = exchange.refused(failure.refusal, headers)
        except Refusal as refusal:
            self._violated(request, refusal)
            response = exchange.refused(refusal, headers)
        except Exception as crash:  # noqa: BLE001 - the stand-in's own fault shall be seen, not retried like a 500
            self._violated(request, Refusal(501, 0, f"the stand-in broke: {traceback.format_exc()}"))
            response = exchange.refused(Refusal(501, 0, repr(crash)), headers)
        self._log(request, response.status)
        return response

    async def _carry_out(self, request: Request, authorization: str | None, headers: dict[str, str]) -> Any:
        handler = routes.find(request)
        fault = await self.faults.before(request.method, request.path)
        if handler is None:
            raise Refusal(404, 0, "404: Not Found")
        if authorization != f"Bot {self.token}" and not _needs_no_token(request):
            raise Refusal(401, 0, "401: Unauthorized")
        headers |= self._rates.take(request, counting=self.rate_limits)
        answer = await handler(request)
        for complaint in self.checks.described(request.method, request.path, request.body):
            self.violations.append(Violation(request.method, request.path, 200, 0, complaint))
        if fault == "lose":
            raise LostAnswer
        return answer

    def _violated(self, request: Request, refusal: Refusal) -> None:
        violation = Violation(request.method, request.path, refusal.status, refusal.code, refusal.message)
        self.violations.append(violation)

    async def until(self, condition: Callable[[], bool], *, timeout: float = 5.0) -> None:
        """Wait until requests of the bot made the condition true; TimeoutError after `timeout` real seconds."""
        async with asyncio.timeout(timeout):
            while not condition():
                self._served.clear()
                await self._served.wait()

    def _log(self, request: Request, status: int) -> None:
        self.calls.append(Call(request.method, request.path, request.body, status, self.clock.now()))
        self._served.set()

    async def _file(self, incoming: web.Request) -> web.Response:
        upload = self.world.files.get(incoming.match_info["path"])
        if upload is None:
            return web.Response(status=404)
        return web.Response(body=upload.content, content_type=upload.content_type)


def _needs_no_token(request: Request) -> bool:
    return request.path == "/gateway" or request.path.startswith(("/interactions/", "/webhooks/"))
