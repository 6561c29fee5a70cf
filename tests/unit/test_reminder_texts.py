"""Sentences about raids people come to: whole, safe, and within a message."""

import pytest

from bot.domain.event import EventStatus, SheetKind
from bot.domain.ids import RoleId, UserId
from bot.domain.notice import OF_PLACE, Notice, Tidings
from bot.domain.reminders import Habits, Way
from bot.domain.roster import place
from bot.domain.sheet import Sheet
from bot.render import reminder_texts
from tests.unit.makers import PLAIN, event, sign_up

LEADER = UserId(5001)
LONGEST_MESSAGE = 2000
NAME = "**@everyone** " + "x" * 18


def sheet(people: int, limit: int | None = None, **given) -> Sheet:
    raid = event(title=NAME[:30] * 3, leader_id=LEADER, message_id=900, cancel_reason="@here " * 200, **given)
    return Sheet(raid, PLAIN, place([sign_up(number, name=NAME) for number in range(1, people + 1)], PLAIN, limit))


@pytest.mark.parametrize("notice", sorted(Notice))
def test_every_notice_fits_into_a_message_and_rings_nobody_by_its_words(notice: Notice):
    about = sign_up(1).player_id if notice in OF_PLACE else None
    tidings = Tidings(notice, sheet(80, 40), "@everyone " * 200, about)
    text = reminder_texts.direct(tidings, LEADER)
    assert text.strip()
    assert len(text) <= LONGEST_MESSAGE - 60  # the server's name comes before it
    if notice not in OF_PLACE | {Notice.JOINED}:  # those are one person's
        named = reminder_texts.naming(tidings, [UserId(10**18 + number) for number in range(60)])
        assert len(named) <= LONGEST_MESSAGE
        assert named.count("<@1") == 60


@pytest.mark.parametrize("status", [EventStatus.SCHEDULED, EventStatus.CANCELLED])
def test_no_link_leads_to_an_event_that_went_from_raid_helper_with_its_raid(status: EventStatus):
    there = sheet(1, sheet=SheetKind.RAID_HELPER, raid_helper_event_id="77001", channel_id=300, status=status)
    notice = Notice.RETIMED if status is EventStatus.SCHEDULED else Notice.CANCELLED
    text = reminder_texts.direct(Tidings(notice, there), UserId(5002))
    assert ("/300/77001" in text) == (status is EventStatus.SCHEDULED)


@pytest.mark.parametrize(
    ("who", "place"), [(5002, "You are in, #2."), (5003, "in the **queue** at place 1"), (5001, "2 of 2 come")]
)
def test_of_a_raid_that_takes_place_after_all_one_hears_where_one_stands(who: int, place: str):
    """A seat that somebody got while it was cancelled is told nowhere else."""
    text = reminder_texts.direct(Tidings(Notice.REVIVED, sheet(3, 2, total_limit=2)), UserId(who))
    assert "takes place after all" in text
    assert place in text


def test_the_queue_is_marked_where_people_are_named():
    tidings = Tidings(Notice.REMINDER, sheet(3, 2))
    named = reminder_texts.naming(tidings, [UserId(5001), UserId(5003)])
    assert "In the queue: <@5003>" in named
    alone = reminder_texts.naming(tidings, [UserId(5003)])
    assert "in the **queue** at place 1" in alone


@pytest.mark.parametrize(
    ("roles", "by_role", "words"),
    [((), False, "active player"), ((RoleId(7),), True, "<@&7>"), ((RoleId(7),), False, "MEMBERS_INTENT=true")],
)
def test_the_list_of_the_unsigned_says_who_is_expected_and_fits(roles, by_role, words):
    people = {UserId(number): NAME for number in range(300)}
    text = reminder_texts.unsigned(event(), people, people, roles, by_role=by_role, pinged=True)
    assert words in text
    assert "… and" in text
    assert len(text) <= LONGEST_MESSAGE


def test_the_habits_say_whose_word_they_are():
    usual = reminder_texts.habits(Habits(), Way.CHANNEL, (60, 15), None)
    assert "by name in the raid's channel (as the server does)" in usual
    assert "1 h, 15 min before the start (as the server does)" in usual
    assert "none (as the server does)" in reminder_texts.habits(Habits(minutes=None), Way.DIRECT, (), None)
