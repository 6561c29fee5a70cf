"""Raids: create, list, cancel."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.domain.action import Kind, NewAction, channel_lane
from bot.domain.durations import parse_duration, parse_lead_times, show_duration
from bot.domain.errors import MusterError
from bot.domain.event import (
    BadDeadline,
    BadPostTime,
    BookingState,
    Event,
    EventStatus,
    NewEvent,
    SeveralEvents,
    SheetKind,
    UnknownEvent,
    check_description,
    check_limit,
    check_title,
)
from bot.domain.ids import ChannelId, EventId, GuildId
from bot.domain.names import folded
from bot.domain.notice import Notice
from bot.domain.permissions import Actor
from bot.domain.server import Server
from bot.domain.settings import DEADLINE, DURATION, LIMIT, LONGEST_RAID
from bot.domain.template_edit import NOTHING
from bot.services import comp_delivery, deadlines, participants, places, sheets, telling
from bot.services.own_zone import zone_of
from bot.services.participants import Participants
from bot.services.secrets import NoRaidHelperKey, SecretBox
from bot.services.settings import Around, own_gates, within
from bot.services.templates import Templates
from bot.services.when import describe, future, parse_when
from db import Database, Session

DEFAULT_DURATION = timedelta(minutes=60)
FARTHEST_DEADLINE = timedelta(days=60)


class AlreadyOver(MusterError):
    """This raid is over or was cancelled before; there is nothing left to cancel."""


@dataclass(frozen=True)
class RaidWish:
    """What an officer typed for one raid; texts are as typed, None was left out."""

    title: str
    when: str
    duration: str | None = None
    template: str | None = None
    channel_id: ChannelId | None = None
    description: str | None = None
    limit: int | None = None
    deadline: str | None = None
    reminders: str | None = None
    sheet: SheetKind | None = None
    participants: Participants | None = None
    post_at: str | None = None
    here: ChannelId | None = None
    """Where it was typed: the channel when neither the wish nor the server names one."""


@dataclass(frozen=True)
class Cancelled:
    """A cancelled raid; `entry_id` is what undoes it."""

    event: Event
    entry_id: int


class Raids:
    """The use cases behind `/raid create`, `list` and `cancel`."""

    def __init__(self, db: Database, templates: Templates, secrets: SecretBox, clock: Clock) -> None:
        self._db = db
        self._templates = templates
        self._secrets = secrets
        self._clock = clock

    async def prepare(self, actor: Actor, wish: RaidWish) -> Server:
        """The server, for whoever may plan that raid there. Raises NotAnOfficer, UnknownTemplate."""
        async with self._db.transaction() as tx:
            server = await tx.servers.get(actor.guild_id)
            template_id, _ = await self._templates.named(tx, server.id, wish.template or server.default_template)
            await places.require_planner(tx, actor, Around(server.id, _channel(wish, server), template_id))
            return server

    async def create(self, actor: Actor, wish: RaidWish) -> Event:
        """Write the raid down and enqueue its sheet.

        Raises NotAnOfficer and, for each thing mistyped, a MusterError that says how to type it; then nothing is
        written.
        """
        async with self._db.transaction() as tx:
            return await self.create_in(tx, actor, wish)

    async def create_in(self, tx: Session, actor: Actor, wish: RaidWish) -> Event:
        """The same within the caller's transaction."""
        server = await tx.servers.get(actor.guild_id)
        new = await self._planned(tx, actor, server, wish)
        await places.require_planner(tx, actor, Around(server.id, new.channel_id, new.template_id))
        event_id = await tx.events.add(new)
        event = await _found(tx, actor.guild_id, event_id)
        if wish.participants:
            template = await self._templates.of(tx, event)
            await participants.seat(tx, actor, event, template, wish.participants, self._clock.now())
        await sheets.post(tx, event, self._clock.now())
        await deadlines.plan(tx, event, await self._templates.of(tx, event), self._clock.now())
        await tx.audit.note(actor.guild_id, event_id, actor.user_id, "create", self._clock.now(), title=event.title)
        return event

    async def read_when(self, actor: Actor, typed: str) -> tuple[str, datetime]:
        """What `typed` would mean to them, as they read it and as it is. Raises UnreadableTime, TimeInPast."""
        async with self._db.transaction() as tx:
            zone = await zone_of(tx, actor)
        now = self._clock.now()
        moment = future(parse_when(typed, zone=zone, now=now), now)
        return describe(moment, zone, now), moment

    async def upcoming(self, guild_id: GuildId, *, most: int = 25) -> Sequence[Event]:
        """The server's raids that are not over, soonest first."""
        async with self._db.transaction() as tx:
            return await tx.events.not_over(guild_id, self._clock.now(), most=most)

    async def find(self, guild_id: GuildId, typed: str) -> Event:
        """The raid meant by an id or a title. Raises UnknownEvent, also for another server's id, and SeveralEvents."""
        wanted = typed.strip()
        async with self._db.transaction() as tx:
            by_id = re.fullmatch(r"[0-9]{1,18}", wanted)
            if by_id and (event := await tx.events.lock(guild_id, EventId(int(wanted)))):
                return event
            ahead = await tx.events.not_over(guild_id, self._clock.now(), most=200)
        called_so = [one for one in ahead if one.title.casefold() == wanted.casefold()]
        if len(called_so) > 1:
            # A guess would be the one that runs, when next week's is meant.
            raise SeveralEvents
        if not called_so:
            raise UnknownEvent
        return called_so[0]

    async def cancel(self, actor: Actor, typed: str, reason: str | None, *, delete: bool) -> Cancelled:
        """Cancel the raid and enqueue what the channel shows. Raises NotAnOfficer, UnknownEvent, AlreadyOver."""
        found = await self.find(actor.guild_id, typed)
        async with self._db.transaction() as tx:
            event = await _found(tx, actor.guild_id, found.id)
            await places.require_manager(tx, actor, event)
            return await cancel_locked(tx, actor, event, reason, self._clock.now(), delete=delete)

    async def _planned(self, tx: Session, actor: Actor, server: Server, wish: RaidWish) -> NewEvent:
        now = self._clock.now()
        template_id, template = await self._templates.named(tx, server.id, wish.template or server.default_template)
        channel_id = _channel(wish, server)
        holds = await within(tx, Around(server.id, channel_id, template_id))
        zone = await zone_of(tx, actor)
        starts_at = future(parse_when(wish.when, zone=zone, now=now), now)
        sheet = self.sheet_kind(wish.sheet, server)
        post_at = _post_at(wish, zone, sheet, starts_at, now)
        limit = check_limit(wish.limit) or holds[LIMIT]
        return NewEvent(
            guild_id=server.id,
            title=check_title(wish.title),
            day=starts_at.astimezone(server.zone).date(),
            starts_at=starts_at,
            duration=duration_of(wish.duration, holds[DURATION]),
            description=check_description(wish.description or ""),
            deadline=deadline_of(wish.deadline, starts_at, post_at or now, holds[DEADLINE]),
            leader_id=actor.user_id,
            created_by=actor.user_id,
            sheet=sheet,
            booking_state=BookingState.PLANNED if sheet is SheetKind.RAID_HELPER else None,
            template_id=template_id,
            total_limit=limit,
            minimum=template.minimum_of(limit),
            gates=own_gates(template, holds, server.id),
            channel_id=channel_id,
            post_at=post_at,
            reminders=parse_lead_times(wish.reminders) if wish.reminders else None,
        )

    def sheet_kind(self, wished: SheetKind | None, server: Server) -> SheetKind:
        """Native unless Raid-Helper was asked for. Raises NoRaidHelperKey without a key."""
        if wished is SheetKind.RAID_HELPER and self._secrets.open(server.raid_helper_key) is None:
            raise NoRaidHelperKey
        return wished or SheetKind.NATIVE


def duration_of(typed: str | None, usual: timedelta | None) -> timedelta:
    """The length typed, else the usual one, else an hour. Raises BadDuration."""
    if typed:
        return parse_duration(typed, at_most=LONGEST_RAID, option="duration")
    return usual or DEFAULT_DURATION


def deadline_of(
    typed: str | None, starts_at: datetime, now: datetime, usual: timedelta | None = None
) -> datetime | None:
    """The moment so long before the start; without a word the `usual` one, if it is still ahead; "none" is none.

    Raises BadDuration, BadDeadline when past.
    """
    if typed and folded(typed) in NOTHING:
        return None
    if not typed:
        return starts_at - usual if usual and starts_at - usual > now else None
    deadline = starts_at - parse_duration(typed, at_most=FARTHEST_DEADLINE, option="deadline")
    if deadline <= now:
        left = show_duration(starts_at - now)
        raise BadDeadline(f"That `deadline` has already passed: it takes less than `{left}`, or leave it out.")
    return deadline


def _post_at(wish: RaidWish, zone: ZoneInfo, sheet: SheetKind, starts_at: datetime, now: datetime) -> datetime | None:
    """When the sheet shall appear; None: at once. Raises UnreadableTime, TimeInPast, BadPostTime."""
    if not wish.post_at:
        return None
    if sheet is SheetKind.RAID_HELPER:
        raise BadPostTime("Raid-Helper posts its sheets at once: leave `post_at` out, or plan it with `sheet: native`.")
    moment = future(parse_when(wish.post_at, zone=zone, now=now), now)
    if moment >= starts_at:
        raise BadPostTime
    if (deadline := deadline_of(wish.deadline, starts_at, now)) and moment >= deadline:
        raise BadPostTime("The sheet would appear after its deadline. Give an earlier `post_at`, or a later deadline.")
    return moment


def _channel(wish: RaidWish, server: Server) -> ChannelId | None:
    return wish.channel_id or server.raid_channel_id or wish.here


async def _found(tx: Session, guild_id: GuildId, event_id: EventId) -> Event:
    event = await tx.events.lock(guild_id, event_id)
    if event is None:
        raise UnknownEvent
    return event


async def cancel_locked(
    tx: Session, actor: Actor, event: Event, reason: str | None, now: datetime, *, delete: bool
) -> Cancelled:
    """Cancel the raid whose row the caller has locked, and enqueue what the channel shows. Raises AlreadyOver."""
    if event.status not in (EventStatus.SCHEDULED, EventStatus.IN_PROGRESS) or now >= event.ends_at:
        raise AlreadyOver
    await tx.events.cancel(event.id, check_description(reason) if reason else None)
    kept = {"reason": reason, "status": event.status, "raid_helper_event_id": event.raid_helper_event_id}
    entry_id = await tx.audit.note(actor.guild_id, event.id, actor.user_id, "cancel", now, **kept)
    await _withdraw_sheet(tx, event, now, delete=delete)
    await tx.actions.enqueue(*telling.tell_people(event, Notice.CANCELLED, now, by=actor.user_id))
    return Cancelled(await _found(tx, actor.guild_id, event.id), entry_id)


async def _withdraw_sheet(tx: Session, event: Event, now: datetime, *, delete: bool) -> None:
    """Enqueue what becomes of a cancelled raid's sheet: deleted, or left standing and struck."""
    if event.sheet is SheetKind.RAID_HELPER:
        # Raid-Helper has no cancelled state: its sheet goes.
        gone = {"raid_helper_event_id": event.raid_helper_event_id}
        lane = sheets.raid_helper_lane(event.guild_id)
        action = NewAction(event.guild_id, Kind.DELETE_ON_RAID_HELPER, lane, now, event.id, gone)
        await tx.actions.enqueue(action)
    elif delete:
        lane = channel_lane(event.channel_id)
        await tx.actions.enqueue(NewAction(event.guild_id, Kind.DELETE_SHEET, lane, now, event.id))
        await comp_delivery.goes(tx, event, now)
    else:
        await sheets.refresh(tx, event, now)
