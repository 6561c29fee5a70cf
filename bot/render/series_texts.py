"""What officers read about series: after each command, and in the list."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.domain.durations import show_duration
from bot.domain.event import Event, SheetKind
from bot.domain.ledger import Night
from bot.domain.series import FOREVER, Break, Series
from bot.render.night_texts import LONGEST_NAME, day, follows, local, name, night_line, post_time, posting, rhythm
from bot.render.texts import safe, stamp, thread_stays

ROOM = 1200
"""Characters a list may have beside the sentences around it: a message has 2000."""

UNSKIP = "Raid that night after all"
SKIP = "Cancel that raid and skip the night"
CANCEL_STANDING = "Cancel it as well"
CANCEL_IN_BREAK = "Cancel these raids"
PICK = "Look at one of them"
PICK_BREAK = "End a break"
EARLIER, LATER = "◀", "▶"
NOTHING_HERE = "No series yet. `/raid series add` starts one: its first sheet is posted at once."
NO_BREAKS = "No break is planned. `/raid series break first: last:` leaves out days for all series."


# ---------------------------------------------------------------- answers


def started(series: Series, first: Event, coming: Sequence[Night], own: ZoneInfo | None = None) -> str:
    """After `/raid series add`; `own` is the officer's zone when it is not the series'."""
    clocks = f" Its time is on its own clocks, {series.timezone}; yours are {own.key}." if own else ""
    return (
        f"{name(series)} raids {rhythm(series)}, first {stamp(first.starts_at)}.{clocks} The sheet appears in "
        f"<#{first.channel_id}>; {posting(series)}.\n{follows(series, coming)}"
    )


def edited(before: Series, series: Series, coming: Sequence[Night]) -> str:
    """After `/raid series edit`."""
    zone = ""
    if before.timezone is None and series.timezone:
        zone = " It had no time zone and keeps its wall time on these clocks from now on."
    lines = [f"{name(series)} now raids {rhythm(series)}; {posting(series)}.{zone}", follows(series, coming)]
    return "\n".join(lines)


def stand(series: Series, standing: Sequence[Event], by_hand: Sequence[Event]) -> str:
    """Which booked raids an edit left as they are, and why; nothing when there are none."""
    if not standing:
        return ""
    changed = {one.id for one in by_hand}
    lines = [
        f"{_raid(series, one)}{' (an officer changed it, so it stays so)' if one.id in changed else ''}"
        for one in standing
    ]
    return f"Booked already, and standing as they are:\n{_listed(lines)}"


def bring(series: Series, event: Event) -> str:
    """The button that brings a booked raid to its series' definition."""
    return f"Bring {local(event.starts_at, series.zone)} to this"


def brought(series: Series, before: Event, event: Event, coming: Sequence[Night], lost: int = 0) -> str:
    """After that button; `lost` is how many have no class of the raid's new template."""
    when = f"{stamp(before.starts_at)} is now {stamp(event.starts_at)}"
    same = before.starts_at == event.starts_at
    moved = (before.sheet, before.channel_id) != (event.sheet, event.channel_id)
    sheet = f" Its sheet appears in <#{event.channel_id}>, with the sign-ups it had." if moved else ""
    if before.thread_id and before.channel_id != event.channel_id and event.sheet is SheetKind.NATIVE:
        sheet += f" {thread_stays(before.thread_id)}"
    if lost:
        sheet += f" **{lost}** of its people chose no class of its new template: `My sign-up` lets them choose anew."
    head = f"**{safe(event.title)}**, {stamp(event.starts_at)}, is now as its series says." if same else ""
    return f"{head or f'**{safe(event.title)}**: {when}, as its series says.'}{sheet}\n{follows(series, coming)}"


def skipped(series: Series, night: Night, cancelled: Event | None, coming: Sequence[Night]) -> str:
    """After a night was skipped."""
    raid = " Its raid is cancelled, and its sheet says so." if cancelled else ""
    return f"{name(series)} leaves out {local(night.start, series.zone)}.{raid}\n{follows(series, coming)}"


def skipped_before(series: Series, night: Night) -> str:
    """A night that is left out already."""
    return f"{name(series)}: {night_line(series, night)}. The button takes that back."


def skip_booked(series: Series, night: Night, reason: str) -> str:
    """Asked before a booked night is skipped."""
    why = f"\nReason: {safe(reason)}" if reason else ""
    where = f" {night.event.link}" if night.event and night.event.link else ""
    return f"{name(series)}, {local(night.start, series.zone)}, is booked already.{where} Skipping it cancels it.{why}"


def unskipped(series: Series, night: Night | None, event: Event | None, coming: Sequence[Night]) -> str:
    """After a skip was taken back."""
    when = f" on {local(night.start, series.zone)}" if night else " that night"
    raid = " Its raid takes place again, with the sign-ups it had." if event else ""
    return f"{name(series)} raids{when} after all.{raid}\n{follows(series, coming)}"


def moved(series: Series, before: Night, night: Night, coming: Sequence[Night], read_on: ZoneInfo | None = None) -> str:
    """After a night was moved; `read_on` is the officer's own zone when it made a difference."""
    clocks = f" I read the time on your own clocks, {read_on.key}." if read_on else ""
    return (
        f"{name(series)}: {local(before.start, series.zone)} is moved to {stamp(night.start)}.{clocks} "
        f"It is booked at that time.\n{follows(series, coming)}"
    )


def paused(series: Series, resting: Sequence[Event], coming: Sequence[Night]) -> str:
    """After `/raid series pause`."""
    until = series.paused_until
    how = "until `/raid series resume`" if until is None or until >= FOREVER else f"until {day(until)} {until.year}"
    return f"{name(series)} is paused {how}.{_still(series, resting)}\n{follows(series, coming)}"


def resumed(series: Series, coming: Sequence[Night], now: datetime) -> str:
    """After `/raid series resume`."""
    soon = series.book_at is not None and series.book_at <= now
    posted = " Its next sheet is posted within five minutes." if soon else ""
    later = ""
    if series.book_at is not None and not soon:
        later = f" Its next sheet is posted {stamp(series.book_at)}."
    return f"{name(series)} runs again.{posted}{later}\n{follows(series, coming)}"


def ended(series: Series, resting: Sequence[Event]) -> str:
    """After `/raid series end`."""
    return f"{name(series)} has ended: nothing more is booked. `/raid series resume` takes it up again." + _still(
        series, resting
    )


def _still(series: Series, resting: Sequence[Event]) -> str:
    if not resting:
        return ""
    return f"\nBooked already, and still taking place:\n{_listed([_raid(series, one) for one in resting])}"


def all_cancelled(events: Sequence[Event]) -> str:
    """After booked raids were cancelled together."""
    return f"Cancelled:\n{_listed([_titled(one) for one in events])}"


def broken_off(made: Break, booked: Sequence[Event]) -> str:
    """After `/raid series break`."""
    said = f"No series raids {_span(made)}. What is booked after that follows by itself."
    if not booked:
        return said
    return f"{said}\nBooked on those days already, and standing:\n{_listed([_titled(one) for one in booked])}"


def break_ended(found: Break) -> str:
    """After a break was taken back."""
    return f"The break {_span(found)} is gone: the series raid on those days again. Cancelled raids stay cancelled."


def breaks(listed: Sequence[Break]) -> str:
    """The server's breaks."""
    if not listed:
        return NO_BREAKS
    return f"Nobody raids:\n{_listed([_span(one) for one in listed])}"


def break_choice(found: Break) -> str:
    """A break in a select."""
    days = day(found.first) if found.first == found.last else f"{day(found.first)} to {day(found.last)}"
    return f"{days} {found.last.year}{f' · {found.label}' if found.label else ''}"[:100]


def _span(found: Break) -> str:
    label = f" ({safe(found.label)})" if found.label else ""
    if found.first == found.last:
        return f"on {day(found.first)} {found.first.year}{label}"
    return f"from {day(found.first)} to {day(found.last)} {found.last.year}{label}"


def _listed(lines: Sequence[str]) -> str:
    """One below the other, and how many there was no room for."""
    shown = [f"- {line}" for line in lines]
    while len("\n".join(shown)) > ROOM:
        shown.pop()
    rest = len(lines) - len(shown)
    return "\n".join([*shown, *([f"… and {rest} more"] if rest else [])])


def _titled(event: Event) -> str:
    return f"**{safe(event.title[:LONGEST_NAME])}**, {stamp(event.starts_at)}"


def _raid(series: Series, event: Event) -> str:
    link = f" · [sheet]({event.link})" if event.link else ""
    return f"{local(event.starts_at, series.zone)}{link}"


# ---------------------------------------------------------------- the list


def heading(series: Series) -> str:
    """Above one series' ledger."""
    details = [
        f"raids {rhythm(series)}, {show_duration(series.duration)}",
        f"sheets: {post_time(series.post) if series.post else 'ten minutes into the raid before'}",
        "officers confirm each" if series.confirm else "",
    ]
    return f"{name(series)} {' · '.join(part for part in details if part)}"


def state(series: Series, today: date) -> str:
    """How a series stands, in a few words."""
    if not series.is_active:
        return "⏹️ ended"
    if series.paused_until is None or series.paused_until <= today:
        return ""
    return "⏸️ paused" if series.paused_until >= FOREVER else f"⏸️ paused until {day(series.paused_until)}"


WAITS_CHANNEL = "⚠️ waits for a channel: `/raid setup channel:`"
WAITS_RAID_HELPER = "⚠️ waits for Raid-Helper: `/raidhelper connect`"


def summary(series: Series, next_raid: Night | None, state: str, waits: str) -> str:
    """One series in the overview: two lines."""
    coming = f"next {local(next_raid.start, series.zone)}" if next_raid else ""
    link = f" [sheet]({next_raid.event.link})" if next_raid and next_raid.event and next_raid.event.link else ""
    parts = [part for part in (state, f"{coming}{link}", waits) if part]
    return f"{name(series)} {rhythm(series)}\n{' · '.join(parts) or 'nothing follows'}"


ALL = "All series"
NO_NIGHTS = "No night follows."


def overview(number: int, pages: int) -> str:
    """Above the overview."""
    return f"**Series**, page {number + 1} of {pages}" if pages > 1 else "**Series**"
