"""Whose word books a night, and who sees which series: officers of where a series stands."""

from datetime import timedelta

import pytest

from bot.domain.ids import ChannelId, RoleId, SeriesId
from bot.domain.permissions import Actor, NotAnOfficer
from bot.domain.setting import SERVER, Level, Scope
from tests.factories import GUILD, OFFICERS, RAIDS, START, member, new_series, wednesday
from tests.services.world import World

SERVERS, TEAM, OTHER_TEAM = RoleId(11111), RoleId(22222), RoleId(33333)
ELSEWHERE = ChannelId(RAIDS + 1)
MINUTE = timedelta(minutes=1)


def of(*roles: RoleId) -> Actor:
    return member(5, role_ids=frozenset(roles))


@pytest.fixture(params=[False, True], ids=["teams help out", "own channel only"])
async def own_channel_only(request: pytest.FixtureRequest) -> bool:
    return request.param


@pytest.fixture
async def teams(world: World, own_channel_only: bool) -> World:
    """A server with two teams, each with a channel, a series that asks first, and officers of its own."""
    await world.set_up(raid_channel_id=RAIDS, officer_channel_id=OFFICERS, officer_role_ids=[SERVERS])
    async with world.first.db.transaction() as tx:
        await tx.settings.put(GUILD, SERVER, {"own_channel_only": own_channel_only})
        for channel, role in ((RAIDS, TEAM), (ELSEWHERE, OTHER_TEAM)):
            await tx.settings.put(GUILD, Level(Scope.CHANNEL, channel), {"officer_roles": [str(role)]})
    for channel, label in ((RAIDS, "Team one"), (ELSEWHERE, "Team two")):
        await world.raid(await world.series(new_series(channel_id=channel, label=label), confirm=True))
    return world


async def series_of(world: World, label: str) -> SeriesId:
    return SeriesId(await world.pool.fetchval("SELECT id FROM patt.recurring_events WHERE label = $1", label))


@pytest.mark.parametrize("way", ["book", "book now", "confirm", "decline"])
async def test_a_teams_officers_answer_for_their_series(teams: World, way: str, own_channel_only: bool) -> None:
    await teams.look(START + 12 * MINUTE)
    series_id = await series_of(teams, "Team two")
    ways = {
        "book": lambda who: teams.first.booker.book_now(who, "Team two"),
        "book now": lambda who: teams.first.booker.book_series(who, series_id),
        "confirm": lambda who: teams.first.bookings.confirm(who, series_id, wednesday(1)),
        "decline": lambda who: teams.first.bookings.decline(who, series_id, wednesday(1)),
    }
    before = await teams.counts()
    for who in [of(), *([of(TEAM)] if own_channel_only else [])]:
        with pytest.raises(NotAnOfficer):
            await ways[way](who)
    assert await teams.counts() == before
    await ways[way](of(OTHER_TEAM))


async def test_the_list_shows_whoever_asks_the_series_they_are_an_officer_of(
    teams: World, own_channel_only: bool
) -> None:
    async def shown(who: Actor) -> list[str]:
        return [one.series.label for one in (await teams.first.ledger.page(who, 0)).standings]

    both = ["Team one", "Team two"]
    assert await shown(of(SERVERS)) == both
    assert await shown(of(TEAM)) == (["Team one"] if own_channel_only else both)
    assert await shown(of(OTHER_TEAM)) == (["Team two"] if own_channel_only else both)
    with pytest.raises(NotAnOfficer):
        await shown(of())
