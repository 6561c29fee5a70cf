"""What the queue changes on Raid-Helper: it edits an event, deletes it, or takes away one that should not be there."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from bot.clock import Clock
from bot.domain.action import Action, Kind
from bot.domain.booking import Note
from bot.domain.event import EventStatus
from bot.raid_helper import errors
from bot.raid_helper.budget import Purpose
from bot.raid_helper.client import RaidHelperServer, find_lost
from bot.raid_helper.models import EventChange
from bot.services import booking_notes, lost_sheets, mirrors
from bot.services.messenger import Messenger
from bot.services.queue import Handler, TryLater
from bot.services.raid_helper_access import LATE_LISTINGS, RaidHelperAccess, raid_of
from bot.services.raid_helper_drafts import A_DAY, change_of, draft_of
from db import Database

LOOKS_AGAIN = timedelta(minutes=5)
"""How often an event that should not be there is looked for while Raid-Helper is down."""


class RaidHelperDelivery:
    """Edits and deletes events on Raid-Helper."""

    def __init__(self, db: Database, access: RaidHelperAccess, messenger: Messenger, clock: Clock) -> None:
        self._db = db
        self._access = access
        self._messenger = messenger
        self._clock = clock

    @property
    def handlers(self) -> Mapping[Kind, Handler]:
        """Which action is done by what."""
        return {
            Kind.EDIT_ON_RAID_HELPER: self.edit,
            Kind.DELETE_ON_RAID_HELPER: self.delete,
            Kind.DELETE_LOST: self.delete_lost,
        }

    async def edit(self, action: Action) -> str:
        """Bring the event on Raid-Helper to what the database has now."""
        async with self._db.transaction() as tx:
            event = await raid_of(tx, action)
            server = await self._access.server(tx, action.guild_id, Purpose.CHANGE)
            await mirrors.follow(tx, event, self._clock.now())
        if event.raid_helper_event_id is None or event.status is EventStatus.CANCELLED:
            return "nothing to edit"
        try:
            with self._access.refusals():
                await _edit(server, event.raid_helper_event_id, change_of(event, self._messenger.own_id))
        except errors.UnknownEvent:
            if action.attempts < LATE_LISTINGS:
                raise
            async with self._db.transaction() as tx:
                return await lost_sheets.lose(tx, event, self._clock.now())
        return "edited"

    async def delete(self, action: Action) -> str:
        """Delete the event on Raid-Helper; gone already is fine, and so is a raid that goes on without it."""
        async with self._db.transaction() as tx:
            event = await raid_of(tx, action)
            server = await self._access.server(tx, action.guild_id, Purpose.CHANGE)
            await mirrors.follow(tx, event, self._clock.now())
        goes = event.raid_helper_event_id if event.status is EventStatus.CANCELLED else None
        raid_helper_id = action.payload.get("raid_helper_event_id") or goes
        if raid_helper_id is None:
            return "nothing to delete"
        with self._access.refusals():
            await server.delete_event(raid_helper_id)
        return "deleted"

    async def delete_lost(self, action: Action) -> str:
        """Take away what a create in doubt made after all, once its raid has a sheet of our own."""
        async with self._db.transaction() as tx:
            event = await raid_of(tx, action)
            server = await self._access.server(tx, action.guild_id, Purpose.CHANGE)
        if self._clock.now() > event.ends_at:
            return "the raid is over"
        try:
            with self._access.refusals():
                found = await find_lost(server, draft_of(event, None, self._messenger.own_id), within=A_DAY)
                if found is None:
                    return "nothing was made"
                await server.delete_event(found.id)
        except errors.RaidHelperError as error:
            raise TryLater(self._clock.now() + LOOKS_AGAIN, str(error)) from error
        async with self._db.transaction() as tx:
            await tx.bookings.set_error(event.id, Note.REMOVED)
            await booking_notes.tell(tx, event.guild_id, Note.REMOVED, self._clock.now(), event=event)
        return f"deleted {found.id}"


async def _edit(server: RaidHelperServer, raid_helper_id: str, change: EventChange) -> None:
    try:
        await server.edit_event(raid_helper_id, change)
    except errors.Rejected as error:
        if "leaderId" not in error.reason:
            raise
        # The leader has left the server: whoever leads there stays.
        await server.edit_event(raid_helper_id, replace(change, leader_id=None))
