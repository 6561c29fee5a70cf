"""The messages of the control panel: Components V2, at most 40 components and 4000 characters each.

The components here are plain ones: whoever presses them is answered by the classes in `cogs/panel.py`, by their ids.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

import discord
from discord import ui

from bot.components import layout_of
from bot.domain.event import EventStatus, SheetKind
from bot.domain.ids import EventId
from bot.domain.mine import as_offer, offered
from bot.domain.panel import History, Overview
from bot.domain.roster import Placed
from bot.render import custom_ids, mine_texts, officer_texts, panel_texts
from bot.render.sheet import cut
from bot.render.texts import EMOJI

STYLE = discord.ButtonStyle
A_PAGE = 25
A_ROW = 5
MOST_OFFERS = 15
MOST_ADDED = 10
LONGEST_LABEL = 80

Items = Sequence[ui.Item[Any]]


@dataclass(frozen=True)
class Said:
    """What an action came to, in a line, and the entry of the trail that undoes it."""

    text: str = ""
    entry_id: int | None = None


def panel(found: Overview, said: Said | None = None) -> ui.LayoutView:
    """The raid, and everything an officer can do about it; dead buttons for what it does not take."""
    event, said = found.sheet.event, said or Said()
    over = not found.changeable
    elsewhere = event.sheet is SheetKind.RAID_HELPER
    here = over or elsewhere
    coming = event.status is EventStatus.SCHEDULED
    close = ("reopen", panel_texts.REOPEN) if event.closed else ("close", panel_texts.CLOSE)
    first = [
        _do(event.id, "edit", panel_texts.EDIT, disabled=over),
        _do(event.id, "move", panel_texts.MOVE, disabled=over or not coming),
        _do(event.id, *close, disabled=here or not coming),
        _do(event.id, "copy", panel_texts.COPY),
        _do(event.id, "cancel", panel_texts.CANCEL, style=STYLE.danger, disabled=over),
    ]
    second = [
        _do(event.id, "add", panel_texts.ADD, style=STYLE.primary, disabled=here),
        _button(panel_texts.PERSON, custom_ids.panel_people(event.id, 0), style=STYLE.primary, disabled=elsewhere),
        _do(event.id, "comp", panel_texts.COMP, disabled=here),
        _do(event.id, "history", panel_texts.HISTORY),
    ]
    gone = elsewhere and event.status is EventStatus.CANCELLED  # Raid-Helper knows no cancelled raid
    link = [ui.Button[ui.LayoutView](label=panel_texts.SHEET, url=event.link)] if event.link and not gone else []
    return _layout(panel_texts.panel(found), [first, [*second, *link]], event.id, said)


def people(found: Overview, page: int) -> ui.LayoutView:
    """Who is on the sheet, 25 a page; a page that is gone by now is the last."""
    event_id = found.sheet.event.id
    if not found.people:
        return asking(event_id, panel_texts.NO_PEOPLE)
    pages = ceil(len(found.people) / A_PAGE)
    page = min(page, pages - 1)
    options = [_option(found, one) for one in found.people[page * A_PAGE : (page + 1) * A_PAGE]]
    select: ui.Select[ui.LayoutView] = ui.Select(
        custom_id=custom_ids.panel_who(event_id), placeholder=panel_texts.CHOOSE_PERSON, options=options
    )
    turns = [
        _button(label, custom_ids.panel_people(event_id, to))
        for label, to in ((panel_texts.EARLIER, page - 1), (panel_texts.LATER, page + 1))
        if 0 <= to < pages
    ]
    return _layout(panel_texts.people(page, pages), [[select], [*turns, _back(event_id)]])


def person(found: Overview, placed: Placed, said: Said | None = None) -> ui.LayoutView:
    """Somebody on the sheet: another answer, what they offer to play, off the sheet."""
    event_id, own, said = found.sheet.event.id, placed.sign_up, said or Said()
    dead = not found.changeable
    answers = [
        _button(
            cut(label, LONGEST_LABEL),
            custom_ids.panel_put(event_id, own.player_id, choice),
            emoji=EMOJI[choice],
            disabled=dead or choice is own.choice,
        )
        for choice, label in found.sheet.template.labels.items()
    ]
    offers = [
        _button(
            panel_texts.instead(mine_texts.spec(pick, found.sheet.template)),
            custom_ids.panel_offer(event_id, own.player_id, custom_ids.digest(as_offer(pick))),
            disabled=dead,
        )
        for pick in offered(found.sheet.template, own)[:MOST_OFFERS]
    ]
    off = custom_ids.panel_off(event_id, own.player_id)
    others = _button(panel_texts.PERSON, custom_ids.panel_people(event_id, (placed.number - 1) // A_PAGE))
    last = [_button(panel_texts.REMOVE, off, style=STYLE.danger, disabled=dead), others, _back(event_id)]
    return _layout(panel_texts.person(found, placed), [answers, *_rows(offers), last], event_id, said)


def asking(event_id: EventId, text: str, *items: ui.Item[Any]) -> ui.LayoutView:
    """A question with what answers it, and the way back."""
    rows = [[one] for one in items if isinstance(one, ui.UserSelect)]
    return _layout(text, [*rows, [*(one for one in items if not isinstance(one, ui.UserSelect)), _back(event_id)]])


def adding(event_id: EventId) -> ui.LayoutView:
    """Whom to put on the sheet."""
    select: ui.UserSelect[ui.LayoutView] = ui.UserSelect(
        custom_id=custom_ids.panel_new(event_id), placeholder=panel_texts.CHOOSE_MEMBERS, max_values=MOST_ADDED
    )
    return asking(event_id, panel_texts.WHOM_TO_ADD, select)


def cancelling(found: Overview) -> ui.LayoutView:
    """Whether the raid is really to be cancelled."""
    event_id = found.sheet.event.id
    sure = _do(event_id, "gone", panel_texts.CONFIRM_CANCEL, style=STYLE.danger)
    return asking(event_id, panel_texts.cancel_asked(found), sure)


def confirming(found: Overview, do: str, understood: str, at: datetime) -> ui.LayoutView:
    """What was understood of a typed time; `do` is move or copy."""
    event_id = found.sheet.event.id
    labels = {"move": panel_texts.MOVE} if do == "move" else {"copy": panel_texts.COPY, "copyall": panel_texts.COPY_ALL}
    if not found.people:
        labels.pop("copyall", None)
    sure = [
        _button(label, custom_ids.panel_when(event_id, one, at), style=STYLE.success) for one, label in labels.items()
    ]
    return asking(event_id, panel_texts.when_asked(found, do, understood, at), *sure)


def history(found: History) -> ui.LayoutView:
    """What officers did to the raid; the latest that can be undone have a button each."""
    event_id = found.event.id
    undo = [
        _button(panel_texts.undo_number(number), custom_ids.panel_undo(event_id, one.entry_id), emoji="↩️")
        for number, one in enumerate(found.actions, start=1)
        if one.undoable
    ]
    older = (
        [_button(panel_texts.OLDER, custom_ids.panel_past(event_id, found.actions[-1].entry_id))] if found.older else []
    )
    latest = [_do(event_id, "history", panel_texts.LATEST)] if found.past else []
    return _layout(panel_texts.history(found), [undo[:A_ROW], [*older, *latest, _back(event_id)]])


def _layout(
    text: str, rows: Sequence[Items], event_id: EventId | None = None, said: Said | None = None
) -> ui.LayoutView:
    """A text, rows of components, and what was done just now with its `Undo`."""
    container: ui.Container[ui.LayoutView] = ui.Container(ui.TextDisplay(text))
    if said and said.text:
        container.add_item(ui.Separator()).add_item(ui.TextDisplay(cut(said.text, panel_texts.LONGEST_SAID)))
    if said and said.entry_id is not None and event_id is not None:
        undo = custom_ids.panel_undo(event_id, said.entry_id)
        container.add_item(ui.ActionRow(_button(officer_texts.UNDO, undo, emoji="↩️")))
    return layout_of(container, *(ui.ActionRow(*row) for row in rows if row))


def _rows(items: Items) -> Sequence[Items]:
    return [items[start : start + A_ROW] for start in range(0, len(items), A_ROW)]


def _option(found: Overview, placed: Placed) -> discord.SelectOption:
    label, description = panel_texts.option(found, placed)
    return discord.SelectOption(label=label, description=description, value=str(placed.sign_up.player_id))


def _do(event_id: EventId, do: str, label: str, **more: Any) -> ui.Button[ui.LayoutView]:
    return _button(label, custom_ids.panel_do(event_id, do), **more)


def _back(event_id: EventId) -> ui.Button[ui.LayoutView]:
    return _do(event_id, "show", panel_texts.BACK)


def _button(
    label: str, custom_id: str, *, style: STYLE = STYLE.secondary, emoji: str | None = None, disabled: bool = False
) -> ui.Button[ui.LayoutView]:
    return ui.Button(label=label, custom_id=custom_id, style=style, emoji=emoji, disabled=disabled)
