"""A clock whose hands are turned: by a test, or by the sandbox's story."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import CoroutineType
from typing import Any


class ManualClock:
    """Stands still until `advance`; whoever sleeps on it wakes when their moment has come."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)
        self._turned = asyncio.Event()
        self._sleepers: list[datetime] = []

    def now(self) -> datetime:
        """Where the hands stand, in UTC."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Turn the hands forward (or back, as a machine's clock may jump)."""
        self.set(self._now + by)

    def set(self, moment: datetime) -> None:
        """Turn the hands to `moment` (aware)."""
        self._now = moment.astimezone(UTC)
        self._turned.set()
        self._turned = asyncio.Event()

    @property
    def next_waking(self) -> datetime | None:
        """When the first of those who sleep on this clock would wake, or None when nobody does."""
        return min(self._sleepers, default=None)

    def sleep(self, seconds: float) -> "CoroutineType[Any, Any, None]":
        """Wait until the hands have been turned by `seconds`, counted from the call, not from the first await."""
        return self._sleep_until(self._now + timedelta(seconds=seconds))

    async def _sleep_until(self, until: datetime) -> None:
        self._sleepers.append(until)
        try:
            while self._now < until:
                await self._turned.wait()
        finally:
            self._sleepers.remove(until)
        await asyncio.sleep(0)
