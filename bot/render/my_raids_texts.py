"""The raids to come as a member reads them: a few short lines a raid, for a phone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.event import Event, EventStatus
from bot.domain.roster import Placed
from bot.domain.template import Choice, Template
from bot.render.texts import EMOJI, safe, stamp

NEXT, PREVIOUS = "Later", "Sooner"
NEXT_WEEK, PREVIOUS_WEEK = "Next week", "Week before"
LONGEST_SHOWN = 40
"""Characters of a title here."""
LONGEST_MESSAGE = 1900
NO_ANSWER = "▫️ not answered yet"

Mine = tuple[Event, Template, Placed | None]
"""A raid, what it was made with, and the reader's place on its sheet."""


def ahead(raids: Sequence[Mine], page: int, pages: int) -> str:
    """A page (from 0) of `/raids`."""
    if not raids:
        return "No raid is planned. When an officer plans one, its sheet appears in the raid channel."
    number = f"\nPage {page + 1} of {pages}" if pages > 1 else ""
    return _fitting([_raid(*one, stamp(one[0].starts_at, "F")) for one in raids]) + number


def week(raids: Sequence[Mine], first: datetime, zone: ZoneInfo) -> str:
    """One week of `/me signups`: a heading a day, below it the raids with the reader's place."""
    last = first + timedelta(days=6)
    span = f"{stamp(first, 'd')} to {stamp(last, 'd')}"
    if not raids:
        return f"No raid from {span}."
    lines = [f"**Your week**, {span}"]
    days = [event.starts_at.astimezone(zone).date() for event, _, _ in raids]
    for before, day, one in zip([None, *days], days, raids, strict=False):
        heading = f"__{stamp(one[0].starts_at, 'D')}__\n" if day != before else ""
        lines.append(heading + _raid(*one, stamp(one[0].starts_at, "t")))
    return _fitting(lines)


def _raid(event: Event, template: Template, placed: Placed | None, when: str) -> str:
    running = " · running" if event.status is EventStatus.IN_PROGRESS else ""
    link = f" · [sheet]({event.link})" if event.link else ""
    return f"**{safe(event.title[:LONGEST_SHOWN])}** {when}{running}\n{own_place(template, placed)}{link}"


def own_place(template: Template, placed: Placed | None) -> str:
    """The reader's place in a few words: "✅ #7 as Holy Paladin", "⏳ place 3 in the queue"."""
    if placed is None:
        return NO_ANSWER
    own = placed.sign_up
    called = template.shown(own.class_name, own.spec_name) if own.choice.holds_seat else ""
    what = f" as {safe(called[:LONGEST_SHOWN])}" if called else ""
    if placed.position is not None:
        return f"⏳ place {placed.position} in the queue{what}"
    if own.choice is Choice.ACCEPTED:
        return f"{EMOJI[own.choice]} #{placed.number}{what}"
    label = safe(template.labels.get(own.choice, own.choice.value)[:LONGEST_SHOWN])
    return f"{EMOJI[own.choice]} {label}{f', #{placed.number}' if own.choice.holds_seat else ''}{what}"


def _fitting(lines: Sequence[str]) -> str:
    """As many lines as one message takes."""
    shown = [line for count, line in enumerate(lines) if len("\n".join(lines[: count + 1])) <= LONGEST_MESSAGE]
    more = [f"… and {len(lines) - len(shown)} more"] if len(lines) > len(shown) else []
    return "\n".join([*shown, *more])


# ---------------------------------------------------------------- one's own clocks


def zone(own: str | None, server: str, *, server_has_one: bool) -> str:
    """The answer to `/me timezone`: zones by their names."""
    if own:
        return (
            f"Times you type are read in **{own}**. The server's zone is {server}; `/me timezone zone:none` follows it."
        )
    which = f"the server's zone, **{server}**" if server_has_one else "UTC, for the server has set no zone"
    return f"Times you type are read in {which}. `/me timezone zone:` sets one of your own."
