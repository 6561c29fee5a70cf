"""Planning a series' raid: its row, the pre-filled sign-ups and the action that makes the sheet, or a question."""

import logging
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from bot.domain.auto_invite import invite
from bot.domain.booking import Question
from bot.domain.event import Event, EventStatus, NewEvent, SheetKind
from bot.domain.ids import UserId
from bot.domain.recurrence import Occurrence, first_from
from bot.domain.series import Series, booked_event, next_occurrence, planned_at
from bot.domain.server import Server
from bot.services import booking_notes, deadlines, series_calendar, sheets
from bot.services.secrets import SecretBox
from bot.services.settings import gated
from bot.services.templates import Templates
from db import Session

log = logging.getLogger(__name__)


class Wait(StrEnum):
    """What keeps a series from being posted."""

    RAID_HELPER = "Raid-Helper is not connected"
    CHANNEL = "it has no channel, and the server no raid channel"


class Planner:
    """Writes down a series' next raid; every method runs in its caller's transaction."""

    def __init__(self, templates: Templates, secrets: SecretBox) -> None:
        self._templates = templates
        self._secrets = secrets

    def waits(self, series: Series, server: Server) -> Wait | None:
        """What keeps the series from being posted, or None."""
        # A stored key decides, readable or not: a lost ENCRYPTION_KEY must not turn a series native.
        if kind_of(series, server) is SheetKind.RAID_HELPER and self._secrets.open(server.raid_helper_key) is None:
            return Wait.RAID_HELPER
        if series.channel_id is None and server.raid_channel_id is None:
            return Wait.CHANNEL
        return None

    async def ahead(self, tx: Session, series: Series, latest: Event | None, now: datetime) -> Occurrence | None:
        """The series' first occurrence after its latest raid that is still ahead; None while it rests."""
        if latest is None or latest.occurrence is None:
            return first_from(series.rule, now)
        exceptions = await tx.series.exceptions(series, latest.occurrence)
        found = next_occurrence(series, latest.occurrence, latest.starts_at, exceptions)
        while found and found.start <= now:
            found = next_occurrence(series, found.day, found.start, exceptions)
        return found

    async def latest(self, tx: Session, series: Series) -> Event | None:
        """The series' last raid by its own days, locked."""
        latest_id = await tx.bookings.latest(series.id)
        return await tx.events.lock(series.guild_id, latest_id) if latest_id else None

    async def ask(self, tx: Session, series: Series, occurrence: Occurrence, again_at: datetime, now: datetime) -> bool:
        """Ask the officers whether to book that night, once; the next one is thought of at `again_at`.

        False while the series cannot be posted: nobody is asked in vain.
        """
        server = await tx.servers.get(series.guild_id)
        if wait := self.waits(series, server):
            _say_waits(series, wait)
            return False
        question = Question(series.id, occurrence.day, occurrence.start)
        if await tx.questions.ask(question):
            await booking_notes.ask(tx, series, question, now)
        await tx.series.book_at(series.id, again_at)
        return True

    async def plan(
        self,
        tx: Session,
        source: Event | None,
        series: Series,
        occurrence: Occurrence,
        now: datetime,
        by: UserId | None = None,
    ) -> Event | None:
        """Plan the series' raid of `occurrence`, which follows `source`; None while the series cannot be posted.

        `by` is the officer at whose word it happens, None for the auto-booker itself.
        """
        server = await tx.servers.get(series.guild_id)
        if wait := self.waits(series, server):
            _say_waits(series, wait)
            return None
        template_name = series.template_name or server.default_template
        template_id, template = await self._templates.named(tx, server.id, template_name)
        new = booked_event(series, occurrence, server, kind_of(series, server), template_id)
        minimum = template.minimum_of(new.total_limit)
        new = replace(planned_at(new, now), minimum=minimum, created_by=by)
        new = await gated(tx, new, template)
        successor = await self._write(tx, source, new, now)
        if series.confirm:
            await tx.questions.booked(series.id, occurrence.day, by, now)
        if series.book_at is not None or series.post is not None:
            await series_calendar.replan(tx, series, now)
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


def kind_of(series: Series, server: Server) -> SheetKind:
    """Where the series' sheets stand."""
    return series.sheet_kind(has_key=server.raid_helper_key is not None)


def stands_ahead(latest: Event | None, now: datetime) -> bool:
    """Whether the series' last raid is still to come and takes place."""
    return latest is not None and latest.starts_at > now and latest.status is not EventStatus.CANCELLED


def _say_waits(series: Series, wait: Wait) -> None:
    level = logging.DEBUG if wait is Wait.RAID_HELPER else logging.WARNING
    log.log(level, "series=%s waits: %s", series.id, wait)
