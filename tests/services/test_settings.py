"""The inheritance: default → server → channel → template → series → event."""

from dataclasses import replace
from datetime import timedelta
from itertools import combinations

import pytest

from bot.domain.gates import Gates, Method, NotForYou
from bot.domain.setting import SERVER, Level, Scope
from bot.domain.settings import DURATION, LIMIT, METHOD, OFFICER_CHANNEL, OFFICER_ROLES, REMINDERS, THREAD
from bot.domain.template import Choice
from bot.services.raids import RaidWish
from bot.services.series import SeriesWish
from bot.services.settings import Around, effective, within
from tests.factories import GUILD, OTHER_GUILD, RAIDER_ROLE, RAIDS, START, member, new_series, officer

INWARDS = list(Scope)


@pytest.fixture
async def event(world):
    """A raid of a series, in a channel, made with a template of the server's own."""
    await world.first.template_desk.copy(officer(), "plain", "ours", None)
    async with world.first.db.transaction() as tx:
        template_id, _ = await world.first.templates.named(tx, GUILD, "ours")
    event_id = await world.raid(await world.series(), template_id=template_id)
    async with world.first.db.transaction() as tx:
        return await tx.events.get(event_id)


def level(event, scope):
    ids = {
        Scope.SERVER: 0,
        Scope.CHANNEL: event.channel_id,
        Scope.TEMPLATE: event.template_id,
        Scope.SERIES: event.series_id,
        Scope.EVENT: event.id,
    }
    return Level(scope, ids[scope])


async def put(world, event, scope, **values):
    async with world.first.db.transaction() as tx:
        await tx.settings.put(GUILD, level(event, scope), values)


async def found(world, event, setting):
    async with world.first.db.transaction() as tx:
        one = (await effective(tx, event)).found(setting)
    return one.value, one.level.scope if one.level else None


@pytest.mark.parametrize(("outer", "inner"), combinations(INWARDS, 2))
async def test_a_value_wins_over_the_outer_ones(world, event, outer, inner):
    await put(world, event, outer, reminders=[30])
    await put(world, event, inner, reminders=[90, 10])
    assert await found(world, event, REMINDERS) == ((90, 10), inner)


@pytest.mark.parametrize("scope", INWARDS)
async def test_the_default_holds_until_a_level_has_a_value_and_again_after_its_reset(world, event, scope):
    assert await found(world, event, REMINDERS) == ((60, 15), None)
    await put(world, event, scope, reminders=[])
    assert await found(world, event, REMINDERS) == ((), scope)
    async with world.first.db.transaction() as tx:
        assert await tx.settings.reset(GUILD, level(event, scope), "reminders")
        assert not await tx.settings.reset(GUILD, level(event, scope), "reminders")
    assert await found(world, event, REMINDERS) == ((60, 15), None)


async def test_an_empty_list_and_off_are_values(world, event):
    await put(world, event, Scope.SERVER, reminders=[60], thread=True)
    await put(world, event, Scope.EVENT, reminders=[], thread=False)
    assert await found(world, event, REMINDERS) == ((), Scope.EVENT)
    assert await found(world, event, THREAD) == (False, Scope.EVENT)


async def test_nothing_of_another_server_counts(world, event):
    async with world.first.db.transaction() as tx:
        await tx.settings.put(OTHER_GUILD, SERVER, {"reminders": [5]})
        await tx.settings.put(OTHER_GUILD, level(event, Scope.EVENT), {"reminders": [5]})
    assert await found(world, event, REMINDERS) == ((60, 15), None)


async def test_what_cannot_be_read_is_passed_over(world, event):
    await put(world, event, Scope.SERVER, reminders=[5])
    await put(world, event, Scope.SERIES, reminders="soon")
    assert await found(world, event, REMINDERS) == ((5,), Scope.SERVER)


async def test_the_set_up_is_the_servers_word(world, event):
    await world.set_up(officer_channel_id=99, officer_role_ids=[7, 8])
    assert await found(world, event, OFFICER_CHANNEL) == (99, Scope.SERVER)
    assert await found(world, event, OFFICER_ROLES) == ((7, 8), Scope.SERVER)
    await put(world, event, Scope.CHANNEL, officer_channel="55555")
    assert await found(world, event, OFFICER_CHANNEL) == (55555, Scope.CHANNEL)


async def test_a_raid_has_its_own_length_and_limit(world, event):
    assert await found(world, event, DURATION) == (timedelta(hours=3), Scope.EVENT)
    assert await found(world, event, LIMIT) == (None, Scope.EVENT)


async def made(world, **wish):
    created = await world.first.raids.create(officer(), RaidWish("Heroic", "wed 20:00", channel_id=RAIDS, **wish))
    async with world.first.db.transaction() as tx:
        return await tx.events.get(created.id)


async def test_a_raid_is_made_with_what_holds_in_its_channel(world, event):
    await put(world, event, Scope.SERVER, duration=120, limit=30, deadline=60)
    await put(world, event, Scope.CHANNEL, duration=150)
    raid = await made(world, template="plain")
    assert (raid.ends_at - raid.starts_at, raid.total_limit) == (timedelta(minutes=150), 30)
    assert raid.starts_at - raid.deadline == timedelta(hours=1)
    own = await made(world, template="plain", duration="1h", limit=5, deadline="none")
    assert (own.ends_at - own.starts_at, own.total_limit, own.deadline) == (timedelta(hours=1), 5, None)


async def test_a_templates_own_rules_win_over_the_servers_and_stay_with_the_raid(world, event):
    await put(world, event, Scope.SERVER, method="waiting-list", banned_roles=["77777"])
    raid = await made(world, template="plain")
    assert raid.gates == Gates(Method.WAITING, banned=frozenset({77777}))
    async with world.first.db.transaction() as tx:
        assert (await world.first.templates.of(tx, raid)).gates == raid.gates
    await put(world, event, Scope.SERVER, method="self")
    assert await found(world, raid, METHOD) == ("self", Scope.SERVER)
    async with world.first.db.transaction() as tx:
        assert (await world.first.templates.of(tx, await tx.events.get(raid.id))).gates.method is Method.WAITING


@pytest.mark.parametrize("scope", [Scope.SERVER, Scope.CHANNEL, Scope.SERIES])
async def test_a_series_raids_are_made_with_the_rules_that_hold_around_it(guild, scope):
    """Whoever is banned from raids is banned from those that book themselves, too."""
    series_id = await guild.series(new_series(template_name="plain"))
    await guild.raid(series_id)
    around = Level(scope, {Scope.SERVER: 0, Scope.CHANNEL: RAIDS, Scope.SERIES: series_id}[scope])
    async with guild.first.db.transaction() as tx:
        await tx.settings.put(GUILD, around, {"method": "waiting-list", "banned_roles": [str(RAIDER_ROLE)]})
    assert await guild.look(START + timedelta(minutes=12)) == 1
    [booked] = await guild.successors()
    async with guild.first.db.transaction() as tx:
        event = await tx.events.get(booked["id"])
        gates = (await guild.first.templates.of(tx, event)).gates
    assert gates == Gates(Method.WAITING, banned=frozenset({RAIDER_ROLE}))
    with pytest.raises(NotForYou):
        await guild.first.sign_ups.answer(member(role_ids=frozenset({RAIDER_ROLE})), event.id, Choice.ACCEPTED)
    placed = (await guild.first.sign_ups.answer(member(2), event.id, Choice.ACCEPTED)).placed
    assert placed.position == 1


async def test_so_is_the_first_raid_of_a_series(guild):
    async with guild.first.db.transaction() as tx:
        await tx.settings.put(GUILD, SERVER, {"banned_roles": [str(RAIDER_ROLE)]})
    started = await guild.first.desk.add(officer(), SeriesWish("Heroic", "Wednesday", "20:00", template="plain"))
    assert started.first.gates == Gates(banned=frozenset({RAIDER_ROLE}))


async def test_a_series_is_made_with_what_holds_in_its_channel(guild):
    async with guild.first.db.transaction() as tx:
        await tx.settings.put(GUILD, SERVER, {"duration": 120, "limit": 30, "deadline": 60})
        await tx.settings.put(GUILD, Level(Scope.CHANNEL, RAIDS), {"duration": 150})
    usual = SeriesWish("Heroic", "Wednesday", "20:00", template="plain", channel_id=RAIDS)
    made = await guild.first.desk.add(officer(), usual)
    assert (made.series.duration, made.series.total_limit) == (timedelta(minutes=150), 30)
    assert (made.series.deadline, made.first.starts_at - made.first.deadline) == (timedelta(hours=1),) * 2
    typed = replace(usual, duration="1h", limit=5, deadline="none")
    own = (await guild.first.desk.add(officer(), typed)).series
    assert (own.duration, own.total_limit, own.deadline) == (timedelta(hours=1), 5, None)


async def test_a_sheet_that_appears_after_the_usual_deadline_is_not_born_closed(guild):
    async with guild.first.db.transaction() as tx:
        await tx.settings.put(GUILD, SERVER, {"deadline": 60 * 24})
    wish = RaidWish("Heroic", "2026-12-02 20:00", channel_id=RAIDS, post_at="2026-12-02 12:00")
    assert (await guild.first.raids.create(officer(), wish)).deadline is None


async def test_a_usual_deadline_is_no_longer_than_a_series_can_have(guild):
    async with guild.first.db.transaction() as tx:
        await tx.settings.put(GUILD, SERVER, {"deadline": 60 * 24 * 30})
    made = await guild.first.desk.add(officer(), SeriesWish("Heroic", "Wednesday", "20:00", template="plain"))
    assert made.series.deadline == timedelta(days=6)


async def test_a_series_raid_with_its_templates_rules_has_none_of_its_own(guild):
    await guild.raid(await guild.series(new_series(template_name="plain")))
    await guild.look(START + timedelta(minutes=12))
    [booked] = await guild.successors()
    assert booked["gates"] is None


async def test_what_holds_for_the_next_raid_can_be_asked_before_there_is_one(world, event):
    await put(world, event, Scope.CHANNEL, limit=12)
    async with world.first.db.transaction() as tx:
        assert (await within(tx, Around(GUILD, RAIDS)))[LIMIT] == 12
        assert (await within(tx, Around(GUILD)))[LIMIT] is None


async def test_a_shipped_templates_word_is_a_default_and_an_own_ones_a_level(world, event):
    async with world.first.db.transaction() as tx:
        shipped, _ = await world.first.templates.named(tx, GUILD, "plain")
        assert (await within(tx, Around(GUILD, template_id=shipped)))[DURATION] == timedelta(hours=1)
    await put(world, event, Scope.SERVER, duration=150)
    async with world.first.db.transaction() as tx:
        assert (await within(tx, Around(GUILD, template_id=shipped)))[DURATION] == timedelta(minutes=150)
        own = await within(tx, Around(GUILD, template_id=event.template_id))
    assert own.found(DURATION).value == timedelta(hours=1)
    assert own.found(DURATION).level == level(event, Scope.TEMPLATE)
