"""One request after another to Raid-Helper: paced, capped, repeated only where repeating can do no harm."""

import logging
import random
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from itertools import count

import aiohttp
from pydantic import SecretStr
from yarl import URL

from bot.clock import Clock
from bot.raid_helper.answers import Answer, Call, failure
from bot.raid_helper.budget import Ledger, Purpose
from bot.raid_helper.errors import OutcomeUnknown, OutOfBudget, RateLimited, Unavailable, Unreadable
from bot.raid_helper.pace import Lane

log = logging.getLogger(__name__)

TRIES = 3
LONGEST_PAUSE = 60.0
BODY_LIMIT = 1024 * 1024
_CHUNK = 64 * 1024
_HEADERS = {"Accept": "application/json", "User-Agent": "Muster (self-hosted raid sign-ups)"}

Wait = Callable[[float], Awaitable[None]]


@dataclass(frozen=True)
class Account:
    """On whose account a request goes: the Discord server's, with its key, and what for."""

    guild_id: int
    key: SecretStr
    purpose: Purpose


class Transport:
    """Sends calls to one base URL and turns every failure into a `RaidHelperError`.

    Waits on the injected clock; that is why the loop is our own: stamina and its kin sleep real time.
    """

    def __init__(
        self,
        http: aiohttp.ClientSession,
        base_url: str,
        clock: Clock,
        ledger: Ledger,
        *,
        wait: Wait | None,
        timeout_seconds: float,
    ) -> None:
        self._http = http
        self._base = checked_base_url(base_url)
        self._clock = clock
        self.ledger = ledger
        self.wait: Wait = wait or clock.sleep
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        self._lanes: dict[SecretStr, Lane] = {}

    def lane(self, key: SecretStr) -> Lane:
        """The queue of one key, the same for everyone who uses that key."""
        return self._lanes.setdefault(key, Lane())

    async def perform(self, call: Call, account: Account) -> Answer:
        """The successful answer to `call`.

        Reads are tried up to three times; a write again only after a 429, which surely did nothing. Raises a
        `RaidHelperError`: `OutcomeUnknown` when a write may have happened, `RateLimited` rather than waiting
        longer than a minute, `OutOfBudget` when the day's requests are used up or kept.
        """
        lane = self.lane(account.key)
        async with lane.turn:
            for attempt in count(1):
                try:
                    return await self._once(call, account, lane)
                except (RateLimited, Unavailable) as error:
                    pause = _pause_before_next(call, error, attempt)
                    if pause is None:
                        raise
                    log.info("Raid-Helper: %s %s is tried again (%s)", call.method, call.path, type(error).__name__)
                if pause:
                    await self.wait(pause)
        raise AssertionError("counting does not end")

    async def _once(self, call: Call, account: Account, lane: Lane) -> Answer:
        await self._wait_turn(lane)
        await self._book(account)
        try:
            answer = await self._send(call, account.key)
        finally:
            lane.count(self._clock.now())
        error = failure(call, answer)
        if error is None:
            return answer
        if isinstance(error, RateLimited):
            await self._pause(error.retry_after, account, lane)
        log.warning("Raid-Helper: %s %s: HTTP %s, %s", call.method, call.path, answer.status, answer.reason())
        raise error

    async def _wait_turn(self, lane: Lane) -> None:
        now = self._clock.now()
        if (pause := lane.pause(now)) > LONGEST_PAUSE:
            raise RateLimited(pause)
        if (delay := lane.delay(now)) > 0:
            await self.wait(delay)

    async def _book(self, account: Account) -> None:
        now = self._clock.now()
        again_at = await self.ledger.take(account.guild_id, account.purpose, now)
        if again_at is not None:
            raise OutOfBudget((again_at - now).total_seconds())

    async def _pause(self, seconds: float, account: Account, lane: Lane) -> None:
        now = self._clock.now()
        lane.pause_for(seconds, now)
        if seconds > LONGEST_PAUSE:  # longer than anybody waits here: other workers and the next start should know
            await self.ledger.pause(account.guild_id, now + timedelta(seconds=lane.pause(now)))

    async def _send(self, call: Call, key: SecretStr) -> Answer:
        request = self._http.request(
            call.method,
            f"{self._base}{call.path}",
            headers={**_HEADERS, **call.headers, "Authorization": key.get_secret_value()},
            json=call.body,
            # A redirect would turn a POST into a GET and hand the key to another host.
            allow_redirects=False,
            timeout=self._timeout,
            middlewares=(_sent_once(call),),
        )
        with _told_as_ours(call):
            async with request as response:
                headers = {name.lower(): value for name, value in response.headers.items()}
                # A service may echo what it was sent; its words end up in logs and in Discord.
                text = (await _text(response, call)).replace(key.get_secret_value(), "<key>")
                return Answer(response.status, headers, text)


@contextmanager
def _told_as_ours(call: Call) -> Generator[None]:
    try:
        yield
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        raise Unavailable from error  # never connected, so nothing was sent
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise call.lost() from error


def _sent_once(call: Call) -> aiohttp.ClientMiddlewareType:
    """Keeps aiohttp from repeating a GET or DELETE by itself after a dropped connection, past our pace and tries."""

    async def send(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        with _told_as_ours(call):
            return await handler(request)

    return send


def _pause_before_next(call: Call, error: RateLimited | Unavailable, attempt: int) -> float | None:
    """Seconds before the next try, or None when there is none. After a 429 the lane itself waits."""
    if attempt == TRIES or isinstance(error, OutOfBudget):
        return None
    if isinstance(error, RateLimited):
        return 0.0 if error.retry_after <= LONGEST_PAUSE else None
    if isinstance(error, Unreadable) or not call.is_read:
        return None
    return 2.0 ** (attempt - 1) + random.random()  # noqa: S311 - spreads retries, guards nothing


async def _text(response: aiohttp.ClientResponse, call: Call) -> str:
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > BODY_LIMIT:
            raise Unreadable if call.is_read else OutcomeUnknown
    return body.decode(errors="replace")


def checked_base_url(base_url: str) -> str:
    """`base_url` without a closing slash (Raid-Helper answers 404 to those). Raises ValueError for what cannot be it.

    Only loopback goes without https.
    """
    url = URL(base_url.strip())
    plain_at_home = url.scheme == "http" and _is_loopback(url.host or "")
    if not url.host or url.user or url.query_string or not (url.scheme == "https" or plain_at_home):
        raise ValueError("RAID_HELPER_BASE_URL must be https://host/path; plain http is for this machine only")
    return str(url).rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
