"""How the bot is doing, for a server's officers: what waits, what was given up, what it lacks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.ids import ActionId
from bot.domain.needs import Lack

LATE_AFTER = 3
"""A loop is late when it has not succeeded for so many of its intervals."""
FEW_REQUESTS = 100
"""Raid-Helper requests of the day below which sign-ups begin to wait."""
STUCK_AFTER = timedelta(minutes=10)
"""What is due for longer is not on its way: nobody works, or something is in the way."""


class LoopName(StrEnum):
    """Everything that runs again and again for as long as the bot lives."""

    WORKER = "queue"
    BOOKER = "auto-booker"
    PLANNER = "unplanned"
    TIDY = "tidy"
    PULSE = "pulse"


EVERY: Mapping[LoopName, timedelta] = {
    LoopName.WORKER: timedelta(minutes=1),
    LoopName.BOOKER: timedelta(minutes=5),
    LoopName.PLANNER: timedelta(minutes=5),
    LoopName.TIDY: timedelta(hours=1),
    LoopName.PULSE: timedelta(minutes=1),
}
"""How often each should come through."""


@dataclass(frozen=True)
class Loop:
    """A loop: when it last came through (UTC; None: not yet), how often it should, and since when (UTC) it runs."""

    name: LoopName
    last: datetime | None
    every: timedelta
    began: datetime

    def late(self, now: datetime) -> bool:
        """Whether it should have come through long ago; one that has only begun is not late."""
        return now - max(self.last or self.began, self.began) > LATE_AFTER * self.every


@dataclass(frozen=True)
class Worker:
    """A process that runs the bot, by the shards (of so many in all) it serves, and its loops."""

    shards: tuple[int, ...]
    shard_count: int
    loops: Sequence[Loop]


@dataclass(frozen=True)
class Gateway:
    """A shard's connection to Discord: its latency (None: not connected), and when (UTC) that was measured."""

    shard: int
    latency: timedelta | None
    measured: datetime

    def silent(self, now: datetime) -> bool:
        """Whether nobody has said anything of it for long: the bot seems to stand still."""
        return now - self.measured > LATE_AFTER * EVERY[LoopName.PULSE]


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
