"""A booking that Raid-Helper has not taken for long becomes a sheet of our own, where the server wants that."""

from bot.clock import Clock
from bot.domain.action import Action, Kind, NewAction
from bot.domain.booking import Note, Terms
from bot.domain.event import BookingState, Event, EventStatus, SheetKind
from bot.services import booking_notes, deadlines, sheets
from bot.services.settings import effective
from bot.services.templates import Templates
from db import Database, Session


class Fallback:
    """Decides it, and hands the booking over: exactly one of the two sheets is left standing."""

    def __init__(self, db: Database, templates: Templates, clock: Clock) -> None:
        self._db = db
        self._templates = templates
        self._clock = clock

    async def taken(self, action: Action) -> bool:
        """Whether the booking that `action` should create on Raid-Helper is handed over now.

        A create may be in doubt: what turns up on Raid-Helper later is deleted there.
        """
        now = self._clock.now()
        async with self._db.transaction() as tx:
            event = await tx.events.lock(action.guild_id, action.event_id) if action.event_id else None
            if event is None or not _may_fall_back(event):
                return False
            started_at = await tx.bookings.predecessor_start(event.id)
            if not Terms.of(await effective(tx, event)).falls_back(started_at, action.due_at, now):
                return False
            await self._hand_over(tx, event)
            return True

    async def _hand_over(self, tx: Session, event: Event) -> None:
        now, lane = self._clock.now(), sheets.raid_helper_lane(event.guild_id)
        await tx.bookings.becomes_native(event.id)
        await tx.bookings.set_error(event.id, Note.FELL_BACK)
        native = await tx.events.get(event.id)
        assert native is not None  # noqa: S101 - locked in this transaction
        await sheets.post(tx, native, now)
        await deadlines.plan(tx, native, await self._templates.of(tx, native), now)
        await booking_notes.tell(tx, event.guild_id, Note.FELL_BACK, now, event=native)
        await tx.actions.enqueue(NewAction(event.guild_id, Kind.DELETE_LOST, lane, now, event.id))


def _may_fall_back(event: Event) -> bool:
    """Whether it is a booking that waits for Raid-Helper and of which nothing stands there."""
    waits = event.booking_state in (BookingState.PLANNED, BookingState.CREATING) and event.auto_booked
    here = event.sheet is SheetKind.RAID_HELPER and event.raid_helper_event_id is None
    return waits and here and event.status is not EventStatus.CANCELLED
