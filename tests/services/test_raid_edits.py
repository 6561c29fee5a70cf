"""Officers edit, move, close and reopen raids: what changes, who moves up or down, what Raid-Helper is told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.durations import BadDuration
from bot.domain.event import BadDeadline, BadDescription, BadTitle, SheetClosed, SheetKind, TitlePings, UnknownEvent
from bot.domain.ids import EventId, UserId
from bot.domain.notice import Notice
from bot.domain.officer_rules import AlreadyClosed, AlreadyOpen, KeptElsewhere, RaidIsCancelled, RaidIsOver
from bot.domain.permissions import NotAnOfficer
from bot.services.raid_edits import BadMinimum, BadNumber, BeingMade, EditWish, HasStarted, NothingToChange
from bot.services.raids import RaidWish
from bot.services.when import TimeInPast, UnreadableTime
from sandbox.raid_helper import faults
from sandbox.raid_helper.faults import Fault
from tests.factories import OTHER_GUILD, START, days, member, officer
from tests.services.test_officers import sits, told
from tests.services.world import World


async def edits(world: World, event_id: EventId, **wish: Any) -> Any:
    return await world.first.edits.edit(officer(), str(event_id), EditWish(**wish))


async def crowd(world: World, limit: int | None, people: int) -> EventId:
    """A raid with so many seats and so many sign-ups."""
    event_id = await world.raid(total_limit=limit)
    for number in range(1, people + 1):
        await sits(world, number, event_id)
    return event_id


# ---------------------------------------------------------------- editing


async def test_what_was_given_is_written_and_nothing_else(guild: World) -> None:
    event_id = await guild.raid(description="Old", total_limit=20)
    before = dict(await guild.event(event_id))
    leader = UserId(5)
    await edits(guild, event_id, title=" New  title ", minimum="8", deadline="3h", duration="2h", leader_id=leader)
    after = dict(await guild.event(event_id))
    assert {
        name: value
        for name, value in after.items()
        if value != before[name] and name not in ("planned_for", "late_from")
    } == {
        "title": "New title",
        "minimum": 8,
        "deadline_utc": START - timedelta(hours=3),
        "end_time_utc": START + timedelta(hours=2),
        "leader_discord_id": leader,
    }


@pytest.mark.parametrize("word", ["none", " None ", "-"])
async def test_none_clears(guild: World, word: str) -> None:
    event_id = await guild.raid(description="Old", total_limit=20, deadline=START - timedelta(hours=1), minimum=5)
    await edits(guild, event_id, description=word, limit=word, minimum=word, deadline=word)
    row = await guild.event(event_id)
    assert (row["description"], row["total_limit"], row["minimum"], row["deadline_utc"]) == ("", None, None, None)


async def test_more_seats_seat_exactly_those_next_and_tell_each_once(guild: World) -> None:
    event_id = await crowd(guild, 2, 6)
    done = await edits(guild, event_id, limit="4")
    assert (done.promoted, done.demoted) == (2, 0)
    assert sorted(await told(guild)) == [(3, Notice.PROMOTED), (4, Notice.PROMOTED)]


async def test_without_a_limit_everybody_moves_up(guild: World) -> None:
    event_id = await crowd(guild, 1, 3)
    await edits(guild, event_id, limit="none")
    assert sorted(await told(guild)) == [(2, Notice.PROMOTED), (3, Notice.PROMOTED)]


async def test_fewer_seats_queue_the_last_and_tell_them(guild: World) -> None:
    event_id = await crowd(guild, None, 4)
    done = await edits(guild, event_id, limit="2")
    assert (done.promoted, done.demoted) == (0, 2)
    assert sorted(await told(guild)) == [(3, Notice.DEMOTED), (4, Notice.DEMOTED)]


async def test_an_edit_is_drawn_and_noted_with_what_was(guild: World) -> None:
    event_id = await guild.raid(total_limit=5)
    await guild.pool.execute("UPDATE patt.raid_events SET discord_message_id = 5")
    done = await edits(guild, event_id, limit="6")
    await guild.pass_time(timedelta(seconds=1))
    assert [sheet.event.total_limit for sheet in guild.discord.edits] == [6]
    note = await guild.pool.fetchrow("SELECT * FROM patt.audit")
    assert note is not None
    assert (note["id"], note["action"]) == (done.entry_id, "edit")
    assert note["details"] == {"before": {"total_limit": 5}, "after": {"total_limit": 6}}


BAD: list[tuple[dict[str, Any], type[Exception]]] = [
    ({}, NothingToChange),
    ({"title": "Heroic"}, NothingToChange),
    ({"title": ""}, BadTitle),
    ({"title": "@everyone"}, TitlePings),
    ({"description": "x" * 2001}, BadDescription),
    ({"limit": "0"}, BadNumber),
    ({"limit": "-1"}, BadNumber),
    ({"limit": "1001"}, BadNumber),
    ({"limit": "many"}, BadNumber),
    ({"minimum": "0"}, BadNumber),
    ({"limit": "5", "minimum": "6"}, BadMinimum),
    ({"deadline": "8h"}, BadDeadline),
    ({"deadline": "soon"}, BadDuration),
    ({"duration": "48h"}, BadDuration),
]


@pytest.mark.parametrize(("wish", "error"), BAD, ids=[str(one[0])[:40] for one in BAD])
async def test_what_was_mistyped_changes_nothing(guild: World, wish: dict[str, Any], error: type[Exception]) -> None:
    event_id = await guild.raid()
    before, rows = await guild.counts(), await guild.event(event_id)
    with pytest.raises(error):
        await edits(guild, event_id, **wish)
    assert (await guild.counts(), await guild.event(event_id)) == (before, rows)


# ---------------------------------------------------------------- moving


async def test_a_moved_raid_keeps_its_length_its_week_and_its_lead(guild: World) -> None:
    event_id = await guild.weekly()
    await guild.pool.execute("UPDATE patt.raid_events SET deadline_utc = $1", START - timedelta(hours=2))
    before = await guild.event(event_id)
    await guild.first.edits.move(officer(), str(event_id), "2026-11-27 00:30")
    row = await guild.event(event_id)
    start = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)
    assert (row["start_time_utc"], row["end_time_utc"]) == (start, start + timedelta(hours=3))
    assert (row["deadline_utc"], row["event_date"]) == (start - timedelta(hours=2), START.date() + days(2))
    assert row["occurrence_date"] == before["occurrence_date"] == START.date()


async def test_a_moved_raid_is_followed_by_the_series_own_next_week(guild: World) -> None:
    event_id = await guild.weekly()
    await guild.first.edits.move(officer(), str(event_id), "thu 21:00")
    assert await guild.look(START + timedelta(minutes=12)) == 0
    assert await guild.look(START + days(1) + timedelta(hours=1, minutes=12)) == 1
    [booked] = await guild.successors()
    assert booked["start_time_utc"] == START + days(7)


@pytest.mark.parametrize(
    ("when", "error"),
    [("once upon a time", UnreadableTime), ("2026-11-20 20:00", TimeInPast), ("wed 20:00", NothingToChange)],
)
async def test_a_time_that_will_not_do_moves_nothing(guild: World, when: str, error: type[Exception]) -> None:
    event_id = await guild.raid()
    before, row = await guild.counts(), await guild.event(event_id)
    with pytest.raises(error):
        await guild.first.edits.move(officer(), str(event_id), when)
    assert (await guild.counts(), await guild.event(event_id)) == (before, row)


async def test_a_raid_that_runs_is_not_moved(guild: World) -> None:
    event_id = await guild.raid()
    guild.clock.set(START)
    with pytest.raises(HasStarted):
        await guild.first.edits.move(officer(), str(event_id), "thu 20:00")


async def test_at_the_moved_deadline_the_sheet_is_drawn(guild: World) -> None:
    event_id = await guild.raid(deadline=START - timedelta(hours=1))
    await guild.pool.execute("UPDATE patt.raid_events SET discord_message_id = 5")
    await guild.first.edits.move(officer(), str(event_id), "thu 20:00")
    await guild.pass_time(timedelta(seconds=1))
    guild.discord.edits.clear()
    guild.clock.set(START + days(1) - timedelta(hours=1))
    await guild.run()
    assert [sheet.past_deadline for sheet in guild.discord.edits] == [True]


# ---------------------------------------------------------------- closing


async def test_a_closed_sheet_takes_no_answer_until_it_is_reopened(guild: World) -> None:
    event_id = await crowd(guild, None, 1)
    await guild.first.edits.close(officer(), str(event_id))
    with pytest.raises(SheetClosed):
        await sits(guild, 2, event_id)
    with pytest.raises(AlreadyClosed):
        await guild.first.edits.close(officer(), str(event_id))
    await guild.first.edits.reopen(officer(), str(event_id))
    await sits(guild, 2, event_id)
    with pytest.raises(AlreadyOpen):
        await guild.first.edits.reopen(officer(), str(event_id))
    assert await guild.pool.fetchval("SELECT count(*) FROM patt.raid_attendance") == 2
    actions = await guild.pool.fetch("SELECT action FROM patt.audit ORDER BY id")
    assert [one["action"] for one in actions] == ["close", "reopen"]


# ---------------------------------------------------------------- who may, and which raids


async def refused(world: World, event_id: EventId, error: type[Exception], actor: Any = None) -> None:
    """Nothing can be done to the raid."""
    before, row = await world.counts(), await world.event(event_id)
    desk, who, typed = world.first.edits, actor or officer(), str(event_id)
    for work in (
        desk.edit(who, typed, EditWish(title="New")),
        desk.move(who, typed, "thu 20:00"),
        desk.close(who, typed),
        desk.reopen(who, typed),
    ):
        with pytest.raises(error):
            await work
    assert (await world.counts(), await world.event(event_id)) == (before, row)


async def test_a_member_changes_nothing(guild: World) -> None:
    await refused(guild, await guild.raid(), NotAnOfficer, member())


async def test_another_servers_raid_is_unknown(guild: World) -> None:
    await refused(guild, await guild.raid(guild_id=OTHER_GUILD), UnknownEvent)


async def test_a_cancelled_raid_is_left_alone(guild: World) -> None:
    event_id = await guild.raid()
    await guild.pool.execute("UPDATE patt.raid_events SET status = 'CANCELLED'")
    await refused(guild, event_id, RaidIsCancelled)


async def test_a_raid_that_is_over_is_left_alone(guild: World) -> None:
    event_id = await guild.raid()
    guild.clock.set(START + timedelta(hours=4))
    await refused(guild, event_id, RaidIsOver)


# ---------------------------------------------------------------- on Raid-Helper


async def elsewhere(guild: World, **changes: Any) -> EventId:
    """A raid whose sheet stands on Raid-Helper."""
    await guild.connect_raid_helper()
    wish = RaidWish("Heroic", "wed 20:00", sheet=SheetKind.RAID_HELPER, **changes)
    event = await guild.first.raids.create(member(5, manages_server=True), wish)
    await guild.run()
    return event.id


async def test_an_edit_reaches_raid_helper(guild: World) -> None:
    event_id = await elsewhere(guild, limit=20)
    await edits(guild, event_id, title="Mythic", limit="25", leader_id=member(7).user_id)
    await guild.first.edits.move(officer(), str(event_id), "thu 20:00")
    await guild.run()
    [there] = guild.raid_helper.events.values()
    assert (there["title"], there["advancedSettings"]["limit"]) == ("Mythic", 25)
    assert there["startTime"] == int((START + days(1)).timestamp())
    assert there["leaderId"] == str(member(7).user_id)
    await edits(guild, event_id, limit="none")
    await guild.run()
    assert there["advancedSettings"]["limit"] == 9999


@pytest.mark.parametrize(
    "fault", [faults.drop_before_commit, faults.commit_then_drop, faults.rate_limit, faults.server_error]
)
async def test_an_edit_survives_trouble_with_raid_helper(guild: World, fault: Callable[[], Fault]) -> None:
    event_id = await elsewhere(guild)
    guild.raid_helper.fail("edit", fault(), times=2)
    await edits(guild, event_id, title="Mythic")
    await guild.recover()
    assert [one["title"] for one in guild.raid_helper.events.values()] == ["Mythic"]
    assert await guild.open_actions() == []


async def test_an_edit_that_finds_no_event_there_has_the_officers_asked(guild: World) -> None:
    event_id = await elsewhere(guild)
    guild.raid_helper.events.clear()
    await edits(guild, event_id, title="Mythic")
    await guild.recover()
    assert await guild.open_actions() == []
    assert [raid for _, raid in guild.beside.lost] == [event_id]
    assert await guild.pool.fetchval("SELECT count(*) FROM patt.scheduled_actions WHERE dead") == 0


async def test_a_leader_who_is_not_there_stops_no_edit(guild: World) -> None:
    event_id = await elsewhere(guild)
    await edits(guild, event_id, title="Mythic", leader_id=UserId(77))
    await guild.run()
    [there] = guild.raid_helper.events.values()
    assert there["title"] == "Mythic"
    assert there["leaderId"] == str(member(5).user_id)


async def test_a_sheet_that_is_being_made_there_is_not_moved_away_from_its_time(guild: World) -> None:
    event_id = await elsewhere(guild)
    await guild.pool.execute("UPDATE patt.raid_events SET booking_state = 'creating'")
    with pytest.raises(BeingMade):
        await guild.first.edits.move(officer(), str(event_id), "thu 20:00")


async def test_raid_helper_closes_its_own_sheets(guild: World) -> None:
    event_id = await elsewhere(guild)
    with pytest.raises(KeptElsewhere):
        await guild.first.edits.close(officer(), str(event_id))
