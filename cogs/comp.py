"""Comps in Discord: the buttons and selects of the officers' panel, and the two below a published comp.

The components are stateless: the raid's id stands in every `custom_id`, the comp in the database.
"""

import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from math import ceil
from typing import Any, Self

import discord
from discord import ui

from bot.answers import answer, in_time, turn_into
from bot.client import MusterBot
from bot.components import Persistent, chosen, view_of
from bot.domain.comp import CompChanged, LineUp
from bot.domain.event import EventStatus
from bot.domain.ids import EventId, PlayerId
from bot.render import comp_texts, custom_ids
from bot.render.comp_sheet import panel_embed
from bot.render.texts import raids_channel_gone
from bot.services.comps import Comps, SwapWanted
from cogs.actors import Interaction, actor_of, require_postable

STYLE = discord.ButtonStyle
MOST_OPTIONS = 25
A_PAGE = 4 * MOST_OPTIONS

Do = Callable[[Interaction, EventId], Coroutine[Any, Any, LineUp]]


async def show(interaction: Interaction, event_id: EventId) -> LineUp:
    """The comp as it is now."""
    return await _comps(interaction).look(actor_of(interaction), event_id)


async def propose(interaction: Interaction, event_id: EventId) -> LineUp:
    """The groups, arranged anew."""
    return await _comps(interaction).propose(actor_of(interaction), event_id)


async def publish(interaction: Interaction, event_id: EventId) -> LineUp:
    """The comp, about to be posted or brought up to date. Raises CannotPost before anything is written."""
    found = await show(interaction, event_id)
    if found.event.channel_id:
        require_postable(interaction, found.event.channel_id, raids_channel_gone)
    return await _comps(interaction).publish(actor_of(interaction), event_id)


async def unpublish(interaction: Interaction, event_id: EventId) -> LineUp:
    """The comp, about to be taken down."""
    return await _comps(interaction).unpublish(actor_of(interaction), event_id)


DO: Mapping[str, Do] = {"show": show, "propose": propose, "who": show, "publish": publish, "unpublish": unpublish}


class SayButton(Persistent, ui.Button[ui.View], template=custom_ids.COMP_SAY):
    """`Confirm` and `Decline`, below a published comp: everybody for themselves."""

    def __init__(self, event_id: EventId, *, confirmed: bool, disabled: bool = False) -> None:
        label, emoji = (comp_texts.CONFIRM, "✔️") if confirmed else (comp_texts.DECLINE, "✖️")
        style = STYLE.success if confirmed else STYLE.secondary
        custom_id = custom_ids.comp_say(event_id, confirmed=confirmed)
        super().__init__(style=style, label=label, emoji=emoji, custom_id=custom_id, disabled=disabled)
        self.event_id, self.confirmed = event_id, confirmed

    @classmethod
    def of(cls, match: re.Match[str], /) -> Self:
        """The button behind a click."""
        return cls(EventId(int(match["event"])), confirmed=match["say"] == "confirm")

    async def act(self, interaction: Interaction) -> None:
        """Write it down; the comp follows."""
        work = _comps(interaction).say(actor_of(interaction), self.event_id, confirmed=self.confirmed)
        said = await in_time(interaction, work)
        await answer(interaction, comp_texts.said(said.event, said.slot))


class PanelButton(Persistent, ui.Button[ui.View], template=custom_ids.COMP_DO):
    """A button of the officers' panel; `do` is a key of `DO`."""

    def __init__(self, event_id: EventId, do: str, label: str = "-", style: STYLE = STYLE.secondary) -> None:
        row = 4 if do == "show" else 0
        super().__init__(style=style, label=label, custom_id=custom_ids.comp_do(event_id, do), row=row)
        self.event_id, self.do = event_id, do

    @classmethod
    def of(cls, match: re.Match[str], /) -> Self:
        """The button behind a click."""
        return cls(EventId(int(match["event"])), match["do"])

    async def act(self, interaction: Interaction) -> None:
        """Do it, and show the panel that leaves, or ask whom to move."""
        found = await in_time(interaction, DO[self.do](interaction, self.event_id), update=True)
        if self.do == "who":
            await _ask_whom(interaction, found, 0)
        else:
            await _show(interaction, found)


class PeopleButton(Persistent, ui.Button[ui.View], template=custom_ids.COMP_PEOPLE):
    """To another hundred of the people to move."""

    def __init__(self, event_id: EventId, page: int, label: str = "-") -> None:
        super().__init__(style=STYLE.secondary, label=label, custom_id=custom_ids.comp_people(event_id, page), row=4)
        self.event_id, self.page = event_id, page

    @classmethod
    def of(cls, match: re.Match[str], /) -> Self:
        """The button behind a click."""
        return cls(EventId(int(match["event"])), int(match["page"]))

    async def act(self, interaction: Interaction) -> None:
        """Ask whom of those."""
        found = await in_time(interaction, show(interaction, self.event_id), update=True)
        await _ask_whom(interaction, found, self.page)


class OutButton(Persistent, ui.Button[ui.View], template=custom_ids.COMP_OUT):
    """`Remove from comp`."""

    def __init__(self, event_id: EventId, player_id: PlayerId) -> None:
        custom_id = custom_ids.comp_out(event_id, player_id)
        super().__init__(style=STYLE.danger, label=comp_texts.REMOVE, custom_id=custom_id, row=4)
        self.event_id, self.player_id = event_id, player_id

    @classmethod
    def of(cls, match: re.Match[str], /) -> Self:
        """The button behind a click."""
        return cls(EventId(int(match["event"])), PlayerId(int(match["player"])))

    async def act(self, interaction: Interaction) -> None:
        """Take them out, and show the panel."""
        work = _comps(interaction).take_out(actor_of(interaction), self.event_id, self.player_id)
        await _show(interaction, await in_time(interaction, work, update=True))


class WhoSelect(Persistent, ui.Select[ui.View], template=custom_ids.COMP_WHO):
    """Whom to move or remove; of more than 25 people every select has a part."""

    def __init__(self, event_id: EventId, part: int, options: Sequence[discord.SelectOption] = ()) -> None:
        placeholder = f"{options[0].label} …"[:150] if options else None
        custom_id = custom_ids.comp_who(event_id, part)
        super().__init__(custom_id=custom_id, placeholder=placeholder, options=list(options), row=part)
        self.event_id = event_id

    @classmethod
    def of(cls, match: re.Match[str], /) -> Self:
        """The select behind a choice."""
        return cls(EventId(int(match["event"])), int(match["part"]))

    async def act(self, interaction: Interaction) -> None:
        """Ask where to."""
        found = await in_time(interaction, show(interaction, self.event_id), update=True)
        player_id = PlayerId(int(chosen(interaction)[0]))
        if player_id not in found.seated and found.comp.of(player_id) is None:
            raise CompChanged
        text, view = comp_texts.where_to(found, player_id), to_view(found, player_id)
        await turn_into(interaction, text, view, panel_embed(found))


class ToSelect(Persistent, ui.Select[ui.View], template=custom_ids.COMP_TO):
    """Which group to move somebody to."""

    def __init__(self, event_id: EventId, player_id: PlayerId, options: Sequence[discord.SelectOption] = ()) -> None:
        custom_id = custom_ids.comp_to(event_id, player_id)
        super().__init__(custom_id=custom_id, options=list(options), row=0)
        self.event_id, self.player_id = event_id, player_id

    @classmethod
    def of(cls, match: re.Match[str], /) -> Self:
        """The select behind a choice."""
        return cls(EventId(int(match["event"])), PlayerId(int(match["player"])))

    async def act(self, interaction: Interaction) -> None:
        """Move them, or ask with whom they change places."""
        group = int(chosen(interaction)[0])
        work = _comps(interaction).move(actor_of(interaction), self.event_id, self.player_id, group)
        done = await in_time(interaction, work, update=True)
        if isinstance(done, SwapWanted):
            text = comp_texts.swap(done.line_up, done.player_id, done.group)
            await turn_into(interaction, text, swap_view(done), panel_embed(done.line_up))
        else:
            await _show(interaction, done)


class SwapSelect(Persistent, ui.Select[ui.View], template=custom_ids.COMP_SWAP):
    """With whom somebody changes places."""

    def __init__(self, event_id: EventId, player_id: PlayerId, options: Sequence[discord.SelectOption] = ()) -> None:
        custom_id = custom_ids.comp_swap(event_id, player_id)
        super().__init__(custom_id=custom_id, options=list(options), row=0)
        self.event_id, self.player_id = event_id, player_id

    @classmethod
    def of(cls, match: re.Match[str], /) -> Self:
        """The select behind a choice."""
        return cls(EventId(int(match["event"])), PlayerId(int(match["player"])))

    async def act(self, interaction: Interaction) -> None:
        """Swap them, and show the panel."""
        other = PlayerId(int(chosen(interaction)[0]))
        work = _comps(interaction).swap(actor_of(interaction), self.event_id, self.player_id, other)
        await _show(interaction, await in_time(interaction, work, update=True))


PERSISTENT = (SayButton, PanelButton, PeopleButton, OutButton, WhoSelect, ToSelect, SwapSelect)


def comp_view(found: LineUp) -> ui.View:
    """Below the published comp; dead once the raid is cancelled or archived."""
    dead = found.event.status in (EventStatus.CANCELLED, EventStatus.ARCHIVED)
    return view_of(*(SayButton(found.event.id, confirmed=one, disabled=dead) for one in (True, False)))


def panel_view(found: LineUp) -> ui.View:
    """What officers can do about the comp."""
    event_id, published = found.event.id, found.comp.published
    buttons = [
        PanelButton(event_id, "propose", comp_texts.PROPOSE),
        PanelButton(event_id, "who", comp_texts.MOVE, STYLE.primary),
        PanelButton(event_id, "publish", comp_texts.UPDATE if published else comp_texts.PUBLISH, STYLE.success),
    ]
    taken_down = [PanelButton(event_id, "unpublish", comp_texts.UNPUBLISH, STYLE.danger)] if published else []
    return view_of(*buttons, *taken_down)


def who_view(found: LineUp, page: int = 0) -> ui.View:
    """The page's people, each of whom can be moved or removed, and the ways to the pages beside it."""
    shown = found.movable[page * A_PAGE : (page + 1) * A_PAGE]
    options = [_option(found, player_id) for player_id in shown]
    parts = [options[start : start + MOST_OPTIONS] for start in range(0, len(options), MOST_OPTIONS)]
    selects = [WhoSelect(found.event.id, number, part) for number, part in enumerate(parts)]
    turns = [
        PeopleButton(found.event.id, to, label)
        for label, to in ((comp_texts.EARLIER, page - 1), (comp_texts.LATER, page + 1))
        if 0 <= to < _pages(found)
    ]
    return view_of(*selects, *turns, _back(found))


def to_view(found: LineUp, player_id: PlayerId) -> ui.View:
    """Where somebody can go: into a group if they hold a seat, out of the comp if they have a place."""
    groups = [
        discord.SelectOption(label=comp_texts.group_option(found, group), value=str(group)) for group in found.targets
    ]
    to = [ToSelect(found.event.id, player_id, groups)] if player_id in found.seated else []
    out = [OutButton(found.event.id, player_id)] if found.comp.of(player_id) else []
    return view_of(*to, *out, _back(found))


def swap_view(wanted: SwapWanted) -> ui.View:
    """The people of the full group."""
    found = wanted.line_up
    people = [one.player_id for one in found.groups[wanted.group] if one.player_id != wanted.player_id]
    options = [_option(found, player_id) for player_id in people[:MOST_OPTIONS]]
    return view_of(SwapSelect(found.event.id, wanted.player_id, options), _back(found))


def _comps(interaction: Interaction) -> Comps:
    return interaction.client.services.comps


def _pages(found: LineUp) -> int:
    return max(1, ceil(len(found.movable) / A_PAGE))


async def _ask_whom(interaction: Interaction, found: LineUp, page: int) -> None:
    """Ask whom to move; a page that is gone by now is the last."""
    page = min(page, _pages(found) - 1)
    text = comp_texts.who(page, _pages(found))
    await turn_into(interaction, text, who_view(found, page), panel_embed(found))


async def _show(interaction: Interaction, found: LineUp) -> None:
    await turn_into(interaction, comp_texts.panel(found), panel_view(found), panel_embed(found))


def _option(found: LineUp, player_id: PlayerId) -> discord.SelectOption:
    return discord.SelectOption(label=comp_texts.option(found, player_id), value=str(player_id))


def _back(found: LineUp) -> PanelButton:
    return PanelButton(found.event.id, "show", comp_texts.BACK)


async def setup(bot: MusterBot) -> None:
    """Register the classes; nothing is read per open raid."""
    bot.persistent.add(*PERSISTENT)
