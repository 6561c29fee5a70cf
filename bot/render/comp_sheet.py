"""A comp as an embed, published or in the officers' panel: a column a group, always within Discord's limits."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import discord

from bot.domain.comp import LineUp, Missing, Option, Slot
from bot.domain.event import EventStatus
from bot.domain.roster import SignUp
from bot.domain.template import Choice
from bot.render.sheet import GREY, LONGEST_VALUE, cut, fits, units
from bot.render.texts import safe, stamp

MARKS = {True: "✅", False: "❌", None: "▫️"}
GAP = "▫️ *open place*"
MOST_NAMED = 3
"""People named in one line of what is missing."""

MOST_ROLES = 10

Draw = Callable[[LineUp, Slot, "Measure"], str]


@dataclass(frozen=True)
class Measure:
    """How much a comp may say: a name's length, places a group shows, groups, and lines of what is to mend."""

    name: int
    places: int
    groups: int
    notes: int
    emoji: bool = True


MEASURES = (
    Measure(32, 50, 20, 25),
    Measure(24, 50, 20, 15),
    Measure(16, 50, 20, 10),
    Measure(12, 50, 20, 8),
    Measure(12, 50, 20, 8, emoji=False),
    Measure(8, 20, 20, 6, emoji=False),
    Measure(8, 5, 20, 4, emoji=False),
    Measure(8, 5, 10, 2, emoji=False),
)


def comp_embed(line_up: LineUp) -> discord.Embed:
    """The comp as everybody sees it: who stands where and who confirmed; whoever left is an open place."""
    return _fitting(line_up, _published_line, lambda _: _for_everybody(line_up))


def panel_embed(line_up: LineUp) -> discord.Embed:
    """The comp as its officers see it, with what is missing and who could mend it."""
    return _fitting(line_up, _panel_line, lambda measure: _for_officers(line_up, measure))


def _fitting(line_up: LineUp, draw: Draw, describe: Callable[[Measure], Iterator[str]]) -> discord.Embed:
    def composed(measure: Measure) -> discord.Embed:
        return _composed(line_up, draw, "\n".join(describe(measure)), measure)

    embeds = map(composed, MEASURES)
    return next((one for one in embeds if _fits(one)), composed(MEASURES[-1]))


def _fits(embed: discord.Embed) -> bool:
    return fits(embed) and all(units(field.value) <= LONGEST_VALUE for field in embed.fields)


def _composed(line_up: LineUp, draw: Draw, description: str, measure: Measure) -> discord.Embed:
    event = line_up.event
    cancelled = " · CANCELLED" if event.status is EventStatus.CANCELLED else ""
    title = f"{line_up.template.emoji} {safe(cut(event.title, 80))} · Comp{cancelled}"
    colour = GREY if cancelled else line_up.template.colour
    embed = discord.Embed(title=title, description=description, colour=colour, url=event.link)
    groups = list(line_up.groups.items())
    for number, slots in groups[: measure.groups]:
        heading = f"Group {number} ({filled(line_up, slots)})"
        embed.add_field(name=heading, value=_column(line_up, slots, draw, measure), inline=True)
    if rest := len(groups[measure.groups :]):
        embed.add_field(name="\u200b", value=f"… and {_count(rest, 'more group')}", inline=False)
    embed.set_footer(text=f"#{event.id}")
    return embed


def filled(line_up: LineUp, slots: Sequence[Slot]) -> str:
    """How many of a group's places are taken: "5", or "4 of 5" once somebody has left."""
    here = sum(slot.player_id in line_up.seated for slot in slots)
    return f"{here}" if here == len(slots) else f"{here} of {len(slots)}"


def _column(line_up: LineUp, slots: Sequence[Slot], draw: Draw, measure: Measure) -> str:
    lines = [draw(line_up, slot, measure) for slot in slots[: measure.places]]
    rest = len(slots) - len(lines)
    return "\n".join([*lines, f"… and {rest} more"] if rest else lines)


def _published_line(line_up: LineUp, slot: Slot, measure: Measure) -> str:
    sign_up = line_up.seated.get(slot.player_id)
    return f"{MARKS[slot.confirmed]} {_who(line_up, sign_up, measure)}" if sign_up else GAP


def _panel_line(line_up: LineUp, slot: Slot, measure: Measure) -> str:
    sign_up = line_up.seated.get(slot.player_id)
    return f"{MARKS[slot.confirmed]} {_who(line_up, sign_up, measure)}" if sign_up else f"⚠️ ~~{_name(slot, measure)}~~"


def _who(line_up: LineUp, sign_up: SignUp, measure: Measure) -> str:
    template, name = line_up.template, f"**{_name(sign_up, measure)}**"
    spec = template.spec(sign_up.class_name, sign_up.spec_name)
    role = template.role(spec.role) if spec else None
    if spec is None or role is None or not measure.emoji:
        return name
    if spec.emoji != role.emoji:
        return f"{role.emoji}{spec.emoji} {name}"
    return f"{role.emoji} {name} {safe(cut(spec.name, measure.name))}"  # the emoji alone does not say what they play


def _name(person: SignUp | Slot, measure: Measure) -> str:
    return safe(cut(" ".join(person.name.split()), measure.name)) or "?"


def _for_everybody(line_up: LineUp) -> Iterator[str]:
    if line_up.event.status is EventStatus.CANCELLED:
        yield "**Cancelled.**"
    yield f"📅 {stamp(line_up.event.starts_at)} · {stamp(line_up.event.starts_at, 'R')}"
    yield _counts(line_up)


def _for_officers(line_up: LineUp, measure: Measure) -> Iterator[str]:
    yield _counts(line_up)
    notes = list(_notes(line_up, measure))
    yield from notes[: measure.notes]
    if len(notes) > measure.notes:
        yield f"… and {_count(len(notes) - measure.notes, 'more line')}"


def _counts(line_up: LineUp) -> str:
    """Roles of those in the comp, and what they said."""
    said = [slot.confirmed for slot in line_up.comp.slots if slot.player_id in line_up.seated]
    roles = [f"{role.emoji} {number}" for role, number in line_up.role_counts[:8]]
    return " · ".join([f"👥 {len(said)}", *roles, *(f"{MARKS[one]} {said.count(one)}" for one in MARKS)])


def _notes(line_up: LineUp, measure: Measure) -> Iterator[str]:
    """What an officer may want to mend, the most pressing first."""
    for slot in line_up.gaps:
        yield f"⚠️ **{_name(slot, measure)}** has no seat any more: a gap in group {slot.group}."
    for slot in line_up.comp.slots:
        if slot.confirmed is False and slot.player_id in line_up.seated:
            yield f"❌ {declined(line_up, slot, measure)}"
    if line_up.unplaced:
        yield f"⚠️ Without a group: {_named([f'**{_name(one, measure)}**' for one in line_up.unplaced], 10)}."
    if nobody := [safe(cut(role.name, 40)) for role, number in line_up.role_counts if not number]:
        yield f"⚠️ Nobody is {_named(nobody, MOST_ROLES)}."
    for missing in line_up.missing_buffs:
        yield f"⚠️ {_missing(line_up, missing, measure)}"


def declined(line_up: LineUp, slot: Slot, measure: Measure = MEASURES[0]) -> str:
    """Who declined, and who waits in their role."""
    waiting = [_waits(line_up, one, measure) for one in line_up.substitutes(slot.player_id)]
    who = f"In their role wait {_named(waiting)}." if waiting else "Nobody waits in their role."
    return f"**{_name(slot, measure)}** declined a place in group {slot.group}. {who}"


def _missing(line_up: LineUp, missing: Missing, measure: Measure) -> str:
    classes = ", ".join(safe(one) for one in missing.buff.classes)
    text = f"**{safe(missing.buff.name)}** is missing ({cut(classes, 200)})."
    if missing.waiting:
        text += f" {_named([_waits(line_up, one, measure) for one in missing.waiting])} could bring it."
    if missing.offers:
        text += f" {_named([_offers(line_up, one, measure) for one in missing.offers])}."
    return text


def _waits(line_up: LineUp, sign_up: SignUp, measure: Measure) -> str:
    placed = line_up.roster.of(sign_up.player_id)
    where = "queue" if placed and placed.position else sign_up.choice.value
    where = "no group" if sign_up.choice in (Choice.ACCEPTED, Choice.LATE) and where != "queue" else where
    return f"**{_name(sign_up, measure)}** ({where})"


def _offers(line_up: LineUp, option: Option, measure: Measure) -> str:
    spec = line_up.template.called(option.class_name, option.spec_name)
    return f"**{_name(option.sign_up, measure)}** could bring it as {safe(cut(spec, 60))}"


def _named(words: Sequence[str], most: int = MOST_NAMED) -> str:
    rest = len(words) - most
    return ", ".join([*words[:most], f"{rest} more"] if rest > 0 else words)


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
