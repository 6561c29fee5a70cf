"""What a key may still be used for: Raid-Helper takes 1000 requests a key in any 24 hours, every sign-up one of them.

Whoever can wait leaves some of them to whoever cannot: a booking must never find the day used up by its own sign-ups.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

DAILY = 1000
DAY = timedelta(hours=24)


class Purpose(StrEnum):
    """What a request is for."""

    TRIAL = "trial"
    """An officer tries the key and wants Raid-Helper's own word."""
    BOOKING = "booking"
    CHANGE = "change"
    SIGN_UP = "sign-up"
    IMPORT = "import"
    MIRROR = "mirror"

    @property
    def at_most(self) -> int | None:
        """How many requests of the last 24 hours there may be before this one; None asks in any case."""
        return None if self is Purpose.TRIAL else DAILY - _KEPT[self]


_KEPT = {Purpose.BOOKING: 0, Purpose.CHANGE: 50, Purpose.SIGN_UP: 100, Purpose.IMPORT: 200, Purpose.MIRROR: 300}
"""Requests that are left to the purposes above."""


@dataclass(frozen=True)
class Budget:
    """What a server has `left` of the day's requests; `paused_until` (UTC) when Raid-Helper takes none before."""

    left: int
    paused_until: datetime | None = None


class Ledger(Protocol):
    """Counts a server's requests for all workers and across restarts. Never holds anything while a request runs."""

    async def take(self, guild_id: int, purpose: Purpose, now: datetime, /) -> datetime | None:
        """Write one request down. When there is none left for `purpose`, the moment it is worth asking again."""
        ...

    async def pause(self, guild_id: int, until: datetime, /) -> None:
        """Raid-Helper takes nothing before `until`."""
        ...

    async def budget(self, guild_id: int, now: datetime, /) -> Budget:
        """What is left."""
        ...


class Uncounted:
    """For who asks once and has no database at hand: everything is granted."""

    async def take(self, _guild_id: int, _purpose: Purpose, _now: datetime, /) -> datetime | None:
        """Granted."""

    async def pause(self, _guild_id: int, _until: datetime, /) -> None:
        """Whoever asks once does not come back."""

    async def budget(self, _guild_id: int, _now: datetime, /) -> Budget:
        """A whole day's."""
        return Budget(DAILY)
