"""The raid sheet as an embed, always within Discord's limits and readable where a phone stacks the columns.

Limits (Discord's documentation): title 256, description 4096, 25 fields of 256/1024, footer 2048, 6000 in all.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import discord

from bot.domain.durations import show_duration
from bot.domain.event import Event, EventStatus
from bot.domain.roster import Placed, Roster
from bot.domain.sheet import Sheet
from bot.domain.template import Choice, Template
from bot.render.texts import EMOJI, safe, stamp

MOST_FIELDS = 25
LONGEST_VALUE = 1024
LONGEST_SHEET = 5900
GREY = 0x6B7280
OTHERS = (Choice.TENTATIVE, Choice.BENCH, Choice.ABSENCE)


@dataclass(frozen=True)
class Measure:
    """How much a sheet may say: the length of a name, how many names a block shows, how much description."""

    name: int
    names: int
    description: int = 2000


MEASURES = tuple(
    Measure(name, names, description)
    for name, names, description in (
        (32, 1000, 2000),
        (24, 1000, 1000),
        (16, 1000, 600),
        (12, 1000, 300),
        (12, 40, 300),
        (12, 20, 300),
        (8, 8, 200),
        (6, 3, 100),
    )
)


def sheet_embed(sheet: Sheet) -> discord.Embed:
    """The sheet, in the most generous measure that Discord takes."""
    embeds = (_compose(sheet, measure) for measure in MEASURES)
    return next((embed for embed in embeds if _fits(embed)), _compose(sheet, MEASURES[-1]))


def units(text: str | None) -> int:
    """The length of `text` counted the way that gives more: in UTF-16 units."""
    return len((text or "").encode("utf-16-le")) // 2


def _fits(embed: discord.Embed) -> bool:
    fields = sum(units(field.name) + units(field.value) for field in embed.fields)
    total = units(embed.title) + units(embed.description) + units(embed.footer.text) + fields
    return total <= LONGEST_SHEET and len(embed.fields) <= MOST_FIELDS


def _compose(sheet: Sheet, measure: Measure) -> discord.Embed:
    event = sheet.event
    embed = discord.Embed(
        title=_title(sheet), description=_description(sheet, measure), colour=_colour(sheet), url=event.link
    )
    for heading, lines in _blocks(sheet, measure):
        for number, value in enumerate(_chunks(lines, "\n", measure)):
            embed.add_field(name=heading if number == 0 else "\u200b", value=value, inline=True)
    for heading, names in _rows(sheet, measure):
        for number, value in enumerate(_chunks(names, ", ", measure)):
            embed.add_field(name=heading if number == 0 else "\u200b", value=value, inline=False)
    series = f" · {sheet.series_label}" if sheet.series_label else ""
    embed.set_footer(text=f"#{event.id}{series}")
    return embed


def _title(sheet: Sheet) -> str:
    title = f"{sheet.template.emoji} {safe(sheet.event.title)}"
    return f"{title} · CANCELLED" if sheet.event.status is EventStatus.CANCELLED else title


def _colour(sheet: Sheet) -> int:
    return sheet.template.colour if sheet.event.takes_buttons else GREY


def _description(sheet: Sheet, measure: Measure) -> str:
    return "\n".join([*_preface(sheet.event, measure), *_facts(sheet.event), _counts(sheet)])


def _preface(event: Event, measure: Measure) -> Iterator[str]:
    if event.status is EventStatus.CANCELLED:
        yield f"**Cancelled.** {_cut(event.cancel_reason or '', measure.description)}".strip()
    if event.description:
        yield f"{_cut(event.description, measure.description)}\n"


def _facts(event: Event) -> Iterator[str]:
    if event.leader_id:
        yield f"👑 **Leader** <@{event.leader_id}>"
    yield f"📅 {stamp(event.starts_at)} · {stamp(event.starts_at, 'R')}"
    yield f"⏳ {show_duration(event.ends_at - event.starts_at)}"
    if event.closed:
        yield "🔒 Sign-ups are closed"
    elif event.deadline:
        yield f"🔒 Sign up until {stamp(event.deadline, 'f')} · {stamp(event.deadline, 'R')}"


def _counts(sheet: Sheet) -> str:
    roster, template = sheet.roster, sheet.template
    total = _of(len(roster.seated), sheet.event.total_limit)
    queue = f" (+{len(roster.queued)} in the queue)" if roster.queued else ""
    roles = [f"{role.emoji} {_of(_in_role(roster, template, role.name), role.limit)}" for role in template.roles]
    return " · ".join([f"👥 **{total}**{queue}", *roles])


def _of(count: int, limit: int | None) -> str:
    return f"{count}/{limit}" if limit else str(count)


def _in_role(roster: Roster, template: Template, role: str) -> int:
    return sum(_role_of(template, one) == role for one in roster.seated)


def _role_of(template: Template, placed: Placed) -> str | None:
    spec = template.spec(placed.sign_up.class_name, placed.sign_up.spec_name)
    return spec.role if spec else None


def _blocks(sheet: Sheet, measure: Measure) -> Iterator[tuple[str, Sequence[str]]]:
    """One block a role (or class): its heading and a line a name. Late people stand in their own row."""
    template = sheet.template
    present = [one for one in sheet.roster.seated if one.sign_up.choice is Choice.ACCEPTED]
    for key, heading, limit in _groups(template):
        members = [one for one in present if _group_of(template, one) == key]
        if members:
            yield f"{heading} ({_of(len(members), limit)})", [_line(template, one, measure) for one in members]
    strays = [one for one in present if template.classes and _group_of(template, one) is None]
    if strays:
        yield f"❔ No class yet ({len(strays)})", [_line(template, one, measure) for one in strays]


def _groups(template: Template) -> Iterable[tuple[str | None, str, int | None]]:
    """(key, heading, limit) of every block a template can have, in its order."""
    if not template.classes:
        return [(None, f"✅ {safe(template.labels[Choice.ACCEPTED])}", None)]
    if template.group_by == "class":
        return [(one.name, f"{one.emoji} {safe(one.name)}", one.limit) for one in template.classes]
    return [(one.name, f"{one.emoji} {safe(one.plural)}", one.limit) for one in template.roles]


def _group_of(template: Template, placed: Placed) -> str | None:
    if template.group_by == "class":
        found = template.game_class(placed.sign_up.class_name)
        return found.name if found else None
    return _role_of(template, placed)


def _line(template: Template, placed: Placed, measure: Measure) -> str:
    return f"`{placed.number}` {_who(template, placed, measure)}"


def _who(template: Template, placed: Placed, measure: Measure) -> str:
    """Spec emoji and name; the spec is spelt out while it has no emoji of its own."""
    name = safe(_cut(placed.sign_up.name, measure.name)) or "?"
    game_class = template.game_class(placed.sign_up.class_name)
    spec = game_class.spec(placed.sign_up.spec_name or "") if game_class else None
    if game_class is None or spec is None:
        return f"**{name}**"
    words = f" {safe(spec.name)}" if spec.emoji == game_class.emoji else ""
    return f"{spec.emoji} **{name}**{words}"


def _rows(sheet: Sheet, measure: Measure) -> Iterator[tuple[str, Sequence[str]]]:
    """Queue, Late and the answers that hold no seat: a row each."""
    template, roster = sheet.template, sheet.roster
    late = [one for one in roster.seated if one.sign_up.choice is Choice.LATE]
    rows = [("⏫ Queue", roster.queued), (f"🕒 {_label(template, Choice.LATE)}", late)]
    rows += [(f"{EMOJI[choice]} {_label(template, choice)}", roster.others.get(choice, ())) for choice in OTHERS]
    for heading, members in rows:
        if members:
            yield f"{heading} ({len(members)})", [_line(template, one, measure) for one in members]


def _label(template: Template, choice: Choice) -> str:
    return safe(template.labels.get(choice, choice.value.capitalize()))


def _chunks(lines: Sequence[str], glue: str, measure: Measure) -> Iterator[str]:
    """The lines in field values of at most 1024, the last saying how many names are left out."""
    shown = list(lines[: measure.names])
    if len(lines) > len(shown):
        shown.append(f"… and {len(lines) - len(shown)} more")
    value = ""
    for line in shown:
        if value and units(value) + units(glue) + units(line) > LONGEST_VALUE:
            yield value
            value = line
        else:
            value = f"{value}{glue}{line}" if value else line
    yield value


def _cut(text: str, length: int) -> str:
    """`text` within `length`, cut with an ellipsis."""
    if units(text) <= length:
        return text
    cut = text[: length - 1]
    while units(cut) >= length:
        cut = cut[:-1]
    return f"{cut}…"
