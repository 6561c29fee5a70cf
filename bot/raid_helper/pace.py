"""How fast one API key may be used: ten requests in five seconds, one at a time, and a pause when told so."""

import asyncio
from collections import deque
from datetime import datetime, timedelta

BURST = 10
WINDOW = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=24)


class Lane:
    """The requests of one key: who holds `turn` may send.

    A request counts from its answer, not from its sending: then a slow request cannot be overtaken into one window.
    """

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self._done: deque[datetime] = deque(maxlen=BURST)
        self._paused_until: datetime | None = None

    def delay(self, now: datetime) -> float:
        """Seconds until the next request may go."""
        return max(self.pause(now), self._crowded(now))

    def pause(self, now: datetime) -> float:
        """Seconds left of the pause Raid-Helper asked for; 0 when there is none."""
        return max(0.0, (self._paused_until - now).total_seconds()) if self._paused_until else 0.0

    def pause_for(self, seconds: float, now: datetime) -> None:
        """Send nothing for `seconds`, as a 429 asked."""
        self._paused_until = now + timedelta(seconds=min(seconds, LONGEST_PAUSE.total_seconds()))

    def count(self, now: datetime) -> None:
        """Note a request that was answered (or given up) at `now`."""
        self._done.append(now)

    def _crowded(self, now: datetime) -> float:
        if len(self._done) < BURST:
            return 0.0
        free = (self._done[0] + WINDOW - now).total_seconds()
        # A machine's clock that jumped back must not turn into an hour of silence.
        return min(max(0.0, free), WINDOW.total_seconds())
