"""A weekly series and what its next occurrence is."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.errors import MusterError
from bot.domain.event import BookingState, NewEvent, SheetKind
from bot.domain.ids import ChannelId, GuildId, SeriesId, TemplateId, UserId
from bot.domain.recurrence import Occurrence, Rule, following
from bot.domain.server import Server

BOOKING_DELAY = timedelta(minutes=10)
"""Ten minutes in, people are there and the raid is happening (the origin's lower bound)."""

BOOKING_WINDOW = timedelta(minutes=20)
"""The origin's upper bound: what was missed after it is caught up."""

CATCH_UP = timedelta(hours=6)
"""How long a missed booking is still made (`auto_book_catch_up`)."""


class UnknownSeries(MusterError):
    """There is no such series in this server. Pick one from the list that appears while you type."""


class NothingToBook(MusterError):
    """There is nothing to book: next week's sheet already stands."""


class SeriesRests(MusterError):
    """This series is paused or has ended, so it has no next raid to book."""


class SeriesWaits(MusterError):
    """This series cannot be posted yet: it needs a channel (`/raid setup channel:`), or its Raid-Helper connected."""


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

    @property
    def rule(self) -> Rule:
        """When it raids."""
        zone = ZoneInfo(self.timezone) if self.timezone else None
        return Rule(self.day_of_week, self.start_time, zone, self.every_weeks, self.anchor)

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


def next_occurrence(series: Series, day: date, start: datetime, skipped: AbstractSet[date]) -> Occurrence | None:
    """The occurrence that follows the one of `day` (its start in UTC), skips left out; None while paused or ended."""
    if not series.is_active:
        return None
    upcoming = following(series.rule, day, start)
    for _ in range(len(skipped) + 1):
        if upcoming.day not in skipped:
            break
        upcoming = following(series.rule, upcoming.day, upcoming.start)
    paused = series.paused_until is not None and upcoming.day < series.paused_until
    return None if paused else upcoming


def first_event(
    series: Series, occurrence: Occurrence, server: Server, kind: SheetKind, template_id: TemplateId | None
) -> NewEvent:
    """The raid of `occurrence` as its series wants it, in the series' channel or else the server's."""
    return NewEvent(
        guild_id=series.guild_id,
        title=series.label,
        description=series.description,
        day=occurrence.day,
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


def booked_event(
    series: Series, occurrence: Occurrence, server: Server, kind: SheetKind, template_id: TemplateId | None
) -> NewEvent:
    """The same, booked by the auto-booker: flagged as the origin flags it, and announced once it stands."""
    return replace(first_event(series, occurrence, server, kind, template_id), auto_booked=True)
