"""Reminders as those who come get them: once, in time, by the way they chose, and never about what is no longer so."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.notice import Notice
from bot.domain.setting import Scope
from bot.domain.setting_rules import Here
from bot.domain.template import Choice
from bot.render.reminder_texts import direct
from bot.services.messenger import Undeliverable
from bot.services.officers import Whom
from bot.services.queue import LEASE
from bot.services.raid_edits import EditWish
from bot.services.reminders import HabitsWish, TooLateToRemind
from bot.services.settings_desk import Target
from bot.services.unsigned import ToldJustNow
from tests.factories import RAIDS, START, member, officer
from tests.services.news import LEADER, TICKS, at, come, habits, named, planned, setting, told, users
from tests.services.world import World

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


# ---------------------------------------------------------------- who, and when


async def test_an_hour_and_a_quarter_before_whoever_comes_the_queue_and_the_leader_are_reminded(guild: World) -> None:
    event_id = await planned(guild, limit=2)
    await come(guild, event_id, 1, 2, 3)
    await come(guild, event_id, 4, choice=Choice.ABSENCE)
    await come(guild, event_id, 5, choice=Choice.TENTATIVE)
    await at(guild, START - HOUR - MINUTE)
    assert told(guild) == []
    await at(guild, START - HOUR)
    assert Counter(told(guild)) == Counter([*users(1, 2, 3), LEADER])
    await at(guild, START - 15 * MINUTE)
    assert Counter(told(guild)) == Counter([*users(1, 2, 3), LEADER] * 2)
    await at(guild, START)
    assert len(told(guild)) == 8


async def test_the_news_is_as_the_sheet_is_at_delivery(guild: World) -> None:
    event_id = await planned(guild, limit=1)
    await come(guild, event_id, 1, 2)
    guild.clock.set(START - HOUR)
    await guild.first.sign_ups.withdraw(member(1), event_id)
    await at(guild, START - HOUR)
    assert set(told(guild)) == {*users(2), LEADER}
    news = dict(guild.discord.tidings)[users(2)[0]]
    placed = news.of(users(2)[0])
    assert placed is not None
    assert placed.position is None


@pytest.mark.parametrize(
    ("typed", "leads"), [("90,5", [90, 5]), ("2h", [120]), ("none", []), (None, [60, 15])], ids=str
)
async def test_a_raid_may_have_its_own_times_and_none_is_none(guild: World, typed: Any, leads: Sequence[int]) -> None:
    event_id = await planned(guild, reminders=typed)
    await come(guild, event_id, 1)
    for minutes in (120, 90, 60, 15, 5):
        before = len(told(guild))
        await at(guild, START - minutes * MINUTE, ticks=3)
        assert (minutes, len(told(guild)) > before) == (minutes, minutes in leads)


@pytest.mark.parametrize(("typed", "leads"), [("30", [30]), ("none", []), ("server", [60, 15])])
async def test_its_times_may_be_edited_and_copied(guild: World, typed: str, leads: Sequence[int]) -> None:
    event_id = await planned(guild, reminders="45")
    done = await guild.first.edits.edit(officer(), str(event_id), EditWish(reminders=typed))
    copy = await guild.first.copies.copy(officer(), event_id, "tomorrow 20:00", RAIDS, with_sign_ups=True)
    assert copy.event.reminders == done.event.reminders
    await come(guild, event_id, 1)
    for minutes in (60, 45, 30, 15):
        before = len(told(guild))
        await at(guild, START - minutes * MINUTE, ticks=3)
        assert (minutes, len(told(guild)) > before) == (minutes, minutes in leads)


async def test_undo_brings_the_times_back(guild: World) -> None:
    event_id = await planned(guild, reminders="45")
    done = await guild.first.edits.edit(officer(), str(event_id), EditWish(reminders="30,10"))
    assert done.event.reminders == (30, 10)
    assert (await guild.first.undo.undo(officer(), done.entry_id)).event.reminders == (45,)


async def test_a_server_without_reminders_has_none_and_a_raid_of_its_own_time_has_it(guild: World) -> None:
    await setting(guild, "reminders", [])
    without, own = await planned(guild), await planned(guild, reminders="30")
    await come(guild, without, 1)
    await come(guild, own, 2)
    for minutes in (60, 30, 15):
        await at(guild, START - minutes * MINUTE, ticks=3)
    assert set(told(guild)) == {*users(2), LEADER}


async def test_a_setting_that_changes_reaches_raids_that_stand(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1)
    await setting(guild, "reminders", [30])
    for minutes in (60, 15):
        await at(guild, START - minutes * MINUTE, ticks=3)
        assert len(told(guild)) == (0 if minutes == 60 else 2)
        if minutes == 60:
            await at(guild, START - 30 * MINUTE, ticks=3)
            assert Counter(told(guild)) == Counter([*users(1), LEADER])


async def test_a_shorter_time_is_planned_at_once_however_soon_it_comes(guild: World) -> None:
    event_id = await planned(guild, reminders=None)
    await come(guild, event_id, 1)
    await at(guild, START - 13 * MINUTE)
    before = len(told(guild))
    await guild.first.settings.put(officer(), Target(Scope.SERVER), "reminders", "12", Here())
    await guild.first.reminders.habits(member(1), HabitsWish(before=10))
    await guild.run()
    await at(guild, START - 12 * MINUTE)
    assert told(guild)[before:] == [LEADER]
    await at(guild, START - 10 * MINUTE)
    assert told(guild)[before:] == [LEADER, *users(1)]


async def test_settings_out_of_a_file_are_planned_at_once(guild: World) -> None:
    event_id = await planned(guild, reminders=None)
    await come(guild, event_id, 1)
    await at(guild, START - 13 * MINUTE)
    before = len(told(guild))
    await guild.first.settings.take_in(officer(), b'{"server": {"reminders": [12]}}', Here())
    await guild.run()
    await at(guild, START - 12 * MINUTE)
    assert Counter(told(guild)[before:]) == Counter([LEADER, *users(1)])


# ---------------------------------------------------------------- moved, cancelled, down


async def test_after_two_moves_everybody_is_reminded_at_the_last_start_alone(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1)
    for when in ("today 22:00", "today 21:00"):
        await guild.first.edits.move(officer(), str(event_id), when)
    for moment in (START - HOUR, START - 15 * MINUTE):
        await at(guild, moment)
    reminded_early = len(told(guild))
    await at(guild, START + HOUR - 15 * MINUTE)
    # 20:00 minus an hour is no moment of the raid's, 21:00 minus an hour is: it is 20:00.
    assert reminded_early == 0
    await at(guild, START + 2 * HOUR)
    assert Counter(told(guild)) == Counter([*users(1), LEADER])


async def test_a_raid_that_is_moved_there_and_back_reminds_nobody_twice(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1)
    await at(guild, START - HOUR)
    await guild.first.edits.move(officer(), str(event_id), "today 23:00")
    await guild.first.edits.move(officer(), str(event_id), "today 20:00")
    await guild.run()
    assert Counter(told(guild)) == Counter([*users(1), LEADER])
    await at(guild, START - 15 * MINUTE)
    assert Counter(told(guild)) == Counter([*users(1), LEADER] * 2)


async def test_moved_at_the_very_minute_of_its_reminder_it_reminds_of_the_new_start_only(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1)
    guild.clock.set(START - HOUR)
    await guild.first.edits.move(officer(), str(event_id), "today 22:00")
    await at(guild, START - HOUR)
    assert told(guild) == []
    await at(guild, START + HOUR)
    assert Counter(told(guild)) == Counter([*users(1), LEADER])


async def test_moved_while_people_are_being_told_the_others_hear_nothing_of_the_old_start(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, *range(1, 9))
    guild.clock.set(START - HOUR)
    await guild.run()
    before = len(told(guild))
    await guild.first.edits.move(officer(), str(event_id), "today 22:00")
    await at(guild, START - HOUR + timedelta(seconds=1))
    assert 0 < before == len(told(guild)) < 9


async def test_a_cancelled_raid_reminds_nobody_and_a_revived_one_does(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1)
    done = await guild.first.raids.cancel(officer(), str(event_id), None, delete=False)
    await guild.run()
    await guild.first.undo.undo(officer(), done.entry_id)
    await at(guild, START - HOUR)
    assert Counter(told(guild)) == Counter([*users(1), LEADER])
    await guild.first.raids.cancel(officer(), str(event_id), None, delete=False)
    await at(guild, START - 15 * MINUTE)
    assert len(told(guild)) == 2


async def test_a_raid_planned_too_late_for_a_reminder_has_only_the_later_one(guild: World) -> None:
    guild.clock.set(START - 30 * MINUTE)
    event_id = await planned(guild)
    await come(guild, event_id, 1)
    await at(guild, START - 15 * MINUTE)
    assert Counter(told(guild)) == Counter([*users(1), LEADER])


@pytest.mark.parametrize(("back", "times"), [(20 * MINUTE, 1), (10 * MINUTE, 1), (-MINUTE, 0)])
async def test_a_bot_that_was_down_says_late_what_is_still_of_use_and_once(guild: World, back: Any, times: int) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1)
    await at(guild, START - back)
    assert Counter(told(guild)) == Counter([*users(1), LEADER] * times)


async def test_two_workers_tell_each_once(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1, 2, 3)
    guild.clock.set(START - HOUR)
    async with guild.worker() as second:
        for _ in range(TICKS):
            await guild.run()
            await second.queue.run_due()
            guild.clock.advance(timedelta(seconds=1))
    assert Counter(told(guild)) == Counter([*users(1, 2, 3), LEADER])


@pytest.mark.parametrize("after", [False, True], ids=["before the message", "after it"])
async def test_a_worker_that_dies_while_it_tells_loses_nobody_and_doubles_nobody(guild: World, after: bool) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1, 2, 3)
    guild.discord.fail("tell", OSError("killed"), after=after, times=2)
    await at(guild, START - HOUR)
    await guild.pass_time(LEASE)
    assert Counter(told(guild)) == Counter([*users(1, 2, 3), LEADER])


async def test_one_who_cannot_be_told_keeps_nobody_else_waiting(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1, 2, 3)
    guild.discord.fail("tell", Undeliverable("no such user"))
    await at(guild, START - HOUR, ticks=2)
    assert len(told(guild)) == 3


# ---------------------------------------------------------------- a hundred people


async def test_a_hundred_are_told_one_after_the_other_each_once(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, *range(1, 101))
    guild.clock.set(START - HOUR)
    await guild.run()
    assert len(told(guild)) == 1
    for _ in range(30):
        before = len(told(guild))
        await guild.pass_time(timedelta(seconds=1))
        assert len(told(guild)) - before <= 6
    assert Counter(told(guild)) == Counter([*users(*range(1, 101)), LEADER])


async def test_all_whose_messages_are_closed_are_named_in_one_message(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, *range(1, 9))
    guild.discord.closed = set(users(2, 4, 6))
    await at(guild, START - HOUR, ticks=20)
    assert Counter(told(guild)) == Counter([*users(1, 3, 5, 7, 8), LEADER])
    assert [sorted(one) for one in named(guild)] == [users(2, 4, 6)]


async def test_more_than_fit_into_one_message_are_named_in_several(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, *range(1, 101))
    await setting(guild, "remind_by", "channel")
    await at(guild, START - HOUR, ticks=20)
    assert told(guild) == []
    assert sorted(len(one) for one in named(guild)) == [41, 60]
    assert Counter(each for one in named(guild) for each in one) == Counter([*users(*range(1, 101)), LEADER])


@pytest.mark.parametrize("after", [False, True], ids=["before the message", "after it"])
async def test_a_worker_that_dies_while_it_names_them_names_each_once(guild: World, after: bool) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1, 2)
    guild.discord.closed = {*users(1, 2), LEADER}
    guild.discord.fail("name", OSError("killed"), after=after)
    await at(guild, START - HOUR, ticks=20)
    await guild.pass_time(LEASE)
    assert [set(one) for one in named(guild)] == [{*users(1, 2), LEADER}]


async def test_one_whose_turn_comes_after_the_message_is_named_in_a_second_one(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1, 2)
    guild.discord.closed = {*users(1, 2), LEADER}
    await habits(guild, 2, quiet="18:00-19:10")
    await at(guild, START - HOUR, ticks=45)
    assert [set(one) for one in named(guild)] == [{*users(1), LEADER}]
    await at(guild, START - 50 * MINUTE, ticks=45)
    assert [set(one) for one in named(guild)] == [{*users(1), LEADER}, set(users(2))]


# ---------------------------------------------------------------- each as they like it


async def test_each_is_reminded_by_the_way_and_at_the_time_they_chose(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1, 2, 3, 4)
    await habits(guild, 1, "off")
    await habits(guild, 2, "channel")
    await habits(guild, 3, before=30)
    await at(guild, START - HOUR, ticks=20)
    assert set(told(guild)) == {*users(4), LEADER}
    assert named(guild) == [users(2)]
    await at(guild, START - 30 * MINUTE)
    assert told(guild)[2:] == users(3)
    await at(guild, START - 15 * MINUTE, ticks=20)
    assert set(told(guild)[3:]) == {*users(4), LEADER}
    assert named(guild) == [users(2), users(2)]


async def test_an_own_time_reminds_of_no_raid_that_reminds_of_nothing(guild: World) -> None:
    event_id = await planned(guild, reminders="none")
    await come(guild, event_id, 1)
    await habits(guild, 1, before=30)
    await at(guild, START - 30 * MINUTE)
    assert told(guild) == []


async def test_habits_are_kept_and_taken_back(guild: World) -> None:
    wish = HabitsWish("channel", 30, "23:00-07:30")
    found = await guild.first.reminders.habits(member(1), wish)
    assert (found.own.way, found.own.minutes, str(found.own.quiet)) == (
        "channel",
        30,
        "(datetime.time(23, 0), datetime.time(7, 30))",
    )
    assert (await guild.first.reminders.habits(member(1), HabitsWish())).own == found.own
    back = await guild.first.reminders.habits(member(1), HabitsWish("server", 0, "server"))
    assert (back.own.way, back.own.minutes, back.own.quiet) == (None, None, None)


# ---------------------------------------------------------------- quiet hours


@pytest.mark.parametrize(
    ("quiet", "when", "told_at"),
    [
        ("18:30-19:30", "today 20:00", datetime(2026, 11, 25, 18, 30, tzinfo=UTC)),
        # Over midnight: the raid is at 8:30, an hour before it is still quiet.
        ("22:00-08:00", "tomorrow 08:30", datetime(2026, 11, 26, 7, 0, tzinfo=UTC)),
        # They last until the raid: it goes without.
        ("18:30-21:00", "today 20:00", None),
    ],
)
async def test_in_quiet_hours_a_reminder_waits_for_their_end(guild: World, quiet: str, when: str, told_at: Any) -> None:
    event_id = await planned(guild, when, reminders="60")
    await come(guild, event_id, 1)
    await habits(guild, 1, quiet=quiet)
    start = (await guild.event(event_id))["start_time_utc"]
    await at(guild, start - HOUR)
    assert users(1)[0] not in told(guild)
    if told_at:
        await at(guild, told_at - MINUTE)
        assert users(1)[0] not in told(guild)
        await at(guild, told_at)
        assert users(1)[0] in told(guild)
    await at(guild, start + MINUTE)
    assert told(guild).count(users(1)[0]) == (1 if told_at else 0)


async def test_a_reminder_that_waited_gives_way_to_the_later_one(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1)
    await habits(guild, 1, quiet="18:30-19:50")
    for moment in (START - HOUR, START - 15 * MINUTE, START - 10 * MINUTE):
        await at(guild, moment)
    assert told(guild).count(users(1)[0]) == 1


async def test_the_servers_quiet_hours_hold_for_whoever_has_none(guild: World) -> None:
    await setting(guild, "quiet_hours", ["18:30", "19:30"])
    event_id = await planned(guild, reminders="60")
    await come(guild, event_id, 1, 2)
    await habits(guild, 2, quiet="02:00-03:00")
    await at(guild, START - HOUR)
    assert told(guild) == users(2)
    await at(guild, START - 30 * MINUTE)
    assert set(told(guild)) == {*users(1, 2), LEADER}


async def test_whoever_moves_up_and_down_in_quiet_hours_hears_once_where_they_stand(guild: World) -> None:
    event_id = await planned(guild, limit=1, reminders="none")
    await come(guild, event_id, 1, 2)
    await habits(guild, 2, quiet="12:00-15:00")
    for limit in ("2", "1", "2", "1", "2"):
        await guild.first.edits.edit(officer(), str(event_id), EditWish(limit=limit))
        await at(guild, guild.clock.now() + MINUTE)
    assert told(guild) == []
    await at(guild, START - 4 * HOUR)
    assert [(who, news.notice) for who, news in guild.discord.tidings] == [(users(2)[0], Notice.PROMOTED)]


@pytest.mark.parametrize(("first", "flips"), [("1", ("2", "1")), ("2", ("1", "2"))])
async def test_whoever_is_back_where_they_were_before_their_quiet_hours_end_hears_nothing(
    guild: World, first: str, flips: tuple[str, ...]
) -> None:
    event_id = await planned(guild, limit=int(first), reminders="none")
    await come(guild, event_id, 1, 2)
    await habits(guild, 2, quiet="12:00-15:00")
    for limit in flips:
        await guild.first.edits.edit(officer(), str(event_id), EditWish(limit=limit))
        await at(guild, guild.clock.now() + MINUTE)
    await at(guild, START - 4 * HOUR)
    assert guild.discord.tidings == []
    await guild.first.edits.edit(officer(), str(event_id), EditWish(limit=flips[0]))
    await at(guild, guild.clock.now() + MINUTE)
    assert [who for who, _ in guild.discord.tidings] == users(2)  # and of the next change once more


@pytest.mark.parametrize(("statuses", "heard"), [(("yes",), Notice.ADDED), (("yes", "tentative", "yes"), Notice.MOVED)])
async def test_what_officers_do_in_quiet_hours_is_told_once_with_the_place_it_came_to(
    guild: World, statuses: Sequence[str], heard: Notice
) -> None:
    event_id = await planned(guild, limit=2, reminders="none")
    await habits(guild, 2, quiet="12:00-15:00")
    await guild.first.officers.add(officer(), str(event_id), Whom(member(1)), "yes")
    for status in statuses:
        await guild.first.officers.add(officer(), str(event_id), Whom(member(2)), status)
        await guild.pass_time(MINUTE)
    await guild.first.edits.edit(officer(), str(event_id), EditWish(limit="1"))
    await at(guild, START - 4 * HOUR)
    [news] = [news for who, news in guild.discord.tidings if who == users(2)[0]]
    assert news.notice is heard
    assert "in the **queue** at place 1" in direct(news, users(2)[0])


@pytest.mark.parametrize(("flips", "heard"), [(("1",), [Notice.DEMOTED]), ((), [])])
async def test_what_their_own_click_was_answered_in_quiet_hours_is_what_they_heard_last(
    guild: World, flips: tuple[str, ...], heard: list[Notice]
) -> None:
    event_id = await planned(guild, limit=1, reminders="none")
    await come(guild, event_id, 1, 2)
    await habits(guild, 2, quiet="12:00-15:00")
    await guild.first.edits.edit(officer(), str(event_id), EditWish(limit="2"))
    for choice in (Choice.TENTATIVE, Choice.ACCEPTED):  # "You are in"
        await come(guild, event_id, 2, choice=choice)
    for limit in flips:
        await guild.first.edits.edit(officer(), str(event_id), EditWish(limit=limit))
    await at(guild, START - 4 * HOUR)
    assert [news.notice for _, news in guild.discord.tidings] == heard


async def test_a_seat_found_again_is_told_though_the_first_word_of_one_may_have_arrived(guild: World) -> None:
    """Whether it did is not known, so they are told that the seat is gone, and then that there is one again."""
    event_id = await planned(guild, limit=1, reminders="none")
    await come(guild, event_id, 1, 2)
    guild.discord.fail("tell", TimeoutError(), after=True)
    for limit in ("2", "1"):
        await guild.first.edits.edit(officer(), str(event_id), EditWish(limit=limit))
        await guild.first.queue.run_due()
    await at(guild, guild.clock.now() + MINUTE)
    await guild.first.edits.edit(officer(), str(event_id), EditWish(limit="2"))
    await at(guild, guild.clock.now() + MINUTE)
    heard = [news.notice for _, news in guild.discord.tidings]
    assert heard == [Notice.PROMOTED, Notice.DEMOTED, Notice.PROMOTED]


# ---------------------------------------------------------------- by an officer's hand


async def test_an_officer_reminds_everybody_now_and_not_again_at_once(guild: World) -> None:
    event_id = await planned(guild)
    await come(guild, event_id, 1, 2)
    await habits(guild, 2, "off")
    await guild.first.reminders.remind(officer(), str(event_id))
    await at(guild, guild.clock.now())
    assert set(told(guild)) == {*users(1), LEADER}
    with pytest.raises(ToldJustNow):
        await guild.first.reminders.remind(officer(), str(event_id))
    await guild.pass_time(10 * MINUTE)
    await guild.first.reminders.remind(officer(), str(event_id))
    await at(guild, guild.clock.now())
    assert told(guild).count(users(1)[0]) == 2
    await at(guild, START)
    with pytest.raises(TooLateToRemind):
        await guild.first.reminders.remind(officer(), str(event_id))
