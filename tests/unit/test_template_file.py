"""Templates as files: what is written is read back, and what is wrong is named with its line."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot
from bot.domain.gates import Gates, Method
from bot.domain.ids import RoleId
from bot.domain.template import BadTemplate, Choice, Template, read_template
from bot.domain.template_file import definition_of, line_of, read_file, write_template
from bot.services.template_files import check_file, export, read_text

SHIPPED = sorted((Path(bot.__file__).parent / "templates").glob("*.json"))
EMOJI = [chr(0x1F400 + number) for number in range(60)]

words = st.text(st.characters(blacklist_categories=["Cc", "Cs", "Z"]), min_size=1, max_size=12)
limits = st.none() | st.integers(1, 1000)
emoji = st.sampled_from([*EMOJI, "<:arms:123456>", "🛡️"])
roles_of_discord = st.lists(st.integers(1, 10**18).map(RoleId), unique=True, max_size=8)
game_words = st.fixed_dictionaries(
    {}, optional={"class": words, "spec": words, "said": st.sampled_from(["spec class", "class spec"])}
)


@st.composite
def templates(draw: st.DrawFn) -> Template:
    """Any template, by way of what is read."""
    names = draw(st.lists(words, unique=True, min_size=1, max_size=4))
    looks = draw(st.lists(emoji, unique=True, min_size=len(names), max_size=len(names)))
    roles = [
        {"name": one, "plural": draw(words), "emoji": shown, "limit": limit, "wanted": limit}
        for one, shown, limit in ((one, shown, draw(limits)) for one, shown in zip(names, looks, strict=True))
    ]
    classes = [
        {
            "name": name,
            "emoji": EMOJI[index],
            "limit": draw(limits),
            "specs": [
                {"name": spec, "role": draw(st.sampled_from(names)), "emoji": draw(emoji), "limit": draw(limits)}
                for spec in draw(st.lists(words, unique=True, min_size=1, max_size=3))
            ],
        }
        for index, name in enumerate(draw(st.lists(words, unique=True, max_size=4)))
    ]
    answers = {choice.value: draw(words) for choice in Choice if choice is Choice.ACCEPTED or draw(st.booleans())}
    allowed, banned, priority = draw(roles_of_discord), draw(roles_of_discord), draw(roles_of_discord)
    return read_template(
        {
            "name": draw(words),
            "title": draw(words),
            "game": draw(words),
            "emoji": draw(emoji),
            "colour": f"#{draw(st.integers(0, 0xFFFFFF)):06x}",
            "duration": draw(st.none() | st.integers(1, 1440)),
            "limit": draw(st.none() | st.integers(500, 1000)),
            "minimum": draw(st.none() | st.integers(1, 500)),
            "warn_hours": draw(st.none() | st.integers(1, 168)),
            "group_by": draw(st.sampled_from(["role", "class"])),
            "answers": draw(st.sampled_from([None, answers])),
            "sign_ups": {
                "method": draw(st.sampled_from(list(Method))),
                "allowed_roles": [str(one) for one in allowed],
                "banned_roles": [str(one) for one in banned],
                "priority_roles": [str(one) for one in priority],
            },
            "words": draw(game_words),
            "roles": roles,
            "classes": classes,
            "buffs": [{"name": draw(words), "from": [one["name"] for one in classes]}] if classes else [],
        }
    )


@given(templates())
def test_a_template_survives_its_file(template: Template):
    assert read_file(write_template(template, discord_roles=True)) == template


def test_the_largest_there_can_be_survives_its_file():
    def name(number: int) -> str:
        return "\U00020bb7" * 98 + f"{number:02}"  # four bytes each

    def look(number: int) -> str:
        return f"<a:{'x' * 32}:{10**19 + number}>"

    numbers = range(25)
    specs = [{"name": name(n), "role": name(n), "emoji": look(n), "limit": 1000} for n in numbers]
    roles = [{"name": name(n), "plural": name(n), "emoji": look(n), "limit": 1000, "wanted": 1000} for n in numbers]
    classes = [{"name": name(n), "emoji": look(50 + n), "limit": 1000, "specs": specs} for n in numbers]
    buffs = [{"name": name(n), "from": [name(other) for other in numbers]} for n in numbers]
    largest = read_template(
        {"name": name(1)[-50:], "title": name(1), "roles": roles, "classes": classes, "buffs": buffs, "game": name(2)}
    )
    text = export(largest, discord_roles=True).text
    check_file("largest.json", len(text.encode()))
    assert read_file(read_text(text.encode())) == largest


@given(templates())
def test_without_its_discord_roles_only_those_are_missing(template: Template):
    text = write_template(template)
    gates = read_file(text).gates
    assert gates == Gates(template.gates.method)
    assert "_roles" not in text or "_roles" in json.dumps(definition_of(template, discord_roles=False))


@given(templates())
def test_what_is_stored_reads_back(template: Template):
    assert read_template(json.loads(json.dumps(definition_of(template)))) == template


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_template_survives(path: Path):
    template = read_file(path.read_text(encoding="utf-8"))
    assert read_file(write_template(template)) == template


def test_a_file_is_laid_out_to_be_read():
    text = write_template(read_file((SHIPPED[0].parent / "lotro.json").read_text(encoding="utf-8")))
    lines = text.splitlines()
    assert lines[1:3] == ['  "name": "lotro",', '  "title": "The Lord of the Rings Online",']
    assert '    {"name": "Tank", "plural": "Tanks", "emoji": "🛡️"},' in lines
    assert '    {"name": "Brawler", "emoji": "👊", "specs": [' in lines
    assert '      {"name": "Red", "role": "DPS"},' in lines
    assert write_template(read_file(text)) == text


# ---------------------------------------------------------------- what is wrong, and where

FILE = """{
  "name": "mine",
  "title": "Mine: \\"{ours}\\", [all]",
  "limit": 20,
  "sign_ups": {
    "method": "self"
  },
  "roles": [
    {"name": "Tank", "emoji": "🛡️"},
    {"name": "Healer", "emoji": "💚"}
  ],
  "classes": [
    {"name": "Paladin", "emoji": "🔨", "specs": [
      {"name": "Holy", "role": "Healer"},
      {"name": "Protection", "role": "Tank"}
    ]},
    {
      "name": "Warrior",
      "emoji": "🪓",
      "specs": [{"name": "Arms", "role": "Tank"}]
    }
  ]
}
"""


def test_the_file_as_it_is_reads():
    assert read_file(FILE).title == 'Mine: "{ours}", [all]'


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"role": "Tank"}\n    ]', '"role": "Bard"}\n    ]', 'Line 15: Paladin, Protection: there is no role "Bard"'),
        ('"Arms", "role": "Tank"', '"Arms", "role": "Bard"', 'Line 20: Warrior, Arms: there is no role "Bard"'),
        ('"Arms", "role": "Tank"', '"Arms"', "Line 20: Class 2, spec 1: `role` is missing"),
        ('"emoji": "🪓"', '"emoji": "🔨"', "Line 17: The class emoji 🔨 stands there twice."),
        ('"emoji": "💚"', '"emoji": "🛡️"', "Line 10: The emoji 🛡️ stands twice in `roles`."),
        ('"emoji": "💚"', '"emoji": "🛡"', "Line 10: The emoji 🛡 stands twice in `roles`."),
        ('"emoji": "🪓"', '"emoji": "🔨\ufe0f"', "Line 17: The emoji 🔨\ufe0f stands twice in `classes`."),
        ('"emoji": "🪓"', '"emoji": "axe"', "Line 19: Class 2: `emoji` is one emoji"),
        ('"emoji": "💚"', '"emoji": "💚", "limit": 0', "Line 10: Role 2: `limit` is a whole number from 1 to 1000"),
        ('"limit": 20', '"limit": 20,\n"limit": 25', 'Line 5: "limit" stands twice in the same curly brackets.'),
        ('"role": "Tank"}\n    ]', '"role": "Tank", "role": "Tank"}\n    ]', 'Line 15: "role" stands twice'),
        ('"limit": 20', '"limit": 0', "Line 4: `limit` is a whole number from 1 to 1000"),
        ('"method": "self"', '"method": "lottery"', "Line 6: Sign_ups: `method` is self, host, waiting-list, priority"),
        ('"limit": 20', '"minimum": 30, "limit": 20', "Line 4: `minimum` is more than `limit`"),
        ('"limit": 20', '"answers": {"maybe": "?"}', 'Line 4: There is no answer "maybe"'),
        ('"limit": 20', '"buffs": [\n{"name": "A", "from": ["Bard"]}]', 'Line 5: A: there is no class "Bard"'),
        ('"limit": 20', '"limit" 20', "Line 4: this is not JSON"),
        ('"limit": 20', '"limt": 20', 'Line 4: there is no "limt": write name, title, game'),
        ('"method": "self"', '"allowed_role": ["7"]', 'Line 6: Sign_ups: there is no "allowed_role": write method'),
        ('"emoji": "💚"', '"emoji": "💚",\n"limti": 2', 'Line 11: Role 2: there is no "limti": write name, plural'),
        ('"emoji": "🪓"', '"emoji": "🪓",\n"spec": []', 'Line 20: Class 2: there is no "spec": write name, emoji'),
        ('"Arms", "role"', '"Arms",\n"Emoji": "🗡️", "role"', 'Line 21: Class 2, spec 1: there is no "Emoji": write'),
        (
            '"limit": 20',
            '"buffs": [{"name": "A",\n"form": []}]',
            'Line 5: Buff 1: there is no "form": write name or from.',
        ),
    ],
)
def test_a_fault_is_named_with_its_line(old: str, new: str, said: str):
    assert FILE.count(old) == 1
    with pytest.raises(BadTemplate) as refused:
        read_file(FILE.replace(old, new))
    assert str(refused.value).startswith(said)


def test_too_many_classes_name_the_first_that_does_not_fit():
    classes = [{"name": f"C{n}", "emoji": EMOJI[n], "specs": [{"name": "S", "role": "Tank"}]} for n in range(30)]
    data = {"name": "big", "title": "Big", "roles": [{"name": "Tank", "emoji": "🛡️"}], "classes": classes}
    text = json.dumps(data).replace('{"name": "C', '\n{"name": "C')
    with pytest.raises(BadTemplate, match=r"^Line 27: 30 classes: one select shows at most 25\.$"):
        read_file(text)


@pytest.mark.parametrize("text", ["[]", "7", '"wow"', "null", '[{"name": "x"}]'])
def test_json_that_is_no_template_says_so(text: str):
    with pytest.raises(BadTemplate, match=r"^Line 1: A template is one JSON object"):
        read_file(text)


def test_a_refusal_is_short_and_can_be_sent():
    with pytest.raises(BadTemplate) as refused:
        read_file('{"name": "x", "title": "x", "answers": {"\\ud800' + "x" * 5000 + '": "y"}}')
    assert len(str(refused.value)) < 600
    assert str(refused.value).encode()


json_values: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=6), inside, max_size=4),
    max_leaves=10,
)


def walk(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(one for key, each in inner for one in walk(each, (*path, key)))]


@given(json_values)
def test_every_value_of_any_json_has_its_line(value: Any):
    """Laid out one value a line, the lines come in the order of the values."""
    text = json.dumps(value, indent=1)
    lines = [line_of(text, path) for path in walk(value)]
    assert lines == sorted(set(lines))


@given(json_values)
def test_any_json_is_read_or_refused_with_a_line(value: Any):
    with pytest.raises(BadTemplate, match=r"^Line \d+: "):
        read_file(json.dumps(value, indent=1))


@pytest.mark.parametrize(("other", "twice"), [("<:Axe:71>", True), ("<a:axe:71>", False), ("<:axe:72>", False)])
def test_a_custom_emoji_is_its_id_whatever_it_is_called(other: str, twice: bool):
    text = FILE.replace('"🔨"', '"<:axe:71>"').replace('"🪓"', f'"{other}"')
    if not twice:
        assert [one.emoji for one in read_file(text).classes] == ["<:axe:71>", other]
        return
    with pytest.raises(BadTemplate, match="stands twice in `classes`"):
        read_file(text)


def test_what_is_stored_is_read_although_two_roles_look_the_same():
    data = json.loads(FILE.replace("💚", "🛡️"))
    assert [one.emoji for one in read_template(data).roles] == ["🛡️", "🛡️"]
