"""The sheet's buttons: stateless, the raid's id stands in every `custom_id`."""

import re
from typing import Self

import discord
from discord import ui

from bot.answers import answer, in_time
from bot.client import MusterBot
from bot.components import Persistent, view_of
from bot.domain.ids import EventId
from bot.domain.sheet import Sheet
from bot.domain.template import Choice
from bot.ready_answers import ReadyAnswer
from bot.render import custom_ids, texts
from bot.services.clicking import Outcome
from cogs.actors import Interaction, actor_of, clicker
from cogs.mine import card, told
from cogs.own_items import mine

STYLES = {Choice.ACCEPTED: discord.ButtonStyle.success}


class AnswerButton(Persistent, ui.Button[ui.View], template=custom_ids.ANSWER):
    """`Sign up`, `Late`, `Tentative`, `Bench`, `Absence`."""

    def __init__(self, event_id: EventId, choice: Choice, label: str = "-", *, disabled: bool = False) -> None:
        style = STYLES.get(choice, discord.ButtonStyle.secondary)
        custom_id = custom_ids.answer(event_id, choice)
        emoji = texts.EMOJI[choice]
        super().__init__(style=style, label=label, emoji=emoji, custom_id=custom_id, disabled=disabled, row=0)
        self.event_id, self.choice = event_id, choice

    @classmethod
    def of(cls, match: re.Match[str], /) -> Self:
        """The button behind a click."""
        return cls(EventId(int(match["event"])), Choice(match["choice"]))

    async def act(self, interaction: Interaction) -> None:
        """Answer the sheet."""
        services, actor = interaction.client.services, clicker(interaction)
        with ReadyAnswer(interaction) as ready:

            def draw(outcome: Outcome) -> ReadyAnswer:
                return ready.make(*told(outcome, services.clock.now()))

            await in_time(interaction, services.sign_ups.drawn(draw, actor, self.event_id, self.choice))
            await ready.send()


class MineButton(Persistent, ui.Button[ui.View], template=custom_ids.MINE):
    """`My sign-up`: what I answered, and what I can do about it."""

    def __init__(self, event_id: EventId, *, disabled: bool = False) -> None:
        custom_id = custom_ids.mine(event_id)
        super().__init__(label=texts.MY_SIGN_UP, emoji="⚙️", custom_id=custom_id, disabled=disabled, row=1)
        self.event_id = event_id

    @classmethod
    def of(cls, match: re.Match[str], /) -> Self:
        """The button behind a click."""
        return cls(EventId(int(match["event"])))

    async def act(self, interaction: Interaction) -> None:
        """Show the member's own sign-up."""
        own = await in_time(interaction, mine(interaction).look(actor_of(interaction), self.event_id))
        await answer(interaction, *card(interaction, own))


PERSISTENT = (AnswerButton, MineButton)


def sheet_view(sheet: Sheet) -> ui.View:
    """The sheet's buttons, in the template's order; dead ones for what it does not take."""
    closed = not sheet.event.takes_buttons
    answers = [
        AnswerButton(sheet.event.id, choice, label, disabled=closed or choice in sheet.closed_choices)
        for choice, label in sheet.template.labels.items()
    ]
    return view_of(*answers, MineButton(sheet.event.id, disabled=closed))


async def setup(bot: MusterBot) -> None:
    """Register the classes; nothing is read per open raid."""
    bot.persistent.add(*PERSISTENT)
