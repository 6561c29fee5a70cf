"""A series: its own definition, what it does otherwise, and what follows one of its nights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from bot.domain.errors import MusterError
from bot.domain.event import BookingState, NewEvent, SheetKind
from bot.domain.ids import ChannelId, GuildId, SeriesId, TemplateId, UserId
from bot.domain.recurrence import LAST_DAY, Occurrence, Rule, following
from bot.domain.server import Server

BOOKING_DELAY = timedelta(minutes=10)
"""Ten minutes in, people are there and the raid is happening (the origin's lower bound, `auto_book_delay`)."""

FOREVER = date.max
"""The `paused_until` of a series that is paused until an officer resumes it."""

MOST_PASSED_OVER = 400
"""Nights in a row that may be left out before a series counts as having no next one."""


class UnknownSeries(MusterError):
    """There is no such series in this server. Pick one from the list that appears while you type."""


class NothingToBook(MusterError):
    """There is nothing to book: next week's sheet already stands."""


class SeriesRests(MusterError):
    """This series is paused or has ended, so it has no next raid to book."""


class SeriesWaits(MusterError):
    """This series cannot be posted yet: it needs a channel (`/raid setup channel:`), or its Raid-Helper connected."""


@dataclass(frozen=True)
class PostTime:
    """When a series' sheets are posted, on its own clocks: the last such moment before each raid. 0 is Monday."""

    weekday: int
    wall_time: time


@dataclass(frozen=True)
class Skip:
    """A night left out, by whom (None: not known) and why."""

    by: UserId | None = None
    reason: str = ""


@dataclass(frozen=True)
class Break:
    """Days, first and last included, on which a whole server does not raid."""

    id: int
    first: date
    last: date
    label: str = ""


@dataclass(frozen=True)
class Exceptions:
    """What a series does otherwise than its rule says: skipped and moved nights by their day, the server's breaks."""

    skips: Mapping[date, Skip] = field(default_factory=dict[date, Skip])
    breaks: Sequence[Break] = ()
    moved: Mapping[date, datetime] = field(default_factory=dict[date, datetime])
    """The starts in UTC of nights that are not booked yet and will be at another time than the rule says."""

    def break_on(self, day: date) -> Break | None:
        """The break that `day` lies in, or None."""
        return next((one for one in self.breaks if one.first <= day <= one.last), None)

    def leaves_out(self, day: date) -> bool:
        """Whether nothing is raided on `day`."""
        return day in self.skips or self.break_on(day) is not None

    def of(self, occurrence: Occurrence) -> Occurrence:
        """The occurrence at the time it will really be."""
        return Occurrence(occurrence.day, self.moved.get(occurrence.day, occurrence.start))


@dataclass(frozen=True)
class Series:
    """A weekly raid: its own definition, not what one night became. `timezone` None is the origin's +7 days."""

    id: SeriesId
    guild_id: GuildId
    label: str
    day_of_week: int
    start_time: time
    duration: timedelta
    timezone: str | None = None
    every_weeks: int = 1
    anchor: date | None = None
    channel_id: ChannelId | None = None
    raid_helper_template_id: str | None = None
    is_active: bool = True
    sheet: SheetKind | None = None
    template_name: str | None = None
    description: str = ""
    total_limit: int | None = None
    leader_id: UserId | None = None
    paused_until: date | None = None
    deadline: timedelta | None = None
    """How long before each start sign-ups end."""
    every_days: int | None = None
    """Every how many days it raids; None: `every_weeks` counts."""
    post: PostTime | None = None
    """When its sheets are posted; None: ten minutes into the raid before."""
    confirm: bool = False
    """Whether officers are asked before each booking."""
    book_at: datetime | None = None
    """When its next raid is booked although none of its raids has just started."""

    @property
    def rule(self) -> Rule:
        """When it raids."""
        zone = ZoneInfo(self.timezone) if self.timezone else None
        return Rule(self.day_of_week, self.start_time, zone, self.every_weeks, self.anchor, self.every_days)

    @property
    def zone(self) -> tzinfo:
        """The clocks its times are read on."""
        return self.rule.zone or UTC

    @property
    def rests(self) -> bool:
        """Whether nothing follows until an officer says so: it has ended, or is paused without an end."""
        return not self.is_active or (self.paused_until is not None and self.paused_until >= LAST_DAY)

    def pauses_on(self, day: date) -> bool:
        """Whether it is paused on that day."""
        return self.paused_until is not None and day < self.paused_until

    def sheet_kind(self, *, has_key: bool) -> SheetKind:
        """Where its sheets stand: as set, else on Raid-Helper when the server has a key."""
        return self.sheet or (SheetKind.RAID_HELPER if has_key else SheetKind.NATIVE)


@dataclass(frozen=True)
class NewSeries:
    """A series as an officer asks for it."""

    guild_id: GuildId
    label: str
    day_of_week: int
    start_time: time
    duration: timedelta
    timezone: str | None
    every_weeks: int
    anchor: date | None
    channel_id: ChannelId | None
    sheet: SheetKind | None
    template_name: str | None
    total_limit: int | None
    leader_id: UserId | None
    description: str = ""
    deadline: timedelta | None = None
    every_days: int | None = None
    post: PostTime | None = None
    confirm: bool = False


def next_occurrence(series: Series, day: date, start: datetime, exceptions: Exceptions) -> Occurrence | None:
    """The occurrence that follows the one of `day` (its start in UTC), what is left out passed over.

    None while the series is paused or has ended.
    """
    if not series.is_active:
        return None
    found = following(series.rule, day, start)
    for _ in range(MOST_PASSED_OVER):
        if not exceptions.leaves_out(found.day):
            return None if series.pauses_on(found.day) else exceptions.of(found)
        found = following(series.rule, found.day, found.start)
    return None


def first_event(
    series: Series, occurrence: Occurrence, server: Server, kind: SheetKind, template_id: TemplateId | None
) -> NewEvent:
    """The raid of `occurrence` as its series wants it, in the series' channel or else the server's."""
    return NewEvent(
        guild_id=series.guild_id,
        title=series.label,
        description=series.description,
        # A moved night may be on another day than the one it stands for.
        day=occurrence.start.astimezone(series.zone).date() if series.timezone else occurrence.day,
        starts_at=occurrence.start,
        duration=series.duration,
        deadline=occurrence.start - series.deadline if series.deadline else None,
        leader_id=series.leader_id,
        sheet=kind,
        template_id=template_id,
        total_limit=series.total_limit,
        channel_id=series.channel_id or server.raid_channel_id,
        series_id=series.id,
        occurrence=occurrence.day,
        booking_state=BookingState.PLANNED,
    )


def planned_at(event: NewEvent, now: datetime) -> NewEvent:
    """The raid as planned at `now`: too late for its deadline, it has none, or its sheet would be born closed."""
    past = event.deadline is not None and event.deadline <= now
    return replace(event, deadline=None) if past else event


def booked_event(
    series: Series, occurrence: Occurrence, server: Server, kind: SheetKind, template_id: TemplateId | None
) -> NewEvent:
    """The same, booked by the auto-booker: flagged as the origin flags it, and announced once it stands."""
    return replace(first_event(series, occurrence, server, kind, template_id), auto_booked=True)
