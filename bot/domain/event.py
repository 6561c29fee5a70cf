"""One raid night and when its sheet takes answers."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.errors import MusterError
from bot.domain.gates import Gates
from bot.domain.ids import ChannelId, EventId, GuildId, MessageId, SeriesId, TemplateId, UserId
from bot.domain.names import visible
from bot.domain.settings import MOST_SEATS
from bot.domain.template import Choice

LONGEST_TITLE = 100
LONGEST_DESCRIPTION = 2000
PINGS = re.compile(r"@everyone|@here|<@[!&]?\d+>")


class EventStatus(StrEnum):
    """What became of a raid. SCHEDULED → IN_PROGRESS → COMPLETED → ARCHIVED; CANCELLED from the first two, final."""

    SCHEDULED = "SCHEDULED"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    ARCHIVED = "ARCHIVED"


class SheetKind(StrEnum):
    """Who keeps the sheet: the bot itself, or Raid-Helper."""

    NATIVE = "native"
    RAID_HELPER = "raid-helper"


class BookingState(StrEnum):
    """How far a booking is: planned → creating (claimed, maybe sent) → created (stands) → announced. Never back."""

    PLANNED = "planned"
    CREATING = "creating"
    CREATED = "created"
    ANNOUNCED = "announced"


@dataclass(frozen=True)
class Event:
    """A raid night. Instants are UTC; `day` is the local day of the start, `occurrence` the series' own day."""

    id: EventId
    guild_id: GuildId
    title: str
    day: date
    starts_at: datetime
    ends_at: datetime
    status: EventStatus = EventStatus.SCHEDULED
    description: str = ""
    deadline: datetime | None = None
    closed: bool = False
    cancel_reason: str | None = None
    leader_id: UserId | None = None
    sheet: SheetKind = SheetKind.NATIVE
    template_id: TemplateId | None = None
    total_limit: int | None = None
    minimum: int | None = None
    channel_id: ChannelId | None = None
    message_id: MessageId | None = None
    series_id: SeriesId | None = None
    occurrence: date | None = None
    successor_id: EventId | None = None
    auto_booked: bool = False
    booking_state: BookingState | None = None
    raid_helper_event_id: str | None = None
    generation: int = 0
    """How many events it had on Raid-Helper before this one: each carries a mark of its own."""
    thread_id: ChannelId | None = None
    """The thread below the sheet; None while there is none."""
    post_at: datetime | None = None
    """When the sheet is posted (UTC); None: at once."""
    posted_before: bool = False
    """Whether its sheet stood in its channel once: then it rings nobody when it comes back."""
    created_by: UserId | None = None
    gates: Gates | None = None
    """The rules for signing up, where they are not the template's own."""
    reminders: tuple[int, ...] | None = None
    """Minutes before the start; None inherits, the empty tuple is no reminder at all."""
    tells_joiners: bool = False
    """Whether whoever signs up is sent the sign-up instructions."""
    late_from: datetime | None = None
    """From when the leader hears of changes; None for never."""

    @property
    def link(self) -> str | None:
        """Where the sheet stands in Discord (Raid-Helper's event id is its message id), or None while it does not."""
        message_id = self.raid_helper_event_id if self.sheet is SheetKind.RAID_HELPER else self.message_id
        if message_id is None or self.channel_id is None:
            return None
        return f"https://discord.com/channels/{self.guild_id}/{self.channel_id}/{message_id}"

    def unposted(self, now: datetime) -> bool:
        """Whether its sheet stands only later; a raid moved before that moment has its sheet at once."""
        return self.message_id is None and self.post_at is not None and now < self.post_at < self.starts_at

    def moved_to(self, starts_at: datetime, zone: ZoneInfo) -> "Event":
        """The raid at another time, its length and the time before it that sign-ups end unchanged."""
        span = starts_at - self.starts_at
        return replace(
            self,
            starts_at=starts_at,
            ends_at=self.ends_at + span,
            day=starts_at.astimezone(zone).date(),
            deadline=self.deadline + span if self.deadline else None,
        )

    @property
    def takes_buttons(self) -> bool:
        """Whether the sheet's buttons are live."""
        return self.status is EventStatus.SCHEDULED and not self.closed

    def takes(self, choice: Choice, now: datetime) -> bool:
        """Whether `choice` may be given at `now`; `check_open` says why not."""
        try:
            check_open(self, choice, now)
        except SheetClosed:
            return False
        return True


@dataclass(frozen=True)
class NewEvent:
    """What it takes to write a raid down; `starts_at` in UTC, `day` its local day, `occurrence` the series' own."""

    guild_id: GuildId
    title: str
    day: date
    starts_at: datetime
    duration: timedelta
    description: str = ""
    deadline: datetime | None = None
    leader_id: UserId | None = None
    created_by: UserId | None = None
    sheet: SheetKind = SheetKind.NATIVE
    template_id: TemplateId | None = None
    total_limit: int | None = None
    minimum: int | None = None
    gates: Gates | None = None
    channel_id: ChannelId | None = None
    series_id: SeriesId | None = None
    occurrence: date | None = None
    auto_booked: bool = False
    booking_state: BookingState | None = None
    post_at: datetime | None = None
    reminders: tuple[int, ...] | None = None


class BadPostTime(MusterError):
    """The sheet is posted before the raid starts: give an earlier `post_at`, or leave it out to post it now."""


class UnknownEvent(MusterError):
    """There is no such raid in this server. Pick one from the list that appears while you type."""


class SeveralEvents(MusterError):
    """Several raids are called that. Pick one from the list that appears while you type, or give its id."""


class SheetClosed(MusterError):
    """This sheet takes no answers any more."""


class AnswerThere(SheetClosed):
    """This raid's sheet is on Raid-Helper by now: answer there."""


class BadTitle(MusterError):
    """A title needs 1 to 100 characters, such as "Heroic Wednesday"."""


class TitlePings(MusterError):
    """A title cannot ping: take the @everyone, @here or mention out and try again."""


class BadDescription(MusterError):
    """A description has at most 2000 characters."""


class BadLimit(MusterError):
    """The `limit` is a number from 1 to 1000; leave it out for no limit."""


class BadDeadline(MusterError):
    """The deadline lies before the start: give it as the time before it, such as 24h, or leave it out."""


def is_over(event: Event, now: datetime) -> bool:
    """Whether it has ended; a cancelled raid has not."""
    ended = event.status in (EventStatus.COMPLETED, EventStatus.ARCHIVED)
    return ended or (event.status is not EventStatus.CANCELLED and now >= event.ends_at)


def check_title(title: str) -> str:
    """The title, white space folded. Raises BadTitle, or TitlePings when it would mention anybody."""
    folded = " ".join(title.split())
    if not 1 <= len(folded) <= LONGEST_TITLE:
        raise BadTitle
    if not visible(folded):
        raise BadTitle('Nothing of that title can be seen. Type one like "Heroic Wednesday".')
    if PINGS.search(folded):
        raise TitlePings
    return folded


def check_description(description: str) -> str:
    """The description, trimmed. Raises BadDescription."""
    if len(description) > LONGEST_DESCRIPTION:
        raise BadDescription
    return description.strip()


def check_limit(limit: int | None) -> int | None:
    """The limit on seats. Raises BadLimit below 1 and above 1000."""
    if limit is not None and not 1 <= limit <= MOST_SEATS:
        raise BadLimit
    return limit


def check_open(event: Event, choice: Choice, now: datetime) -> None:
    """Raise SheetClosed (with what to do) when `event` does not take `choice` at `now`.

    After the deadline only Late and Absence are taken (field notes 2.3); a withdrawal counts as Absence.
    """
    if event.status is EventStatus.CANCELLED:
        raise SheetClosed("This raid was cancelled, so there is nothing to sign up for.")
    if event.closed or event.status is not EventStatus.SCHEDULED or now >= event.ends_at:
        raise SheetClosed("This sheet is closed. Ask an officer if you still want to change your answer.")
    if event.deadline and now >= event.deadline and choice not in (Choice.LATE, Choice.ABSENCE):
        raise SheetClosed("Sign-ups closed at the deadline. You can still press Late or Absence, or ask an officer.")


def check_open_here(event: Event, choice: Choice, now: datetime) -> None:
    """The same for members' answers by our own buttons. Raises AnswerThere, too."""
    check_open(event, choice, now)
    if event.sheet is SheetKind.RAID_HELPER:  # the next look there would take an answer of ours back
        raise AnswerThere
