"""What the queue's native actions do: sheets, announcements, notices. Each may run twice without harm."""

import logging
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from bot.clock import Clock
from bot.domain.action import Action, Kind, NewAction, channel_lane
from bot.domain.alerts import Alert
from bot.domain.event import BookingState, Event, EventStatus, SheetKind
from bot.domain.ids import ChannelId, EventId, MessageId
from bot.domain.mirrors import MirrorKind
from bot.domain.notice import takes_place
from bot.domain.server import Server
from bot.domain.settings import ANNOUNCE, OFFICER_CHANNEL
from bot.domain.sheet import Sheet
from bot.services import comp_delivery, deciders, lost_sheets, mirrors, sheets
from bot.services.messenger import CannotLook, Messenger, SheetGone, Undeliverable
from bot.services.pace import Pace
from bot.services.presence import Leavers
from bot.services.queue import Handler
from bot.services.settings import effective
from bot.services.sheets import Sheets
from db import Database, Session

log = logging.getLogger(__name__)

T = TypeVar("T")
OF_BOOKINGS = frozenset({Kind.POST_SHEET, Kind.CREATE_ON_RAID_HELPER, Kind.ANNOUNCE})
"""What a raid comes about by: what went wrong with it stands in the ledger."""
NONCE_LASTS = timedelta(minutes=2)
"""How long Discord surely knows a nonce again; it says "the past few minutes"."""


class Delivery:
    """Posts and redraws sheets, announces bookings, tells members. Renders at delivery, from the database."""

    def __init__(self, db: Database, sheets: Sheets, messenger: Messenger, leavers: Leavers, clock: Clock) -> None:
        self._db = db
        self._sheets = sheets
        self._messenger = messenger
        self._leavers = leavers
        self._clock = clock
        self._pace = Pace(clock)

    @property
    def handlers(self) -> Mapping[Kind, Handler]:
        """Which action is done by what."""
        return {
            Kind.POST_SHEET: self.post_sheet,
            Kind.REFRESH_SHEET: self.refresh_sheet,
            Kind.DELETE_SHEET: self.delete_sheet,
            Kind.ANNOUNCE: self.announce,
            Kind.TELL_OFFICERS: self.tell_officers,
        }

    async def post_sheet(self, action: Action) -> str:
        """Post the event's sheet once and remember where it stands.

        A claim (state creating, or an attempt before this one) may have posted it: then it is looked for first.
        """
        async with self._db.transaction() as tx:
            sheet = await self._sheet(tx, action)
            in_doubt = action.attempts > 1 or (sheet and sheet.event.booking_state is BookingState.CREATING)
            no_more = sheet is not None and not takes_place(sheet.event, self._clock.now())
            if sheet is None or sheet.event.message_id or (no_more and not in_doubt):
                return "nothing to post"
            if elsewhere := self._not_here(sheet.event):
                return elsewhere
            if sheet.event.booking_state is BookingState.PLANNED:
                await tx.bookings.set_state(sheet.event.id, BookingState.CREATING)
        found = await looked(action, self._clock.now(), self._messenger.find_sheet(sheet)) if in_doubt else None
        if no_more and found is None:
            return "nothing to post"
        message_id = found or await self._messenger.post_sheet(await self._settled(sheet), action.nonce)
        async with self._db.transaction() as tx:
            event = await tx.events.lock(action.guild_id, sheet.event.id)
            if event is None:
                return "posted for a raid that is gone"
            await tx.events.set_message(event.id, message_id)
            if event.status is not EventStatus.CANCELLED:
                await stands(tx, self._clock, replace(event, booking_state=sheet.event.booking_state))
                await mirrors.follow(tx, event, self._clock.now())
            if found:  # it shows what was when it was posted
                await sheets.refresh(tx, event, self._clock.now())
        return "found" if found else "posted"

    async def _settled(self, sheet: Sheet) -> Sheet:
        """The sheet without those who have left before it stands."""
        if not await self._leavers.settle(sheet.event):
            return sheet
        async with self._db.transaction() as tx:
            return await self._sheets.read(tx, sheet.event)

    def _not_here(self, event: Event) -> str | None:
        """Why the sheet is not to be posted by now, or not by us, though it was asked for."""
        if event.unposted(self._clock.now()):
            return "not yet"
        return "Raid-Helper posts it" if event.sheet is SheetKind.RAID_HELPER else None

    async def refresh_sheet(self, action: Action) -> str:
        """Redraw the sheet as the database has it now, as fast as its channel takes edits."""
        async with self._db.statements() as tx:
            event = await tx.events.get(_event_id(action))
            if event is None:
                return "no sheet to draw"
            settings = await effective(tx, event)
            sheet = await self._sheets.read(tx, event, settings)
            await comp_delivery.follow(tx, event, self._clock.now())
            beside = await mirrors.follow(tx, event, self._clock.now(), settings)
        if event.message_id is None:
            return await self._post_anew(event)
        self._pace.take(event.channel_id)
        try:
            await self._messenger.edit_sheet(sheet)
        except SheetGone:
            async with self._db.transaction() as tx:
                return await lost_sheets.lose(tx, event, self._clock.now())
        except Undeliverable as refused:
            await self._trouble(event, str(refused))
            return f"cannot be drawn: {refused}"
        if any(one.kind is MirrorKind.SHEET and one.trouble for one in beside):
            await self._trouble(event, None)
        return "drawn"

    async def _trouble(self, event: Event, why: str | None) -> None:
        """Note why the sheet cannot be drawn, or that it can again; the officers hear of it once, not at every edit."""
        async with self._db.transaction() as tx:
            await mirrors.trouble(tx, event, MirrorKind.SHEET, why, self._clock.now())

    async def _post_anew(self, event: Event) -> str:
        """A sheet that does not stand: it comes while people can still answer, unless it waits for somebody's word."""
        now = self._clock.now()
        async with self._db.transaction() as tx:
            current = await tx.events.lock(event.guild_id, event.id)
            if current is None or current.message_id is not None:
                return "posted meanwhile"
            if current.unposted(now) or await lost_sheets.is_lost(tx, current):
                return "not to be posted yet"
            if current.sheet is SheetKind.NATIVE and current.takes_buttons and current.starts_at > now:
                await sheets.post(tx, current, now)
                return "no sheet to draw: posted anew"
        return "no sheet to draw"

    async def delete_sheet(self, action: Action) -> str:
        """Delete the sheet's message; one that the action names has been given up for another place."""
        if left := action.payload.get("message_id"):
            await self._messenger.delete_message(ChannelId(action.payload["channel_id"]), MessageId(left))
            return "deleted"
        async with self._db.transaction() as tx:
            sheet = await self._sheet(tx, action)
            if sheet:
                await comp_delivery.follow(tx, sheet.event, self._clock.now())
                await mirrors.follow(tx, sheet.event, self._clock.now())
        if sheet is None or sheet.event.channel_id is None:
            return "no sheet to delete"
        event = sheet.event
        if event.status is not EventStatus.CANCELLED and event.sheet is SheetKind.NATIVE:
            return "the raid goes on"
        message_id = event.message_id or await self._unrecorded(sheet)
        if message_id is None:
            return "no sheet to delete"
        await self._messenger.delete_message(sheet.event.channel_id, message_id)
        async with self._db.transaction() as tx:
            await tx.events.set_message(event.id, None)
        return "deleted"

    async def _unrecorded(self, sheet: Sheet) -> MessageId | None:
        """The sheet of a raid that was cancelled while it was being posted, and whose post was never written down."""
        try:
            return await self._messenger.find_sheet(sheet)
        except CannotLook:
            return None

    async def announce(self, action: Action) -> str:
        """Say in the raid channel that next week's sheet stands, or warn the officers that there is no such channel."""
        async with self._db.transaction() as tx:
            event = await tx.events.get(_event_id(action))
            server = await tx.servers.get(action.guild_id)
            quiet = event is not None and not (await effective(tx, event))[ANNOUNCE]
        if event is None or event.link is None or event.booking_state is not BookingState.CREATED:
            return "nothing to announce"  # in doubt, or announced before
        if not takes_place(event, self._clock.now()):
            return "the raid was cancelled or is over"
        channel_id = server.raid_channel_id or server.officer_channel_id
        look = self._messenger.is_announced(channel_id, event.link) if channel_id and action.attempts > 1 else None
        if not quiet and (look is None or not await looked(action, self._clock.now(), look)):
            await self._say_booked(server, event, event.link, action.nonce)
        async with self._db.transaction() as tx:
            await tx.bookings.set_state(event.id, BookingState.ANNOUNCED)
        return "announced" if server.raid_channel_id else "no raid channel"

    async def _say_booked(self, server: Server, event: Event, link: str, nonce: str) -> None:
        if server.raid_channel_id:
            await self._messenger.announce_booking(server.raid_channel_id, link, nonce)
        elif server.officer_channel_id:
            await self._messenger.warn_unannounced(server.officer_channel_id, link, nonce)
        else:
            log.warning("event=%s: neither a raid channel nor an officer channel is set to announce it in", event.id)

    async def tell_officers(self, action: Action) -> str:
        """Tell the officers what could not be done for a raid, in their channel, else its leader; of bookings once."""
        what, why = Kind(action.payload["what"]), str(action.payload["why"])
        async with self._db.transaction() as tx:
            event = await tx.events.get(_event_id(action))
            if event is None:
                return "the raid is gone"
            officers = (await effective(tx, event))[OFFICER_CHANNEL]
            if what in OF_BOOKINGS:
                await tx.bookings.set_error(event.id, why)
                if not await tx.alerts.claim(event.id, Alert.GIVEN_UP, action.id):
                    return "told before"
        return await deciders.tell(
            officers,
            event.leader_id,
            lambda channel_id: self._messenger.tell_officers(channel_id, event, what, why, action.nonce),
            lambda _: self._messenger.tell_officers(None, event, what, why, action.nonce),
        )

    async def _sheet(self, tx: Session, action: Action) -> Sheet | None:
        return await self._sheets.find(tx, _event_id(action))


async def looked(action: Action, now: datetime, look: Awaitable[T]) -> T | None:
    """What looking finds. Where the bot may not look, Discord's own memory of the nonce serves for a moment."""
    try:
        return await look
    except CannotLook:
        # Whoever asks for it anew has seen that it does not stand; the word to the officers said to look.
        fresh = now - action.due_at <= NONCE_LASTS
        if fresh or action.payload.get("at_a_word") == action.attempts:
            return None
        raise


async def stands(tx: Session, clock: Clock, event: Event) -> None:
    """A booking's sheet stands now: flag it as the origin does and have it announced.

    `event` has the state that the booking had before its claim.
    """
    if event.booking_state is None:
        return
    await tx.bookings.mended(event.id)
    if event.booking_state is BookingState.ANNOUNCED:  # posted anew: it was announced before
        await tx.bookings.set_state(event.id, BookingState.ANNOUNCED)
        return
    await tx.bookings.set_state(event.id, BookingState.CREATED if event.auto_booked else BookingState.ANNOUNCED)
    if not event.auto_booked:
        return
    await tx.bookings.flag_predecessor(event.id)
    lane = channel_lane(event.channel_id)
    key = f"{Kind.ANNOUNCE}:{event.id}"
    await tx.actions.enqueue(NewAction(event.guild_id, Kind.ANNOUNCE, lane, clock.now(), event.id, dedupe=key))


def _event_id(action: Action) -> EventId:
    if action.event_id is None:
        raise ValueError(f"action {action.id} ({action.kind}) names no event")
    return action.event_id
