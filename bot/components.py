"""Components that always answer: the library only logs what goes wrong in them."""

from abc import abstractmethod
from typing import Any, Generic, TypeVar

import discord
from discord import ui

from bot.errors import report

ItemT = TypeVar("ItemT", bound=ui.Item[Any])


class PersistentItem(ui.DynamicItem[ItemT], Generic[ItemT], template=r"(?!)"):
    """A button or select that outlives restarts: its `custom_id` says all it needs, and nothing is kept in memory.

    Views made of these are values: a fresh one for every message, never kept or changed (the library unregisters the
    classes of a view it sees end).
    """

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do it, and answer whatever happens."""
        try:
            await self.act(interaction)
        except Exception as error:  # noqa: BLE001 - reported: the member gets a sentence, the log the trace
            await report(interaction, error)

    @abstractmethod
    async def act(self, interaction: discord.Interaction[Any]) -> None:
        """What the component does; every path answers or raises."""


class AnsweringModal(ui.Modal):
    """A modal that answers when something goes wrong."""

    async def open(self, interaction: discord.Interaction[Any]) -> None:
        """Show it, and have the bot know it: what it does not know when it comes back is from before a restart."""
        interaction.client.forms[self.custom_id] = self
        await interaction.response.send_modal(self)

    async def on_error(self, interaction: discord.Interaction[Any], error: Exception, /) -> None:
        """Report the error to the member."""
        await report(interaction, error)
