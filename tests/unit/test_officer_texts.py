"""What officers read: every name escaped, every line within a message, and the next step where there is one."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import HOLY, PLAIN, START, event, game, sign_up

from bot.domain.event import SheetKind
from bot.domain.roster import Placed
from bot.domain.template import Choice
from bot.render import officer_texts as texts

NASTY = "@everyone **x** <@1> `y`"
RAID = event(title=NASTY)
GAME = game()
WHO = Placed(3, sign_up(1, name=NASTY, **HOLY))
SAID = [
    texts.added(RAID, GAME, WHO, was_there=False, changed=True),
    texts.added(RAID, GAME, WHO, was_there=True, changed=True),
    texts.added(RAID, GAME, WHO, was_there=True, changed=False),
    texts.removed(RAID, WHO.sign_up),
    texts.edited(event(), RAID, 1, 2),
    texts.moved(event(), RAID, deadline_passed=False),
    texts.closed(RAID),
    texts.reopened(RAID, deadline_passed=True),
    texts.copied(RAID, RAID, 3),
    *(texts.undone(RAID, action, NASTY) for action in ("add", "remove", "edit", "move", "close", "reopen", "cancel")),
]


@pytest.mark.parametrize("text", SAID)
def test_nothing_anybody_typed_is_markup(text: str):
    assert "@everyone" not in text
    assert "**x**" not in text
    assert "<@1>" not in text.replace("\\<@1>", "")
    assert "x" in text


@given(st.text(min_size=1, max_size=100), st.text(max_size=32))
def test_whatever_the_names_it_is_one_message(title: str, name: str):
    raid, who = event(title=title), Placed(3, sign_up(1, name=name, **HOLY), position=1)
    assert len(texts.added(raid, GAME, who, was_there=True, changed=True)) < 2000
    assert len(texts.edited(event(), raid, 1, 2)) < 2000


@pytest.mark.parametrize(
    ("placed", "said"),
    [
        (Placed(3, sign_up(1, **HOLY)), "#3, Sign up as Holy Paladin"),
        (Placed(3, sign_up(1, Choice.BENCH)), "#3, Bench"),
        (Placed(9, sign_up(1, **HOLY), position=2), "in the **queue** at place 2"),
    ],
)
def test_a_place_in_a_few_words(placed: Placed, said: str):
    assert said in texts.where(GAME, placed)


def test_who_is_told_and_what_is_missing_is_said():
    nobody = Placed(1, sign_up(1, user_id=None))
    assert "nobody is told" in texts.added(RAID, GAME, nobody, was_there=False, changed=True)
    assert "with `spec`" in texts.added(RAID, GAME, nobody, was_there=False, changed=True)
    assert "with `spec`" not in texts.added(RAID, PLAIN, nobody, was_there=False, changed=True)
    assert "with `spec`" not in texts.added(RAID, GAME, WHO, was_there=False, changed=True)
    assert "They are told." in texts.removed(RAID, WHO.sign_up)
    assert "nobody is told" in texts.removed(RAID, nobody.sign_up)


def test_an_edit_names_what_is_new_and_nothing_else():
    before = event(total_limit=5)
    after = replace(before, total_limit=None, minimum=3, ends_at=START + timedelta(minutes=90))
    lines = texts.edited(before, after, 1, 0).splitlines()[1:]
    assert lines == ["Limit: none", "Minimum: 3", "Duration: 1 h 30 min", "1 person moved up from the queue."]


def test_a_deadline_that_passed_says_what_to_do():
    raid = event(deadline=START - timedelta(hours=1))
    assert "`/raid edit`" in texts.moved(event(), raid, deadline_passed=True)
    assert "`/raid edit" not in texts.moved(event(), raid, deadline_passed=False)
    assert "deadline:none" in texts.reopened(raid, deadline_passed=True)
    assert "has none" in texts.copied(raid, event(), 0)
    assert "Raid-Helper posts" in texts.copied(raid, event(sheet=SheetKind.RAID_HELPER), 0)
