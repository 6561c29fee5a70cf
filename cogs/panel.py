"""The control panel: a raid, its people and its history, for officers, without typing an id.

Its components are stateless: raid, person and page stand in every `custom_id`. Every action redraws the panel and says
in a line what happened; `cogs/panel_views.py` draws it.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any

import discord
from discord import app_commands, ui

from bot.answers import PATIENCE, answer, in_time
from bot.client import MusterBot
from bot.domain.ids import EventId, MessageId
from bot.domain.panel import Overview
from bot.render import comp_texts, custom_ids, officer_texts, panel_texts, texts
from bot.render.comp_sheet import panel_embed
from bot.services.raid_edits import EditWish
from cogs import panel_people
from cogs import panel_views as views
from cogs.actors import Interaction, actor_of, channel_gone
from cogs.comp import panel_view as comp_view
from cogs.copying import copy_raid
from cogs.panel_base import PanelItem, look, redraw, send, services_of, turn
from cogs.panel_forms import EditModal, WhenModal
from cogs.panel_views import Said

Do = Callable[[Interaction, EventId], Coroutine[Any, Any, None]]


async def _opened(interaction: Interaction, event_id: EventId) -> Overview:
    """The raid for a form: a form must be the first answer, so nothing can be deferred here."""
    return await asyncio.wait_for(look(interaction, event_id), PATIENCE)


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
    done = await services_of(interaction).edits.edit(actor_of(interaction), str(event_id), wish)
    return Said(officer_texts.edited(done.before, done.event, done.promoted, done.demoted), done.entry_id)


async def ask_when(interaction: Interaction, event_id: EventId, do: str) -> None:
    """`Move` and `Copy`: the form, then what was understood, to be confirmed."""
    await _opened(interaction, event_id)

    async def typed(submitted: Interaction, when: str) -> None:
        async def understood() -> ui.LayoutView:
            found = await look(submitted, event_id)
            words, at = await services_of(submitted).raids.read_when(actor_of(submitted), when)
            return views.confirming(found, do, words, at)

        await turn(submitted, await in_time(submitted, understood(), update=True))

    await WhenModal(panel_texts.MOVE if do == "move" else panel_texts.COPY, typed).open(interaction)


async def set_closed(interaction: Interaction, event_id: EventId, *, closed: bool) -> None:
    """`Close` and `Reopen`."""

    async def done() -> Said:
        services, actor = services_of(interaction), actor_of(interaction)
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
        raids = services_of(interaction).raids
        cancelled = await raids.cancel(actor_of(interaction), str(event_id), None, delete=False)
        gone = channel_gone(interaction, cancelled.event)
        return Said(texts.cancelled(cancelled.event, deleted=False, gone=gone), cancelled.entry_id)

    await redraw(interaction, event_id, done())


async def ask_whom(interaction: Interaction, event_id: EventId) -> None:
    """`Add`: asks whom."""
    await in_time(interaction, look(interaction, event_id), update=True)
    await turn(interaction, views.adding(event_id))


async def comp(interaction: Interaction, event_id: EventId) -> None:
    """`Comp`: the comp's own panel, beside this one."""
    found = await in_time(interaction, services_of(interaction).comps.open(actor_of(interaction), str(event_id)))
    await answer(interaction, comp_texts.panel(found), comp_view(found), embed=panel_embed(found))


async def history(interaction: Interaction, event_id: EventId, before: int | None = None) -> None:
    """`History`, or what came before an entry of it."""
    panel = services_of(interaction).panel
    found = await in_time(interaction, panel.history(actor_of(interaction), event_id, before), update=True)
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


class DoButton(PanelItem, template=custom_ids.PANEL_DO):
    """What `DO` has a word for."""

    async def act(self, interaction: Interaction) -> None:
        """Do it."""
        await DO[self.match["do"]](interaction, self.event_id)


class WhenButton(PanelItem, template=custom_ids.PANEL_WHEN):
    """Confirms the time of a move, of a copy, or of a copy with its sign-ups."""

    async def act(self, interaction: Interaction) -> None:
        """Move the raid, or plan it once more."""
        work = self._move if self.match["do"] == "move" else self._copy
        await redraw(interaction, self.event_id, work(interaction))

    async def _move(self, interaction: Interaction) -> Said:
        services = services_of(interaction)
        done = await services.edits.move(actor_of(interaction), str(self.event_id), self.match["at"])
        passed = done.event.deadline is not None and done.event.deadline <= services.clock.now()
        return Said(officer_texts.moved(done.before, done.event, deadline_passed=passed), done.entry_id)

    async def _copy(self, interaction: Interaction) -> Said:
        with_sign_ups = self.match["do"] == "copyall"
        done = await copy_raid(interaction, str(self.event_id), self.match["at"], with_sign_ups=with_sign_ups)
        return Said(officer_texts.copied(done.source, done.event, done.people))


class OlderButton(PanelItem, template=custom_ids.PANEL_PAST):
    """`Older`, below the history."""

    async def act(self, interaction: Interaction) -> None:
        """Show what came before."""
        await history(interaction, self.event_id, int(self.match["before"]))


class UndoHere(PanelItem, template=custom_ids.PANEL_UNDO):
    """`Undo`, within the panel."""

    async def act(self, interaction: Interaction) -> None:
        """Take it back."""
        await redraw(interaction, self.event_id, self._undo(interaction))

    async def _undo(self, interaction: Interaction) -> Said:
        done = await services_of(interaction).undo.undo(actor_of(interaction), int(self.match["entry"]), self.event_id)
        return Said(officer_texts.undone(done.event, done.action, done.name))


PERSISTENT = (DoButton, WhenButton, OlderButton, UndoHere, *panel_people.PERSISTENT)


@app_commands.guild_only()
async def on_sheet(interaction: Interaction, message: discord.Message) -> None:
    """The menu `Manage this raid` on a sheet's message: the panel."""
    work = services_of(interaction).panel.at(actor_of(interaction), MessageId(message.id))
    await send(interaction, views.panel(await in_time(interaction, work)))


async def setup(bot: MusterBot) -> None:
    """Register the classes and the menu; nothing is read per open raid."""
    bot.persistent.add(*PERSISTENT)
    bot.tree.add_command(app_commands.ContextMenu(name=panel_texts.MENU, callback=on_sheet))


async def teardown(bot: MusterBot) -> None:
    """Take the menu away, so that the extension can be loaded again."""
    bot.tree.remove_command(panel_texts.MENU, type=discord.AppCommandType.message)
