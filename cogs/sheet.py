"""The sheet's buttons and selects: stateless, the raid's id stands in every `custom_id`."""

import re
from typing import Any, Self

import discord
from discord import ui

from bot.answers import answer, in_time, turn_into
from bot.client import MusterBot
from bot.components import PersistentItem
from bot.domain.ids import EventId
from bot.domain.sheet import Sheet
from bot.domain.template import Choice, GameClass, Template
from bot.render import custom_ids, texts
from bot.services.sign_ups import ClassWanted, Outcome, SignedUp, SpecWanted
from cogs.actors import Interaction, actor_of

STYLES = {Choice.ACCEPTED: discord.ButtonStyle.success}


class AnswerButton(PersistentItem[ui.Button[ui.View]], template=custom_ids.ANSWER):
    """`Sign up`, `Late`, `Tentative`, `Bench`, `Absence`."""

    def __init__(self, event_id: EventId, choice: Choice, label: str = "-", *, disabled: bool = False) -> None:
        style = STYLES.get(choice, discord.ButtonStyle.secondary)
        custom_id = custom_ids.answer(event_id, choice)
        emoji = texts.EMOJI[choice]
        super().__init__(
            ui.Button(style=style, label=label, emoji=emoji, custom_id=custom_id, disabled=disabled, row=0)
        )
        self.event_id, self.choice = event_id, choice

    @classmethod
    async def from_custom_id(cls, _interaction: Any, _item: Any, match: re.Match[str], /) -> Self:
        """The button behind a click."""
        return cls(EventId(int(match["event"])), Choice(match["choice"]))

    async def act(self, interaction: Interaction) -> None:
        """Answer the sheet."""
        sign_ups = interaction.client.services.sign_ups
        outcome = await in_time(interaction, sign_ups.answer(actor_of(interaction), self.event_id, self.choice))
        await answer(interaction, *_told(outcome))


class MineButton(PersistentItem[ui.Button[ui.View]], template=custom_ids.MINE):
    """`My sign-up`: what I answered, and what I can do about it."""

    def __init__(self, event_id: EventId, *, disabled: bool = False) -> None:
        custom_id = custom_ids.mine(event_id)
        super().__init__(ui.Button(label=texts.MY_SIGN_UP, emoji="⚙️", custom_id=custom_id, disabled=disabled, row=1))
        self.event_id = event_id

    @classmethod
    async def from_custom_id(cls, _interaction: Any, _item: Any, match: re.Match[str], /) -> Self:
        """The button behind a click."""
        return cls(EventId(int(match["event"])))

    async def act(self, interaction: Interaction) -> None:
        """Show the member's own sign-up."""
        sign_ups = interaction.client.services.sign_ups
        own = await in_time(interaction, sign_ups.own(actor_of(interaction), self.event_id))
        if isinstance(own, SignedUp):
            await answer(interaction, texts.signed_up(own.template, own.placed), own_view(own))
        else:
            await answer(interaction, texts.not_signed_up(own.event))


class RespecButton(PersistentItem[ui.Button[ui.View]], template=custom_ids.RESPEC):
    """`Change class or spec`."""

    def __init__(self, event_id: EventId) -> None:
        super().__init__(ui.Button(label=texts.CHANGE_SPEC, custom_id=custom_ids.respec(event_id)))
        self.event_id = event_id

    @classmethod
    async def from_custom_id(cls, _interaction: Any, _item: Any, match: re.Match[str], /) -> Self:
        """The button behind a click."""
        return cls(EventId(int(match["event"])))

    async def act(self, interaction: Interaction) -> None:
        """Ask for the class anew, for the answer the member has given."""
        sign_ups = interaction.client.services.sign_ups
        own = await in_time(interaction, sign_ups.own(actor_of(interaction), self.event_id), update=True)
        choice = own.placed.sign_up.choice if isinstance(own, SignedUp) else own.choice
        await turn_into(interaction, *_told(ClassWanted(own.event, own.template, choice)))


class WithdrawButton(PersistentItem[ui.Button[ui.View]], template=custom_ids.WITHDRAW):
    """`Withdraw`: takes the answer back altogether."""

    def __init__(self, event_id: EventId) -> None:
        style = discord.ButtonStyle.danger
        super().__init__(ui.Button(style=style, label=texts.WITHDRAW, custom_id=custom_ids.withdraw(event_id)))
        self.event_id = event_id

    @classmethod
    async def from_custom_id(cls, _interaction: Any, _item: Any, match: re.Match[str], /) -> Self:
        """The button behind a click."""
        return cls(EventId(int(match["event"])))

    async def act(self, interaction: Interaction) -> None:
        """Take the member off the sheet."""
        sign_ups = interaction.client.services.sign_ups
        gone = await in_time(interaction, sign_ups.withdraw(actor_of(interaction), self.event_id), update=True)
        await turn_into(interaction, texts.withdrawn(gone.event))


class ClassSelect(PersistentItem[ui.Select[ui.View]], template=custom_ids.CLASS):
    """Which class, the first time."""

    def __init__(self, event_id: EventId, choice: Choice, template: Template | None = None) -> None:
        options = [
            discord.SelectOption(label=one.name, value=one.name, emoji=one.emoji)
            for one in (template.classes if template else ())
        ]
        custom_id = custom_ids.game_class(event_id, choice)
        super().__init__(ui.Select(custom_id=custom_id, placeholder=texts.CHOOSE_CLASS, options=options))
        self.event_id, self.choice = event_id, choice

    @classmethod
    async def from_custom_id(cls, _interaction: Any, item: Any, match: re.Match[str], /) -> Self:
        """The select behind a choice."""
        return _with(cls(EventId(int(match["event"])), Choice(match["choice"])), item)

    async def act(self, interaction: Interaction) -> None:
        """Sign up with the class, or ask for its spec."""
        await _picked(interaction, self.event_id, self.choice, (self.item.values[0], None))


class SpecSelect(PersistentItem[ui.Select[ui.View]], template=custom_ids.SPEC):
    """Which spec of the class."""

    def __init__(self, event_id: EventId, choice: Choice, index: int, game_class: GameClass | None = None) -> None:
        options = [
            discord.SelectOption(label=one.name, value=one.name, emoji=one.emoji, description=one.role)
            for one in (game_class.specs if game_class else ())
        ]
        placeholder = texts.choose_spec(game_class) if game_class else None
        custom_id = custom_ids.spec(event_id, choice, index)
        super().__init__(ui.Select(custom_id=custom_id, placeholder=placeholder, options=options))
        self.event_id, self.choice, self.index = event_id, choice, index

    @classmethod
    async def from_custom_id(cls, _interaction: Any, item: Any, match: re.Match[str], /) -> Self:
        """The select behind a choice."""
        return _with(cls(EventId(int(match["event"])), Choice(match["choice"]), int(match["index"])), item)

    async def act(self, interaction: Interaction) -> None:
        """Sign up with the class at `index` and the spec chosen."""
        await _picked(interaction, self.event_id, self.choice, (self.index, self.item.values[0]))


PERSISTENT = (AnswerButton, MineButton, RespecButton, WithdrawButton, ClassSelect, SpecSelect)


def sheet_view(sheet: Sheet) -> ui.View:
    """The sheet's buttons, in the template's order; dead ones for what it does not take."""
    view = ui.View(timeout=None)
    closed = not sheet.event.takes_buttons
    for choice, label in sheet.template.labels.items():
        disabled = closed or choice in sheet.closed_choices
        view.add_item(AnswerButton(sheet.event.id, choice, label, disabled=disabled))
    view.add_item(MineButton(sheet.event.id, disabled=closed))
    return view


def own_view(own: SignedUp) -> ui.View:
    """Below a member's own sign-up."""
    view = ui.View(timeout=None)
    if own.template.classes:
        view.add_item(RespecButton(own.event.id))
    view.add_item(WithdrawButton(own.event.id))
    return view


def _told(outcome: Outcome) -> tuple[str, ui.View]:
    """What to say about an outcome and what to offer with it."""
    match outcome:
        case SignedUp():
            return texts.signed_up(outcome.template, outcome.placed), own_view(outcome)
        case ClassWanted():
            select: ui.Item[Any] = ClassSelect(outcome.event.id, outcome.choice, outcome.template)
            return texts.class_wanted(outcome.event), _only(select)
        case SpecWanted():
            index = outcome.template.classes.index(outcome.game_class)
            select = SpecSelect(outcome.event.id, outcome.choice, index, outcome.game_class)
            return texts.spec_wanted(outcome.game_class), _only(select)


def _only(item: ui.Item[Any]) -> ui.View:
    view = ui.View(timeout=None)
    view.add_item(item)
    return view


async def _picked(
    interaction: Interaction, event_id: EventId, choice: Choice, pick: tuple[str | int, str | None]
) -> None:
    sign_ups = interaction.client.services.sign_ups
    outcome = await in_time(interaction, sign_ups.answer(actor_of(interaction), event_id, choice, pick), update=True)
    await turn_into(interaction, *_told(outcome))


def _with(select: Any, item: Any) -> Any:
    """The rebuilt select with the member's values: they came with the message's own component."""
    select.item = item
    return select


async def setup(bot: MusterBot) -> None:
    """Register the classes; nothing is read per open raid."""
    bot.add_dynamic_items(*PERSISTENT)
