"""Mirrors: what stands beside a raid in Discord follows the raid, one small action a mirror.

Each action brings its mirror to what the raid is by now, whatever it was asked for. A committed row says that something
is about to be made; whoever finds that row after a crash looks before making it again.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.clock import Clock
from bot.domain.action import Action, Kind, NewAction
from bot.domain.event import Event
from bot.domain.ids import ChannelId, EventId, GuildId, UserId
from bot.domain.mirrors import Look, Mirror, MirrorKind, MirrorState, Step, step
from bot.domain.setting import Effective, Setting
from bot.domain.settings import DISCORD_EVENT, OFFICER_CHANNEL, TEMP_ROLE, THREAD
from bot.services import deciders
from bot.services.messenger import Undeliverable
from bot.services.settings import effective
from db import Database, Session

log = logging.getLogger(__name__)

A_DAY = timedelta(days=1)
KEPT_TRYING = timedelta(days=7)
"""How long after a raid what could not be cleaned up is tried again, once a day."""
ROOM_AGAIN = timedelta(hours=1)
"""When to look again for room that may have come without our doing."""

SYNCED: dict[MirrorKind, tuple[Kind, Setting[bool]]] = {
    MirrorKind.THREAD: (Kind.SYNC_THREAD, THREAD),
    MirrorKind.DISCORD_EVENT: (Kind.SYNC_DISCORD_EVENT, DISCORD_EVENT),
    MirrorKind.ROLE: (Kind.SYNC_ROLE, TEMP_ROLE),
}


class Refused(Undeliverable):
    """Discord does not let us: the text names what is missing and how to mend it."""


class Gone(Undeliverable):
    """Somebody deleted it."""


class NoRoom(Undeliverable):
    """Discord holds as many as it takes; the text says so."""


class NotYet(Undeliverable):
    """What it would hang on does not stand."""


class Hand(Protocol):
    """What one kind of mirror is, and how it is made in Discord. Raises the errors above, any other to try again."""

    @property
    def kind(self) -> MirrorKind:
        """Which mirror."""
        ...

    @property
    def stays(self) -> bool:
        """Whether what is ended stays in Discord, closed, and is opened again when the raid comes back."""
        ...

    def look(self, event: Event, settings: Effective, now: datetime) -> Look | None:
        """What it should show, or None when it shall not be."""
        ...

    def makeable(self, event: Event, now: datetime) -> bool:
        """Whether one that is missing can be made now."""
        ...

    async def make(self, event: Event, mirror: Mirror, look: Look) -> int:
        """Make it and give its id; a mirror in the state `making` may have been made already."""
        ...

    async def change(self, event: Event, mirror: Mirror, look: Look) -> None:
        """Bring what stands to `look`."""
        ...

    async def end(self, event: Event, mirror: Mirror) -> None:
        """Clean it up; gone already is fine. One in the state `making` may not be there."""
        ...


class Warner(Protocol):
    """Tells officers of a mirror. Raises Undeliverable as `Messenger` does."""

    async def warn_in(self, channel_id: ChannelId, event: Event, kind: MirrorKind, why: str | None, nonce: str) -> None:
        """Say in a channel what is in the way, or without `why` that it was deleted by hand."""
        ...

    async def warn_leader(self, user_id: UserId, event: Event, kind: MirrorKind, why: str | None, nonce: str) -> None:
        """Say the same by direct message."""
        ...


class Mirrors:
    """Brings mirrors to what their raids are."""

    def __init__(self, db: Database, warner: Warner, clock: Clock) -> None:
        self._db = db
        self._warner = warner
        self._clock = clock

    async def sync(self, hand: Hand, action: Action) -> str:
        """Do what is missing between the raid and its mirror, once."""
        now = self._clock.now()
        async with self._db.transaction() as tx:
            event = await tx.events.lock(action.guild_id, event_of(action))
            if event is None:
                return "no raid"
            mirror = await tx.mirrors.get(event.id, hand.kind)
            look = hand.look(event, await effective(tx, event), now)
            do = step(mirror, look, makeable=hand.makeable(event, now))
            if mirror.state is MirrorState.WAITING and (sooner := await _sooner(tx, event)) is not None:
                await tx.actions.enqueue(sync(hand.kind, event.guild_id, sooner, now))
                do = do if do is Step.DROP else Step.NOTHING
            if do is Step.MAKE:
                await tx.mirrors.put(replace(mirror, state=MirrorState.MAKING))
            elif do is Step.DROP:
                await tx.mirrors.put(replace(mirror, state=MirrorState.ENDED, trouble=None))
        if do in (Step.NOTHING, Step.DROP):
            return do
        after = await _carried_out(hand, do, event, mirror, look or {})
        await self.record(event, mirror, after)
        if do is Step.END and after.trouble and now < event.ends_at + KEPT_TRYING:
            async with self._db.transaction() as tx:  # no change of the raid will ask for it any more
                await tx.actions.enqueue(_later(hand.kind, event, now + A_DAY))
        return f"{do}: {after.trouble or after.state}"

    async def record(self, event: Event, before: Mirror, after: Mirror) -> None:
        """Write down what became of a mirror, and tell the officers what they did not know of it."""
        now = self._clock.now()
        async with self._db.transaction() as tx:
            await tx.events.lock(event.guild_id, event.id)
            await tx.actions.enqueue(*await _news(tx, event, before, after, now))
            await tx.mirrors.put(after)
            await _beside(tx, event, after)
            if after.kind is MirrorKind.DISCORD_EVENT:
                await tx.actions.enqueue(*await _room(tx, event, before, after, now))

    async def noticed_gone(self, guild_id: GuildId, kind: MirrorKind, discord_id: int) -> None:
        """Discord says that a thread or role was deleted; if it was a raid's, it is not made again."""
        async with self._db.transaction() as tx:
            mirror = await tx.mirrors.standing(guild_id, kind, discord_id)
            event = await tx.events.get(mirror.event_id) if mirror else None
        if mirror and event:
            await self.record(event, mirror, lost(mirror))

    async def warn(self, action: Action) -> str:
        """Tell the officers, else the leader, what is in a mirror's way."""
        async with self._db.transaction() as tx:
            event = await tx.events.get(event_of(action))
            if event is None:
                return "no raid"
            channel_id = (await effective(tx, event))[OFFICER_CHANNEL]
        about = event, MirrorKind(action.payload["mirror"]), action.payload["why"], action.nonce
        return await deciders.tell(
            channel_id,
            event.leader_id,
            lambda officers: self._warner.warn_in(officers, *about),
            lambda leader: self._warner.warn_leader(leader, *about),
        )


async def follow(tx: Session, event: Event, now: datetime, settings: Effective | None = None) -> Sequence[Mirror]:
    """Have what stands beside a raid follow it; what was ever made or tried there.

    To be called whenever its sheet is drawn, posted or deleted. `settings` is what holds for the raid, if it is known.
    """
    settings = settings or await effective(tx, event)
    beside = await tx.mirrors.of(event.id)
    known = {one.kind for one in beside if one.state is not MirrorState.LOST}
    kinds = [kind for kind, (_, setting) in SYNCED.items() if kind in known or settings[setting]]
    await tx.actions.enqueue(*(one for kind in kinds for one in _syncs(kind, event, now)))
    return beside


def lost(mirror: Mirror) -> Mirror:
    """The mirror once somebody deleted it by hand."""
    return replace(mirror, state=MirrorState.LOST, discord_id=None, trouble=None)


async def trouble(tx: Session, event: Event, kind: MirrorKind, why: str | None, now: datetime) -> None:
    """Note what keeps a mirror from following (None: nothing does), and tell the officers what they did not know."""
    mirror = await tx.mirrors.get(event.id, kind)
    if mirror.trouble == why:
        return
    await tx.mirrors.put(replace(mirror, trouble=why))
    if why is not None:
        await tx.actions.enqueue(warning(event, kind, why, now))


def warning(event: Event, kind: MirrorKind, why: str | None, now: datetime) -> NewAction:
    """The word to the officers about a mirror."""
    payload = {"mirror": kind, "why": why}
    return NewAction(event.guild_id, Kind.WARN_OFFICERS, f"officers:{event.guild_id}", now, event.id, payload)


def event_of(action: Action) -> EventId:
    """The raid of an action that has one."""
    if action.event_id is None:
        raise ValueError(f"action {action.id} ({action.kind}) names no event")
    return action.event_id


async def _carried_out(hand: Hand, do: Step, event: Event, mirror: Mirror, look: Look) -> Mirror:
    """The mirror after the step."""
    try:
        if do is Step.MAKE:
            made = await hand.make(event, mirror, look)
            return replace(mirror, state=MirrorState.STANDS, discord_id=made, shown=look, trouble=None)
        if do is Step.CHANGE:
            await hand.change(event, mirror, look)
            return replace(mirror, shown=look, trouble=None)
        await hand.end(event, mirror)
        kept = mirror.discord_id if hand.stays else None
        return replace(mirror, state=MirrorState.ENDED, discord_id=kept, shown={}, trouble=None)
    except Gone:
        return lost(mirror)
    except NotYet:
        return replace(mirror, state=MirrorState.PLANNED)
    except NoRoom as full:
        return replace(mirror, state=MirrorState.WAITING, trouble=str(full))
    except Refused as refused:
        return replace(mirror, trouble=str(refused))


async def _news(tx: Session, event: Event, before: Mirror, after: Mirror, now: datetime) -> Sequence[NewAction]:
    """What the officers have not heard yet; that there is no room they hear once a server."""
    if after.state is MirrorState.LOST:
        return [warning(event, after.kind, None, now)]
    if after.trouble is None or after.trouble == before.trouble:
        return []
    if after.state is MirrorState.WAITING and await tx.mirrors.waiting(event.guild_id, most=1):
        return []
    return [warning(event, after.kind, after.trouble, now)]


async def _beside(tx: Session, event: Event, after: Mirror) -> None:
    """What else a mirror's row says of the raid."""
    stands = after.state is MirrorState.STANDS
    if after.kind is MirrorKind.THREAD:
        await tx.events.set_thread(event.id, ChannelId(after.discord_id) if stands and after.discord_id else None)
    if after.kind is MirrorKind.ROLE and not stands:
        await tx.mirrors.taken(event.id)


async def _sooner(tx: Session, event: Event) -> EventId | None:
    """The raid that gets room before this one."""
    waiting = await tx.mirrors.waiting(event.guild_id, most=1)
    return waiting[0] if waiting and waiting[0] != event.id else None


async def _room(tx: Session, event: Event, before: Mirror, after: Mirror, now: datetime) -> Sequence[NewAction]:
    """Who tries next: the soonest that waits when there may be room, and one without room later again."""
    if after.state is MirrorState.WAITING:
        return [_later(MirrorKind.DISCORD_EVENT, event, now + ROOM_AGAIN)]
    if after.state in (MirrorState.ENDED, MirrorState.LOST) or before.state is MirrorState.WAITING:
        waiting = await tx.mirrors.waiting(event.guild_id, most=1)
        return [sync(MirrorKind.DISCORD_EVENT, event.guild_id, one, now) for one in waiting]
    return []


def _syncs(kind: MirrorKind, event: Event, now: datetime) -> Sequence[NewAction]:
    """Its sync now, and at the moments at which it changes by itself."""
    moments = (event.starts_at, event.ends_at) if kind is MirrorKind.DISCORD_EVENT else (event.ends_at,)
    return [sync(kind, event.guild_id, event.id, now), *(_later(kind, event, at) for at in moments if at > now)]


def sync(kind: MirrorKind, guild_id: GuildId, event_id: EventId, now: datetime) -> NewAction:
    """The sync of one mirror, at once; however often it is asked for, one is open at a time."""
    action = SYNCED[kind][0]
    # A server's scheduled events are counted, so they are made one after the other.
    lane = f"{action}:{guild_id}" if kind is MirrorKind.DISCORD_EVENT else f"{action}:{event_id}"
    return NewAction(guild_id, action, lane, now, event_id, dedupe=f"{action}:{event_id}")


def _later(kind: MirrorKind, event: Event, at: datetime) -> NewAction:
    """The same at another moment: one that is open already would not be done sooner for being asked for again."""
    now = sync(kind, event.guild_id, event.id, at)
    return replace(now, dedupe=f"{now.dedupe}:{int(at.timestamp())}")
