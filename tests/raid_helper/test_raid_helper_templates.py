"""Raid-Helper's events as templates of ours."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.emoji import is_emoji
from bot.domain.template import BadTemplate, Choice, Template
from bot.domain.template_file import read_file, write_template
from bot.raid_helper.models import RaidHelperEvent
from bot.raid_helper.templates import read_export, template_from
from sandbox.raid_helper.templates import KNOWN, classes_of, roles_of


def event(template_id: str = "wowretail2", **changes: Any) -> dict[str, Any]:
    """An event as Raid-Helper answers it."""
    return {
        "id": "900000000000000123",
        "templateId": template_id,
        "title": "Heroic  Wednesday",
        "startTime": 1795200000,
        "advancedSettings": {"duration": 180, "limit": 30},
        "classes": classes_of(template_id),
        "roles": roles_of(template_id),
        "signUps": [],
        **changes,
    }


def read(given: Any) -> Template:
    template = read_export(json.dumps(given))
    assert template is not None
    return template


def specs(template: Template, class_name: str) -> dict[str, str]:
    found = template.game_class(class_name)
    assert found is not None
    return {spec.name: spec.role for spec in found.specs}


@pytest.mark.parametrize("template_id", sorted(KNOWN))
def test_every_kind_is_a_template_that_can_be_kept(template_id: str):
    template = read(event(template_id))
    assert read_file(write_template(template)) == template
    shown = [one.emoji for one in template.classes]
    assert len(set(shown)) == len(shown)
    assert all(is_emoji(one) and not one.startswith("<") for one in shown)


def test_a_sheet_of_roles():
    template = read(event("wowretail2"))
    assert (template.title, template.duration_minutes, template.limit) == ("Heroic Wednesday", 180, 30)
    assert [one.name for one in template.roles] == ["Tanks", "Melee", "Ranged", "Healers"]
    assert [one.name for one in template.classes] == ["Tank", "Healer", "Melee", "Ranged"]
    assert specs(template, "Tank") == dict.fromkeys(
        ["Protection (Warrior)", "Protection (Paladin)", "Blood", "Vengeance", "Brewmaster", "Guardian"], "Tanks"
    )
    assert {"Frost", "Unholy"} <= set(specs(template, "Melee"))
    assert set(specs(template, "Healer")) >= {"Holy (Priest)", "Holy (Paladin)", "Discipline"}
    assert template.labels == {
        Choice.ACCEPTED: "Sign up",
        Choice.LATE: "Late",
        Choice.TENTATIVE: "Tentative",
        Choice.BENCH: "Bench",
        Choice.ABSENCE: "Absence",
    }


def test_a_sheet_of_classes():
    template = read(event("2"))
    assert len(template.classes) == 10
    assert specs(template, "Paladin") == {"Holy": "Healers", "Protection": "Tanks", "Retribution": "Melee"}
    paladin, warrior = template.game_class("Paladin"), template.game_class("Warrior")
    assert paladin
    assert warrior
    assert (paladin.emoji, warrior.emoji) == ("🔨", "🪓")


def test_a_sheet_of_bare_roles_has_one_spec_each():
    template = read(event("6"))
    assert specs(template, "Healer") == {"Healer": "Healers"}
    assert [one.emoji for one in template.classes] == ["🛡️", "⚔️", "🏹", "💚"]


def test_a_sheet_of_words():
    template = read(event("1"))
    assert (template.classes, template.roles) == ((), ())
    assert template.labels == {Choice.ACCEPTED: "Accepted", Choice.TENTATIVE: "Maybe", Choice.ABSENCE: "Declined"}


def test_limits_are_kept_and_999_is_none():
    classes = classes_of("6")
    classes[0]["limit"], classes[1]["limit"] = 2, "none"
    roles = [{"name": "Tanks", "limit": 3}, {"name": "Healers", "limit": 999}, {"name": "Melee", "limit": 0}]
    template = read(event("6", classes=classes, roles=roles, advancedSettings={"limit": 999, "duration": "none"}))
    assert [one.limit for one in template.classes] == [2, None, None, None]
    assert [one.limit for one in template.roles] == [3, None, None]
    assert (template.limit, template.duration_minutes) == (None, None)


def test_a_specs_limit_is_kept_and_so_are_the_older_shapes_settings():
    tank = {"name": "Tank", "specs": [{"name": "Arms", "limit": "2"}, {"name": "Fury", "limit": 999}]}
    template = read({"raidid": "1", "advanced": {"limit": "20", "duration": "120"}, "classes": [tank]})
    assert [one.limit for one in template.classes[0].specs] == [2, None]
    assert (template.limit, template.duration_minutes) == (20, 120)


def test_a_status_a_server_gave_another_name_keeps_it():
    tank = {"name": "Tank", "specs": []}
    bench = {"name": "Ersatz", "effectiveName": "Bench", "type": "default"}
    assert read(event(classes=[tank, bench], roles=[])).labels[Choice.BENCH] == "Ersatz"


def test_a_fault_of_a_spec_has_its_own_line():
    specs = [{"name": f"S{n}", "roleName": "Tanks"} for n in range(3)] + [{"name": "S1", "roleName": "Tanks"}]
    text = json.dumps({"raidid": "1", "classes": [{"name": "Tank", "specs": specs}]}).replace(
        '{"name": "S', '\n{"name": "S'
    )
    with pytest.raises(BadTemplate, match=r"^Line 5: The spec of Tank S1 stands there twice\.$"):
        read_export(text)


def test_a_role_only_specs_name_is_counted_too():
    template = read(event("2", roles=[{"name": "Dps", "limit": 10}]))
    assert [one.name for one in template.roles] == ["Dps", "Tanks", "Melee", "Ranged", "Healers"]


def test_names_nobody_knows_get_neutral_emoji_all_different():
    classes = [{"name": f"Jedi {n}", "emoteId": "123", "type": "primary", "specs": []} for n in range(20)]
    template = read(event(classes=classes, roles=[]))
    assert len({one.emoji for one in template.classes}) == 20
    assert [one.name for one in template.roles] == [f"Jedi {n}" for n in range(20)]


def test_the_envelope_of_a_create_and_the_older_shape():
    assert read({"status": "success", "event": event("6")}) == read(event("6"))
    older = {
        "raidid": "900000000000000123",
        "title": "Old",
        "classes": [
            {"name": "Tank", "emote": "1", "type": "primary", "specs": [{"name": "Guardian", "role_name": "Tanks"}]},
            {"name": "Absence", "emote": "2", "type": "default", "effective_name": "Absence", "specs": []},
        ],
    }
    template = read(older)
    assert specs(template, "Tank") == {"Guardian": "Tanks"}
    assert list(template.labels) == [Choice.ACCEPTED, Choice.ABSENCE]


def test_an_answered_event_reads_like_its_file():
    answered = RaidHelperEvent.model_validate({**event("2"), "payload": event("2")})
    assert template_from(answered) == read(event("2"))


@pytest.mark.parametrize("given", [{}, [], {"name": "mine", "title": "Mine", "classes": []}, None, "wow"])
def test_what_is_no_event_is_left_to_others(given: Any):
    assert read_export(json.dumps(given)) is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"classes": []}, "Line 1: This Raid-Helper event lists no `classes`"),
        ({"classes": "none"}, "Line 1: This Raid-Helper event lists no `classes`"),
        ({"classes": [{"name": "", "emoteId": "1"}]}, "Line 11: Raid-Helper's class 1 has no name."),
        ({"classes": [{"name": "x" * 101, "emoteId": "1"}]}, "Line 11: Role 1: `name` is too long"),
    ],
)
def test_an_event_without_its_list_says_so(changes: dict[str, Any], said: str):
    with pytest.raises(BadTemplate) as refused:
        read_export(json.dumps(event(roles=[], **changes), indent=1))
    assert str(refused.value).startswith(said)


def test_a_fault_of_a_role_has_the_line_it_is_named_in():
    classes = [{"name": "A", "emoteId": "1", "specs": [{"name": "S", "roleName": "y" * 101}]}]
    for changes, line in (({"roles": [{"name": "Tanks"}, {"name": "x" * 101}]}, 3), ({"roles": []}, 4)):
        data = {"templateId": "2", **changes, "classes": classes}
        text = json.dumps(data).replace('{"name": "x', '\n\n{"name": "x').replace('{"name": "A', '\n\n\n{"name": "A')
        with pytest.raises(BadTemplate, match=rf"^Line {line}: Role \d: `name` is too long"):
            read_export(text)


def test_a_fault_in_the_envelope_of_a_create_has_its_line():
    text = json.dumps({"event": event("6", classes=[{"name": "Tank"}, {"emoteId": "1"}])}).replace("{", "\n{")
    with pytest.raises(BadTemplate, match=r"^Line 6: Raid-Helper's class 2 has no name\.$"):
        read_export(text)


def test_thirty_classes_are_too_many_and_the_line_is_named():
    classes = [{"name": f"C{n}", "emoteId": "1", "type": "primary"} for n in range(30)]
    text = json.dumps(event(classes=classes, roles=[{"name": "Raid"}])).replace('{"name": "C', '\n{"name": "C')
    with pytest.raises(BadTemplate, match=r"^Line 27: 30 classes"):
        read_export(text)


def test_however_many_classes_are_too_many_it_is_said_so():
    classes = [{"name": f"C{n}", "emoteId": "1", "type": "primary"} for n in range(60)]
    with pytest.raises(BadTemplate, match=r": 60 classes: one select shows at most 25\.$"):
        read(event(classes=classes, roles=[{"name": "Raid"}]))


json_values: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=6), inside, max_size=3),
    max_leaves=6,
)
keys = st.sampled_from(["title", "classes", "roles", "advancedSettings"])
inner = st.sampled_from(["name", "type", "emoteId", "limit", "specs", "roleName"])


@given(keys, json_values | st.lists(st.dictionaries(inner, json_values, max_size=4), max_size=4))
def test_any_event_is_a_template_or_refused(key: str, value: Any):
    try:
        template = read(event("6", **{key: value}))
    except BadTemplate as refused:
        assert str(refused).endswith(".")  # noqa: PT017 - either outcome is right, a refusal must be a sentence
    else:
        assert read_file(write_template(template)) == template
