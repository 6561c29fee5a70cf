"""What the queue does on Raid-Helper: create the event, edit it, delete it.

A create is preceded by a committed claim (state creating). An action that finds the claim standing cannot know whether
the create happened, so it looks for the event by its marker before creating again.
"""

import logging
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.domain.action import Action, Kind, NewAction
from bot.domain.booking import Note
from bot.domain.event import BookingState, Event, EventStatus, SheetKind
from bot.domain.ids import EventId
from bot.domain.series import Series
from bot.raid_helper import errors
from bot.raid_helper.budget import Purpose
from bot.raid_helper.client import RaidHelper, RaidHelperServer, find_lost
from bot.raid_helper.models import EventChange, EventDraft, RaidHelperEvent
from bot.services import booking_notes, mirrors
from bot.services.delivery import stands
from bot.services.fallback import Fallback
from bot.services.messenger import Messenger, Undeliverable
from bot.services.queue import Handler, TryLater
from bot.services.raid_helper_mirror import watch
from bot.services.secrets import SecretBox
from bot.services.sheets import raid_helper_lane
from db import Database, Session

log = logging.getLogger(__name__)

DEFAULT_TEMPLATE = "wowretail2"
DESCRIPTION = "Auto-scheduled raid. Sign up below!"
DOUBT = timedelta(seconds=60)
"""After an answer that never came: time enough for a create that is still under way to show in the list."""
LATE_LISTINGS = 6
"""Attempts, over a minute, after which an event that Raid-Helper does not find was deleted there, not made just now."""
A_DAY = timedelta(hours=26)
"""How far from its time an event of ours is looked for: one read on the clocks of another zone is hours off."""
LOOKS_AGAIN = timedelta(minutes=5)
"""How often an event that should not be there is looked for while Raid-Helper is down."""
NO_LIMIT = 9999
"""What an event there has that was made without a limit."""
FINAL = (errors.LockedTemplate, errors.NoAccess, errors.Rejected)
"""Trying again changes nothing. A refreshed key is not among them: the new one may be given at any time."""


class RaidHelperDelivery:
    """Does the Raid-Helper actions of the queue."""

    def __init__(
        self,
        db: Database,
        raid_helper: RaidHelper,
        secrets: SecretBox,
        messenger: Messenger,
        fallback: Fallback,
        clock: Clock,
    ) -> None:
        self._fallback = fallback
        self._db = db
        self._raid_helper = raid_helper
        self._secrets = secrets
        self._messenger = messenger
        self._clock = clock

    @property
    def handlers(self) -> Mapping[Kind, Handler]:
        """Which action is done by what."""
        return {
            Kind.CREATE_ON_RAID_HELPER: self.create,
            Kind.EDIT_ON_RAID_HELPER: self.edit,
            Kind.DELETE_ON_RAID_HELPER: self.delete,
            Kind.DELETE_LOST: self.delete_lost,
        }

    async def create(self, action: Action) -> str:
        """Create the event on Raid-Helper exactly once, then have it announced and filled.

        Its id is stored before anything else is asked of it: whatever comes then, it is never created again.
        """
        async with self._db.transaction() as tx:
            event = await _event(tx, action)
            if not _to_be_made(event):
                return "nothing to create"
            series = await tx.series.get(event.series_id) if event.series_id else None
            work = _Work(await self._server(tx, action), event, series, (await tx.servers.get(event.guild_id)).zone)
            if not work.in_doubt:
                await tx.bookings.set_state(event.id, BookingState.CREATING)
        if event.status is EventStatus.CANCELLED:
            with self._refusals():
                return await _undone(work.server, self._draft(event, series))
        try:
            with self._refusals():
                there = await self._made(work)
        except (errors.RaidHelperError, TryLater) as error:
            if isinstance(error, errors.UnknownEvent) and action.attempts >= LATE_LISTINGS:
                await self._forget(event)
            if await self._fallback.taken(action):
                return f"a sheet of our own instead: {error}"
            raise
        async with self._db.transaction() as tx:
            await self._stands(tx, work, there)
        return f"created {there.id}"

    async def _made(self, work: "_Work") -> RaidHelperEvent:
        """The event as it stands on Raid-Helper, at its time if that can be had."""
        draft = self._draft(work.event, work.series)
        there = await self._found_or_created(work, draft)
        if there.start == draft.start:
            return there
        log.warning("event=%s stands on Raid-Helper at %s instead of %s", work.event.id, there.start, draft.start)
        async with self._db.transaction() as tx:  # an answer to the correction may be lost, too
            await tx.bookings.set_error(work.event.id, Note.CORRECTED)
        with suppress(errors.Rejected):  # then it is made anew
            await work.server.edit_event(there.id, _at_its_time(draft))
        there = await work.server.fetch_event(there.id)
        if there.start != draft.start and work.event.generation == 0:
            there = await self._made_anew(work, there, draft)
        return there

    async def _found_or_created(self, work: "_Work", draft: EventDraft) -> RaidHelperEvent:
        if work.event.raid_helper_event_id:
            return await work.server.fetch_event(work.event.raid_helper_event_id)
        try:
            found = await find_lost(work.server, draft, within=A_DAY) if work.in_doubt else None
            created = found or await self._create(work.server, _channel(work.event), draft)
        except errors.OutcomeUnknown as error:
            raise TryLater(self._clock.now() + DOUBT, str(error), counts=True) from error
        await self._store(work.event, created)
        return await work.server.complete(created)

    async def _made_anew(self, work: "_Work", wrong: RaidHelperEvent, draft: EventDraft) -> RaidHelperEvent:
        """Once, instead of an event whose time cannot be set: another, its time as text on the server's clocks."""
        await work.server.delete_event(wrong.id)
        async with self._db.transaction() as tx:
            await tx.bookings.forget_raid_helper_event(work.event.id)
        event = replace(work.event, generation=work.event.generation + 1)
        local = replace(draft, ref=ref_of(event), text_zone=work.zone)
        try:
            created = await self._create(work.server, _channel(event), local)
        except errors.OutcomeUnknown as error:
            raise TryLater(self._clock.now() + DOUBT, str(error), counts=True) from error
        await self._store(event, created)
        return await work.server.complete(created)

    async def _forget(self, event: Event) -> None:
        """Somebody deleted it before it was ours to announce: the next attempt makes another."""
        async with self._db.transaction() as tx:
            await tx.bookings.forget_raid_helper_event(event.id)

    async def _store(self, event: Event, created: RaidHelperEvent) -> None:
        async with self._db.transaction() as tx:
            await tx.bookings.set_raid_helper_event(event.id, created.id, created.payload)

    async def _stands(self, tx: Session, work: "_Work", there: RaidHelperEvent) -> None:
        event = await tx.events.lock(work.event.guild_id, work.event.id)
        if event is None or event.status is EventStatus.CANCELLED:
            return  # its deletion is in the same lane, behind this
        wrong = await tx.bookings.error(event.id) == Note.CORRECTED
        await tx.bookings.set_raid_helper_event(event.id, there.id, there.payload)
        await stands(tx, self._clock, replace(event, booking_state=work.event.booking_state or BookingState.PLANNED))
        await mirrors.follow(tx, event, self._clock.now())
        if wrong:
            right = there.start == self._draft(work.event, work.series).start
            note = Note.CORRECTED if right else Note.STILL_WRONG
            await tx.bookings.set_error(event.id, note)
            await booking_notes.tell(tx, event.guild_id, note, self._clock.now(), series=work.series, event=event)
        await self._enqueue_sign_ups(tx, event)
        await watch(tx, event.guild_id, [event], self._clock.now())

    async def edit(self, action: Action) -> str:
        """Bring the event on Raid-Helper to what the database has now."""
        async with self._db.transaction() as tx:
            event = await _event(tx, action)
            server = await self._server(tx, action)
            await mirrors.follow(tx, event, self._clock.now())
        if event.raid_helper_event_id is None or event.status is EventStatus.CANCELLED:
            return "nothing to edit"
        try:
            with self._refusals():
                await _edit(server, event.raid_helper_event_id, self._change(event))
        except errors.UnknownEvent as error:
            raise Undeliverable(str(error)) from error
        return "edited"

    async def delete(self, action: Action) -> str:
        """Delete the event on Raid-Helper; gone already is fine, and so is a raid that goes on without it."""
        async with self._db.transaction() as tx:
            event = await _event(tx, action)
            server = await self._server(tx, action)
            await mirrors.follow(tx, event, self._clock.now())
        goes = event.raid_helper_event_id if event.status is EventStatus.CANCELLED else None
        raid_helper_id = action.payload.get("raid_helper_event_id") or goes
        if raid_helper_id is None:
            return "nothing to delete"
        with self._refusals():
            await server.delete_event(raid_helper_id)
        return "deleted"

    async def delete_lost(self, action: Action) -> str:
        """Take away what a create in doubt made after all, once its raid has a sheet of our own."""
        async with self._db.transaction() as tx:
            event = await _event(tx, action)
            server = await self._server(tx, action)
        if self._clock.now() > event.ends_at:
            return "the raid is over"
        try:
            with self._refusals():
                found = await find_lost(server, self._draft(event, None), within=A_DAY)
                if found is None:
                    return "nothing was made"
                await server.delete_event(found.id)
        except errors.RaidHelperError as error:
            raise TryLater(self._clock.now() + LOOKS_AGAIN, str(error)) from error
        async with self._db.transaction() as tx:
            await tx.bookings.set_error(event.id, Note.REMOVED)
            await booking_notes.tell(tx, event.guild_id, Note.REMOVED, self._clock.now(), event=event)
        return f"deleted {found.id}"

    @contextmanager
    def _refusals(self) -> Generator[None]:
        """Tell the queue what Raid-Helper's refusals mean: give up, or come back when it takes requests again."""
        try:
            yield
        except FINAL as error:
            raise Undeliverable(str(error)) from error
        except errors.RateLimited as error:
            raise TryLater(self._clock.now() + timedelta(seconds=error.retry_after), str(error)) from error

    async def _create(self, server: RaidHelperServer, channel_id: int, draft: EventDraft) -> RaidHelperEvent:
        try:
            return await server.create_event(channel_id, draft)
        except errors.Rejected as error:
            # Whoever started the series may have left the server since: the bot leads then, as in the origin.
            if "leaderId" not in error.reason or draft.leader_id == self._messenger.own_id:
                raise
            return await server.create_event(channel_id, replace(draft, leader_id=self._messenger.own_id))

    def _change(self, event: Event) -> EventChange:
        draft = self._draft(event, None)
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

    def _draft(self, event: Event, series: Series | None) -> EventDraft:
        return EventDraft(
            title=event.title,
            description=event.description or DESCRIPTION,
            # Raid-Helper knows minutes; a row written by hand with NOW() has seconds.
            start=event.starts_at.replace(second=0, microsecond=0),
            duration_minutes=(event.ends_at - event.starts_at) // timedelta(minutes=1),
            leader_id=event.leader_id or self._messenger.own_id,
            template_id=(series.raid_helper_template_id if series else None) or DEFAULT_TEMPLATE,
            limit=event.total_limit,
            deadline_hours=_deadline_hours(event),
            ref=ref_of(event),
        )

    async def _server(self, tx: Session, action: Action) -> RaidHelperServer:
        """This server's Raid-Helper. Without a key the action waits: it may be connected at any time."""
        settings = await tx.servers.get(action.guild_id)
        key = self._secrets.open(settings.raid_helper_key)
        if key is None:
            raise TryLater(self._clock.now() + timedelta(minutes=5), "Raid-Helper is not connected")
        purpose = Purpose.BOOKING if action.kind is Kind.CREATE_ON_RAID_HELPER else Purpose.CHANGE
        return self._raid_helper.server(action.guild_id, key, purpose)

    async def _enqueue_sign_ups(self, tx: Session, event: Event) -> None:
        for one in await tx.sign_ups.of(event.id):
            if one.user_id is not None:
                await tx.actions.enqueue(
                    NewAction(
                        event.guild_id,
                        Kind.SIGN_UP_ON_RAID_HELPER,
                        raid_helper_lane(event.guild_id),
                        self._clock.now(),
                        event.id,
                        {"player_id": one.player_id},
                        f"{Kind.SIGN_UP_ON_RAID_HELPER}:{event.id}:{one.player_id}",
                    )
                )


@dataclass(frozen=True)
class _Work:
    """What creating an event needs; `event` is as it was before the claim, `zone` the server's."""

    server: RaidHelperServer
    event: Event
    series: Series | None
    zone: ZoneInfo

    @property
    def in_doubt(self) -> bool:
        """Whether somebody may have created it before."""
        return self.event.booking_state not in (None, BookingState.PLANNED)


def ref_of(event: Event) -> str:
    """The mark of the event on Raid-Helper; one that was deleted there is never taken for the one made after it."""
    return f"m{event.id}g{event.generation}" if event.generation else f"m{event.id}"


def _to_be_made(event: Event) -> bool:
    """Whether there is an event to create, to finish, or (cancelled in doubt) to look for and take away."""
    if event.sheet is not SheetKind.RAID_HELPER:
        return False  # it fell back to a sheet of our own
    claimed = event.booking_state not in (None, BookingState.PLANNED)
    if event.status is EventStatus.CANCELLED:
        return claimed and event.raid_helper_event_id is None
    return event.raid_helper_event_id is None or event.booking_state is BookingState.CREATING


def _at_its_time(draft: EventDraft) -> EventChange:
    return EventChange(start=draft.start, duration_minutes=draft.duration_minutes, ref=draft.ref)


async def _undone(server: RaidHelperServer, draft: EventDraft) -> str:
    """For a raid cancelled while nobody knew whether it stands: find it and take it away."""
    found = await find_lost(server, draft, within=A_DAY)
    if found is None:
        return "nothing to create"
    await server.delete_event(found.id)
    return f"deleted {found.id}"


async def _edit(server: RaidHelperServer, raid_helper_id: str, change: EventChange) -> None:
    try:
        await server.edit_event(raid_helper_id, change)
    except errors.Rejected as error:
        if "leaderId" not in error.reason:
            raise
        # The leader has left the server: whoever leads there stays.
        await server.edit_event(raid_helper_id, replace(change, leader_id=None))


def _deadline_hours(event: Event) -> int | None:
    """How long before the start sign-ups end there: whole hours, for Raid-Helper knows no others, never later."""
    return -((event.deadline - event.starts_at) // timedelta(hours=1)) if event.deadline else None


def _channel(event: Event) -> int:
    if event.channel_id is None:
        raise Undeliverable("the series has no channel and the server no raid channel: `/raid setup` sets one")
    return event.channel_id


async def _event(tx: Session, action: Action) -> Event:
    event = await tx.events.lock(action.guild_id, action.event_id or EventId(0))
    if event is None:
        raise Undeliverable("the raid is gone")
    return event
