"""The test sheet of `/raid setup`: one a server, gone within the hour, asked for at once or after a crash."""

import asyncio

import pytest

from bot.domain.action import Kind
from bot.domain.first_steps import TEST_LASTS
from bot.domain.permissions import NotAnAdministrator
from bot.services.first_steps import FirstSteps, NoRaidChannel
from tests.factories import GUILD, OFFICER_ROLE, OTHER_GUILD, RAIDS, member
from tests.services.world import World

TESTS = "SELECT count(*) FROM patt.raid_events WHERE status = 'SCHEDULED'"


@pytest.fixture
def steps(guild: World) -> FirstSteps:
    return FirstSteps(guild.first.db, guild.first.templates, guild.first.raids, guild.clock)


async def test_two_presses_at_once_post_one_sheet(guild: World, steps: FirstSteps) -> None:
    boss = member(is_owner=True)
    one, other = await asyncio.gather(*(steps.post_test(boss, "Test", "Try it") for _ in range(2)))
    assert one.id == other.id
    assert await guild.pool.fetchval(TESTS) == 1
    assert await guild.pool.fetchval("SELECT count(*) FROM patt.scheduled_actions WHERE kind = $1", Kind.END_TEST) == 1


async def test_servers_have_a_test_sheet_each(guild: World, steps: FirstSteps) -> None:
    await guild.set_up(OTHER_GUILD, raid_channel_id=RAIDS + 1)
    for guild_id in (GUILD, OTHER_GUILD):
        await steps.post_test(member(is_owner=True, guild_id=guild_id), "Test", "Try it")
    assert await guild.pool.fetchval(TESTS) == 2
    await steps.drop_test(member(is_owner=True, guild_id=OTHER_GUILD))
    left = await guild.pool.fetch("SELECT guild_discord_id FROM patt.raid_events WHERE status = 'SCHEDULED'")
    assert [row[0] for row in left] == [GUILD]


async def test_ending_twice_deletes_once(guild: World, steps: FirstSteps) -> None:
    event = await steps.post_test(member(is_owner=True), "Test", "Try it")
    guild.clock.advance(TEST_LASTS)
    async with guild.first.db.transaction() as tx:
        [action] = [
            one for one in await tx.actions.claim(guild.clock.now(), TEST_LASTS, most=99) if one.kind is Kind.END_TEST
        ]
    assert [await steps.end_test(action), await steps.end_test(action)] == ["deleted", "gone already"]
    deleted = "SELECT count(*) FROM patt.scheduled_actions WHERE kind = $1 AND event_id = $2"
    assert await guild.pool.fetchval(deleted, Kind.DELETE_SHEET, event.id) == 1


async def test_without_a_raid_channel_there_is_no_place_for_it(world: World) -> None:
    steps = FirstSteps(world.first.db, world.first.templates, world.first.raids, world.clock)
    before = await world.counts()
    with pytest.raises(NoRaidChannel):
        await steps.post_test(member(is_owner=True), "Test", "Try it")
    assert await world.counts() == before


async def test_it_is_for_those_who_manage_the_server(guild: World, steps: FirstSteps) -> None:
    await guild.pool.execute("UPDATE common.discord_config SET officer_role_ids = ARRAY[$1::bigint]", OFFICER_ROLE)
    lead = member(role_ids=frozenset({OFFICER_ROLE}))
    with pytest.raises(NotAnAdministrator):
        await steps.look(lead)
    with pytest.raises(NotAnAdministrator):
        await steps.post_test(lead, "Test", "Try it")
    with pytest.raises(NotAnAdministrator):
        await steps.drop_test(lead)
    assert await guild.pool.fetchval(TESTS) == 0
