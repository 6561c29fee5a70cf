"""Taking back what an officer did: within ten minutes, once, by any officer, and only what still fits."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.domain.event import SheetKind
from bot.domain.ids import EventId
from bot.domain.notice import Notice
from bot.domain.officer_rules import AlreadyUndone, ChangedSince, RaidIsCancelled, RaidIsOver, TooLateToUndo
from bot.domain.permissions import NotAnOfficer
from bot.domain.template import Choice
from bot.services.officers import Whom
from bot.services.raid_edits import BadMinimum, EditWish, HasStarted
from bot.services.raids import RaidWish
from bot.services.undo import NothingToUndo
from tests.factories import OTHER_GUILD, START, member, officer
from tests.services.test_officers import names, sits, told
from tests.services.world import World

TEN_MINUTES = timedelta(minutes=10)
Deed = Callable[[World, EventId], Awaitable[int | None]]


async def state(world: World, event_id: EventId) -> tuple[object, object]:
    """Everything an officer can change about a raid: its row and its sheet."""
    sign_ups = await world.pool.fetch(
        """
        SELECT player_id, status, class_name, spec_name, tier, slot, signed_at, note, offers, character_id, signed_up
        FROM patt.raid_attendance WHERE event_id = $1 ORDER BY player_id
        """,
        event_id,
    )
    return dict(await world.event(event_id)), sign_ups


async def add(world: World, event_id: EventId) -> int | None:
    return (await world.first.officers.add(officer(), str(event_id), Whom(name="Gunther"))).entry_id


async def bench(world: World, event_id: EventId) -> int | None:
    whom = Whom(member(1))
    return (await world.first.officers.add(officer(), str(event_id), whom, "bench", "Demonology")).entry_id


async def remove(world: World, event_id: EventId) -> int | None:
    return (await world.first.officers.remove(officer(), str(event_id), "Member 1")).entry_id


async def edit(world: World, event_id: EventId) -> int | None:
    wish = EditWish("New", "Words", "5", "2", "2h", "1h", member(3).user_id)
    return (await world.first.edits.edit(officer(), str(event_id), wish)).entry_id


async def move(world: World, event_id: EventId) -> int | None:
    return (await world.first.edits.move(officer(), str(event_id), "thu 21:00")).entry_id


async def close(world: World, event_id: EventId) -> int | None:
    return (await world.first.edits.close(officer(), str(event_id))).entry_id


async def cancel(world: World, event_id: EventId) -> int | None:
    return (await world.first.raids.cancel(officer(), str(event_id), "No tanks", delete=False)).entry_id


DEEDS = pytest.mark.parametrize("deed", [add, bench, remove, edit, move, close, cancel])


async def standing(world: World) -> EventId:
    """A posted raid with a deadline and one sign-up."""
    event = await world.first.raids.create(officer(), RaidWish("Heroic", "wed 20:00", deadline="1h"))
    await world.run()
    await sits(world, 1, event.id)
    return event.id


@DEEDS
async def test_what_was_done_is_taken_back_by_any_officer_up_to_ten_minutes_later(guild: World, deed: Deed) -> None:
    event_id = await standing(guild)
    before = await state(guild, event_id)
    entry_id = await deed(guild, event_id) or 0
    assert await state(guild, event_id) != before
    await guild.pass_time(TEN_MINUTES)
    await guild.first.undo.undo(member(8, manages_server=True), entry_id)
    assert await state(guild, event_id) == before
    await guild.pass_time(timedelta(seconds=2))
    drawn = guild.discord.edits[-1]
    assert (drawn.event.status, drawn.event.closed, len(drawn.roster.seated)) == ("SCHEDULED", False, 1)
    assert len(guild.discord.sheets) == 1  # the sheet stood all the time: it is drawn anew, not posted twice


@DEEDS
async def test_after_ten_minutes_it_stands(guild: World, deed: Deed) -> None:
    event_id = await standing(guild)
    entry_id = await deed(guild, event_id) or 0
    before = await state(guild, event_id)
    guild.clock.advance(TEN_MINUTES + timedelta(seconds=1))
    with pytest.raises(TooLateToUndo):
        await guild.first.undo.undo(officer(), entry_id)
    assert await state(guild, event_id) == before


@DEEDS
async def test_it_is_taken_back_once(guild: World, deed: Deed) -> None:
    event_id = await standing(guild)
    entry_id = await deed(guild, event_id) or 0
    await guild.first.undo.undo(officer(), entry_id)
    counts, before = await guild.counts(), await state(guild, event_id)
    with pytest.raises(AlreadyUndone):
        await guild.first.undo.undo(officer(), entry_id)
    assert (await guild.counts(), await state(guild, event_id)) == (counts, before)


@DEEDS
async def test_members_and_other_servers_take_nothing_back(guild: World, deed: Deed) -> None:
    event_id = await standing(guild)
    entry_id = await deed(guild, event_id) or 0
    counts, before = await guild.counts(), await state(guild, event_id)
    with pytest.raises(NotAnOfficer):
        await guild.first.undo.undo(member(), entry_id)
    with pytest.raises(NothingToUndo):
        await guild.first.undo.undo(officer(guild_id=OTHER_GUILD), entry_id)
    with pytest.raises(NothingToUndo):
        await guild.first.undo.undo(officer(), 999_999)
    assert (await guild.counts(), await state(guild, event_id)) == (counts, before)


# ---------------------------------------------------------------- what does not fit any more


async def test_whoever_signed_up_anew_after_a_removal_is_left_alone(guild: World) -> None:
    event_id = await standing(guild)
    entry_id = await remove(guild, event_id) or 0
    await guild.first.sign_ups.answer(member(1), event_id, Choice.ABSENCE)
    with pytest.raises(ChangedSince):
        await guild.first.undo.undo(officer(), entry_id)
    assert await guild.pool.fetchval("SELECT status FROM patt.raid_attendance") == "absence"


async def test_whoever_changed_their_answer_after_being_moved_is_left_alone(guild: World) -> None:
    event_id = await standing(guild)
    entry_id = await bench(guild, event_id) or 0
    await guild.first.sign_ups.answer(member(1), event_id, Choice.LATE)
    with pytest.raises(ChangedSince):
        await guild.first.undo.undo(officer(), entry_id)


async def test_a_later_edit_of_the_same_thing_is_left_alone_and_one_of_another_is_kept(guild: World) -> None:
    event_id = await standing(guild)
    first = await edit(guild, event_id) or 0
    await guild.first.edits.edit(officer(), str(event_id), EditWish(limit="9"))
    with pytest.raises(ChangedSince):
        await guild.first.undo.undo(officer(), first)
    entry_id = await close(guild, event_id) or 0
    await guild.first.edits.edit(officer(), str(event_id), EditWish(title="Newer"))
    await guild.first.undo.undo(officer(), entry_id)
    row = await guild.event(event_id)
    assert (row["closed"], row["title"]) == (False, "Newer")


async def test_a_raid_is_not_moved_back_into_the_past(guild: World) -> None:
    event_id = await standing(guild)
    guild.clock.set(START - timedelta(minutes=5))
    entry_id = await move(guild, event_id) or 0
    guild.clock.set(START + timedelta(minutes=1))
    with pytest.raises(ChangedSince, match="started by now"):
        await guild.first.undo.undo(officer(), entry_id)


async def test_a_raid_that_has_begun_is_not_moved_away(guild: World) -> None:
    event = await guild.first.raids.create(officer(), RaidWish("Heroic", "fri 20:00"))
    entry_id = (await guild.first.edits.move(officer(), str(event.id), "wed 13:05")).entry_id
    await guild.pass_time(timedelta(minutes=6))
    before = await state(guild, event.id)
    with pytest.raises(HasStarted):
        await guild.first.undo.undo(officer(), entry_id)
    assert await state(guild, event.id) == before


async def test_a_raid_made_longer_does_not_end_in_the_past(guild: World) -> None:
    event = await guild.first.raids.create(officer(), RaidWish("Heroic", "wed 20:00", duration="1h"))
    guild.clock.set(START + timedelta(minutes=55))
    entry_id = (await guild.first.edits.edit(officer(), str(event.id), EditWish(duration="3h"))).entry_id
    guild.clock.set(START + timedelta(hours=1))
    with pytest.raises(ChangedSince, match="over by now"):
        await guild.first.undo.undo(officer(), entry_id)
    assert (await guild.event(event.id))["end_time_utc"] == START + timedelta(hours=3)


async def test_a_limit_does_not_come_back_below_a_minimum_set_since(guild: World) -> None:
    event = await guild.first.raids.create(officer(), RaidWish("Heroic", "wed 20:00", limit=10))
    entry_id = (await guild.first.edits.edit(officer(), str(event.id), EditWish(limit="20"))).entry_id
    await guild.first.edits.edit(officer(), str(event.id), EditWish(minimum="15"))
    with pytest.raises(BadMinimum):
        await guild.first.undo.undo(officer(), entry_id)
    assert (await guild.event(event.id))["total_limit"] == 20


async def test_a_sheet_closed_before_the_start_is_not_reopened_behind_it(guild: World) -> None:
    event_id = await standing(guild)
    guild.clock.set(START - timedelta(minutes=2))
    entry_id = await close(guild, event_id) or 0
    await guild.pass_time(timedelta(minutes=3))
    with pytest.raises(RaidIsOver, match="has started"):
        await guild.first.undo.undo(officer(), entry_id)
    assert (await guild.event(event_id))["closed"]


async def test_nothing_is_taken_back_on_a_cancelled_raid(guild: World) -> None:
    event_id = await standing(guild)
    entry_id = await remove(guild, event_id) or 0
    await cancel(guild, event_id)
    with pytest.raises(RaidIsCancelled):
        await guild.first.undo.undo(officer(), entry_id)


async def test_a_cancellation_of_a_raid_that_would_be_over_stands(guild: World) -> None:
    event_id = await standing(guild)
    guild.clock.set(START + timedelta(hours=2, minutes=55))
    entry_id = await cancel(guild, event_id) or 0
    guild.clock.set(START + timedelta(hours=3))
    with pytest.raises(RaidIsOver):
        await guild.first.undo.undo(officer(), entry_id)


async def test_whoever_is_not_registered_any_more_is_not_brought_back(guild: World) -> None:
    event_id = await standing(guild)
    entry_id = await remove(guild, event_id) or 0
    await guild.pool.execute("DELETE FROM guild_identity.players")
    with pytest.raises(NothingToUndo, match="not registered"):
        await guild.first.undo.undo(officer(), entry_id)


async def test_a_character_that_is_gone_keeps_nobody_away(guild: World) -> None:
    event_id = await standing(guild)
    entry_id = await remove(guild, event_id) or 0
    await guild.pool.execute("DELETE FROM guild_identity.wow_characters")
    assert (await guild.first.undo.undo(officer(), entry_id)).name == "Member 1"
    row = await guild.pool.fetchrow("SELECT * FROM patt.raid_attendance")
    assert row is not None
    assert (row["class_name"], row["character_id"]) == ("Paladin", None)


async def test_of_two_who_press_at_once_one_takes_it_back(guild: World) -> None:
    event_id = await standing(guild)
    entry_id = await remove(guild, event_id) or 0
    async with guild.worker() as second:
        tries = (one.undo.undo(officer(), entry_id) for one in (guild.first, second))
        results = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(one) is AlreadyUndone for one in results) == [False, True]
    assert await names(guild, event_id) == ["Member 1"]


async def test_the_trail_names_nobody(guild: World) -> None:
    event_id = await standing(guild)
    await remove(guild, event_id)
    details = await guild.pool.fetchval("SELECT details::text FROM patt.audit WHERE action = 'remove'")
    assert "Member" not in details
    assert str(member(1).user_id) not in details


# ---------------------------------------------------------------- who is told


async def test_members_are_told_of_the_undo_and_of_what_it_moves(guild: World) -> None:
    event_id = await standing(guild)
    await sits(guild, 2, event_id)
    await guild.first.edits.edit(officer(), str(event_id), EditWish(limit="1"))
    entry_id = await remove(guild, event_id) or 0
    await told(guild)
    guild.discord.notices.clear()
    await guild.first.undo.undo(officer(), entry_id)
    assert sorted(await told(guild)) == [(1, Notice.ADDED), (2, Notice.DEMOTED)]
    assert await names(guild, event_id) == ["Member 1", "Member 2"]


# ---------------------------------------------------------------- a cancelled raid


async def test_a_deleted_sheet_is_posted_again_once(guild: World) -> None:
    event_id = await standing(guild)
    entry_id = (await guild.first.raids.cancel(officer(), str(event_id), None, delete=True)).entry_id
    await guild.run()
    assert len(guild.discord.deleted) == 1
    await guild.first.undo.undo(officer(), entry_id)
    await guild.pass_time(timedelta(seconds=2))
    assert [len(sheet.roster.seated) for sheet in guild.discord.sheets] == [0, 1]
    assert (await guild.event(event_id))["discord_message_id"] is not None


async def test_a_deletion_that_was_still_to_come_does_not_come(guild: World) -> None:
    event_id = await standing(guild)
    entry_id = (await guild.first.raids.cancel(officer(), str(event_id), None, delete=True)).entry_id
    await guild.first.undo.undo(officer(), entry_id)
    await guild.pass_time(timedelta(seconds=2))
    assert (guild.discord.deleted, len(guild.discord.sheets)) == ([], 1)


async def test_a_deletion_under_way_is_made_good(guild: World) -> None:
    event_id = await standing(guild)
    entry_id = (await guild.first.raids.cancel(officer(), str(event_id), None, delete=True)).entry_id
    guild.discord.fail("delete_message", TimeoutError("lost"))
    await guild.run()
    await guild.first.undo.undo(officer(), entry_id)
    await guild.recover()
    assert (await guild.event(event_id))["discord_message_id"] is not None
    assert len(guild.discord.sheets) - len(guild.discord.deleted) == 1


async def test_the_series_goes_on(guild: World) -> None:
    event_id = await guild.weekly()
    entry_id = await cancel(guild, event_id) or 0
    await guild.first.undo.undo(officer(), entry_id)
    assert await guild.look(START + timedelta(minutes=12)) == 1


async def test_a_booked_sheet_that_comes_back_is_not_announced_again(guild: World) -> None:
    await guild.weekly()
    await guild.look(START + timedelta(minutes=12))
    [booked] = await guild.successors()
    assert len(guild.discord.said) == 1
    entry_id = (await guild.first.raids.cancel(officer(), str(booked["id"]), None, delete=True)).entry_id
    await guild.run()
    await guild.first.undo.undo(officer(), entry_id)
    await guild.recover()
    assert len(guild.discord.said) == 1
    assert [sheet.event.id for sheet in guild.discord.sheets] == [booked["id"]] * 2
    assert (await guild.event(booked["id"]))["booking_state"] == "announced"


@pytest.mark.parametrize("deleted_first", [True, False])
async def test_on_raid_helper_a_new_event_takes_the_place_of_the_deleted_one(guild: World, deleted_first: bool) -> None:
    await guild.connect_raid_helper()
    wish = RaidWish("Heroic", "wed 20:00", sheet=SheetKind.RAID_HELPER)
    event = await guild.first.raids.create(member(5, manages_server=True), wish)
    await guild.run()
    [first] = guild.raid_helper.events
    entry_id = await cancel(guild, event.id) or 0
    if deleted_first:
        await guild.run()
        assert guild.raid_helper.events == {}
    await guild.first.undo.undo(officer(), entry_id)
    await guild.recover()
    [second] = guild.raid_helper.events
    row = await guild.event(event.id)
    assert (row["status"], row["raid_helper_event_id"]) == ("SCHEDULED", second)
    assert (second != first, row["booking_state"]) == (True, "announced")
    assert await guild.open_actions() == []


async def test_a_raid_moved_on_raid_helper_is_moved_back_there(guild: World) -> None:
    await guild.connect_raid_helper()
    wish = RaidWish("Heroic", "wed 20:00", sheet=SheetKind.RAID_HELPER)
    event = await guild.first.raids.create(member(5, manages_server=True), wish)
    await guild.run()
    entry_id = await move(guild, event.id) or 0
    await guild.run()
    await guild.first.undo.undo(officer(), entry_id)
    await guild.run()
    [there] = guild.raid_helper.events.values()
    assert there["startTime"] == int(START.timestamp())
