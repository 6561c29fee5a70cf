"""What Raid-Helper's sheets say, read into our own rows: who comes, and when it is worth looking again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.ids import UserId
from bot.domain.sign_up import Pick
from bot.domain.template import Choice

LOOK_EVERY = timedelta(minutes=15)
NEAR = timedelta(hours=2)
"""Before the start people change their minds: from here on every five minutes."""
LOOK_EVERY_NEAR = timedelta(minutes=5)
STARTED = timedelta(minutes=15)
"""How long after its start a raid is still looked at, should the look at the start come late."""


@dataclass(frozen=True)
class Elsewhere:
    """One member's answer on a sheet of Raid-Helper; `pick` None when it says nothing we know, `at` in UTC."""

    user_id: UserId
    name: str
    choice: Choice
    position: int
    at: datetime
    signup_id: int | None = None
    pick: Pick | None = None
    note: str = ""


def next_look(now: datetime, starts: Iterable[datetime]) -> datetime | None:
    """When to read the sheets again: at the next full quarter of an hour, near a start oftener, and at the start.

    All workers come to the same moments, whatever made them look. None when no start lies ahead.
    """
    soonest = min((start for start in starts if start > now), default=None)
    if soonest is None:
        return None
    every = LOOK_EVERY_NEAR if soonest - now <= NEAR else LOOK_EVERY
    past = timedelta(seconds=now.timestamp() % every.total_seconds())
    return min(now - past + every, soonest)
