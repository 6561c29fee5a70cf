"""What an officer's word about a sheet means: order, spec, answer, and the specs and answers as typed."""

from datetime import timedelta
from typing import Any

import pytest
from makers import ARMS, HOLY, PLAIN, START, event, game, sign_up

from bot.domain.event import EventStatus
from bot.domain.gates import Tier
from bot.domain.ids import PlayerId, UserId
from bot.domain.officer_rules import (
    Put,
    RaidIsCancelled,
    RaidIsOver,
    check_changeable,
    find_choice,
    put_on,
)
from bot.domain.roster import SignUp
from bot.domain.sign_up import NotOffered, Pick
from bot.domain.spec_names import UnknownSpec, find_spec, offered
from bot.domain.template import Choice

GAME = game()
NOW = START - timedelta(hours=1)
MAIN, OTHER = Pick("Paladin", "Holy"), Pick("Warrior", "Arms")


def put(own: SignUp | None = None, **given: Any) -> SignUp:
    """The sign-up that putting player 1001 there makes."""
    values = {"player_id": PlayerId(1001), "name": "Arila", "user_id": UserId(5001), "main": MAIN, "character_id": 7}
    return put_on(given.pop("template", GAME), own, Put(**{**values, **given}), NOW)


def test_a_newcomer_is_accepted_with_their_main_and_goes_first():
    made = put()
    assert (made.choice, made.class_name, made.spec_name) == (Choice.ACCEPTED, "Paladin", "Holy")
    assert (made.tier, made.slot, made.signed_at, made.character_id) == (Tier.HOST_ADDED, None, NOW, 7)


@pytest.mark.parametrize(
    ("own", "given", "expected"),
    [
        ({}, {"choice": Choice.BENCH}, (Choice.BENCH, Tier.HOST_ADDED, False)),
        ({}, {"choice": Choice.LATE}, (Choice.LATE, Tier.HOST_ADDED, True)),
        ({}, {}, (Choice.ACCEPTED, Tier.HOST_ADDED, True)),
        ({}, {"pick": OTHER}, (Choice.ACCEPTED, Tier.SELF, True)),
        ({}, {"pick": OTHER, "choice": Choice.ACCEPTED}, (Choice.ACCEPTED, Tier.HOST_ADDED, True)),
        ({"choice": Choice.BENCH}, {"pick": OTHER}, (Choice.BENCH, Tier.SELF, True)),
        ({"choice": Choice.BENCH}, {"choice": Choice.ACCEPTED}, (Choice.ACCEPTED, Tier.HOST_ADDED, False)),
        ({"tier": Tier.PRIORITY, "slot": 2}, {"pick": OTHER}, (Choice.ACCEPTED, Tier.PRIORITY, True)),
    ],
)
def test_whoever_is_there_is_changed(own: dict[str, Any], given: dict[str, Any], expected: tuple[Any, ...]):
    before = sign_up(1, **{**HOLY, **own})
    made = put(before, **given)
    choice, tier, keeps_time = expected
    assert (made.choice, made.tier, made.signed_at == before.signed_at) == (choice, tier, keeps_time)
    assert made.slot == (before.slot if tier is Tier.PRIORITY else None)
    assert made.note == before.note


def test_what_they_play_tonight_goes_before_their_main():
    given: dict[str, Any] = {**ARMS, "character_id": 3}
    before = sign_up(1, **given)
    assert (put(before).class_name, put(before).character_id) == ("Warrior", 3)
    assert (put(before, pick=MAIN).spec_name, put(before, pick=MAIN).character_id) == ("Holy", 7)
    assert put(before, pick=Pick("Priest", "Light")).character_id is None


def test_a_main_of_another_game_is_no_spec():
    assert put(main=Pick("Jester", "Jokes")).class_name is None
    assert put(template=PLAIN).class_name is None


def test_an_answer_the_template_does_not_have_is_refused():
    with pytest.raises(NotOffered):
        put(template=PLAIN, choice=Choice.BENCH)


@pytest.mark.parametrize(
    ("changes", "later", "error"),
    [
        ({"status": EventStatus.CANCELLED}, timedelta(0), RaidIsCancelled),
        ({"status": EventStatus.COMPLETED}, timedelta(0), RaidIsOver),
        ({"status": EventStatus.ARCHIVED}, timedelta(0), RaidIsOver),
        ({}, timedelta(hours=3), RaidIsOver),
        ({"status": EventStatus.IN_PROGRESS}, timedelta(hours=3), RaidIsOver),
    ],
)
def test_what_is_over_stays(changes: dict[str, Any], later: timedelta, error: type[Exception]):
    with pytest.raises(error):
        check_changeable(event(**changes), START + later)


@pytest.mark.parametrize("status", [EventStatus.SCHEDULED, EventStatus.IN_PROGRESS])
def test_a_raid_can_be_changed_until_its_end(status: EventStatus):
    check_changeable(event(status=status, closed=True), START + timedelta(hours=3, seconds=-1))


@pytest.mark.parametrize(
    ("typed", "pick"),
    [
        ("Paladin/Holy", MAIN),
        ("Holy Paladin", MAIN),
        ("  paladin   HOLY ", MAIN),
        ("holy", MAIN),
        ("Arms", OTHER),
        ("warrior", OTHER),
    ],
)
def test_a_spec_is_found(typed: str, pick: Pick):
    assert find_spec(GAME, typed) == pick


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Paladin", "could be several specs. Did you mean `Protection Paladin` or `Holy Paladin`?"),
        ("Hloy Paladn", "is no spec of this raid's game. Did you mean `Holy Paladin`"),
        ("xyz", "Pick one from the list"),
        ("", "Pick one from the list"),
    ],
)
def test_an_unknown_spec_says_which_are_like_it(typed: str, said: str):
    with pytest.raises(UnknownSpec) as refused:
        find_spec(GAME, typed)
    assert said in str(refused.value)


def test_a_game_without_classes_has_no_specs():
    with pytest.raises(UnknownSpec, match="leave `spec` out"):
        find_spec(PLAIN, "Holy")
    assert offered(PLAIN, "") == []


def test_specs_are_offered_by_part_of_their_name():
    assert offered(GAME, "hol") == [("Holy Paladin", "Paladin/Holy")]
    assert len(offered(GAME, "")) == 4


@pytest.mark.parametrize(
    ("typed", "choice"), [("accepted", Choice.ACCEPTED), ("yes", Choice.ACCEPTED), (" NO ", Choice.ABSENCE)]
)
def test_an_answer_is_found_by_its_word_and_its_label(typed: str, choice: Choice):
    assert find_choice(PLAIN, typed) is choice


@pytest.mark.parametrize("typed", ["bench", "perhaps", ""])
def test_another_answer_names_those_there_are(typed: str):
    with pytest.raises(NotOffered, match="Yes, Tentative, No"):
        find_choice(PLAIN, typed)
