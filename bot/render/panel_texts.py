"""What officers read in the control panel, within the 4000 characters of a Components V2 message.

Every part has a share of them, counted in UTF-16 units; what does not fit is counted in words.
"""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.durations import show_duration
from bot.domain.event import EventStatus, SheetKind
from bot.domain.mine import arrival, offered
from bot.domain.panel import History, Overview
from bot.domain.roster import Placed
from bot.domain.sheet import Sheet
from bot.domain.template import Choice
from bot.render import mine_texts
from bot.render.officer_texts import where
from bot.render.sheet import cut
from bot.render.texts import EMOJI, safe, signed_up, stamp
from bot.render.trail_texts import line, most

MENU = "Manage this raid"
EDIT, MOVE, CLOSE, REOPEN, COPY, CANCEL = "Edit", "Move", "Close", "Reopen", "Copy", "Cancel raid"
ADD, PERSON, COMP, HISTORY, SHEET = "Add", "Person…", "Comp", "History", "To the sheet"
COPY_ALL = "Copy with sign-ups"
OLDER, LATEST = "Older", "Latest"
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
LONGEST_PAST = 3400
LONGEST_OPTION = 100

KEPT_THERE = "Raid-Helper keeps this sheet: put people on it there, or with `/raid add` and `/raid remove`."


def panel(found: Overview) -> str:
    """The raid at a glance, with the notes and offers of its people."""
    sheet = found.sheet
    lines = [_title(sheet), *_facts(sheet)]
    if sheet.event.sheet is SheetKind.RAID_HELPER:
        return "\n".join([*lines, KEPT_THERE] if found.changeable else lines)
    notes = [f"📝 {_name(one)}: {safe(one.sign_up.note)}" for one in found.people if one.sign_up.note]
    offers = [f"🔁 {_name(one)}: {words}" for one in found.people if (words := _offers(sheet, one))]
    return "\n".join([*lines, _counts(sheet), *most(notes, LONGEST_NOTES), *most(offers, LONGEST_OFFERS)])


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
        moment = arrival(own, found.sheet.event)
        lines.append(f"🕒 Arrives at {stamp(moment, 't')}." if moment else "🕒 Has not said when they arrive.")
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
    spec = template.shown(own.class_name, own.spec_name)
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
    lines = [f"{number}\\. {line(one)}" for number, one in enumerate(found.actions, start=1)]
    return "\n".join([f"**{safe(found.event.title)}**", *most(lines, LONGEST_PAST)])


def undo_number(number: int) -> str:
    """The button that takes back the numbered entry."""
    return f"Undo {number}"


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
