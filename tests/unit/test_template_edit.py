"""What an officer types to change a template, an option each."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.durations import BadDuration
from bot.domain.errors import MusterError
from bot.domain.gates import Gates, Method
from bot.domain.ids import RoleId
from bot.domain.template import DEFAULT_LABELS, BadTemplate, Choice, Template
from bot.domain.template_edit import (
    BadEdit,
    ServerRoles,
    TemplateWish,
    UnknownRole,
    edited,
    known_roles,
    parse_roles,
)
from tests.unit.makers import game

EVERYONE = RoleId(100_000_000_000_000_000)
RAIDER, TRIAL, CORE = (RoleId(EVERYONE + number) for number in (1, 2, 3))
ROLES = ServerRoles(EVERYONE, {RAIDER: "Raider", TRIAL: "Trial Raider", CORE: "Core"})
FULL = game(
    tanks=2,
    limit=20,
    minimum=10,
    duration_minutes=180,
    group_size=10,
    warn_hours=12,
    gates=Gates(Method.PRIORITY, frozenset({RAIDER}), frozenset({TRIAL}), (CORE,)),
)


def after(template: Template = FULL, **wish: Any) -> Template:
    return edited(template, TemplateWish(**wish), ROLES)


def test_no_wish_changes_nothing():
    assert after() == FULL


@pytest.mark.parametrize(
    ("wish", "changed"),
    [
        ({"title": " Heroic "}, {"title": "Heroic"}),
        ({"emoji": "🔥"}, {"emoji": "🔥"}),
        ({"colour": "#00ff00"}, {"colour": 0x00FF00}),
        ({"duration": "2h30"}, {"duration_minutes": 150}),
        ({"duration": "none"}, {"duration_minutes": None}),
        ({"limit": "25"}, {"limit": 25}),
        ({"limit": " None "}, {"limit": None}),
        ({"minimum": "12"}, {"minimum": 12}),
        ({"minimum": "none"}, {"minimum": None}),
        ({"group_by": "class"}, {"group_by": "class"}),
        ({"group_size": "8"}, {"group_size": 8}),
        ({"group_size": "none"}, {"group_size": 5}),
        ({"warn_hours": "48"}, {"warn_hours": 48}),
        ({"warn_hours": "none"}, {"warn_hours": 24}),
        ({"method": Method.HOST}, {"gates": replace(FULL.gates, method=Method.HOST)}),
        ({"allowed_roles": "none"}, {"gates": replace(FULL.gates, allowed=frozenset())}),
        ({"banned_roles": f"<@&{CORE}>"}, {"gates": replace(FULL.gates, banned=frozenset({CORE}))}),
        ({"priority_roles": f"<@&{TRIAL}><@&{RAIDER}>"}, {"gates": replace(FULL.gates, priority=(TRIAL, RAIDER))}),
        ({"priority_roles": "-"}, {"gates": replace(FULL.gates, priority=())}),
    ],
)
def test_an_option_changes_its_own_thing(wish: dict[str, str], changed: dict[str, Any]):
    assert after(**wish) == replace(FULL, **changed)


def limits(template: Template) -> dict[str, int]:
    specs = {f"{one.name}/{spec.name}": spec.limit for one in template.classes for spec in one.specs}
    listed = {one.name: one.limit for one in (*template.roles, *template.classes)} | specs
    return {name: limit for name, limit in listed.items() if limit is not None}


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ({"role_limits": "tank=3, Healer=4"}, {"Tank": 3, "Healer": 4}),
        ({"role_limits": "Tank=none"}, {}),
        ({"class_limits": "Paladin = 2,"}, {"Tank": 2, "Paladin": 2}),
        ({"spec_limits": "Paladin/Holy=1"}, {"Tank": 2, "Paladin/Holy": 1}),
        ({"spec_limits": "arms=1, HOLY=2"}, {"Tank": 2, "Warrior/Arms": 1, "Paladin/Holy": 2}),
    ],
)
def test_limits_by_name(wish: dict[str, str], expected: dict[str, int]):
    assert limits(after(**wish)) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("tank=2, Healer=4", [2, 4]), ("Healer=none", [1, None]), ("Tank=1", [1, 3])],
)
def test_how_many_a_role_wants_at_least(typed: str, expected: list[int | None]):
    before = after(wanted="Tank=1, Healer=3")
    assert [one.wanted for one in after(before, wanted=typed).roles] == expected


@pytest.mark.parametrize(
    ("typed", "labels"),
    [
        ("late=off", {Choice.LATE: None}),
        ("bench=Alternate, absence=Can't", {Choice.BENCH: "Alternate", Choice.ABSENCE: "Can't"}),
        ("LATE=off, late=on", {}),
        ("tentative=aus,accepted=Coming", {Choice.TENTATIVE: None, Choice.ACCEPTED: "Coming"}),
    ],
)
def test_answers_on_off_and_worded(typed: str, labels: dict[Choice, str | None]):
    expected = {choice: labels.get(choice, word) for choice, word in DEFAULT_LABELS.items()}
    assert after(answers=typed).labels == {choice: word for choice, word in expected.items() if word is not None}


def test_an_answer_switched_on_again_stands_in_its_place():
    assert list(after(after(answers="late=off"), answers="late=on").labels) == list(DEFAULT_LABELS)


@pytest.mark.parametrize(
    ("wish", "error", "said"),
    [
        ({"title": " "}, BadTemplate, "`title` is missing"),
        ({"title": "x" * 101}, BadTemplate, "`title` is too long"),
        ({"emoji": "sword"}, BadTemplate, "`emoji` is one emoji"),
        ({"colour": "red"}, BadTemplate, "`colour` is a colour"),
        ({"group_by": "spec"}, BadTemplate, "`group_by` is"),
        ({"duration": "a while"}, BadDuration, "length of time"),
        ({"duration": "25h"}, BadDuration, "too long"),
        ({"limit": "0"}, BadEdit, "`limit` is a number from 1 to 1000 or `none`"),
        ({"limit": "1001"}, BadEdit, "`limit` is a number from 1 to 1000"),
        ({"limit": "٣"}, BadEdit, "`limit` is a number"),
        ({"group_size": "26"}, BadEdit, "`group_size` is a number from 1 to 25 or `none`"),
        ({"warn_hours": "169"}, BadEdit, "`warn_hours` is a number from 1 to 168 or `none`"),
        ({"wanted": "Bard=1"}, BadEdit, '`wanted`: there is no "Bard" in this template'),
        ({"wanted": "Tank=3"}, BadTemplate, "Role 1: `wanted` is a whole number from 1 to 2"),
        ({"minimum": "many"}, BadEdit, '`minimum` is a number from 1 to 1000 or `none`, not "many"'),
        ({"minimum": "21"}, BadTemplate, "`minimum` is more than `limit`"),
        (
            {"role_limits": "Bard=1"},
            BadEdit,
            '`role_limits`: there is no "Bard" in this template. It has: Tank, Healer.',
        ),
        ({"role_limits": "Tank"}, BadEdit, "`role_limits` is written as `Tank=2, Healer=none`."),
        ({"role_limits": " "}, BadEdit, "`role_limits` is written as"),
        ({"role_limits": "Tank=0"}, BadEdit, "`role_limits`: Tank takes a number from 1 to 1000"),
        ({"class_limits": "Rogue=1"}, BadEdit, "It has: Paladin, Warrior, Priest."),
        ({"spec_limits": "Shadow=1"}, BadEdit, 'there is no "Shadow"'),
        ({"answers": "maybe=on"}, BadEdit, 'there is no answer "maybe"'),
        ({"answers": "late"}, BadEdit, "`answers` is written as"),
        ({"answers": "accepted=off"}, BadTemplate, '`answers` needs an "accepted" button'),
        ({"answers": f"late={'x' * 81}"}, BadTemplate, "`late` is too long"),
        ({"allowed_roles": "Jedi"}, UnknownRole, 'There is no role "Jedi" in this server.'),
        ({"allowed_roles": "@everyone"}, BadEdit, "`allowed_roles` cannot name @everyone"),
        ({"priority_roles": f"<@&{EVERYONE}>"}, BadEdit, "`priority_roles` cannot name @everyone"),
        ({"banned_roles": "<@&999>"}, UnknownRole, 'There is no role "999"'),
        ({"banned_roles": ","}, BadEdit, "`banned_roles` lists roles"),
    ],
)
def test_what_is_mistyped_is_named(wish: dict[str, str], error: type[MusterError], said: str):
    with pytest.raises(error) as refused:
        after(**wish)
    assert said in str(refused.value)
    assert len(str(refused.value)) < 600


def test_a_spec_of_two_classes_needs_its_class():
    twice = game(classes=(FULL.classes[0], replace(FULL.classes[0], name="Cleric", emoji="✝️")))
    with pytest.raises(BadEdit, match='there is no "Holy"'):
        after(twice, spec_limits="Holy=1")
    assert limits(after(twice, spec_limits="Cleric/Holy=1")) == {"Cleric/Holy": 1}


@pytest.mark.parametrize(
    "typed",
    [
        f"<@&{RAIDER}> <@&{CORE}>",
        f"<@&{RAIDER}>, <@&{CORE}>",
        "Raider, core",
        "@Raider, @Core",
        f"{RAIDER} {CORE}",
        f"Raider, <@&{CORE}>, <@&{RAIDER}>",
    ],
)
def test_roles_are_meant_by_mention_id_or_name(typed: str):
    assert parse_roles("x", typed, ROLES) == (RAIDER, CORE)


def test_a_name_of_two_words_is_one_role():
    assert parse_roles("x", "trial raider", ROLES) == (TRIAL,)


def test_nine_priority_roles_are_one_too_many():
    many = {RoleId(EVERYONE + number): f"R{number}" for number in range(1, 10)}
    typed = " ".join(f"<@&{role}>" for role in many)
    with pytest.raises(BadEdit, match="at most 8 roles"):
        edited(FULL, TemplateWish(priority_roles=typed), ServerRoles(EVERYONE, many))
    eight = edited(FULL, TemplateWish(priority_roles=typed.rpartition(" ")[0]), ServerRoles(EVERYONE, many))
    assert eight.gates.priority == tuple(many)[:8]


def test_a_file_s_roles_must_be_this_server_s():
    kept = known_roles(Gates(Method.SELF, frozenset({EVERYONE, CORE}), frozenset({EVERYONE}), (EVERYONE, TRIAL)), ROLES)
    assert kept == Gates(Method.SELF, frozenset({CORE}), frozenset(), (TRIAL,))
    with pytest.raises(UnknownRole, match="id 999 in this server"):
        known_roles(Gates(banned=frozenset({RoleId(999)})), ROLES)
