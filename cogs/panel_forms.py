"""The forms of the control panel: a raid's settings, and a time."""

from collections.abc import Callable, Coroutine
from typing import Any

import discord
from discord import ui

from bot.components import AnsweringModal
from bot.domain.durations import show_duration
from bot.domain.event import LONGEST_DESCRIPTION, LONGEST_TITLE, Event
from bot.render import panel_texts
from bot.services.raid_edits import EditWish
from cogs.actors import Interaction

Field = ui.TextInput[ui.View]
NONE = "none"


class EditModal(AnsweringModal, title=panel_texts.EDIT):
    """Takes a raid's settings; `then` gets what was changed, as typed."""

    def __init__(self, event: Event, then: Callable[[Interaction, EditWish], Coroutine[Any, Any, None]]) -> None:
        super().__init__()
        self.then = then
        limit = str(event.total_limit) if event.total_limit else NONE
        deadline = show_duration(event.starts_at - event.deadline) if event.deadline else NONE
        duration = show_duration(event.ends_at - event.starts_at)
        self.before = {
            "title": event.title,
            "description": event.description,
            "limit": limit,
            "deadline": deadline,
            "duration": duration,
        }
        self._ask("title", panel_texts.TITLE_FIELD, LONGEST_TITLE)
        self._ask("description", panel_texts.TEXT_FIELD, LONGEST_DESCRIPTION, long=True)
        self._ask("limit", panel_texts.LIMIT_FIELD)
        self._ask("deadline", panel_texts.DEADLINE_FIELD)
        self._ask("duration", panel_texts.DURATION_FIELD)

    async def on_submit(self, interaction: Interaction, /) -> None:  # type: ignore[override] - our bot's interaction
        """Hand over what is not as it was; an emptied field clears what can be cleared."""
        typed = {one.custom_id: one.value.strip() for one in self.walk_children() if isinstance(one, ui.TextInput)}
        changed = {name: value for name, value in typed.items() if value != self.before[name].strip()}
        wish: dict[str, Any] = {name: value or ("" if name == "title" else NONE) for name, value in changed.items()}
        await self.then(interaction, EditWish(**wish))

    def _ask(self, name: str, label: str, longest: int = 50, *, long: bool = False) -> None:
        style = discord.TextStyle.long if long else discord.TextStyle.short
        field: Field = ui.TextInput(
            custom_id=name, style=style, default=self.before[name][:longest], max_length=longest, required=False
        )
        self.add_item(ui.Label(text=label, component=field))


class WhenModal(AnsweringModal):
    """Takes a time; `then` gets it as typed."""

    def __init__(self, title: str, then: Callable[[Interaction, str], Coroutine[Any, Any, None]]) -> None:
        super().__init__(title=title)
        self.then = then
        self.field: Field = ui.TextInput(custom_id="when", max_length=100)
        hint = panel_texts.WHEN_HINT
        self.add_item(ui.Label(text=panel_texts.WHEN_FIELD, description=hint, component=self.field))

    async def on_submit(self, interaction: Interaction, /) -> None:  # type: ignore[override] - our bot's interaction
        """Hand it over."""
        await self.then(interaction, self.field.value)
