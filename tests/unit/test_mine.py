"""What members may change on their own answer, and until when."""

from datetime import timedelta
from typing import Any

import pytest
from makers import ARMS, HOLY, PLAIN, START, event, game, sign_up

from bot.domain.character import Character
from bot.domain.event import EventStatus, SheetClosed
from bot.domain.gates import Gates, HostPicks, Method, NotForYou, Tier
from bot.domain.ids import RoleId
from bot.domain.mine import (
    BadArrival,
    BadNote,
    NoOtherCharacter,
    NothingToOffer,
    NotLate,
    arrival,
    arriving,
    check_mine,
    check_offers,
    check_spec_mine,
    delays,
    offered,
    offering,
    offers,
    others,
    with_note,
)
from bot.domain.sign_up import Pick, SpecStands, decide
from bot.domain.template import Choice, GameClass, Role, Spec
from bot.domain.template_file import read_file
from bot.services.templates import SHIPPED

GAME = game()
NOW = START - timedelta(days=1)
DEADLINE = START - timedelta(hours=2)
MINUTE = timedelta(minutes=1)
LIGHT_ALT = Character(2, "small", "Bruna", Pick("Priest", "Light"))
STRANGER = Character(3, "small", "Jedi", Pick("Jedi", "Light"))
NOBODY = frozenset[RoleId]()


# ---------------------------------------------------------------- until when, and for whom


@pytest.mark.parametrize(
    ("given", "now", "note", "spec"),
    [
        ({}, NOW, True, True),
        ({}, START + MINUTE, True, True),
        ({}, START + timedelta(hours=3), False, False),
        ({"deadline": DEADLINE}, DEADLINE - MINUTE, True, True),
        ({"deadline": DEADLINE}, DEADLINE, True, False),
        ({"deadline": DEADLINE}, START + MINUTE, True, False),
        ({"closed": True}, NOW, False, False),
        ({"status": EventStatus.CANCELLED}, NOW, False, False),
        ({"status": EventStatus.COMPLETED}, NOW, False, False),
    ],
)
@pytest.mark.parametrize("choice", Choice)
def test_until_when(given: dict[str, Any], now: Any, note: bool, spec: bool, choice: Choice):
    raid, own = event(**given), sign_up(1, choice, **HOLY)
    for check, allowed in ((check_mine, note), (check_spec_mine, spec)):
        if allowed:
            check(raid, GAME, own, NOBODY, now)
        else:
            with pytest.raises(SheetClosed):
                check(raid, GAME, own, NOBODY, now)


RAIDER, BANNED = RoleId(1), RoleId(2)


@pytest.mark.parametrize(
    ("gates", "given", "roles", "refusal"),
    [
        (Gates(allowed=frozenset({RAIDER})), {}, {RAIDER}, None),
        (Gates(allowed=frozenset({RAIDER})), {}, set(), NotForYou),
        (Gates(banned=frozenset({BANNED})), {}, {BANNED}, NotForYou),
        (Gates(banned=frozenset({BANNED})), {"tier": Tier.HOST_ADDED}, {BANNED}, None),
        (Gates(banned=frozenset({BANNED})), {"choice": Choice.ABSENCE}, {BANNED}, None),
        (Gates(method=Method.HOST), {}, set(), HostPicks),
        (Gates(method=Method.HOST), {"tier": Tier.HOST_ADDED}, set(), None),
        (Gates(method=Method.WAITING), {}, set(), None),
    ],
)
def test_the_gates_hold_for_every_change(gates: Gates, given: Any, roles: Any, refusal: type[Exception] | None):
    own = sign_up(1, **HOLY, **given)
    for check in (check_mine, check_spec_mine):
        if refusal:
            with pytest.raises(refusal):
                check(event(), game(gates=gates), own, frozenset(roles), NOW)
        else:
            check(event(), game(gates=gates), own, frozenset(roles), NOW)


@pytest.mark.parametrize(
    ("own", "taken"), [(sign_up(1, Choice.LATE, **HOLY), False), (sign_up(1, Choice.TENTATIVE), True), (None, True)]
)
def test_after_the_deadline_a_spec_is_chosen_once_and_stands(own: Any, taken: bool):
    late = (event(deadline=DEADLINE), GAME, own, None, Choice.LATE, DEADLINE, ("Warrior", "Arms"))
    if taken:
        assert decide(*late)
    else:
        with pytest.raises(SpecStands):
            decide(*late)


# ---------------------------------------------------------------- note and arrival


@pytest.mark.parametrize(("typed", "note"), [("", ""), (" my  cat\nis ill ", "my cat is ill"), ("x" * 100, "x" * 100)])
def test_a_note_is_folded(typed: str, note: str):
    assert with_note(sign_up(1, note="before"), typed).note == note


def test_a_note_has_at_most_a_hundred_characters():
    with pytest.raises(BadNote):
        with_note(sign_up(1), "x" * 101)


@pytest.mark.parametrize(("after", "fits"), [(-1, False), (0, False), (1, True), (179, True), (180, False)])
def test_somebody_late_arrives_within_the_raid(after: int, fits: bool):
    own, moment = sign_up(1, Choice.LATE), START + after * MINUTE
    if fits:
        assert arriving(own, event(), moment).arrives_at == moment
    else:
        with pytest.raises(BadArrival):
            arriving(own, event(), moment)


def test_an_arrival_may_be_unknown_again():
    own = sign_up(1, Choice.LATE, arrives_at=START + MINUTE)
    assert arriving(own, event(), None).arrives_at is None


@pytest.mark.parametrize("choice", [one for one in Choice if one is not Choice.LATE])
def test_an_arrival_goes_with_late(choice: Choice):
    with pytest.raises(NotLate):
        arriving(sign_up(1, choice), event(), START + MINUTE)


@pytest.mark.parametrize(
    ("choice", "moved", "told"),
    [
        (Choice.LATE, 0, True),
        (Choice.LATE, 10, True),
        (Choice.LATE, 20, False),
        (Choice.LATE, -180, False),
        (Choice.BENCH, 0, False),
    ],
)
def test_an_arrival_outside_the_raid_as_it_is_now_is_unknown(choice: Choice, moved: int, told: bool):
    own, span = sign_up(1, choice, arrives_at=START + 15 * MINUTE), moved * MINUTE
    raid = event(starts_at=START + span, ends_at=START + 180 * MINUTE + span)
    assert arrival(own, raid) == (own.arrives_at if told else None)


@pytest.mark.parametrize(("minutes", "offered"), [(180, [5, 10, 15, 30, 60]), (60, [5, 10, 15, 30]), (5, [])])
def test_only_delays_within_the_raid_are_offered(minutes: int, offered: list[int]):
    found = delays(event(ends_at=START + minutes * MINUTE))
    assert [one // MINUTE for one in found] == offered


# ---------------------------------------------------------------- characters and offers

TANKS = ("Arcanist", "Dragonknight", "Necromancer", "Nightblade", "Sorcerer", "Templar")


@pytest.mark.parametrize(
    ("name", "own", "shown", "count"),
    [
        ("party", ("Tank", "Party"), ["Healer", "DPS"], 2),
        ("ffxiv", ("Tank", "Paladin"), ["Warrior", "Dark Knight", "Gunbreaker", "White Mage"], 22),
        ("eso", ("Off Tank", "Warden"), [f"Off Tank {one}" for one in TANKS] + ["Main Tank Warden"], 25),
        ("wow-retail", ("Paladin", "Holy"), ["Protection Paladin", "Retribution Paladin"], 2),
    ],
)
def test_where_a_class_is_a_role_another_one_is_offered_too(
    name: str, own: tuple[str, str], shown: list[str], count: int
):
    template = read_file((SHIPPED / f"{name}.json").read_text(encoding="utf-8"))
    found = offers(template, sign_up(1, class_name=own[0], spec_name=own[1]), [])
    called = [template.called(one.pick.class_name, one.pick.spec_name) for one in found]
    assert called[: len(shown)] == shown
    assert len(called) == count


def test_another_character_is_one_of_this_game_that_does_not_come_already():
    own = sign_up(1, character_id=1, **HOLY)
    here = Character(1, "small", "Arila", Pick("Paladin", "Holy"))
    assert others(GAME, own, [here, LIGHT_ALT, STRANGER, Character(4, "small", "New", None)]) == [LIGHT_ALT]
    with pytest.raises(NoOtherCharacter, match="/me characters add"):
        others(GAME, own, [here, STRANGER])


def test_the_other_specs_and_the_other_characters_are_offered_each_once():
    twin = Character(5, "small", "Twin", Pick("Paladin", "Protection"))
    found = offers(GAME, sign_up(1, character_id=1, **HOLY), [LIGHT_ALT, twin, STRANGER])
    assert [(one.value, one.character) for one in found] == [("Paladin/Protection", None), ("Priest/Light", "Bruna")]


@pytest.mark.parametrize(("template", "given"), [(GAME, {}), (GAME, ARMS), (PLAIN, {})])
def test_sometimes_there_is_nothing_to_offer(template: Any, given: Any):
    with pytest.raises(NothingToOffer):
        check_offers(offers(template, sign_up(1, **given), []))


def test_no_more_is_offered_than_a_select_shows():
    specs = tuple(Spec(f"Spec{number}", "Tank", "🛡️") for number in range(25))
    many = game(classes=(GameClass("Paladin", "🔨", (*specs, Spec("Holy", "Tank", "🛡️"))), *GAME.classes[1:]))
    assert len(offers(many, sign_up(1, **HOLY), [LIGHT_ALT])) == 25


def test_a_value_no_select_can_carry_is_not_offered():
    long = GameClass("x" * 90, "🔨", (Spec("Holy", "Tank", "🔨"), Spec("y" * 20, "Tank", "🔨")))
    own = sign_up(1, class_name="x" * 90, spec_name="Holy")
    assert offers(game(classes=(long,), roles=(Role("Tank", "Tanks", "🛡️"),)), own, []) == []


def test_what_is_offered_is_what_was_chosen_from_the_list():
    own = sign_up(1, **HOLY, offers=("Warrior/Arms",))
    found = offers(GAME, own, [LIGHT_ALT])
    chosen = offering(own, found, ["Priest/Light", "Jedi/Light", "Paladin/Holy", "Paladin/Protection"])
    assert chosen.offers == ("Paladin/Protection", "Priest/Light")
    assert offering(chosen, found, []).offers == ()


def test_what_comes_and_what_the_template_lacks_is_no_offer_any_more():
    own = sign_up(1, **HOLY, offers=("Priest/Light", "Paladin/Holy", "Jedi/Light"))
    assert offered(GAME, own) == [Pick("Priest", "Light")]
