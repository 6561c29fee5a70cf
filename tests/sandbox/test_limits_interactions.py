"""Every limit on modals, autocomplete answers and commands, from both sides."""

from collections.abc import Mapping
from typing import Any

import pytest

from sandbox.discord.limits import check_choices, check_commands, check_modal
from sandbox.discord.refusal import Refusal


def button(**given: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Sign up", "custom_id": "join", **given}


def row(*components: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(components)}


def options(count: int) -> list[dict[str, Any]]:
    return [{"label": f"Spec {index}", "value": str(index)} for index in range(count)]


def select(**given: Any) -> dict[str, Any]:
    return {"type": 3, "custom_id": "spec", "options": options(2), **given}


def words(content: str = "Raid") -> dict[str, Any]:
    return {"type": 10, "content": content}


def slash(**given: Any) -> dict[str, Any]:
    return {"type": 1, "name": "raid", "description": "Raids", **given}


def option(name: str = "title", kind: int = 3, **given: Any) -> dict[str, Any]:
    return {"type": kind, "name": name, "description": "d", **given}


def under(*given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One command with these options."""
    return [slash(options=list(given))]


def modal(*components: Mapping[str, Any], **given: Any) -> dict[str, Any]:
    return {"title": "Note", "custom_id": "note", "components": list(components) or [label(entry())], **given}


def label(control: Mapping[str, Any] | None, **given: Any) -> dict[str, Any]:
    return {"type": 18, "label": "Your note", "component": control, **given}


def entry(**given: Any) -> dict[str, Any]:
    return {"type": 4, "custom_id": "text", "style": 1, **given}


def boxes(count: int, **given: Any) -> dict[str, Any]:
    return {"type": 22, "custom_id": "boxes", "options": options(count), **given}


def faults(errors: Mapping[str, Any], path: str = "") -> list[tuple[str, str]]:
    found = [(path.strip("."), fault["code"]) for fault in errors.get("_errors", [])]
    for key, inner in errors.items():
        if key != "_errors":
            found += faults(inner, f"{path}.{key}")
    return found


@pytest.mark.parametrize(
    "data",
    [
        modal(title="x" * 45, custom_id="x" * 100),
        modal(*(label(entry(custom_id=str(number))) for number in range(5))),
        modal(row(entry(label="x" * 45)), words("Tell us")),
        modal(label(entry(min_length=1, max_length=4000, value="x" * 4000, placeholder="x" * 100))),
        modal(label(select(min_values=0, required=False, disabled=False))),
        modal(label({"type": 5, "custom_id": "who"}, description="x" * 100)),
        modal(label({"type": 19, "custom_id": "file", "max_values": 10})),
        modal(label({"type": 21, "custom_id": "one", "options": options(10)})),
        modal(label(boxes(10)), label({"type": 23, "custom_id": "sure"})),
    ],
)
def test_a_modal_discord_takes_passes(data: dict[str, Any]) -> None:
    check_modal(data)


@pytest.mark.parametrize(
    ("data", "path", "code"),
    [
        (modal(title="x" * 46), "data.title", "BASE_TYPE_MAX_LENGTH"),
        (modal(title=""), "data.title", "BASE_TYPE_REQUIRED"),
        (modal(custom_id="x" * 101), "data.custom_id", "BASE_TYPE_BAD_LENGTH"),
        (modal(components=[]), "data.components", "BASE_TYPE_BAD_LENGTH"),
        (modal(*[words()] * 6), "data.components", "BASE_TYPE_BAD_LENGTH"),
        (modal(entry()), "data.components.0", "UNION_TYPE_CHOICES"),
        (modal(row(button())), "data.components.0.components.0", "UNION_TYPE_CHOICES"),
        (modal(row(entry(label="a"), entry(label="b"))), "data.components.0.components", "BASE_TYPE_BAD_LENGTH"),
        (modal(row(entry())), "data.components.0.components.0.label", "BASE_TYPE_REQUIRED"),
        (modal(row(entry(label="x" * 46))), "data.components.0.components.0.label", "BASE_TYPE_MAX_LENGTH"),
        (modal(label(entry(), label="x" * 46)), "data.components.0.label", "BASE_TYPE_MAX_LENGTH"),
        (modal(label(entry(), description="x" * 101)), "data.components.0.description", "BASE_TYPE_MAX_LENGTH"),
        (modal(label(None)), "data.components.0.component", "BASE_TYPE_REQUIRED"),
        (modal(label(button())), "data.components.0.component", "UNION_TYPE_CHOICES"),
        (modal(label(entry(style=3))), "data.components.0.component.style", "BASE_TYPE_CHOICES"),
        (modal(label(entry(value="x" * 4001))), "data.components.0.component.value", "BASE_TYPE_MAX_LENGTH"),
        (
            modal(label(entry(value="x" * 6, max_length=5))),
            "data.components.0.component.value",
            "BASE_TYPE_MAX_LENGTH",
        ),
        (modal(label(entry(placeholder="x" * 101))), "data.components.0.component.placeholder", "BASE_TYPE_MAX_LENGTH"),
        (modal(label(entry(max_length=4001))), "data.components.0.component.max_length", "NUMBER_TYPE_MAX"),
        (
            modal(label(entry(min_length=9, max_length=5))),
            "data.components.0.component.min_length",
            "NUMBER_TYPE_MAX",
        ),
        (
            modal(label(entry()), label(entry())),
            "data.components.1.component.custom_id",
            "COMPONENT_CUSTOM_ID_DUPLICATED",
        ),
        (modal(label(entry(custom_id=""))), "data.components.0.component.custom_id", "BASE_TYPE_REQUIRED"),
        (
            modal(label(select(disabled=True))),
            "data.components.0.component.disabled",
            "COMPONENT_DISABLED_IN_MODAL",
        ),
        (modal(label(select(min_values=0))), "data.components.0.component.min_values", "NUMBER_TYPE_MIN"),
        (modal(row(entry(label="a", style=3))), "data.components.0.components.0.style", "BASE_TYPE_CHOICES"),
        (
            modal(row(entry(label="a", custom_id=None))),
            "data.components.0.components.0.custom_id",
            "BASE_TYPE_REQUIRED",
        ),
        (modal(label(boxes(2, custom_id=""))), "data.components.0.component.custom_id", "BASE_TYPE_REQUIRED"),
        (modal(label(entry(min_length=-1))), "data.components.0.component.min_length", "NUMBER_TYPE_MIN"),
        (modal(label(select(options=options(26)))), "data.components.0.component.options", "BASE_TYPE_BAD_LENGTH"),
        (modal(label(boxes(2, min_values=0))), "data.components.0.component.min_values", "NUMBER_TYPE_MIN"),
        (modal(label(boxes(2, min_values=-1))), "data.components.0.component.min_values", "NUMBER_TYPE_MIN"),
        (
            modal(label(boxes(3, min_values=2, max_values=1))),
            "data.components.0.component.min_values",
            "NUMBER_TYPE_MAX",
        ),
        (modal(label(boxes(11))), "data.components.0.component.options", "BASE_TYPE_BAD_LENGTH"),
        (
            modal(label({"type": 21, "custom_id": "one", "options": options(1)})),
            "data.components.0.component.options",
            "BASE_TYPE_BAD_LENGTH",
        ),
        (
            modal(label({"type": 19, "custom_id": "f", "max_values": 11})),
            "data.components.0.component.max_values",
            "NUMBER_TYPE_MAX",
        ),
    ],
)
def test_a_modal_discord_refuses_is_refused(data: dict[str, Any], path: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_modal(data)
    assert faults(refused.value.errors) == [(path, code)]


def test_the_longest_autocomplete_answer_passes() -> None:
    check_choices([{"name": "x" * 100, "value": "v" * 100}] * 24 + [{"name": "n", "value": -(2**53)}])


@pytest.mark.parametrize(
    ("choices", "path", "code"),
    [
        ([{"name": "n", "value": "v"}] * 26, "data.choices", "BASE_TYPE_MAX_LENGTH"),
        ([{"name": "x" * 101, "value": "v"}], "data.choices.0.name", "BASE_TYPE_BAD_LENGTH"),
        ([{"name": "", "value": "v"}], "data.choices.0.name", "BASE_TYPE_REQUIRED"),
        ([{"name": "n", "value": "v" * 101}], "data.choices.0.value", "BASE_TYPE_BAD_LENGTH"),
        ([{"name": "n", "value": 2**53 + 1}], "data.choices.0.value", "NUMBER_TYPE_MAX"),
        ([{"name": "n"}], "data.choices.0.value", "BASE_TYPE_REQUIRED"),
    ],
)
def test_an_autocomplete_answer_discord_refuses_is_refused(choices: list[Any], path: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_choices(choices)
    assert faults(refused.value.errors) == [(path, code)]


def sized(total: int, **given: Any) -> dict[str, Any]:
    """A command that counts `total` characters, most of them in the choices of its options."""
    names = ["a", "b"]
    rest = total - len("n" + "d") - sum(len(name + "d") for name in names)
    choices = [{"name": f"{index:02}".ljust(100, "x"), "value": "v" * 100} for index in range(rest // 200)]
    left = rest % 200
    choices.append({"name": "x" * (left // 2), "value": "v" * (left - left // 2)})
    parts = [option(name, choices=part) for name, part in zip(names, (choices[:25], choices[25:]), strict=True)]
    return slash(name="n", description="d", options=parts, **given)


@pytest.mark.parametrize(
    "commands",
    [
        [],
        [slash(name=f"c{number}") for number in range(100)],
        [{"type": 3, "name": "Manage this raid"}, {"type": 2, "name": "Manage this raid", "description": ""}],
        [slash(name="ärger-1_é'"), slash(name="रेड"), slash(name="x" * 32, description="x" * 100)],
        under(*(option(f"o{number}") for number in range(25))),
        under(option("series", 2, options=[option("add", 1, options=[option("when", required=True), option()])])),
        under(option("n", 4, min_value=-(2**53), max_value=2**53), option("c", 7, channel_types=[0])),
        under(option("s", autocomplete=True, min_length=0, max_length=6000)),
        [sized(8000)],
    ],
)
def test_commands_discord_takes_pass(commands: list[dict[str, Any]]) -> None:
    check_commands(commands)


@pytest.mark.parametrize(
    ("commands", "path", "code"),
    [
        ([slash(), slash()], "1", "APPLICATION_COMMANDS_DUPLICATE_NAME"),
        ([slash(name="Raid")], "0.name", "APPLICATION_COMMAND_INVALID_NAME"),
        ([slash(name="raid list")], "0.name", "APPLICATION_COMMAND_INVALID_NAME"),
        ([slash(name="raid!")], "0.name", "APPLICATION_COMMAND_INVALID_NAME"),
        ([slash(name="x" * 33)], "0.name", "BASE_TYPE_BAD_LENGTH"),
        ([slash(name_localizations={"de": "Raid"})], "0.name_localizations.de", "APPLICATION_COMMAND_INVALID_NAME"),
        ([slash(description="")], "0.description", "BASE_TYPE_REQUIRED"),
        ([slash(description="x" * 101)], "0.description", "BASE_TYPE_BAD_LENGTH"),
        (
            [slash(description_localizations={"de": "x" * 101})],
            "0.description_localizations.de",
            "BASE_TYPE_BAD_LENGTH",
        ),
        ([slash(type=9)], "0.type", "BASE_TYPE_CHOICES"),
        (
            [{"type": 3, "name": "Manage", "description": "d"}],
            "0.description",
            "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_INVALID",
        ),
        (
            [{"type": 2, "name": "Manage", "options": [option()]}],
            "0.options",
            "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS_INVALID",
        ),
        ([{"type": 2, "name": "x" * 33}], "0.name", "BASE_TYPE_BAD_LENGTH"),
        (under(*(option(f"o{number}") for number in range(26))), "0.options", "BASE_TYPE_MAX_LENGTH"),
        (under(option(), option()), "0.options.1", "APPLICATION_COMMAND_OPTIONS_NAME_INVALID"),
        (
            under(option("a"), option("b", required=True)),
            "0.options.1",
            "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
        ),
        (under(option("add", 1), option("title")), "0.options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"),
        (under(option("g", 2, options=[option("g", 2)])), "0.options.0.options.0", "UNION_TYPE_CHOICES"),
        (under(option("s", 1, options=[option("t", 1)])), "0.options.0.options.0", "UNION_TYPE_CHOICES"),
        (under(option("g", 2)), "0.options.0.options", "BASE_TYPE_BAD_LENGTH"),
        (under(option("x", 12)), "0.options.0", "UNION_TYPE_CHOICES"),
        (under(option("Title")), "0.options.0.name", "APPLICATION_COMMAND_INVALID_NAME"),
        (
            under(option(choices=[{"name": str(number), "value": "v"} for number in range(26)])),
            "0.options.0.choices",
            "BASE_TYPE_MAX_LENGTH",
        ),
        (
            under(option(choices=[{"name": "a", "value": "1"}, {"name": "a", "value": "2"}])),
            "0.options.0.choices.1",
            "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_INVALID",
        ),
        (
            under(option(choices=[{"name": "a", "value": 1}])),
            "0.options.0.choices.0.value",
            "STRING_TYPE_CONVERT",
        ),
        (
            under(option("n", 4, choices=[{"name": "a", "value": "1"}])),
            "0.options.0.choices.0.value",
            "NUMBER_TYPE_COERCE",
        ),
        (
            under(option(autocomplete=True, choices=[{"name": "a", "value": "1"}])),
            "0.options.0.autocomplete",
            "APPLICATION_COMMAND_OPTION_AUTOCOMPLETE_INVALID",
        ),
        (
            under(option("b", 5, autocomplete=True)),
            "0.options.0.autocomplete",
            "APPLICATION_COMMAND_AUTOCOMPLETE_INVALID",
        ),
        (
            under(option("b", 5, choices=[{"name": "a", "value": "1"}])),
            "0.options.0.choices",
            "APPLICATION_COMMAND_CHOICES_INVALID",
        ),
        (under(option(channel_types=[0])), "0.options.0.channel_types", "APPLICATION_COMMAND_CHANNEL_TYPES_INVALID"),
        (under(option(min_length=-1)), "0.options.0.min_length", "NUMBER_TYPE_MIN"),
        (under(option("n", 4, min_value=5, max_value=4)), "0.options.0.min_value", "NUMBER_TYPE_MAX"),
        (under(option("n", 10, max_value=2**53 + 1)), "0.options.0.max_value", "NUMBER_TYPE_MAX"),
        (under(option(min_length=5, max_length=4)), "0.options.0.min_length", "NUMBER_TYPE_MAX"),
        (under(option(max_length=6001)), "0.options.0.max_length", "NUMBER_TYPE_MAX"),
        ([sized(8001)], "0", "APPLICATION_COMMAND_TOO_LARGE"),
        ([sized(8000, description_localizations={"de": "dd"})], "0", "APPLICATION_COMMAND_TOO_LARGE"),
    ],
)
def test_commands_discord_refuses_are_refused(commands: list[dict[str, Any]], path: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_commands(commands)
    assert faults(refused.value.errors) == [(path, code)]


@pytest.mark.parametrize(("kind", "count"), [(1, 101), (2, 6), (3, 6)])
def test_there_is_room_for_so_many_commands_of_a_kind(kind: int, count: int) -> None:
    extra = {"description": "d"} if kind == 1 else {}
    many = [{"type": kind, "name": f"c{number}", **extra} for number in range(count)]
    check_commands(many[1:])
    with pytest.raises(Refusal, match=str(count - 1)) as refused:
        check_commands(many)
    assert refused.value.code == 30032
