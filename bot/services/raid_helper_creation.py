"""A booking's event on Raid-Helper: made once, at its time, with everybody on it.

A create is preceded by a committed claim (state creating). An action that finds the claim standing cannot know whether
the create happened, so it looks for the event by its marker before creating again.
"""

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.domain.action import Action, Kind, NewAction
from bot.domain.booking import Note
from bot.domain.event import BookingState, Event, EventStatus, SheetKind
from bot.domain.series import Series
from bot.raid_helper import errors
from bot.raid_helper.budget import Purpose
from bot.raid_helper.client import RaidHelperServer, find_lost
from bot.raid_helper.models import EventChange, EventDraft, RaidHelperEvent
from bot.services import booking_notes, mirrors
from bot.services.delivery import stands
from bot.services.fallback import Fallback
from bot.services.messenger import Messenger, Undeliverable
from bot.services.presence import Leavers
from bot.services.queue import Handler, TryLater
from bot.services.raid_helper_access import LATE_LISTINGS, RaidHelperAccess, raid_of
from bot.services.raid_helper_drafts import A_DAY, draft_of, ref_of
from bot.services.raid_helper_mirror import watch
from bot.services.sheets import raid_helper_lane
from db import Database, Session

log = logging.getLogger(__name__)

DOUBT = timedelta(seconds=60)
"""After an answer that never came: time enough for a create that is still under way to show in the list."""


class RaidHelperCreation:
    """Creates events on Raid-Helper."""

    def __init__(
        self,
        db: Database,
        access: RaidHelperAccess,
        messenger: Messenger,
        fallback: Fallback,
        leavers: Leavers,
        clock: Clock,
    ) -> None:
        self._db = db
        self._access = access
        self._messenger = messenger
        self._fallback = fallback
        self._leavers = leavers
        self._clock = clock

    @property
    def handlers(self) -> Mapping[Kind, Handler]:
        """Which action is done by what."""
        return {Kind.CREATE_ON_RAID_HELPER: self.create}

    async def create(self, action: Action) -> str:
        """Create the event on Raid-Helper exactly once, then have it announced and filled.

        Its id is stored before anything else is asked of it: whatever comes then, it is never created again.
        """
        async with self._db.transaction() as tx:
            event = await raid_of(tx, action)
            if not _to_be_made(event, self._clock.now()):
                return "nothing to create"
            series = await tx.series.get(event.series_id) if event.series_id else None
            server = await self._access.server(tx, event.guild_id, Purpose.BOOKING)
            work = _Work(server, event, series, (await tx.servers.get(event.guild_id)).zone)
            if not work.in_doubt:
                await tx.bookings.set_state(event.id, BookingState.CREATING)
        if event.status is EventStatus.CANCELLED:
            with self._access.refusals():
                return await _undone(work.server, self._draft(event, series))
        try:
            with self._access.refusals():
                there = await self._made(work)
        except (errors.RaidHelperError, TryLater) as error:
            if isinstance(error, errors.UnknownEvent) and action.attempts >= LATE_LISTINGS:
                await self._forget(event)
            if await self._fallback.taken(action):
                return f"a sheet of our own instead: {error}"
            raise
        await self._leavers.settle(event)
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
            await tx.bookings.set_raid_helper_event(event.id, created.id, created.record)

    async def _stands(self, tx: Session, work: "_Work", there: RaidHelperEvent) -> None:
        event = await tx.events.lock(work.event.guild_id, work.event.id)
        if event is None or event.status is EventStatus.CANCELLED:
            return  # its deletion is in the same lane, behind this
        wrong = await tx.bookings.error(event.id) == Note.CORRECTED
        await tx.bookings.set_raid_helper_event(event.id, there.id, there.record)
        await stands(tx, self._clock, replace(event, booking_state=work.event.booking_state or BookingState.PLANNED))
        await mirrors.follow(tx, event, self._clock.now())
        if wrong:
            right = there.start == self._draft(work.event, work.series).start
            note = Note.CORRECTED if right else Note.STILL_WRONG
            await tx.bookings.set_error(event.id, note)
            await booking_notes.tell(tx, event.guild_id, note, self._clock.now(), series=work.series, event=event)
        await self._enqueue_sign_ups(tx, event)
        await watch(tx, event.guild_id, [event], self._clock.now())

    async def _create(self, server: RaidHelperServer, channel_id: int, draft: EventDraft) -> RaidHelperEvent:
        try:
            return await server.create_event(channel_id, draft)
        except errors.Rejected as error:
            # Whoever started the series may have left the server since: the bot leads then, as in the origin.
            if "leaderId" not in error.reason or draft.leader_id == self._messenger.own_id:
                raise
            return await server.create_event(channel_id, replace(draft, leader_id=self._messenger.own_id))

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

    def _draft(self, event: Event, series: Series | None) -> EventDraft:
        return draft_of(event, series, self._messenger.own_id)


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


def _to_be_made(event: Event, now: datetime) -> bool:
    """Whether there is an event to create, to finish, or (cancelled in doubt) to look for and take away."""
    if event.sheet is not SheetKind.RAID_HELPER:
        return False  # it fell back to a sheet of our own
    claimed = event.booking_state not in (None, BookingState.PLANNED)
    if event.status is EventStatus.CANCELLED:
        return claimed and event.raid_helper_event_id is None
    if now >= event.ends_at:
        return False
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


def _channel(event: Event) -> int:
    if event.channel_id is None:
        raise Undeliverable("the series has no channel and the server no raid channel: `/raid setup` sets one")
    return event.channel_id
