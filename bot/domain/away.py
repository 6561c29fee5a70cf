"""Days on which somebody is not there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.errors import MusterError

MOST_SPANS = 25
"""Of one person: what one list of choices shows."""
LONGEST_NOTE = 100
FARTHEST = timedelta(days=731)


@dataclass(frozen=True)
class Away:
    """From `first` to `last`, both included, by their server's calendar."""

    id: int
    first: date
    last: date
    note: str = ""


class BadDay(MusterError):
    """I cannot read that day. Type it like `fri`, `tomorrow`, `24 dec` or `2026-12-24`."""


class SpanOver(MusterError):
    """Those days have passed already. Give a last day that is still ahead."""


class SpanTooLong(MusterError):
    """That reaches more than two years ahead. Give a nearer day."""


class BackBeforeGone(MusterError):
    """The last day comes before the first. Give `from` and `to` in their order."""


class TooManySpans(MusterError):
    """You have 25 absences written down, as many as one list shows. `/me away remove` makes room."""


class LongNote(MusterError):
    """A note has at most 100 characters."""


class UnknownSpan(MusterError):
    """You have no such absence. Pick one from the list that appears as you type."""


def check_span(first: date, last: date, note: str, known: Sequence[Away], today: date) -> str:
    """The note, white space folded. Raises BackBeforeGone, SpanOver, SpanTooLong, TooManySpans, LongNote."""
    if last < first:
        raise BackBeforeGone
    if last < today:
        raise SpanOver
    if last - today > FARTHEST:
        raise SpanTooLong
    if len(known) >= MOST_SPANS:
        raise TooManySpans
    tidy = " ".join(note.split())
    if len(tidy) > LONGEST_NOTE:
        raise LongNote
    return tidy
