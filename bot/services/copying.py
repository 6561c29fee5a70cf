"""A raid once more: the same settings on another date, with the same people if wanted."""

import re
from collections.abc import Set
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.domain.event import BookingState, Event, NewEvent, SheetKind, UnknownEvent
from bot.domain.ids import ChannelId, EventId, GuildId
from bot.domain.names import folded
from bot.domain.permissions import Actor
from bot.domain.server import Server
from bot.domain.setting import Level, Scope
from bot.services import deadlines, places, sheets
from bot.services.officer_work import OfficerDesk, Work
from bot.services.own_zone import zone_of
from bot.services.raids import Raids
from bot.services.templates import Templates
from bot.services.when import describe, future, parse_when
from db import Database, Session

MOST_OFFERED = 100


@dataclass(frozen=True)
class Copied:
    """The raid that was copied and the new one, with how many people on its sheet."""

    source: Event
    event: Event
    people: int


class Copies:
    """The use cases behind `/raid copy`."""

    def __init__(self, db: Database, templates: Templates, raids: Raids, clock: Clock) -> None:
        self._db = db
        self._raids = raids
        self._clock = clock
        self._desk = OfficerDesk(db, templates, raids, clock)

    async def source(self, actor: Actor, typed: str) -> Event:
        """The raid meant by an id or a title, past and cancelled ones too. Raises UnknownEvent, NotAnOfficer."""
        async with self._db.transaction() as tx:
            found = await _find(tx, actor.guild_id, typed)
            await places.require_manager(tx, actor, found)
            return found

    async def offered(self, actor: Actor, typed: str) -> list[tuple[str, str]]:
        """The server's raids, the latest first, whose title or id holds `typed`, as (title and time, id)."""
        async with self._db.transaction() as tx:
            zone = await zone_of(tx, actor)
            latest = await tx.events.latest(actor.guild_id, most=MOST_OFFERED)
        now = self._clock.now()
        shown = [(f"{one.title[:50]} · {describe(one.starts_at, zone, now)}", one) for one in latest]
        return [(name, str(one.id)) for name, one in shown if folded(typed) in folded(f"{one.id} {one.title}")]

    async def copy(
        self,
        actor: Actor,
        source: EventId,
        when: str,
        here: ChannelId,
        gone: Set[ChannelId] = frozenset(),
        *,
        with_sign_ups: bool,
    ) -> Copied:
        """Plan the raid once more, outside of any series, and enqueue its sheet; nobody is told.

        `here` is where it was asked for, `gone` are channels that were deleted.

        Raises NotAnOfficer, UnknownEvent, UnreadableTime, TimeInPast, TimeTooFar, NoRaidHelperKey.
        """
        async with self._db.transaction() as tx:
            work = await self._desk.take(tx, actor, source)
            self._raids.sheet_kind(work.event.sheet, work.server)
            channel_id = channel_of(work.event, work.server, here, gone)
            event_id = await tx.events.add(_once_more(work, when, await zone_of(tx, actor), channel_id))
            await tx.settings.copy(actor.guild_id, Level(Scope.EVENT, source), Level(Scope.EVENT, event_id))
            people = await tx.sign_ups.copy(work.event.id, event_id) if with_sign_ups else 0
            event = await tx.events.get(event_id)
            assert event is not None  # noqa: S101 - written in this transaction
            await sheets.post(tx, event, work.now)
            await deadlines.plan(tx, event, work.template, work.now)
            await tx.audit.note(actor.guild_id, event_id, actor.user_id, "copy", work.now, source=source, people=people)
            return Copied(work.event, event, people)


def _once_more(work: Work, when: str, zone: ZoneInfo, channel_id: ChannelId) -> NewEvent:
    """The raid on its new date. A deadline that would have passed already is left out."""
    event, server = work.event, work.server
    starts_at = future(parse_when(when, zone=zone, now=work.now), work.now)
    deadline = starts_at - (event.starts_at - event.deadline) if event.deadline else None
    return NewEvent(
        guild_id=server.id,
        title=event.title,
        day=starts_at.astimezone(server.zone).date(),
        starts_at=starts_at,
        duration=event.ends_at - event.starts_at,
        description=event.description,
        deadline=deadline if deadline and deadline > work.now else None,
        leader_id=event.leader_id,
        created_by=work.actor.user_id,
        sheet=event.sheet,
        booking_state=BookingState.PLANNED if event.sheet is SheetKind.RAID_HELPER else None,
        template_id=event.template_id,
        total_limit=event.total_limit,
        minimum=event.minimum,
        gates=event.gates,
        reminders=event.reminders,
        channel_id=channel_id,
    )


def channel_of(event: Event, server: Server, here: ChannelId, gone: Set[ChannelId] = frozenset()) -> ChannelId:
    """Where the copy of `event` stands: in the same channel, else in the server's, else where it was asked for."""
    named = (event.channel_id, server.raid_channel_id)
    return next((one for one in named if one is not None and one not in gone), here)


async def _find(tx: Session, guild_id: GuildId, typed: str) -> Event:
    wanted = typed.strip()
    if re.fullmatch(r"[0-9]{1,18}", wanted) and (event := await tx.events.lock(guild_id, EventId(int(wanted)))):
        return event
    latest = await tx.events.latest(guild_id, most=MOST_OFFERED)
    found = next((one for one in latest if folded(one.title) == folded(wanted)), None)
    if found is None:
        raise UnknownEvent
    return found
