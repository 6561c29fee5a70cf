"""Components that always answer: buttons and selects known by their `custom_id` alone, and forms.

The library knows nothing of the buttons and selects: it would rebuild the whole message for each click, keep views in
memory, and only log what goes wrong. Each press comes here as it was heard (`pressed`), and its class is found here.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, ClassVar, Self, TypeVar

import discord
from discord import ui

from bot.errors import report, say
from bot.pressed import Pressed
from bot.render import texts

ViewT = TypeVar("ViewT", ui.View, ui.LayoutView)

REMEMBERED = 2048
"""Ids of which it is remembered what stands behind them: those of sheets being answered come again and again."""


class Persistent(ABC):
    """A button or select that outlives restarts: its `custom_id`, which fits `template`, says all it needs.

    It is a value: whoever presses it, and how often, is not to be seen on it.

    A subclass that draws itself is a `ui.Button` or `ui.Select`, too; one without a template is a base of others.
    """

    pattern: ClassVar[re.Pattern[str]]

    def __init_subclass__(cls, *, template: str | None = None, **more: Any) -> None:
        super().__init_subclass__(**more)
        if template is not None:
            cls.pattern = re.compile(template)

    @classmethod
    @abstractmethod
    def of(cls, match: re.Match[str], /) -> Self:
        """What stands behind a click on a `custom_id` that fits."""

    @abstractmethod
    async def act(self, interaction: discord.Interaction[Any]) -> None:
        """What the component does; every path answers or raises."""


class DrawnElsewhere(Persistent):
    """A button or select of which only what it does is here; its looks are plain components of the same id."""

    def __init__(self, match: re.Match[str]) -> None:
        self.match = match

    @classmethod
    def of(cls, match: re.Match[str], /) -> Self:
        """What stands behind a click."""
        return cls(match)


class PersistentClasses:
    """The classes of everything that can be pressed, by what it says in its `custom_id`."""

    def __init__(self) -> None:
        self._by_pattern: dict[re.Pattern[str], type[Persistent]] = {}
        self.find = lru_cache(REMEMBERED)(self._find)

    def __iter__(self) -> Iterator[type[Persistent]]:
        return iter(self._by_pattern.values())

    def add(self, *classes: type[Persistent]) -> None:
        """Know these, too; one that was loaded again takes its former self's place."""
        self._by_pattern |= {one.pattern: one for one in classes}
        self.find.cache_clear()

    def _find(self, custom_id: str) -> Persistent | None:
        """What stands behind the id; None for one that is not ours any more."""
        fits = ((one, match) for pattern, one in self._by_pattern.items() if (match := pattern.fullmatch(custom_id)))
        return next((one.of(match) for one, match in fits), None)


async def press(classes: PersistentClasses, interaction: Pressed) -> None:
    """Do what was pressed, and answer whatever happens; a button of old is answered, too."""
    try:
        pressed = classes.find(interaction.payload["data"]["custom_id"])
        await (pressed.act(interaction) if pressed else say(interaction, texts.BUTTON_TOO_OLD))
    except Exception as error:  # noqa: BLE001 - reported: the member gets a sentence, the log the trace
        await report(interaction, error)


def chosen(interaction: discord.Interaction[Any]) -> Sequence[str]:
    """What was chosen in the select that was used: values, or ids of users, roles and channels. A button has none."""
    return (interaction.data or {}).get("values", [])


def view_of(*items: ui.Item[Any]) -> ui.View:
    """A view of these: a value of which the library keeps nothing."""
    return _kept_by_nobody(ui.View(timeout=None), items)


def layout_of(*items: ui.Item[Any]) -> ui.LayoutView:
    """A view of Components V2: a value of which the library keeps nothing."""
    return _kept_by_nobody(ui.LayoutView(timeout=None), items)


def _kept_by_nobody(view: ViewT, items: Sequence[ui.Item[Any]]) -> ViewT:
    for item in items:
        view.add_item(item)
    view.stop()
    return view


class AnsweringModal(ui.Modal):
    """A modal that answers when something goes wrong."""

    async def open(self, interaction: discord.Interaction[Any]) -> None:
        """Show it, and have the bot know it: what it does not know when it comes back is from before a restart."""
        interaction.client.forms[self.custom_id] = self
        await interaction.response.send_modal(self)

    async def on_error(self, interaction: discord.Interaction[Any], error: Exception, /) -> None:
        """Report the error to the member."""
        await report(interaction, error)
