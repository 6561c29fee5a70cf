"""The auto-booker: while this week's raid is pulling its first boss, next week's sheet is planned.

A booking goes planned → creating → created → announced, each committed. Planning is one transaction over the raid
that started: its successor's row (a UNIQUE key allows one a week), the pre-filled sign-ups and the queued action that
makes the sheet. Everything after that is the queue's work (`bot.services.delivery`), so a crash anywhere loses nothing.
A series with a moment of its own (`book_at`) is booked then instead: after a rest, or while the officers are asked.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.domain.alerts import Alert
from bot.domain.booking import LOOK_BACK, Moment, Note, Terms
from bot.domain.event import Event
from bot.domain.ids import EventId, GuildId, SeriesId
from bot.domain.nights import booking_moment
from bot.domain.permissions import Actor
from bot.domain.recurrence import Occurrence
from bot.domain.series import NothingToBook, Series, SeriesRests, SeriesWaits, UnknownSeries, next_occurrence
from bot.services import booking_notes, places, series_calendar, sheets
from bot.services.booking_plan import Planner, Wait, stands_ahead
from bot.services.secrets import SecretBox
from bot.services.series import find_series
from bot.services.settings import Around, effective, within
from bot.services.templates import Templates
from db import Database, Session

log = logging.getLogger(__name__)

SHORTEST_DELAY = timedelta(minutes=1)

Book = Callable[[Session, GuildId, int, datetime], Awaitable[bool]]
"""Book what is due of one raid or series; whether it was planned."""


class AutoBooker:
    """Books what follows the raids that have started."""

    def __init__(self, db: Database, templates: Templates, secrets: SecretBox, clock: Clock) -> None:
        self._db = db
        self._planner = Planner(templates, secrets)
        self._clock = clock

    async def run_once(self) -> int:
        """Plan every successor that is due; how many were planned. Calling it twice books nothing twice."""
        now = self._clock.now()
        async with self._db.transaction() as tx:
            series = await tx.bookings.due_series(now)
            raids = await tx.bookings.unfollowed(now - LOOK_BACK, now - SHORTEST_DELAY)
        return await self._all("series", series, self._book_series, now) + await self._all(
            "event", raids, self._follow, now
        )

    async def book_now(self, actor: Actor, typed: str) -> Event:
        """Book the series' next raid at once, at an officer's word; `typed` is its id or title.

        A raid that was booked and whose sheet could not be posted is posted now.
        Raises NotAnOfficer, UnknownSeries, SeriesRests while it is paused, NothingToBook when its next raid stands.
        """
        async with self._db.transaction() as tx:
            series = await find_series(tx, actor.guild_id, typed)
            await places.require_officer_of_series(tx, actor, series.channel_id)
            return await self._book_now(tx, actor, series, await self._planner.latest(tx, series))

    async def book_series(self, actor: Actor, series_id: SeriesId) -> Event:
        """The same for the series of that id, which a button names; its leader and its last raid's are asked, too.

        Raises what `book_now` raises.
        """
        async with self._db.transaction() as tx:
            series = await tx.series.lock(actor.guild_id, series_id)
            if series is None or not series.is_active:
                raise UnknownSeries
            latest = await self._planner.latest(tx, series)
            await places.require_asked_of_series(tx, actor, series, latest)
            return await self._book_now(tx, actor, series, latest)

    async def _book_now(self, tx: Session, actor: Actor, series: Series, latest: Event | None) -> Event:
        now = self._clock.now()
        if latest is not None and stands_ahead(latest, now):
            return await _posted_anew(tx, latest, now)
        occurrence = await self._planner.ahead(tx, series, latest, now)
        if occurrence is None:
            raise SeriesRests
        booked = await self._planner.plan(tx, latest, series, occurrence, now, actor.user_id)
        if booked is None:
            raise SeriesWaits
        await tx.audit.note(actor.guild_id, booked.id, actor.user_id, "series.book", now, series=series.id)
        return booked

    async def _all(
        self,
        what: str,
        due: Sequence[tuple[GuildId, int]],
        book: Book,
        now: datetime,
    ) -> int:
        return sum([await self._try(what, guild_id, one, book, now) for guild_id, one in due])

    async def _try(
        self,
        what: str,
        guild_id: GuildId,
        one: int,
        book: Book,
        now: datetime,
    ) -> bool:
        try:
            async with self._db.transaction() as tx:
                return await book(tx, guild_id, one, now)
        except Exception:
            # One raid that cannot be booked must not keep the others from it.
            log.exception("%s=%s could not be followed by a booking; next attempt in five minutes", what, one)
            return False

    async def _follow(self, tx: Session, guild_id: GuildId, event_id: int, now: datetime) -> bool:
        """Book what follows a raid that has started."""
        source = await tx.events.lock(guild_id, EventId(event_id))
        if source is None or source.successor_id or source.series_id is None or source.occurrence is None:
            return False
        series = await tx.series.get(source.series_id)
        if series is None or series.book_at is not None:
            return False
        terms = Terms.of(await effective(tx, source))
        moment = terms.at(source.starts_at, now)
        exceptions = await tx.series.exceptions(series, source.occurrence)
        occurrence = next_occurrence(series, source.occurrence, source.starts_at, exceptions)
        if moment is Moment.EARLY or occurrence is None:
            return False
        by_hand = await tx.bookings.of_occurrence(series.id, occurrence.day)
        if by_hand is not None:
            return await _follow_by_hand(tx, source, by_hand)
        if moment is Moment.MISSED:
            gone_by = occurrence.start <= now and source.id != await tx.bookings.latest(series.id)
            return await self._missed(tx, series, source, now, tell=not gone_by)
        return await self._book(tx, source, series, occurrence, terms, now)

    async def _book_series(self, tx: Session, guild_id: GuildId, series_id: int, now: datetime) -> bool:
        """Book a series whose own moment has come."""
        series = await tx.series.lock(guild_id, SeriesId(series_id))
        if series is None or not series.is_active or series.book_at is None or series.book_at > now:
            return False
        latest = await self._planner.latest(tx, series)
        calendar = await series_calendar.read(tx, series, now)
        night = calendar.next_night
        if night is None or calendar.book_at is None or calendar.book_at > now:
            await tx.series.book_at(series.id, calendar.book_at)  # something else came of it meanwhile
            return False
        terms = Terms.of(await within(tx, Around(guild_id, series.channel_id, series_id=series.id)))
        # Whoever was away for long finds a moment that was the night's before: its own counts.
        if now > max(series.book_at, booking_moment(series, night)) + terms.ends:
            await tx.series.book_at(series.id, night.start + terms.delay)
            return await self._missed(tx, series, latest, now)
        # A night taken back from a skip may lie before one that is booked: that one is not what it follows.
        before = latest and latest.occurrence is not None and latest.occurrence < night.day
        return await self._book(tx, latest if before else None, series, night, terms, now)

    async def _book(
        self, tx: Session, source: Event | None, series: Series, occurrence: Occurrence, terms: Terms, now: datetime
    ) -> bool:
        if series.confirm:
            await self._planner.ask(tx, series, occurrence, occurrence.start + terms.delay, now)
            return False
        return await self._planner.plan(tx, source, series, occurrence, now) is not None

    async def _missed(
        self, tx: Session, series: Series, source: Event | None, now: datetime, *, tell: bool = True
    ) -> bool:
        """It is too late: say so once. A series that waits for Raid-Helper does so in silence.

        A night that has gone by with a later raid booked is nobody's news (`tell`): there may be a season of them.
        """
        if source is not None:
            await tx.bookings.mark_missed(source.id, now)
        if tell and self._planner.waits(series, await tx.servers.get(series.guild_id)) is not Wait.RAID_HELPER:
            await booking_notes.tell(tx, series.guild_id, Note.MISSED, now, series=series, event=source)
        return False


async def _posted_anew(tx: Session, latest: Event, now: datetime) -> Event:
    """The raid that is booked, its sheet asked for once more. Raises NothingToBook when that stands."""
    # Its row first, as everybody: the queue may be at work on it, with actions that are asked for here.
    locked = await tx.events.lock(latest.guild_id, latest.id)
    if locked is None or locked.link:
        raise NothingToBook
    await tx.alerts.forget(latest.id, Alert.GIVEN_UP)
    await sheets.post(tx, latest, now, at_a_word=True)
    return latest


async def _follow_by_hand(tx: Session, source: Event, successor_id: EventId) -> bool:
    """Somebody made next week's raid already: the origin's rule is to flag this one as booked and go on."""
    await tx.bookings.follow(source.id, successor_id)
    await tx.bookings.flag_booked(source.id)
    log.info("event=%s was followed by hand: event=%s", source.id, successor_id)
    return False
