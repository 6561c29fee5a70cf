from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from makers import ARMS, HOLY, PLAIN, START, event, game, sign_up

from bot.domain.event import EventStatus, SheetClosed
from bot.domain.sign_up import Answer, AskClass, AskSpec, NotOffered, Pick, decide
from bot.domain.template import Choice

GAME = game()
NOW = START - timedelta(days=1)
PALADIN = GAME.classes[0]
HOLY_PICK = Pick("Paladin", "Holy")
ARMS_PICK = Pick("Warrior", "Arms")
ACCEPTED, LATE, TENTATIVE, BENCH, ABSENCE = Choice


def own(choice: Choice, **given: Any) -> Any:
    return sign_up(1, choice, **given)


@pytest.mark.parametrize(
    ("mine", "main", "choice", "expected"),
    [
        # the first time
        (None, None, ACCEPTED, AskClass()),
        (None, HOLY_PICK, ACCEPTED, Answer(ACCEPTED, HOLY_PICK, keeps_place=False, remember=False)),
        (None, Pick("Jedi", "Light"), ACCEPTED, AskClass()),  # the main of another game
        (None, Pick("Paladin", "Arms"), ACCEPTED, AskClass()),
        # whoever comes late holds a seat, too
        (None, None, LATE, AskClass()),
        (own(TENTATIVE), None, LATE, AskClass()),
        (None, HOLY_PICK, LATE, Answer(LATE, HOLY_PICK, keeps_place=False, remember=False)),
        # the answers without a seat never ask
        (None, None, TENTATIVE, Answer(TENTATIVE, None, keeps_place=False, remember=False)),
        (None, None, BENCH, Answer(BENCH, None, keeps_place=False, remember=False)),
        (None, None, ABSENCE, Answer(ABSENCE, None, keeps_place=False, remember=False)),
        (None, HOLY_PICK, ABSENCE, Answer(ABSENCE, HOLY_PICK, keeps_place=False, remember=False)),
        # what was told to this sheet goes before the main
        (own(TENTATIVE, **ARMS), HOLY_PICK, ACCEPTED, Answer(ACCEPTED, ARMS_PICK, keeps_place=False, remember=False)),
        (own(TENTATIVE), HOLY_PICK, ACCEPTED, Answer(ACCEPTED, HOLY_PICK, keeps_place=False, remember=False)),
        (own(TENTATIVE), None, ACCEPTED, AskClass()),
        (own(LATE), None, ACCEPTED, AskClass()),
        (own(BENCH, class_name="Paladin"), None, ACCEPTED, AskClass()),
        (
            own(BENCH, class_name="Jedi", spec_name="Light"),
            HOLY_PICK,
            BENCH,
            Answer(BENCH, HOLY_PICK, keeps_place=True, remember=False),
        ),
        # the same again
        (own(ACCEPTED, **HOLY), None, ACCEPTED, Answer(ACCEPTED, HOLY_PICK, keeps_place=True, remember=False)),
    ],
)
def test_a_click(mine: Any, main: Pick | None, choice: Choice, expected: Any):
    assert decide(event(), GAME, mine, main, choice, NOW) == expected


@pytest.mark.parametrize(
    ("pick", "expected"),
    [
        (("Paladin", None), AskSpec(PALADIN)),
        (("Paladin", "Holy"), Answer(ACCEPTED, HOLY_PICK, keeps_place=False, remember=True)),
        (("Warrior", None), Answer(ACCEPTED, ARMS_PICK, keeps_place=False, remember=True)),  # one spec: nothing to ask
        (("Warrior", "Arms"), Answer(ACCEPTED, ARMS_PICK, keeps_place=False, remember=True)),
    ],
)
def test_a_choice_from_the_selects(pick: tuple[str, str | None], expected: Any):
    assert decide(event(), GAME, None, Pick("Priest", "Light"), ACCEPTED, NOW, pick) == expected


def test_the_selects_ask_for_any_answer_and_keep_the_place():
    decision = decide(event(), GAME, own(LATE, **ARMS), None, LATE, NOW, ("Paladin", "Holy"))
    assert decision == Answer(LATE, HOLY_PICK, keeps_place=True, remember=True)


@pytest.mark.parametrize(
    "pick", [("Jedi", None), ("Jedi", "Holy"), ("Paladin", "Arms"), ("", None), ("Paladin", "holy")]
)
def test_a_class_or_spec_the_template_lacks_is_not_offered(pick: tuple[str, str | None]):
    with pytest.raises(NotOffered):
        decide(event(), GAME, None, HOLY_PICK, ACCEPTED, NOW, pick)


def test_a_template_without_classes_takes_one_click():
    plain = decide(event(), PLAIN, None, HOLY_PICK, ACCEPTED, NOW)
    assert plain == Answer(ACCEPTED, None, keeps_place=False, remember=False)


@pytest.mark.parametrize("choice", [LATE, BENCH])
def test_an_answer_without_a_button_is_not_offered(choice: Choice):
    with pytest.raises(NotOffered):
        decide(event(), PLAIN, None, None, choice, NOW)


@pytest.mark.parametrize("before", Choice)
@pytest.mark.parametrize("after", Choice)
def test_a_place_is_kept_between_answers_of_one_kind_only(before: Choice, after: Choice):
    seats = {ACCEPTED, LATE}
    decision = decide(event(), GAME, own(before, **HOLY), None, after, NOW)
    assert isinstance(decision, Answer)
    assert decision.keeps_place is ((before in seats) == (after in seats))


DEADLINE = START - timedelta(hours=2)
OVER = START + timedelta(hours=3)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("given", "now", "taken"),
    [
        ({}, NOW, set(Choice)),
        ({}, START, set(Choice)),  # without a deadline answers are taken until the raid is over
        ({}, OVER - SECOND, set(Choice)),
        ({}, OVER, set()),
        ({"deadline": DEADLINE}, DEADLINE - SECOND, set(Choice)),
        ({"deadline": DEADLINE}, DEADLINE, {LATE, ABSENCE}),
        ({"deadline": DEADLINE}, OVER, set()),
        ({"closed": True}, NOW, set()),
        ({"closed": True, "deadline": DEADLINE}, DEADLINE, set()),
        ({"status": EventStatus.CANCELLED}, NOW, set()),
        ({"status": EventStatus.IN_PROGRESS}, NOW, set()),
        ({"status": EventStatus.COMPLETED}, NOW, set()),
        ({"status": EventStatus.ARCHIVED}, NOW, set()),
    ],
)
def test_when_a_sheet_takes_which_answers(given: dict[str, Any], now: Any, taken: set[Choice]):
    raid = event(**given)
    for choice in Choice:
        if choice in taken:
            assert decide(raid, GAME, None, HOLY_PICK, choice, now) == Answer(
                choice, HOLY_PICK, keeps_place=False, remember=False
            )
        else:
            with pytest.raises(SheetClosed):
                decide(raid, GAME, own(ACCEPTED, **HOLY), HOLY_PICK, choice, now)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"status": EventStatus.CANCELLED}, "cancelled"),
        ({"status": EventStatus.CANCELLED, "closed": True, "deadline": NOW}, "cancelled"),
        ({"closed": True}, "Ask an officer"),
        ({"deadline": NOW}, "still press Late or Absence"),
    ],
)
def test_a_closed_sheet_says_why_and_what_to_do(given: dict[str, Any], words: str):
    with pytest.raises(SheetClosed, match=words):
        decide(event(**given), GAME, None, None, ACCEPTED, NOW)


def test_a_closed_sheet_is_closed_to_a_choice_from_an_open_select_too():
    raid = replace(event(), closed=True)
    with pytest.raises(SheetClosed):
        decide(raid, GAME, None, None, ACCEPTED, NOW, ("Paladin", "Holy"))
