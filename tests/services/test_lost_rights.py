"""The day before a raid: what the bot lacks is said once, where somebody can mend it."""

import re
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.event import NewEvent, SheetKind
from bot.domain.ids import ChannelId, EventId, RoleId, UserId
from bot.domain.needs import Naming
from bot.domain.setting import Level, Scope
from bot.domain.setting_rules import Here
from bot.services import deadlines, lost_rights
from bot.services.health import HealthDesk
from bot.services.raid_edits import EditWish
from bot.services.raids import RaidWish
from bot.services.servers import SetUp
from bot.services.settings_desk import Target
from db.migrate import MIGRATIONS
from tests.factories import GUILD, OFFICER_ROLE, OFFICERS, RAIDS, START, days, new_event, officer
from tests.services.world import World

HOUR = timedelta(hours=1)
LEADER = UserId(77)
NEXT_WEEK = START + days(7)
EVE = NEXT_WEEK - days(1)
ELSEWHERE, GONE = ChannelId(515), RoleId(616)
SEND = f"{RAIDS}:send_messages"


@pytest.fixture
async def guild(world: World) -> World:
    await world.set_up(raid_channel_id=RAIDS, officer_channel_id=OFFICERS, officer_role_ids=[OFFICER_ROLE])
    return world


def next_week(**changes: Any) -> NewEvent:
    return new_event(**{"day": NEXT_WEEK.date(), "starts_at": NEXT_WEEK, "leader_id": LEADER} | changes)


async def raid(world: World, **changes: Any) -> EventId:
    event_id = await world.raid(new=next_week(**changes))
    async with world.first.db.transaction() as tx:
        event = await tx.events.get(event_id)
        assert event is not None
        await deadlines.plan(tx, event, await world.first.templates.of(tx, event), world.clock.now())
    return event_id


async def switch_on(world: World, *names: str) -> None:
    async with world.first.db.transaction() as tx:
        await tx.settings.put(GUILD, Level(Scope.SERVER), dict.fromkeys(names, True))


async def on_the_eve(world: World) -> None:
    world.clock.set(EVE)
    await world.first.queue.run_due()


async def test_a_template_emoji_that_was_deleted_is_said_once_also_before_the_eve(guild: World) -> None:
    shield = "UPDATE patt.templates SET definition = jsonb_set(definition, '{emoji}', '\"<:shield:77>\"')"
    await guild.pool.execute(shield)
    guild.rights.usable_emoji = {77}
    plain = await guild.pool.fetchval("SELECT id FROM patt.templates WHERE name = 'plain' AND is_current")
    event_id = await raid(guild, template_id=plain)
    desk = HealthDesk(guild.first.db, guild.first.servers, guild.clock)
    await desk.noticed(GUILD, event_id)
    await guild.run()
    assert guild.rights.told == []
    guild.rights.usable_emoji = {78}
    for _ in range(2):
        await desk.noticed(GUILD, event_id)
        await guild.run()
    assert guild.rights.told == [(OFFICERS, event_id, ["emoji:shield"])]
    await on_the_eve(guild)
    assert len(guild.rights.told) == 1


async def test_a_raid_without_a_template_is_looked_at_by_the_servers_default(guild: World) -> None:
    shield = "UPDATE patt.templates SET definition = jsonb_set(definition, '{emoji}', '\"<:shield:77>\"') || $1"
    gates = {"settings": {"allowed_roles": [str(GONE)]}}
    await guild.pool.execute(f"{shield} WHERE name = 'ffxiv'", gates)
    guild.rights.gone_roles = {GONE}
    await raid(guild)
    await guild.pool.execute("UPDATE common.discord_config SET default_template = 'ffxiv'")
    await on_the_eve(guild)
    [(_, _, told)] = guild.rights.told
    assert "emoji:shield" in told
    assert any("allowed_roles" in one for one in told)


async def test_nothing_is_said_of_a_raid_that_has_all_it_needs(guild: World) -> None:
    await raid(guild)
    await on_the_eve(guild)
    assert guild.rights.told == []
    assert await guild.done("rights.check") == 1


async def test_it_is_said_a_day_before_and_not_sooner(guild: World) -> None:
    event_id = await raid(guild)
    guild.rights.denied[RAIDS] = {"send_messages"}
    guild.clock.set(EVE - HOUR)
    await guild.first.queue.run_due()
    assert guild.rights.told == []
    await on_the_eve(guild)
    assert guild.rights.told == [(OFFICERS, event_id, [SEND])]


async def test_what_is_lost_within_the_day_is_said_while_it_can_still_be_mended(guild: World) -> None:
    event_id = await raid(guild)
    guild.rights.denied[RAIDS] = {"embed_links"}
    await on_the_eve(guild)
    guild.rights.denied[RAIDS] = {"embed_links", "send_messages"}
    guild.clock.set(NEXT_WEEK - 3 * HOUR - timedelta(minutes=1))
    await guild.first.queue.run_due()
    on_the_day_before = (OFFICERS, event_id, [f"{RAIDS}:embed_links"])
    assert guild.rights.told == [on_the_day_before]
    guild.clock.set(NEXT_WEEK - 3 * HOUR)
    await guild.first.queue.run_due()
    assert guild.rights.told == [on_the_day_before, (OFFICERS, event_id, [SEND])]
    guild.clock.set(NEXT_WEEK)
    await guild.first.queue.run_due()
    assert await guild.done("rights.check") == 2


async def test_a_raid_planned_within_the_day_is_looked_at_at_once(guild: World) -> None:
    guild.clock.set(NEXT_WEEK - 3 * HOUR)
    guild.rights.denied[RAIDS] = {"send_messages"}
    event_id = await raid(guild)
    await guild.first.queue.run_due()
    assert guild.rights.told == [(OFFICERS, event_id, [SEND])]


@pytest.mark.parametrize(
    ("settings", "channel", "permission"),
    [
        ([], RAIDS, "view_channel"),
        ([], RAIDS, "send_messages"),
        ([], RAIDS, "embed_links"),
        ([], RAIDS, "read_message_history"),
        (["thread"], RAIDS, "create_public_threads"),
        (["thread"], RAIDS, "send_messages_in_threads"),
        (["discord_event"], None, "create_events"),
        (["discord_event"], None, "manage_events"),
        (["temp_role"], None, "manage_roles"),
        ([], OFFICERS, "send_messages"),
    ],
)
async def test_each_permission_a_raid_needs(
    guild: World, settings: list[str], channel: ChannelId | None, permission: str
) -> None:
    await switch_on(guild, *settings)
    event_id = await raid(guild)
    guild.rights.denied[channel] = {permission}
    await on_the_eve(guild)
    assert guild.rights.told == [(OFFICERS, event_id, [f"{channel or 'server'}:{permission}"])]


@pytest.mark.parametrize(
    ("channel", "permission"), [(RAIDS, "create_public_threads"), (None, "manage_roles"), (None, "create_events")]
)
async def test_what_no_setting_asks_for_is_not_missed(guild: World, channel: ChannelId | None, permission: str) -> None:
    await raid(guild)
    guild.rights.denied[channel] = {permission}
    await on_the_eve(guild)
    assert guild.rights.told == []


async def test_a_deleted_channel_counts(guild: World) -> None:
    event_id = await raid(guild)
    guild.rights.gone.add(RAIDS)
    await on_the_eve(guild)
    assert guild.rights.told == [(OFFICERS, event_id, [f"{RAIDS}:gone"])]


async def test_everything_is_said_in_one_go_and_each_thing_once(guild: World) -> None:
    event_id = await raid(guild)
    guild.rights.denied[RAIDS] = {"send_messages", "embed_links"}
    await on_the_eve(guild)
    await guild.first.edits.edit(officer(), str(event_id), EditWish(duration="2h"))
    await guild.first.queue.run_due()
    guild.rights.denied[RAIDS] = {"send_messages", "embed_links", "view_channel"}
    guild.rights.denied[OFFICERS] = set()
    await guild.first.edits.edit(officer(), str(event_id), EditWish(duration="3h"))
    await guild.first.queue.run_due()
    assert guild.rights.told == [
        (OFFICERS, event_id, [SEND, f"{RAIDS}:embed_links"]),
        (OFFICERS, event_id, [f"{RAIDS}:view_channel"]),
    ]


async def test_two_raids_are_told_of_each(guild: World) -> None:
    raids = [await raid(guild), await raid(guild, title="Alt run")]
    guild.rights.denied[RAIDS] = {"send_messages"}
    await on_the_eve(guild)
    assert sorted(event_id for _, event_id, _ in guild.rights.told) == raids


async def test_a_raid_that_was_moved_away_is_looked_at_on_its_new_eve(guild: World) -> None:
    event_id = await raid(guild)
    guild.rights.denied[RAIDS] = {"send_messages"}
    await guild.first.edits.move(officer(), str(event_id), str(int((NEXT_WEEK + days(3)).timestamp())))
    await on_the_eve(guild)
    assert guild.rights.told == []
    guild.clock.set(EVE + days(3))
    await guild.first.queue.run_due()
    assert guild.rights.told == [(OFFICERS, event_id, [SEND])]


async def test_a_cancelled_raid_needs_nothing(guild: World) -> None:
    event_id = await raid(guild)
    guild.rights.denied[RAIDS] = {"send_messages"}
    await guild.first.raids.cancel(officer(), str(event_id), None, delete=False)
    await on_the_eve(guild)
    assert guild.rights.told == []


@pytest.mark.parametrize(
    ("channel", "permission", "missed"),
    [
        (RAIDS, "view_channel", True),  # the comp, what is announced, whoever is named stand there
        (RAIDS, "send_messages", True),
        (RAIDS, "embed_links", True),
        (RAIDS, "read_message_history", False),  # Raid-Helper posts the sheet
        (RAIDS, "create_public_threads", False),  # and opens the thread
        (None, "manage_roles", False),  # and knows who comes
        (None, "create_events", True),
        (OFFICERS, "send_messages", True),
    ],
)
async def test_what_a_raid_on_raid_helper_needs_of_muster(
    guild: World, channel: ChannelId | None, permission: str, missed: bool
) -> None:
    await switch_on(guild, "thread", "temp_role", "discord_event")
    event_id = await raid(guild, sheet=SheetKind.RAID_HELPER)
    guild.rights.denied[channel] = {permission}
    await on_the_eve(guild)
    told = [(OFFICERS, event_id, [f"{channel or 'server'}:{permission}"])]
    assert guild.rights.told == (told if missed else [])


@pytest.mark.parametrize(("announce", "missed"), [(True, True), (False, False)])
async def test_where_next_weeks_raid_is_announced(guild: World, announce: bool, missed: bool) -> None:
    async with guild.first.db.transaction() as tx:
        await tx.settings.put(GUILD, Level(Scope.SERVER), {"announce": announce})
    series_id = await guild.series()
    event_id = await raid(guild, series_id=series_id, occurrence=NEXT_WEEK.date(), channel_id=ELSEWHERE)
    guild.rights.denied[RAIDS] = {"send_messages"}
    await on_the_eve(guild)
    assert guild.rights.told == ([(OFFICERS, event_id, [SEND])] if missed else [])


async def test_where_its_sheet_goes_afterwards(guild: World) -> None:
    async with guild.first.db.transaction() as tx:
        values = {"archive": "repost", "archive_channel": str(ELSEWHERE)}
        await tx.settings.put(GUILD, Level(Scope.SERVER), values)
    event_id = await raid(guild)
    guild.rights.gone.add(ELSEWHERE)
    await on_the_eve(guild)
    assert guild.rights.told == [(OFFICERS, event_id, [f"{ELSEWHERE}:gone"])]


# Whatever is planned, changed or was there before is looked at, and in time


async def test_raids_planned_before_this_was_looked_at_are_planned_for_once(guild: World) -> None:
    raids = [await raid(guild), await raid(guild, title="Alt run")]
    await guild.pool.execute("DELETE FROM patt.scheduled_actions WHERE kind = 'rights.check'")
    before = await guild.pool.fetchval("SELECT count(*) FROM patt.scheduled_actions")
    assert await guild.first.unplanned.run_once() == 0
    [once] = re.findall(r"^UPDATE .*?;", (MIGRATIONS / "0010_health.sql").read_text(), re.MULTILINE | re.DOTALL)
    await guild.pool.execute(once)
    assert [await guild.first.unplanned.run_once(), await guild.first.unplanned.run_once()] == [2, 0]
    assert await guild.pool.fetchval("SELECT count(*) FROM patt.scheduled_actions") == before + len(raids)
    guild.rights.denied[RAIDS] = {"send_messages"}
    await guild.first.queue.run_due()
    assert guild.rights.told == []
    await on_the_eve(guild)
    assert sorted(guild.rights.told) == [(OFFICERS, one, [SEND]) for one in raids]


async def test_a_setting_switched_on_within_the_day_is_looked_at_at_once_and_said_once(guild: World) -> None:
    event_id = await raid(guild)
    await on_the_eve(guild)
    guild.rights.denied[RAIDS] = {"create_public_threads"}
    guild.clock.advance(5 * HOUR)
    await guild.first.settings.put(officer(), Target(Scope.SERVER), "thread", "on", Here())
    await guild.first.queue.run_due()
    said = [(OFFICERS, event_id, [f"{RAIDS}:create_public_threads"])]
    assert guild.rights.told == said
    guild.clock.advance(HOUR)
    for value in ("off", "on"):
        await guild.first.settings.put(officer(), Target(Scope.SERVER), "thread", value, Here())
        await guild.first.queue.run_due()
    assert guild.rights.told == said


async def test_a_raid_moved_into_the_day_is_looked_at_at_once(guild: World) -> None:
    event_id = await raid(guild, day=(NEXT_WEEK + days(7)).date(), starts_at=NEXT_WEEK + days(7))
    guild.rights.denied[RAIDS] = {"send_messages"}
    await on_the_eve(guild)
    assert guild.rights.told == []
    await guild.first.edits.move(officer(), str(event_id), str(int((NEXT_WEEK - 3 * HOUR).timestamp())))
    await guild.first.queue.run_due()
    assert guild.rights.told == [(OFFICERS, event_id, [SEND])]


async def test_another_officer_channel_chosen_within_the_day_is_looked_at_at_once(guild: World) -> None:
    event_id = await raid(guild)
    await on_the_eve(guild)
    guild.rights.denied[ELSEWHERE] = {"embed_links"}
    await guild.first.servers.set_up(officer(), SetUp(officer_channel_id=ELSEWHERE))
    await guild.first.queue.run_due()
    assert guild.rights.told == [(ELSEWHERE, event_id, [f"{ELSEWHERE}:embed_links"])]


# Roles that were deleted


@pytest.mark.parametrize(
    "setting", ["allowed_roles", "banned_roles", "priority_roles", "host_roles", "officer_roles", "raider_roles"]
)
@pytest.mark.parametrize("scope", ["server", "channel"])
async def test_a_setting_that_names_a_deleted_role(guild: World, setting: str, scope: str) -> None:
    level = Level(Scope(scope), 0 if scope == "server" else RAIDS)
    async with guild.first.db.transaction() as tx:
        await tx.settings.put(GUILD, level, {setting: [str(GONE), str(OFFICER_ROLE)]})
    wish = RaidWish("Heroic", str(int(NEXT_WEEK.timestamp())), channel_id=RAIDS)
    event = await guild.first.raids.create(officer(), wish)
    guild.rights.gone_roles.add(GONE)
    await on_the_eve(guild)
    kept = Level(Scope.EVENT, event.id) if setting in {"allowed_roles", "banned_roles", "priority_roles"} else level
    assert guild.rights.told == [(OFFICERS, event.id, list(Naming(setting, kept, gone=(GONE,)).reasons))]


async def test_a_templates_rules_and_a_rank_that_name_a_deleted_role(guild: World) -> None:
    definition = {"title": "Raid", "allowed_roles": [str(GONE)]}
    async with guild.first.db.transaction() as tx:
        template_id = await tx.templates.put(GUILD, "ours", definition, "digest")
        await tx.ranks.add(GUILD, "Raider", 3, GONE)
        await tx.ranks.add(GUILD, "Trial", 1, RoleId(5))
        event_id = await tx.events.add(next_week(template_id=template_id))
        event = await tx.events.get(event_id)
        assert event is not None
        await tx.actions.enqueue(*lost_rights.planned(event, guild.clock.now()))
    guild.rights.gone_roles.add(GONE)
    await on_the_eve(guild)
    level = Level(Scope.TEMPLATE, template_id)
    named = [Naming("allowed_roles", level, gone=(GONE,)), Naming("rank", rank="Raider", gone=(GONE,))]
    assert guild.rights.told == [(OFFICERS, event_id, [reason for one in named for reason in one.reasons])]


async def test_a_second_role_of_one_setting_that_is_deleted_later_is_said_too(guild: World) -> None:
    """Each role once: of three that are named, two are deleted together, and one within the day."""
    first, second, third = RoleId(616), RoleId(617), RoleId(618)
    async with guild.first.db.transaction() as tx:
        await tx.settings.put(GUILD, Level(Scope.SERVER), {"host_roles": [str(first), str(second), str(third)]})
    event_id = await raid(guild)
    guild.rights.gone_roles |= {first, second}
    await on_the_eve(guild)
    guild.rights.gone_roles.add(third)
    for length in ("2h", "3h"):
        await guild.first.edits.edit(officer(), str(event_id), EditWish(duration=length))
        await guild.first.queue.run_due()
    said = [Naming("host_roles", gone=gone).reasons for gone in ((first, second), (third,))]
    assert guild.rights.told == [(OFFICERS, event_id, list(one)) for one in said]


@pytest.mark.parametrize("weekly", [True, False])
async def test_whom_the_next_sheet_of_a_series_would_ring(guild: World, weekly: bool) -> None:
    async with guild.first.db.transaction() as tx:
        await tx.settings.put(GUILD, Level(Scope.SERVER), {"mention_roles": [str(GONE)]})
    series = {"series_id": await guild.series(), "occurrence": NEXT_WEEK.date()} if weekly else {}
    await raid(guild, **series)
    guild.rights.gone_roles.add(GONE)
    await on_the_eve(guild)
    told = [reasons for _, _, reasons in guild.rights.told]
    assert told == ([[*Naming("mention_roles", gone=(GONE,)).reasons]] if weekly else [])


async def test_where_the_officers_cannot_be_told_the_leader_is(guild: World) -> None:
    event_id = await raid(guild)
    guild.rights.denied[RAIDS] = {"send_messages"}
    guild.rights.gone.add(OFFICERS)
    await on_the_eve(guild)
    assert guild.rights.told == [(LEADER, event_id, [SEND, f"{OFFICERS}:gone"])]


async def test_without_an_officer_channel_the_leader_is_told(world: World) -> None:
    await world.set_up(raid_channel_id=RAIDS)
    event_id = await raid(world)
    world.rights.denied[RAIDS] = {"send_messages"}
    await on_the_eve(world)
    assert world.rights.told == [(LEADER, event_id, [SEND])]


async def test_without_anybody_to_tell_it_is_done(world: World) -> None:
    await world.set_up(raid_channel_id=RAIDS)
    await raid(world, leader_id=None)
    world.rights.denied[RAIDS] = {"send_messages"}
    await on_the_eve(world)
    assert await world.done("rights.check") == 1


async def test_word_that_did_not_get_through_is_said_at_the_next_attempt(guild: World) -> None:
    event_id = await raid(guild)
    guild.rights.denied[RAIDS] = {"send_messages"}
    guild.rights.troubles.append(TimeoutError())
    await on_the_eve(guild)
    assert guild.rights.told == []
    guild.clock.advance(timedelta(seconds=5))
    await guild.first.queue.run_due()
    assert guild.rights.told == [(OFFICERS, event_id, [SEND])]
