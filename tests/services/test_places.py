"""Who runs raids where: officers everywhere, a team's officers in their channel, hosts what they planned."""

import pytest

from bot.domain.ids import ChannelId, RoleId
from bot.domain.permissions import NotAnOfficer, NotYourRaid
from bot.domain.setting import SERVER, Level, Scope
from bot.services import places
from bot.services.raids import RaidWish
from tests.factories import GUILD, OTHER_GUILD, RAIDS, member

OFFICERS, TEAM, OTHER_TEAM, HOSTS = RoleId(11111), RoleId(22222), RoleId(33333), RoleId(44444)
ELSEWHERE = ChannelId(RAIDS + 1)


async def put(world, level, guild_id=GUILD, **values):
    async with world.first.db.transaction() as tx:
        await tx.settings.put(guild_id, level, values)


async def teams(world, *, own_channel_only):
    await world.set_up(officer_role_ids=[OFFICERS])
    await put(world, SERVER, own_channel_only=own_channel_only)
    await put(world, Level(Scope.CHANNEL, RAIDS), officer_roles=[str(TEAM)])
    await put(world, Level(Scope.CHANNEL, ELSEWHERE), officer_roles=[str(OTHER_TEAM)])


async def may(world, event_id, **who):
    async with world.first.db.transaction() as tx:
        try:
            await places.require_manager(tx, member(1, **who), await tx.events.get(event_id))
        except NotAnOfficer as refusal:
            return type(refusal)
    return True


@pytest.mark.parametrize("own_channel_only", [False, True])
async def test_a_teams_officers_run_their_channel_and_another_only_when_the_server_lets_them(world, own_channel_only):
    await teams(world, own_channel_only=own_channel_only)
    event_id = await world.raid()
    assert await may(world, event_id, role_ids=frozenset({OFFICERS})) is True
    assert await may(world, event_id, role_ids=frozenset({TEAM})) is True
    other = NotAnOfficer if own_channel_only else True
    assert await may(world, event_id, role_ids=frozenset({OTHER_TEAM})) is other
    assert await may(world, event_id) is NotAnOfficer


@pytest.mark.parametrize("power", ["is_owner", "is_administrator", "manages_server"])
async def test_who_manages_the_server_always_passes(world, power):
    await teams(world, own_channel_only=True)
    assert await may(world, await world.raid(), **{power: True}) is True


@pytest.mark.parametrize("level", [SERVER, Level(Scope.CHANNEL, RAIDS)], ids=lambda one: one.scope)
async def test_a_host_plans_raids_and_manages_their_own(world, level):
    await put(world, level, host_roles=[str(HOSTS)])
    host = member(1, role_ids=frozenset({HOSTS}))
    wish = RaidWish("Alt run", "wed 20:00", channel_id=RAIDS)
    own = await world.first.raids.create(host, wish)
    await world.first.edits.close(host, str(own.id))
    assert (await world.event(own.id))["closed"]
    somebodys = await world.raid()
    with pytest.raises(NotYourRaid):
        await world.first.edits.close(host, str(somebodys))
    with pytest.raises(NotAnOfficer):
        await world.first.raids.create(member(2), wish)


async def test_a_host_of_one_channel_is_none_in_another(world):
    await put(world, Level(Scope.CHANNEL, RAIDS), host_roles=[str(HOSTS)])
    host = member(1, role_ids=frozenset({HOSTS}))
    with pytest.raises(NotAnOfficer):
        await world.first.raids.create(host, RaidWish("Alt run", "wed 20:00", channel_id=ELSEWHERE))


async def test_a_host_of_a_template_plans_with_it_alone(world):
    async with world.first.db.transaction() as tx:
        template_id, _ = await world.first.templates.named(tx, GUILD, "party")
    await put(world, Level(Scope.TEMPLATE, template_id), host_roles=[str(HOSTS)])
    host = member(1, role_ids=frozenset({HOSTS}))
    await world.first.raids.create(host, RaidWish("Five", "wed 20:00", template="party", channel_id=RAIDS))
    with pytest.raises(NotAnOfficer):
        await world.first.raids.create(host, RaidWish("Forty", "wed 20:00", channel_id=RAIDS))


async def test_roles_of_another_server_count_for_nothing(world):
    await put(world, SERVER, OTHER_GUILD, host_roles=[str(HOSTS)], officer_roles=[str(OFFICERS)])
    assert await may(world, await world.raid(), role_ids=frozenset({HOSTS, OFFICERS})) is NotAnOfficer
