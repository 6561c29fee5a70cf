"""The inheritance: default → server → channel → template → series → event."""

from itertools import combinations

import pytest

from bot.domain.setting import SERVER, Level, Scope
from bot.domain.settings import OFFICER_CHANNEL, OFFICER_ROLES, REMINDERS, THREAD
from bot.services.settings import at, effective
from tests.factories import GUILD, OTHER_GUILD

EVENT, SERIES, TEMPLATE, CHANNEL = (
    Level(Scope.EVENT, 1),
    Level(Scope.SERIES, 2),
    Level(Scope.TEMPLATE, 3),
    Level(Scope.CHANNEL, 4),
)
INWARDS = [SERVER, CHANNEL, TEMPLATE, SERIES, EVENT]


async def put(world, level, **values):
    async with world.first.db.transaction() as tx:
        await tx.settings.put(GUILD, level, values)


async def found(world, setting, guild_id=GUILD):
    async with world.first.db.transaction() as tx:
        return (await at(tx, guild_id, INWARDS)).found(setting)


@pytest.mark.parametrize(("outer", "inner"), combinations(range(5), 2))
async def test_a_value_wins_over_the_outer_ones(world, outer, inner):
    await put(world, INWARDS[outer], reminders=[30])
    await put(world, INWARDS[inner], reminders=[90, 10])
    assert ((await found(world, REMINDERS)).value, (await found(world, REMINDERS)).level) == ((90, 10), INWARDS[inner])


@pytest.mark.parametrize("level", INWARDS, ids=lambda one: one.scope)
async def test_the_default_holds_until_a_level_has_a_value_and_again_after_its_reset(world, level):
    assert (await found(world, REMINDERS)).level is None
    await put(world, level, reminders=[])
    assert ((await found(world, REMINDERS)).value, (await found(world, REMINDERS)).level) == ((), level)
    async with world.first.db.transaction() as tx:
        assert await tx.settings.reset(GUILD, level, "reminders")
        assert not await tx.settings.reset(GUILD, level, "reminders")
    assert (await found(world, REMINDERS)).value == (60, 15)


async def test_an_empty_list_and_off_are_values(world):
    await put(world, SERVER, reminders=[60], thread=True)
    await put(world, EVENT, reminders=[], thread=False)
    assert (await found(world, REMINDERS)).value == ()
    assert (await found(world, THREAD)).value is False


async def test_nothing_of_another_server_counts(world):
    await put(world, SERVER, reminders=[5])
    assert (await found(world, REMINDERS, OTHER_GUILD)).value == (60, 15)


async def test_what_cannot_be_read_is_passed_over(world):
    await put(world, SERVER, reminders=[5])
    await put(world, SERIES, reminders="soon")
    assert (await found(world, REMINDERS)).value == (5,)


async def test_the_set_up_is_the_servers_word(world):
    await world.set_up(officer_channel_id=99, officer_role_ids=[7, 8])
    assert (await found(world, OFFICER_CHANNEL)).level == SERVER
    assert (await found(world, OFFICER_ROLES)).value == (7, 8)
    await put(world, CHANNEL, officer_channel="55")
    assert (await found(world, OFFICER_CHANNEL)).value == 55


async def test_a_raid_stands_in_its_channel_series_and_template(world):
    series_id = await world.series()
    event_id = await world.raid(series_id)
    async with world.first.db.transaction() as tx:
        event = await tx.events.get(event_id)
        for level, minutes in ((Level(Scope.CHANNEL, event.channel_id), 1), (Level(Scope.SERIES, series_id), 2)):
            await tx.settings.put(GUILD, level, {"reminders": [minutes]})
            assert (await effective(tx, event))[REMINDERS] == (minutes,)
        await tx.settings.put(GUILD, Level(Scope.EVENT, event_id), {"reminders": [3]})
        assert (await effective(tx, event))[REMINDERS] == (3,)
