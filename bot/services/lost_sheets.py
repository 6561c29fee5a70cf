"""Sheets that somebody deleted by hand: noticed, and not brought back before somebody says so.

It is noticed twice: by Discord's word that a message is gone, and by an edit that finds none; an event on Raid-Helper
also by the next look there. Its row in `patt.mirrors` says `lost` until an officer has decided; every sign-up is kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from bot.clock import Clock
from bot.domain.action import Action, Kind, NewAction
from bot.domain.alerts import still_ahead
from bot.domain.errors import MusterError
from bot.domain.event import Event, SheetKind, UnknownEvent
from bot.domain.ids import ChannelId, EventId, GuildId, MessageId, UserId
from bot.domain.mirrors import MirrorKind, MirrorState
from bot.domain.permissions import Actor
from bot.domain.settings import OFFICER_CHANNEL
from bot.services import deciders, places, sheets
from bot.services.mirrors import event_of
from bot.services.queue import Handler
from bot.services.raids import cancel_locked
from bot.services.settings import effective
from db import Database, Session


class NothingLost(MusterError):
    """That was decided already, or the raid has begun or was cancelled meanwhile."""


class LostSheetAsker(Protocol):
    """Asks in Discord what becomes of a deleted sheet; the same `nonce` at every attempt. Raises Undeliverable."""

    async def ask_of_lost(self, channel_id: ChannelId, event: Event, nonce: str) -> None:
        """Ask in a channel, without a ping."""
        ...

    async def ask_leader_of_lost(self, user_id: UserId, event: Event, nonce: str) -> None:
        """Ask the leader by direct message."""
        ...


class LostSheets:
    """Notices deleted sheets, asks about them, and does what the officers decide."""

    def __init__(self, db: Database, asker: LostSheetAsker, clock: Clock) -> None:
        self._db = db
        self._asker = asker
        self._clock = clock

    @property
    def handlers(self) -> Mapping[Kind, Handler]:
        """Which action is done by what."""
        return {Kind.ASK_LOST_SHEET: self.ask}

    async def noticed(self, guild_id: GuildId, message_ids: Sequence[MessageId]) -> None:
        """Discord says that messages are gone; of those that were sheets, ask what becomes of them."""
        async with self._db.transaction() as tx:
            for found in await tx.events.with_messages(guild_id, message_ids):
                await lose(tx, found, self._clock.now())

    async def ask(self, action: Action) -> str:
        """Ask the officers, else the leader, else in the raid's channel."""
        async with self._db.transaction() as tx:
            event = await tx.events.get(event_of(action))
            if event is None or _standing(event) or not still_ahead(event, self._clock.now()):
                return "nothing to decide"
            if not await is_lost(tx, event):
                return "decided before"
            officers = (await effective(tx, event))[OFFICER_CHANNEL]
        return await deciders.ask(
            event,
            officers,
            lambda channel_id: self._asker.ask_of_lost(channel_id, event, action.nonce),
            lambda user_id: self._asker.ask_leader_of_lost(user_id, event, action.nonce),
        )

    async def repost(self, actor: Actor, event_id: EventId, channels: frozenset[ChannelId] | None = None) -> Event:
        """Post the sheet again with everybody on it. Raises NotAnOfficer, UnknownEvent, NothingLost.

        Where its channel is none of the server's `channels` (None: not known) any more, it stands in the raid channel.
        """
        now = self._clock.now()
        async with self._db.transaction() as tx:
            event = await _housed(tx, await self._undecided(tx, actor, event_id), channels)
            await post_again(tx, event, now)
            await tx.audit.note(actor.guild_id, event.id, actor.user_id, "repost", now)
            return event

    async def cancel(self, actor: Actor, event_id: EventId) -> Event:
        """Cancel the raid. Raises NotAnOfficer, UnknownEvent, NothingLost."""
        async with self._db.transaction() as tx:
            event = await self._undecided(tx, actor, event_id)
            await tx.mirrors.forget(event.id, MirrorKind.SHEET)
            return (await cancel_locked(tx, actor, event, None, self._clock.now(), delete=False)).event

    async def _undecided(self, tx: Session, actor: Actor, event_id: EventId) -> Event:
        event = await tx.events.lock(actor.guild_id, event_id)
        if event is None:
            raise UnknownEvent
        await places.require_asked_of_raid(tx, actor, event)
        waits = _standing(event) is None and await is_lost(tx, event)
        if not waits or not still_ahead(event, self._clock.now()):
            raise NothingLost
        return event


async def _housed(tx: Session, event: Event, channels: frozenset[ChannelId] | None) -> Event:
    """The raid, moved to the server's raid channel when its own was deleted."""
    to = (await tx.servers.get(event.guild_id)).raid_channel_id
    if channels is None or event.channel_id in channels or to not in channels:
        return event
    moved = replace(event, channel_id=to)
    await tx.events.resettle(moved)
    return moved


async def post_again(tx: Session, event: Event, now: datetime) -> None:
    """Have a lost sheet stand again."""
    await tx.mirrors.forget(event.id, MirrorKind.SHEET)
    await sheets.post(tx, event, now)


async def lose(tx: Session, found: Event, now: datetime) -> str:
    """Write down that a raid's sheet is gone, and have somebody asked while people can still come; what came of it."""
    event = await tx.events.lock(found.guild_id, found.id)
    if event is None or _standing(event) is None or _standing(event) != _standing(found):
        return "noticed before"
    if event.sheet is SheetKind.RAID_HELPER:
        await tx.bookings.forget_raid_helper_event(event.id)
    else:
        await tx.events.set_message(event.id, None)
    if not still_ahead(event, now):
        return "deleted by hand"
    mirror = await tx.mirrors.get(event.id, MirrorKind.SHEET)
    await tx.mirrors.put(replace(mirror, state=MirrorState.LOST, trouble=None))
    kind, lane = Kind.ASK_LOST_SHEET, f"officers:{event.guild_id}"
    await tx.actions.enqueue(NewAction(event.guild_id, kind, lane, now, event.id, dedupe=f"{kind}:{event.id}"))
    return "deleted by hand: asked what becomes of it"


def _standing(event: Event) -> MessageId | str | None:
    """What its sheet is known by where it is kept; None while none stands."""
    return event.raid_helper_event_id if event.sheet is SheetKind.RAID_HELPER else event.message_id


async def is_lost(tx: Session, event: Event) -> bool:
    """Whether the raid's sheet waits for the officers' word."""
    return (await tx.mirrors.get(event.id, MirrorKind.SHEET)).state is MirrorState.LOST
