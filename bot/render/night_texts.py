"""When series raid, and what becomes of each of their nights, in local time."""

from collections.abc import Sequence
from datetime import date, datetime, tzinfo

from bot.domain.ledger import Fate, Night
from bot.domain.recurrence import clock_mark
from bot.domain.series import PostTime, Series
from bot.render import booking_texts
from bot.render.texts import WEEKDAYS, safe

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LONGEST_NAME = 60
LONGEST_WHY = 80


def day(of: date) -> str:
    """A day: "Wed 2 Dec"."""
    return f"{WEEKDAYS[of.weekday()][:3]} {of.day} {MONTHS[of.month - 1]}"


def local(moment: datetime, zone: tzinfo) -> str:
    """A moment on the clocks of `zone`: "Wed 2 Dec, 20:00"."""
    there = moment.astimezone(zone)
    return f"{day(there.date())}, {there:%H:%M}"


def name(series: Series) -> str:
    """A series' title, cut to what a line holds."""
    label = series.label if len(series.label) <= LONGEST_NAME else f"{series.label[: LONGEST_NAME - 1]}…"
    return f"**{safe(label)}**"


def rhythm(series: Series) -> str:
    """When a series raids: "every 2 weeks on Wednesday at 20:00 (Europe/Berlin)"."""
    at = f"at {series.start_time:%H:%M} ({series.timezone or 'UTC, always 7 days of 24 h apart'})"
    if series.every_days:
        return f"every {_count(series.every_days, 'day')} {at}"
    return f"every {_count(series.every_weeks, 'week')} on {WEEKDAYS[series.day_of_week]} {at}"


def posting(series: Series) -> str:
    """When its sheets appear."""
    asked = "the officers are asked whether to book the next one" if series.confirm else "the next one is booked"
    if series.post is None:
        return f"ten minutes after each start {asked}"
    return f"on {WEEKDAYS[series.post.weekday]} at {series.post.wall_time:%H:%M} {asked}"


def post_time(post: PostTime) -> str:
    """A post time: "Sunday 18:00"."""
    return f"{WEEKDAYS[post.weekday]} {post.wall_time:%H:%M}"


def night_line(series: Series, night: Night) -> str:
    """A night of the ledger: when, whether the clocks change before it, and what becomes of it."""
    mark = clock_mark(night.clocks)
    parts = [
        local(night.start, series.zone),
        f"🕰️ {mark}" if mark else "",
        "moved" if night.moved and night.raided else "",
        _fate(night),
    ]
    return " · ".join(part for part in parts if part)


def _fate(night: Night) -> str:
    booking = night.fate in (Fate.BOOKED, Fate.FAILED)
    why = booking_texts.ledger(night.why) if booking and night.why else safe(night.why[:LONGEST_WHY])
    by = f" by <@{night.by}>" if night.by else ""
    said = {
        Fate.BOOKED: f"✅ [booked]({night.event.link})" if night.event else "",
        Fate.COMING: "⏳ being posted",
        Fate.FAILED: "⚠️ could not be posted",
        Fate.CANCELLED: "🚫 cancelled",
        Fate.PLANNED: "planned",
        Fate.MISSED: "⚠️ not booked in time: `/raid series book`",
        Fate.SKIPPED: f"⏭️ skipped{by}",
        Fate.BREAK: "🏖️ break",
        Fate.PAUSED: "⏸️ paused",
    }[night.fate]
    return f"{said}: {why}" if why else said


def follows(series: Series, coming: Sequence[Night]) -> str:
    """What follows, in local time: "Next raids: Wed 2 Dec, 20:00 · …"."""
    if not coming:
        return "No raid follows." if not series.is_active else "No raid follows as things stand."
    shown = [f"{local(one.start, series.zone)}{_in_brackets(one)}" for one in coming]
    return f"Your next raids: {' · '.join(shown)}."


def _in_brackets(night: Night) -> str:
    words = [word for word in (clock_mark(night.clocks), "moved" if night.moved else "") if word]
    return f" ({', '.join(words)})" if words else ""


def _count(number: int, what: str) -> str:
    return what if number == 1 else f"{number} {what}s"


def choice(series: Series) -> str:
    """A series in a list of choices."""
    how = f"every {_count(series.every_days, 'day')}" if series.every_days else WEEKDAYS[series.day_of_week]
    return f"{series.label[:60]} · {how} {series.start_time:%H:%M}"


def night_choice(series: Series, night: Night) -> str:
    """A night in a list of choices."""
    state = {Fate.PLANNED: "", Fate.BOOKED: "booked", Fate.COMING: "booked"}.get(night.fate, night.fate.value)
    return " · ".join(part for part in (local(night.start, series.zone), state) if part)
