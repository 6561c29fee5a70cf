"""What the buttons and selects of `My sign-up` have in common."""

import re
from typing import Any, Self

import discord
from discord import ui

from bot.components import PersistentItem
from bot.domain.ids import EventId
from bot.services.mine import Mine
from cogs.actors import Interaction

SECONDARY = discord.ButtonStyle.secondary


class OwnButton(PersistentItem[ui.Button[ui.View]], template=r"(?!)"):
    """A button of which the `custom_id` says the raid, and nothing else."""

    def __init__(
        self, event_id: EventId, label: str, custom_id: str, style: discord.ButtonStyle = SECONDARY, row: int = 2
    ) -> None:
        super().__init__(ui.Button(label=label, custom_id=custom_id, style=style, row=row))
        self.event_id = event_id

    @classmethod
    async def from_custom_id(cls, _interaction: Any, _item: Any, match: re.Match[str], /) -> Self:
        """The button behind a click."""
        return cls(EventId(int(match["event"])))  # type: ignore[call-arg] - every kind takes the raid alone


class OwnSelect(PersistentItem[ui.Select[ui.View]], template=r"(?!)"):
    """A select of which the `custom_id` says the raid, and nothing else."""

    def __init__(self, event_id: EventId, select: "ui.Select[ui.View]") -> None:
        super().__init__(select)
        self.event_id = event_id

    @classmethod
    async def from_custom_id(cls, _interaction: Any, item: Any, match: re.Match[str], /) -> Self:
        """The select behind a choice."""
        return chosen_in(cls(EventId(int(match["event"]))), item)  # type: ignore[call-arg] - every kind takes the raid alone


def mine(interaction: Interaction) -> Mine:
    """The use cases of this module."""
    return interaction.client.services.mine


def chosen_in(select: Any, item: Any) -> Any:
    """The rebuilt select with the member's values: they came with the message's own component."""
    select.item = item
    return select
