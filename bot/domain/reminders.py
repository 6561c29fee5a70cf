"""When people are reminded of a raid, by which way, and when they want their peace."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.event import Event, EventStatus

Quiet = tuple[time, time]
"""From when until when it is quiet on local clocks; over midnight when the second is the earlier one."""

OWN_LEADS = (5, 10, 15, 30, 45, 60, 90, 120, 180, 360, 720, 1440)
"""Minutes before the start a member may choose from; few, because each is a moment of its own for every raid."""


class Way(StrEnum):
    """How somebody is reminded."""

    DIRECT = "dm"
    CHANNEL = "channel"
    OFF = "off"


@dataclass(frozen=True)
class Habits:
    """How a member wants to be reminded; None follows the server. `minutes` before the start replace the raid's own."""

    way: Way | None = None
    minutes: int | None = None
    quiet: Quiet | None = None
    timezone: str | None = None


def leads_of(raid: Sequence[int], own: int | None) -> Sequence[int]:
    """The minutes before the start at which one person is reminded; a raid without reminders reminds nobody."""
    return (own,) if raid and own else raid


def moment(event: Event, minutes: int) -> datetime:
    """When it is so many minutes to the start."""
    return event.starts_at - timedelta(minutes=minutes)


def ahead(event: Event, starts_at: datetime, now: datetime) -> bool:
    """Whether the raid still starts then, and has neither begun nor been cancelled."""
    return event.status is EventStatus.SCHEDULED and event.starts_at == starts_at and now < event.starts_at


def outrun(event: Event, leads: Collection[int], minutes: int, now: datetime) -> bool:
    """Whether a later reminder is due as well, as after a pause or quiet hours: then that one says it."""
    return any(one < minutes and moment(event, one) <= now for one in leads)


def quiet_until(quiet: Quiet | None, zone: ZoneInfo, now: datetime) -> datetime | None:
    """When the quiet hours end that `now` is in; None outside of them. They follow the clocks of `zone`."""
    if quiet is None:
        return None
    local = now.astimezone(zone)
    first, last = quiet
    inside = first <= local.time() < last if first < last else local.time() >= first or local.time() < last
    if not inside:
        return None
    tomorrow = first > last and local.time() >= first
    return _next(local.date() + timedelta(days=tomorrow), last, zone, now)


def _next(day: date, wall: time, zone: ZoneInfo, now: datetime) -> datetime:
    """The instant of that time of day after `now`: where clocks go back, a time of day comes twice."""
    once, again = (datetime.combine(day, wall, zone).replace(fold=fold) for fold in (0, 1))
    end = once if once.timestamp() > now.timestamp() else again
    return datetime.fromtimestamp(end.timestamp(), now.tzinfo)
