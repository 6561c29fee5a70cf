"""What officers read about templates: everything a template says, within what Discord takes."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.gates import Gates, Method
from bot.domain.ids import RoleId
from bot.domain.template import Choice, GameClass, Role, Spec, Template
from bot.domain.template_file import read_file
from bot.render import template_texts
from bot.render.sheet import units
from bot.services.templates import SHIPPED
from tests.unit.makers import GUILD, game

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
CORE, TRIAL = RoleId(11), RoleId(12)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"limit": 20, "minimum": 8}, "Seats: 20, at least 8 to take place"),
        ({}, "Seats: any number\n"),
        ({"duration_minutes": 150}, "Length: 2 h 30 min"),
        (
            {"labels": {Choice.ACCEPTED: "In_", Choice.BENCH: "Alternate"}},
            "Buttons: In\\_ (accepted), Alternate (bench)",
        ),
        ({"gates": Gates(Method.WAITING)}, "Sign-up: whoever signs up waits until an officer puts them in"),
        ({"gates": Gates(allowed=frozenset({TRIAL, CORE}))}, "Only for: <@&11> <@&12>"),
        ({"gates": Gates(banned=frozenset({TRIAL}))}, "Not for: <@&12>"),
        ({"gates": Gates(Method.PRIORITY, priority=(TRIAL, CORE))}, "First: <@&12> <@&11>, in this order"),
        ({"gates": Gates(Method.PRIORITY)}, "No role goes first yet"),
        ({"gates": Gates(priority=(CORE,))}, "count once the sign-up method is `priority`"),
        ({"tanks": 2}, "Roles: 🛡️ Tank ≤ 2, 💚 Healer"),
        ({"roles": (Role("Tank", "Tanks", "🛡️", 3, 2), Role("Healer", "H", "💚"))}, "🛡️ Tank ≥ 2 ≤ 3"),
        ({"paladins": 3, "holy": 1}, "🔨 Paladin ≤ 3: Protection (Tank), Holy (Healer) ≤ 1"),
        ({"group_by": "class"}, "The sheet is grouped by class"),
    ],
)
def test_a_rule_is_said(changes: dict[str, Any], said: str):
    assert said in template_texts.rules(game(**changes)).splitlines() or said in template_texts.rules(game(**changes))


def test_a_preview_is_the_empty_sheet():
    embed = template_texts.preview(game(title="Mine", limit=20, tanks=2), GUILD, NOW)
    assert embed.title == "⚔️ Mine"
    assert embed.description
    assert "👥 **0/20** · 🛡️ 0/2 · 💚 0" in embed.description
    assert embed.fields == []
    assert embed.footer.text == "A preview: nothing was posted."


def test_the_default_is_marked_and_names_stay_in_their_box():
    own = replace(game(), name="a`b", title="*Mine*")
    embed = template_texts.listing([own], [game()], "small")
    assert embed.description
    assert "`ab` \\*Mine\\*" in embed.description
    assert "`small` A small game · **default**" in embed.description


def test_of_many_templates_the_titles_are_shortened_and_none_is_left_out():
    own = [replace(game(), name=f"{'勇' * 30}{number:02}", title="*勇者* " * 16) for number in range(50)]
    embed = template_texts.listing(own, [replace(game(), name=f"shipped{number}") for number in range(9)], "shipped8")
    assert embed.description
    assert all(one.name in embed.description for one in own)
    assert embed.description.endswith("`shipped8` A small game · **default**")


names = st.text(st.characters(blacklist_categories=["Cc", "Cs"]), min_size=1, max_size=100)


@st.composite
def large(draw: st.DrawFn) -> Template:
    word = draw(names)
    specs = tuple(Spec(f"{word[:97]}{n}", word, "🗡️") for n in range(draw(st.integers(1, 25))))
    classes = tuple(GameClass(f"{word[:97]}{n}", "🔨", specs, 1000) for n in range(draw(st.integers(0, 25))))
    roles = (Role(word, word, "🛡️", 1000, 1000),)
    gates = Gates(Method.PRIORITY, *(frozenset(RoleId(10**18 + n) for n in range(20)) for _ in "ab"), (CORE,))
    labels = dict.fromkeys(Choice, word[:80])
    return Template(word[:50], word, "x", labels, roles=roles, classes=classes, gates=gates)


@given(large())
def test_any_template_fits_a_message(template: Template):
    for text in (template_texts.edited(template), template_texts.imported(template), template_texts.created(template)):
        assert 0 < units(text) <= 2000
    embed = template_texts.listing([template] * 50, [template] * 9, template.name)
    assert embed.description
    assert units(embed.description) <= 4096
    assert len(template_texts.preview(template, GUILD, NOW)) <= 6000


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("destiny2", "👊 Titan: Arc, Solar, Void, Stasis, Strand, Prismatic"),
        ("eso", "Group Healer: Arcanist, Dragonknight, Necromancer, Nightblade, Sorcerer, Templar, Warden (Healer)"),
    ],
)
def test_a_role_all_specs_of_a_class_have_is_said_once(name: str, line: str):
    template = read_file((SHIPPED / f"{name}.json").read_text(encoding="utf-8"))
    assert f"{line}\n" in template_texts.rules(template)
