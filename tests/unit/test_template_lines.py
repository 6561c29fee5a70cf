"""Templates as they are typed into the form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.template import BadTemplate, GameClass, Role, Spec, Template, read_template
from bot.domain.template_file import definition_of
from bot.domain.template_lines import read_lines, write_classes, write_roles

ROLES = "Tank 🛡️ 2\n\n  Healer 💚\nMain DPS ⚔️ 10"
CLASSES = "Paladin 🔨: Holy=Healer, Protection 🧱=Tank\nDeath Knight <:dk:123> 3: Frost 2 ❄️ 4=Main DPS"


def read(roles: str = ROLES, classes: str = CLASSES) -> Template:
    return read_lines("mine", "Mine", "🔥", roles, classes)


def test_what_is_typed_is_read():
    template = read()
    assert (template.name, template.title, template.emoji) == ("mine", "Mine", "🔥")
    assert template.roles == (
        Role("Tank", "Tank", "🛡️", 2),
        Role("Healer", "Healer", "💚"),
        Role("Main DPS", "Main DPS", "⚔️", 10),
    )
    assert template.classes == (
        GameClass("Paladin", "🔨", (Spec("Holy", "Healer", "🔨"), Spec("Protection", "Tank", "🧱"))),
        GameClass("Death Knight", "<:dk:123>", (Spec("Frost 2", "Main DPS", "❄️", 4),), 3),
    )


def test_without_classes_the_roles_are_what_people_choose():
    template = read(classes=" \n")
    assert [(one.name, one.limit, one.specs[0].role) for one in template.classes] == [
        ("Tank", 2, "Tank"),
        ("Healer", None, "Healer"),
        ("Main DPS", 10, "Main DPS"),
    ]


def test_without_roles_one_press_is_all():
    template = read_lines("plain", "Plain", " ", "", "")
    assert (template.emoji, template.roles, template.classes) == ("📅", (), ())


@pytest.mark.parametrize(
    ("roles", "classes", "said"),
    [
        ("Tank 🛡️\nHealer", "", "Roles, line 2: put an emoji behind the name"),
        ("🛡️", "", "Roles, line 1: put an emoji behind the name"),
        ("Tank 🛡️ 0", "", "Roles, line 1: a limit is from 1 to 1000"),
        ("Tank 🛡️ 1001", "", "Roles, line 1: a limit is from 1 to 1000"),
        ("Tank 🛡️ two", "", "Roles, line 1: put an emoji"),
        ("Tank 🛡️\n\nTank 💚", "", "Roles, line 3: The class Tank stands there twice."),
        ("Tank 🛡️\nHealer 🛡️", "", "Roles, line 2: The class emoji 🛡️ stands there twice."),
        ("Tank 🛡️\nTank 💚", "Paladin 🔨: Holy=Tank", "Roles, line 2: The role Tank stands there twice."),
        (ROLES, "Paladin 🔨", "Classes, line 1: write a class and its specs"),
        ("Tank 🛡️\nHealer 🛡", "A 🔨: B=Tank", "Roles, line 2: The emoji 🛡 stands twice in `roles`."),
        (ROLES, "\nPaladin: Holy=Healer", "Classes, line 2: put an emoji behind the name"),
        (ROLES, "Paladin 🔨: Holy", "Classes, line 1: write a spec and its role as `Holy=Healer`"),
        (ROLES, "Paladin 🔨: =Healer", "Classes, line 1: write a spec and its role"),
        (ROLES, "Paladin 🔨: Holy=Bard", 'Classes, line 1: there is no role "Bard" among the roles.'),
        (ROLES, "Paladin 🔨:", "Classes, line 1: Paladin: a class has 1 to 25 specs."),
        (ROLES, "A 🔨: B=Tank\nA 🪓: B=Tank", "Classes, line 2: The class A stands there twice."),
        (ROLES, "A 🔨: B=Tank\nC 🔨: B=Tank", "Classes, line 2: The class emoji 🔨 stands there twice."),
        (ROLES, "A 🔨: B=Tank, B=Healer", "Classes, line 1: The spec of A B stands there twice."),
        (ROLES, f"{'x' * 101} 🔨: B=Tank", "Classes, line 1: Class 1: `name` is too long"),
        ("\n".join(f"R{n} {chr(0x1F400 + n)}" for n in range(26)), "A 🔨: B=R1", "Roles, line 26: 26 roles"),
    ],
)
def test_what_is_mistyped_is_named_with_its_line(roles: str, classes: str, said: str):
    with pytest.raises(BadTemplate) as refused:
        read(roles, classes)
    assert str(refused.value).startswith(said)


def test_a_bad_emoji_or_title_is_named():
    with pytest.raises(BadTemplate, match="`emoji` is one emoji"):
        read_lines("mine", "Mine", "fire", ROLES, "")
    with pytest.raises(BadTemplate, match="`title` is missing"):
        read_lines("mine", "  ", "", ROLES, "")


names = st.text("abcXYZäß-'0189 ", min_size=1, max_size=10).map(lambda text: " ".join(text.split())).filter(bool)
emoji = st.sampled_from(["🛡️", "💚", "<:arms:123>", "<a:fire:9>", "1️⃣", "👩‍🚀"])
limits = st.none() | st.integers(1, 1000)


@st.composite
def templates(draw: st.DrawFn) -> Template:
    roles = draw(st.lists(names, unique=True, min_size=1, max_size=4))
    classes = [
        {
            "name": name,
            "emoji": chr(0x1F400 + index),
            "limit": draw(limits),
            "specs": [
                {"name": spec, "role": draw(st.sampled_from(roles)), "emoji": draw(emoji), "limit": draw(limits)}
                for spec in draw(st.lists(names, unique=True, min_size=1, max_size=3))
            ],
        }
        for index, name in enumerate(draw(st.lists(names, unique=True, min_size=1, max_size=4)))
    ]
    looks = draw(st.lists(emoji, unique=True, min_size=len(roles), max_size=len(roles)))
    listed = [{"name": one, "emoji": shown, "limit": draw(limits)} for one, shown in zip(roles, looks, strict=True)]
    return read_template(
        {"name": draw(names), "title": draw(names), "emoji": draw(emoji), "roles": listed, "classes": classes}
    )


@given(templates())
def test_what_is_written_is_read_back(template: Template):
    written = write_roles(template.roles), write_classes(template.classes)
    assert read_lines(template.name, template.title, template.emoji, *written) == template


@given(st.text("Ta 🛡️\n=:,2<>", max_size=40), st.text("Ta 🛡️\n=:,2<>", max_size=40))
def test_any_text_is_read_or_refused(roles: str, classes: str):
    try:
        template = read(roles, classes)
    except BadTemplate as refused:
        assert str(refused).endswith(".")  # noqa: PT017 - either outcome is right, a refusal must be a sentence
    else:
        assert read_template(definition_of(template)) == template
