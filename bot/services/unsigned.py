"""Unsigned: who is expected at a raid and has not answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from bot.clock import Clock
from bot.domain.alerts import still_ahead
from bot.domain.errors import MusterError
from bot.domain.event import Event, SheetKind
from bot.domain.ids import EventId, GuildId, RoleId, UserId
from bot.domain.notice import Notice, of_user
from bot.domain.permissions import Actor
from bot.domain.settings import RAIDER_ROLES
from bot.services import places, telling
from bot.services.presence import Leavers
from bot.services.raids import Raids
from bot.services.settings import effective
from bot.services.sheets import Sheets
from db import Database

PAUSE = timedelta(minutes=10)
"""Between two calls by an officer's hand for one raid."""


class NothingToAnswer(MusterError):
    """This raid has begun, is over or was cancelled, so nobody needs to answer any more."""


class OnRaidHelper(MusterError):
    """This raid's sheet is on Raid-Helper, which knows who has answered: `/unsigned` there lists them."""


class ToldJustNow(MusterError):
    """They were told less than ten minutes ago. Give them a moment."""


class Lister(Protocol):
    """Knows who holds a role in a server."""

    async def with_roles(self, guild_id: GuildId, role_ids: Sequence[RoleId]) -> Mapping[UserId, str] | None:
        """Whoever holds one of the roles, with their names; None while the bot may not look (members intent)."""
        ...


@dataclass(frozen=True)
class Unanswered:
    """Who has not answered, by name; who has not said whether they still come since the raid was moved.

    `roles` are the raider roles; `by_role` is False where registered players stand in for their holders.
    """

    event: Event
    people: Mapping[UserId, str]
    unconfirmed: Mapping[UserId, str]
    roles: Sequence[RoleId]
    by_role: bool
    pinged: bool = False


async def unanswered(
    db: Database, sheets: Sheets, lister: Lister, leavers: Leavers, guild_id: GuildId, event_id: EventId
) -> Unanswered | None:
    """Who is expected and has not answered; None when the raid is gone.

    Whoever is away is not expected, nor is whoever has left the server.
    """
    async with db.transaction() as tx:
        event = await tx.events.get(event_id)
        roles = (await effective(tx, event))[RAIDER_ROLES] if event else ()
    if event is None or event.guild_id != guild_id:
        return None
    by_role = await lister.with_roles(guild_id, roles) if roles else None
    async with db.transaction() as tx:
        sheet = await sheets.read(tx, event)
        expected = by_role if by_role is not None else await tx.habits.expected(guild_id)
        away = await tx.habits.away(guild_id, event.day)
        asked = await tx.told.unconfirmed(event.id, event.starts_at)
    people = {
        user_id: name
        for user_id, name in expected.items()
        if user_id not in away and of_user(sheet.roster, user_id) is None
    }
    on_sheet = {one.sign_up.user_id: one.sign_up.name for one in sheet.roster.everyone if one.sign_up.user_id}
    unconfirmed = {user_id: name for user_id, name in on_sheet.items() if user_id in asked}
    gone = await leavers.among(guild_id, [*people, *unconfirmed])
    people, unconfirmed = (
        {user_id: name for user_id, name in found.items() if user_id not in gone} for found in (people, unconfirmed)
    )
    return Unanswered(event, people, unconfirmed, roles, by_role is not None)


class UnsignedDesk:
    """The use case behind `/raid unsigned`."""

    def __init__(
        self, db: Database, raids: Raids, sheets: Sheets, lister: Lister, leavers: Leavers, clock: Clock
    ) -> None:
        self._db = db
        self._raids = raids
        self._sheets = sheets
        self._lister = lister
        self._leavers = leavers
        self._clock = clock

    async def look(self, actor: Actor, typed: str, *, ping: bool) -> Unanswered:
        """Who has not answered; with `ping` they are told, each by the way they chose.

        Raises NotAnOfficer, UnknownEvent, OnRaidHelper, NothingToAnswer, ToldJustNow.
        """
        found = await self._raids.find(actor.guild_id, typed)
        async with self._db.transaction() as tx:
            await places.require_manager(tx, actor, found)
        if found.sheet is SheetKind.RAID_HELPER:
            raise OnRaidHelper
        if not still_ahead(found, self._clock.now()):
            raise NothingToAnswer
        seen = await unanswered(self._db, self._sheets, self._lister, self._leavers, actor.guild_id, found.id)
        assert seen is not None  # noqa: S101 - it was found a moment ago
        if not ping or not seen.people:
            return seen
        await call(self._db, actor, found, Notice.UNSIGNED, self._clock)
        return Unanswered(seen.event, seen.people, seen.unconfirmed, seen.roles, seen.by_role, pinged=True)


async def call(db: Database, actor: Actor, event: Event, notice: Notice, clock: Clock) -> None:
    """Have people told at once, by an officer's word. Raises ToldJustNow within ten minutes of the last time."""
    now = clock.now()
    async with db.transaction() as tx:
        locked = await tx.events.lock(actor.guild_id, event.id)
        if locked is None or not still_ahead(locked, now):
            raise NothingToAnswer
        latest = await tx.audit.latest(actor.guild_id, event.id, most=20)
        if any(one.action == notice and now - one.at < PAUSE for one in latest):
            raise ToldJustNow
        await tx.actions.enqueue(*telling.tell_people(locked, notice, now))
        await tx.audit.note(actor.guild_id, event.id, actor.user_id, notice, now)
