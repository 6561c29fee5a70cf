"""`Undo`: below the answer to an officer's command, for ten minutes."""

import re
from typing import Self

from discord import ui

from bot.answers import in_time, turn_into
from bot.client import MusterBot
from bot.components import Persistent, view_of
from bot.render import custom_ids, officer_texts
from cogs.actors import Interaction, actor_of


class UndoButton(Persistent, ui.Button[ui.View], template=custom_ids.UNDO):
    """Takes back what the message it stands on says."""

    def __init__(self, entry_id: int) -> None:
        super().__init__(label=officer_texts.UNDO, emoji="↩️", custom_id=custom_ids.undo(entry_id))
        self.entry_id = entry_id

    @classmethod
    def of(cls, match: re.Match[str], /) -> Self:
        """The button behind a click."""
        return cls(int(match["entry"]))

    async def act(self, interaction: Interaction) -> None:
        """Take it back, and say so in its place."""
        undo = interaction.client.services.undo
        done = await in_time(interaction, undo.undo(actor_of(interaction), self.entry_id), update=True)
        await turn_into(interaction, officer_texts.undone(done.event, done.action, done.name))


def undo_view(entry_id: int) -> ui.View:
    """Below an answer that can be taken back."""
    return view_of(UndoButton(entry_id))


async def setup(bot: MusterBot) -> None:
    """Register the button."""
    bot.persistent.add(UndoButton)
