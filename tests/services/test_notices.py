"""News about a raid: moved, cancelled, joined, late changes, invites; who has not answered; and archives."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.action import Kind
from bot.domain.event import AnswerThere, EventStatus
from bot.domain.ids import EventId, UserId
from bot.domain.notice import Notice
from bot.domain.permissions import NotAnOfficer
from bot.domain.sign_up import NotSignedUp
from bot.domain.template import Choice
from bot.services.officers import Whom
from bot.services.raid_edits import EditWish
from bot.services.staying import NothingToConfirm
from bot.services.unsigned import NothingToAnswer, ToldJustNow
from tests.factories import GUILD, OFFICERS, RAIDER_ROLE, RAIDS, START, member, officer
from tests.services.news import LEADER, at, come, habits, named, planned, setting, told, users
from tests.services.recorder import Killed
from tests.services.world import World

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
A_DAY = timedelta(days=1)


async def pause(world: World, seconds: int = 12) -> None:
    await at(world, world.clock.now(), ticks=seconds)


# ---------------------------------------------------------------- moved


async def test_after_a_move_those_who_come_are_asked_and_nobody_else(guild: World) -> None:
    event_id = await planned(guild, limit=1)
    await come(guild, event_id, 1, 2)
    await come(guild, event_id, 3, choice=Choice.TENTATIVE)
    await come(guild, event_id, 4, choice=Choice.ABSENCE)
    await guild.first.edits.move(officer(), str(event_id), "today 22:00")
    await pause(guild)
    assert Counter(told(guild, Notice.RETIMED)) == Counter(users(1, 2, 3))
    rows = await guild.pool.fetch("SELECT status FROM patt.raid_attendance ORDER BY id")
    assert [row["status"] for row in rows] == ["accepted", "accepted", "tentative", "absence"]


async def test_an_edit_that_moves_nothing_tells_nobody(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1)
    await guild.first.edits.edit(officer(), str(event_id), EditWish(title="Mythic", duration="2h"))
    await pause(guild)
    assert guild.discord.notices == []


async def test_moved_twice_at_once_they_hear_of_the_last_start_alone(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1)
    await guild.first.edits.move(officer(), str(event_id), "today 22:00")
    await guild.first.edits.move(officer(), str(event_id), "today 23:00")
    await pause(guild)
    assert told(guild, Notice.RETIMED) == users(1)
    assert dict(guild.discord.tidings)[users(1)[0]].sheet.event.starts_at == START + 3 * HOUR


async def test_moved_there_and_back_they_hear_of_both(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1)
    done = await guild.first.edits.move(officer(), str(event_id), "today 22:00")
    await pause(guild)
    await guild.first.undo.undo(officer(), done.entry_id)
    await pause(guild)
    assert told(guild, Notice.RETIMED) == users(1, 1)


async def test_who_still_comes_stays_who_cannot_is_absent_and_the_officers_see_who_has_not_said(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1, 2, 3)
    await guild.first.edits.move(officer(), str(event_id), "today 22:00")
    await pause(guild)
    await guild.first.stay.comes(member(1), event_id)
    await guild.first.stay.cannot(member(2), event_id)
    rows = await guild.pool.fetch("SELECT status FROM patt.raid_attendance ORDER BY player_id")
    assert [row["status"] for row in rows] == ["accepted", "absence", "accepted"]
    seen = await guild.first.unsigned.look(officer(), str(event_id), ping=False)
    assert list(seen.unconfirmed) == users(3)
    with pytest.raises(NotSignedUp):
        await guild.first.stay.comes(member(2), event_id)
    await at(guild, START + 5 * HOUR)
    with pytest.raises(NothingToConfirm):
        await guild.first.stay.comes(member(1), event_id)


async def test_who_cannot_come_to_a_raid_that_went_to_raid_helper_is_sent_there(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1)
    await guild.pool.execute("UPDATE patt.raid_events SET sheet = 'raid-helper'")
    with pytest.raises(AnswerThere):
        await guild.first.stay.cannot(member(1), event_id)
    assert await guild.pool.fetchval("SELECT status FROM patt.raid_attendance") == "accepted"


# ---------------------------------------------------------------- cancelled


async def test_a_cancelled_raid_is_told_to_those_who_come_and_that_it_takes_place_after_all(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1, 2)
    await come(guild, event_id, 3, choice=Choice.ABSENCE)
    done = await guild.first.raids.cancel(officer(), str(event_id), "no tanks", delete=False)
    await pause(guild)
    assert Counter(told(guild, Notice.CANCELLED)) == Counter(users(1, 2))
    await guild.first.undo.undo(officer(), done.entry_id)
    await pause(guild)
    assert Counter(told(guild, Notice.REVIVED)) == Counter(users(1, 2))


async def test_a_cancellation_taken_back_before_anybody_heard_is_not_told(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1)
    done = await guild.first.raids.cancel(officer(), str(event_id), None, delete=False)
    await guild.first.undo.undo(officer(), done.entry_id)
    await pause(guild)
    assert [what for _, what in guild.discord.notices] == []


async def test_reminders_off_still_hears_of_moves_and_cancellations(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1)
    await habits(guild, 1, "off")
    await guild.first.edits.move(officer(), str(event_id), "today 22:00")
    await pause(guild)
    await guild.first.raids.cancel(officer(), str(event_id), None, delete=False)
    await pause(guild)
    assert [what for _, what in guild.discord.notices] == [Notice.RETIMED, Notice.CANCELLED]


async def cancel(world: World, event_id: EventId) -> None:
    await world.first.raids.cancel(officer(), str(event_id), None, delete=False)


async def is_over(world: World, event_id: EventId) -> None:
    world.clock.set((await world.event(event_id))["end_time_utc"])


async def test_of_places_in_a_cancelled_raid_nobody_hears(guild: World) -> None:
    event_id = await planned(guild, limit=2)
    await come(guild, event_id, 1, 2, 3)
    await guild.first.officers.add(officer(), str(event_id), Whom(member(4)))  # which costs 2 their seat
    await guild.first.sign_ups.withdraw(member(1), event_id)  # of which the leader would hear
    await cancel(guild, event_id)
    await pause(guild, 75)
    assert Counter(guild.discord.notices) == Counter((one, Notice.CANCELLED) for one in users(2, 3, 4))


async def test_quiet_hours_that_outlast_the_raid_s_cancelling_bring_no_news_of_a_seat(guild: World) -> None:
    event_id = await planned(guild, "friday 20:00", limit=2, reminders="none")
    await come(guild, event_id, 1, 2)
    await habits(guild, 2, quiet="00:00-23:00")
    await guild.first.edits.edit(officer(), str(event_id), EditWish(limit="1"))
    await pause(guild)
    assert told(guild, Notice.DEMOTED) == []
    await cancel(guild, event_id)
    await at(guild, guild.clock.now().replace(hour=22, minute=30))  # 23:30 in Berlin
    assert (told(guild, Notice.DEMOTED), told(guild, Notice.CANCELLED)) == ([], users(1, 2))


async def test_a_bot_that_was_down_until_the_raid_was_over_tells_nobody_of_a_seat(guild: World) -> None:
    event_id = await planned(guild, limit=1, reminders="none")
    await come(guild, event_id, 1, 2)
    await guild.first.sign_ups.withdraw(member(1), event_id)
    await is_over(guild, event_id)
    await pause(guild)
    assert guild.discord.notices == []


@pytest.mark.parametrize(("end", "heard"), [(cancel, [1]), (is_over, [])])
async def test_whoever_was_taken_off_before_a_raid_was_cancelled_hears_it_until_it_would_be_over(
    guild: World, end: Any, heard: list[int]
) -> None:
    event_id = await planned(guild, reminders="none")
    await come(guild, event_id, 1)
    await guild.first.officers.remove(officer(), str(event_id), "Member 1")
    await end(guild, event_id)
    await pause(guild)
    assert told(guild, Notice.REMOVED) == users(*heard)
    assert told(guild, Notice.CANCELLED) == []


# ---------------------------------------------------------------- joined


async def test_whoever_joins_is_sent_the_instructions_a_minute_later_once(guild: World) -> None:
    await setting(guild, "join_notice", "Bring flasks.")
    event_id = await planned(guild)
    await come(guild, event_id, 1)
    await guild.pass_time(58 * SECOND)
    assert told(guild, Notice.JOINED) == []
    await guild.pass_time(2 * SECOND)
    assert told(guild, Notice.JOINED) == users(1)
    assert dict(guild.discord.tidings)[users(1)[0]].extra == "Bring flasks."
    await guild.first.sign_ups.withdraw(member(1), event_id)
    await come(guild, event_id, 1)
    await guild.pass_time(2 * MINUTE)
    assert told(guild, Notice.JOINED) == users(1)


async def test_whoever_has_left_within_that_minute_hears_nothing(guild: World) -> None:
    await setting(guild, "join_notice", "Bring flasks.")
    event_id = await planned(guild)
    await come(guild, event_id, 1)
    await come(guild, event_id, 2, choice=Choice.ABSENCE)
    await guild.first.sign_ups.withdraw(member(1), event_id)
    await guild.pass_time(2 * MINUTE)
    assert told(guild, Notice.JOINED) == []


async def test_whoever_left_and_came_back_within_that_minute_hears_it_once(guild: World) -> None:
    await setting(guild, "join_notice", "Bring flasks.")
    event_id = await planned(guild)
    await come(guild, event_id, 1)
    await guild.pass_time(20 * SECOND)
    await guild.first.sign_ups.withdraw(member(1), event_id)
    await guild.pass_time(20 * SECOND)
    await come(guild, event_id, 1)
    assert told(guild, Notice.JOINED) == []
    for _ in range(3):
        await guild.pass_time(MINUTE)
    assert told(guild, Notice.JOINED) == users(1)


async def test_without_instructions_nobody_is_told_anything(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1)
    await guild.pass_time(2 * MINUTE)
    assert guild.discord.notices == []


# ---------------------------------------------------------------- late changes


@pytest.mark.parametrize(
    ("before", "change", "heard"),
    [
        (23 * HOUR, None, True),
        (23 * HOUR, Choice.ABSENCE, True),
        (23 * HOUR, Choice.TENTATIVE, True),
        (25 * HOUR, None, False),
    ],
)
async def test_the_leader_hears_of_whoever_does_not_come_after_all(
    guild: World, before: timedelta, change: Choice | None, heard: bool
) -> None:
    event_id = await planned(guild, "friday 20:00", reminders="none")
    start = (await guild.event(event_id))["start_time_utc"]
    await come(guild, event_id, 1, 2)
    guild.clock.set(start - before)
    if change is None:
        await guild.first.sign_ups.withdraw(member(1), event_id)
    else:
        await guild.first.sign_ups.answer(member(1), event_id, change)
    await guild.pass_time(MINUTE)
    assert told(guild, Notice.LATE_CHANGE) == ([LEADER] if heard else [])


async def test_whoever_is_back_within_a_minute_has_changed_nothing(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1)
    await guild.first.sign_ups.withdraw(member(1), event_id)
    await come(guild, event_id, 1)
    await guild.pass_time(MINUTE)
    assert told(guild, Notice.LATE_CHANGE) == []


async def test_the_leader_is_not_told_what_they_pressed_themselves(guild: World) -> None:
    event_id = await planned(guild)
    await guild.first.sign_ups.answer(officer(), event_id, Choice.ACCEPTED)
    await guild.first.sign_ups.withdraw(officer(), event_id)
    await guild.pass_time(MINUTE)
    assert guild.discord.notices == []


async def test_a_server_may_do_without_late_changes(guild: World) -> None:
    await setting(guild, "late_changes", None)
    event_id = await planned(guild)
    await come(guild, event_id, 1)
    await guild.first.sign_ups.withdraw(member(1), event_id)
    await guild.pass_time(MINUTE)
    assert told(guild, Notice.LATE_CHANGE) == []


# ---------------------------------------------------------------- invites


async def test_when_invites_start_those_with_a_seat_are_named_in_one_message(guild: World) -> None:
    await setting(guild, "invites", 10)
    event_id = await planned(guild, limit=2, reminders="none")
    await come(guild, event_id, 1, 2, 3)
    await at(guild, START - 11 * MINUTE)
    assert named(guild, Notice.INVITES) == []
    await at(guild, START - 10 * MINUTE)
    assert [set(one) for one in named(guild, Notice.INVITES)] == [{*users(1, 2), LEADER}]


# ---------------------------------------------------------------- unsigned


async def registered(world: World, *numbers: int, **columns: Any) -> None:
    """Members who answered another raid at some time."""
    other = await planned(world, "2026-12-20 20:00", reminders="none")
    await come(world, other, *numbers)
    for name, value in columns.items():
        await world.pool.execute(f"UPDATE guild_identity.players SET {name} = $1", value)  # noqa: S608 - the test's own


async def expected(world: World, event_id: int) -> set[UserId]:
    return set((await world.first.unsigned.look(officer(), str(event_id), ping=False)).people)


async def test_whoever_is_known_and_has_not_answered_is_listed(guild: World) -> None:
    await registered(guild, 1, 2, 3, 4)
    event_id = await planned(guild)
    await come(guild, event_id, 1)
    await come(guild, event_id, 2, choice=Choice.ABSENCE)
    assert await expected(guild, event_id) == set(users(3, 4))
    await guild.pool.execute("UPDATE guild_identity.players SET on_hiatus = TRUE WHERE display_name = 'Member 3'")
    await guild.pool.execute(
        """
        INSERT INTO guild_identity.away (player_id, first_day, last_day)
        SELECT id, $1, $1 FROM guild_identity.players WHERE display_name = 'Member 4'
        """,
        START.date(),
    )
    assert await expected(guild, event_id) == set()


async def test_whoever_left_the_server_is_not_missed_and_is_when_they_are_back(guild: World) -> None:
    await registered(guild, 1, 2, 3)
    event_id = await planned(guild)
    await come(guild, event_id, 1)
    guild.discord.left = set(users(2))
    assert await expected(guild, event_id) == set(users(3))
    await guild.first.unsigned.look(officer(), str(event_id), ping=True)
    await pause(guild)
    assert told(guild, Notice.UNSIGNED) == users(3)
    guild.discord.left = set()
    assert await expected(guild, event_id) == set(users(2, 3))
    guild.discord.left = None  # Discord cannot be asked: nobody is taken for gone
    assert await expected(guild, event_id) == set(users(2, 3))


async def test_whoever_left_is_neither_reminded_nor_named_but_stays_on_the_sheet(guild: World) -> None:
    event_id = await planned(guild, reminders="60,30,15")
    await come(guild, event_id, 1, 2, 3)
    guild.discord.closed = {users(2)[0]}
    guild.discord.left = {users(1)[0]}
    await at(guild, START - timedelta(minutes=60))
    await pause(guild)
    assert sorted(told(guild, Notice.REMINDER)) == sorted([users(3)[0], LEADER])
    assert [set(one) for one in named(guild, Notice.REMINDER)] == [set(users(2))]
    shown = guild.discord.edits[-1].roster.seated
    assert [one.sign_up.name for one in shown] == ["Member 1", "Member 2", "Member 3"]
    guild.discord.left, guild.discord.closed = set(), set()
    await at(guild, START - timedelta(minutes=30))
    assert set(told(guild, Notice.REMINDER)[-4:]) == {*users(1, 2, 3), LEADER}


async def test_whoever_leaves_before_the_message_in_the_channel_is_not_named_in_it(guild: World) -> None:
    event_id = await planned(guild, reminders="60")
    await come(guild, event_id, 1, 2)
    guild.discord.closed = {*users(1, 2)}
    guild.clock.set(START - timedelta(minutes=60))
    await guild.run()
    guild.discord.left = {users(1)[0]}
    await pause(guild)
    assert [set(one) for one in named(guild, Notice.REMINDER)] == [set(users(2))]


async def test_with_a_raider_role_its_holders_are_expected(guild: World) -> None:
    await registered(guild, 1, 2)
    await setting(guild, "raider_roles", [str(RAIDER_ROLE)])
    event_id = await planned(guild)
    seen = await guild.first.unsigned.look(officer(), str(event_id), ping=False)
    assert (seen.by_role, set(seen.people)) == (False, set(users(1, 2)))
    guild.discord.role_holders = {users(2)[0]: "Two", users(9)[0]: "Nine"}
    seen = await guild.first.unsigned.look(officer(), str(event_id), ping=False)
    assert (seen.by_role, set(seen.people)) == (True, set(users(2, 9)))


async def test_they_are_told_on_request_but_not_again_at_once(guild: World) -> None:
    await registered(guild, 1, 2, 3)
    event_id = await planned(guild)
    await come(guild, event_id, 1)
    await habits(guild, 2, "off")
    assert (await guild.first.unsigned.look(officer(), str(event_id), ping=True)).pinged
    await pause(guild)
    assert told(guild, Notice.UNSIGNED) == users(3)
    with pytest.raises(ToldJustNow):
        await guild.first.unsigned.look(officer(), str(event_id), ping=True)


async def test_the_digest_tells_them_without_being_asked_once(guild: World) -> None:
    await registered(guild, 1, 2)
    await setting(guild, "unsigned", [2880, 1440])
    event_id = await planned(guild, "2026-11-29 20:00", reminders="none")
    start: datetime = (await guild.event(event_id))["start_time_utc"]
    await come(guild, event_id, 1)
    await at(guild, start - 2 * timedelta(days=1))
    assert told(guild, Notice.UNSIGNED) == users(2)
    await come(guild, event_id, 2)
    await at(guild, start - timedelta(days=1))
    assert told(guild, Notice.UNSIGNED) == users(2)


@pytest.mark.parametrize(
    ("name", "before", "after", "moment"),
    [("unsigned", [2880], [], 2 * A_DAY), ("unsigned", [2880], [1440], 2 * A_DAY), ("invites", 15, None, 15 * MINUTE)],
)
async def test_what_is_switched_off_after_it_was_planned_is_not_said(
    guild: World, name: str, before: object, after: object, moment: timedelta
) -> None:
    await registered(guild, 1, 2)
    await setting(guild, name, before)
    event_id = await planned(guild, "2026-11-29 20:00", reminders="none")
    await come(guild, event_id, 1)
    start: datetime = (await guild.event(event_id))["start_time_utc"]
    await setting(guild, name, after)
    await at(guild, start - moment, ticks=20)
    assert (guild.discord.notices, guild.discord.named) == ([], [])


async def test_a_bot_that_was_down_over_both_digests_tells_them_once(guild: World) -> None:
    await registered(guild, 1, 2)
    await setting(guild, "unsigned", [2880, 1440])
    event_id = await planned(guild, "2026-11-29 20:00", reminders="none")
    start: datetime = (await guild.event(event_id))["start_time_utc"]
    await at(guild, start - timedelta(hours=20))
    assert Counter(told(guild, Notice.UNSIGNED)) == Counter(users(1, 2))


async def test_only_officers_and_only_before_the_raid(guild: World) -> None:
    event_id = await planned(guild)
    with pytest.raises(NotAnOfficer):
        await guild.first.unsigned.look(member(1), str(event_id), ping=False)
    with pytest.raises(NotAnOfficer):
        await guild.first.reminders.remind(member(1), str(event_id))
    await at(guild, START)
    with pytest.raises(NothingToAnswer):
        await guild.first.unsigned.look(officer(), str(event_id), ping=False)


# ---------------------------------------------------------------- archive


@pytest.mark.parametrize("how", ["never", "delete", "repost"])
async def test_a_raid_that_is_over_goes_where_its_server_wants_it(guild: World, how: str) -> None:
    archive = 300_000_000_000_000_009
    await setting(guild, "archive", how)
    await setting(guild, "archive_after", 60)
    await setting(guild, "archive_channel", str(archive))
    event_id = await planned(guild, duration="2h", reminders="none")
    posted = len(guild.discord.sheets)
    await at(guild, START + 2 * HOUR)
    assert (await guild.event(event_id))["status"] == "COMPLETED"
    await at(guild, START + 3 * HOUR)
    row = await guild.event(event_id)
    if how == "never":
        assert (row["status"], guild.discord.deleted) == ("COMPLETED", [])
        return
    assert (row["status"], row["discord_message_id"], len(guild.discord.deleted)) == ("ARCHIVED", None, 1)
    again = [one.event.channel_id for one in guild.discord.sheets[posted:]]
    assert again == ([archive] if how == "repost" else [])
    await guild.pass_time(timedelta(days=1))
    assert len(guild.discord.deleted) == 1


ARCHIVE = 300_000_000_000_000_009


async def archiving(world: World, channel: int | None) -> EventId:
    """A raid whose sheet goes to that channel an hour after its end; it has ended, half an hour ago."""
    for name, value in (("archive", "repost"), ("archive_after", 60), ("archive_channel", channel and str(channel))):
        await setting(world, name, value)
    event_id = await planned(world, duration="2h", reminders="none")
    await at(world, START + 2 * HOUR)
    world.clock.set(START + 2 * HOUR + 30 * MINUTE)
    return event_id


async def test_a_worker_that_dies_after_the_repost_reposts_nothing_however_late_it_is_back(guild: World) -> None:
    event_id = await archiving(guild, ARCHIVE)
    guild.discord.fail("delete_message", Killed())
    posted = len(guild.discord.sheets)
    guild.clock.set(START + 3 * HOUR)
    with pytest.raises(Killed):
        await guild.run()
    await guild.pass_time(10 * MINUTE)
    assert [one.event.channel_id for one in guild.discord.sheets[posted:]] == [ARCHIVE]
    assert ((await guild.event(event_id))["status"], len(guild.discord.deleted)) == ("ARCHIVED", 1)


async def test_a_sheet_that_stands_in_the_archive_channel_stays_where_it_is(guild: World) -> None:
    event_id = await archiving(guild, RAIDS)
    posted = len(guild.discord.sheets)
    await at(guild, START + 3 * HOUR)
    assert (len(guild.discord.sheets), guild.discord.deleted) == (posted, [])
    assert (await guild.event(event_id))["status"] == "ARCHIVED"


async def test_without_an_archive_channel_the_officers_hear_that_the_sheet_stays(guild: World) -> None:
    await setting(guild, "officer_channel", str(OFFICERS))
    event_id = await archiving(guild, None)
    await at(guild, START + 3 * HOUR)
    await guild.pass_time(MINUTE)
    assert guild.discord.warned == [(OFFICERS, event_id, Kind.ARCHIVE)]
    assert (await guild.event(event_id))["booking_error"] is None
    assert guild.discord.deleted == []


async def test_what_was_told_is_forgotten_when_the_raid_is_over(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1)
    for moment in (START - HOUR, START, START + 2 * HOUR):
        await at(guild, moment)
    assert (await guild.event(event_id))["status"] == EventStatus.COMPLETED
    assert await guild.pool.fetchval("SELECT count(*) FROM patt.told") == 0
    assert await guild.done(Kind.TELL_PEOPLE) > 0


async def test_what_was_told_of_a_cancelled_raid_is_forgotten_when_it_would_be_over(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1)
    await at(guild, START - HOUR)
    await guild.first.raids.cancel(officer(), str(event_id), None, delete=False)
    await pause(guild)
    assert await guild.pool.fetchval("SELECT count(*) FROM patt.told") > 0
    await at(guild, (await guild.event(event_id))["end_time_utc"])
    assert await guild.pool.fetchval("SELECT count(*) FROM patt.told") == 0
    assert (await guild.event(event_id))["status"] == EventStatus.CANCELLED


async def test_another_servers_settings_are_its_own(guild: World) -> None:
    await guild.insert(
        "common.settings", guild_discord_id=GUILD + 1, scope="server", scope_id=0, name="reminders", value=[]
    )
    event_id = await planned(guild)
    await come(guild, event_id, 1)
    await at(guild, START - HOUR)
    assert Counter(told(guild)) == Counter([*users(1), LEADER])
