"""The first steps of a server: what it has set, when its raids would be, and the sheet it tries things on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from bot.domain.event import Event
from bot.domain.recurrence import Rule, clock_mark, clocks_moved, occurrences
from bot.domain.server import Server

A_RAID = (2, time(20))
"""The weekday (0 = Monday) and wall time of the weekly raid that is shown as an example."""
MOST_NIGHTS = 4
TEST_LASTS = timedelta(hours=1)
"""How long a test sheet stands."""


@dataclass(frozen=True)
class Night:
    """One night of the example: its start in UTC, and what the local clocks do before it, or nothing."""

    starts_at: datetime
    mark: str = ""


@dataclass(frozen=True)
class Steps:
    """How far a server is. `game` is the title of its default template, `test` the test sheet that stands."""

    server: Server
    game: str
    now: datetime
    nights: Sequence[Night]
    test: Event | None = None


def nights_ahead(zone: ZoneInfo, now: datetime) -> Sequence[Night]:
    """When the next four raids of a weekly series would be."""
    weekday, wall = A_RAID
    rule = Rule(weekday, wall, zone)
    first, *rest = found = list(islice(occurrences(rule, now), MOST_NIGHTS))
    marks = [clock_mark(clocks_moved(rule, earlier, later)) for earlier, later in pairwise([first, *rest])]
    return [Night(one.start, mark) for one, mark in zip(found, ["", *marks], strict=True)]
