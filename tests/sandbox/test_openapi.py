"""Bodies discord.py builds pass Discord's published document; broken ones are blamed on the right field."""

import io
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import app_commands, ui
from discord.http import handle_message_parameters
from discord.webhook.async_ import interaction_message_response_params

from sandbox.discord.openapi import Spec

PUBLISHED = Path(__file__).parents[2].parent / "shared" / "discord-openapi.json"

# Enough of a document to show how one is read; the published one is checked below where it is at hand.
ROW = {
    "type": "object",
    "required": ["type", "components"],
    "properties": {
        "type": {"type": "integer", "enum": [1], "allOf": [{"$ref": "#/components/schemas/Kind"}]},
        "components": {
            "type": "array",
            "items": {
                "oneOf": [{"$ref": "#/components/schemas/Button"}, {"$ref": "#/components/schemas/Select"}],
            },
        },
    },
}
MESSAGE = {
    "type": "object",
    "required": ["content"],
    "properties": {
        "content": {"type": ["string", "null"], "maxLength": 10},
        "reply": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/SnowflakeType"}]},
        "mood": {"oneOf": [{"title": "GOOD", "const": 1}, {"title": "BAD", "const": 2}]},
        "nonce": {"oneOf": [{"type": "integer"}, {"type": "string", "maxLength": 3}, {"type": "null"}]},
        "permissions": {"type": ["integer", "null"]},
        "components": {"type": "array", "items": {"$ref": "#/components/schemas/Row"}},
    },
}


def tagged(number: int, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["type"],
        "properties": {"type": {"type": "integer", "enum": [number]}, **properties},
    }


def taking(schema: dict[str, Any], media: str = "application/json") -> dict[str, Any]:
    return {"requestBody": {"content": {media: {"schema": schema}}}}


SMALL = Spec(
    {
        "components": {
            "schemas": {
                "Kind": {"type": "integer", "oneOf": [{"const": 1}, {"const": 2}]},
                "SnowflakeType": {"type": "string"},
                "Button": tagged(2, label={"type": "string", "maxLength": 3}),
                "Select": tagged(3, values={"type": "integer", "maximum": 25}),
                "Row": ROW,
                "Message": MESSAGE,
            }
        },
        "paths": {
            "/rooms/{room_id}/notes": {"parameters": [], "post": taking({"$ref": "#/components/schemas/Message"})},
            "/rooms/{room_id}/notes/{note_id}": {"get": {}, "patch": taking(tagged(7))},
            "/rooms/{room_id}/notes/@mine": {"get": {}, "patch": taking(tagged(8))},
            "/files": {"post": taking(tagged(9), "multipart/form-data")},
        },
    }
)


def note(**given: Any) -> dict[str, Any]:
    return {"content": "hi", **given}


def row(**given: Any) -> dict[str, Any]:
    return note(components=[{"type": 1, "components": [given]}])


@pytest.mark.parametrize(
    ("method", "path", "body", "complaints"),
    [
        ("POST", "/rooms/1/notes", note(), []),
        ("post", "/rooms/1/notes?wait=true", note(content=None), []),
        ("POST", "/rooms/1/notes", note(unknown="is Discord's own business"), []),
        ("POST", "/rooms/1/notes", None, ["body: 'content' is a required property"]),
        ("POST", "/rooms/1/notes", [], ["body: [] is not of type 'object'"]),
        ("POST", "/rooms/1/notes", note(content="x" * 11), ["content: 'xxxxxxxxxxx' is too long"]),
        ("POST", "/rooms/1/notes", note(reply=7), []),
        ("POST", "/rooms/1/notes", note(reply="7"), []),
        ("POST", "/rooms/1/notes", note(reply=None), []),
        ("POST", "/rooms/1/notes", note(reply="x"), ["reply: 'x' does not match '^(0|[1-9][0-9]*)$'"]),
        ("POST", "/rooms/1/notes", note(mood=3), ["mood: 3 is not one of [1, 2]"]),
        ("POST", "/rooms/1/notes", note(nonce=12345), []),
        ("POST", "/rooms/1/notes", note(nonce="1234"), ["nonce: '1234' is too long"]),
        ("POST", "/rooms/1/notes", note(permissions="8"), []),
        ("POST", "/rooms/1/notes", note(permissions="all"), ["permissions: 'all' does not match '^[0-9]+$'"]),
        ("POST", "/rooms/1/notes", row(type=2, label="ok"), []),
        ("POST", "/rooms/1/notes", row(type=2, label="long"), ["components.0.components.0.label: 'long' is too long"]),
        (
            "POST",
            "/rooms/1/notes",
            row(type=3, values=26),
            ["components.0.components.0.values: 26 is greater than the maximum of 25"],
        ),
        ("POST", "/rooms/1/notes", row(type=4), ["components.0.components.0: type 4 is not one of 2, 3"]),
        ("POST", "/rooms/1/notes", row(), ["components.0.components.0: type None is not one of 2, 3"]),
        (
            "POST",
            "/rooms/1/notes",
            note(components=[{"type": 5, "components": []}]),
            ["components.0.type: 5 is not one of [1]"],
        ),
        ("PATCH", "/rooms/1/notes/2", {"type": 7}, []),
        ("PATCH", "/rooms/1/notes/@mine", {"type": 7}, ["type: 7 is not one of [8]"]),
        ("GET", "/rooms/1/notes/2", None, []),
        ("GET", "/rooms/1/notes/2", {"content": "x"}, ["GET /rooms/{room_id}/notes/{note_id}: takes no body"]),
        ("POST", "/files", {"type": 1}, ["type: 1 is not one of [9]"]),
        ("DELETE", "/files", None, ["DELETE /files: Discord documents no such operation"]),
        ("GET", "/rooms/1/2/notes", None, ["GET /rooms/1/2/notes: Discord documents no such operation"]),
    ],
)
def test_a_body_is_held_against_its_operation(method: str, path: str, body: Any, complaints: list[str]) -> None:
    assert SMALL.check(method, path, body) == complaints


def test_a_hopeless_body_is_not_recited_in_full() -> None:
    rows = [{"type": 1, "components": [{"type": 2, "label": "x" * 999}] * 20}]
    complaints = SMALL.check("POST", "/rooms/1/notes", note(components=rows))
    assert complaints[-1] == "and more"
    assert len(complaints) == 9
    assert max(map(len, complaints)) < 250


def wire(payload: Any) -> Any:
    """What arrives of a payload."""
    return json.loads(json.dumps(payload))


def sheet() -> discord.Embed:
    embed = discord.Embed(title="Raid", description="x" * 200, timestamp=datetime(2026, 11, 25, 19, tzinfo=UTC))
    embed.set_author(name="Arila", icon_url="https://cdn.example/a.png").set_footer(text="#1")
    for number in range(25):
        embed.add_field(name=f"Role {number}", value="`1` Arila\n" * 20)
    return embed


def controls() -> ui.View:
    view = ui.View(timeout=None)
    for number in range(5):
        view.add_item(ui.Button(label=f"b{number}", custom_id=f"b{number}", emoji="⚔️"))
    view.add_item(ui.Button(label="Log", url="https://example.org"))
    specs = [discord.SelectOption(label="Holy", value="holy", emoji=discord.PartialEmoji(name="wow", id=5))]
    view.add_item(ui.Select(custom_id="spec", options=specs))
    view.add_item(ui.UserSelect(custom_id="who", default_values=[discord.Object(5, type=discord.User)]))
    view.add_item(ui.ChannelSelect(custom_id="where", channel_types=[discord.ChannelType.text]))
    return view


def panel() -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    more = ui.Button[ui.LayoutView](label="More", custom_id="more")
    section = ui.Section[ui.LayoutView](ui.TextDisplay("Tanks"), accessory=more)
    pictures = ui.MediaGallery[ui.LayoutView](discord.MediaGalleryItem("https://cdn.example/a.png"))
    view.add_item(ui.Container(ui.TextDisplay("Raid"), section, ui.Separator(), pictures, accent_colour=5))
    view.add_item(ui.ActionRow(ui.Button(label="Sign up", custom_id="join")))
    view.add_item(ui.File("attachment://raid.ics"))
    return view


def form() -> ui.Modal:
    modal = ui.Modal(title="Note", custom_id="note")
    modal.add_item(ui.TextInput(label="Classic"))
    modal.add_item(ui.Label(text="Long", component=ui.TextInput(style=discord.TextStyle.long, max_length=200)))
    modal.add_item(ui.Label(text="Spec", component=ui.Select(options=[discord.SelectOption(label="Holy")])))
    modal.add_item(ui.Label(text="Days", component=ui.CheckboxGroup(options=[discord.CheckboxGroupOption(label="W")])))
    modal.add_item(ui.TextDisplay("Thank you"))
    return modal


def message(**given: Any) -> Any:
    allowed = discord.AllowedMentions(everyone=False, users=[discord.Object(4)], roles=[discord.Object(7)])
    return wire(handle_message_parameters(allowed_mentions=allowed, **given).payload)


def upload() -> Any:
    parts = handle_message_parameters(content="x", file=discord.File(io.BytesIO(b"x"), "raid.ics")).multipart
    return json.loads((parts or [])[0]["value"])


def answer() -> Any:
    hidden = discord.MessageFlags(ephemeral=True)
    return wire(interaction_message_response_params(type=4, embed=sheet(), view=controls(), flags=hidden).payload)


class Commands(app_commands.CommandTree[discord.Client]):
    """Everything a command can have, as it is synced."""

    def __init__(self) -> None:
        super().__init__(discord.Client(intents=discord.Intents.none()))
        self.add_command(app_commands.Command(name="raid", description="Raids", callback=_raid))
        group = app_commands.Group(name="settings", description="Settings", guild_only=True)
        group.default_permissions = discord.Permissions(manage_events=True)
        series = app_commands.Group(name="series", description="Series", parent=group)
        series.add_command(app_commands.Command(name="add", description="Add one", callback=_add))
        self.add_command(group)
        self.add_command(app_commands.ContextMenu(name="Manage this raid", callback=_manage))

    def payload(self) -> Any:
        return wire([command.to_dict(self) for command in self.get_commands()])


@app_commands.choices(every=[app_commands.Choice(name="weekly", value=1)])
async def _raid(
    interaction: discord.Interaction,
    title: str,
    where: discord.TextChannel,
    who: discord.Member,
    every: app_commands.Choice[int],
    limit: app_commands.Range[int, 1, 40] = 40,
    note: app_commands.Range[str, 1, 100] = "",
    share: float = 1.0,
    role: discord.Role | None = None,
    anyone: discord.Member | discord.Role | None = None,
    file: discord.Attachment | None = None,
    ping: bool = False,
) -> None: ...


async def _add(interaction: discord.Interaction, weekday: str) -> None: ...


async def _manage(interaction: discord.Interaction, message: discord.Message) -> None: ...


@pytest.fixture(scope="session")
def published() -> Spec:
    if not PUBLISHED.exists():
        pytest.skip("Discord's published OpenAPI document is not beside the repository: its check is left out")
    return Spec.load(PUBLISHED)


@pytest.mark.parametrize(
    ("method", "path", "build"),
    [
        ("POST", "/channels/1/messages", lambda: message(content="x", embed=sheet(), view=controls(), nonce=123)),
        ("POST", "/channels/1/messages", lambda: message(view=panel())),
        ("POST", "/channels/1/messages", upload),
        ("PATCH", "/channels/1/messages/2", lambda: message(content=None, embeds=[sheet()], attachments=[])),
        ("POST", "/interactions/1/token/callback?with_response=1", answer),
        ("POST", "/interactions/1/token/callback", lambda: {"type": 5, "data": {"flags": 64}}),
        ("POST", "/interactions/1/token/callback", lambda: {"type": 6}),
        ("POST", "/interactions/1/token/callback", lambda: {"type": 9, "data": wire(form().to_dict())}),
        (
            "POST",
            "/interactions/1/token/callback",
            lambda: {"type": 8, "data": {"choices": [app_commands.Choice(name="Raid", value="7").to_dict()]}},
        ),
        ("POST", "/webhooks/1/token", lambda: message(content="x", view=controls())),
        ("PATCH", "/webhooks/1/token/messages/@original", lambda: message(content="x", embeds=[])),
        ("PUT", "/applications/1/commands", lambda: Commands().payload()),
        ("PUT", "/applications/1/guilds/2/commands", lambda: Commands().payload()),
        ("POST", "/guilds/1/roles", lambda: {"name": "Officer", "permissions": "8", "colors": {"primary_color": 5}}),
        ("PUT", "/channels/1/permissions/2", lambda: {"id": 2, "type": 0, "allow": "2048", "deny": "0"}),
        ("PATCH", "/guilds/1/members/2", lambda: {"nick": "Arila", "roles": [5]}),
        ("PUT", "/channels/1/messages/2/reactions/%E2%9A%94/@me", lambda: None),
        ("GET", "/gateway/bot", lambda: None),
    ],
)
async def test_what_discord_py_sends_fits_the_published_document(
    published: Spec, method: str, path: str, build: Any
) -> None:
    assert published.check(method, path, build()) == []


BUTTON = {"type": 2, "style": 1, "label": "x", "custom_id": "b"}


@pytest.mark.parametrize(
    ("method", "path", "body", "blamed"),
    [
        (
            "POST",
            "/channels/1/messages",
            {"embeds": [{"fields": [{"name": "n", "value": 5}]}]},
            "embeds.0.fields.0.value",
        ),
        (
            "POST",
            "/channels/1/messages",
            {"components": [{"type": 1, "components": [{**BUTTON, "label": "x" * 81}]}]},
            "components.0.components.0.label",
        ),
        ("POST", "/channels/1/messages", {"components": [BUTTON]}, "components.0"),
        ("POST", "/channels/1/messages", {"allowed_mentions": {"parse": ["all"]}}, "allowed_mentions.parse.0"),
        ("POST", "/channels/1/messages", {"nonce": "x" * 26}, "nonce"),
        ("PUT", "/applications/1/commands", [{"name": "raid", "options": [{"type": 77}]}], "0.options.0"),
        ("POST", "/interactions/1/t/callback", {"type": 77}, "body"),
        ("POST", "/interactions/1/t/callback", {"type": 4, "data": {"content": "x" * 4001}}, "data.content"),
        (
            "POST",
            "/interactions/1/t/callback",
            {"type": 8, "data": {"choices": [{"name": "x" * 101, "value": "v"}]}},
            "data.choices.0.name",
        ),
        ("POST", "/guilds/1/scheduled-events", {"name": "Raid", "entity_type": 3}, "body"),
    ],
)
def test_a_broken_body_is_blamed_on_its_field(published: Spec, method: str, path: str, body: Any, blamed: str) -> None:
    complaints = published.check(method, path, body)
    assert {complaint.partition(":")[0] for complaint in complaints} == {blamed}


async def test_a_full_sheet_is_checked_quickly(published: Spec) -> None:
    body = message(embed=sheet(), view=controls())
    assert len(json.dumps(body)) > 6000
    assert published.check("POST", "/channels/1/messages", body) == []
    times: list[float] = []
    for _ in range(20):
        start = time.process_time()
        published.check("POST", "/channels/1/messages", body)
        times.append(time.process_time() - start)
    assert min(times) < 0.003
