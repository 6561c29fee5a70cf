"""Tidings: who hears it, by which way, and that nobody hears it twice or too late.

Tidings for many (`TELL_PEOPLE`) becomes an action a person (`TELL_MEMBER`), paced, so that one that fails delays nobody
else. Whom no direct message reaches, or who wants none, is named in the channel, all in one message (`NAME_PEOPLE`).
Everything is decided anew when its moment has come: what is no longer true is not told.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.domain.action import Action, Kind, NewAction
from bot.domain.event import Event
from bot.domain.ids import GuildId, PlayerId, RoleId, UserId
from bot.domain.notice import (
    MAY_BE_OFF,
    OF_PLACE,
    Notice,
    Tidings,
    as_given,
    audience,
    still_true,
    still_wanted,
)
from bot.domain.reminders import Habits, Way, leads_of, moment, outrun, quiet_until
from bot.domain.setting import Effective
from bot.domain.settings import INVITES, JOIN_NOTICE, QUIET_HOURS, REMIND_BY, REMINDERS, UNSIGNED
from bot.services import telling
from bot.services.messenger import Undeliverable
from bot.services.presence import Leavers
from bot.services.queue import Handler, TryLater
from bot.services.settings import effective
from bot.services.sheets import Sheets
from bot.services.unsigned import unanswered
from db import Database, Session
from db.told import Matter

PACE = timedelta(milliseconds=200)
"""Between one direct message and the next: Discord takes a bot that writes to many at once for a spammer."""

LINGER = timedelta(seconds=30)
"""How long the message in the channel waits, at most, for direct messages that are still under way."""

MOST_NAMED = 60
"""People one message names; more would not fit into its 2000 characters."""


class DmClosed(Undeliverable):
    """The member takes no direct messages of ours."""


class Notifier(Protocol):
    """Tells people in Discord; the same `nonce` at every attempt. Raises Undeliverable as `Messenger` does."""

    async def tell(self, user_id: UserId, news: Tidings, nonce: str) -> None:
        """Tell one member by direct message. Raises DmClosed."""
        ...

    async def name(self, users: Sequence[UserId], news: Tidings, nonce: str) -> None:
        """Tell these members in the raid's thread, else its channel, in one message that pings exactly them."""
        ...

    async def with_roles(self, guild_id: GuildId, role_ids: Sequence[RoleId]) -> Mapping[UserId, str] | None:
        """Whoever holds one of the roles, with their names; None while the bot may not look (members intent)."""
        ...


@dataclass(frozen=True)
class _Part:
    """One person's part of some news, read from its action."""

    notice: Notice
    user_id: UserId
    matter: Matter | None
    player_id: PlayerId | None
    extra: str
    answer: str
    """The answer whose place has changed; empty where it does not matter which."""


class Notices:
    """The queue's handlers of news."""

    def __init__(self, db: Database, sheets: Sheets, notifier: Notifier, leavers: Leavers, clock: Clock) -> None:
        self._db = db
        self._sheets = sheets
        self._notifier = notifier
        self._leavers = leavers
        self._clock = clock

    @property
    def handlers(self) -> Mapping[Kind, Handler]:
        """Which action is done by what."""
        return {
            Kind.TELL_PEOPLE: self.tell_people,
            Kind.TELL_MEMBER: self.tell_member,
            Kind.NAME_PEOPLE: self.name_people,
        }

    # ------------------------------------------------------------ news for many

    async def tell_people(self, action: Action) -> str:
        """Write down who is to hear it and enqueue each one's part; nobody has two."""
        notice, minutes, now = Notice(action.payload["what"]), action.payload["minutes"], self._clock.now()
        expected, gone = await self._looked_up(action, notice)
        async with self._db.transaction() as tx:
            event = await tx.events.lock(action.guild_id, action.event_id) if action.event_id else None
            if event is None or (minutes is not None and now < moment(event, minutes)):
                return "not yet"
            matter = _matter(action, event)
            news = Tidings(notice, await self._sheets.read(tx, event))
            wanted = [*expected] if notice is Notice.UNSIGNED else [*audience(notice, news.sheet)]
            wanted = [one for one in wanted if one != action.payload["by"] and one not in gone]
            wanted = [one for one in wanted if still_wanted(notice, news.sheet, one, matter.starts_at, now)]
            if notice is Notice.REVIVED:
                heard = await tx.told.heard(event.id, Notice.CANCELLED)
                wanted = [one for one in wanted if one in heard]
            settings = await effective(tx, event)
            if not _planned(settings, notice, minutes):
                return "not wanted any more"
            ways = await self._ways(tx, event, settings, notice, minutes, wanted)
            users = await tx.told.open(matter, list(ways))
            await self._enqueue(tx, matter, event, notice, [(one, ways[one]) for one in users])
        return f"telling {len(users)}"

    async def _looked_up(self, action: Action, notice: Notice) -> tuple[Sequence[UserId], Set[UserId]]:
        """Who has not answered, or who would hear it and has left; looking at Discord, so outside of a transaction."""
        assert action.event_id is not None  # noqa: S101 - people are told about raids
        if notice is Notice.UNSIGNED:
            found = await unanswered(
                self._db, self._sheets, self._notifier, self._leavers, action.guild_id, action.event_id
            )
            return (list(found.people) if found else ()), frozenset()
        async with self._db.transaction() as tx:
            sheet = await self._sheets.find(tx, action.event_id)
        return (), await self._leavers.among(action.guild_id, audience(notice, sheet) if sheet else ())

    async def _ways(
        self,
        tx: Session,
        event: Event,
        settings: Effective,
        notice: Notice,
        minutes: int | None,
        users: Sequence[UserId],
    ) -> Mapping[UserId, Way]:
        """By which way each hears it; who wants no reminders, or others than this one, is left out."""
        habits = await tx.habits.of(event.guild_id, users)
        told = {one: _way(notice, habits[one], settings) for one in users}
        if notice is Notice.REMINDER and minutes is not None:
            told = {one: way for one, way in told.items() if minutes in _leads(settings, habits[one])}
        return {one: way for one, way in told.items() if way is not Way.OFF}

    async def _enqueue(
        self, tx: Session, matter: Matter, event: Event, notice: Notice, users: Sequence[tuple[UserId, Way]]
    ) -> None:
        now, direct, parts = self._clock.now(), 0, list[NewAction]()
        for user_id, way in users:
            due = now + direct * PACE if way is Way.DIRECT else now
            direct += way is Way.DIRECT
            parts.append(telling.tell_one(matter, event, notice, user_id, due))
        await tx.actions.enqueue(*parts)

    # ------------------------------------------------------------ news for one

    async def tell_member(self, action: Action) -> str:
        """Tell one person, if it still holds and they do not want their peace."""
        part = _part(action)
        async with self._db.transaction() as tx:
            sheet = await self._sheets.find(tx, action.event_id) if action.event_id else None
            if sheet is None:
                return "the raid is gone"
            settings = await effective(tx, sheet.event)
            habits = (await tx.habits.of(action.guild_id, [part.user_id]))[part.user_id]
            way = _way(part.notice, habits, settings)
            if why := self._silent(part, sheet.event, Tidings(part.notice, sheet), settings, habits, way):
                if part.matter:
                    await tx.told.forget(part.matter, part.user_id)
                return why
            zone = await self._zone(tx, action.guild_id, habits)
        if self._sleeps(part.notice, sheet.event, quiet_until(habits.quiet or settings[QUIET_HOURS], zone, self._now)):
            return "quiet hours until the raid"
        if part.notice is Notice.JOINED and not await self._first(part, sheet.event, action):
            return "told before"
        extra = settings[JOIN_NOTICE] if part.notice is Notice.JOINED else part.extra
        return await self._say(action, part, Tidings(part.notice, sheet, extra, part.player_id), way)

    @property
    def _now(self) -> datetime:
        return self._clock.now()

    def _silent(
        self, part: _Part, event: Event, news: Tidings, settings: Effective, habits: Habits, way: Way
    ) -> str | None:
        """Why this is not told any more, or None."""
        if part.notice in OF_PLACE:
            assert part.player_id is not None  # noqa: S101 - a place is somebody's
            leads_still = part.notice is not Notice.LATE_CHANGE or news.leads(part.user_id)
            true = leads_still and still_true(part.notice, news.sheet, part.player_id, self._now)
            placed = news.sheet.roster.of(part.player_id)
            if part.answer and placed and as_given(placed.sign_up) != part.answer:
                return "told with their answer since"
            return None if true else "no longer true"
        starts_at = part.matter.starts_at if part.matter else event.starts_at
        if way is Way.OFF or not still_wanted(part.notice, news.sheet, part.user_id, starts_at, self._now):
            return "no longer wanted"
        minutes = _minutes(part.matter)
        again = settings[UNSIGNED] if part.notice is Notice.UNSIGNED else _leads(settings, habits)
        late = minutes is not None and outrun(event, again, minutes, self._now)
        return "a later one says it" if late and part.notice in (Notice.REMINDER, Notice.UNSIGNED) else None

    def _sleeps(self, notice: Notice, event: Event, until: datetime | None) -> bool:
        """Whether quiet hours last until the raid, so that this is not said. Raises TryLater when they end before."""
        if until is not None and until < event.starts_at:
            raise TryLater(until, "quiet hours")
        return until is not None and notice in MAY_BE_OFF

    async def _say(self, action: Action, part: _Part, news: Tidings, way: Way) -> str:
        # Of a place asked for again they may have heard the contrary since the message that may stand already.
        nonce = f"{action.nonce}-{action.version}" if part.notice in OF_PLACE else action.nonce
        if way is not Way.CHANNEL:
            try:
                await self._notifier.tell(part.user_id, news, nonce)
            except DmClosed:
                way = Way.CHANNEL
            else:
                await self._delivered(part)
                return "told"
        if part.matter is None and await self._leavers.among(action.guild_id, [part.user_id]):
            return "not in the server any more"
        if part.matter is None:
            await self._notifier.name([part.user_id], news, nonce)
            return "named"
        async with self._db.transaction() as tx:
            await tx.told.to_channel(part.matter, part.user_id)
            naming = telling.name_people(part.matter, news.sheet.event, part.notice, self._now + telling.GATHER)
            await tx.actions.enqueue(naming)
        return "to be named in the channel"

    async def _delivered(self, part: _Part) -> None:
        if part.matter:
            async with self._db.transaction() as tx:
                await tx.told.delivered(part.matter, part.user_id)

    async def _first(self, part: _Part, event: Event, action: Action) -> bool:
        """Whether nobody has sent them the raid's instructions before."""
        async with self._db.transaction() as tx:
            return await tx.told.claim(Matter(event.id, part.notice, event.starts_at), part.user_id, action.nonce)

    async def _zone(self, tx: Session, guild_id: GuildId, habits: Habits) -> ZoneInfo:
        return ZoneInfo(habits.timezone) if habits.timezone else (await tx.servers.get(guild_id)).zone

    # ------------------------------------------------------------ in the channel

    async def name_people(self, action: Action) -> str:
        """Name whoever waits for it; a message that may stand already is said again under its own nonce."""
        notice = Notice(action.payload["what"])
        async with self._db.transaction() as tx:
            event = await tx.events.lock(action.guild_id, action.event_id) if action.event_id else None
            if event is None:
                return "the raid is gone"
            matter, sheet = _matter(action, event), await self._sheets.read(tx, event)
            if self._now < action.due_at + LINGER and await tx.told.being_told(matter):
                raise TryLater(self._now + telling.GATHER, "others may have to be named as well")
            await tx.told.gather(matter, f"{action.nonce}-{action.version}", most=MOST_NAMED)
            waiting = await tx.told.to_name(matter)
        named = 0
        for nonce, users in waiting.items():
            gone = await self._leavers.among(action.guild_id, users)
            wanted = [one for one in users if one not in gone]
            still = [one for one in wanted if still_wanted(notice, sheet, one, matter.starts_at, self._now)]
            if still:
                await self._notifier.name(still, Tidings(notice, sheet), nonce)
            named += len(still)
            async with self._db.transaction() as tx:
                await tx.told.named(matter, nonce)
        return f"named {named}"


def _way(notice: Notice, habits: Habits, settings: Effective) -> Way:
    """How somebody hears this news."""
    if notice is Notice.INVITES and habits.way is not Way.OFF:
        return Way.CHANNEL  # those who wait for their invitation look there together
    way = habits.way or Way(settings[REMIND_BY])
    return Way.DIRECT if way is Way.OFF and notice not in MAY_BE_OFF else way


def _planned(settings: Effective, notice: Notice, minutes: int | None) -> bool:
    """Whether what was planned for so many minutes before the start is still to be said then."""
    if notice is Notice.INVITES:
        invites = settings[INVITES]
        return invites is not None and minutes == invites // timedelta(minutes=1)
    return notice is not Notice.UNSIGNED or minutes is None or minutes in settings[UNSIGNED]


def _leads(settings: Effective, habits: Habits) -> Sequence[int]:
    return leads_of(settings[REMINDERS], habits.minutes)


def _matter(action: Action, event: Event) -> Matter:
    """What the action is about: the same for every attempt, another one for every time it is said on purpose."""
    notice, minutes = action.payload["what"], action.payload.get("minutes")
    what = action.payload.get("matter") or f"{notice}:{f'#{action.id}' if minutes is None else minutes}"
    return Matter(event.id, what, datetime.fromisoformat(action.payload["starts_at"]))


def _minutes(matter: Matter | None) -> int | None:
    """How many minutes before the start a planned reminder was for; None for one an officer sends."""
    found = matter.what.partition(":")[2] if matter else ""
    return int(found) if found.isdigit() else None


def _part(action: Action) -> _Part:
    given = action.payload
    matter = None
    if "matter" in given and action.event_id is not None:
        matter = Matter(action.event_id, given["matter"], datetime.fromisoformat(given["starts_at"]))
    player_id = PlayerId(given["player_id"]) if "player_id" in given else None
    extra = str(given.get("extra", ""))
    return _Part(Notice(given["what"]), UserId(given["user_id"]), matter, player_id, extra, given.get("answer", ""))
