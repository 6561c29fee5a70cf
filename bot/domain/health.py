"""How the bot is doing, for a server's officers: what waits, what was given up, what it lacks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.ids import ActionId
from bot.domain.needs import Lack

LATE_AFTER = 3
"""A loop is late when it has not succeeded for so many of its intervals."""
FEW_REQUESTS = 100
"""Raid-Helper requests of the day below which sign-ups begin to wait."""
STUCK_AFTER = timedelta(minutes=10)
"""What is due for longer is not on its way: nobody works, or something is in the way."""


@dataclass(frozen=True)
class Loop:
    """Something that runs again and again: when it last came through (UTC; None: not yet), and how often it should."""

    name: str
    last: datetime | None
    every: timedelta

    def late(self, now: datetime) -> bool:
        """Whether it should have come through long ago; one that has only begun is not late."""
        return self.last is not None and now - self.last > LATE_AFTER * self.every


@dataclass(frozen=True)
class Waiting:
    """What is due now, and since when (UTC) the first of it is."""

    count: int
    oldest: datetime | None = None

    def stuck(self, now: datetime) -> bool:
        """Whether it waits in vain."""
        return self.oldest is not None and now - self.oldest > STUCK_AFTER


@dataclass(frozen=True)
class Letter:
    """Something that was given up: what (a `Kind`, maybe of another version), for which raid, why, since when (UTC)."""

    id: ActionId
    what: str
    raid: str | None
    why: str
    since: datetime


@dataclass(frozen=True)
class Quota:
    """What is left of a day's requests to Raid-Helper; `paused_until` (UTC) when it takes none before."""

    left: int
    paused_until: datetime | None = None


@dataclass(frozen=True)
class Stored:
    """What the database knows. `letters` are the latest of `given_up`; `quota` None without Raid-Helper."""

    now: datetime
    migration: str
    waiting: Waiting
    letters: Sequence[Letter]
    given_up: int
    quota: Quota | None


@dataclass(frozen=True)
class Seen:
    """What the process knows: the gateway's latency (None while not connected), its loops, what Discord denies it."""

    latency: timedelta | None
    loops: Sequence[Loop]
    lacks: Sequence[Lack]
    members_intent: bool
