from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import ARMS, HOLY, LIGHT, PLAIN, PROTECTION, START, game, sign_up

from bot.domain.gates import Gates, Method, Tier
from bot.domain.ids import PlayerId
from bot.domain.roster import Placed, Roster, SignUp, place, promoted
from bot.domain.template import Choice, GameClass, Role, Spec, Template

SPECS = (PROTECTION, HOLY, ARMS, LIGHT)


def numbers(placed: Any) -> list[int]:
    """The players by the number `sign_up` gave them."""
    return [int(one.sign_up.player_id) - 1000 for one in placed]


def raiders(*specs: dict[str, str]) -> list[SignUp]:
    return [sign_up(number, **spec) for number, spec in enumerate(specs, start=1)]


@pytest.mark.parametrize(
    ("limits", "total", "specs", "seated", "queued"),
    [
        ({}, None, (ARMS, ARMS, LIGHT), [1, 2, 3], []),
        ({}, 2, (ARMS, LIGHT, ARMS), [1, 2], [3]),
        ({}, 1, (ARMS, ARMS, ARMS), [1], [2, 3]),
        ({"tanks": 1}, None, (ARMS, PROTECTION, LIGHT), [1, 3], [2]),  # a role's limit counts across its classes
        ({"tanks": 1, "healers": 1}, None, (ARMS, ARMS, LIGHT, HOLY), [1, 3], [2, 4]),
        ({"paladins": 1}, None, (HOLY, PROTECTION, ARMS), [1, 3], [2]),  # a class's limit counts across its specs
        ({"holy": 1}, None, (HOLY, HOLY, PROTECTION), [1, 3], [2]),
        ({"tanks": 1}, 2, (ARMS, PROTECTION, LIGHT, HOLY), [1, 3], [2, 4]),  # the full role does not use up the total
        ({"tanks": 2, "paladins": 1}, None, (HOLY, PROTECTION, ARMS, ARMS), [1, 3, 4], [2]),  # nor does a full class
    ],
)
def test_each_limit_seats_in_order_and_queues_the_rest(
    limits: dict[str, int], total: int | None, specs: Any, seated: list[int], queued: list[int]
):
    roster = place(raiders(*specs), game(**limits), total)
    assert numbers(roster.seated) == seated
    assert numbers(roster.queued) == queued


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"tier": Tier.HOST_ADDED}, {"tier": Tier.PRIORITY}),
        ({"tier": Tier.PRIORITY}, {"tier": Tier.SELF}),
        ({"tier": Tier.HOST_ADDED, "slot": 9}, {"tier": Tier.SELF, "slot": 1}),  # the tier beats the slot
        ({"slot": 1}, {"slot": 2}),
        ({"slot": 9}, {}),  # a slot beats none
        ({"slot": 1, "signed_at": START}, {"slot": 2, "signed_at": START - timedelta(days=1)}),  # and the time
        ({"signed_at": START}, {"signed_at": START + timedelta(seconds=1)}),
        ({"signed_at": START, "id": 1}, {"signed_at": START, "id": 2}),
    ],
)
def test_the_order_is_tier_then_slot_then_time_then_id(first: dict[str, Any], second: dict[str, Any]):
    one, other = sign_up(5, **first), sign_up(4, **{"id": 6, **second})
    for given_order in ([one, other], [other, one]):
        roster = place(given_order, PLAIN, 1)
        assert (numbers(roster.seated), numbers(roster.queued)) == ([5], [4])


def test_late_holds_a_seat_and_the_other_answers_never_do():
    choices = [Choice.TENTATIVE, Choice.BENCH, Choice.ABSENCE, Choice.LATE, Choice.ACCEPTED]
    roster = place([sign_up(number, choice) for number, choice in enumerate(choices, 1)], game(), 1)
    assert numbers(roster.seated) == [4]
    assert numbers(roster.queued) == [5]
    assert {choice: numbers(group) for choice, group in roster.others.items()} == {
        Choice.TENTATIVE: [1],
        Choice.BENCH: [2],
        Choice.ABSENCE: [3],
    }


def test_sheet_numbers_count_everybody_and_queue_positions_the_queue():
    roster = place([sign_up(1), sign_up(2, Choice.ABSENCE), sign_up(3), sign_up(4)], PLAIN, 1)
    assert [(one.number, one.position) for one in roster.seated] == [(1, None)]
    assert [(one.number, one.position) for one in roster.queued] == [(3, 1), (4, 2)]
    assert [(one.number, one.position) for one in roster.others[Choice.ABSENCE]] == [(2, None)]


@pytest.mark.parametrize(
    "stranger",
    [{}, {"class_name": "Paladin"}, {"class_name": "Jedi", "spec_name": "Light"}, {**PROTECTION, "spec_name": "Gone"}],
)
def test_a_sign_up_without_a_spec_of_the_template_counts_towards_the_total_only(stranger: dict[str, str]):
    roster = place(raiders(ARMS, stranger, stranger), game(tanks=1, healers=1), 2)
    assert numbers(roster.seated) == [1, 2]
    assert numbers(roster.queued) == [3]


def test_a_class_without_its_spec_still_counts_towards_the_class():
    roster = place(raiders({"class_name": "Paladin"}, HOLY), game(paladins=1), None)
    assert numbers(roster.queued) == [2]


def test_specs_of_one_name_in_two_classes_have_limits_of_their_own():
    mage, knight = (GameClass(name, name, (Spec("Frost", "Damage", name, 1),)) for name in ("Mage", "Death Knight"))
    template = game(roles=(Role("Damage", "Damage", "⚔️"),), classes=(mage, knight))
    frosts = raiders(*({"class_name": name, "spec_name": "Frost"} for name in ("Mage", "Death Knight", "Mage")))
    assert numbers(place(frosts, template, None).queued) == [3]


WAYS_TO_WAIT = ({}, {"tanks": 1}, {"paladins": 1}, {"holy": 1}, *({"gates": Gates(method)} for method in Method))


@pytest.mark.parametrize("limits", WAYS_TO_WAIT, ids=str)
def test_a_template_knows_whether_anybody_may_have_to_wait(limits: dict[str, Any]):
    template = game(**limits)
    assert template.limits_seats is bool(place(raiders(*SPECS, *SPECS), template, None).queued)


@pytest.mark.parametrize(
    ("limits", "total", "specs", "leaver", "moves_up"),
    [
        ({}, 2, (ARMS, LIGHT, ARMS, LIGHT), 1, [3]),  # the total: the next in line, whatever the role
        ({"tanks": 1, "healers": 1}, None, (ARMS, LIGHT, HOLY, ARMS, ARMS), 1, [4]),  # a tank's seat: the next tank
        ({"tanks": 1, "healers": 1}, None, (ARMS, LIGHT, ARMS, HOLY, LIGHT), 2, [4]),
        ({"paladins": 1}, None, (HOLY, PROTECTION, HOLY), 1, [2]),
        ({"holy": 1}, None, (HOLY, PROTECTION, HOLY, HOLY), 1, [3]),
        ({"tanks": 1}, 3, (ARMS, LIGHT, LIGHT, ARMS, LIGHT), 2, [5]),  # the tank before stays: tanks are full
        ({}, 2, (ARMS, LIGHT, ARMS), 3, []),  # somebody leaves the queue
        ({}, None, (ARMS, LIGHT), 1, []),
    ],
)
def test_a_seat_given_up_goes_to_exactly_the_next_who_fits(
    limits: dict[str, int], total: int | None, specs: Any, leaver: int, moves_up: list[int]
):
    template, everyone = game(**limits), raiders(*specs)
    before = place(everyone, template, total)
    after = place([one for one in everyone if one.id != leaver], template, total)
    assert [int(one.player_id) - 1000 for one in promoted(before, after)] == moves_up


def test_raising_the_limit_promotes_in_the_order_of_the_queue():
    everyone = raiders(*[ARMS] * 5)
    moved = promoted(place(everyone, PLAIN, 1), place(everyone, PLAIN, 4))
    assert [one.id for one in moved] == [2, 3, 4]


def test_changing_to_a_free_role_is_a_promotion_too():
    everyone = raiders(ARMS, ARMS)
    healing = [everyone[0], replace(everyone[1], **LIGHT)]
    template = game(tanks=1)
    assert promoted(place(everyone, template, None), place(healing, template, None)) == [healing[1]]


def test_somebody_new_or_off_the_queue_is_not_promoted():
    template = game(tanks=1)
    before = place(raiders(ARMS, ARMS), template, None)
    after = place([sign_up(2, Choice.BENCH, **ARMS), sign_up(3, **ARMS)], template, None)
    assert promoted(before, after) == []


def test_a_player_is_found_wherever_they_stand():
    roster = place([sign_up(1), sign_up(2), sign_up(3, Choice.BENCH)], PLAIN, 1)
    for number, position in ((1, None), (2, 1), (3, None)):
        found = roster.of(PlayerId(1000 + number))
        assert found is not None
        assert (found.number, found.position) == (number, position)
    assert roster.of(PlayerId(1)) is None
    assert roster.seated_players == {PlayerId(1001)}
    assert Roster().of(PlayerId(1)) is None


# ---------------------------------------------------------------- properties

limits = st.none() | st.integers(1, 6)
templates = st.builds(game, tanks=limits, healers=limits, paladins=limits, holy=limits)
totals = st.none() | st.integers(1, 20)
stranger = {"class_name": "Jedi", "spec_name": "Light"}


@st.composite
def sheets(draw: st.DrawFn) -> list[SignUp]:
    """Up to 40 answers, ids unique, everything else as it falls, times and slots often equal."""
    answers = st.tuples(
        st.sampled_from(Choice), st.sampled_from([*SPECS, {}, stranger]), st.sampled_from(Tier), st.integers(0, 5)
    )
    slots = draw(st.lists(st.none() | st.integers(1, 4), min_size=40, max_size=40))
    return [
        sign_up(number, choice, tier=tier, slot=slots[number - 1], signed_at=START + timedelta(seconds=second), **spec)
        for number, (choice, spec, tier, second) in enumerate(draw(st.lists(answers, max_size=40)), 1)
    ]


def everybody(roster: Roster) -> list[Placed]:
    return [*roster.seated, *roster.queued, *(one for group in roster.others.values() for one in group)]


def taken(roster: Roster, template: Template) -> dict[str, tuple[int, int | None]]:
    """How many seats each limit of the template has taken, counted from the seats themselves, and the limit."""
    seats = [one.sign_up for one in roster.seated]
    found: dict[str, tuple[int, int | None]] = {}
    for game_class in template.classes:
        of_class = [one for one in seats if one.class_name == game_class.name]
        found[game_class.name] = (len(of_class), game_class.limit)
        for spec in game_class.specs:
            found[spec.name] = (sum(one.spec_name == spec.name for one in of_class), spec.limit)
    for role in template.roles:
        names = {(one.name, spec.name) for one in template.classes for spec in one.specs if spec.role == role.name}
        found[role.name] = (sum((one.class_name, one.spec_name) in names for one in seats), role.limit)
    return found


@given(sheets(), templates, totals)
def test_no_limit_is_ever_oversold(sign_ups: list[SignUp], template: Template, total: int | None):
    roster = place(sign_ups, template, total)
    assert total is None or len(roster.seated) <= total
    over = {name: seats for name, seats in taken(roster, template).items() if seats[1] and seats[0] > seats[1]}
    assert not over


@given(sheets(), templates, totals)
def test_nobody_is_lost_or_doubled(sign_ups: list[SignUp], template: Template, total: int | None):
    roster = place(sign_ups, template, total)
    placed = everybody(roster)
    assert sorted(one.sign_up.id for one in placed) == [one.id for one in sign_ups]
    assert sorted(one.number for one in placed) == list(range(1, len(sign_ups) + 1))
    assert [one.position for one in roster.queued] == list(range(1, len(roster.queued) + 1))
    assert all(one.position is None for one in placed if one not in roster.queued)
    assert all(one.sign_up.choice.holds_seat for one in (*roster.seated, *roster.queued))
    assert all(one.sign_up.choice is choice for choice, group in roster.others.items() for one in group)


@given(sheets(), templates, totals)
def test_numbers_follow_the_order_and_groups_keep_it(sign_ups: list[SignUp], template: Template, total: int | None):
    roster = place(sign_ups, template, total)
    by_number = sorted(everybody(roster), key=lambda one: one.number)
    assert [one.sign_up.order for one in by_number] == sorted(one.order for one in sign_ups)
    for group in (roster.seated, roster.queued, *roster.others.values()):
        assert [one.number for one in group] == sorted(one.number for one in group)


@given(sheets(), templates, totals)
def test_nobody_queues_beside_a_seat_they_could_have(sign_ups: list[SignUp], template: Template, total: int | None):
    roster = place(sign_ups, template, total)
    for waiting in roster.queued:
        ahead = [one.sign_up for one in roster.seated if one.number < waiting.number]
        assert place([*ahead, waiting.sign_up], template, total).queued


@given(sheets(), templates, st.integers(1, 20), st.none() | st.integers(1, 20))
def test_raising_the_total_only_ever_seats_more(
    sign_ups: list[SignUp], template: Template, total: int, more: int | None
):
    before = place(sign_ups, template, total)
    after = place(sign_ups, template, total + more if more else None)
    assert before.seated_players <= after.seated_players
    assert {one.player_id for one in promoted(before, after)} == after.seated_players - before.seated_players


@given(sheets(), templates, totals, st.randoms(use_true_random=False))
def test_the_placement_does_not_depend_on_the_order_rows_come_in(
    sign_ups: list[SignUp], template: Template, total: int | None, dice: Any
):
    shuffled = list(sign_ups)
    dice.shuffle(shuffled)
    assert place(shuffled, template, total) == place(sign_ups, template, total)


@given(sheets(), sheets(), templates, templates, totals, totals)
def test_promoted_names_only_people_from_the_queue_who_now_sit(
    first: list[SignUp], second: list[SignUp], template: Template, other: Template, total: int | None, later: int | None
):
    before, after = place(first, template, total), place(second, other, later)
    moved = {one.player_id for one in promoted(before, after)}
    assert moved == {one.sign_up.player_id for one in before.queued} & after.seated_players
    assert not moved & before.seated_players


@given(sheets(), st.builds(game, tanks=limits, healers=limits), totals, st.data())
def test_a_withdrawal_costs_nobody_else_their_seat(
    sign_ups: list[SignUp], template: Template, total: int | None, data: st.DataObject
):
    # With limits on the total and the roles; where classes are limited too a seat can pass on through two groups.
    if not sign_ups:
        return
    leaver = data.draw(st.sampled_from(sign_ups))
    before = place(sign_ups, template, total)
    after = place([one for one in sign_ups if one is not leaver], template, total)
    assert before.seated_players - {leaver.player_id} <= after.seated_players
    assert len(promoted(before, after)) <= 1
