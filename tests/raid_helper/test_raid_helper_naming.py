"""Which button of a template means our class and spec, learnt from the template itself."""

from collections.abc import Sequence
from typing import Any

import pytest

from bot.raid_helper.models import Choice, ClassButton, SignUp
from bot.raid_helper.naming import Status, choose, meant_by, status_choice
from sandbox.raid_helper.templates import classes_of

WARRIOR, PALADIN = "637564444834136065", "637564297647489034"
HOLY_PALADIN, HOLY_PRIEST = "637564297622454272", "637564323530539019"
RESTO_DRUID, RESTO_SHAMAN = "637564172007112723", "637564379847458846"
FROST_MAGE, FROST_DK = "637564231469891594", "637564101262049280"


def _buttons(rows: list[dict[str, Any]]) -> list[ClassButton]:
    return [ClassButton.model_validate(row) for row in rows]


def _template(**specs: Sequence[tuple[str, str | None]]) -> list[ClassButton]:
    """Buttons by name, each with its specs as (name, emote)."""
    return _buttons(
        [
            {"name": name, "specs": [{"name": spec, **({"emoteId": emote} if emote else {})} for spec, emote in rows]}
            for name, rows in specs.items()
        ]
    )


RETAIL = [
    ("Death Knight", "Blood", "Tank", "Blood"),
    ("Death Knight", "Frost", "Melee", "Frost1"),
    ("Death Knight", "Unholy", "Melee", "Unholy"),
    ("Demon Hunter", "Havoc", "Melee", "Havoc"),
    ("Demon Hunter", "Vengeance", "Tank", "Vengeance"),
    ("Druid", "Balance", "Ranged", "Balance"),
    ("Druid", "Feral", "Melee", "Feral"),
    ("Druid", "Guardian", "Tank", "Guardian"),
    ("Druid", "Restoration", "Healer", "Restoration"),
    ("Evoker", "Devastation", "Ranged", "Devastation"),
    ("Evoker", "Preservation", "Healer", "Preservation"),
    ("Evoker", "Augmentation", "Ranged", "Augmentation"),
    ("Hunter", "Beast Mastery", "Ranged", "Beastmastery"),
    ("Hunter", "Marksmanship", "Ranged", "Marksmanship"),
    ("Hunter", "Survival", "Melee", "Survival"),
    ("Mage", "Arcane", "Ranged", "Arcane"),
    ("Mage", "Fire", "Ranged", "Fire"),
    ("Mage", "Frost", "Ranged", "Frost"),
    ("Monk", "Brewmaster", "Tank", "Brewmaster"),
    ("Monk", "Windwalker", "Melee", "Windwalker"),
    ("Monk", "Mistweaver", "Healer", "Mistweaver"),
    ("Paladin", "Holy", "Healer", "Holy1"),
    ("Paladin", "Protection", "Tank", "Protection1"),
    ("Paladin", "Retribution", "Melee", "Retribution"),
    ("Priest", "Discipline", "Healer", "Discipline"),
    ("Priest", "Holy", "Healer", "Holy"),
    ("Priest", "Shadow", "Ranged", "Shadow"),
    ("Rogue", "Assassination", "Melee", "Assassination"),
    ("Rogue", "Outlaw", "Melee", "Outlaw"),
    ("Rogue", "Subtlety", "Melee", "Subtlety"),
    ("Shaman", "Elemental", "Ranged", "Elemental"),
    ("Shaman", "Enhancement", "Melee", "Enhancement"),
    ("Shaman", "Restoration", "Healer", "Restoration1"),
    ("Warlock", "Affliction", "Ranged", "Affliction"),
    ("Warlock", "Demonology", "Ranged", "Demonology"),
    ("Warlock", "Destruction", "Ranged", "Destruction"),
    ("Warrior", "Arms", "Melee", "Arms"),
    ("Warrior", "Fury", "Melee", "Fury"),
    ("Warrior", "Protection", "Tank", "Protection"),
]


@pytest.mark.parametrize(("our_class", "our_spec", "button", "spec"), RETAIL)
def test_every_retail_spec_has_its_role_button(our_class: str, our_spec: str, button: str, spec: str) -> None:
    assert choose(_buttons(classes_of("wowretail2")), our_class, our_spec) == Choice(button, spec)


CLASSIC = [
    ("Warrior", "Protection", Choice("Warrior", "Protection")),
    ("Paladin", "Protection", Choice("Paladin", "Protection1")),
    ("Paladin", "Holy", Choice("Paladin", "Holy1")),
    ("Priest", "Holy", Choice("Priest", "Holy")),
    ("Priest", "Smite", Choice("Priest", "Smite")),
    ("Shaman", "Restoration", Choice("Shaman", "Restoration1")),
    ("Druid", "Restoration", Choice("Druid", "Restoration")),
    ("Druid", "Guardian", Choice("Druid", "Guardian")),
    ("Mage", "Frost", Choice("Mage", "Frost")),
    ("Hunter", "Beast Mastery", Choice("Hunter", "Beastmastery")),
    ("Rogue", "Combat", Choice("Rogue", "Combat")),
    ("Rogue", "Outlaw", None),
    ("Death Knight", "Frost", None),
    ("Monk", "Brewmaster", None),
]


@pytest.mark.parametrize(("our_class", "our_spec", "expected"), CLASSIC)
def test_a_class_template_is_answered_with_the_own_class(
    our_class: str, our_spec: str, expected: Choice | None
) -> None:
    assert choose(_buttons(classes_of("2")), our_class, our_spec) == expected


# Both spellings of each pair, as templates have been seen or reported to differ: the emote decides.
SWAPPED = [
    ("Tank", [("Protection", PALADIN), ("Protection1", WARRIOR)], ("Paladin", "Warrior"), "Protection"),
    ("Tank", [("Protection", WARRIOR), ("Protection1", PALADIN)], ("Warrior", "Paladin"), "Protection"),
    ("Healer", [("Holy", HOLY_PALADIN), ("Holy1", HOLY_PRIEST)], ("Paladin", "Priest"), "Holy"),
    ("Healer", [("Holy", HOLY_PRIEST), ("Holy1", HOLY_PALADIN)], ("Priest", "Paladin"), "Holy"),
    ("Healer", [("Restoration", RESTO_SHAMAN), ("Restoration1", RESTO_DRUID)], ("Shaman", "Druid"), "Restoration"),
    ("Healer", [("Restoration", RESTO_DRUID), ("Restoration1", RESTO_SHAMAN)], ("Druid", "Shaman"), "Restoration"),
    ("Melee", [("Frost", FROST_DK), ("Frost1", FROST_MAGE)], ("Death Knight", "Mage"), "Frost"),
    ("Melee", [("Frost", FROST_MAGE), ("Frost1", FROST_DK)], ("Mage", "Death Knight"), "Frost"),
]


@pytest.mark.parametrize(("button", "specs", "classes", "spec"), SWAPPED)
def test_the_emote_decides_whose_an_ambiguous_spec_is(
    button: str, specs: list[tuple[str, str | None]], classes: tuple[str, str], spec: str
) -> None:
    template = _template(**{button: specs})
    for our_class, (name, _) in zip(classes, specs, strict=True):
        assert choose(template, our_class, spec) == Choice(button, name)


AMBIGUOUS = [
    ("Paladin", "Protection"),
    ("Warrior", "Protection"),
    ("Paladin", "Holy"),
    ("Priest", "Holy"),
    ("Druid", "Restoration"),
    ("Shaman", "Restoration"),
    ("Mage", "Frost"),
    ("Death Knight", "Frost"),
]


@pytest.mark.parametrize("emote", [None, "999999999999999999"])
@pytest.mark.parametrize(("our_class", "our_spec"), AMBIGUOUS)
def test_how_an_ambiguous_spec_is_spelled_says_nothing_about_whose_it_is(
    our_class: str, our_spec: str, emote: str | None
) -> None:
    names = ("Protection", "Protection1", "Holy", "Holy1", "Restoration", "Restoration1", "Frost", "Frost1")
    assert choose(_template(All=[(name, emote) for name in names]), our_class, our_spec) is None


@pytest.mark.parametrize("button", ["DK", "Death Knight", "Deathknight", "Death_Knight"])
def test_a_death_knight_is_found_under_every_spelling(button: str) -> None:
    template = _template(
        **{button: [("Blood_Tank", None), ("Blood_DPS", None), ("Frost_DPS", None)], "Mage": [("Frost", None)]}
    )
    assert choose(template, "Death Knight", "Blood") == Choice(button, "Blood_Tank")
    assert choose(template, "Death Knight", "Frost") == Choice(button, "Frost_DPS")
    assert choose(template, "Mage", "Frost") == Choice("Mage", "Frost")


def test_a_class_button_settles_ambiguity_without_emotes() -> None:
    template = _template(Paladin=[("Protection", None), ("Holy", None)], Warrior=[("Protection1", None)])
    assert choose(template, "Paladin", "Protection") == Choice("Paladin", "Protection")
    assert choose(template, "Warrior", "Protection") == Choice("Warrior", "Protection1")


def test_a_spec_offered_for_several_roles_is_taken_for_its_own() -> None:
    template = _template(
        Healer=[("Arcane", None)], Tank=[("Demonology", None)], Ranged=[("Arcane", None), ("Demonology", None)]
    )
    assert choose(template, "Mage", "Arcane") == Choice("Ranged", "Arcane")
    assert choose(template, "Warlock", "Demonology") == Choice("Ranged", "Demonology")


@pytest.mark.parametrize("spelled", ["Devourer", "Devour", "Soulhunter"])
def test_the_new_demon_hunter_spec_is_known_by_its_emote(spelled: str) -> None:
    template = _template(Ranged=[(spelled, "1460795775557570790")])
    assert choose(template, "Demon Hunter", "Devourer") == Choice("Ranged", spelled)


ROLE_PICKER = [
    ("Paladin", "Holy", Choice("Healer")),
    ("Paladin", "Protection", Choice("Tank")),
    ("Hunter", "Survival", Choice("Melee")),
    ("Mage", "Frost", Choice("Ranged")),
    ("Paladin", None, None),
    ("Bard", "Songs", None),
]


@pytest.mark.parametrize(("our_class", "our_spec", "expected"), ROLE_PICKER)
def test_a_role_picker_takes_the_role(our_class: str, our_spec: str | None, expected: Choice | None) -> None:
    assert choose(_buttons(classes_of("6")), our_class, our_spec) == expected


def test_a_template_that_only_asks_who_comes_takes_everybody() -> None:
    assert choose(_buttons(classes_of("1")), "Bard", "Songs") == Choice("Accepted")


def test_a_class_button_without_specs_takes_the_class() -> None:
    assert choose(_template(Paladin=[], Tank=[]), "Paladin", "Protection") == Choice("Paladin")


UNKNOWN = [("Bard", "Songs"), ("Paladin", "Shockadin"), ("Paladin", None), ("", ""), ("Late", None)]


@pytest.mark.parametrize(("our_class", "our_spec"), UNKNOWN)
@pytest.mark.parametrize("template", ["wowretail2", "2"])
def test_what_a_template_does_not_offer_is_none(template: str, our_class: str, our_spec: str | None) -> None:
    assert choose(_buttons(classes_of(template)), our_class, our_spec) is None


STATUSES: list[tuple[str, Status, Choice | None]] = [
    ("wowretail2", "tentative", Choice("Tentative")),
    ("wowretail2", "bench", Choice("Bench")),
    ("2", "late", Choice("Late")),
    ("6", "absence", Choice("Absence")),
    ("1", "tentative", Choice("Maybe")),
    ("1", "absence", Choice("Declined")),
    ("1", "bench", None),
    ("1", "late", None),
]


@pytest.mark.parametrize(("template", "status", "expected"), STATUSES)
def test_a_status_is_said_with_the_templates_button(template: str, status: Status, expected: Choice | None) -> None:
    assert status_choice(_buttons(classes_of(template)), status) == expected


# ---------------------------------------------------------------- and back: what a row of a sheet means here

OURS = [(our_class, our_spec) for our_class, our_spec, _, _ in RETAIL]


@pytest.mark.parametrize("template", ["wowretail2", "2"])
@pytest.mark.parametrize("ours", OURS, ids="-".join)
def test_what_was_chosen_for_a_spec_is_read_as_that_spec(template: str, ours: tuple[str, str]) -> None:
    buttons = _buttons(classes_of(template))
    choice = choose(buttons, *ours)
    if choice is None or choice.spec_name is None:
        assert template == "2"  # Classic has fewer
        return
    button = next(one for one in buttons if one.name == choice.class_name)
    emote = next(spec.emote_id for spec in button.specs if spec.name == choice.spec_name)
    row = {"className": choice.class_name, "specName": choice.spec_name, "specEmoteId": emote}
    assert meant_by(SignUp.model_validate(row), OURS) == ours


@pytest.mark.parametrize(
    ("row", "ours"),
    [
        ({"className": "Bench", "specName": "Holy1", "specEmoteId": HOLY_PALADIN}, ("Paladin", "Holy")),
        ({"className": "Tank", "specName": "Protection", "specEmoteId": PALADIN}, ("Paladin", "Protection")),
        ({"className": "Tank", "specName": "Protection"}, None),
        ({"className": "Tank", "specName": "Protection", "cClassName": "Warrior"}, ("Warrior", "Protection")),
        ({"className": "Paladin", "specName": "Protection1"}, ("Paladin", "Protection")),
        ({"className": "Melee", "specName": "Whirling"}, None),
        ({"className": "Tank"}, None),
        ({"className": "Absence"}, None),
        ({}, None),
    ],
)
def test_a_row_says_what_it_surely_says(row: dict[str, Any], ours: tuple[str, str] | None) -> None:
    assert meant_by(SignUp.model_validate(row), OURS) == ours


def test_a_button_without_specs_is_the_class_of_its_name() -> None:
    specs = [("Tank", "Tank"), ("Healer", "Healer"), ("Melee", "Blade"), ("Melee", "Axe")]
    rows = [SignUp.model_validate({"className": name}) for name in ("Healer", "Melee")]
    assert [meant_by(row, specs) for row in rows] == [("Healer", "Healer"), None]
