"""What people read about comps, beside the groups themselves."""

from collections.abc import Sequence

from bot.domain.comp import LineUp, Slot
from bot.domain.event import Event
from bot.domain.ids import PlayerId, UserId
from bot.render.comp_sheet import declined, filled
from bot.render.sheet import cut
from bot.render.texts import safe, stamp

PROPOSE = "Propose anew"
MOVE = "Move…"
PUBLISH = "Publish"
UPDATE = "Update"
UNPUBLISH = "Unpublish"
BACK = "Back"
REMOVE = "Remove from comp"
CONFIRM = "Confirm"
DECLINE = "Decline"
EARLIER, LATER = "◀", "▶"
MOST_RUNG = 75
"""Mentions of one message: 75 times 23 characters leave room for a sentence (Discord: 2000 characters, 100 pings)."""


def panel(line_up: LineUp) -> str:
    """Above the officers' panel: where the comp stands."""
    raid = f"**{safe(line_up.event.title)}**, {stamp(line_up.event.starts_at)}"
    if not line_up.comp.published:
        return f"{raid}: the comp is not published. Only you see this panel."
    if line_up.comp.message_id is None:
        return f"{raid}: the comp is published and appears in <#{line_up.event.channel_id}>."
    news = len(line_up.news)
    people = "1 person" if news == 1 else f"{news} people"
    untold = f" `{UPDATE}` tells {people} about their new place." if news else ""
    return f"{raid}: the comp is published, {link(line_up)}. What you change shows there.{untold}"


def link(line_up: LineUp) -> str:
    """Where the comp's message stands."""
    event = line_up.event
    return f"https://discord.com/channels/{event.guild_id}/{event.channel_id}/{line_up.comp.message_id}"


def who(page: int, pages: int) -> str:
    """Above the selects of people; `page` counts from 0."""
    which = "" if pages < 2 else f" Page {page + 1} of {pages}."
    return f"Whom do you want to move or remove?{which}"


def option(line_up: LineUp, player_id: PlayerId) -> str:
    """Somebody in a select: their group and name."""
    slot = line_up.comp.of(player_id)
    return cut(f"{f'Group {slot.group}' if slot else 'No group'} · {_name(line_up, player_id)}", 100)


def group_option(line_up: LineUp, group: int) -> str:
    """A group in a select."""
    slots = line_up.groups.get(group, ())
    return f"Group {group} ({filled(line_up, slots)})" if slots else f"Group {group} (new)"


def where_to(line_up: LineUp, player_id: PlayerId) -> str:
    """Above the select of groups."""
    name = safe(_name(line_up, player_id))
    if player_id not in line_up.seated:
        return f"**{name}** has no seat in this raid any more."
    return f"Where to with **{name}**?"


def swap(line_up: LineUp, player_id: PlayerId, group: int) -> str:
    """Above the select of whom to change places with."""
    return f"Group {group} is full. With whom does **{safe(_name(line_up, player_id))}** change places?"


def rung(people: Sequence[UserId]) -> str:
    """The mentions of a new comp's message; nothing for nobody."""
    mentions = " ".join(f"<@{one}>" for one in people[:MOST_RUNG])
    return f"{mentions}\nYou have a place in this comp: please confirm it below." if mentions else ""


def place_changed(line_up: LineUp, people: Sequence[UserId]) -> str:
    """To those whose place in a published comp is another now."""
    mentions = " ".join(f"<@{one}>" for one in people[:MOST_RUNG])
    return f"{mentions}\nYour place in the comp has changed: {link(line_up)}"


def said(event: Event, slot: Slot) -> str:
    """After `Confirm` and `Decline`."""
    if slot.confirmed:
        return f"Thanks: you take your place in group {slot.group} of **{safe(event.title)}**."
    return (
        f"You declined your place in group {slot.group} of **{safe(event.title)}**; the officers see it. "
        "Your answer on the sheet stays as it is: change it there if you cannot come at all."
    )


def somebody_declined(line_up: LineUp, slot: Slot) -> str:
    """To the officers, once a person."""
    raid = f"**{safe(line_up.event.title)}**, {stamp(line_up.event.starts_at)}"
    where = f"\n{link(line_up)}" if line_up.comp.message_id else ""
    return f"❌ {raid}: {declined(line_up, slot)} `/raid comp` changes the groups.{where}"


def _name(line_up: LineUp, player_id: PlayerId) -> str:
    person = line_up.seated.get(player_id) or line_up.comp.of(player_id)
    return " ".join(person.name.split()) if person and person.name.strip() else "?"
