"""Every limit from both sides: the longest Discord takes passes, one more is refused with its code and its place."""

from collections.abc import Mapping
from typing import Any

import discord
import pytest

from sandbox.discord.limits import check_message
from sandbox.discord.refusal import Refusal

V2 = 1 << 15


def button(**given: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Sign up", "custom_id": "join", **given}


def buttons(count: int, start: int = 0) -> list[dict[str, Any]]:
    return [button(custom_id=f"b{start + index}") for index in range(count)]


def row(*components: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(components)}


def options(count: int) -> list[dict[str, Any]]:
    return [{"label": f"Spec {index}", "value": str(index)} for index in range(count)]


def select(**given: Any) -> dict[str, Any]:
    return {"type": 3, "custom_id": "spec", "options": options(2), **given}


def shown(*components: Mapping[str, Any], **given: Any) -> dict[str, Any]:
    """A classic message."""
    return {"content": "Raid", "components": list(components), **given}


def layout(*components: Mapping[str, Any], **given: Any) -> dict[str, Any]:
    """A Components V2 message."""
    return {"flags": V2, "components": list(components), **given}


def words(content: str = "Raid") -> dict[str, Any]:
    return {"type": 10, "content": content}


def container(*components: Mapping[str, Any], **given: Any) -> dict[str, Any]:
    return {"type": 17, "components": list(components), **given}


def section(*components: Mapping[str, Any], **given: Any) -> dict[str, Any]:
    return {"type": 9, "components": list(components), "accessory": button(), **given}


def gallery(count: int) -> dict[str, Any]:
    return {"type": 12, "items": [{"media": {"url": "https://cdn.example/a.png"}}] * count}


def embed(**given: Any) -> dict[str, Any]:
    return {"embeds": [{"title": "Raid", **given}]}


def field(**given: Any) -> dict[str, Any]:
    return embed(fields=[{"name": "Tanks", "value": "Arila", **given}])


def fields(count: int) -> dict[str, Any]:
    return embed(fields=[{"name": "n", "value": "v"}] * count)


def poll(**given: Any) -> dict[str, Any]:
    answers = [{"poll_media": {"text": "Wednesday"}}]
    return {"poll": {"question": {"text": "When?"}, "answers": answers, **given}}


def faults(errors: Mapping[str, Any], path: str = "") -> list[tuple[str, str]]:
    found = [(path.strip("."), fault["code"]) for fault in errors.get("_errors", [])]
    for key, inner in errors.items():
        if key != "_errors":
            found += faults(inner, f"{path}.{key}")
    return found


MESSAGES = [
    {"content": "x" * 2000},
    {"content": "⚔️" * 1000},  # 2000 code points, whatever they weigh in UTF-16
    {"content": "x", "nonce": "n" * 25, "enforce_nonce": True},
    {"content": "x", "allowed_mentions": {"parse": ["roles"], "users": [1, 2]}},
    {"content": "x", "allowed_mentions": {"parse": [], "roles": [str(one) for one in range(100)]}},
    {"content": "", "attachments": [{"id": 0, "filename": "raid.ics"}]},
    {"message_reference": {"type": 1, "message_id": "1"}},
    {"embeds": [{"description": "x"}] * 10},
    embed(title="x" * 256, description="x" * 4096),
    embed(url="https://example.org/raid", timestamp="2026-11-25T19:00:00+00:00", color=0xFFFFFF),
    embed(image={"url": "attachment://comp.png"}, author={"name": "x" * 256}, footer={"text": "x" * 2048}),
    embed(title="x", description="y" * 4096, footer={"text": "z" * 1903}),
    fields(25),
    field(name="x" * 256, value="x" * 1024),
    field(name="\u200b", value="\u200b"),  # the customary invisible heading
    shown(*(row(*buttons(5, 5 * line)) for line in range(5))),
    shown(row(button(label="x" * 80, custom_id="x" * 100, emoji={"name": "⚔️"}))),
    shown(row(button(label=None, emoji={"id": "1234", "name": "wow"}))),
    shown(row({"type": 2, "style": 5, "label": "Log", "url": "https://example.org/log"})),
    shown(row({"type": 2, "style": 6, "sku_id": "1"})),
    shown(row(select(options=options(25), max_values=25, min_values=0, placeholder="x" * 150))),
    shown(row({"type": 5, "custom_id": "who", "default_values": [{"id": "1", "type": "user"}]})),
    layout(*[words("x" * 100)] * 40),
    layout(container(section(words(), words(), words()), {"type": 14, "spacing": 2}, gallery(10), accent_color=0)),
    layout(section(words(), accessory={"type": 11, "media": {"url": "attachment://a.png"}})),
    layout({"type": 13, "file": {"url": "attachment://raid.ics"}}, row(button())),
    poll(duration=768),
]


@pytest.mark.parametrize("body", MESSAGES)
def test_what_discord_takes_passes(body: dict[str, Any]) -> None:
    check_message(body)


REFUSED_MESSAGES = [
    ({"content": "x" * 2001}, "content", "BASE_TYPE_MAX_LENGTH"),
    ({"content": 7}, "content", "STRING_TYPE_CONVERT"),
    ({"content": "x", "nonce": "n" * 26}, "nonce", "NONCE_TYPE_TOO_LONG"),
    ({"content": "x", "nonce": 1.5}, "nonce", "NONCE_TYPE_INVALID_TYPE"),
    ({"content": "x", "sticker_ids": ["1"] * 4}, "sticker_ids", "BASE_TYPE_MAX_LENGTH"),
    ({"content": "x", "attachments": [{}] * 11}, "attachments", "BASE_TYPE_MAX_LENGTH"),
    (
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": [1]}},
        "allowed_mentions",
        "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
    ),
    (
        {"content": "x", "allowed_mentions": {"roles": list(range(101))}},
        "allowed_mentions.roles",
        "BASE_TYPE_MAX_LENGTH",
    ),
    (
        {"content": "x", "allowed_mentions": {"users": [1, "1"]}},
        "allowed_mentions.users.1",
        "SET_TYPE_ALREADY_CONTAINS_VALUE",
    ),
    ({"content": "x", "allowed_mentions": {"parse": ["all"]}}, "allowed_mentions.parse.0", "BASE_TYPE_CHOICES"),
    ({"embeds": [{"title": "x"}] * 11}, "embeds", "BASE_TYPE_MAX_LENGTH"),
    (embed(title="x" * 257), "embeds.0.title", "BASE_TYPE_MAX_LENGTH"),
    (embed(description="x" * 4097), "embeds.0.description", "BASE_TYPE_MAX_LENGTH"),
    (embed(footer={"text": "x" * 2049}), "embeds.0.footer.text", "BASE_TYPE_MAX_LENGTH"),
    (embed(author={"name": "x" * 257}), "embeds.0.author.name", "BASE_TYPE_MAX_LENGTH"),
    (embed(author={"icon_url": "https://a.example/i"}), "embeds.0.author.name", "BASE_TYPE_REQUIRED"),
    (embed(color=0x1000000), "embeds.0.color", "NUMBER_TYPE_MAX"),
    (embed(color=-1), "embeds.0.color", "NUMBER_TYPE_MIN"),
    (embed(timestamp="Wednesday"), "embeds.0.timestamp", "DATE_TIME_TYPE_PARSE"),
    (embed(url="ftp://example.org"), "embeds.0.url", "URL_TYPE_INVALID_SCHEME"),
    (embed(url="attachment://a.png"), "embeds.0.url", "URL_TYPE_INVALID_SCHEME"),
    (embed(url="http://localhost:8080/raid"), "embeds.0.url", "URL_TYPE_INVALID_URL"),
    (embed(image={"url": "https://exa mple.org"}), "embeds.0.image.url", "URL_TYPE_INVALID_URL"),
    (embed(thumbnail={"url": "https://["}), "embeds.0.thumbnail.url", "URL_TYPE_INVALID_URL"),
    (embed(url="https://example.org/" + "x" * 2048), "embeds.0.url", "BASE_TYPE_MAX_LENGTH"),
    (embed(footer={"icon_url": "a.png"}), "embeds.0.footer.icon_url", "URL_TYPE_INVALID_SCHEME"),
    (embed(author={"name": "x", "url": "a"}), "embeds.0.author.url", "URL_TYPE_INVALID_SCHEME"),
    (embed(author={"name": "x", "icon_url": "a.png"}), "embeds.0.author.icon_url", "URL_TYPE_INVALID_SCHEME"),
    (fields(26), "embeds.0.fields", "BASE_TYPE_MAX_LENGTH"),
    (field(name="x" * 257), "embeds.0.fields.0.name", "BASE_TYPE_MAX_LENGTH"),
    (field(value="x" * 1025), "embeds.0.fields.0.value", "BASE_TYPE_MAX_LENGTH"),
    (field(name=""), "embeds.0.fields.0.name", "BASE_TYPE_REQUIRED"),
    (field(value=" \n"), "embeds.0.fields.0.value", "BASE_TYPE_REQUIRED"),
    (embed(title="x", description="y" * 4096, footer={"text": "z" * 1904}), "embeds", "MAX_EMBED_SIZE_EXCEEDED"),
    ({"embeds": [{"description": "x" * 3001}] * 2}, "embeds", "MAX_EMBED_SIZE_EXCEEDED"),
    (shown(*(row(button(custom_id=str(line))) for line in range(6))), "components", "BASE_TYPE_MAX_LENGTH"),
    (shown(row(*buttons(6))), "components.0.components", "BASE_TYPE_BAD_LENGTH"),
    (shown(row()), "components.0.components", "BASE_TYPE_BAD_LENGTH"),
    (shown(row(button(), select())), "components.0.components.1", "COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
    (shown(row(select(), button())), "components.0.components.1", "COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
    (shown(button()), "components.0", "UNION_TYPE_CHOICES"),
    (shown(words()), "components.0", "UNION_TYPE_CHOICES"),
    (shown(row(words())), "components.0.components.0", "UNION_TYPE_CHOICES"),
    (shown(row(button(label="x" * 81))), "components.0.components.0.label", "BASE_TYPE_MAX_LENGTH"),
    (shown(row(button(label=None))), "components.0.components.0.label", "BASE_TYPE_REQUIRED"),
    (shown(row(button(label=" "))), "components.0.components.0.label", "BASE_TYPE_REQUIRED"),
    (shown(row(button(style=7))), "components.0.components.0.style", "BASE_TYPE_CHOICES"),
    (shown(row(button(custom_id="x" * 101))), "components.0.components.0.custom_id", "BASE_TYPE_BAD_LENGTH"),
    (shown(row(button(custom_id=""))), "components.0.components.0.custom_id", "BASE_TYPE_BAD_LENGTH"),
    (
        shown(row(button(custom_id=None))),
        "components.0.components.0.custom_id",
        "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED",
    ),
    (
        shown(row(button(style=5, url="https://example.org"))),
        "components.0.components.0.custom_id",
        "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
    ),
    (shown(row({"type": 2, "style": 5, "label": "Log"})), "components.0.components.0.url", "BASE_TYPE_REQUIRED"),
    (
        shown(row({"type": 2, "style": 5, "label": "Log", "url": "https://e.org/" + "x" * 500})),
        "components.0.components.0.url",
        "BASE_TYPE_MAX_LENGTH",
    ),
    (
        shown(row({"type": 2, "style": 5, "label": "Log", "url": "javascript:0"})),
        "components.0.components.0.url",
        "URL_TYPE_INVALID_SCHEME",
    ),
    (shown(row(select(custom_id=None))), "components.0.components.0.custom_id", "BASE_TYPE_REQUIRED"),
    (shown(row(select(min_values=-1))), "components.0.components.0.min_values", "NUMBER_TYPE_MIN"),
    (
        shown(row({"type": 5, "custom_id": "who", "default_values": [{"id": "1", "type": "user"}] * 2})),
        "components.0.components.0.default_values",
        "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES",
    ),
    (shown(row({"type": 2, "style": 6})), "components.0.components.0.sku_id", "BASE_TYPE_REQUIRED"),
    (
        shown(row(button()), row(button())),
        "components.1.components.0.custom_id",
        "COMPONENT_CUSTOM_ID_DUPLICATED",
    ),
    (shown(row(button(id=3), button(custom_id="b", id=3))), "components.0.components.1.id", "COMPONENT_ID_DUPLICATED"),
    (shown(row(button(emoji={"name": "wow"}))), "components.0.components.0.emoji.name", "COMPONENT_INVALID_EMOJI"),
    (shown(row(button(emoji={"name": "▲"}))), "components.0.components.0.emoji.name", "COMPONENT_INVALID_EMOJI"),
    (shown(row(button(emoji={"name": "7"}))), "components.0.components.0.emoji.name", "COMPONENT_INVALID_EMOJI"),
    (
        shown(row(button(emoji={"id": "wow", "name": "wow"}))),
        "components.0.components.0.emoji.id",
        "NUMBER_TYPE_COERCE",
    ),
    (shown(row(select(options=options(26)))), "components.0.components.0.options", "BASE_TYPE_BAD_LENGTH"),
    (shown(row(select(options=[]))), "components.0.components.0.options", "BASE_TYPE_BAD_LENGTH"),
    (shown(row(select(placeholder="x" * 151))), "components.0.components.0.placeholder", "BASE_TYPE_MAX_LENGTH"),
    (shown(row(select(min_values=26))), "components.0.components.0.min_values", "NUMBER_TYPE_MAX"),
    (shown(row(select(max_values=0))), "components.0.components.0.max_values", "NUMBER_TYPE_MIN"),
    (shown(row(select(min_values=2))), "components.0.components.0.min_values", "NUMBER_TYPE_MAX"),
    (shown(row(select(max_values=3))), "components.0.components.0.options", "BASE_TYPE_MIN_LENGTH"),
    (
        shown(row(select(options=[{"label": "x" * 101, "value": "v"}]))),
        "components.0.components.0.options.0.label",
        "BASE_TYPE_MAX_LENGTH",
    ),
    (
        shown(row(select(options=[{"label": "x", "value": "v" * 101}]))),
        "components.0.components.0.options.0.value",
        "BASE_TYPE_BAD_LENGTH",
    ),
    (
        shown(row(select(options=[{"label": "x", "value": "v", "description": "d" * 101}]))),
        "components.0.components.0.options.0.description",
        "BASE_TYPE_MAX_LENGTH",
    ),
    (
        shown(row(select(options=[{"label": "x", "value": "v", "emoji": {"name": "druid"}}]))),
        "components.0.components.0.options.0.emoji.name",
        "COMPONENT_INVALID_EMOJI",
    ),
    (
        shown(row(select(options=[{"label": "x", "value": "v"}, {"label": "y", "value": "v"}]))),
        "components.0.components.0.options.1.value",
        "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
    ),
    (
        shown(row(select(options=[{**one, "default": True} for one in options(2)]))),
        "components.0.components.0.options",
        "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES",
    ),
    (
        layout(words(), content="Raid"),
        "content",
        "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
    ),
    (layout(words(), **embed()), "embeds", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"),
    (layout(words(), **poll()), "poll", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"),
    (layout(*[words()] * 41), "components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"),
    (
        layout(*(container(*[words()] * 19) for _ in range(2)), words()),
        "components",
        "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
    ),
    (layout(*[words("x" * 801)] * 5), "components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"),
    (layout(words("🛡" * 2001)), "components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"),
    (layout(words("")), "components.0.content", "BASE_TYPE_REQUIRED"),
    (layout(container()), "components.0.components", "BASE_TYPE_BAD_LENGTH"),
    (layout(container(container(words()))), "components.0.components.0", "UNION_TYPE_CHOICES"),
    (layout(container(words(), accent_color=1 << 24)), "components.0.accent_color", "NUMBER_TYPE_MAX"),
    (layout(section(*[words()] * 4)), "components.0.components", "BASE_TYPE_BAD_LENGTH"),
    (layout(section(words(), accessory=None)), "components.0.accessory", "BASE_TYPE_REQUIRED"),
    (layout(section(words(), accessory=select())), "components.0.accessory", "UNION_TYPE_CHOICES"),
    (
        layout(section(words()), section(words())),
        "components.1.accessory.custom_id",
        "COMPONENT_CUSTOM_ID_DUPLICATED",
    ),
    (layout(section(row())), "components.0.components.0", "UNION_TYPE_CHOICES"),
    (
        layout(section(words(), accessory=button(label="x" * 81))),
        "components.0.accessory.label",
        "BASE_TYPE_MAX_LENGTH",
    ),
    (
        layout(section(words(), accessory={"type": 11, "media": {"url": "ftp://example.org/a"}})),
        "components.0.accessory.media.url",
        "URL_TYPE_INVALID_SCHEME",
    ),
    (layout(section(words(), accessory={"type": 11})), "components.0.accessory.media.url", "BASE_TYPE_REQUIRED"),
    (
        layout({"type": 12, "items": [{"media": {"url": "https://e.org/a"}, "description": "x" * 1025}]}),
        "components.0.items.0.description",
        "BASE_TYPE_BAD_LENGTH",
    ),
    (layout({"type": 13}), "components.0.file.url", "BASE_TYPE_REQUIRED"),
    (layout(gallery(11)), "components.0.items", "BASE_TYPE_BAD_LENGTH"),
    (layout(gallery(0)), "components.0.items", "BASE_TYPE_BAD_LENGTH"),
    (layout({"type": 14, "spacing": 3}), "components.0.spacing", "BASE_TYPE_CHOICES"),
    (
        layout({"type": 13, "file": {"url": "https://example.org/a"}}),
        "components.0.file.url",
        "URL_TYPE_INVALID_SCHEME",
    ),
    (poll(answers=[]), "poll.answers", "BASE_TYPE_BAD_LENGTH"),
    (poll(duration=769), "poll.duration", "NUMBER_TYPE_MAX"),
    (poll(question={"text": "x" * 301}), "poll.question.text", "BASE_TYPE_MAX_LENGTH"),
    (
        poll(answers=[{"poll_media": {"text": "x" * 56}}]),
        "poll.answers.0.poll_media.text",
        "BASE_TYPE_MAX_LENGTH",
    ),
    (
        poll(answers=[{"poll_media": {"text": "x", "emoji": {"name": "wow"}}}]),
        "poll.answers.0.poll_media.emoji.name",
        "COMPONENT_INVALID_EMOJI",
    ),
]


@pytest.mark.parametrize(("body", "path", "code"), REFUSED_MESSAGES)
def test_what_discord_refuses_is_refused_where_it_is_wrong(body: dict[str, Any], path: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_message(body)
    assert (refused.value.status, refused.value.code) == (400, 50035)
    assert faults(refused.value.errors) == [(path, code)]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"content": " \n"},
        {"embeds": [{}]},
        {"embeds": [{"color": 7, "fields": []}]},
        {"components": []},
        layout(),
        {"message_reference": {"message_id": "1"}},
    ],
)
def test_a_message_with_nothing_in_it_is_empty(body: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        check_message(body)
    assert (refused.value.status, refused.value.code, refused.value.errors) == (400, 50006, {})


STORED = {"content": "Raid", "embeds": [], "components": [], "attachments": [], "flags": 0}
STORED_V2 = {"content": "", "embeds": [], "components": [words()], "attachments": [], "flags": V2}


@pytest.mark.parametrize(
    ("stored", "edit"),
    [
        (STORED, {"components": [row(button())]}),
        (STORED, {"content": None, **embed()}),
        (STORED, {"content": None, **layout(words())}),
        (STORED_V2, {"flags": V2, "components": [words("later")]}),
        (STORED_V2, {"allowed_mentions": {"parse": []}}),
    ],
)
def test_an_edit_keeps_what_it_does_not_name(stored: dict[str, Any], edit: dict[str, Any]) -> None:
    check_message(edit, stored)


@pytest.mark.parametrize(
    ("stored", "edit", "code", "fault"),
    [
        (STORED, {"content": ""}, 50006, []),
        (STORED_V2, {"components": []}, 50006, []),
        (STORED_V2, {"flags": 0, **embed()}, 50035, [("flags", "MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG")]),
        (
            STORED_V2,
            {"content": "x"},
            50035,
            [("content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2")],
        ),
        (STORED_V2, {"components": [words("later")]}, 50035, [("components.0", "UNION_TYPE_CHOICES")]),
        (
            STORED,
            layout(words()),
            50035,
            [("content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2")],
        ),
    ],
)
def test_an_edit_is_judged_by_what_the_message_becomes(
    stored: dict[str, Any], edit: dict[str, Any], code: int, fault: list[tuple[str, str]]
) -> None:
    with pytest.raises(Refusal) as refused:
        check_message(edit, stored)
    assert refused.value.code == code
    assert faults(refused.value.errors) == fault


def test_the_total_counts_what_discord_py_counts() -> None:
    sheet = discord.Embed(title="⚔️ Raid", description="y" * 4000).set_footer(text="z" * 1900).set_author(name="Arila")
    sheet.add_field(name="Tanks", value="ä" * (6000 - len(sheet) - 5))
    check_message({"embeds": [sheet.to_dict()]})
    sheet.set_field_at(0, name="Tanks", value=f"{sheet.fields[0].value}!")
    with pytest.raises(Refusal, match="6000"):
        check_message({"embeds": [sheet.to_dict()]})
