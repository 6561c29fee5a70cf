"""Discord's rate limits, counted on the injected clock: five sends and five edits in five seconds a channel."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

from bot.clock import Clock
from sandbox.discord.refusal import Refusal
from sandbox.discord.routing import Request

# (method, template) -> requests, seconds; each channel has its own window.
LIMITS = {
    ("POST", "/channels/{channel_id}/messages"): (5, 5.0),
    ("PATCH", "/channels/{channel_id}/messages/{message_id}"): (5, 5.0),
    ("DELETE", "/channels/{channel_id}/messages/{message_id}"): (5, 1.0),
    ("PUT", "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me"): (1, 0.25),
    ("PATCH", "/channels/{channel_id}"): (5, 10.0),
}
GLOBAL_PER_SECOND = 50
# With the switch off the headers promise so much room that discord.py never waits.
_PLENTY = {"X-RateLimit-Limit": "1000", "X-RateLimit-Remaining": "999", "X-RateLimit-Reset-After": "1.000"}


@dataclass
class _Window:
    ends: datetime
    used: int = 0


class TooMany(Refusal):
    """429: `retry_after` seconds of the clock, for everything when `everywhere`."""

    def __init__(self, retry_after: float, everywhere: bool = False, code: int = 0) -> None:
        super().__init__(429, code, "You are being rate limited.")
        self.retry_after = retry_after
        self.everywhere = everywhere

    def body(self) -> dict[str, object]:
        """Discord's body of a 429, which is no ordinary error object."""
        body = {"message": self.message, "retry_after": self.retry_after, "global": self.everywhere}
        return {**body, "code": self.code} if self.code else body

    def headers(self) -> dict[str, str]:
        """What Discord (behind its proxy, hence Via, which discord.py looks for) adds to a 429."""
        scope = "global" if self.everywhere else "user"
        return {"Retry-After": str(int(self.retry_after) + 1), "X-RateLimit-Scope": scope, "Via": "1.1 stand-in"}


class RateLimits:
    """Counts requests in windows that start with their first request."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._windows: dict[tuple[str, str, str], _Window] = {}

    def take(self, request: Request, *, counting: bool) -> dict[str, str]:
        """Count the request; the headers to send with its answer. Raises TooMany when the window is used up."""
        if not counting:
            return _PLENTY
        if not request.path.startswith(("/interactions/", "/webhooks/")):
            self._use(("", "", ""), GLOBAL_PER_SECOND, 1.0)
        rule = LIMITS.get((request.method, request.template))
        if rule is None:
            return {}
        limit, seconds = rule
        window = self._use((request.method, request.template, request.args["channel_id"]), limit, seconds)
        return self._headers(request, limit, window)

    def _use(self, key: tuple[str, str, str], limit: int, seconds: float) -> _Window:
        now = self._clock.now()
        window = self._windows.get(key)
        if window is None or window.ends <= now:
            window = self._windows[key] = _Window(now + timedelta(seconds=seconds))
        if window.used >= limit:
            raise TooMany((window.ends - now).total_seconds(), everywhere=not key[0])
        window.used += 1
        return window

    def _headers(self, request: Request, limit: int, window: _Window) -> dict[str, str]:
        left = max(0.0, (window.ends - self._clock.now()).total_seconds())
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(limit - window.used),
            "X-RateLimit-Reset": f"{window.ends.timestamp():.3f}",
            # Rounded up: who waits exactly that long must not come too early.
            "X-RateLimit-Reset-After": f"{ceil(left * 1000) / 1000:.3f}",
            "X-RateLimit-Bucket": sha256(f"{request.method} {request.template}".encode()).hexdigest()[:20],
        }
