"""When next week's sheet is booked, and what the officers hear about bookings."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain.errors import MusterError
from bot.domain.event import Event
from bot.domain.ids import SeriesId, UserId
from bot.domain.series import Series
from bot.domain.setting import Effective
from bot.domain.settings import AUTO_BOOK_CATCH_UP, AUTO_BOOK_DELAY, AUTO_BOOK_FALLBACK, AUTO_BOOK_WINDOW

LOOK_BACK = timedelta(days=30)
"""How far back a raid is still looked for that nothing follows: a bot that was away longer says nothing of it."""

PATIENCE_WITH_RAID_HELPER = timedelta(minutes=30)
"""How long after the window a booking waits for Raid-Helper before it falls back to a sheet of our own."""


class Moment(StrEnum):
    """Where in its booking time a raid's successor is."""

    EARLY = "early"
    DUE = "due"
    MISSED = "missed"


@dataclass(frozen=True)
class Terms:
    """When a raid's successor is booked, all from the raid's start; the settings `auto_book_…`.

    `catch_up` is how long a missed booking is still made; zero means the window and no more.
    """

    delay: timedelta
    window: timedelta
    catch_up: timedelta
    fallback: bool = False

    @classmethod
    def of(cls, settings: Effective) -> "Terms":
        """The terms that hold."""
        return cls(
            settings[AUTO_BOOK_DELAY],
            settings[AUTO_BOOK_WINDOW],
            settings[AUTO_BOOK_CATCH_UP],
            settings[AUTO_BOOK_FALLBACK],
        )

    def at(self, start: datetime, now: datetime) -> Moment:
        """Whether it is time to book what follows the raid that began at `start`; both ends are in time."""
        if now < start + self.delay:
            return Moment.EARLY
        return Moment.DUE if now <= start + self.ends else Moment.MISSED

    def falls_back(self, start: datetime | None, asked_at: datetime, now: datetime) -> bool:
        """Whether a booking that Raid-Helper has not taken since `asked_at` becomes a sheet of our own at `now`."""
        window = asked_at if start is None else max(start + self.window, asked_at)
        return self.fallback and now >= window + PATIENCE_WITH_RAID_HELPER

    @property
    def ends(self) -> timedelta:
        """After how long it is too late."""
        return max(self.catch_up or self.window, self.delay)


class Note(StrEnum):
    """What the officers are told about a booking."""

    MISSED = "missed"
    UNANSWERED = "unanswered"
    CORRECTED = "corrected"
    STILL_WRONG = "still-wrong"
    FELL_BACK = "fell-back"
    REMOVED = "removed"


class Answer(StrEnum):
    """What became of the question whether a night is booked."""

    BOOKED = "booked"
    DECLINED = "declined"
    UNANSWERED = "unanswered"


@dataclass(frozen=True)
class Question:
    """Whether a series' night is booked: `day` is the series' own, `starts_at` in UTC; open while `answer` is None."""

    series_id: SeriesId
    day: date
    starts_at: datetime
    answer: Answer | None = None
    by: UserId | None = None


class AnsweredAlready(MusterError):
    """That was answered already."""


class NothingAsked(MusterError):
    """That question is not open any more."""


class NightHasCome(MusterError):
    """That night has come without an answer, so it was not booked. `/raid series book` books the next one."""


@dataclass(frozen=True)
class News:
    """What is said to the officers about a booking: of `series`' night at `night` (UTC), or of the raid `event`."""

    what: Note
    series: Series | None
    event: Event | None
    night: datetime | None = None

    @property
    def leader_id(self) -> UserId | None:
        """Whom to tell where no officer channel is set."""
        leads_night = self.event and self.event.leader_id
        leads_series = self.series and self.series.leader_id
        # Of a missed booking the series' leader decides.
        return (leads_series or leads_night) if self.what is Note.MISSED else (leads_night or leads_series)
