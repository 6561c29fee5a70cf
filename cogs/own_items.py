"""What the buttons and selects of `My sign-up` have in common."""

import re
from typing import Any, Self

import discord
from discord import ui

from bot.components import Persistent
from bot.domain.ids import EventId
from bot.services.mine import Mine
from cogs.actors import Interaction

SECONDARY = discord.ButtonStyle.secondary


class OwnButton(Persistent, ui.Button[ui.View]):
    """A button of which the `custom_id` says the raid, and nothing else."""

    def __init__(
        self, event_id: EventId, label: str, custom_id: str, style: discord.ButtonStyle = SECONDARY, row: int = 2
    ) -> None:
        super().__init__(label=label, custom_id=custom_id, style=style, row=row)
        self.event_id = event_id

    @classmethod
    def of(cls, match: re.Match[str], /) -> Self:
        """The button behind a click."""
        return cls(EventId(int(match["event"])))  # type: ignore[call-arg] - every kind takes the raid alone


class OwnSelect(Persistent, ui.Select[ui.View]):
    """A select of which the `custom_id` says the raid, and nothing else."""

    def __init__(self, event_id: EventId, **looks: Any) -> None:
        super().__init__(**looks)
        self.event_id = event_id

    @classmethod
    def of(cls, match: re.Match[str], /) -> Self:
        """The select behind a choice."""
        return cls(EventId(int(match["event"])))  # type: ignore[call-arg] - every kind takes the raid alone


def mine(interaction: Interaction) -> Mine:
    """The use cases of this module."""
    return interaction.client.services.mine
