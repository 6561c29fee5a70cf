"""Raid-Helper on this machine, a clock whose hands are turned, and a client between them."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from bot.raid_helper.client import RaidHelper, RaidHelperServer
from bot.raid_helper.models import EventDraft
from sandbox.clock import ManualClock
from sandbox.raid_helper.server import RaidHelperStandIn

GUILD, OTHER_GUILD, CHANNEL, LEADER = 100_000_000_000_000_001, 100_000_000_000_000_002, 300_000_000_000_000_001, 7
KEY, OTHER_KEY = "k3yOfTheFirstServer0123456789abcdefABCDEF", "k3yOfTheOtherServer0123456789abcdefABCDEF"
NOW = datetime(2026, 11, 20, 19, 10, tzinfo=UTC)


class Waiting:
    """The client's waits: each turns the clock's hands and is written down."""

    def __init__(self, clock: ManualClock) -> None:
        self.slept: list[float] = []
        self._clock = clock

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._clock.advance(timedelta(seconds=seconds))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def waits(clock: ManualClock) -> Waiting:
    return Waiting(clock)


@pytest.fixture
def slept(waits: Waiting) -> list[float]:
    """How long the client waited each time, in seconds."""
    return waits.slept


@pytest.fixture
async def standin(clock: ManualClock) -> AsyncIterator[RaidHelperStandIn]:
    members = {LEADER: "Leader", 200_000_000_000_000_001: "Annika", 200_000_000_000_000_002: "Boris"}
    async with RaidHelperStandIn(clock, servers={GUILD: KEY, OTHER_GUILD: OTHER_KEY}, users=members) as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def helper(http: aiohttp.ClientSession, standin: RaidHelperStandIn, clock: ManualClock, waits: Waiting) -> RaidHelper:
    return RaidHelper(http, standin.base_url, clock, wait=waits)


@pytest.fixture
def server(helper: RaidHelper) -> RaidHelperServer:
    return helper.server(GUILD, KEY)


@pytest.fixture
def draft() -> Callable[..., EventDraft]:
    """A draft that differs from the usual one in what a test names."""

    def make(**changes: Any) -> EventDraft:
        usual: dict[str, Any] = {
            "title": "Heroic raid",
            "description": "Sign up below.",
            "start": datetime(2026, 11, 27, 19, 0, tzinfo=UTC),
            "duration_minutes": 180,
            "leader_id": LEADER,
            "template_id": "wowretail2",
            "ref": "6f2c",
        }
        return EventDraft(**usual | changes)

    return make
