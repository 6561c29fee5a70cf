"""Events that somebody posted with Raid-Helper become raids here: once each, with everybody who has signed up."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from bot.clock import Clock
from bot.domain.errors import MusterError
from bot.domain.event import (
    LONGEST_DESCRIPTION,
    LONGEST_TITLE,
    MOST_SEATS,
    PINGS,
    BookingState,
    Event,
    NewEvent,
    SheetKind,
    check_title,
)
from bot.domain.ids import ChannelId, EventId, GuildId, TemplateId, UserId
from bot.domain.officer_rules import check_changeable
from bot.domain.permissions import Actor, is_officer
from bot.domain.recurrence import first_from
from bot.domain.series import Series
from bot.domain.server import Server
from bot.domain.settings import DURATION, LONGEST_RAID
from bot.raid_helper import errors
from bot.raid_helper.budget import Purpose
from bot.raid_helper.client import RaidHelper, RaidHelperServer
from bot.raid_helper.models import RaidHelperEvent
from bot.services import deadlines, mirrors, places, raid_helper_mirror
from bot.services.raid_edits import BeingMade
from bot.services.raids import duration_of
from bot.services.secrets import NoRaidHelperKey, SecretBox
from bot.services.series import find_series
from bot.services.settings import Around, within
from bot.services.templates import Templates
from db import Database, Session

BEHIND, AHEAD = timedelta(hours=24), timedelta(days=366)
"""The starts that are listed: a raid that runs may still be taken over, as long as it is not over."""
FRESH = timedelta(seconds=60)
"""How long a list serves what is offered while somebody types: every letter would be a request."""
MOST_AT_ONCE = 25
_EVENT_ID = re.compile(r"(\d{17,20})\D*$")
_OURS = re.compile(r"m(\d{1,18})(g\d+)?")


class WhichEvent(MusterError):
    """Say which event of Raid-Helper: pick one from the list that appears as you type, or paste its message's link."""


class EventIsOver(MusterError):
    """That event of Raid-Helper's is over, so there is nothing left to take over."""


class OtherDay(MusterError):
    """That series does not raid on that event's day. Leave `series` out, or pick another series or event."""


class OtherSeries(MusterError):
    """That raid belongs to another series already."""


@dataclass(frozen=True)
class Imported:
    """A raid taken over; `was_here` when it had been before, `people` how many have answered its sheet."""

    event: Event
    people: int
    was_here: bool
    series: str | None = None


@dataclass(frozen=True)
class AllImported:
    """What was taken over, and why it ended early, if it did."""

    raids: Sequence[Imported]
    left: int = 0
    why: str = ""


class RaidHelperImport:
    """The use cases behind `/raidhelper import`."""

    def __init__(
        self, db: Database, templates: Templates, raid_helper: RaidHelper, secrets: SecretBox, clock: Clock
    ) -> None:
        self._db = db
        self._templates = templates
        self._raid_helper = raid_helper
        self._secrets = secrets
        self._clock = clock
        self._listed: dict[GuildId, tuple[datetime, Sequence[RaidHelperEvent]]] = {}
        self._asking: defaultdict[GuildId, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def offered(self, actor: Actor, typed: str) -> Sequence[tuple[str, str, datetime]]:
        """Raid-Helper's events that are no raids here yet, as (id, title, start); a list may be a minute old.

        Nothing for who is no officer. Raises NoRaidHelperKey, RaidHelperError.
        """
        async with self._db.transaction() as tx:
            if not is_officer(actor, (await places.place(tx, Around(actor.guild_id))).officer_roles):
                return []
        async with self._asking[actor.guild_id]:
            now = self._clock.now()
            at, found = self._listed.get(actor.guild_id, (None, ()))
            if at is None or not now - FRESH < at <= now:
                found = await self._ahead(await self._server(actor), now)
                self._listed[actor.guild_id] = (now, found)
        fresh = await self._fresh(actor.guild_id, found)
        return [
            (one.id, one.title, one.start) for one in fresh if typed.casefold() in f"{one.id} {one.title}".casefold()
        ]

    async def one(self, actor: Actor, typed: str, series: str | None = None) -> Imported:
        """Take one event over, by its id, its link or its title; with `series` as that series' raid of its day.

        A raid that was taken over before is brought up to date. Raises NotAnOfficer, NoRaidHelperKey, WhichEvent,
        EventIsOver, RaidIsOver, BeingMade, UnknownSeries, OtherDay, OtherSeries, OccurrenceTaken, RaidHelperError; then
        nothing is written.
        """
        server = await self._server(actor)
        there = await server.fetch_event(await self._meant(server, typed))
        return await self._take_over(actor, there, series)

    async def all(self, actor: Actor) -> AllImported:
        """Take over every event that is ahead and no raid here yet, the soonest first, at most 25.

        Raises NotAnOfficer, NoRaidHelperKey, RaidHelperError.
        """
        server = await self._server(actor)
        fresh = await self._fresh(actor.guild_id, await self._ahead(server, self._clock.now()))
        done: list[Imported] = []
        for number, one in enumerate(fresh[:MOST_AT_ONCE]):
            try:
                done.append(await self._take_over(actor, await server.fetch_event(one.id), None))
            except (errors.UnknownEvent, EventIsOver, BeingMade):
                continue  # gone, over or ours since it was listed
            except errors.RaidHelperError as error:
                return AllImported(done, len(fresh) - number, str(error))
        return AllImported(done, max(0, len(fresh) - MOST_AT_ONCE))

    async def _server(self, actor: Actor) -> RaidHelperServer:
        async with self._db.transaction() as tx:
            server = await places.require_officer(tx, actor)
            key = self._secrets.open(server.raid_helper_key)
        if key is None:
            raise NoRaidHelperKey
        return self._raid_helper.server(actor.guild_id, key, Purpose.IMPORT)

    async def _ahead(self, server: RaidHelperServer, now: datetime) -> Sequence[RaidHelperEvent]:
        return [one for one in await server.list_events(now - BEHIND, now + AHEAD) if not _over(one, now)]

    async def _fresh(self, guild_id: GuildId, found: Sequence[RaidHelperEvent]) -> Sequence[RaidHelperEvent]:
        """Those that are no raids here: neither taken over nor made by us."""
        async with self._db.transaction() as tx:
            known = await tx.raid_helper.known(guild_id, [one.id for one in found])
        return [one for one in found if one.id not in known]

    async def _meant(self, server: RaidHelperServer, typed: str) -> str:
        if by_id := _EVENT_ID.search(typed.strip()):
            return by_id[1]
        wanted = " ".join(typed.casefold().split())
        listed = await self._ahead(server, self._clock.now())
        called_so = [one.id for one in listed if wanted and " ".join(one.title.casefold().split()) == wanted]
        if len(called_so) != 1:
            raise WhichEvent
        return called_so[0]

    async def _take_over(self, actor: Actor, there: RaidHelperEvent, series: str | None) -> Imported:
        now = self._clock.now()
        async with self._db.transaction() as tx:
            event_id = (await tx.raid_helper.known(actor.guild_id, [there.id], lock=True)).get(there.id)
            was_here = event_id is not None
            if event_id is None:
                event_id = await self._add(tx, actor, there, now)
            label = await _attach(tx, await _locked(tx, actor.guild_id, event_id), there, series) if series else None
            event = await _locked(tx, actor.guild_id, event_id)
            check_changeable(event, now)
            if event.booking_state in (BookingState.PLANNED, BookingState.CREATING):
                raise BeingMade
            template = await self._templates.of(tx, event)
            await mirrors.follow(tx, event, now)
            await deadlines.plan(tx, event, template, now)
            await raid_helper_mirror.write(tx, event, template, there, now)
            await raid_helper_mirror.watch(tx, event.guild_id, [event], now)
            if label or not was_here:
                await tx.audit.note(event.guild_id, event.id, actor.user_id, "raidhelper.import", now, series=label)
            return Imported(event, len(await tx.sign_ups.of(event.id)), was_here, label)

    async def _add(self, tx: Session, actor: Actor, there: RaidHelperEvent, now: datetime) -> EventId:
        """Write the event down as a raid. Raises EventIsOver, BeingMade."""
        if _over(there, now):
            raise EventIsOver
        if await _is_being_made(tx, actor.guild_id, there):
            raise BeingMade
        server = await tx.servers.get(actor.guild_id)
        template_id, _ = await self._templates.named(tx, server.id, server.default_template)
        usual = duration_of(None, (await within(tx, Around(server.id, _channel(there), template_id)))[DURATION])
        raid = _as_raid(server, actor, there, template_id, usual)
        if raid.leader_id and await tx.raid_helper.forgotten(server.id, [raid.leader_id]):
            raid = replace(raid, leader_id=actor.user_id)
        event_id = await tx.events.add(raid)
        await tx.bookings.set_raid_helper_event(event_id, there.id, there.record)
        return event_id


async def _is_being_made(tx: Session, guild_id: GuildId, there: RaidHelperEvent) -> bool:
    """Whether this is a booking of ours whose answer was lost: the queue finds it by its mark, as one raid."""
    mark = _OURS.fullmatch(there.ref or "")
    ours = await tx.events.lock(guild_id, EventId(int(mark[1]))) if mark else None
    if ours is None or ours.booking_state is None or ours.raid_helper_event_id is not None:
        return False
    # After a loss of the database an old mark is some other raid's number by now.
    return abs(ours.starts_at - there.start) <= BEHIND


async def _attach(tx: Session, event: Event, there: RaidHelperEvent, typed: str) -> str:
    """Make the raid its series' raid of that day; the series' title."""
    series = await find_series(tx, event.guild_id, typed)
    if event.series_id not in (None, series.id):
        raise OtherSeries
    if event.series_id is None:
        await tx.raid_helper.attach(
            event.id, series.id, _occurrence(series, event.starts_at), there.template_id or None
        )
    return series.label


async def _locked(tx: Session, guild_id: GuildId, event_id: EventId) -> Event:
    event = await tx.events.lock(guild_id, event_id)
    assert event is not None  # noqa: S101 - found or written in this transaction
    return event


def _as_raid(
    server: Server, actor: Actor, there: RaidHelperEvent, template_id: TemplateId, usual: timedelta
) -> NewEvent:
    return NewEvent(
        guild_id=server.id,
        title=_title(there.title),
        day=there.start.astimezone(server.zone).date(),
        starts_at=there.start,
        duration=_duration(there, usual),
        description=there.description.strip()[:LONGEST_DESCRIPTION],
        deadline=there.closes if there.closes and there.closes < there.start else None,
        leader_id=UserId(int(there.leader_id)) if there.leader_id.isdecimal() else actor.user_id,
        created_by=actor.user_id,
        sheet=SheetKind.RAID_HELPER,
        template_id=template_id,
        total_limit=there.limit if there.limit and there.limit <= MOST_SEATS else None,
        channel_id=_channel(there),
        booking_state=BookingState.ANNOUNCED,
        reminders=() if there.reminds else None,  # nobody is to be reminded twice
    )


def _title(title: str) -> str:
    """A title as ours are: it pings nobody, and something of it can be seen."""
    harmless = PINGS.sub("", " ".join(title.split()))[:LONGEST_TITLE]
    try:
        return check_title(harmless)
    except MusterError:
        return "Raid"


def _channel(there: RaidHelperEvent) -> ChannelId | None:
    return ChannelId(int(there.channel_id)) if there.channel_id.isdecimal() else None


def _duration(there: RaidHelperEvent, usual: timedelta) -> timedelta:
    """How long it lasts; Raid-Helper's events without a length end as they start."""
    known = there.end - there.start if there.end else timedelta(0)
    return min(known, LONGEST_RAID) if known > timedelta(0) else usual


def _over(there: RaidHelperEvent, now: datetime) -> bool:
    return max(there.end or there.start, there.start + timedelta(hours=1)) <= now


def _occurrence(series: Series, starts_at: datetime) -> date:
    """The series' own day of a raid that starts then. Raises OtherDay when it has none."""
    day = starts_at.astimezone(series.zone).date()
    midnight = datetime.combine(day, time(), tzinfo=series.zone).astimezone(UTC)
    if first_from(series.rule, midnight).day != day:
        raise OtherDay
    return day
