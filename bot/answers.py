"""Answers to interactions, always within the three seconds Discord waits."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import discord
from discord import ui

from bot.custom_emoji import shown
from bot.render import texts

PATIENCE = 2.0
"""Real seconds a use case may take before the interaction is put on "thinking" (Discord waits 3)."""

T = TypeVar("T")


async def in_time(interaction: discord.Interaction[Any], work: Coroutine[Any, Any, T], *, update: bool = False) -> T:
    """The result of `work`; when it takes long, the interaction is deferred meanwhile.

    `update` is for components that will change the message they stand on.
    """
    deferring: list[asyncio.Task[Any]] = []

    def defer() -> None:
        deferring.append(asyncio.create_task(interaction.response.defer(ephemeral=True, thinking=not update)))

    timer = asyncio.get_running_loop().call_later(PATIENCE, defer)
    try:
        return await work
    finally:
        timer.cancel()
        for one in deferring:  # the answer comes after it
            await one


async def answer(
    interaction: discord.Interaction[Any],
    text: str,
    view: ui.View | None = None,
    file: discord.File | None = None,
    embed: discord.Embed | None = None,
) -> None:
    """Answer ephemerally, first or after a deferral. Nobody is ever pinged by an answer."""
    text = named_roles(interaction, text)
    extra: dict[str, Any] = {name: value for name, value in (("view", view), ("file", file), ("embed", embed)) if value}
    done = interaction.response.is_done()
    send = interaction.followup.send if done else interaction.response.send_message
    await shown(interaction, view, lambda: send(text, ephemeral=True, **extra))


def knows(interaction: discord.Interaction[Any]) -> Callable[[int], object]:
    """Whether its server has the role of an id; it has every one while its roles are not known."""

    def is_there(role_id: int) -> object:
        guild = interaction.guild
        everyone = guild and guild.get_role(guild.id)  # a role in every server
        return guild.get_role(role_id) if guild and everyone else True

    return is_there


def named_roles(interaction: discord.Interaction[Any], text: str) -> str:
    """The text, a role that was deleted being called so."""
    return texts.deleted_roles(text, knows(interaction))


async def turn_into(
    interaction: discord.Interaction[Any], text: str, view: ui.View | None = None, embed: discord.Embed | None = None
) -> None:
    """Change the ephemeral message the component stands on; without `embed` the message keeps its own."""
    extra: dict[str, Any] = {"embed": embed} if embed else {}
    done = interaction.response.is_done()
    edit = interaction.edit_original_response if done else interaction.response.edit_message
    await shown(interaction, view, lambda: edit(content=text, view=view, **extra))
