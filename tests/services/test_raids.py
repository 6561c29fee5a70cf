"""Creating, finding and cancelling raids: what is written, and that a refusal writes nothing at all."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.domain.durations import BadDuration
from bot.domain.event import (
    BadDeadline,
    BadDescription,
    BadLimit,
    BadTitle,
    EventStatus,
    SheetKind,
    TitlePings,
    UnknownEvent,
)
from bot.domain.permissions import Actor, NotAnOfficer
from bot.services.raids import AlreadyOver, RaidWish
from bot.services.secrets import NoRaidHelperKey
from bot.services.templates import UnknownTemplate
from bot.services.when import TimeInPast, TimeTooFar, UnreadableTime
from tests.factories import (
    GUILD,
    NOW,
    OFFICER_ROLE,
    OFFICERS,
    OTHER_GUILD,
    RAIDER_ROLE,
    RAIDS,
    START,
    days,
    member,
    officer,
)
from tests.services.world import World

BAD = [
    ("nonsense time", {"when": "when the sun sets"}, UnreadableTime),
    ("empty time", {"when": ""}, UnreadableTime),
    ("past time", {"when": "2026-11-20 20:00"}, TimeInPast),
    ("this very moment", {"when": "2026-11-25 13:00"}, TimeInPast),
    ("three years ahead", {"when": "2029-11-25 20:00"}, TimeTooFar),
    ("5000 characters", {"title": "x" * 5000}, BadTitle),
    ("one character too many", {"title": "x" * 101}, BadTitle),
    ("no title", {"title": ""}, BadTitle),
    ("only spaces", {"title": " \n\t "}, BadTitle),
    ("@everyone", {"title": "Raid @everyone"}, TitlePings),
    ("@here", {"title": "@here raid"}, TitlePings),
    ("a role", {"title": f"<@&{OFFICER_ROLE}> raid"}, TitlePings),
    ("a member", {"title": "<@!123> raid"}, TitlePings),
    ("limit 0", {"limit": 0}, BadLimit),
    ("limit -1", {"limit": -1}, BadLimit),
    ("limit 1001", {"limit": 1001}, BadLimit),
    ("unknown template", {"template": "chess"}, UnknownTemplate),
    ("deadline after the start", {"deadline": "-1h"}, BadDuration),
    ("deadline at the start", {"deadline": "0"}, BadDuration),
    ("deadline past", {"deadline": "8h"}, BadDeadline),
    ("deadline months before", {"deadline": "61d"}, BadDuration),
    ("deadline nonsense", {"deadline": "when I say so"}, BadDuration),
    ("duration nonsense", {"duration": "long"}, BadDuration),
    ("duration nothing", {"duration": "0"}, BadDuration),
    ("duration of two days", {"duration": "48h"}, BadDuration),
    ("a novel", {"description": "x" * 2001}, BadDescription),
    ("no Raid-Helper", {"sheet": SheetKind.RAID_HELPER}, NoRaidHelperKey),
]


def wish(**changes: Any) -> RaidWish:
    return RaidWish(**{"title": "Heroic", "when": "wed 20:00"} | changes)


# ---------------------------------------------------------------- creating


@pytest.mark.parametrize(("changes", "error"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
async def test_what_was_mistyped_is_refused_and_writes_nothing(
    guild: World, changes: dict[str, Any], error: type[Exception]
) -> None:
    before = await guild.counts()
    with pytest.raises(error):
        await guild.first.raids.create(officer(), wish(**changes))
    assert await guild.counts() == before


@pytest.mark.parametrize(
    "actor", [member(), member(role_ids=frozenset({RAIDER_ROLE}))], ids=["nobody special", "a raider"]
)
async def test_a_member_creates_nothing(guild: World, actor: Actor) -> None:
    await guild.pool.execute("UPDATE common.discord_config SET officer_role_ids = ARRAY[$1::bigint]", OFFICER_ROLE)
    before = await guild.counts()
    with pytest.raises(NotAnOfficer):
        await guild.first.raids.create(actor, wish())
    assert await guild.counts() == before


@pytest.mark.parametrize(
    "rights",
    [
        {"is_owner": True},
        {"is_administrator": True},
        {"manages_server": True},
        {"role_ids": frozenset({RAIDER_ROLE, OFFICER_ROLE})},
    ],
)
async def test_officers_create(guild: World, rights: dict[str, Any]) -> None:
    await guild.pool.execute("UPDATE common.discord_config SET officer_role_ids = ARRAY[$1::bigint]", OFFICER_ROLE)
    assert (await guild.first.raids.create(member(**rights), wish())).title == "Heroic"


async def test_the_officer_role_of_another_server_counts_nothing(guild: World) -> None:
    await guild.set_up(OTHER_GUILD, officer_role_ids=[OFFICER_ROLE])
    with pytest.raises(NotAnOfficer):
        await guild.first.raids.create(member(role_ids=frozenset({OFFICER_ROLE})), wish())


async def test_a_raid_as_typed(guild: World) -> None:
    typed = {"duration": "2h30", "limit": 25, "deadline": "3h", "description": " Bring flasks ", "channel_id": OFFICERS}
    event = await guild.first.raids.create(officer(), wish(title="  Heroic \n  night ", **typed))
    assert (event.title, event.description, event.total_limit) == ("Heroic night", "Bring flasks", 25)
    assert (event.starts_at, event.day, event.ends_at) == (START, START.date(), START + timedelta(hours=2.5))
    assert (event.deadline, event.channel_id) == (START - timedelta(hours=3), OFFICERS)
    assert (event.leader_id, event.sheet, event.booking_state) == (officer().user_id, SheetKind.NATIVE, None)
    assert (event.series_id, event.auto_booked) == (None, False)


async def test_what_is_left_out_comes_from_template_and_server(guild: World) -> None:
    event = await guild.first.raids.create(officer(), wish())
    assert (event.ends_at - event.starts_at, event.channel_id) == (timedelta(hours=3), RAIDS)
    assert (event.total_limit, event.deadline) == (None, None)
    plain = await guild.first.raids.create(officer(), wish(template="plain"))
    assert plain.ends_at - plain.starts_at == timedelta(hours=1)


async def test_a_server_nobody_set_up_can_raid_where_it_was_typed_by_utc(world: World) -> None:
    event = await world.first.raids.create(officer(), wish(here=OFFICERS))
    assert (event.channel_id, event.starts_at) == (OFFICERS, datetime(2026, 11, 25, 20, tzinfo=UTC))


async def test_the_local_day_of_a_raid_after_midnight(guild: World) -> None:
    event = await guild.first.raids.create(officer(), wish(when="2026-11-26 00:30"))
    assert (event.starts_at, event.day) == (datetime(2026, 11, 25, 23, 30, tzinfo=UTC), date(2026, 11, 26))


@pytest.mark.parametrize("limit", [1, 1000])
async def test_the_limits_ends_are_taken(guild: World, limit: int) -> None:
    assert (await guild.first.raids.create(officer(), wish(limit=limit))).total_limit == limit


async def test_creating_posts_the_sheet_once_and_notes_who_did_it(guild: World) -> None:
    event = await guild.first.raids.create(officer(), wish())
    assert await guild.open_actions() == ["sheet.post"]
    await guild.run()
    assert [sheet.event.id for sheet in guild.discord.sheets] == [event.id]
    assert guild.discord.said == []  # only a booking is announced
    assert (await guild.event(event.id))["discord_message_id"] is not None
    [note] = await guild.pool.fetch("SELECT * FROM patt.audit")
    assert (note["action"], note["event_id"], note["actor_discord_id"]) == ("create", event.id, officer().user_id)
    assert note["details"] == {"title": "Heroic"}


async def test_creating_on_raid_helper_makes_one_event_and_no_announcement(guild: World) -> None:
    await guild.connect_raid_helper()
    leader = member(5, manages_server=True)
    event = await guild.first.raids.create(leader, wish(sheet=SheetKind.RAID_HELPER, limit=20))
    assert await guild.open_actions() == ["raid_helper.create"]
    await guild.run()
    [made] = guild.raid_helper.events.values()
    assert (made["title"], made["leaderId"], made["advancedSettings"]["limit"]) == ("Heroic", str(leader.user_id), 20)
    row = await guild.event(event.id)
    assert (row["raid_helper_event_id"], row["booking_state"]) == (made["id"], "announced")
    assert (guild.discord.sheets, guild.discord.said) == ([], [])


async def test_a_single_raid_is_native_even_with_a_raid_helper_key(guild: World) -> None:
    await guild.connect_raid_helper()
    assert (await guild.first.raids.create(officer(), wish())).sheet is SheetKind.NATIVE


async def test_when_is_read_in_the_servers_zone(guild: World) -> None:
    shown, moment = await guild.first.raids.read_when(member(), "wed 20:00")
    assert (shown.partition(" · ")[0], moment) == ("Wed 25 Nov 2026, 20:00 CET", START)
    with pytest.raises(TimeInPast):
        await guild.first.raids.read_when(member(), "2026-11-24 20:00")


# ---------------------------------------------------------------- finding


async def test_upcoming_raids_are_this_servers_and_soonest_first(guild: World) -> None:
    later, sooner = await guild.raid(starts_at=START + days(1)), await guild.raid()
    running = await guild.raid(starts_at=NOW - timedelta(hours=1))
    await guild.raid(starts_at=NOW - timedelta(hours=3))  # over this very moment
    await guild.raid(guild_id=OTHER_GUILD)
    cancelled = await guild.raid()
    await guild.pool.execute("UPDATE patt.raid_events SET status = 'CANCELLED' WHERE id = $1", cancelled)
    assert [one.id for one in await guild.first.raids.upcoming(GUILD)] == [running, sooner, later]
    assert [one.id for one in await guild.first.raids.upcoming(GUILD, most=1)] == [running]


@pytest.mark.parametrize("typed", ["{id}", " {id} ", "Heroic", "  hEROIC "])
async def test_a_raid_is_found_by_id_and_by_title(guild: World, typed: str) -> None:
    event_id = await guild.raid()
    assert (await guild.first.raids.find(GUILD, typed.format(id=event_id))).id == event_id


async def test_a_raid_whose_title_is_a_number_is_found_by_it(guild: World) -> None:
    event_id = await guild.raid(title="2026")
    assert (await guild.first.raids.find(GUILD, "2026")).id == event_id


@pytest.mark.parametrize("typed", ["999", "Mythic", "", "9" * 30, "0x1", "-1"])
async def test_what_is_no_raid_here_is_unknown(guild: World, typed: str) -> None:
    await guild.raid()
    with pytest.raises(UnknownEvent):
        await guild.first.raids.find(GUILD, typed)


@pytest.mark.parametrize("by", ["id", "title"])
async def test_a_raid_of_another_server_is_unknown(guild: World, by: str) -> None:
    event_id = await guild.raid(guild_id=OTHER_GUILD)
    typed = str(event_id) if by == "id" else "Heroic"
    with pytest.raises(UnknownEvent):
        await guild.first.raids.find(GUILD, typed)
    with pytest.raises(UnknownEvent):
        await guild.first.raids.cancel(officer(), typed, None, delete=False)
    assert (await guild.event(event_id))["status"] == "SCHEDULED"


# ---------------------------------------------------------------- cancelling


async def standing(guild: World, kind: SheetKind = SheetKind.NATIVE) -> str:
    """A raid whose sheet stands; its id as typed."""
    if kind is SheetKind.RAID_HELPER:
        await guild.connect_raid_helper()
    event = await guild.first.raids.create(member(5, manages_server=True), wish(sheet=kind))
    await guild.run()
    return str(event.id)


async def test_a_cancelled_native_raid_keeps_its_sheet_with_the_reason(guild: World) -> None:
    event_id = await standing(guild)
    await guild.first.raids.cancel(officer(), event_id, " No tanks ", delete=False)
    row = await guild.event(int(event_id))
    assert (row["status"], row["cancel_reason"]) == ("CANCELLED", "No tanks")
    await guild.pass_time(timedelta(seconds=1))
    assert [sheet.event.status for sheet in guild.discord.edits] == [EventStatus.CANCELLED]
    assert guild.discord.deleted == []
    actions = [row["action"] for row in await guild.pool.fetch("SELECT action FROM patt.audit ORDER BY id")]
    assert actions == ["create", "cancel"]


async def test_a_cancelled_native_raid_can_be_deleted(guild: World) -> None:
    event_id = await standing(guild)
    message_id = (await guild.event(int(event_id)))["discord_message_id"]
    await guild.first.raids.cancel(officer(), event_id, None, delete=True)
    await guild.run()
    assert guild.discord.deleted == [(RAIDS, message_id)]
    assert (await guild.event(int(event_id)))["discord_message_id"] is None


@pytest.mark.parametrize("delete", [True, False])
async def test_a_cancelled_raid_goes_from_raid_helper(guild: World, delete: bool) -> None:
    event_id = await standing(guild, SheetKind.RAID_HELPER)
    await guild.first.raids.cancel(officer(), event_id, None, delete=delete)
    await guild.run()
    assert guild.raid_helper.events == {}


async def test_cancelling_twice_is_refused(guild: World) -> None:
    event_id = await standing(guild)
    await guild.first.raids.cancel(officer(), event_id, None, delete=False)
    before = await guild.counts()
    with pytest.raises(AlreadyOver):
        await guild.first.raids.cancel(officer(), event_id, "again", delete=True)
    assert await guild.counts() == before


async def test_a_member_cancels_nothing(guild: World) -> None:
    event_id = await standing(guild)
    before = await guild.counts()
    with pytest.raises(NotAnOfficer):
        await guild.first.raids.cancel(member(), event_id, None, delete=True)
    assert ((await guild.event(int(event_id)))["status"], await guild.counts()) == ("SCHEDULED", before)


async def test_a_reason_that_is_too_long_cancels_nothing(guild: World) -> None:
    event_id = await standing(guild)
    before = await guild.counts()
    with pytest.raises(BadDescription):
        await guild.first.raids.cancel(officer(), event_id, "x" * 2001, delete=False)
    assert ((await guild.event(int(event_id)))["status"], await guild.counts()) == ("SCHEDULED", before)


async def test_a_raid_that_is_over_is_not_cancelled_by_its_id_either(guild: World) -> None:
    event_id = await guild.raid()
    guild.clock.set(START + timedelta(hours=4))
    with pytest.raises(AlreadyOver):
        await guild.first.raids.cancel(officer(), str(event_id), None, delete=False)
    assert (await guild.event(event_id))["status"] == "SCHEDULED"
