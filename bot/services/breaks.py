"""Breaks: days on which a whole server does not raid. Every series passes over them; what is booked in one stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.clock import Clock
from bot.domain.errors import MusterError
from bot.domain.event import Event
from bot.domain.ids import GuildId
from bot.domain.permissions import Actor
from bot.domain.series import Break, Series
from bot.domain.server import Server
from bot.services import places, series_calendar
from bot.services.raids import cancel_locked
from bot.services.series_wishes import parse_day
from db import Database, Session

LONGEST_BREAK = timedelta(days=366)
LONGEST_LABEL = 100
MOST_RAIDS = 200


class BreakReversed(MusterError):
    """The last day of a break comes after its first. Give both like `2026-12-24`, or the first alone for one day."""


class BreakTooLong(MusterError):
    """A break lasts a year at most. To stop for longer, pause or end the series."""


class BadLabel(MusterError):
    """A break's label has at most 100 characters, such as "Christmas"."""


class UnknownBreak(MusterError):
    """That break is not here any more. `/raid series break` lists those that are."""


class NothingToCancel(MusterError):
    """There is no raid left to cancel in that break."""


@dataclass(frozen=True)
class BreakMade:
    """A break, and the booked raids on its days."""

    found: Break
    booked: Sequence[Event]


class Breaks:
    """The use cases behind `/raid series break`."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def all(self, actor: Actor) -> Sequence[Break]:
        """The server's breaks that are not over, soonest first. Raises NotAnOfficer."""
        async with self._db.transaction() as tx:
            server = await places.require_officer(tx, actor)
            return await tx.breaks.after(server.id, _today(server, self._clock.now()) - timedelta(days=1))

    async def add(self, actor: Actor, first: str, last: str | None, label: str | None) -> BreakMade:
        """Do not raid from the day `first` to the day `last`, both included; a single day without `last`.

        Raises NotAnOfficer, UnreadableDay, DayIsPast, BreakReversed, BreakTooLong, BadLabel.
        """
        now = self._clock.now()
        async with self._db.transaction() as tx:
            server = await places.require_officer(tx, actor)
            begin, end = _days(first, last, _today(server, now))
            running = await _lock_running(tx, server.id)
            made = await tx.breaks.add(server.id, begin, end, _label(label))
            await _replan(tx, running, now)
            await _note(tx, actor, "series.break", made, now)
            return BreakMade(made, await _booked(tx, server, made, now))

    async def remove(self, actor: Actor, break_id: int) -> Break:
        """Raid on those days after all; what was cancelled stays so. Raises NotAnOfficer, UnknownBreak."""
        now = self._clock.now()
        async with self._db.transaction() as tx:
            server = await places.require_officer(tx, actor)
            found = await _found(tx, server, break_id)
            running = await _lock_running(tx, server.id)
            await tx.breaks.remove(found.id)
            await _replan(tx, running, now)
            await _note(tx, actor, "series.break.end", found, now)
            return found

    async def cancel_booked(self, actor: Actor, break_id: int) -> Sequence[Event]:
        """Cancel the booked raids in a break; their series go on after it.

        Raises NotAnOfficer, UnknownBreak, NothingToCancel.
        """
        now = self._clock.now()
        async with self._db.transaction() as tx:
            server = await places.require_officer(tx, actor)
            found = await _found(tx, server, break_id)
            running = await _lock_running(tx, server.id)
            booked = await _booked(tx, server, found, now)
            if not booked:
                raise NothingToCancel
            for one in sorted(booked, key=lambda event: event.id):
                locked = await tx.events.lock(server.id, one.id)
                assert locked is not None  # noqa: S101 - raids are never deleted
                await cancel_locked(tx, actor, locked, found.label or None, now, delete=False)
            await _replan(tx, running, now)
            return booked


def _today(server: Server, now: datetime) -> date:
    return now.astimezone(server.zone).date()


def _days(first: str, last: str | None, today: date) -> tuple[date, date]:
    begin = parse_day(first, today)
    end = parse_day(last, today) if last else begin
    if end < begin:
        raise BreakReversed
    if end - begin >= LONGEST_BREAK:
        raise BreakTooLong
    return begin, end


def _label(typed: str | None) -> str:
    label = " ".join((typed or "").split())
    if len(label) > LONGEST_LABEL:
        raise BadLabel
    return label


async def _found(tx: Session, server: Server, break_id: int) -> Break:
    found = await tx.breaks.lock(server.id, break_id)
    if found is None:
        raise UnknownBreak
    return found


async def _booked(tx: Session, server: Server, found: Break, now: datetime) -> Sequence[Event]:
    ahead = await tx.events.not_over(server.id, now, most=MOST_RAIDS)
    return [one for one in ahead if one.starts_at > now and found.first <= one.day <= found.last]


async def _lock_running(tx: Session, guild_id: GuildId) -> Sequence[Series]:
    """The server's running series, locked in one order and before any raid, as everybody who locks both does."""
    ids = sorted(one.id for one in await tx.series.active(guild_id))
    locked = [await tx.series.lock(guild_id, series_id) for series_id in ids]
    return [one for one in locked if one is not None]


async def _replan(tx: Session, running: Sequence[Series], now: datetime) -> None:
    for one in running:
        await series_calendar.replan(tx, one, now)


async def _note(tx: Session, actor: Actor, action: str, found: Break, now: datetime) -> None:
    days = {"first": found.first.isoformat(), "last": found.last.isoformat()}
    await tx.audit.note(actor.guild_id, None, actor.user_id, action, now, **days, label=found.label)
