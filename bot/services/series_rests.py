"""When a series does not raid as usual: nights skipped and moved, the whole series paused, resumed and ended."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.domain.errors import MusterError
from bot.domain.event import Event, EventStatus, check_description
from bot.domain.ids import SeriesId
from bot.domain.ledger import Fate, Night
from bot.domain.permissions import Actor
from bot.domain.recurrence import DAY
from bot.domain.series import FOREVER, Series
from bot.domain.server import Server
from bot.services import series_calendar
from bot.services.officer_work import OfficerDesk
from bot.services.own_zone import zone_of
from bot.services.raids import Raids, cancel_locked
from bot.services.series import find_series
from bot.services.series_calendar import LOOK
from bot.services.series_wishes import DayIsPast, is_none, local_day, parse_day
from bot.services.series_work import Outcome, SeriesHand, SeriesWork
from bot.services.templates import Templates
from bot.services.undo import revive
from bot.services.when import describe, future, means_the_same, parse_when
from db import Database

LONGEST_PAUSE = timedelta(days=731)


class NoSuchNight(MusterError):
    """The series does not raid on that day. Pick one of its nights from the list that appears while you type."""


class NoNextNight(MusterError):
    """This series has no next raid: it is paused. `/raid series resume` takes it up again."""


class OnABreak(MusterError):
    """That night lies in a break of the whole server already. `/raid series break` lists the breaks and ends them."""


class NightHasBegun(MusterError):
    """That raid has begun. `/raid cancel` still calls it off."""


class NotSkipped(MusterError):
    """That night is not skipped. `/raid series list` shows what becomes of each."""


class NightIsBooked(MusterError):
    """That night's raid is booked already: `/raid move` moves it."""


class NightLeftOut(MusterError):
    """Nobody raids on that night, so there is nothing to move. `/raid series list` shows what becomes of each."""


class TooFarForItsNight(MusterError):
    """A night moves no farther than the nights before and after it. Skip it and use `/raid create` instead."""


class NotPaused(MusterError):
    """This series is running. `/raid series pause` pauses it."""


class PausedTooLong(MusterError):
    """That is more than two years ahead. Leave `until` out: the series is then paused until you resume it."""


class NothingStands(MusterError):
    """There is no booked raid to cancel any more."""


@dataclass(frozen=True)
class Skipped:
    """What became of a wish to skip `night`.

    `done`: it is left out now. Otherwise nothing was written: it is left out already, or booked and asked about.
    """

    night: Night
    done: bool
    outcome: Outcome
    cancelled: Event | None = None


@dataclass(frozen=True)
class Unskipped:
    """A night that is raided on again; `event` is its raid when that had been cancelled with the skip."""

    night: Night | None
    outcome: Outcome
    event: Event | None = None


@dataclass(frozen=True)
class Moved:
    """A night before and after it was moved."""

    before: Night
    night: Night
    outcome: Outcome
    read_on: ZoneInfo | None = None
    """The officer's own zone, where the time typed would be another moment on the series' clocks."""


class SeriesRests:
    """The use cases behind `/raid series skip`, `move`, `pause`, `resume` and `end`."""

    def __init__(self, db: Database, templates: Templates, raids: Raids, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._hand = SeriesHand(db, clock)
        self._desk = OfficerDesk(db, templates, raids, clock)

    async def skip(
        self, actor: Actor, typed: str, day: str | None, reason: str | None, *, cancel: bool = False
    ) -> Skipped:
        """Leave a night out, the next one when `day` is None; a booked one only with `cancel`: its raid is cancelled.

        Raises NotAnOfficer, UnknownSeries, NoSuchNight, NoNextNight, OnABreak, NightHasBegun, DayIsPast, and whatever
        reading a day raises.
        """
        why = check_description(reason or "")
        async with self._hand.open(actor, typed) as work:
            night = await _night(work, day)
            if night.fate is Fate.BREAK:
                raise OnABreak
            if night.start <= work.now:
                raise NightHasBegun
            standing = night.event if night.fate is not Fate.CANCELLED else None
            if night.fate is Fate.SKIPPED or (standing and not cancel):
                return Skipped(night, False, await work.outcome())
            cancelled = await _cancel(work, standing, why) if standing else None
            await work.tx.series.skip(work.series.id, night.day, actor.user_id, why)
            await work.note("series.skip", night.event and night.event.id, day=night.day.isoformat(), reason=why)
            return Skipped(night, True, await work.outcome(), cancelled)

    async def unskip(self, actor: Actor, series_id: SeriesId, day: date) -> Unskipped:
        """Raid on a skipped night after all; a raid that was cancelled for it takes place again.

        Raises NotAnOfficer, UnknownSeries, NotSkipped, NightHasBegun.
        """
        async with self._hand.open(actor, str(series_id)) as work:
            if not await work.tx.series.unskip(work.series.id, day):
                raise NotSkipped
            event = next((one for one in (await work.calendar()).raids if one.occurrence == day), None)
            if event and event.status is EventStatus.CANCELLED:
                event = await self._revived(work, event)
            await work.note("series.unskip", event and event.id, day=day.isoformat())
            night = next((one for one in await _nights(work) if one.day == day), None)
            return Unskipped(night, await work.outcome(), event)

    async def move(self, actor: Actor, typed: str, day: str, when: str) -> Moved:
        """Have a night that is not booked yet at another time; it stays that night of the series.

        `when` is read on the officer's own clocks, else on the series'.

        Raises NotAnOfficer, UnknownSeries, NoSuchNight, NightIsBooked, NightLeftOut, TooFarForItsNight, and whatever
        reading a day or a time raises.
        """
        async with self._hand.open(actor, typed) as work:
            night = await _night(work, day)
            if night.event is not None:
                raise NightIsBooked
            if not night.raided:
                raise NightLeftOut
            usual = _clocks(work.series, work.server)
            zone = await zone_of(work.tx, actor, usual=usual)
            start = future(parse_when(when, zone=zone, now=work.now), work.now)
            if not _between_its_neighbours(await _nights(work), night, start):
                raise TooFarForItsNight
            await work.tx.series.move_night(work.series.id, night.day, start, actor.user_id)
            before, after = night.start.isoformat(), start.isoformat()
            await work.note("series.move", day=night.day.isoformat(), before=before, after=after)
            read_on = None if means_the_same(when, zone, usual, work.now) else zone
            return Moved(night, replace(night, start=start, moved=True), await work.outcome(), read_on)

    async def read_when(self, actor: Actor, series: str, typed: str) -> tuple[str, datetime]:
        """What `typed` would mean to `move`, as they read it and as it is.

        Raises UnknownSeries, UnreadableTime, TimeInPast.
        """
        now = self._clock.now()
        async with self._db.transaction() as tx:
            found, server = await find_series(tx, actor.guild_id, series), await tx.servers.get(actor.guild_id)
            zone = await zone_of(tx, actor, usual=_clocks(found, server))
        moment = future(parse_when(typed, zone=zone, now=now), now)
        return describe(moment, zone, now), moment

    async def pause(self, actor: Actor, typed: str, until: str | None) -> Outcome:
        """Book nothing before the day `until`, or until the series is resumed; what is booked stands.

        Raises NotAnOfficer, UnknownSeries, DayIsPast, PausedTooLong, and whatever reading a day raises.
        """
        async with self._hand.open(actor, typed) as work:
            today = local_day(work.now, work.series)
            first = FOREVER if not until or is_none(until) else parse_day(until, today)
            if first <= today:
                raise DayIsPast("A pause ends on a day that is still ahead. Type it like `2026-12-02`.")
            if first is not FOREVER and first - today > LONGEST_PAUSE:
                raise PausedTooLong
            work = await work.save(paused_until=first)
            await work.note("series.pause", until=first.isoformat())
            return await work.outcome()

    async def resume(self, actor: Actor, typed: str) -> Outcome:
        """Take a paused or ended series up again: its next raid is booked when it would be, at once if that has passed.

        Raises NotAnOfficer, UnknownSeries, NotPaused.
        """
        async with self._hand.open(actor, typed, ended=True) as work:
            if work.series.is_active and not work.series.pauses_on(local_day(work.now, work.series)):
                raise NotPaused
            work = await work.save(paused_until=None, is_active=True)
            await work.note("series.resume")
            return await work.outcome()

    async def end(self, actor: Actor, typed: str) -> Outcome:
        """Book nothing of the series any more; what is booked stands. Raises NotAnOfficer, UnknownSeries."""
        async with self._hand.open(actor, typed) as work:
            work = await work.save(is_active=False)
            await work.note("series.end")
            return await work.outcome()

    async def cancel_standing(self, actor: Actor, series_id: SeriesId) -> Sequence[Event]:
        """Cancel the booked raids of a series that was paused or ended. Raises NothingStands, UnknownSeries."""
        async with self._hand.open(actor, str(series_id), ended=True) as work:
            standing = resting(work.series, (await work.calendar()).standing)
            if not standing:
                raise NothingStands
            cancelled = [await _cancel(work, one, "") for one in standing]
            await work.outcome()
            return cancelled

    async def _revived(self, work: SeriesWork, event: Event) -> Event:
        if event.starts_at <= work.now:
            raise NightHasBegun("That night has begun, so its raid cannot take place any more.")
        raid = await self._desk.take(work.tx, work.actor, event.id)
        kept = {"status": EventStatus.SCHEDULED, "raid_helper_event_id": raid.event.raid_helper_event_id}
        return await revive(kept, raid)


def resting(series: Series, standing: Sequence[Event]) -> Sequence[Event]:
    """The booked raids on nights on which the series, paused or ended, would not raid."""
    return [one for one in standing if not series.is_active or series.pauses_on(one.occurrence or one.day)]


def _clocks(series: Series, server: Server) -> ZoneInfo:
    return series.rule.zone or server.zone


async def _nights(work: SeriesWork) -> Sequence[Night]:
    return await series_calendar.nights(work.tx, await work.calendar(), LOOK)


async def _night(work: SeriesWork, typed: str | None) -> Night:
    """The night somebody named by its day, or by the day it was moved to; the next one raided on when they did not."""
    listed = await _nights(work)
    if typed is None:
        found = next((one for one in listed if one.raided and one.start > work.now), None)
        if found is None:
            raise NoNextNight
        return found
    day = parse_day(typed, local_day(work.now, work.series))
    named = [one for one in listed if one.day == day] or [
        one for one in listed if local_day(one.start, work.series) == day
    ]
    if not named:
        raise NoSuchNight
    return named[0]


def _between_its_neighbours(listed: Sequence[Night], night: Night, start: datetime) -> bool:
    before = [one.start for one in listed if one.day < night.day]
    after = [one.start for one in listed if one.day > night.day]
    return max([*before, start - DAY]) < start < min([*after, start + DAY])


async def _cancel(work: SeriesWork, event: Event, why: str) -> Event:
    locked = await work.tx.events.lock(work.server.id, event.id)
    assert locked is not None  # noqa: S101 - read in this transaction, and raids are never deleted
    return (await cancel_locked(work.tx, work.actor, locked, why or None, work.now, delete=False)).event
