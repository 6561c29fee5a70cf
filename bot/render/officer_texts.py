"""What officers read after they put people on sheets, took them off, or changed a raid."""

from bot.domain.durations import show_lead_times
from bot.domain.event import Event, SheetKind
from bot.domain.roster import Placed, SignUp, classless
from bot.domain.template import Template
from bot.render.texts import safe, stamp, thread_stays, until_chosen

UNDO = "Undo"


def added(event: Event, template: Template, placed: Placed, *, was_there: bool, changed: bool) -> str:
    """After `/raid add`: where the person stands now."""
    name, raid, place = safe(placed.sign_up.name), safe(event.title), where(template, placed)
    if not changed:
        return f"**{name}** is on the sheet of **{raid}** like that already: {place}."
    before = f"was on the sheet of **{raid}**; now they are" if was_there else f"is on the sheet of **{raid}**:"
    return f"**{name}** {before} {place}.{_hint(template, placed)}"


def switched(event: Event, template: Template, placed: Placed) -> str:
    """After somebody's offer was taken up."""
    spec = safe(template.words.of_spec)
    return (
        f"**{safe(placed.sign_up.name)}** plays another {spec} in **{safe(event.title)}**: {where(template, placed)}."
    )


def where(template: Template, placed: Placed) -> str:
    """Somebody's place in a few words: "#3, Sign up as Holy Paladin", or their place in the queue."""
    sign_up = placed.sign_up
    label = safe(template.labels.get(sign_up.choice, sign_up.choice.value))
    spec = template.shown(sign_up.class_name, sign_up.spec_name)
    what = f"{label} as {safe(spec)}" if spec else label
    if placed.position is not None:
        why = "until an officer puts them in" if until_chosen(template, placed) else "no seat is free for them"
        return f"in the **queue** at place {placed.position}, {what} ({why})"
    return f"#{placed.number}, {what}"


def _hint(template: Template, placed: Placed) -> str:
    sign_up = placed.sign_up
    unknown = classless(template, sign_up)
    spec = " Nobody knows what they play: the same command with `spec` says it." if unknown else ""
    return f"{spec} They have no Discord, so nobody is told." if sign_up.user_id is None else spec


def removed(event: Event, sign_up: SignUp) -> str:
    """After `/raid remove`."""
    told = "They are told." if sign_up.user_id else "They have no Discord, so nobody is told."
    return f"**{safe(sign_up.name)}** is off the sheet of **{safe(event.title)}**. {told}"


def edited(before: Event, event: Event, promoted: int, demoted: int) -> str:
    """After `/raid edit`: what is new, and whose place changed with it."""
    lines = [f"**{safe(event.title)}** is changed.", *_differences(before, event), *moved_people(promoted, demoted)]
    if event.channel_id != before.channel_id:
        lines += _moves(before)
    if event.sheet is SheetKind.RAID_HELPER and event.minimum and event.minimum != before.minimum:
        lines.append("Raid-Helper knows no minimum: nobody is asked about it as long as it keeps the sheet.")
    return "\n".join(lines)


def moved_people(promoted: int, demoted: int) -> list[str]:
    """Whose place changed, a line each."""
    up = [f"{_people(promoted)} moved up from the queue."] if promoted else []
    return [*up, f"{_people(demoted)} went back to the queue."] if demoted else up


def _moves(before: Event) -> list[str]:
    """What becomes of a sheet that goes to another channel."""
    lines = [f"The sheet is posted there, then it goes from <#{before.channel_id}>; nothing is announced again."]
    if before.thread_id:
        lines.append(thread_stays(before.thread_id))
    return lines


def _differences(before: Event, event: Event) -> list[str]:
    minutes = int((event.ends_at - event.starts_at).total_seconds() // 60)
    new = {
        "title": ("Title", safe(event.title)),
        "description": ("Description", "changed" if event.description else "none"),
        "total_limit": ("Limit", _or_none(event.total_limit)),
        "minimum": ("Minimum", _or_none(event.minimum)),
        "deadline": ("Deadline", stamp(event.deadline) if event.deadline else "none"),
        "ends_at": ("Duration", f"{minutes // 60} h {minutes % 60} min"),
        "leader_id": ("Leader", f"<@{event.leader_id}>"),
        "reminders": ("Reminders", _reminders(event)),
        "channel_id": ("Channel", f"<#{event.channel_id}>"),
    }
    return [f"{word}: {value}" for name, (word, value) in new.items() if getattr(before, name) != getattr(event, name)]


def _reminders(event: Event) -> str:
    if event.reminders is None:
        return "as the server has them"
    return show_lead_times(event.reminders) + (" before the start" if event.reminders else "")


def moved(before: Event, event: Event, *, deadline_passed: bool) -> str:
    """After `/raid move`."""
    text = f"**{safe(event.title)}** moves from {stamp(before.starts_at)} to {stamp(event.starts_at)}."
    if event.deadline is None:
        return text
    if deadline_passed:
        return f"{text} Its deadline moves along and has passed already: `/raid edit` sets another."
    return f"{text} Its deadline moves along, to {stamp(event.deadline)}."


def closed(event: Event) -> str:
    """After `/raid close`."""
    return f"The sheet of **{safe(event.title)}** takes no more answers. `/raid reopen` opens it again."


def reopened(event: Event, *, deadline_passed: bool) -> str:
    """After `/raid reopen`."""
    text = f"The sheet of **{safe(event.title)}** takes answers again."
    if not deadline_passed:
        return text
    return f"{text} Its deadline has passed, so only Late and Absence count: `/raid edit deadline:none` clears it."


def copied(source: Event, event: Event, people: int) -> str:
    """After `/raid copy`."""
    how = "Raid-Helper posts its sheet" if event.sheet is SheetKind.RAID_HELPER else "The sheet appears"
    with_whom = f", with {_people(people)} of the sheet it copies" if people else ""
    late = " Its deadline would have passed already, so it has none." if source.deadline and not event.deadline else ""
    return (
        f"**{safe(event.title)}** is planned once more, for {stamp(event.starts_at)}{with_whom}. "
        f"{how} in <#{event.channel_id}>. Its id is `{event.id}`; the copied raid's is `{source.id}`.{late}"
    )


def undone(event: Event, action: str, name: str | None) -> str:
    """After `Undo`; `action` is the trail's word for what was taken back."""
    raid = f"**{safe(event.title)}**"
    who = f"**{safe(name or '')}**"
    return {
        "add": f"Undone: {who} stands on the sheet of {raid} as before.",
        "switch": f"Undone: {who} plays in {raid} what they played before.",
        "remove": f"Undone: {who} is back on the sheet of {raid}.",
        "move": f"Undone: {raid} is at {stamp(event.starts_at)} again.",
        "cancel": f"Undone: {raid} takes place after all, and its sheet is back in a moment.",
    }.get(action, f"Undone: {raid} is as it was before.")


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def _or_none(value: int | None) -> str:
    return "none" if value is None else str(value)
