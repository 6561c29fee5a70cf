"""A raid that stands changes hands: from our own sheet to Raid-Helper's, or back. Whoever has answered stays on it.

To Raid-Helper: the event is created there with everybody, and our message goes. Back: its sheet is read once more,
ours is posted, and the event there goes. Nothing is announced a second time.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.domain.action import Action, Kind, NewAction, channel_lane
from bot.domain.event import BookingState, Event, SheetKind
from bot.domain.officer_rules import check_changeable
from bot.raid_helper import errors
from bot.services import deadlines, sheets
from bot.services.queue import Handler, TryLater
from bot.services.raid_helper_mirror import RaidHelperMirror
from bot.services.templates import Templates
from db import Database, Session

log = logging.getLogger(__name__)


async def switch(tx: Session, event: Event, kind: SheetKind, now: datetime) -> None:
    """Hand the locked raid's sheet over; nothing when it is in those hands.

    For Raid-Helper the server needs a key, which the caller has seen. Raises RaidIsOver.
    """
    check_changeable(event, now)
    if event.sheet is kind:
        return
    if kind is SheetKind.NATIVE:
        leave, lane = Kind.LEAVE_RAID_HELPER, sheets.raid_helper_lane(event.guild_id)
        await tx.actions.enqueue(NewAction(event.guild_id, leave, lane, now, event.id, dedupe=f"{leave}:{event.id}"))
        return
    await tx.raid_helper.hand_over(event.id, kind)
    handed = await tx.events.lock(event.guild_id, event.id)
    assert handed is not None  # noqa: S101 - locked by the caller
    await sheets.post(tx, handed, now)
    delete, lane = Kind.DELETE_SHEET, channel_lane(event.channel_id)
    await tx.actions.enqueue(NewAction(event.guild_id, delete, lane, now, event.id))


class SheetSwitch:
    """The queue's handler of leaving Raid-Helper, which takes a look there first."""

    def __init__(self, db: Database, templates: Templates, mirror: RaidHelperMirror, clock: Clock) -> None:
        self._db = db
        self._templates = templates
        self._mirror = mirror
        self._clock = clock

    @property
    def handlers(self) -> Mapping[Kind, Handler]:
        """Which action is done by what."""
        return {Kind.LEAVE_RAID_HELPER: self.leave}

    async def leave(self, action: Action) -> str:
        """Read the sheet there a last time, then have ours posted and the event there deleted."""
        async with self._db.transaction() as tx:
            event = await tx.events.lock(action.guild_id, action.event_id) if action.event_id else None
        if event is None or event.sheet is SheetKind.NATIVE:
            return "not on Raid-Helper"
        try:
            await self._mirror.pull(event)
        except errors.UnknownEvent:
            log.info("event=%s is gone on Raid-Helper: its rows are what there is", event.id)
        except errors.RateLimited as error:
            raise TryLater(self._clock.now() + timedelta(seconds=error.retry_after), str(error)) from error
        async with self._db.transaction() as tx:
            return await self._take_back(tx, event)

    async def _take_back(self, tx: Session, event: Event) -> str:
        now, lane = self._clock.now(), sheets.raid_helper_lane(event.guild_id)
        current = await tx.events.lock(event.guild_id, event.id)
        if current is None or current.sheet is SheetKind.NATIVE:
            return "not on Raid-Helper"
        await tx.raid_helper.hand_over(event.id, SheetKind.NATIVE)
        if current.raid_helper_event_id:
            gone = {"raid_helper_event_id": current.raid_helper_event_id}
            delete = Kind.DELETE_ON_RAID_HELPER
            await tx.actions.enqueue(NewAction(event.guild_id, delete, lane, now, event.id, gone))
        elif current.booking_state is BookingState.CREATING:  # it may turn up there yet
            await tx.actions.enqueue(NewAction(event.guild_id, Kind.DELETE_LOST, lane, now, event.id))
        native = await tx.events.lock(event.guild_id, event.id)
        assert native is not None  # noqa: S101 - locked in this transaction
        await sheets.post(tx, native, now)
        await deadlines.plan(tx, native, await self._templates.of(tx, native), now)
        return "ours now"
