"""What the officers are told and asked about bookings: in their channel, else by direct message to the leader."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.clock import Clock
from bot.domain.action import Action, Kind, NewAction
from bot.domain.booking import Answer, News, Note, Question
from bot.domain.event import Event
from bot.domain.ids import ChannelId, EventId, GuildId, SeriesId, UserId
from bot.domain.series import Series
from bot.domain.settings import OFFICER_CHANNEL
from bot.services import deciders
from bot.services.deadlines import officers_lane
from bot.services.queue import Handler
from bot.services.settings import Around, effective, within
from db import Database, Session


class BookingTeller(Protocol):
    """Says it in Discord; the same `nonce` at every attempt. Raises Undeliverable as `Messenger` does."""

    async def tell_in(self, channel_id: ChannelId, news: News, nonce: str) -> None:
        """Tell it in a channel, without a ping."""
        ...

    async def tell_leader(self, user_id: UserId, news: News, nonce: str) -> None:
        """Tell it by direct message."""
        ...

    async def ask_in(self, channel_id: ChannelId, series: Series, question: Question, nonce: str) -> None:
        """Ask in a channel whether to book, with the two buttons."""
        ...

    async def ask_leader(self, user_id: UserId, series: Series, question: Question, nonce: str) -> None:
        """Ask the same by direct message."""
        ...


class BookingNotes:
    """The queue's handlers of what officers hear of bookings."""

    def __init__(self, db: Database, teller: BookingTeller, clock: Clock) -> None:
        self._db = db
        self._teller = teller
        self._clock = clock

    @property
    def handlers(self) -> Mapping[Kind, Handler]:
        """Which action is done by what."""
        return {Kind.NOTE_BOOKING: self.note, Kind.ASK_TO_BOOK: self.ask, Kind.END_QUESTION: self.end}

    async def note(self, action: Action) -> str:
        """Tell the officers what became of a booking."""
        async with self._db.transaction() as tx:
            event = await tx.events.get(action.event_id) if action.event_id else None
            series_id = action.payload.get("series_id")
            series = await tx.series.get(SeriesId(series_id)) if series_id else None
            channel_id = await _officer_channel(tx, action.guild_id, series, event)
        return await self._say(action, News(Note(action.payload["what"]), series, event), channel_id)

    async def ask(self, action: Action) -> str:
        """Ask the officers whether to book a night, while there is something to decide."""
        async with self._db.transaction() as tx:
            series, question = await _about(tx, action)
            if series is None or question is None or question.answer or question.starts_at <= self._clock.now():
                return "nothing to ask"
            channel_id = await _officer_channel(tx, action.guild_id, series, None)
        return await deciders.tell(
            channel_id,
            series.leader_id,
            lambda channel_id: self._teller.ask_in(channel_id, series, question, action.nonce),
            lambda leader_id: self._teller.ask_leader(leader_id, series, question, action.nonce),
        )

    async def end(self, action: Action) -> str:
        """The night has come: without an answer nothing was booked, which the officers hear once."""
        now = self._clock.now()
        async with self._db.transaction() as tx:
            series, question = await _about(tx, action)
            if series is None or question is None or question.starts_at > now:
                return "nothing was asked"
            if question.answer is None:
                question = await _ended(tx, series, question, now)
            if question.answer is not Answer.UNANSWERED:
                return f"{question.answer}"
            channel_id = await _officer_channel(tx, action.guild_id, series, None)
        return await self._say(action, News(Note.UNANSWERED, series, None, question.starts_at), channel_id)

    async def _say(self, action: Action, news: News, channel_id: ChannelId | None) -> str:
        return await deciders.tell(
            channel_id,
            news.leader_id,
            lambda channel_id: self._teller.tell_in(channel_id, news, action.nonce),
            lambda leader_id: self._teller.tell_leader(leader_id, news, action.nonce),
        )


async def _about(tx: Session, action: Action) -> tuple[Series | None, Question | None]:
    """The series and the question an action is about, the question locked."""
    series_id, day = SeriesId(action.payload["series_id"]), date.fromisoformat(action.payload["day"])
    return await tx.series.get(series_id), await tx.questions.lock(action.guild_id, series_id, day)


async def _ended(tx: Session, series: Series, question: Question, now: datetime) -> Question:
    """The question with what became of it: the night may have been booked or skipped by a command meanwhile."""
    booked = await tx.bookings.of_occurrence(series.id, question.day)
    exceptions = await tx.series.exceptions(series, question.day - timedelta(days=1))
    answer = Answer.BOOKED if booked else Answer.DECLINED if exceptions.leaves_out(question.day) else Answer.UNANSWERED
    await tx.questions.settle(question, answer, None, now)
    return Question(question.series_id, question.day, question.starts_at, answer)


async def _officer_channel(
    tx: Session, guild_id: GuildId, series: Series | None, event: Event | None
) -> ChannelId | None:
    if event is not None:
        return (await effective(tx, event))[OFFICER_CHANNEL]
    around = Around(guild_id, series.channel_id, series_id=series.id) if series else Around(guild_id)
    return (await within(tx, around))[OFFICER_CHANNEL]


async def tell(
    tx: Session,
    guild_id: GuildId,
    what: Note,
    now: datetime,
    *,
    series: Series | None = None,
    event: Event | None = None,
) -> None:
    """Enqueue a word to the officers about a booking; the caller writes down that it was said."""
    event_id: EventId | None = event.id if event else None
    series_id = series.id if series else event.series_id if event else None
    payload = {"what": what, "series_id": series_id}
    await tx.actions.enqueue(NewAction(guild_id, Kind.NOTE_BOOKING, officers_lane(guild_id), now, event_id, payload))


async def ask(tx: Session, series: Series, question: Question, now: datetime) -> None:
    """Enqueue the question whether to book, and its end when the night comes."""
    payload = {"series_id": series.id, "day": question.day.isoformat()}
    lane, key = officers_lane(series.guild_id), f"{series.id}:{question.day}"
    await tx.actions.enqueue(
        NewAction(series.guild_id, Kind.ASK_TO_BOOK, lane, now, None, payload, f"{Kind.ASK_TO_BOOK}:{key}"),
        NewAction(
            series.guild_id, Kind.END_QUESTION, lane, question.starts_at, None, payload, f"{Kind.END_QUESTION}:{key}"
        ),
    )
