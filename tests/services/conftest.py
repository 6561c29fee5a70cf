"""The world the use cases are tested in."""

from collections.abc import AsyncIterator

import pytest

from db.pool import Pool
from sandbox.clock import ManualClock
from sandbox.raid_helper.server import RaidHelperStandIn
from tests.factories import BOT, GUILD, NOW, RAIDS, member
from tests.services.world import API_KEY, World, world_at


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
async def raid_helper(clock: ManualClock) -> AsyncIterator[RaidHelperStandIn]:
    people = {BOT: "Muster", **{(one := member(number)).user_id: one.name for number in range(1, 60)}}
    async with RaidHelperStandIn(clock, servers={GUILD: API_KEY}, users=people, bucket=True) as standin:
        yield standin


@pytest.fixture
async def world(dsn: str, pool: Pool, clock: ManualClock, raid_helper: RaidHelperStandIn) -> AsyncIterator[World]:
    """One worker on an empty database; no server is set up."""
    async with world_at(dsn, pool, clock, raid_helper) as world:
        yield world


@pytest.fixture
async def guild(world: World) -> World:
    """The same with one server set up: its raid channel and its zone."""
    await world.set_up(raid_channel_id=RAIDS, timezone="Europe/Berlin")
    return world
