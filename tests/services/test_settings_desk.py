"""`/settings`: set, reset, shown with its source, carried as a file."""

import json
from datetime import timedelta

import pytest

from bot.domain.errors import MusterError
from bot.domain.event import UnknownEvent
from bot.domain.gates import Method
from bot.domain.ids import ChannelId, RoleId
from bot.domain.officer_rules import RaidIsOver
from bot.domain.permissions import NotAnAdministrator, NotAnOfficer
from bot.domain.series import UnknownSeries
from bot.domain.setting import Scope
from bot.domain.setting_rules import ElsewhereInDiscord, Here, NoArchive, NotHere, UnknownSetting
from bot.domain.settings import ALL, REMINDERS
from bot.domain.template import Choice
from bot.services.raids import RaidWish
from bot.services.settings import Around, within
from bot.services.settings_desk import Target
from bot.services.settings_file import BadSettingsFile
from tests.factories import GUILD, OFFICER_ROLE, OTHER_GUILD, RAIDS, START, member, officer

SERVER = Target(Scope.SERVER)
CHANNEL = Target(Scope.CHANNEL, RAIDS)
HERE = Here(frozenset({RAIDS, ChannelId(55555)}), frozenset({OFFICER_ROLE, RoleId(66666)}))


@pytest.fixture
async def targets(world):
    """A raid of a series in the raid channel and what stands around it, from the outermost to the innermost."""
    await world.first.template_desk.copy(officer(), "plain", "ours", None)
    series_id = await world.series()
    async with world.first.db.transaction() as tx:
        template_id, _ = await world.first.templates.named(tx, GUILD, "ours")
    event_id = await world.raid(series_id, template_id=template_id)
    inner = [Target(Scope.TEMPLATE, typed="ours"), Target(Scope.SERIES, typed=str(series_id))]
    return [SERVER, CHANNEL, *inner, Target(Scope.EVENT, typed=str(event_id))]


async def holds(world, targets, name):
    found = {one.name: at for one, at in (await world.first.settings.show(officer(), targets[-1].typed)).found}
    return found[name].value, found[name].level.scope if found[name].level else None


async def test_a_value_is_set_shown_with_its_source_and_reset_at_every_level(world, targets):
    desk = world.first.settings
    for target in targets:
        changed = await desk.put(officer(), target, "unsigned", "45", HERE)
        assert (changed.found.value, changed.found.level.scope) == ((45,), target.scope)
        if target.scope is not Scope.TEMPLATE:  # the raid keeps the template it was made with
            assert await holds(world, targets, "unsigned") == ((45,), target.scope)
    for target in reversed(targets):
        changed = await desk.reset(officer(), target, "unsigned")
        assert changed.found.level is None or changed.found.level.scope is not target.scope
    assert await holds(world, targets, "unsigned") == ((), None)


async def test_a_templates_setting_is_of_the_next_raid(world, targets):
    await world.first.settings.put(officer(), targets[2], "reminders", "5", HERE)
    assert await holds(world, targets, "reminders") == ((60, 15), None)
    raid = await world.first.raids.create(officer(), RaidWish("Next", "wed 20:00", template="ours", channel_id=RAIDS))
    assert await holds(world, [Target(Scope.EVENT, typed=str(raid.id))], "reminders") == ((5,), Scope.TEMPLATE)
    exported = await world.first.template_desk.export(officer(), "ours", discord_roles=True)
    assert json.loads(exported.text)["settings"] == {"reminders": [5]}


async def test_a_raids_own_rules_move_people_at_once(world, targets):
    event_id = int(targets[-1].typed)
    outcome = await world.first.sign_ups.answer(member(1), event_id, Choice.ACCEPTED)
    assert outcome.placed.position is None
    changed = await world.first.settings.put(officer(), targets[-1], "method", "waiting-list", HERE)
    assert (changed.promoted, changed.demoted) == (0, 1)
    shown = await world.first.panel.show(member(1), str(event_id))
    assert shown.sheet.template.gates.method is Method.WAITING
    assert shown.own.position == 1
    await world.run()
    assert world.discord.told == [member(1).user_id]
    changed = await world.first.settings.reset(officer(), targets[-1], "method")
    assert (changed.promoted, changed.demoted) == (1, 0)
    assert (await world.first.panel.show(member(1), str(event_id))).own.position is None


@pytest.mark.parametrize("how", ["over", "cancelled"])
async def test_who_sat_in_a_raid_that_is_over_did_sit_there(world, targets, how):
    event_id = int(targets[-1].typed)
    await world.first.sign_ups.answer(member(1), event_id, Choice.ACCEPTED)
    if how == "cancelled":
        await world.first.raids.cancel(officer(), str(event_id), None, delete=False)
    else:
        world.clock.set(START + timedelta(hours=5))
    await world.run()
    world.discord.told.clear()
    with pytest.raises(RaidIsOver):
        await world.first.settings.put(officer(), targets[-1], "method", "host", HERE)
    assert await holds(world, targets, "method") == (None, None)
    await world.run()
    assert world.discord.told == []


@pytest.mark.parametrize(
    ("target", "name", "typed", "error"),
    [
        (SERVER, "remindres", "60", UnknownSetting),
        (SERVER, "reminders", "soon", MusterError),
        (SERVER, "thread", "perhaps", MusterError),
        (SERVER, "archive", "repost", NoArchive),
        (CHANNEL, "archive", "repost", NoArchive),
        (Target(Scope.EVENT, typed="1"), "archive", "repost", NoArchive),
        (CHANNEL, "own_channel_only", "on", NotHere),
        (Target(Scope.TEMPLATE, typed="ours"), "limit", "5", NotHere),
        (Target(Scope.TEMPLATE, typed="nobody's"), "thread", "on", MusterError),
        (Target(Scope.EVENT, typed="1"), "reminders", "5", NotHere),
        (Target(Scope.SERIES, typed="99"), "thread", "on", UnknownSeries),
        (Target(Scope.EVENT, typed="99"), "thread", "on", UnknownEvent),
        (SERVER, "officer_channel", "<#77777>", ElsewhereInDiscord),
        (CHANNEL, "archive_channel", "77777", ElsewhereInDiscord),
        (SERVER, "mention_roles", "<@&66666> <@&77777>", ElsewhereInDiscord),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_written(world, targets, target, name, typed, error):
    before = await world.counts()
    with pytest.raises(error) as refused:
        await world.first.settings.put(officer(), target, name, typed, HERE)
    assert len(str(refused.value)) > 10
    assert await world.counts() == before


async def test_members_are_refused_and_rights_are_for_the_servers_managers(world, targets):
    await world.set_up(officer_role_ids=[OFFICER_ROLE])
    leader = member(1, role_ids=frozenset({OFFICER_ROLE}))
    for target in targets:
        with pytest.raises(NotAnOfficer):
            await world.first.settings.put(member(2), target, "thread", "on", HERE)
        await world.first.settings.put(leader, target, "thread", "on", HERE)
    for name, typed in (("officer_roles", "none"), ("host_roles", "none"), ("own_channel_only", "off")):
        with pytest.raises(NotAnAdministrator):
            await world.first.settings.put(leader, SERVER, name, typed, HERE)
    with pytest.raises(NotAnOfficer):
        await world.first.settings.show(member(2), None)


async def test_another_servers_raids_and_series_are_not_found(world, targets):
    stranger = officer(guild_id=OTHER_GUILD)
    for target, error in ((targets[-1], UnknownEvent), (targets[3], UnknownSeries)):
        with pytest.raises(error):
            await world.first.settings.put(stranger, target, "thread", "on", HERE)
    with pytest.raises(UnknownEvent):
        await world.first.settings.show(stranger, targets[-1].typed)


async def test_the_file_brings_everything_back(world, targets):
    await world.set_up(officer_role_ids=[OFFICER_ROLE], officer_channel_id=55555)
    desk = world.first.settings
    await desk.put(officer(), SERVER, "reminders", "90", HERE)
    await desk.put(officer(), CHANNEL, "quiet_hours", "22-8", HERE)
    text = await desk.export(officer())
    for target, name in ((SERVER, "reminders"), (CHANNEL, "quiet_hours"), (SERVER, "officer_roles")):
        await desk.reset(officer(), target, name)
    assert json.loads(await desk.export(officer())) != json.loads(text)
    assert await desk.take_in(officer(), text.encode(), HERE) == 4
    assert await desk.export(officer()) == text
    async with world.first.db.transaction() as tx:
        assert (await within(tx, Around(GUILD, RAIDS)))[REMINDERS] == (90,)


@pytest.mark.parametrize(
    "content",
    [
        b"[]",
        b'{"server": {"reminders": "soon"}}',
        b'{"server": {"remindres": []}}',
        b'{"channels": {"77777": {"thread": true}}}',
        b'{"channels": {"%d": {"own_channel_only": true}}}' % RAIDS,
        b'{\n"server": {\n',
        b"\xff\xfe",
        b'{"server": []}',
        b'{"server": {"archive": "repost"}}',
        b'{"server": {"officer_channel": "77777"}}',
        b'{"channels": {"%d": {"host_roles": ["77777"]}}}' % RAIDS,
        b'{"server": {"reminders": []}, "channels": {"%d": {"archive": "repost"}}}' % RAIDS,
    ],
)
async def test_a_bad_file_changes_nothing(world, content):
    before = await world.counts()
    with pytest.raises((BadSettingsFile, ElsewhereInDiscord, UnknownSetting, NotHere, NoArchive)):
        await world.first.settings.take_in(officer(), content, HERE)
    assert await world.counts() == before


async def test_only_managers_take_a_file_in(world):
    with pytest.raises(NotAnAdministrator):
        await world.first.settings.take_in(member(1), b"{}", HERE)


async def test_every_setting_is_shown(world):
    shown = await world.first.settings.show(officer(), None)
    assert [one for one, _ in shown.found] == list(ALL)


async def test_sheets_are_reposted_where_there_is_an_archive_and_it_stays_one(world, targets):
    desk = world.first.settings
    await desk.put(officer(), CHANNEL, "archive_channel", "<#55555>", HERE)
    await desk.put(officer(), CHANNEL, "archive", "repost", HERE)
    with pytest.raises(NoArchive):
        await desk.reset(officer(), CHANNEL, "archive_channel")
    await desk.put(officer(), CHANNEL, "reminders", "5", HERE)
    await desk.put(officer(), CHANNEL, "archive", "delete", HERE)
    await desk.reset(officer(), CHANNEL, "archive_channel")
    assert await holds(world, targets, "archive_channel") == (None, None)
