"""Comps: who is proposed for which group, and what moving people by hand makes of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import ARMS, HOLY, LIGHT, PLAIN, PROTECTION, event, game, sign_up

from bot.domain import comp, comp_moves
from bot.domain.comp import Comp, CompChanged, LineUp, NobodySeated, NoSeat, Slot
from bot.domain.event import SheetKind
from bot.domain.ids import PlayerId, UserId
from bot.domain.roster import SignUp, place
from bot.domain.template import BadTemplate, Buff, Choice, Template, read_template
from bot.domain.template_file import definition_of, read_file
from bot.services.templates import SHIPPED

GAMES = {path.stem: read_file(path.read_text(encoding="utf-8")) for path in SHIPPED.glob("*.json")}
WOW = GAMES["wow-retail"]
SPECS = [{"class_name": one.name, "spec_name": spec.name} for one in WOW.classes for spec in one.specs]
crowds = st.lists(st.sampled_from([*SPECS, {}]), max_size=130).map(
    lambda played: [sign_up(number, **each) for number, each in enumerate(played, start=1)]
)
sizes = st.integers(1, 25)


def line_up(
    sign_ups: Sequence[SignUp], template: Template = PLAIN, slots: Sequence[Slot] = (), **given: object
) -> LineUp:
    return LineUp(event(), template, place(sign_ups, template, None), replace(Comp(tuple(slots)), **given))


def proposed(sign_ups: Sequence[SignUp], template: Template = PLAIN, **given: object) -> LineUp:
    """The line-up with its proposal taken."""
    fresh = line_up(sign_ups, template, **given)
    return replace(fresh, comp=replace(fresh.comp, slots=comp_moves.proposed(fresh)))


def with_slots(before: LineUp, slots: Sequence[Slot] | None) -> LineUp:
    assert slots is not None
    return replace(before, comp=replace(before.comp, slots=tuple(slots)))


def names(found: LineUp) -> dict[int, list[str]]:
    return {number: [slot.name for slot in slots] for number, slots in found.groups.items()}


def player(number: int) -> PlayerId:
    return PlayerId(1000 + number)


# ---------------------------------------------------------------- the proposal


@given(crowds, sizes)
def test_nobody_is_lost_or_doubled_and_groups_are_even(people: list[SignUp], size: int):
    groups = comp_moves.propose(place(people, WOW, None), WOW, size)
    assert sorted(one.id for group in groups for one in group) == sorted(one.id for one in people)
    assert len(groups) == min(comp.MOST_GROUPS, -(-len(people) // size))
    lengths = [len(group) for group in groups]
    assert max(lengths, default=0) - min(lengths, default=0) <= 1


@given(crowds, sizes)
def test_every_role_is_spread_evenly(people: list[SignUp], size: int):
    groups = comp_moves.propose(place(people, WOW, None), WOW, size)
    for role in WOW.roles:
        counts = [sum(comp.role_of(WOW, one) == role.name for one in group) for group in groups]
        assert max(counts, default=0) - min(counts, default=0) <= 1


@given(crowds, sizes, st.randoms())
def test_the_order_of_reading_changes_nothing(people: list[SignUp], size: int, random: object):
    shuffled = sorted(people, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert comp_moves.propose(place(people, WOW, None), WOW, size) == comp_moves.propose(
        place(shuffled, WOW, None), WOW, size
    )


def test_a_group_takes_another_class_while_there_is_one():
    mage, warlock = {"class_name": "Mage", "spec_name": "Fire"}, {"class_name": "Warlock", "spec_name": "Affliction"}
    people = [sign_up(number, **(mage if number % 2 else warlock)) for number in range(1, 5)]
    groups = comp_moves.propose(place(people, WOW, None), WOW, 2)
    assert [Counter(one.class_name for one in group) for group in groups] == [Counter(Mage=1, Warlock=1)] * 2


def test_only_seats_are_grouped():
    choices = (Choice.ACCEPTED, Choice.LATE, Choice.TENTATIVE, Choice.BENCH, Choice.ABSENCE)
    people = [sign_up(number, choice) for number, choice in enumerate(choices, start=1)]
    assert names(proposed(people)) == {1: ["Raider1", "Raider2"]}


def test_the_template_says_how_large_a_group_is():
    people = [sign_up(number) for number in range(1, 10)]
    assert [len(group) for group in names(proposed(people, replace(PLAIN, group_size=8))).values()] == [5, 4]
    assert [len(group) for group in names(proposed(people, replace(PLAIN, group_size=3))).values()] == [3, 3, 3]


@pytest.mark.parametrize(("name", "size"), [("plain", 5), ("wow-retail", 5), ("ffxiv", 8), ("gw2", 5), ("lotro", 6)])
def test_the_shipped_games_have_their_groups(name: str, size: int):
    assert GAMES[name].group_size == size


def test_nobody_seated_is_a_sentence():
    with pytest.raises(NobodySeated):
        proposed([sign_up(1, Choice.BENCH)])


def test_a_new_proposal_keeps_what_people_said():
    people = [sign_up(number) for number in range(1, 8)]
    before = proposed(people)
    said = [replace(slot, confirmed=slot.player_id == player(1), decline_told=True) for slot in before.comp.slots]
    again = comp_moves.proposed(with_slots(before, said))
    assert {slot.player_id: (slot.confirmed, slot.decline_told) for slot in again} == {
        slot.player_id: (slot.confirmed, slot.decline_told) for slot in said
    }


@pytest.mark.parametrize("kind", SheetKind)
def test_a_comp_is_made_where_the_answers_are(kind: SheetKind):
    if kind is SheetKind.NATIVE:
        comp.check_comp_here(event(sheet=kind))
    else:
        with pytest.raises(comp.CompElsewhere):
            comp.check_comp_here(event(sheet=kind))


# ---------------------------------------------------------------- by hand

SEVEN = [sign_up(number) for number in range(1, 8)]
"""Groups of Raider1, 3, 5, 7 and of Raider2, 4, 6."""


def test_seven_stand_in_two_groups():
    assert names(proposed(SEVEN)) == {
        1: ["Raider1", "Raider3", "Raider5", "Raider7"],
        2: ["Raider2", "Raider4", "Raider6"],
    }


def test_somebody_is_moved_to_the_end_of_a_group():
    found = proposed(SEVEN)
    assert names(with_slots(found, comp_moves.moved(found, player(1), 2))) == {
        1: ["Raider3", "Raider5", "Raider7"],
        2: ["Raider2", "Raider4", "Raider6", "Raider1"],
    }


def test_a_new_group_can_be_opened_but_not_the_one_after_it():
    found = proposed(SEVEN)
    assert list(found.targets) == [1, 2, 3]
    assert names(with_slots(found, comp_moves.moved(found, player(7), 3)))[3] == ["Raider7"]
    with pytest.raises(CompChanged):
        comp_moves.moved(found, player(7), 4)


def test_a_full_group_takes_nobody_but_in_exchange():
    found = proposed([sign_up(number) for number in range(1, 11)])
    assert comp_moves.moved(found, player(1), 2) is None
    assert names(with_slots(found, comp_moves.swapped(found, player(1), player(4)))) == {
        1: ["Raider4", "Raider3", "Raider5", "Raider7", "Raider9"],
        2: ["Raider2", "Raider1", "Raider6", "Raider8", "Raider10"],
    }


def test_moving_somebody_within_a_full_group_is_no_overflow():
    found = proposed([sign_up(number) for number in range(1, 6)])
    assert sorted(names(with_slots(found, comp_moves.moved(found, player(1), 1)))[1]) == [
        f"Raider{n}" for n in range(1, 6)
    ]


def test_whoever_had_no_place_takes_the_others_place():
    found = proposed([sign_up(number) for number in range(1, 6)])
    late = replace(found, roster=place([sign_up(number) for number in range(1, 7)], PLAIN, None))
    assert [one.name for one in late.unplaced] == ["Raider6"]
    after = with_slots(late, comp_moves.swapped(late, player(6), player(2)))
    assert names(after) == {1: ["Raider1", "Raider6", "Raider3", "Raider4", "Raider5"]}
    assert [one.name for one in after.unplaced] == ["Raider2"]


def test_a_withdrawal_leaves_a_gap_that_a_move_fills():
    full = proposed([sign_up(number) for number in range(1, 11)])
    found = replace(full, roster=place([sign_up(number) for number in (1, 2, 3, 5, 6, 7, 8, 9, 10)], PLAIN, None))
    assert [slot.name for slot in found.gaps] == ["Raider4"]
    assert names(found) == names(full)
    after = with_slots(found, comp_moves.moved(found, player(1), 2))
    assert names(after)[2] == ["Raider2", "Raider1", "Raider6", "Raider8", "Raider10"]
    assert after.gaps == []


def test_somebody_is_taken_out_of_the_comp():
    found = proposed(SEVEN)
    assert names(with_slots(found, comp_moves.taken_out(found, player(3))))[1] == ["Raider1", "Raider5", "Raider7"]


def test_what_is_not_there_cannot_be_moved():
    found = proposed(SEVEN)
    with pytest.raises(NoSeat):
        comp_moves.moved(found, player(99), 1)
    with pytest.raises(NoSeat):
        comp_moves.swapped(found, player(99), player(1))
    with pytest.raises(CompChanged):
        comp_moves.swapped(found, player(1), player(99))
    with pytest.raises(CompChanged):
        comp_moves.swapped(found, player(1), player(1))
    with pytest.raises(CompChanged):
        comp_moves.taken_out(found, player(99))


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 5), st.integers(1, 12)), max_size=20))
def test_whatever_is_done_by_hand_everybody_stands_once(steps: list[tuple[int, int, int]]):
    found = proposed([sign_up(number) for number in range(1, 13)])
    for mover, group, other in steps:
        try:
            slots = comp_moves.moved(found, player(mover), group)
            found = with_slots(
                found, slots if slots is not None else comp_moves.swapped(found, player(mover), player(other))
            )
        except CompChanged:
            continue
    assert sorted(slot.player_id for slot in found.comp.slots) == [player(number) for number in range(1, 13)]
    assert len({(slot.group, slot.number) for slot in found.comp.slots}) == 12
    assert all(len(slots) <= found.capacity for slots in found.groups.values())


# ---------------------------------------------------------------- what is said beside it


def test_missing_buffs_name_who_could_bring_them():
    template = game(buffs=(Buff("Shout", ("Warrior",)), Buff("Fortitude", ("Priest",)), Buff("Aura", ("Paladin",))))
    people = [
        sign_up(1, name="Pia", **HOLY),
        sign_up(2, Choice.BENCH, name="Wim", **ARMS),
        sign_up(3, Choice.ABSENCE, name="Abe", **ARMS),
        sign_up(4, name="Bo", offers=("Priest/Light",), **PROTECTION),
        sign_up(5, Choice.TENTATIVE, name="Tea", **LIGHT),
    ]
    shout, fortitude = proposed(people, template).missing_buffs
    assert (shout.buff.name, [one.name for one in shout.waiting], shout.offers) == ("Shout", ["Wim"], ())
    assert (fortitude.buff.name, [one.name for one in fortitude.waiting]) == ("Fortitude", ["Tea"])
    assert [(one.sign_up.name, one.class_name, one.spec_name) for one in fortitude.offers] == [
        ("Bo", "Priest", "Light")
    ]


def test_roles_of_those_with_a_place_are_counted():
    found = proposed([sign_up(1, **HOLY), sign_up(2, **ARMS), sign_up(3, **ARMS)], game())
    found = with_slots(found, comp_moves.taken_out(found, player(3)))
    assert [(role.name, number) for role, number in found.role_counts] == [("Tank", 1), ("Healer", 1)]


@pytest.mark.parametrize(
    ("waits", "found"),
    [
        (sign_up(2, Choice.BENCH, **HOLY), ["Raider2"]),
        (sign_up(2, Choice.BENCH, **PROTECTION), []),
        (sign_up(2, Choice.BENCH, offers=("Priest/Light",), **PROTECTION), ["Raider2"]),
        (sign_up(2, Choice.TENTATIVE, **HOLY), []),
        (sign_up(2, Choice.ABSENCE, **HOLY), []),
    ],
)
def test_a_substitute_waits_and_plays_the_role(waits: SignUp, found: list[str]):
    line = proposed([sign_up(1, **LIGHT), waits], game())
    assert [one.name for one in line.substitutes(player(1))] == found


def test_the_queue_substitutes_too():
    people = [sign_up(1, **LIGHT), sign_up(2, **HOLY)]
    line = LineUp(event(), game(), place(people, game(), 1), Comp())
    assert [one.name for one in line.substitutes(player(1))] == ["Raider2"]


def user(number: int) -> UserId:
    return UserId(5000 + number)


def test_only_those_whose_place_changed_are_news():
    found = proposed(SEVEN)
    assert set(found.news) == {user(number) for number in range(1, 8)}
    told = {slot.user_id: slot.group for slot in found.comp.slots if slot.user_id}
    found = replace(found, comp=replace(found.comp, told=told))
    assert found.news == []
    moved = with_slots(found, comp_moves.moved(found, player(1), 2))
    assert moved.news == [user(1)]
    assert with_slots(moved, comp_moves.taken_out(moved, player(2))).news == [user(1), user(2)]


def test_whoever_left_the_raid_is_no_news():
    found = proposed(SEVEN)
    told = {slot.user_id: slot.group for slot in found.comp.slots if slot.user_id}
    left = replace(
        found, roster=place(SEVEN[1:], PLAIN, None), comp=replace(found.comp, told=told | {user(1): 2, user(2): 1})
    )
    assert left.news == [user(2)]
    assert with_slots(left, comp_moves.taken_out(left, player(1))).news == [user(2)]


def test_somebody_without_discord_is_no_news():
    assert proposed([sign_up(1, user_id=None)]).news == []


@pytest.mark.parametrize("size", [0, 26, "8", True])
def test_a_group_size_is_a_small_number(size: object):
    with pytest.raises(BadTemplate, match="`group_size` is a whole number from 1 to 25"):
        read_template({"name": "g", "title": "G", "group_size": size})


def test_the_size_of_a_group_travels_with_the_file():
    template = replace(GAMES["plain"], group_size=8)
    assert read_template(definition_of(template)) == template
    assert "group_size" not in definition_of(GAMES["plain"])
