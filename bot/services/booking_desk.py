"""The officers' answers to the question whether a series' night is booked: given once, by whoever is first."""

from datetime import date, datetime

from bot.clock import Clock
from bot.domain.booking import Answer, AnsweredAlready, NightHasCome, NothingAsked, Question
from bot.domain.event import Event
from bot.domain.ids import GuildId, SeriesId
from bot.domain.permissions import Actor
from bot.domain.series import NothingToBook, Series, SeriesWaits, UnknownSeries
from bot.services import places, series_calendar
from bot.services.booking_plan import Planner
from bot.services.secrets import SecretBox
from bot.services.templates import Templates
from db import Database, Session


class BookingDesk:
    """The use cases behind `Book it` and `Skip that night`; for officers and the series' leader."""

    def __init__(self, db: Database, templates: Templates, secrets: SecretBox, clock: Clock) -> None:
        self._db = db
        self._planner = Planner(templates, secrets)
        self._clock = clock

    async def confirm(self, actor: Actor, series_id: SeriesId, day: date) -> Event:
        """Book the night of `day`.

        Raises NotAnOfficer, UnknownSeries, NothingAsked (also when the series has changed since), AnsweredAlready,
        NightHasCome, NothingToBook when it stands, SeriesWaits.
        """
        now = self._clock.now()
        async with self._db.transaction() as tx:
            series, _ = await self._open(tx, actor, series_id, day, now)
            if await tx.bookings.of_occurrence(series.id, day):
                raise NothingToBook
            latest = await self._planner.latest(tx, series)
            night = (await series_calendar.read(tx, series, now)).next_night
            if night is None or night.day != day:
                raise NothingAsked("The series has changed since. `/raid series book` books its next raid.")
            booked = await self._planner.plan(tx, latest, series, night, now, actor.user_id)
            if booked is None:
                raise SeriesWaits
            await tx.audit.note(actor.guild_id, booked.id, actor.user_id, "series.book", now, series=series.id)
            return booked

    async def decline(self, actor: Actor, series_id: SeriesId, day: date) -> tuple[Series, Question]:
        """Leave the night of `day` out. Raises what `confirm` raises but SeriesWaits."""
        now = self._clock.now()
        async with self._db.transaction() as tx:
            series, question = await self._open(tx, actor, series_id, day, now)
            if await tx.bookings.of_occurrence(series.id, day):
                raise NothingToBook("That night is booked already. `/raid cancel` calls it off.")
            await tx.questions.settle(question, Answer.DECLINED, actor.user_id, now)
            await tx.series.skip(series.id, day, actor.user_id)
            await series_calendar.replan(tx, series, now)
            details = {"series": series.id, "day": day.isoformat()}
            await tx.audit.note(actor.guild_id, None, actor.user_id, "series.skip", now, **details)
            return series, question

    async def guild_of(self, series_id: SeriesId) -> GuildId:
        """The server of a series somebody was asked about by direct message. Raises UnknownSeries."""
        async with self._db.transaction() as tx:
            series = await tx.series.get(series_id)
        if series is None:
            raise UnknownSeries
        return series.guild_id

    async def _open(
        self, tx: Session, actor: Actor, series_id: SeriesId, day: date, now: datetime
    ) -> tuple[Series, Question]:
        """The series and its question, locked, if `actor` may answer it and nobody has."""
        series = await tx.series.lock(actor.guild_id, series_id)
        if series is None or not series.is_active:
            raise UnknownSeries
        await places.require_asked_of_series(tx, actor, series)
        question = await tx.questions.lock(actor.guild_id, series_id, day)
        if question is None:
            raise NothingAsked
        if question.answer is Answer.UNANSWERED or (question.answer is None and question.starts_at <= now):
            raise NightHasCome
        if question.answer is not None:
            raise AnsweredAlready(_answered(question))
        return series, question


def _answered(question: Question) -> str:
    who = f"<@{question.by}>" if question.by else "somebody"
    done = "booked that night" if question.answer is Answer.BOOKED else "left that night out"
    return f"That was answered already: {who} {done}."
