"""My sign-up: the card only its owner sees, its buttons, selects and forms, and the menu that opens it on a sheet.

The buttons are stateless: the raid's id stands in every `custom_id`.
"""

import asyncio
import io
import re
from collections.abc import Coroutine, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Self

import discord
from discord import app_commands, ui

from bot.answers import PATIENCE, answer, in_time, turn_into
from bot.client import MusterBot
from bot.components import Persistent, chosen, view_of
from bot.domain.character import Character
from bot.domain.event import Event, SheetKind, is_over
from bot.domain.ids import EventId, MessageId
from bot.domain.mine import Offer, delays
from bot.domain.sign_up import spec_stands
from bot.domain.template import Choice, GameClass, Spec, Template
from bot.domain.words import USUAL, Words
from bot.render import custom_ids, mine_texts, texts
from bot.render.calendar_file import NAME, calendar_file
from bot.services.clicking import ClassWanted, Outcome, SignedUp, SpecWanted
from bot.services.mine import Own
from cogs.actors import Interaction, actor_of
from cogs.mine_forms import ArrivalModal, NoteModal
from cogs.own_items import OwnButton, OwnSelect, mine

OTHER, UNKNOWN = "other", "unknown"
LONGEST_OPTION = 100


class RespecButton(OwnButton, template=custom_ids.RESPEC):
    """`Change class or spec`."""

    def __init__(self, event_id: EventId, words: Words = USUAL) -> None:
        super().__init__(event_id, texts.change_spec(words), custom_ids.respec(event_id), row=1)

    async def act(self, interaction: Interaction) -> None:
        """Ask for the class anew, for the answer the member has given."""
        own = await in_time(
            interaction, mine(interaction).may_respec(actor_of(interaction), self.event_id), update=True
        )
        select = ClassSelect(self.event_id, own.placed.sign_up.choice, own.template)
        several = len(own.characters) > 1
        question = texts.class_wanted(own.event, own.template.words, several=several)
        await turn_into(interaction, question, _asking(own, select))


class CharacterButton(OwnButton, template=custom_ids.CHARACTER):
    """`Other character`."""

    def __init__(self, event_id: EventId) -> None:
        super().__init__(event_id, mine_texts.OTHER_CHARACTER, custom_ids.character(event_id), row=1)

    async def act(self, interaction: Interaction) -> None:
        """Ask which."""
        own = await in_time(
            interaction, mine(interaction).may_respec(actor_of(interaction), self.event_id), update=True
        )
        await turn_into(interaction, mine_texts.CHARACTER_ASKED, _asking(own, CharacterSelect(self.event_id, own)))


class OffersButton(OwnButton, template=custom_ids.ALSO_PLAY):
    """`I can also play…`."""

    def __init__(self, event_id: EventId) -> None:
        super().__init__(event_id, mine_texts.ALSO_PLAY, custom_ids.also_play(event_id), row=1)

    async def act(self, interaction: Interaction) -> None:
        """Ask what."""
        own = await in_time(
            interaction, mine(interaction).may_change(actor_of(interaction), self.event_id), update=True
        )
        await turn_into(interaction, mine_texts.OFFERS_ASKED, _asking(own, OffersSelect(self.event_id, own)))


class NoteButton(OwnButton, template=custom_ids.NOTE):
    """`Note`."""

    def __init__(self, event_id: EventId) -> None:
        super().__init__(event_id, mine_texts.NOTE, custom_ids.note(event_id))

    async def act(self, interaction: Interaction) -> None:
        """Open the form with the note as it is."""
        # A form must be the first answer, so nothing can be deferred here.
        look = mine(interaction).may_change(actor_of(interaction), self.event_id)
        own = await asyncio.wait_for(look, PATIENCE)

        async def typed(submitted: Interaction, note: str) -> None:
            await _back(submitted, mine(submitted).note(actor_of(submitted), self.event_id, note))

        await NoteModal(own.placed.sign_up.note, typed).open(interaction)


class CalendarButton(OwnButton, template=custom_ids.CALENDAR):
    """`Calendar file`."""

    def __init__(self, event_id: EventId) -> None:
        super().__init__(event_id, mine_texts.CALENDAR, custom_ids.calendar(event_id))

    async def act(self, interaction: Interaction) -> None:
        """Hand the raid over as a file, beside the card."""
        own = await in_time(interaction, mine(interaction).look(actor_of(interaction), self.event_id))
        content = calendar_file(own.event, interaction.client.services.clock.now())
        await answer(interaction, mine_texts.calendar_sent(own.event), file=discord.File(io.BytesIO(content), NAME))


class WithdrawButton(OwnButton, template=custom_ids.WITHDRAW):
    """`Withdraw`: takes the answer back altogether."""

    def __init__(self, event_id: EventId) -> None:
        super().__init__(event_id, texts.WITHDRAW, custom_ids.withdraw(event_id), discord.ButtonStyle.danger)

    async def act(self, interaction: Interaction) -> None:
        """Take the member off the sheet."""
        sign_ups = interaction.client.services.sign_ups
        gone = await in_time(interaction, sign_ups.withdraw(actor_of(interaction), self.event_id), update=True)
        await turn_into(interaction, texts.withdrawn(gone.event))


class BackButton(OwnButton, template=custom_ids.CARD):
    """`Back` to the card."""

    def __init__(self, event_id: EventId) -> None:
        super().__init__(event_id, mine_texts.BACK, custom_ids.card(event_id))

    async def act(self, interaction: Interaction) -> None:
        """Show the card again."""
        await _back(interaction, mine(interaction).look(actor_of(interaction), self.event_id))


class ArrivalSelect(OwnSelect, template=custom_ids.ARRIVAL):
    """When somebody late arrives."""

    def __init__(self, event_id: EventId, event: Event | None = None) -> None:
        choices = [
            (mine_texts.delay(one), f"{one // timedelta(minutes=1)}") for one in (delays(event) if event else ())
        ]
        choices += [(mine_texts.ANOTHER_TIME, OTHER), (mine_texts.UNKNOWN_TIME, UNKNOWN)]
        options = [discord.SelectOption(label=label, value=value) for label, value in choices]
        custom_id = custom_ids.arrival(event_id)
        placeholder = mine_texts.CHOOSE_ARRIVAL
        super().__init__(event_id, custom_id=custom_id, placeholder=placeholder, options=options, row=0)

    async def act(self, interaction: Interaction) -> None:
        """Write the arrival down, or open the form for another time."""
        value = chosen(interaction)[0]
        if value == OTHER:
            await ArrivalModal(self._arrive_at).open(interaction)
            return
        after = timedelta(minutes=int(value)) if value.isdecimal() else None
        await _back(interaction, mine(interaction).arrive(actor_of(interaction), self.event_id, after))

    async def _arrive_at(self, submitted: Interaction, typed: str) -> None:
        await _back(submitted, mine(submitted).arrive_at(actor_of(submitted), self.event_id, typed))


class CharacterSelect(OwnSelect, template=custom_ids.CHOOSE_CHARACTER):
    """Who comes instead."""

    def __init__(self, event_id: EventId, own: Own | None = None) -> None:
        options = [
            discord.SelectOption(label=line[:LONGEST_OPTION], value=str(one.id))
            for one, line in (_lines(own) if own else ())
        ]
        custom_id = custom_ids.choose_character(event_id)
        placeholder = mine_texts.CHOOSE_CHARACTER
        super().__init__(event_id, custom_id=custom_id, placeholder=placeholder, options=options)

    async def act(self, interaction: Interaction) -> None:
        """Come with that character."""
        character_id = int(chosen(interaction)[0])
        await _back(interaction, mine(interaction).play(actor_of(interaction), self.event_id, character_id))


class OffersSelect(OwnSelect, template=custom_ids.CHOOSE_OFFERS):
    """What else the member would play."""

    def __init__(self, event_id: EventId, own: Own | None = None) -> None:
        chosen = own.placed.sign_up.offers if own else ()
        options = [
            discord.SelectOption(
                label=label[:LONGEST_OPTION], value=one.value[:LONGEST_OPTION], default=one.value in chosen
            )
            for one, label in (_offers(own) if own else ())
        ]
        super().__init__(
            event_id,
            custom_id=custom_ids.choose_offers(event_id),
            placeholder=mine_texts.CHOOSE_OFFERS,
            options=options,
            min_values=0,
            max_values=max(1, len(options)),
        )

    async def act(self, interaction: Interaction) -> None:
        """Write down what was chosen."""
        await _back(interaction, mine(interaction).offer(actor_of(interaction), self.event_id, chosen(interaction)))


def _lines(own: Own) -> Iterator[tuple[Character, str]]:
    return ((one, mine_texts.character_line(one, own.template)) for one in own.others)


def _offers(own: Own) -> Iterator[tuple[Offer, str]]:
    return ((one, mine_texts.offer(one, own.template)) for one in own.offers)


class ClassSelect(Persistent, ui.Select[ui.View], template=custom_ids.CLASS):
    """Which class, the first time and at `Change class or spec`."""

    def __init__(self, event_id: EventId, choice: Choice, template: Template | None = None) -> None:
        options = [
            discord.SelectOption(label=one.name, value=one.name, emoji=one.emoji)
            for one in (template.classes if template else ())
        ]
        custom_id = custom_ids.game_class(event_id, choice)
        placeholder = texts.choose_class(template.words if template else USUAL)
        super().__init__(custom_id=custom_id, placeholder=placeholder, options=options)
        self.event_id, self.choice = event_id, choice

    @classmethod
    def of(cls, match: re.Match[str], /) -> Self:
        """The select behind a choice."""
        return cls(EventId(int(match["event"])), Choice(match["choice"]))

    async def act(self, interaction: Interaction) -> None:
        """Sign up with the class, or ask for its spec."""
        await _picked(interaction, self.event_id, self.choice, (chosen(interaction)[0], None))


class SpecSelect(Persistent, ui.Select[ui.View], template=custom_ids.SPEC):
    """Which spec of the class."""

    def __init__(
        self,
        event_id: EventId,
        choice: Choice,
        mark: int,
        game_class: GameClass | None = None,
        words: Words = USUAL,
    ) -> None:
        options = [
            discord.SelectOption(label=one.name, value=one.name, emoji=one.emoji, description=role)
            for one, role in (_with_roles(game_class) if game_class else ())
        ]
        placeholder = texts.choose_spec(game_class, words) if game_class else None
        custom_id = custom_ids.spec(event_id, choice, mark)
        super().__init__(custom_id=custom_id, placeholder=placeholder, options=options)
        self.event_id, self.choice, self.mark = event_id, choice, mark

    @classmethod
    def of(cls, match: re.Match[str], /) -> Self:
        """The select behind a choice."""
        return cls(EventId(int(match["event"])), Choice(match["choice"]), int(match["mark"], 16))

    async def act(self, interaction: Interaction) -> None:
        """Sign up with the class of that mark and the spec chosen."""
        await _picked(interaction, self.event_id, self.choice, (self.mark, chosen(interaction)[0]))


PERSISTENT = (
    RespecButton,
    WithdrawButton,
    ClassSelect,
    SpecSelect,
    BackButton,
    CharacterButton,
    CharacterSelect,
    OffersButton,
    OffersSelect,
    NoteButton,
    ArrivalSelect,
    CalendarButton,
)


def _with_roles(game_class: GameClass) -> Iterator[tuple[Spec, str | None]]:
    """The specs with their roles, where those tell them apart."""
    several = len({one.role for one in game_class.specs}) > 1
    return ((one, one.role if several else None) for one in game_class.specs)


def card_view(own: Own, now: datetime) -> ui.View:
    """Below a member's own sign-up; at most a select and two rows of three, which a phone shows without scrolling.

    Nothing is offered that would be refused at `now`. A cancelled raid's file says so to the calendar that has it.
    """
    event, choice, words = own.event, own.placed.sign_up.choice, own.template.words
    dated = choice is not Choice.ABSENCE and not is_over(event, now)
    calendar = [CalendarButton(event.id)] if dated else []
    if event.sheet is SheetKind.RAID_HELPER or not event.takes(Choice.ABSENCE, now):
        return view_of(*calendar)
    note, withdraw = NoteButton(event.id), WithdrawButton(event.id)
    if choice is Choice.ABSENCE:  # no spec to change
        return view_of(note, withdraw)
    when = [ArrivalSelect(event.id, event)] if choice is Choice.LATE else []
    respec = [] if spec_stands(event, now) else [RespecButton(event.id, words), CharacterButton(event.id)]
    what = [*respec, OffersButton(event.id)] if own.template.classes else []
    return view_of(*when, *what, note, *calendar, withdraw)


def answer_view(own: SignedUp, now: datetime) -> ui.View:
    """Below the answer to a click: two buttons, read between two pulls; all else stands below `My sign-up`.

    Nothing is offered that would be refused: from the deadline on, what one plays stands. That the raid is open needs
    no look: it took the answer.
    """
    event, choice, template = own.event, own.placed.sign_up.choice, own.template
    stands = not template.classes or choice is Choice.ABSENCE or spec_stands(event, now)
    words = None if stands else template.words
    if choice is Choice.LATE:
        return view_of(ArrivalSelect(event.id, event), *_two(event.id, words))
    return buttons(event.id, words)


@lru_cache(maxsize=512)
def buttons(event_id: EventId, words: Words | None) -> ui.View:
    """The two alone. They stand below most answers to a sheet: a value, and a costly one, so it is made once."""
    return view_of(*_two(event_id, words))


def _two(event_id: EventId, words: Words | None) -> Sequence[OwnButton]:
    """What whoever has just answered wants most; `words` are None where there is no class or spec to change."""
    if words is None:
        return NoteButton(event_id), WithdrawButton(event_id)
    return RespecButton(event_id, words), CharacterButton(event_id)


def card(interaction: Interaction, own: Own) -> tuple[str, ui.View]:
    """The member's own sign-up, and what they can do about it now."""
    now, choice = interaction.client.services.clock.now(), own.placed.sign_up.choice
    stands = bool(own.template.classes) and choice is not Choice.ABSENCE and spec_stands(own.event, now)
    text = mine_texts.card(own.event, own.template, own.placed, own.character)
    return f"{mine_texts.state(own.event, now, stands=stands)}{text}", card_view(own, now)


def told(outcome: Outcome, now: datetime) -> tuple[str, ui.View]:
    """What to say about the outcome of a click at `now`, and what to offer with it."""
    match outcome:
        case SignedUp():
            return mine_texts.card(outcome.event, outcome.template, outcome.placed), answer_view(outcome, now)
        case ClassWanted():
            select: ui.Item[Any] = ClassSelect(outcome.event.id, outcome.choice, outcome.template)
            words = outcome.template.words
            return texts.class_wanted(outcome.event, words, several=outcome.several), view_of(select)
        case SpecWanted():
            wanted, words = outcome.game_class, outcome.template.words
            select = SpecSelect(outcome.event.id, outcome.choice, wanted.mark, wanted, words)
            return texts.spec_wanted(wanted, words), view_of(select)


def _asking(own: Own, select: ui.Item[Any]) -> ui.View:
    """A question with the way back to the card."""
    return view_of(select, BackButton(own.event.id))


async def _back(interaction: Interaction, work: Coroutine[Any, Any, Own]) -> None:
    """Do `work`, and show the card as it is then."""
    await turn_into(interaction, *card(interaction, await in_time(interaction, work, update=True)))


async def _picked(
    interaction: Interaction, event_id: EventId, choice: Choice, pick: tuple[str | int, str | None]
) -> None:
    services = interaction.client.services
    answered = services.sign_ups.answer(actor_of(interaction), event_id, choice, pick)
    outcome = await in_time(interaction, answered, update=True)
    await turn_into(interaction, *told(outcome, services.clock.now()))


@app_commands.guild_only()
async def on_sheet(interaction: Interaction, message: discord.Message) -> None:
    """The menu `My sign-up` on a sheet's message: the same card."""
    found = mine(interaction).at(actor_of(interaction), MessageId(message.id))
    await answer(interaction, *card(interaction, await in_time(interaction, found)))


async def setup(bot: MusterBot) -> None:
    """Register the classes and the menu; nothing is read per open raid."""
    bot.persistent.add(*PERSISTENT)
    bot.tree.add_command(app_commands.ContextMenu(name=texts.MY_SIGN_UP, callback=on_sheet))


async def teardown(bot: MusterBot) -> None:
    """Take the menu away, so that the extension can be loaded again."""
    bot.tree.remove_command(texts.MY_SIGN_UP, type=discord.AppCommandType.message)
