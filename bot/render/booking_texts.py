"""What officers read about bookings: what was missed, what went another way, and whether to book a night at all."""

from datetime import datetime

from bot.domain.booking import Answer, News, Note, Question
from bot.domain.event import LONGEST_TITLE, Event
from bot.domain.ids import UserId
from bot.domain.series import Series
from bot.render.texts import safe, stamp

BOOK_NOW = "Book now"
BOOK_IT = "Book it"
SKIP_NIGHT = "Skip that night"


def news(told: News) -> str:
    """To the officers, about a booking."""
    which = _which(told)
    sentences = {
        Note.MISSED: "next week's sheet was not booked in time, and it will not book itself any more. "
        f"`{BOOK_NOW}` posts it; the following ones book themselves again.",
        Note.UNANSWERED: f"nobody answered whether to book {_night(told.night)}, so nothing was booked. "
        "Muster asks again for the next one.",
        Note.CORRECTED: "Raid-Helper had put the sheet at another time; Muster has corrected it. "
        "If that comes again, set Raid-Helper's time zone with its own `/settings timezone set`.",
        Note.STILL_WRONG: "the sheet stands at another time on Raid-Helper, and Raid-Helper does not take the right "
        "one. Please correct it there, and set its time zone with Raid-Helper's own `/settings timezone set`.",
        Note.FELL_BACK: "Raid-Helper has not answered since the booking was due, so the sheet is one of Muster's own "
        "this week. Should Raid-Helper have made one all the same, Muster deletes it there.",
        Note.REMOVED: "Raid-Helper had made a sheet after all; Muster has deleted that one. Muster's own counts.",
    }
    return f"{'✅' if told.what is Note.REMOVED else '⚠️'} {which}: {sentences[told.what]}{_where(told.event)}"


def question(series: Series, asked: Question) -> str:
    """To the officers of a series that asks first."""
    return (
        f"❓ **{safe(series.label[:LONGEST_TITLE])}**: book {stamp(asked.starts_at)}? "
        "Without an answer before it begins, nothing is booked."
    )


def booked_by(event: Event, by: UserId) -> str:
    """What a question or a warning turns into once somebody has the raid booked."""
    where = f" Its sheet appears in <#{event.channel_id}>."
    return f"**{safe(event.title[:LONGEST_TITLE])}**, {stamp(event.starts_at)}: <@{by}> has booked it.{where}"


def declined_by(series: Series, asked: Question, by: UserId) -> str:
    """What a question turns into once somebody left the night out."""
    return f"**{safe(series.label[:LONGEST_TITLE])}**, {stamp(asked.starts_at)}: <@{by}> leaves that night out."


LEDGER = {
    Note.MISSED: "missed",
    Note.UNANSWERED: "nobody answered",
    Note.CORRECTED: "time corrected on Raid-Helper",
    Note.STILL_WRONG: "at another time on Raid-Helper",
    Note.FELL_BACK: "Muster's own sheet: Raid-Helper was down",
    Note.REMOVED: "Muster's own sheet: Raid-Helper was down, its late one is deleted",
}
ANSWERS = {Answer.BOOKED: "booked", Answer.DECLINED: "left out", Answer.UNANSWERED: "nobody answered"}


def ledger(booking_error: str) -> str:
    """What `raid_events.booking_error` says, in a few words of a list: a note's, else the reason as it was told."""
    known = {note.value: words for note, words in LEDGER.items()}
    return known.get(booking_error, safe(booking_error)[:100])


def _which(told: News) -> str:
    if told.event is not None:
        return f"**{safe(told.event.title[:LONGEST_TITLE])}** ({stamp(told.event.starts_at, 'f')})"
    return f"**{safe(told.series.label[:LONGEST_TITLE])}**" if told.series else "A series"


def _night(night: datetime | None) -> str:
    return stamp(night) if night else "its night"


def _where(event: Event | None) -> str:
    return f"\n{event.link}" if event and event.link else ""
