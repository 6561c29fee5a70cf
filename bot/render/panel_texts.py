"""What officers read in the control panel, within the 4000 characters of a Components V2 message.

Every part has a share of them, counted in UTF-16 units; what does not fit is counted in words.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot.domain.durations import show_duration
from bot.domain.event import EventStatus, SheetKind
from bot.domain.mine import offered
from bot.domain.panel import History, Overview, Past
from bot.domain.roster import Placed
from bot.domain.sheet import Sheet
from bot.domain.template import Choice
from bot.render import mine_texts
from bot.render.officer_texts import where
from bot.render.sheet import cut, units
from bot.render.texts import EMOJI, safe, signed_up, stamp

MENU = "Manage this raid"
EDIT, MOVE, CLOSE, REOPEN, COPY, CANCEL = "Edit", "Move", "Close", "Reopen", "Copy", "Cancel raid"
ADD, PERSON, COMP, HISTORY, SHEET = "Add", "Person…", "Comp", "History", "To the sheet"
COPY_ALL = "Copy with sign-ups"
BACK, REMOVE, EARLIER, LATER = "Back", "Remove", "◀", "▶"
CHOOSE_PERSON, CHOOSE_MEMBERS = "Choose somebody", "Choose members of this server"
WHOM_TO_ADD = (
    "Whom do you put on the sheet? They get a seat with their main, or wait. `/raid add` takes people without Discord."
)
NO_PEOPLE = "Nobody is on this sheet yet."
CONFIRM_CANCEL = "Yes, cancel it"
NO_HISTORY = "No officer has done anything to this raid yet."
WHEN_FIELD, WHEN_HINT = "When?", "wed 20:00, tomorrow 7pm, 2026-12-01 20:00"
TITLE_FIELD, TEXT_FIELD, LIMIT_FIELD = "Title", "Description", "How many seats, or none"
DEADLINE_FIELD, DURATION_FIELD = "Sign-ups end before the start, or none", "How long it takes, such as 3h"

LONGEST_SAID = 900
LONGEST_NOTES = 800
LONGEST_OFFERS = 600
LONGEST_LINE = 200
LONGEST_PAST = 3400
LONGEST_OPTION = 100

DID: Mapping[str, str] = {
    "create": "planned the raid",
    "raidhelper.import": "took the raid over from Raid-Helper",
    "copy": "planned the raid as a copy of another",
    "series.add": "started the series",
    "series.book": "had the raid booked",
    "edit": "changed {what}",
    "move": "moved the raid",
    "close": "closed the sheet",
    "reopen": "opened the sheet again",
    "cancel": "cancelled the raid",
    "keep": "kept the raid below its minimum",
    "repost": "had the deleted sheet posted again",
    "announce": "announced something",
    "substitutes": "asked bench and substitutes",
    "remove": "took {who} off the sheet",
    "switch": "took up what {who} offered",
    "undo": "took something back",
    "setup": "set up {what}",
    "letter.retry": "had something tried again that was given up",
    "letter.discard": "let something go that was given up",
    "comp.propose": "had the comp proposed",
    "comp.move": "moved {who} in the comp",
    "comp.swap": "swapped places in the comp",
    "comp.take_out": "took {who} out of the comp",
    "comp.publish": "published the comp",
    "comp.unpublish": "took the comp down",
}
EDITED: Mapping[str, str] = {
    "title": "title",
    "description": "description",
    "total_limit": "limit",
    "minimum": "minimum",
    "deadline": "deadline",
    "ends_at": "duration",
    "leader_id": "leader",
    "raid_channel": "raid channel",
    "officer_channel": "officer channel",
    "timezone": "time zone",
    "officer_roles": "officer roles",
}


KEPT_THERE = "Raid-Helper keeps this sheet: put people on it there, or with `/raid add` and `/raid remove`."


def panel(found: Overview) -> str:
    """The raid at a glance, with the notes and offers of its people."""
    sheet = found.sheet
    lines = [_title(sheet), *_facts(sheet)]
    if sheet.event.sheet is SheetKind.RAID_HELPER:
        return "\n".join([*lines, KEPT_THERE])
    notes = [f"📝 {_name(one)}: {safe(one.sign_up.note)}" for one in found.people if one.sign_up.note]
    offers = [f"🔁 {_name(one)}: {words}" for one in found.people if (words := _offers(sheet, one))]
    return "\n".join([*lines, _counts(sheet), *_most(notes, LONGEST_NOTES), *_most(offers, LONGEST_OFFERS)])


def member(found: Overview) -> str:
    """The raid for somebody who is no officer: where they stand, and where the sheet is."""
    event, sheet = found.sheet.event, found.sheet
    if event.sheet is SheetKind.RAID_HELPER:
        lines = [_title(sheet), *_facts(sheet), "Raid-Helper keeps this sheet: your answer stands there."]
    elif found.own:
        lines = [signed_up(sheet.template, found.own)]
    else:
        lines = ["You have not answered this sheet."]
    return "\n".join([*lines, *([event.link] if event.link else [])])


def person(found: Overview, placed: Placed) -> str:
    """Somebody on the sheet: place, arrival, note and offers."""
    own, template = placed.sign_up, found.sheet.template
    lines = [f"**{safe(own.name)}**: {where(template, placed)}."]
    if own.choice is Choice.LATE:
        arrival = f"Arrives at {stamp(own.arrives_at, 't')}." if own.arrives_at else "Has not said when they arrive."
        lines.append(f"🕒 {arrival}")
    if own.note:
        lines.append(f"📝 {safe(own.note)}")
    if words := _offers(found.sheet, placed):
        lines.append(f"🔁 Can also play {words}.")
    if own.user_id is None:
        lines.append("They have no Discord, so nobody is told.")
    return "\n".join(cut(line, LONGEST_SAID) for line in lines)


def option(found: Overview, placed: Placed) -> tuple[str, str]:
    """Somebody in the select: "#3 Arila", and what they are down as. Plain text."""
    own = placed.sign_up
    template = found.sheet.template
    spec = template.called(own.class_name, own.spec_name)
    answer = template.labels.get(own.choice, own.choice.value)
    queue = f"Queue {placed.position}" if placed.position else ""
    marks = f"{'📝' if own.note else ''}{'🔁' if own.offers else ''}"
    words = " · ".join(filter(None, (queue, answer, spec, marks)))
    return cut(f"#{placed.number} {own.name}", LONGEST_OPTION), cut(words, LONGEST_OPTION)


def instead(pick: str) -> str:
    """The button that takes an offer up."""
    return cut(f"Play {pick} instead", 80)


def people(page: int, pages: int) -> str:
    """Above the select of people; `page` counts from 0."""
    return "Who is it about?" if pages < 2 else f"Who is it about? Page {page + 1} of {pages}."


def cancel_asked(found: Overview) -> str:
    """Before a raid is cancelled."""
    goes = found.sheet.event.sheet is SheetKind.RAID_HELPER
    sheet = "Raid-Helper's sheet is deleted." if goes else "The sheet stays and says so; nobody gets a message."
    return f"Cancel **{safe(found.sheet.event.title)}**? {sheet} `/raid cancel` also takes a reason."


def when_asked(found: Overview, do: str, understood: str, at: datetime) -> str:
    """What was understood of a typed time, before anything is done; `do` is move or copy."""
    what = "moves to" if do == "move" else "is planned once more, for"
    title = safe(found.sheet.event.title)
    return f"**{title}** {what} {stamp(at)} ({safe(understood)}). Is that right?"


def history(found: History) -> str:
    """The trail in words, the latest first, numbered as the `Undo` buttons below are."""
    if not found.actions:
        return NO_HISTORY
    lines = [f"{number}\\. {_past(one)}" for number, one in enumerate(found.actions, start=1)]
    return "\n".join([f"**{safe(found.event.title)}**", *_most(lines, LONGEST_PAST)])


def undo_number(number: int) -> str:
    """The button that takes back the numbered entry."""
    return f"Undo {number}"


def _past(past: Past) -> str:
    who = f"<@{past.actor_id}>" if past.actor_id else "Muster"
    # A word of the trail that has none here is still worth its line.
    did = _put(past) if past.action == "add" else DID.get(past.action, safe(past.action))
    words = did.replace("{what}", _what(past)).replace("{who}", _whom(past))
    gone = " · undone" if past.undone else ""
    return f"{who} {words} {stamp(past.at, 'R')}{gone}"


def _put(past: Past) -> str:
    """Somebody put on the sheet, or given another answer."""
    details = past.details
    answer = safe(str((details.get("after") or {}).get("choice", "")))
    return f"changed {{who}} to {answer}" if details.get("before") else f"put {{who}} on the sheet as {answer}"


def _what(past: Past) -> str:
    names = past.details.get("after") or {}
    return ", ".join(EDITED[name] for name in names if name in EDITED) or "the raid"


def _whom(past: Past) -> str:
    return f"**{safe(past.name)}**" if past.name else "somebody"


def _title(sheet: Sheet) -> str:
    event = sheet.event
    words = {
        EventStatus.CANCELLED: "🚫 cancelled",
        EventStatus.IN_PROGRESS: "▶️ running",
        EventStatus.COMPLETED: "🏁 over",
        EventStatus.ARCHIVED: "🏁 over",
    }
    state = words.get(event.status) or ("🔒 closed" if event.closed else "open")
    state = "🔒 past its deadline" if state == "open" and sheet.past_deadline else state
    return f"### {sheet.template.emoji} {safe(cut(event.title, 100))}\n{state} · `{event.id}`"


def _facts(sheet: Sheet) -> Iterable[str]:
    event = sheet.event
    length = show_duration(event.ends_at - event.starts_at)
    yield f"📅 {stamp(event.starts_at)} · {stamp(event.starts_at, 'R')} · {length}"
    if event.deadline:
        yield f"🔒 Deadline {stamp(event.deadline, 'f')}"


def _counts(sheet: Sheet) -> str:
    """Seats, minimum and queue, then how many gave each other answer."""
    roster, event, template = sheet.roster, sheet.event, sheet.template
    seated = len(roster.seated)
    seats = f"👥 **{seated}/{event.total_limit}**" if event.total_limit else f"👥 **{seated}**"
    minimum = f", at least {event.minimum}{' ⚠️' if seated < event.minimum else ''}" if event.minimum else ""
    queue = f" (+{len(roster.queued)} in the queue)" if roster.queued else ""
    late = sum(one.sign_up.choice is Choice.LATE for one in roster.seated)
    counts = {Choice.LATE: late} | {choice: len(group) for choice, group in roster.others.items()}
    rest = [
        f"{EMOJI[one]} {safe(template.labels.get(one, one.value))} {count}" for one, count in counts.items() if count
    ]
    return " · ".join([f"{seats}{minimum}{queue}", *rest])


def _name(placed: Placed) -> str:
    return f"**{safe(placed.sign_up.name)}**"


def _offers(sheet: Sheet, placed: Placed) -> str:
    return mine_texts.played(sheet.template, offered(sheet.template, placed.sign_up))


def _most(lines: Sequence[str], longest: int) -> Sequence[str]:
    """The first lines within `longest` units, the last saying how many more there are."""
    short = [cut(line, LONGEST_LINE) for line in lines]
    shown = [line for count, line in enumerate(short, start=1) if units("\n".join(short[:count])) <= longest]
    return [*shown, f"… and {len(lines) - len(shown)} more"] if len(shown) < len(lines) else shown
