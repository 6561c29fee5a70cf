import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot
from bot.domain.emoji import is_emoji
from bot.domain.template import DEFAULT_LABELS, BadTemplate, Choice, Template, read_template
from bot.domain.template_file import read_file
from sandbox.discord import bounds

SHIPPED = sorted((Path(bot.__file__).parent / "templates").glob("*.json"))

SMALL: dict[str, Any] = {
    "name": "small",
    "title": "A small game",
    "emoji": "⚔️",
    "colour": "#C69B6D",
    "duration": 90,
    "limit": 20,
    "minimum": 5,
    "group_by": "class",
    "answers": {"late": "Later", "accepted": "Coming"},
    "roles": [{"name": "Tank", "plural": "Tanks", "emoji": "🛡️", "limit": 2}, {"name": "Healer", "emoji": "💚"}],
    "classes": [
        {"name": "Paladin", "emoji": "🔨", "limit": 4, "specs": [{"name": "Holy", "role": "Healer", "limit": 3}]},
        {"name": "Warrior", "emoji": "🪓", "specs": [{"name": "Arms", "role": "Tank", "emoji": "<:arms:12>"}]},
    ],
    "buffs": [{"name": "Kings", "from": ["Paladin"]}],
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """SMALL with the value at a dotted path replaced; None takes it out."""
    data = copy.deepcopy(SMALL)
    *way, last = [int(step) if step.isdecimal() else step for step in path.split(".")]
    place: Any = data
    for step in way:
        place = place[step]
    if value is None and last in place:
        del place[last]
    else:
        place[last] = value
    return data


# ---------------------------------------------------------------- what is shipped


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_template_reads_and_is_called_like_its_file(path: Path):
    template = read_file(path.read_text(encoding="utf-8"))
    assert template.name == path.stem
    assert all(is_emoji(one.emoji) for one in (*template.roles, *template.classes))


def test_the_default_and_the_plain_template_are_shipped():
    assert {"wow-retail", "plain"} <= {path.stem for path in SHIPPED}


def test_wow_retail_is_the_game_as_it_is():
    template = read_file((SHIPPED[0].parent / "wow-retail.json").read_text(encoding="utf-8"))
    specs = [spec for one in template.classes for spec in one.specs]
    roles = {role.name: sum(spec.role == role.name for spec in specs) for role in template.roles}
    assert (len(template.classes), len(specs)) == (13, 40)
    assert roles == {"Tank": 6, "Healer": 7, "Melee": 13, "Ranged": 14}
    assert template.labels == DEFAULT_LABELS


def test_the_plain_template_asks_one_word():
    template = read_file((SHIPPED[0].parent / "plain.json").read_text(encoding="utf-8"))
    assert template.classes == ()
    assert list(template.labels) == [Choice.ACCEPTED, Choice.TENTATIVE, Choice.ABSENCE]


# ---------------------------------------------------------------- what is read


def test_everything_written_is_read():
    template = read_template(SMALL)
    assert (template.name, template.title, template.game) == ("small", "A small game", "small")
    assert (template.emoji, template.colour, template.group_by) == ("⚔️", 0xC69B6D, "class")
    assert (template.duration_minutes, template.limit, template.minimum) == (90, 20, 5)
    assert list(template.labels.items()) == [(Choice.ACCEPTED, "Coming"), (Choice.LATE, "Later")]
    assert [(one.name, one.plural, one.limit) for one in template.roles] == [
        ("Tank", "Tanks", 2),
        ("Healer", "Healer", None),
    ]
    paladin, warrior = template.classes
    assert (paladin.limit, warrior.limit) == (4, None)
    assert [(one.name, one.role, one.emoji, one.limit) for one in paladin.specs] == [("Holy", "Healer", "🔨", 3)]
    assert warrior.specs[0].emoji == "<:arms:12>"
    assert template.buffs[0].classes == ("Paladin",)


def test_what_is_left_out_has_its_default():
    template = read_file('\ufeff{"name": "  mine ", "title": "Mine", "limit": null, "answers": null}')
    assert template == Template("mine", "Mine", "mine", DEFAULT_LABELS)


def test_classes_and_specs_are_found_by_name():
    template = read_template(SMALL)
    assert template.game_class("Warrior") is template.classes[1]
    assert template.spec("Paladin", "Holy") is template.classes[0].specs[0]
    assert template.role("Tank") is template.roles[0]
    for nothing in (template.game_class(None), template.game_class("Jedi"), template.role("")):
        assert nothing is None
    assert template.spec("Paladin", "Arms") is None
    assert template.spec("Paladin", None) is None
    assert template.spec(None, "Holy") is None


# ---------------------------------------------------------------- what is refused, and how

CLASSES = [{"name": f"C{n}", "emoji": chr(0x1F400 + n), "specs": [{"name": "S", "role": "Tank"}]} for n in range(26)]
ROLES = [{"name": f"R{n}", "emoji": "🛡️"} for n in range(26)]
SPECS = [{"name": f"S{n}", "role": "Tank"} for n in range(26)]
LONG = "団" * 101


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        # missing
        ("name", None, "`name` is missing or not a text of 1 to 100 characters."),
        ("title", None, "`title` is missing"),
        ("roles.1.name", None, "Role 2: `name` is missing"),
        ("roles.0.emoji", None, "Role 1: `emoji` is missing"),
        ("classes.1.emoji", None, "Class 2: `emoji` is missing"),
        ("classes.1.specs.0.role", None, "Class 2, spec 1: `role` is missing"),
        ("classes.1.specs", None, "Warrior: a class has 1 to 25 specs."),
        ("buffs.0.name", None, "Buff 1: `name` is missing"),
        # words
        ("words", {"klass": "role"}, 'Words: there is no "klass": write class, spec or said.'),
        ("words", {"said": "both"}, 'Words: `said` is spec class, class spec, spec, not "both".'),
        ("words", {"class": "x" * 21}, "Words: `class` is too long"),
        ("words", "jobs", "`words` is an object in curly brackets"),
        # of the wrong kind
        ("name", {"en": "x"}, "`name` is missing or not a text"),
        ("title", " \n ", "`title` is missing or not a text"),
        ("title", 7, "`title` is missing or not a text"),
        ("roles", {"Tank": 1}, "`roles` is a list in square brackets."),
        ("roles.0", "Tank", "Role 1 is not an object in curly brackets."),
        ("classes", "all", "`classes` is a list in square brackets."),
        ("classes.0.specs.0", [], "Class 1, spec 1 is not an object in curly brackets."),
        ("classes.0.specs", 3, "Class 1: `specs` is a list in square brackets."),
        ("answers", ["accepted"], "`answers` is an object in curly brackets"),
        ("answers.late", 5, "Answers: `late` is missing or not a text of 1 to 80 characters."),
        ("buffs.0.from", "Paladin", "Buff 1: `from` is a list in square brackets."),
        ("buffs.0.from", [1], "Buff 1: `from` is missing or not a text"),
        ("colour", "red", '`colour` is a colour, such as #C69B6D, not "red".'),
        ("colour", "#FFFFFFF", "`colour` is a colour"),
        ("colour", 5, "`colour` is missing or not a text"),
        ("duration", "3h", "`duration` is a whole number from 1 to 1440"),
        ("duration", 1441, "`duration` is a whole number from 1 to 1440"),
        ("limit", 2.5, "`limit` is a whole number from 1 to 1000; leave it out for none."),
        ("limit", True, "`limit` is a whole number from 1 to 1000; leave it out for none."),
        # limits nobody could keep
        ("limit", 0, "`limit` is a whole number from 1 to 1000"),
        ("limit", 10**12, "`limit` is a whole number from 1 to 1000"),
        ("minimum", -1, "`minimum` is a whole number from 1 to 1000"),
        ("minimum", 21, "`minimum` is more than `limit`"),
        ("roles.0.limit", 0, "Role 1: `limit` is a whole number from 1 to 1000"),
        ("classes.0.limit", 0, "Class 1: `limit` is a whole number from 1 to 1000"),
        ("classes.0.specs.0.limit", 0, "Class 1, spec 1: `limit` is a whole number from 1 to 1000"),
        # what does not fit together
        ("classes.0.specs.0.role", "Bard", 'Paladin, Holy: there is no role "Bard" in `roles`.'),
        ("buffs.0.from", ["Jedi"], 'Kings: there is no class "Jedi" in `classes`.'),
        ("classes.1.name", "Paladin", "The class Paladin stands there twice."),
        ("roles.1.name", "Tank", "The role Tank stands there twice."),
        ("classes.1.emoji", "🔨", "The class emoji 🔨 stands there twice."),
        ("classes.0.specs", [{"name": "Holy", "role": "Tank"}] * 2, "The spec of Paladin Holy stands there twice."),
        ("answers", {"late": "Later"}, '`answers` needs an "accepted" button'),
        ("answers", {}, '`answers` needs an "accepted" button'),
        ("answers", {"accepted": "Yes", "maybe": "?"}, 'There is no answer "maybe": write accepted, late, '),
        ("group_by", "spec", '`group_by` is "role" or "class".'),
        # more than Discord shows
        ("classes", CLASSES, "26 classes: one select shows at most 25."),
        ("roles", ROLES, "26 roles: a sheet shows at most 25."),
        ("classes.0.specs", SPECS, "Paladin: a class has 1 to 25 specs."),
        ("classes.0.specs", [], "Paladin: a class has 1 to 25 specs."),
        (
            "title",
            LONG,
            '`title` is too long: "団団団団団団団団団団団団団団団団団団団団…" has 101 characters, 100 fit.',
        ),
        ("name", LONG, "`name` is too long"),
        ("classes.0.name", LONG, "Class 1: `name` is too long"),
        ("classes.0.specs.0.name", LONG, "Class 1, spec 1: `name` is too long"),
        ("roles.0.name", LONG, "Role 1: `name` is too long"),
        ("roles.0.plural", LONG, "Role 1: `plural` is too long"),
        ("answers.accepted", "x" * 81, "Answers: `accepted` is too long"),
        # what Discord cannot show, or the database store
        ("title", "two\nlines", "`title` holds a line break or another character that cannot be shown."),
        ("title", "nul\0", "`title` holds a line break or another character that cannot be shown."),
        ("title", "half \ud83d", "`title` holds a line break or another character that cannot be shown."),
        ("emoji", "sword", '`emoji` is one emoji, such as 🛡️ or <:name:id>, not "sword".'),
        ("classes.0.emoji", "🔨🔨", "Class 1: `emoji` is one emoji"),
        ("classes.0.specs.0.emoji", "", "Class 1, spec 1: `emoji` is missing"),
        ("roles.0.emoji", "☇", "Role 1: `emoji` is one emoji"),
    ],
)
def test_a_fault_is_refused_in_a_sentence_that_names_it(path: str, value: Any, sentence: str):
    with pytest.raises(BadTemplate) as refused:
        read_template(changed(path, value))
    assert str(refused.value).startswith(sentence)


def test_specs_of_one_name_cannot_be_said_without_their_class():
    data = changed("words", {"said": "spec"})
    assert read_template(data).called("Paladin", "Holy") == "Holy"
    data["classes"].append({"name": "Priest", "emoji": "✨", "specs": [{"name": "Holy", "role": "Healer"}]})
    with pytest.raises(BadTemplate, match="Two classes have the spec Holy"):
        read_template(data)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("classes", CLASSES[:25]),
        ("roles", [*SMALL["roles"], *ROLES[:23]]),
        ("classes.0.specs", SPECS[:25]),
        ("title", "団" * 100),
        ("answers.accepted", "x" * 80),
        ("minimum", 20),
        ("limit", 1000),
        ("duration", 1440),
        ("colour", "c69b6d"),
    ],
)
def test_the_most_that_fits_is_taken(path: str, value: Any):
    data = changed(path, value)
    if path == "classes":
        data["buffs"] = []
    assert isinstance(read_template(data), Template)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Line 1: this is not JSON (Expecting value)."),
        ('{\n"name": "x",\n"title": }', "Line 3: this is not JSON (Expecting value)."),
        ('{"name": "x",}', "Line 1: this is not JSON"),
        ("[]", "Line 1: A template is one JSON object with a name, roles and classes."),
        ("null", "Line 1: A template is one JSON object"),
        ('"wow"', "Line 1: A template is one JSON object"),
        ("NaN", "Line 1: A template is one JSON object"),
        ('{"name": "x", "title": "X", "limit": Infinity}', "Line 1: `limit` is a whole number"),
        ("9" * 5000, "Line 1: this is not a template: it holds an endless number or endless brackets."),
        ('{"name": "x",\n"limit": ' + "9" * 5000 + "}", "Line 2: this is not a template: it holds an endless number"),
        ("[" * 200_000, "Line 1: this is not a template: it holds an endless number or endless brackets."),
        ('{"name": "x",\n\n"roles": ' + "[" * 200_000, "Line 3: this is not a template: it holds an endless number"),
        (
            '{"name": "x",\n"buffs": ' + str([{"name": "x"}] * 26).replace("'", '"') + ', "title": "x"}',
            "Line 2: 26 buffs",
        ),
    ],
    ids=lambda value: value[:20],
)
def test_a_text_that_is_no_template_says_where_and_why(text: str, sentence: str):
    with pytest.raises(BadTemplate) as refused:
        read_file(text)
    assert str(refused.value).startswith(sentence)


# ---------------------------------------------------------------- properties

json_values: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=8), inside, max_size=4),
    max_leaves=8,
)
PATHS = ["name", "title", "game", "emoji", "colour", "duration", "limit", "minimum", "group_by", "answers"]
PATHS += ["answers.late", "roles", "roles.0", "roles.0.name", "roles.0.plural", "roles.0.emoji", "roles.0.limit"]
PATHS += ["classes", "classes.0", "classes.0.name", "classes.0.emoji", "classes.0.limit", "classes.0.specs"]
PATHS += ["classes.0.specs.0", "classes.0.specs.0.name", "classes.0.specs.0.role", "classes.0.specs.0.limit"]
PATHS += ["classes.0.specs.0.emoji", "buffs", "buffs.0", "buffs.0.name", "buffs.0.from"]


def read_or_refused(data: Any) -> None:
    try:
        read_template(data)
    except BadTemplate as refused:
        assert str(refused).endswith(".")  # noqa: PT017 - either outcome is right, a refusal must be a sentence


@given(json_values)
def test_any_json_is_read_or_refused(data: Any):
    read_or_refused(data)


@given(st.sampled_from(PATHS), json_values)
def test_any_json_anywhere_in_a_template_is_read_or_refused(path: str, value: Any):
    read_or_refused(changed(path, value))


@given(st.text() | json_values.map(json.dumps))
def test_any_text_is_read_or_refused(text: str):
    try:
        read_file(text)
    except BadTemplate as refused:
        assert str(refused).endswith(".")  # noqa: PT017 - either outcome is right, a refusal must be a sentence


@given(st.text(st.sampled_from("🛡⚔👨👩🇩🇪1#*\ufe0f\u200d\u20e3\U0001f3fdx☇❤🏴\U000e0067\U000e007f"), max_size=6))
def test_an_emoji_is_what_discord_takes_for_one(text: str):
    assert is_emoji(text) == bounds.is_emoji(text)


@given(st.characters())
def test_every_character_is_an_emoji_for_us_as_for_discord(letter: str):
    assert is_emoji(letter) == bounds.is_emoji(letter)


@pytest.mark.parametrize("text", ["🛡️", "👩‍👩‍👧", "🇩🇪", "1️⃣", "👍🏽", "<:arms:123456789012345678>", "<a:dance_2:1>"])
def test_unicode_s_emoji_and_a_server_s_own_are_emoji(text: str):
    assert is_emoji(text)


@pytest.mark.parametrize(
    "text", ["", "x", "7", ":shield:", "🛡️🛡️", "<:a:1>", "<:arms:>", "<:arms:1> ", "<@12>", "<:a b:1>"]
)
def test_words_and_several_emoji_are_not(text: str):
    assert not is_emoji(text)
