"""What members answer on Raid-Helper's sheets stands in our rows: for reminders, attendance and next week."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from bot.domain.event import Event, EventStatus, SheetKind
from bot.domain.notice import Notice
from bot.domain.roster import place
from bot.raid_helper.budget import DAILY
from bot.services.lost_sheets import NothingLost
from bot.services.raids import RaidWish
from sandbox.raid_helper import faults
from tests.factories import GUILD, OFFICERS, OTHER_GUILD, RAIDS, START, member, officer
from tests.services.news import LEADER, at, setting, told
from tests.services.test_pre_fill import known_player
from tests.services.world import API_KEY, World

QUARTER = timedelta(minutes=15)
TONIGHT = "2026-11-25 20:00"
KIND = "raid_helper.mirror"


async def posted(world: World, title: str = "Heroic", when: str = TONIGHT, **wish: Any) -> Event:
    """A raid whose sheet stands on Raid-Helper."""
    if not (await world.first.servers.get(GUILD)).raid_helper_key:
        await world.connect_raid_helper()
    asked = RaidWish(title, when, sheet=SheetKind.RAID_HELPER, channel_id=RAIDS, **wish)
    raid = await world.first.raids.create(officer(), asked)
    await world.run()
    return await reread(world, raid)


async def reread(world: World, raid: Event) -> Event:
    async with world.first.db.transaction() as tx:
        found = await tx.events.get(raid.id)
    assert found is not None
    return found


async def presses(world: World, raid: Event, number: int, class_name: str, spec: str = "") -> dict[str, Any]:
    """The member of that number presses a button of the sheet there; the row there."""
    assert raid.raid_helper_event_id
    return await world.raid_helper.sign_up_in_discord(
        raid.raid_helper_event_id, member(number).user_id, class_name, spec
    )


async def look(world: World, after: timedelta = QUARTER) -> None:
    """Turn the clock to the next look."""
    await world.pass_time(after)


async def rows(world: World, raid: Event) -> Sequence[tuple[Any, ...]]:
    """The raid's rows in the sheet's order: who, what they said, as what, from whom we know."""
    found = await world.pool.fetch(
        """
        SELECT p.display_name, a.status, a.class_name, a.spec_name, a.source FROM patt.raid_attendance a
        JOIN guild_identity.players p ON p.id = a.player_id WHERE a.event_id = $1 ORDER BY a.tier, a.slot, a.id
        """,
        raid.id,
    )
    return [tuple(row) for row in found]


async def names(world: World, raid: Event) -> list[str]:
    return [row[0] for row in await rows(world, raid)]


@pytest.mark.parametrize(
    ("button", "spec", "status", "plays"),
    [
        ("Tank", "Blood", "accepted", ("Death Knight", "Blood")),
        ("Tank", "Protection", "accepted", ("Warrior", "Protection")),
        ("Tank", "Protection1", "accepted", ("Paladin", "Protection")),
        ("Healer", "Holy1", "accepted", ("Paladin", "Holy")),
        ("Healer", "Restoration1", "accepted", ("Shaman", "Restoration")),
        ("Ranged", "Frost", "accepted", ("Mage", "Frost")),
        ("Melee", "Frost1", "accepted", ("Death Knight", "Frost")),
        ("Ranged", "Beastmastery", "accepted", ("Hunter", "Beast Mastery")),
        ("Late", "", "late", (None, None)),
        ("Bench", "", "bench", (None, None)),
        ("Tentative", "", "tentative", (None, None)),
        ("Absence", "", "absence", (None, None)),
    ],
)
async def test_a_button_pressed_there_is_an_answer_here(
    guild: World, button: str, spec: str, status: str, plays: tuple[str | None, str | None]
) -> None:
    raid = await posted(guild)
    row = await presses(guild, raid, 1, button, spec)
    await look(guild)
    assert await rows(guild, raid) == [("Member 1", status, *plays, "raid-helper")]
    kept = await guild.pool.fetchrow("SELECT signed_up, raid_helper_signup_id, signed_at FROM patt.raid_attendance")
    assert kept is not None
    assert (kept["signed_up"], kept["raid_helper_signup_id"]) == (status in ("accepted", "late"), row["id"])
    assert kept["signed_at"].timestamp() == row["entryTime"]


@pytest.mark.parametrize("method", ["waiting-list", "host"])
async def test_who_sits_there_sits_here_however_our_own_sheets_give_out_seats(guild: World, method: str) -> None:
    """Nobody can be put in there out of our waiting list: all would wait for ever."""
    await setting(guild, "method", method)
    raid = await posted(guild)
    await presses(guild, raid, 1, "Ranged", "Fire")
    await look(guild)
    roster = (await guild.first.panel.show(officer(), str(raid.id))).sheet.roster
    assert (len(roster.seated), len(roster.queued)) == (1, 0)
    async with guild.first.db.transaction() as tx:
        await tx.raid_helper.hand_over(raid.id, SheetKind.NATIVE)
    roster = (await guild.first.panel.show(officer(), str(raid.id))).sheet.roster
    assert (len(roster.seated), len(roster.queued)) == (0, 1)


async def test_the_order_and_the_queue_are_raid_helpers(guild: World) -> None:
    raid = await posted(guild, limit=2)
    for number in (3, 1, 2):
        await presses(guild, raid, number, "Ranged", "Fire")
    await presses(guild, raid, 4, "Bench")
    await look(guild)
    assert await names(guild, raid) == ["Member 3", "Member 1", "Member 2", "Member 4"]
    async with guild.first.db.transaction() as tx:
        sign_ups, template = await tx.sign_ups.of(raid.id), await guild.first.templates.of(tx, raid)
    roster = place(sign_ups, template, raid.total_limit)
    assert [one.sign_up.name for one in roster.queued] == ["Member 2"]


async def test_who_changes_their_mind_and_who_leaves(guild: World) -> None:
    raid = await posted(guild)
    first, second = await presses(guild, raid, 1, "Tank", "Blood"), await presses(guild, raid, 2, "Tank", "Blood")
    await look(guild)
    event = guild.raid_helper.events[raid.raid_helper_event_id or ""]
    first |= {"className": "Bench", "note": "if you need me"}
    event["signUps"].remove(second)
    await look(guild)
    assert await rows(guild, raid) == [("Member 1", "bench", "Death Knight", "Blood", "raid-helper")]
    assert await guild.pool.fetchval("SELECT note FROM patt.raid_attendance") == "if you need me"


async def test_looking_again_changes_nothing(guild: World) -> None:
    raid = await posted(guild)
    for number in (1, 2):
        await presses(guild, raid, number, "Healer", "Holy")
    await look(guild)
    before = await guild.pool.fetch("SELECT *, xmin::text FROM patt.raid_attendance ORDER BY id")
    counts = await guild.counts()
    await look(guild)
    assert await guild.pool.fetch("SELECT *, xmin::text FROM patt.raid_attendance ORDER BY id") == before
    after = await guild.counts()
    same = [name for name in counts if name not in ("patt.action_log", "patt.raid_helper_requests")]
    assert {name: after[name] for name in same} == {name: counts[name] for name in same}
    assert await guild.done(KIND) == 2


async def test_one_request_reads_all_sheets_of_a_server(guild: World) -> None:
    raids = [await posted(guild, f"Raid {day}", f"2026-11-{day} 20:00") for day in (25, 26, 30)]
    for number, raid in enumerate(raids, start=1):
        await presses(guild, raid, number, "Tank", "Blood")
    before = len(guild.raid_helper.calls)
    await look(guild)
    [call] = guild.raid_helper.calls[before:]
    assert (call.route, call.headers["IncludeSignUps"]) == ("list", "true")
    assert [await names(guild, raid) for raid in raids] == [["Member 1"], ["Member 2"], ["Member 3"]]


async def test_a_known_player_stays_who_they_are(guild: World) -> None:
    player_id = await known_player(guild, 1, None)
    raid = await posted(guild)
    await presses(guild, raid, 1, "Healer", "Holy1")
    guild.raid_helper.events[raid.raid_helper_event_id or ""]["signUps"][0]["name"] = "Somebody's alt"
    await look(guild)
    assert await guild.pool.fetchval("SELECT player_id FROM patt.raid_attendance") == player_id
    assert await guild.pool.fetchval("SELECT count(*) FROM guild_identity.players") == 1
    assert await names(guild, raid) == ["Player 1"]


# ---------------------------------------------------------------- beside what we want there ourselves


async def test_a_booked_sheet_keeps_whom_it_was_filled_with(guild: World) -> None:
    await known_player(guild, 1, 3, auto_invite_events=True)
    await guild.weekly(SheetKind.RAID_HELPER)
    await guild.look(START + timedelta(minutes=12))
    [row] = await guild.successors()
    async with guild.first.db.transaction() as tx:
        raid = await tx.events.get(row["id"])
    assert raid is not None
    await presses(guild, raid, 2, "Bench")
    await look(guild)
    assert {(who, status, source) for who, status, *_, source in await rows(guild, raid)} == {
        ("Player 1", "accepted", "auto"),
        ("Member 2", "bench", "raid-helper"),
    }


async def test_whoever_is_still_to_be_filled_in_is_not_taken_for_gone(guild: World) -> None:
    await known_player(guild, 1, 3, auto_invite_events=True)
    await guild.weekly(SheetKind.RAID_HELPER)
    guild.raid_helper.fail("add_signup", faults.server_error(), times=50)
    await guild.look(START + timedelta(minutes=12))
    for _ in range(3):
        await look(guild)
    assert await guild.done(KIND) == 3
    assert await guild.pool.fetchval("SELECT count(*) FROM patt.raid_attendance WHERE source = 'auto'") == 1


async def test_people_without_discord_stay(guild: World) -> None:
    raid = await posted(guild)
    async with guild.first.db.transaction() as tx:
        friend = await tx.people.write_down(GUILD, "Gunther")
    await guild.insert("patt.raid_attendance", event_id=raid.id, player_id=friend.id, source="officer")
    await presses(guild, raid, 1, "Tank", "Blood")
    await look(guild)
    assert sorted(await names(guild, raid)) == ["Gunther", "Member 1"]


async def test_whoever_was_seen_at_the_raid_stays_on_record(guild: World) -> None:
    raid = await posted(guild)
    row = await presses(guild, raid, 1, "Tank", "Blood")
    await look(guild)
    await guild.pool.execute("UPDATE patt.raid_attendance SET attended = TRUE")
    guild.raid_helper.events[raid.raid_helper_event_id or ""]["signUps"].remove(row)
    await look(guild)
    assert await names(guild, raid) == ["Member 1"]


async def test_a_cancelled_raid_is_not_read(guild: World) -> None:
    raid = await posted(guild)
    await presses(guild, raid, 1, "Tank", "Blood")
    there = guild.raid_helper.events[raid.raid_helper_event_id or ""]
    await guild.first.raids.cancel(officer(), str(raid.id), None, delete=False)
    await guild.run()
    guild.raid_helper.events[there["id"]] = there  # somebody restores it there
    await look(guild)
    assert await names(guild, raid) == []


async def test_a_sheet_that_is_still_being_made_has_no_word_yet(guild: World) -> None:
    raid = await posted(guild)
    await presses(guild, raid, 1, "Tank", "Blood")
    await guild.pool.execute("UPDATE patt.raid_events SET booking_state = 'creating'")
    await look(guild)
    assert await names(guild, raid) == []


# ---------------------------------------------------------------- when


async def test_looks_go_on_until_the_start_and_end_with_it(guild: World) -> None:
    raid = await posted(guild)
    guild.clock.set(START - timedelta(minutes=7))
    await guild.run()
    await look(guild, timedelta(minutes=2))
    await presses(guild, raid, 1, "Tank", "Blood")
    asked = len(guild.raid_helper.asked("list"))
    await look(guild, timedelta(minutes=5))
    assert guild.clock.now() == START
    assert await names(guild, raid) == ["Member 1"]
    assert len(guild.raid_helper.asked("list")) == asked + 1
    for _ in range(8):
        await look(guild)
    assert len(guild.raid_helper.asked("list")) == asked + 1
    assert await guild.pool.fetchval("SELECT count(*) FROM patt.scheduled_actions WHERE kind = $1", KIND) == 0


async def test_two_raids_and_two_workers_make_one_look(guild: World) -> None:
    await posted(guild)
    guild.clock.advance(timedelta(minutes=1))
    await posted(guild, "Second")
    async with guild.worker() as second:
        guild.clock.advance(QUARTER)
        await second.queue.run_due()
        await guild.run()
    assert len(guild.raid_helper.asked("list")) == 1


@pytest.mark.parametrize(
    "fault",
    [faults.server_error(), faults.unauthorized(), faults.odd_body("text"), faults.rate_limit("text", "2 minutes")],
    ids=lambda fault: fault.name,
)
async def test_trouble_ends_no_looking(guild: World, fault: faults.Fault) -> None:
    raid = await posted(guild)
    await presses(guild, raid, 1, "Tank", "Blood")
    guild.raid_helper.fail("list", fault, times=3)
    for _ in range(4):
        await look(guild)
    assert await names(guild, raid) == ["Member 1"]


async def test_too_many_people_for_one_answer(guild: World) -> None:
    first, second = await posted(guild), await posted(guild, "Later", "2026-11-26 20:00")
    for number, raid in enumerate((first, second), start=1):
        await presses(guild, raid, number, "Tank", "Blood")
    guild.raid_helper.fail("list", faults.huge_body())
    await look(guild)
    assert (await names(guild, first), await names(guild, second)) == (["Member 1"], [])
    await look(guild)
    assert await names(guild, second) == ["Member 2"]


async def test_a_list_without_sign_ups_is_not_an_empty_one(guild: World) -> None:
    raid = await posted(guild)
    await presses(guild, raid, 1, "Tank", "Blood")
    await look(guild)

    async def forgetful(_request: web.Request, answer: dict[str, Any]) -> web.StreamResponse:
        bare = [{key: value for key, value in row.items() if key != "signUps"} for row in answer["postedEvents"]]
        return web.json_response({**answer, "postedEvents": bare})

    guild.raid_helper.fail("list", faults.Fault("forgetful", forgetful, commits=True))
    await look(guild)
    assert await names(guild, raid) == ["Member 1"]


async def test_an_event_that_is_not_in_the_list_loses_nobody(guild: World) -> None:
    raid = await posted(guild)
    await presses(guild, raid, 1, "Tank", "Blood")
    await look(guild)
    guild.raid_helper.fail("list", faults.lagging_list())
    await look(guild)
    assert await names(guild, raid) == ["Member 1"]


async def test_the_last_requests_of_a_day_are_not_spent_on_looking(guild: World) -> None:
    raid = await posted(guild)
    await presses(guild, raid, 1, "Tank", "Blood")
    await guild.pool.execute(
        """
        INSERT INTO patt.raid_helper_requests (guild_discord_id, at, purpose)
        SELECT $1, $2, 'sign-up' FROM generate_series(1, $3)
        """,
        GUILD,
        guild.clock.now(),
        DAILY - 300,
    )
    before = len(guild.raid_helper.calls)
    await look(guild)
    assert (len(guild.raid_helper.calls), await names(guild, raid)) == (before, [])
    assert len(await guild.open_actions()) == 0
    await guild.pool.execute("DELETE FROM patt.raid_helper_requests")
    await look(guild)
    assert await names(guild, raid) == ["Member 1"]


async def test_while_it_is_disconnected_nothing_is_asked(guild: World) -> None:
    raid = await posted(guild)
    await presses(guild, raid, 1, "Tank", "Blood")
    await guild.first.servers.disconnect_raid_helper(officer())
    before = len(guild.raid_helper.calls)
    await look(guild)
    assert len(guild.raid_helper.calls) == before
    await guild.connect_raid_helper()
    await look(guild)
    assert await names(guild, raid) == ["Member 1"]


async def test_another_server_is_not_touched(guild: World) -> None:
    raid = await posted(guild)
    await guild.pool.execute(
        """
        INSERT INTO patt.raid_events (guild_discord_id, title, event_date, start_time_utc, end_time_utc, sheet)
        VALUES ($1, 'Theirs', $2, $3, $3, 'raid-helper')
        """,
        OTHER_GUILD,
        START.date(),
        START,
    )
    guild.raid_helper.servers[OTHER_GUILD] = API_KEY + "2"
    await presses(guild, raid, 1, "Tank", "Blood")
    await look(guild)
    owners = await guild.pool.fetch("SELECT DISTINCT guild_discord_id FROM guild_identity.players")
    assert [row[0] for row in owners] == [GUILD]


async def test_one_sheet_can_be_read_at_once(guild: World) -> None:
    raid = await posted(guild)
    await presses(guild, raid, 1, "Tank", "Blood")
    assert await guild.first.mirror.pull(raid) == 1
    assert await names(guild, raid) == ["Member 1"]
    assert await guild.first.mirror.pull(raid) == 0


# ---------------------------------------------------------------- deleted there by hand


async def test_of_an_event_that_was_deleted_there_the_officers_are_asked_once(guild: World) -> None:
    await setting(guild, "officer_channel", str(OFFICERS))
    raid = await posted(guild)
    other = await posted(guild, "Other", "2026-11-26 20:00")
    await presses(guild, raid, 1, "Tank", "Blood")
    await look(guild)
    del guild.raid_helper.events[raid.raid_helper_event_id or ""]
    for _ in range(3):
        await look(guild)
    assert guild.beside.lost == [(OFFICERS, raid.id)]
    assert await names(guild, raid) == ["Member 1"]
    assert (await reread(guild, raid)).raid_helper_event_id is None
    assert (await reread(guild, other)).raid_helper_event_id == other.raid_helper_event_id


async def test_reposted_it_stands_there_again_with_everybody_on_it(guild: World) -> None:
    raid = await posted(guild)
    await presses(guild, raid, 1, "Tank", "Blood")
    await look(guild)
    guild.raid_helper.events.clear()
    await look(guild)
    await guild.first.lost_sheets.repost(officer(), raid.id)
    await guild.run()
    [there] = guild.raid_helper.events.values()
    assert [row["userId"] for row in there["signUps"]] == [str(member(1).user_id)]
    assert (await reread(guild, raid)).raid_helper_event_id == there["id"]
    await look(guild)
    assert await names(guild, raid) == ["Member 1"]
    assert len(guild.beside.lost) == 1
    with pytest.raises(NothingLost):
        await guild.first.lost_sheets.cancel(officer(), raid.id)


async def test_cancelled_it_is_gone_for_good(guild: World) -> None:
    raid = await posted(guild)
    guild.raid_helper.events.clear()
    await look(guild)
    await guild.first.lost_sheets.cancel(officer(), raid.id)
    await look(guild)
    assert ((await reread(guild, raid)).status, guild.raid_helper.events) == (EventStatus.CANCELLED, {})


@pytest.mark.parametrize("fault", [faults.server_error(), faults.rate_limit(), faults.drop_before_commit()])
async def test_an_event_that_cannot_be_asked_for_is_not_taken_for_deleted(guild: World, fault: faults.Fault) -> None:
    raid = await posted(guild, when="2026-11-26 20:00")
    other = await posted(guild, "Other")
    await presses(guild, other, 1, "Tank", "Blood")
    hidden = guild.raid_helper.events.pop(raid.raid_helper_event_id or "")
    guild.raid_helper.fail("fetch", fault, times=9)
    await look(guild)
    guild.raid_helper.events[hidden["id"]] = hidden
    assert (guild.beside.lost, await names(guild, other)) == ([], ["Member 1"])
    assert (await reread(guild, raid)).raid_helper_event_id == raid.raid_helper_event_id


# ---------------------------------------------------------------- what people are told


async def test_whoever_is_on_its_sheet_is_reminded_and_hears_that_it_is_moved_or_cancelled(guild: World) -> None:
    raid = await posted(guild)
    for number, button in ((1, "Tank"), (2, "Absence")):
        await presses(guild, raid, number, button, "Blood" if button == "Tank" else "")
    await look(guild)
    await at(guild, START - timedelta(hours=1))
    assert Counter(told(guild)) == Counter([member(1).user_id, LEADER])
    await guild.first.edits.move(officer(), str(raid.id), "2026-11-25 23:00")
    await at(guild, guild.clock.now())
    assert told(guild, Notice.RETIMED) == [member(1).user_id]
    await guild.first.raids.cancel(officer(), str(raid.id), None, delete=False)
    await at(guild, guild.clock.now())
    assert told(guild, Notice.CANCELLED) == [member(1).user_id]


async def test_a_server_that_wants_no_reminders_has_none_for_its_sheets_there(guild: World) -> None:
    await setting(guild, "reminders", [])
    await setting(guild, "unsigned", [120])
    raid = await posted(guild)
    await presses(guild, raid, 1, "Tank", "Blood")
    for hours in (2, 1):
        await at(guild, START - timedelta(hours=hours))
    assert guild.discord.notices == []


async def test_an_officer_reminds_of_it_now(guild: World) -> None:
    raid = await posted(guild)
    await presses(guild, raid, 1, "Tank", "Blood")
    await look(guild)
    await guild.first.reminders.remind(officer(), str(raid.id))
    await at(guild, guild.clock.now())
    assert Counter(told(guild)) == Counter([member(1).user_id, LEADER])
