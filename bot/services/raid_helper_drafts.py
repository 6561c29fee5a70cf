"""A raid as Raid-Helper is told of it."""

from datetime import timedelta

from bot.domain.event import Event
from bot.domain.ids import UserId
from bot.domain.series import Series
from bot.raid_helper.models import EventChange, EventDraft

DEFAULT_TEMPLATE = "wowretail2"
DESCRIPTION = "Auto-scheduled raid. Sign up below!"
A_DAY = timedelta(hours=26)
"""How far from its time an event of ours is looked for: one read on the clocks of another zone is hours off."""
NO_LIMIT = 9999
"""What an event there has that was made without a limit."""


def draft_of(event: Event, series: Series | None, own_id: UserId) -> EventDraft:
    """The event to be made for this raid; without a leader the bot, whose id is `own_id`, leads."""
    return EventDraft(
        title=event.title,
        description=event.description or DESCRIPTION,
        # Raid-Helper knows minutes; a row written by hand with NOW() has seconds.
        start=event.starts_at.replace(second=0, microsecond=0),
        duration_minutes=(event.ends_at - event.starts_at) // timedelta(minutes=1),
        leader_id=event.leader_id or own_id,
        template_id=(series.raid_helper_template_id if series else None) or DEFAULT_TEMPLATE,
        limit=event.total_limit,
        deadline_hours=_deadline_hours(event),
        ref=ref_of(event),
    )


def change_of(event: Event, own_id: UserId) -> EventChange:
    """What the event of this raid is to be by now."""
    draft = draft_of(event, None, own_id)
    return EventChange(
        title=draft.title,
        description=draft.description,
        start=draft.start,
        duration_minutes=draft.duration_minutes,
        limit=draft.limit or NO_LIMIT,
        deadline_hours=draft.deadline_hours or 0,
        leader_id=draft.leader_id,
        ref=draft.ref,
    )


def ref_of(event: Event) -> str:
    """The mark of the event on Raid-Helper; one that was deleted there is never taken for the one made after it."""
    return f"m{event.id}g{event.generation}" if event.generation else f"m{event.id}"


def _deadline_hours(event: Event) -> int | None:
    """How long before the start sign-ups end there: whole hours, for Raid-Helper knows no others, never later."""
    return -((event.deadline - event.starts_at) // timedelta(hours=1)) if event.deadline else None
