"""The auto-booker: while this week's raid is pulling its first boss, next week's sheet is planned.

A booking goes planned → creating → created → announced, each committed. Planning is one transaction over the raid
that started: its successor's row (a UNIQUE key allows one a week), the pre-filled sign-ups and the queued action that
makes the sheet. Everything after that is the queue's work (`bot.services.delivery`), so a crash anywhere loses nothing.
"""

import logging
from dataclasses import replace
from datetime import datetime

from bot.clock import Clock
from bot.domain.auto_invite import invite
from bot.domain.event import Event, EventStatus, NewEvent, SheetKind
from bot.domain.ids import EventId, GuildId
from bot.domain.permissions import Actor, require_officer
from bot.domain.recurrence import Occurrence, first_from
from bot.domain.series import (
    BOOKING_DELAY,
    CATCH_UP,
    NothingToBook,
    Series,
    SeriesRests,
    SeriesWaits,
    booked_event,
    next_occurrence,
)
from bot.services import deadlines, sheets
from bot.services.secrets import SecretBox
from bot.services.series import find_series
from bot.services.templates import Templates
from db import Database, Session

log = logging.getLogger(__name__)


class AutoBooker:
    """Books what follows the raids that have started."""

    def __init__(self, db: Database, templates: Templates, secrets: SecretBox, clock: Clock) -> None:
        self._db = db
        self._templates = templates
        self._secrets = secrets
        self._clock = clock

    async def run_once(self) -> int:
        """Plan every successor that is due; how many were planned. Calling it twice books nothing twice."""
        now = self._clock.now()
        async with self._db.transaction() as tx:
            due = await tx.bookings.unfollowed(now - CATCH_UP, now - BOOKING_DELAY)
        return sum([await self._try_to_book(guild_id, event_id, now) for guild_id, event_id in due])

    async def book_now(self, actor: Actor, typed: str) -> Event:
        """Book the series' next raid at once, at an officer's word; `typed` is its id or title.

        A raid that was booked and whose sheet could not be posted is posted now.
        Raises NotAnOfficer, UnknownSeries, SeriesRests while it is paused, NothingToBook when its next raid stands.
        """
        now = self._clock.now()
        async with self._db.transaction() as tx:
            server = await tx.servers.get(actor.guild_id)
            require_officer(actor, server.officer_roles)
            series = await find_series(tx, actor.guild_id, typed)
            latest_id = await tx.bookings.latest(series.id)
            latest = await tx.events.lock(actor.guild_id, latest_id) if latest_id else None
            if latest and latest.starts_at > now and latest.status is not EventStatus.CANCELLED:
                return await _posted_anew(tx, latest, now)
            occurrence = await self._ahead(tx, series, latest, now)
            booked = await self._plan(tx, latest, series, occurrence, now)
            if booked is None:
                raise SeriesWaits
            await tx.audit.note(actor.guild_id, booked.id, actor.user_id, "series.book", now, series=series.id)
            return booked

    async def _ahead(self, tx: Session, series: Series, latest: Event | None, now: datetime) -> Occurrence:
        """The series' first occurrence after its latest raid that is still ahead."""
        if latest is None or latest.occurrence is None:
            return first_from(series.rule, now)
        exceptions = await tx.series.exceptions(series, latest.occurrence)
        found = next_occurrence(series, latest.occurrence, latest.starts_at, exceptions)
        while found and found.start <= now:
            found = next_occurrence(series, found.day, found.start, exceptions)
        if found is None:
            raise SeriesRests
        return found

    async def _try_to_book(self, guild_id: GuildId, event_id: EventId, now: datetime) -> bool:
        try:
            async with self._db.transaction() as tx:
                return await self._book(tx, guild_id, event_id, now)
        except Exception:
            # One raid that cannot be booked must not keep the others from it.
            log.exception("event=%s could not be followed by a booking; next attempt in five minutes", event_id)
            return False

    async def _book(self, tx: Session, guild_id: GuildId, event_id: EventId, now: datetime) -> bool:
        source = await tx.events.lock(guild_id, event_id)
        if source is None or source.successor_id or source.series_id is None or source.occurrence is None:
            return False
        series = await tx.series.get(source.series_id)
        if series is None:
            return False
        exceptions = await tx.series.exceptions(series, source.occurrence)
        occurrence = next_occurrence(series, source.occurrence, source.starts_at, exceptions)
        if occurrence is None:
            return False
        by_hand = await tx.bookings.of_occurrence(series.id, occurrence.day)
        if by_hand is not None:
            return await _follow_by_hand(tx, source, by_hand)
        return await self._plan(tx, source, series, occurrence, now) is not None

    async def _plan(
        self, tx: Session, source: Event | None, series: Series, occurrence: Occurrence, now: datetime
    ) -> Event | None:
        """Plan the series' raid of `occurrence`, which follows `source`; None while the series cannot be posted."""
        server = await tx.servers.get(series.guild_id)
        # A stored key decides, readable or not: a lost ENCRYPTION_KEY must not turn a series native.
        kind = series.sheet_kind(has_key=server.raid_helper_key is not None)
        if kind is SheetKind.RAID_HELPER and self._secrets.open(server.raid_helper_key) is None:
            log.debug("series=%s waits: Raid-Helper is not connected", series.id)
            return None
        if series.channel_id is None and server.raid_channel_id is None:
            log.warning("series=%s waits: it has no channel, and the server no raid channel", series.id)
            return None
        template_id, template = await self._templates.named(
            tx, server.id, series.template_name or server.default_template
        )
        new = replace(booked_event(series, occurrence, server, kind, template_id), minimum=template.minimum)
        successor = await self._write(tx, source, new, now)
        await deadlines.plan(tx, successor, template, now)
        return successor

    async def _write(self, tx: Session, source: Event | None, new: NewEvent, now: datetime) -> Event:
        successor_id = await tx.events.add(new)
        candidates = await tx.players.candidates(new.guild_id, new.day)
        await tx.sign_ups.pre_fill(successor_id, invite(candidates), now)
        if source is not None:
            await tx.bookings.follow(source.id, successor_id)
        successor = await tx.events.get(successor_id)
        assert successor is not None  # noqa: S101 - written in this transaction
        await sheets.post(tx, successor, now)
        log.info("series=%s: event=%s is booked for %s", new.series_id, successor_id, new.day)
        return successor


async def _posted_anew(tx: Session, latest: Event, now: datetime) -> Event:
    """The raid that is booked, its sheet asked for once more. Raises NothingToBook when that stands."""
    if latest.link:
        raise NothingToBook
    await sheets.post(tx, latest, now)
    return latest


async def _follow_by_hand(tx: Session, source: Event, successor_id: EventId) -> bool:
    """Somebody made next week's raid already: the origin's rule is to flag this one as booked and go on."""
    await tx.bookings.follow(source.id, successor_id)
    await tx.bookings.flag_booked(source.id)
    log.info("event=%s was followed by hand: event=%s", source.id, successor_id)
    return False
