"""The raid sheet as an embed, always within Discord's limits and readable where a phone stacks the columns.

Limits (Discord's documentation): title 256, description 4096, 25 fields of 256/1024, footer 2048, 6000 in all.
Every block is a column as long as 25 fields are enough; more blocks than that stand below each other.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import discord

from bot.domain.durations import show_duration
from bot.domain.event import Event, EventStatus
from bot.domain.mine import arrival
from bot.domain.names import visible
from bot.domain.roster import Placed
from bot.domain.sheet import Sheet
from bot.domain.template import Choice, Template
from bot.render import texts
from bot.render.texts import EMOJI, safe, stamp

MOST_FIELDS = 25
LONGEST_TITLE = 256
LONGEST_DESCRIPTION = 4096
LONGEST_HEADING = 256
LONGEST_VALUE = 1024
LONGEST_SHEET = 5900
GREY = 0x6B7280
NO_HEADING = "\u200b"
OTHERS = (Choice.TENTATIVE, Choice.BENCH, Choice.ABSENCE)


@dataclass(frozen=True)
class Measure:
    """How much a sheet may say: lengths of a name, of a heading and of the description, names a block shows.

    `columns` is False where the blocks stand below each other.
    """

    name: int
    heading: int
    names: int
    description: int
    columns: bool


MEASURES = tuple(
    Measure(name, heading, names, description, columns)
    for name, heading, names, description in (
        (32, 160, 1000, 2000),
        (24, 100, 1000, 1000),
        (16, 60, 1000, 600),
        (12, 40, 1000, 300),
        (12, 40, 40, 300),
        (12, 40, 20, 300),
        (8, 24, 8, 200),
        (6, 16, 3, 100),
        (6, 16, 0, 100),
    )
    for columns in (True, False)
)


def sheet_embed(sheet: Sheet) -> discord.Embed:
    """The sheet, in the most generous measure that Discord takes."""
    for measure in MEASURES[:-1]:
        if fits(embed := _compose(sheet, measure)):
            return embed
    return _compose(sheet, MEASURES[-1])


def units(text: str | None) -> int:
    """The length of `text` counted the way that gives more: in UTF-16 units."""
    return len((text or "").encode("utf-16-le")) // 2


def fits(embed: discord.Embed) -> bool:
    """Whether Discord takes the embed."""
    fields = sum(units(field.name) + units(field.value) for field in embed.fields)
    total = units(embed.title) + units(embed.description) + units(embed.footer.text) + fields
    return (
        total <= LONGEST_SHEET
        and units(embed.title) <= LONGEST_TITLE
        and units(embed.description) <= LONGEST_DESCRIPTION
        and len(embed.fields) <= MOST_FIELDS
        and all(units(field.name) <= LONGEST_HEADING for field in embed.fields)
    )


def _compose(sheet: Sheet, measure: Measure) -> discord.Embed:
    event = sheet.event
    embed = discord.Embed(
        title=_title(sheet), description=_description(sheet, measure), colour=_colour(sheet), url=event.link
    )
    fill = _fill_columns if measure.columns else _fill_lines
    fill(embed, sheet, measure)
    series = f" · {cut(sheet.series_label, 100)}" if sheet.series_label else ""
    embed.set_footer(text=f"#{event.id}{series}")
    return embed


def _fill_columns(embed: discord.Embed, sheet: Sheet, measure: Measure) -> None:
    """A column a block, a row an answer that holds no seat."""
    for groups, glue, inline in ((_blocks(sheet, measure), "\n", True), (_rows(sheet, measure), ", ", False)):
        for heading, names in groups:
            for number, value in enumerate(_chunks(_shortened(names, measure), glue)):
                embed.add_field(name=NO_HEADING if number else heading, value=value, inline=inline)


def _fill_lines(embed: discord.Embed, sheet: Sheet, measure: Measure) -> None:
    """Everything below each other, a heading or a name a line."""
    lines: list[str] = []
    for heading, names in (*_blocks(sheet, measure), *_rows(sheet, measure)):
        lines += [f"**{heading}**", *(_shortened(names, measure) if measure.names else ())]
    for value in _chunks(lines, "\n") if lines else ():
        embed.add_field(name=NO_HEADING, value=value, inline=False)


def _title(sheet: Sheet) -> str:
    title = f"{sheet.template.emoji} {_shown(sheet.event.title, 180)}"
    return f"{title} · CANCELLED" if sheet.event.status is EventStatus.CANCELLED else title


def _colour(sheet: Sheet) -> int:
    return sheet.template.colour if sheet.event.takes_buttons else GREY


def _description(sheet: Sheet, measure: Measure) -> str:
    return "\n".join([*_preface(sheet.event, measure), *_facts(sheet), _counts(sheet)])


def _preface(event: Event, measure: Measure) -> Iterator[str]:
    if event.status is EventStatus.CANCELLED:
        yield f"**Cancelled.** {cut(event.cancel_reason or '', measure.description)}".strip()
    if event.description:
        yield f"{cut(event.description, measure.description)}\n"


def _facts(sheet: Sheet) -> Iterator[str]:
    event = sheet.event
    if event.leader_id:
        yield f"👑 **Leader** <@{event.leader_id}>"
    yield f"📅 {stamp(event.starts_at)} · {stamp(event.starts_at, 'R')}"
    yield f"⏳ {show_duration(event.ends_at - event.starts_at)}"
    yield from _beside(sheet)
    if event.status is EventStatus.CANCELLED:
        return
    if said := texts.STATUS.get(event.status):
        yield said
    elif not event.takes_buttons or Choice.ABSENCE in sheet.closed_choices:
        yield "🔒 Sign-ups are closed"
    elif event.deadline and sheet.past_deadline:
        yield f"🔒 Sign-ups closed {stamp(event.deadline, 'R')}; Late and Absence still count"
    elif event.deadline:
        yield f"🔒 Sign up until {stamp(event.deadline, 'f')} · {stamp(event.deadline, 'R')}"


def _beside(sheet: Sheet) -> Iterator[str]:
    event = sheet.event
    if sheet.voice_channel_id:
        yield f"🔊 <#{sheet.voice_channel_id}>"
    if event.thread_id and event.thread_id != event.message_id:
        yield f"🧵 <#{event.thread_id}>"  # left behind in another channel: one of its own hangs below the sheet


def _counts(sheet: Sheet) -> str:
    roster, template = sheet.roster, sheet.template
    total = _of(len(roster.seated), sheet.event.total_limit)
    queue = f" (+{len(roster.queued)} in the queue)" if roster.queued else ""
    minimum = f", at least {sheet.event.minimum}" if sheet.event.minimum else ""
    taken = Counter(_role_of(template, one) for one in roster.seated)
    roles = [f"{role.emoji} {_of(taken[role.name], role.limit)}" for role in template.roles]
    return " · ".join([f"👥 **{total}**{minimum}{queue}", *roles])


def _of(count: int, limit: int | None) -> str:
    return f"{count}/{limit}" if limit else str(count)


def _role_of(template: Template, placed: Placed) -> str | None:
    spec = template.spec(placed.sign_up.class_name, placed.sign_up.spec_name)
    return spec.role if spec else None


def _blocks(sheet: Sheet, measure: Measure) -> Iterator[tuple[str, Sequence[str]]]:
    """One block a role (or class): its heading and a line a name. Late people stand in their own row."""
    template = sheet.template
    by_group: dict[str | None, list[Placed]] = {}
    for one in sheet.roster.seated:
        by_group.setdefault(_group_of(template, one), []).append(one)
    for key, heading, limit in _groups(template, measure):
        holders = by_group.get(key, [])
        members = [one for one in holders if one.sign_up.choice is Choice.ACCEPTED]
        # Beside a limit stands how many of its seats are taken; somebody late takes one.
        count = _of(len(holders if limit else members), limit)
        if members:
            yield f"{heading} ({count})", [_line(sheet, one, measure) for one in members]
    lost = by_group.get(None, []) if template.classes else []
    strays = [one for one in lost if one.sign_up.choice is Choice.ACCEPTED]
    if strays:
        yield (
            f"❔ No {_shown(template.words.of_class, measure.heading)} yet ({len(strays)})",
            [_line(sheet, one, measure) for one in strays],
        )


def _groups(template: Template, measure: Measure) -> Iterable[tuple[str | None, str, int | None]]:
    """(key, heading, limit) of every block a template can have, in its order."""
    if not template.classes:
        return [(None, f"✅ {_shown(template.labels[Choice.ACCEPTED], measure.heading)}", None)]
    if template.group_by == "class":
        return [(one.name, f"{one.emoji} {_shown(one.name, measure.heading)}", one.limit) for one in template.classes]
    return [(one.name, f"{one.emoji} {_shown(one.plural, measure.heading)}", one.limit) for one in template.roles]


def _group_of(template: Template, placed: Placed) -> str | None:
    if template.group_by == "class":
        found = template.game_class(placed.sign_up.class_name)
        return found.name if found else None
    return _role_of(template, placed)


def _line(sheet: Sheet, placed: Placed, measure: Measure) -> str:
    return f"`{placed.number}` {_who(sheet.template, placed, measure)}{_marks(sheet.event, placed)}"


def _marks(event: Event, placed: Placed) -> str:
    """Who in the queue comes late, when, and that there is a note; what it says is for the officers."""
    own = placed.sign_up
    late = f" {EMOJI[Choice.LATE]}" if own.choice is Choice.LATE and placed.position else ""
    moment = arrival(own, event)
    when = f" {stamp(moment, 't')}" if moment else ""
    return f"{late}{when} 📝" if own.note else f"{late}{when}"


def _who(template: Template, placed: Placed, measure: Measure) -> str:
    """Spec emoji and name; the spec is spelt out while it has no emoji of its own."""
    known = " ".join(placed.sign_up.name.split())
    name = safe(cut(known, measure.name)) if visible(known) else "?"
    game_class = template.game_class(placed.sign_up.class_name)
    spec = game_class.spec(placed.sign_up.spec_name or "") if game_class else None
    if game_class is None or spec is None:
        return f"**{name}**"
    words = f" {_shown(spec.name, measure.heading)}" if spec.emoji == game_class.emoji else ""
    return f"{spec.emoji} **{name}**{words}"


def _rows(sheet: Sheet, measure: Measure) -> Iterator[tuple[str, Sequence[str]]]:
    """Queue, Late and the answers that hold no seat: a row each."""
    template, roster = sheet.template, sheet.roster
    late = [one for one in roster.seated if one.sign_up.choice is Choice.LATE]
    rows = [("⏫ Queue", roster.queued), (f"🕒 {_label(template, Choice.LATE, measure)}", late)]
    rows += [
        (f"{EMOJI[choice]} {_label(template, choice, measure)}", roster.others.get(choice, ())) for choice in OTHERS
    ]
    for heading, members in rows:
        if members:
            yield f"{heading} ({len(members)})", [_line(sheet, one, measure) for one in members]


def _label(template: Template, choice: Choice, measure: Measure) -> str:
    return _shown(template.labels.get(choice, choice.value.capitalize()), measure.heading)


def _shortened(lines: Sequence[str], measure: Measure) -> Sequence[str]:
    """The lines a block shows, the last saying how many names are left out."""
    shown = list(lines[: measure.names])
    return [*shown, f"… and {len(lines) - len(shown)} more"] if len(lines) > len(shown) else shown


def _chunks(lines: Sequence[str], glue: str) -> Iterator[str]:
    """The lines in field values of at most 1024."""
    value = ""
    for line in lines:
        if value and units(value) + units(glue) + units(line) > LONGEST_VALUE:
            yield value
            value = line
        else:
            value = f"{value}{glue}{line}" if value else line
    yield value


# The same few words of a template stand on every line of every sheet.
@lru_cache(maxsize=1024)
def _shown(text: str, length: int) -> str:
    """User text without markdown of its own, its beginning where all of it would be longer than `length`."""
    folded = " ".join(text.split())
    shorter = (safe(cut(folded, most)) for most in range(length, 1, -1))
    return next((one for one in shorter if units(one) <= length), "…")


def cut(text: str, length: int) -> str:
    """`text` within `length`, cut with an ellipsis."""
    if units(text) <= length:
        return text
    cut = text[: length - 1]
    while units(cut) >= length:
        cut = cut[:-1]
    return f"{cut}…"
