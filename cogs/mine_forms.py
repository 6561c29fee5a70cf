"""The forms of `My sign-up`: a note, and an arrival in words."""

from collections.abc import Callable, Coroutine
from typing import Any

from discord import ui

from bot.components import AnsweringModal
from bot.domain.mine import LONGEST_NOTE
from bot.render import mine_texts
from cogs.actors import Interaction

Then = Callable[[Interaction, str], Coroutine[Any, Any, None]]


class NoteModal(AnsweringModal, title=mine_texts.NOTE):
    """Takes the note; `then` gets it as typed."""

    def __init__(self, note: str, then: Then) -> None:
        super().__init__()
        self.then = then
        self.field: ui.TextInput[ui.View] = ui.TextInput(
            custom_id="note", max_length=LONGEST_NOTE, default=note, required=False
        )
        self.add_item(ui.Label(text=mine_texts.NOTE_FIELD, description=mine_texts.NOTE_HINT, component=self.field))

    async def on_submit(self, interaction: Interaction, /) -> None:  # type: ignore[override] - our bot's interaction
        """Hand it over."""
        await self.then(interaction, self.field.value)


class ArrivalModal(AnsweringModal, title=mine_texts.ARRIVAL_TITLE):
    """Takes an arrival in words; `then` gets it as typed."""

    def __init__(self, then: Then) -> None:
        super().__init__()
        self.then = then
        self.field: ui.TextInput[ui.View] = ui.TextInput(custom_id="arrival", max_length=50)
        hint = mine_texts.ARRIVAL_HINT
        self.add_item(ui.Label(text=mine_texts.ARRIVAL_FIELD, description=hint, component=self.field))

    async def on_submit(self, interaction: Interaction, /) -> None:  # type: ignore[override] - our bot's interaction
        """Hand it over."""
        await self.then(interaction, self.field.value)
