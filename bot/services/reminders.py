"""Reminders: when they come for a raid, one right now, and how each member wants theirs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.clock import Clock
from bot.domain.alerts import still_ahead
from bot.domain.durations import BadLeadTimes
from bot.domain.errors import MusterError
from bot.domain.event import Event
from bot.domain.notice import Notice
from bot.domain.permissions import Actor
from bot.domain.reminders import OWN_LEADS, Habits, Quiet, Way
from bot.domain.setting_kinds import Hours
from bot.domain.settings import QUIET_HOURS, REMIND_BY, REMINDERS
from bot.services import places, unplanned
from bot.services.raids import Raids
from bot.services.settings import Around, within
from bot.services.templates import Templates
from bot.services.unsigned import call
from db import Database

SERVER_WORDS = frozenset({"server", "default"})


class TooLateToRemind(MusterError):
    """This raid has begun, is over or was cancelled: there is nothing to remind anybody of."""


@dataclass(frozen=True)
class HabitsWish:
    """What a member typed; None leaves it as it is, and "server" follows the server again."""

    way: str | None = None
    before: int | None = None
    quiet: str | None = None


@dataclass(frozen=True)
class OwnHabits:
    """A member's habits, and what the server does for whoever has none."""

    own: Habits
    way: Way
    leads: Sequence[int]
    quiet: Quiet | None


class Reminders:
    """The use cases behind `/raid remind` and `/me reminders`."""

    def __init__(self, db: Database, templates: Templates, raids: Raids, clock: Clock) -> None:
        self._db = db
        self._templates = templates
        self._raids = raids
        self._clock = clock

    async def remind(self, actor: Actor, typed: str) -> Event:
        """Remind whoever comes, now. Raises NotAnOfficer, UnknownEvent, TooLateToRemind, ToldJustNow."""
        found = await self._raids.find(actor.guild_id, typed)
        async with self._db.transaction() as tx:
            await places.require_manager(tx, actor, found)
        if not still_ahead(found, self._clock.now()):
            raise TooLateToRemind
        await call(self._db, actor, found, Notice.REMINDER, self._clock)
        return found

    async def habits(self, actor: Actor, wish: HabitsWish) -> OwnHabits:
        """How the member is reminded, after what they wish is written down. Raises BadLeadTimes, BadValue."""
        async with self._db.transaction() as tx:
            own = (await tx.habits.of(actor.guild_id, [actor.user_id]))[actor.user_id]
            wanted = _changed(own, wish)
            if wanted != own:
                server = await tx.servers.get(actor.guild_id)
                game = (await self._templates.named(tx, actor.guild_id, server.default_template))[1].game
                await tx.habits.write((await tx.players.register(actor, game)).id, wanted)
            if wanted.minutes != own.minutes:
                # A lead time nobody had before is a moment of its own for every raid that stands.
                await unplanned.soon(tx, actor.guild_id, self._clock.now())
            settings = await within(tx, Around(actor.guild_id))
            return OwnHabits(wanted, Way(settings[REMIND_BY]), settings[REMINDERS], settings[QUIET_HOURS])


def _changed(own: Habits, wish: HabitsWish) -> Habits:
    if wish.way is not None:
        own = replace(own, way=None if wish.way in SERVER_WORDS else Way(wish.way))
    if wish.before is not None:
        if wish.before not in (0, *OWN_LEADS):
            raise BadLeadTimes
        own = replace(own, minutes=wish.before or None)
    if wish.quiet is not None:
        typed = wish.quiet.strip().casefold()
        own = replace(own, quiet=None if typed in SERVER_WORDS | {"none"} else Hours().read(typed))
    return own
