"""The control panel: a raid, its people and its history, for officers, without typing an id.

Its components are stateless: raid, person and page stand in every `custom_id`. Every action redraws the panel and says
in a line what happened; `cogs/panel_views.py` draws it.
"""

import asyncio
import re
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any, Self

import discord
from discord import app_commands, ui

from bot.answers import PATIENCE, answer, in_time
from bot.client import MusterBot
from bot.components import PersistentItem
from bot.domain.event import SheetKind
from bot.domain.ids import ChannelId, EventId, MessageId, PlayerId
from bot.domain.mine import as_offer, offered
from bot.domain.panel import Overview
from bot.domain.people import NotOnSheet
from bot.domain.roster import Placed
from bot.domain.template import Choice
from bot.render import comp_texts, custom_ids, officer_texts, panel_texts, texts
from bot.render.comp_sheet import panel_embed
from bot.services.bundle import Services
from bot.services.copying import channel_of
from bot.services.officers import OfferGone, OnSheet, Whom
from bot.services.raid_edits import EditWish
from cogs import panel_views as views
from cogs.actors import Interaction, actor_of, member_of, require_postable
from cogs.comp import panel_view as comp_view
from cogs.panel_forms import EditModal, WhenModal
from cogs.panel_views import Said

Do = Callable[[Interaction, EventId], Coroutine[Any, Any, None]]


# ---------------------------------------------------------------- showing


async def send(interaction: Interaction, view: ui.LayoutView) -> None:
    """Answer with a panel only the officer sees."""
    if interaction.response.is_done():
        await interaction.followup.send(view=view, ephemeral=True)
    else:
        await interaction.response.send_message(view=view, ephemeral=True)


async def turn(interaction: Interaction, view: ui.LayoutView) -> None:
    """Change the panel the component stands on."""
    if interaction.response.is_done():
        await interaction.edit_original_response(view=view)
    else:
        await interaction.response.edit_message(view=view)


async def look(interaction: Interaction, event_id: EventId) -> Overview:
    """The raid as it is now. Raises NotAnOfficer, UnknownEvent."""
    return await _services(interaction).panel.look(actor_of(interaction), event_id)


async def redraw(interaction: Interaction, event_id: EventId, work: Coroutine[Any, Any, Said]) -> None:
    """Do `work`, and show the panel with what it came to."""

    async def done() -> ui.LayoutView:
        said = await work
        return views.panel(await look(interaction, event_id), said)

    await turn(interaction, await in_time(interaction, done(), update=True))


async def _opened(interaction: Interaction, event_id: EventId) -> Overview:
    """The raid for a form: a form must be the first answer, so nothing can be deferred here."""
    return await asyncio.wait_for(look(interaction, event_id), PATIENCE)


# ---------------------------------------------------------------- the raid


async def show(interaction: Interaction, event_id: EventId) -> None:
    """`Back`: the panel as it is now."""
    await turn(interaction, views.panel(await in_time(interaction, look(interaction, event_id), update=True)))


async def edit(interaction: Interaction, event_id: EventId) -> None:
    """`Edit`: the form, then the change."""
    found = await _opened(interaction, event_id)

    async def changed(submitted: Interaction, wish: EditWish) -> None:
        await redraw(submitted, event_id, _edit(submitted, event_id, wish))

    await EditModal(found.sheet.event, changed).open(interaction)


async def _edit(interaction: Interaction, event_id: EventId, wish: EditWish) -> Said:
    done = await _services(interaction).edits.edit(actor_of(interaction), str(event_id), wish)
    return Said(officer_texts.edited(done.before, done.event, done.promoted, done.demoted), done.entry_id)


async def ask_when(interaction: Interaction, event_id: EventId, do: str) -> None:
    """`Move` and `Copy`: the form, then what was understood, to be confirmed."""
    await _opened(interaction, event_id)

    async def typed(submitted: Interaction, when: str) -> None:
        async def understood() -> ui.LayoutView:
            found = await look(submitted, event_id)
            words, at = await _services(submitted).raids.read_when(found.sheet.event.guild_id, when)
            return views.confirming(found, do, words, at)

        await turn(submitted, await in_time(submitted, understood(), update=True))

    await WhenModal(panel_texts.MOVE if do == "move" else panel_texts.COPY, typed).open(interaction)


async def set_closed(interaction: Interaction, event_id: EventId, *, closed: bool) -> None:
    """`Close` and `Reopen`."""

    async def done() -> Said:
        services, actor = _services(interaction), actor_of(interaction)
        if closed:
            changed = await services.edits.close(actor, str(event_id))
            return Said(officer_texts.closed(changed.event), changed.entry_id)
        changed = await services.edits.reopen(actor, str(event_id))
        passed = changed.event.deadline is not None and changed.event.deadline <= services.clock.now()
        return Said(officer_texts.reopened(changed.event, deadline_passed=passed), changed.entry_id)

    await redraw(interaction, event_id, done())


async def ask_cancel(interaction: Interaction, event_id: EventId) -> None:
    """`Cancel raid`: asks first."""
    await turn(interaction, views.cancelling(await in_time(interaction, look(interaction, event_id), update=True)))


async def cancel(interaction: Interaction, event_id: EventId) -> None:
    """`Yes, cancel it`."""

    async def done() -> Said:
        raids = _services(interaction).raids
        cancelled = await raids.cancel(actor_of(interaction), str(event_id), None, delete=False)
        return Said(texts.cancelled(cancelled.event, deleted=False), cancelled.entry_id)

    await redraw(interaction, event_id, done())


async def ask_whom(interaction: Interaction, event_id: EventId) -> None:
    """`Add`: asks whom."""
    await in_time(interaction, look(interaction, event_id), update=True)
    await turn(interaction, views.adding(event_id))


async def comp(interaction: Interaction, event_id: EventId) -> None:
    """`Comp`: the comp's own panel, beside this one."""
    found = await in_time(interaction, _services(interaction).comps.open(actor_of(interaction), str(event_id)))
    await answer(interaction, comp_texts.panel(found), comp_view(found), embed=panel_embed(found))


async def history(interaction: Interaction, event_id: EventId) -> None:
    """`History`."""
    panel = _services(interaction).panel
    found = await in_time(interaction, panel.history(actor_of(interaction), event_id), update=True)
    await turn(interaction, views.history(found))


DO: Mapping[str, Do] = {
    "show": show,
    "edit": edit,
    "move": partial(ask_when, do="move"),
    "close": partial(set_closed, closed=True),
    "reopen": partial(set_closed, closed=False),
    "copy": partial(ask_when, do="copy"),
    "cancel": ask_cancel,
    "gone": cancel,
    "add": ask_whom,
    "comp": comp,
    "history": history,
}


class PanelButton(PersistentItem[ui.Button[ui.View]], template=r"(?!)"):
    """A button of the panel, known by its id alone."""

    def __init__(self, item: ui.Button[ui.View], match: re.Match[str]) -> None:
        super().__init__(item)
        self.event_id = EventId(int(match["event"]))
        self.match = match

    @classmethod
    async def from_custom_id(cls, _interaction: Any, item: Any, match: re.Match[str], /) -> Self:
        """The button behind a click."""
        return cls(item, match)

    @property
    def player_id(self) -> PlayerId:
        """Whom the button is about."""
        return PlayerId(int(self.match["player"]))


class DoButton(PanelButton, template=custom_ids.PANEL_DO):
    """What `DO` has a word for."""

    async def act(self, interaction: Interaction) -> None:
        """Do it."""
        await DO[self.match["do"]](interaction, self.event_id)


class WhenButton(PanelButton, template=custom_ids.PANEL_WHEN):
    """Confirms the time of a move or of a copy."""

    async def act(self, interaction: Interaction) -> None:
        """Move the raid, or plan it once more."""
        work = self._move if self.match["do"] == "move" else self._copy
        await redraw(interaction, self.event_id, work(interaction))

    async def _move(self, interaction: Interaction) -> Said:
        services = _services(interaction)
        done = await services.edits.move(actor_of(interaction), str(self.event_id), self.match["at"])
        passed = done.event.deadline is not None and done.event.deadline <= services.clock.now()
        return Said(officer_texts.moved(done.before, done.event, deadline_passed=passed), done.entry_id)

    async def _copy(self, interaction: Interaction) -> Said:
        services, actor, here = _services(interaction), actor_of(interaction), ChannelId(interaction.channel_id or 0)
        source = await services.copies.source(actor, str(self.event_id))
        if source.sheet is SheetKind.NATIVE:
            require_postable(interaction, channel_of(source, await services.servers.get(actor.guild_id), here))
        done = await services.copies.copy(actor, source.id, self.match["at"], here, with_sign_ups=False)
        return Said(officer_texts.copied(done.source, done.event, done.people))


class UndoHere(PanelButton, template=custom_ids.PANEL_UNDO):
    """`Undo`, within the panel."""

    async def act(self, interaction: Interaction) -> None:
        """Take it back."""
        await redraw(interaction, self.event_id, self._undo(interaction))

    async def _undo(self, interaction: Interaction) -> Said:
        done = await _services(interaction).undo.undo(actor_of(interaction), int(self.match["entry"]))
        return Said(officer_texts.undone(done.event, done.action, done.name))


# ---------------------------------------------------------------- people


def placed_in(found: Overview, player_id: PlayerId) -> Placed:
    """Somebody on the sheet. Raises NotOnSheet."""
    placed = next((one for one in found.people if one.sign_up.player_id == player_id), None)
    if placed is None:
        raise NotOnSheet("They are not on this sheet any more.")
    return placed


class PeopleButton(PanelButton, template=custom_ids.PANEL_PEOPLE):
    """`Person…`, and the pages of people."""

    async def act(self, interaction: Interaction) -> None:
        """Ask who it is about."""
        found = await in_time(interaction, look(interaction, self.event_id), update=True)
        await turn(interaction, views.people(found, int(self.match["page"])))


class OffButton(PanelButton, template=custom_ids.PANEL_OFF):
    """`Remove`."""

    async def act(self, interaction: Interaction) -> None:
        """Take them off the sheet."""
        await redraw(interaction, self.event_id, self._remove(interaction))

    async def _remove(self, interaction: Interaction) -> Said:
        officers = _services(interaction).officers
        done = await officers.remove(actor_of(interaction), str(self.event_id), str(self.player_id))
        return Said(officer_texts.removed(done.event, done.sign_up), done.entry_id)


class PersonButton(PanelButton, template=r"(?!)"):
    """A button that changes somebody's sign-up, and shows them again."""

    async def act(self, interaction: Interaction) -> None:
        """Do it, and show where they stand then."""
        await turn(interaction, await in_time(interaction, self._done(interaction), update=True))

    async def change(self, interaction: Interaction) -> Said:
        """What the button does."""
        raise NotImplementedError

    async def _done(self, interaction: Interaction) -> ui.LayoutView:
        said = await self.change(interaction)
        found = await look(interaction, self.event_id)
        return views.person(found, placed_in(found, self.player_id), said)


class PutButton(PersonButton, template=custom_ids.PANEL_PUT):
    """Gives somebody another answer."""

    async def change(self, interaction: Interaction) -> Said:
        """Change the answer; they are told once."""
        officers, choice = _services(interaction).officers, Choice(self.match["choice"])
        done = await officers.answer_for(actor_of(interaction), str(self.event_id), self.player_id, choice)
        return Said(_added(done), done.entry_id)


class OfferButton(PersonButton, template=custom_ids.PANEL_OFFER):
    """Has somebody play what they offered."""

    async def change(self, interaction: Interaction) -> Said:
        """Take the offer up; they are told once. Raises OfferGone."""
        found = await look(interaction, self.event_id)
        picks = offered(found.sheet.template, placed_in(found, self.player_id).sign_up)
        pick = next((one for one in picks if custom_ids.digest(as_offer(one)) == self.match["offer"]), None)
        if pick is None:
            raise OfferGone
        officers = _services(interaction).officers
        done = await officers.take_offer(actor_of(interaction), str(self.event_id), self.player_id, pick)
        return Said(officer_texts.switched(done.event, done.template, done.placed), done.entry_id)


class WhoSelect(PersistentItem[ui.Select[ui.View]], template=custom_ids.PANEL_WHO):
    """Who it is about."""

    def __init__(self, item: ui.Select[ui.View], match: re.Match[str]) -> None:
        super().__init__(item)
        self.event_id = EventId(int(match["event"]))

    @classmethod
    async def from_custom_id(cls, _interaction: Any, item: Any, match: re.Match[str], /) -> Self:
        """The select behind a choice."""
        return cls(item, match)

    async def act(self, interaction: Interaction) -> None:
        """Show them."""
        found = await in_time(interaction, look(interaction, self.event_id), update=True)
        placed = placed_in(found, PlayerId(int(self.item.values[0])))
        await turn(interaction, views.person(found, placed))


class NewSelect(PersistentItem[ui.UserSelect[ui.View]], template=custom_ids.PANEL_NEW):
    """Whom to put on the sheet."""

    def __init__(self, item: ui.UserSelect[ui.View], match: re.Match[str]) -> None:
        super().__init__(item)
        self.event_id = EventId(int(match["event"]))

    @classmethod
    async def from_custom_id(cls, _interaction: Any, item: Any, match: re.Match[str], /) -> Self:
        """The select behind a choice."""
        return cls(item, match)

    async def act(self, interaction: Interaction) -> None:
        """Put them on the sheet, one after the other."""
        await redraw(interaction, self.event_id, self._add(interaction))

    async def _add(self, interaction: Interaction) -> Said:
        members = [member_of(one) for one in self.item.values if isinstance(one, discord.Member)]
        officers, actor = _services(interaction).officers, actor_of(interaction)
        done = [await officers.add(actor, str(self.event_id), Whom(one)) for one in members]
        entry_id = done[0].entry_id if len(done) == 1 else None
        return Said("\n".join(_added(one) for one in done), entry_id)


def _added(done: OnSheet) -> str:
    changed = done.entry_id is not None
    return officer_texts.added(done.event, done.template, done.placed, was_there=done.was_there, changed=changed)


def _services(interaction: Interaction) -> Services:
    return interaction.client.services


PERSISTENT = (
    DoButton,
    WhenButton,
    UndoHere,
    PeopleButton,
    OffButton,
    PutButton,
    OfferButton,
    WhoSelect,
    NewSelect,
)


@app_commands.guild_only()
async def on_sheet(interaction: Interaction, message: discord.Message) -> None:
    """The menu `Manage this raid` on a sheet's message: the panel."""
    work = _services(interaction).panel.at(actor_of(interaction), MessageId(message.id))
    await send(interaction, views.panel(await in_time(interaction, work)))


async def setup(bot: MusterBot) -> None:
    """Register the classes and the menu; nothing is read per open raid."""
    bot.add_dynamic_items(*PERSISTENT)
    bot.tree.add_command(app_commands.ContextMenu(name=panel_texts.MENU, callback=on_sheet))


async def teardown(bot: MusterBot) -> None:
    """Take the menu away, so that the extension can be loaded again."""
    bot.tree.remove_command(panel_texts.MENU, type=discord.AppCommandType.message)
