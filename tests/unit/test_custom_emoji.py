"""Which emoji of a view Discord's refusal means, in the forms it was seen to have."""

from types import SimpleNamespace
from typing import Any

import discord
import pytest
from discord import ui

from bot.custom_emoji import refused

A, B, D = 100_000_000_000_000_011, 100_000_000_000_000_012, 100_000_000_000_000_013
FORM = "BUTTON_COMPONENT_INVALID_EMOJI"


def view() -> ui.View:
    """A select of emoji A and B and one of Unicode's, and below it the buttons with D and with none."""
    shown = ui.View()
    select = ui.Select[ui.View](custom_id="select", row=0)
    for name, emoji in (("a", f"<:a:{A}>"), ("b", f"<:b:{B}>"), ("c", "🔥")):
        select.add_option(label=name, emoji=emoji)
    shown.add_item(ui.Button(label="d", emoji=f"<:d:{D}>", row=1))
    shown.add_item(ui.Button(label="e", row=1))
    shown.add_item(select)
    return shown


def refusal(*paths: str, message: str = "Invalid emoji", code: int = 50035) -> discord.HTTPException:
    errors: dict[str, Any] = {}
    for path in paths:
        leaf = errors
        for part in path.split("."):
            leaf = leaf.setdefault(part, {})
        leaf["_errors"] = [{"code": FORM, "message": message}]
    response: Any = SimpleNamespace(status=400, reason="Bad Request")
    return discord.HTTPException(response, {"code": code, "message": "Invalid Form Body", "errors": errors})


SELECT, BUTTON = "components.0.components.0.options", "components.1.components.0"


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (refusal(f"{SELECT}.1.emoji.id"), {B}),
        (refusal(f"{SELECT}.1.emoji.name"), {B}),
        (refusal(f"data.{SELECT}.0.emoji.id", f"data.{BUTTON}.emoji.id"), {A, D}),
        (refusal(f"{BUTTON}.emoji"), {D}),
        (refusal("components"), {A, B, D}),
        (refusal("components.0.components.7.emoji.id"), {A, B, D}),
        (refusal(f"{SELECT}.1.emoji.id", f"{SELECT}.2.emoji.name"), {B}),
        (refusal(f"{SELECT}.1.label", message="Too long"), set()),
        (refusal(f"{SELECT}.1.emoji.id", code=10008), set()),
    ],
)
def test_a_refusal_means_the_emoji_it_names_else_all_of_them(error: discord.HTTPException, found: set[int]) -> None:
    assert refused(view(), error) == found


def test_without_custom_emoji_it_means_none() -> None:
    assert refused(None, refusal(f"{SELECT}.1.emoji.id")) == set()
    assert refused(ui.View(), refusal(f"{SELECT}.1.emoji.id")) == set()
