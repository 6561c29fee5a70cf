"""Events posted with Raid-Helper become raids here: once each, with their people, and as a series' raid if wanted."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from bot.domain.event import Event, SheetKind, UnknownEvent
from bot.domain.officer_rules import RaidIsCancelled
from bot.domain.permissions import NotAnOfficer
from bot.domain.series import UnknownSeries
from bot.raid_helper import errors
from bot.raid_helper.budget import DAILY
from bot.services.raid_edits import BeingMade
from bot.services.raid_helper_import import EventIsOver, Imported, OtherDay, OtherSeries, WhichEvent
from bot.services.raids import RaidWish
from bot.services.secrets import NoRaidHelperKey
from db.events import OccurrenceTaken
from sandbox.raid_helper import faults
from tests.factories import GUILD, OTHER_GUILD, RAIDS, START, member, new_series, officer
from tests.services.world import API_KEY, World

WEEK = timedelta(days=7)


@pytest.fixture
async def connected(guild: World) -> World:
    await guild.connect_raid_helper()
    return guild


async def stands_there(world: World, start: datetime = START, guild_id: int = GUILD, **body: Any) -> dict[str, Any]:
    """An event that somebody made with Raid-Helper's own command."""
    moment = str(int(start.timestamp()))
    usual = {"leaderId": str(member(7).user_id), "title": "Molten Core", "description": "Bring potions", "date": moment}
    settings = {"duration": 150, **body.pop("advancedSettings", {})}
    async with aiohttp.ClientSession() as http:
        made = await http.post(
            f"{world.raid_helper.base_url}/servers/{guild_id}/channels/{RAIDS}/event",
            headers={"Authorization": world.raid_helper.servers[guild_id]},
            json={**usual, "time": moment, "templateId": "2", "advancedSettings": settings, **body},
        )
        return world.raid_helper.events[(await made.json())["event"]["id"]]


async def take(world: World, typed: object, series: int | None = None) -> Imported:
    return await world.first.imports.one(officer(), str(typed), None if series is None else str(series))


async def people(world: World, raid: Event) -> Sequence[tuple[Any, ...]]:
    rows = await world.pool.fetch(
        """
        SELECT p.display_name, a.status, a.class_name, a.source FROM patt.raid_attendance a
        JOIN guild_identity.players p ON p.id = a.player_id WHERE a.event_id = $1 ORDER BY a.slot
        """,
        raid.id,
    )
    return [tuple(row) for row in rows]


async def test_an_event_becomes_a_raid_with_its_people(connected: World) -> None:
    there = await stands_there(connected, advancedSettings={"limit": 25, "deadline": 2})
    await connected.raid_helper.sign_up_in_discord(there["id"], member(2).user_id, "Paladin", "Holy1")
    await connected.raid_helper.sign_up_in_discord(there["id"], member(1).user_id, "Late")
    taken = await take(connected, there["id"])
    raid = taken.event
    assert (taken.people, taken.was_here, taken.series) == (2, False, None)
    assert (raid.title, raid.description, raid.leader_id) == ("Molten Core", "Bring potions", member(7).user_id)
    assert (raid.starts_at, raid.ends_at) == (START, START + timedelta(minutes=150))
    assert (raid.total_limit, raid.deadline) == (25, START - timedelta(hours=2))
    assert (raid.sheet, raid.day) == (SheetKind.RAID_HELPER, START.date())
    assert raid.link == f"https://discord.com/channels/{GUILD}/{RAIDS}/{there['id']}"
    assert await people(connected, raid) == [
        ("Member 2", "accepted", "Paladin", "raid-helper"),
        ("Member 1", "late", None, "raid-helper"),
    ]


@pytest.mark.parametrize(
    ("reminder", "own"), [("false", None), (False, None), (True, ()), (0, None), ("30", ()), (30, ()), (None, None)]
)
async def test_whom_raid_helper_reminds_muster_does_not(
    connected: World, reminder: object, own: tuple[int, ...] | None
) -> None:
    there = await stands_there(connected, advancedSettings={"reminder": reminder})
    raid = (await take(connected, there["id"])).event
    assert raid.reminders == own
    planned = "SELECT count(*) FROM patt.scheduled_actions WHERE kind = 'people.tell' AND payload->>'what' = 'reminder'"
    assert await connected.pool.fetchval(planned) == (2 if own is None else 0)


async def test_what_was_taken_over_is_read_from_then_on_and_posted_nowhere(connected: World) -> None:
    there = await stands_there(connected)
    raid = (await take(connected, there["id"])).event
    await connected.raid_helper.sign_up_in_discord(there["id"], member(1).user_id, "Bench")
    await connected.pass_time(timedelta(minutes=15))
    assert await people(connected, raid) == [("Member 1", "bench", None, "raid-helper")]
    assert (len(connected.raid_helper.asked("create")), connected.discord.sheets) == (1, [])
    assert connected.discord.said == []


@pytest.mark.parametrize(
    "typed",
    [
        "{id}",
        " {id} ",
        "https://discord.com/channels/{server}/{channel}/{id}",
        "https://raid-helper.xyz/event/{id}",
        "molten  CORE",
    ],
)
async def test_an_event_is_found_by_id_link_and_title(connected: World, typed: str) -> None:
    there = await stands_there(connected)
    asked = typed.format(id=there["id"], server=GUILD, channel=RAIDS)
    assert (await take(connected, asked)).event.raid_helper_event_id == there["id"]


@pytest.mark.parametrize("typed", ["", "   ", "Black Temple", "12"])
async def test_an_event_nobody_means(connected: World, typed: str) -> None:
    await stands_there(connected)
    with pytest.raises(WhichEvent, match="pick one from the list"):
        await take(connected, typed)


async def test_two_of_one_title_are_not_guessed_between(connected: World) -> None:
    await stands_there(connected)
    await stands_there(connected, START + WEEK)
    with pytest.raises(WhichEvent):
        await take(connected, "Molten Core")


async def test_taking_over_again_doubles_nothing_and_brings_up_to_date(connected: World) -> None:
    there = await stands_there(connected)
    first = await take(connected, there["id"])
    before = await connected.counts()
    await connected.raid_helper.sign_up_in_discord(there["id"], member(1).user_id, "Bench")
    again = await take(connected, there["id"])
    assert (again.event.id, again.was_here, again.people) == (first.event.id, True, 1)
    after = await connected.counts()
    assert {name for name in after if after[name] != before[name]} == {
        "guild_identity.discord_users",
        "guild_identity.players",
        "patt.raid_attendance",
        "patt.raid_helper_requests",
    }


async def test_two_officers_at_once_make_one_raid(connected: World) -> None:
    there = await stands_there(connected)
    async with connected.worker() as second:
        both = (connected.first.imports, second.imports)
        taken = await asyncio.gather(*(one.one(officer(), there["id"]) for one in both))
    assert len({one.event.id for one in taken}) == 1
    assert sorted(one.was_here for one in taken) == [False, True]


async def test_our_own_booking_is_no_second_raid(connected: World) -> None:
    await connected.weekly(SheetKind.RAID_HELPER)
    await connected.look(START + timedelta(minutes=12))
    [event_id] = connected.raid_helper.events
    assert (await take(connected, event_id)).was_here
    assert (await connected.first.imports.all(officer())).raids == []
    assert await connected.pool.fetchval("SELECT count(*) FROM patt.raid_events") == 2


async def test_a_booking_whose_answer_was_lost_is_left_to_the_queue(connected: World) -> None:
    await connected.weekly(SheetKind.RAID_HELPER)
    connected.raid_helper.fail("create", faults.commit_then_drop())
    await connected.look(START + timedelta(minutes=12))
    [event_id] = connected.raid_helper.events
    with pytest.raises(BeingMade):
        await take(connected, event_id)
    assert (await connected.first.imports.all(officer())).raids == []
    await connected.recover()
    assert (await take(connected, event_id)).was_here
    assert await connected.pool.fetchval("SELECT count(*) FROM patt.raid_events") == 2


@pytest.mark.parametrize(
    ("there", "ours"),
    [
        ({"title": "@everyone <@&5> Heroic"}, "Heroic"),
        ({"title": "x" * 300}, "x" * 100),
        ({"title": " \u2800 "}, "Raid"),
        ({"title": "@here"}, "Raid"),
    ],
)
async def test_titles_are_as_harmless_as_ours(connected: World, there: dict[str, Any], ours: str) -> None:
    event = await stands_there(connected, **there)
    assert (await take(connected, event["id"])).event.title == ours


async def test_an_event_without_length_lasts_as_long_as_ours(connected: World) -> None:
    event = await stands_there(connected, advancedSettings={"duration": 0})
    raid = (await take(connected, event["id"])).event
    assert raid.ends_at - raid.starts_at >= timedelta(hours=1)
    assert (raid.total_limit, raid.deadline) == (None, None)


async def test_an_event_that_is_over(connected: World) -> None:
    event = await stands_there(connected, START - timedelta(days=3))
    with pytest.raises(EventIsOver):
        await take(connected, event["id"])
    assert (await connected.first.imports.all(officer())).raids == []


async def test_a_raid_that_was_cancelled_here_stays_cancelled(connected: World) -> None:
    event = await stands_there(connected)
    raid = (await take(connected, event["id"])).event
    await connected.first.raids.cancel(officer(), str(raid.id), None, delete=False)
    with pytest.raises(RaidIsCancelled):
        await take(connected, event["id"])


async def test_an_event_moved_there_moves_here(connected: World) -> None:
    there = await stands_there(connected, advancedSettings={"deadline": 2})
    raid = (await take(connected, there["id"])).event
    later = START + timedelta(hours=5)  # past midnight in Berlin
    there["startTime"], there["endTime"] = int(later.timestamp()), int(later.timestamp()) + 9000
    await connected.pass_time(timedelta(minutes=15))
    moved = (await take(connected, there["id"])).event
    assert (moved.id, moved.starts_at, moved.ends_at) == (raid.id, later, later + timedelta(minutes=150))
    assert (moved.day, moved.deadline) == (START.date() + timedelta(days=1), later - timedelta(hours=2))
    due = "SELECT due_at FROM patt.scheduled_actions WHERE kind = 'raid.status' ORDER BY due_at"
    assert later in [row["due_at"] for row in await connected.pool.fetch(due)]


@pytest.mark.parametrize("known", ["the edit is on its way", "the edit has arrived"])
async def test_what_an_officer_moved_here_is_not_moved_back(connected: World, known: str) -> None:
    there = await stands_there(connected)
    raid = (await take(connected, there["id"])).event
    old = there["startTime"]
    await connected.first.edits.move(officer(), str(raid.id), "2026-11-26 21:00")
    if known == "the edit is on its way":
        connected.raid_helper.fail("edit", faults.server_error(), times=20)
        await connected.run()
        await connected.first.mirror.pull(raid)
    else:
        await connected.run()
        there["startTime"] = old  # and somebody moves it back there: the raid is ours by now
        await connected.pass_time(timedelta(minutes=15))
    row = await connected.event(raid.id)
    assert row["start_time_utc"] == datetime(2026, 11, 26, 20, tzinfo=UTC)


# ---------------------------------------------------------------- as a series' raid


async def test_a_series_goes_on_from_what_was_taken_over(connected: World) -> None:
    series = await connected.series(new_series(sheet=SheetKind.RAID_HELPER))
    event = await stands_there(connected)
    taken = await take(connected, event["id"], series)
    assert (taken.series, taken.event.series_id, taken.event.occurrence) == ("Weekly Heroic", series, START.date())
    await connected.look(START + timedelta(minutes=12))
    [booked] = [one for one in connected.raid_helper.events.values() if one["id"] != event["id"]]
    assert booked["startTime"] == int((START + WEEK).timestamp())
    assert booked["templateId"] == "2"  # the series follows the template of what it was begun with


async def test_a_raid_can_join_its_series_later(connected: World) -> None:
    series = await connected.series()
    event = await stands_there(connected)
    first = await take(connected, event["id"])
    joined = await take(connected, event["id"], series)
    assert (joined.event.id, joined.event.series_id, joined.was_here) == (first.event.id, series, True)


async def test_what_keeps_a_raid_out_of_a_series(connected: World) -> None:
    series, other = await connected.series(), await connected.series(new_series(label="Other"))
    thursday, taken = await stands_there(connected, START + timedelta(days=1)), await stands_there(connected)
    double = await stands_there(connected, START + timedelta(hours=1))
    before = await connected.counts()
    for event, wanted, refusal in ((thursday, series, OtherDay), (taken, 999, UnknownSeries)):
        with pytest.raises(refusal):
            await take(connected, event["id"], wanted)
    before["patt.raid_helper_requests"] += 2
    assert await connected.counts() == before
    await take(connected, taken["id"], series)
    with pytest.raises(OccurrenceTaken):
        await take(connected, double["id"], series)
    with pytest.raises(OtherSeries):
        await take(connected, taken["id"], other)


# ---------------------------------------------------------------- all of them


async def test_everything_ahead_is_taken_over_at_once(connected: World) -> None:
    for days in (14, 0, 7, -7):
        await stands_there(connected, START + timedelta(days=days), title=f"Raid {days}")
    done = await connected.first.imports.all(officer())
    assert [one.event.title for one in done.raids] == ["Raid 0", "Raid 7", "Raid 14"]
    assert (done.left, done.why) == (0, "")
    assert (await connected.first.imports.all(officer())).raids == []
    assert await connected.pool.fetchval("SELECT count(*) FROM patt.raid_events") == 3


async def test_a_day_that_is_nearly_used_up_ends_it_early(connected: World) -> None:
    for days in range(4):
        await stands_there(connected, START + timedelta(days=days))
    await connected.pool.execute(
        """
        INSERT INTO patt.raid_helper_requests (guild_discord_id, at, purpose)
        SELECT $1, $2, 'sign-up' FROM generate_series(1, $3)
        """,
        GUILD,
        connected.clock.now(),
        DAILY - 200 - 3,
    )
    done = await connected.first.imports.all(officer())
    assert (len(done.raids), done.left) == (2, 2)
    assert "1000 requests a day" in done.why


# ---------------------------------------------------------------- what is offered while somebody types


async def test_what_is_offered_is_one_request_a_minute(connected: World) -> None:
    first, second = await stands_there(connected), await stands_there(connected, START + WEEK, title="Naxxramas")
    asked = len(connected.raid_helper.asked("list"))
    typed = ["", "n", "na", "nax", "core"]
    found = await asyncio.gather(*(connected.first.imports.offered(officer(), one) for one in typed))
    assert [[one[0] for one in each] for each in found] == [
        [first["id"], second["id"]],
        [first["id"], second["id"]],  # both titles hold an n
        [second["id"]],
        [second["id"]],
        [first["id"]],
    ]
    assert len(connected.raid_helper.asked("list")) == asked + 1
    await take(connected, first["id"])
    assert [one[1] for one in await connected.first.imports.offered(officer(), "")] == ["Naxxramas"]
    connected.clock.advance(timedelta(seconds=61))
    await connected.first.imports.offered(officer(), "")
    assert len(connected.raid_helper.asked("list")) == asked + 2


async def test_members_are_offered_nothing_and_may_not(connected: World) -> None:
    event = await stands_there(connected)
    before = len(connected.raid_helper.calls)
    assert await connected.first.imports.offered(member(), "") == []
    for ask in (connected.first.imports.one(member(), event["id"]), connected.first.imports.all(member())):
        with pytest.raises(NotAnOfficer):
            await ask
    assert len(connected.raid_helper.calls) == before


# ---------------------------------------------------------------- bad input


async def test_an_event_that_is_not_there_and_another_servers(connected: World) -> None:
    connected.raid_helper.servers[OTHER_GUILD] = API_KEY + "2"
    theirs = await stands_there(connected, guild_id=OTHER_GUILD)
    for event_id in (theirs["id"], "123456789012345678"):
        with pytest.raises(errors.UnknownEvent, match="no such event"):
            await take(connected, event_id)
    assert await connected.pool.fetchval("SELECT count(*) FROM patt.raid_events") == 0


async def test_without_a_key_and_with_a_refreshed_one(guild: World) -> None:
    with pytest.raises(NoRaidHelperKey, match="/raidhelper connect"):
        await guild.first.imports.all(officer())
    await guild.connect_raid_helper()
    guild.raid_helper.servers[GUILD] = "a-refreshed-key"
    with pytest.raises(errors.InvalidKey, match="/apikey"):
        await guild.first.imports.all(officer())


async def test_a_raid_taken_over_can_be_edited_and_cancelled_as_any_other(connected: World) -> None:
    there = await stands_there(connected)
    raid = (await take(connected, there["id"])).event
    await connected.first.edits.move(officer(), str(raid.id), "2026-11-26 21:00")
    await connected.run()
    assert there["startTime"] == int(datetime(2026, 11, 26, 20, tzinfo=UTC).timestamp())
    await connected.first.raids.cancel(officer(), str(raid.id), None, delete=False)
    await connected.run()
    assert connected.raid_helper.events == {}
    with pytest.raises(UnknownEvent):
        await connected.first.raids.find(OTHER_GUILD, str(raid.id))
    assert isinstance(await connected.first.raids.create(officer(), RaidWish("Next", "2026-11-27 20:00")), Event)
