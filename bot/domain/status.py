"""What becomes of a raid as time goes by.

SCHEDULED → IN_PROGRESS at its start → COMPLETED at its end → ARCHIVED a while after. The clock moves it, one step at a
time and never back; CANCELLED, by an officer's hand from the first two, is final.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from bot.domain.event import Event, EventStatus

REDRAWN_FOR = timedelta(days=7)
"""How long after a raid's end its sheet still follows: nobody looks for older ones, and there may be years of them."""


def steps(event: Event, now: datetime) -> Sequence[EventStatus]:
    """The statuses the raid goes through up to `now`, in order; none while nothing has changed."""
    return list(_steps(event, now))


def _steps(event: Event, now: datetime) -> Iterator[EventStatus]:
    if event.status is EventStatus.SCHEDULED and now >= event.starts_at:
        yield EventStatus.IN_PROGRESS
    if event.status in (EventStatus.SCHEDULED, EventStatus.IN_PROGRESS) and now >= event.ends_at:
        yield EventStatus.COMPLETED


def boundaries(event: Event) -> Sequence[datetime]:
    """The moments at which the raid's status changes from what it is; those that have passed count too."""
    if event.status is EventStatus.SCHEDULED:
        return [event.starts_at, event.ends_at]
    return [event.ends_at] if event.status is EventStatus.IN_PROGRESS else []


def worth_redrawing(event: Event, now: datetime) -> bool:
    """Whether anybody still looks at the raid's sheet."""
    return now < event.ends_at + REDRAWN_FOR
