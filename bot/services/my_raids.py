"""The raids to come as one member sees them: each with their own place on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.domain.event import Event
from bot.domain.notice import of_user
from bot.domain.permissions import Actor
from bot.domain.recurrence import instant
from bot.domain.roster import Placed, place
from bot.domain.template import Template
from bot.services.own_zone import zone_of
from bot.services.templates import Templates
from db import Database, Session

A_PAGE = 6
"""Raids a phone shows without much scrolling."""
MOST = 120
MOST_WEEKS = 26
"""How far ahead the weeks can be turned."""


@dataclass(frozen=True)
class MyRaid:
    """A raid and the member's place on its sheet; None while they have not answered."""

    event: Event
    template: Template
    placed: Placed | None


@dataclass(frozen=True)
class Page:
    """One page (from 0) of the raids to come; `pages` is at least 1."""

    raids: Sequence[MyRaid]
    page: int
    pages: int


@dataclass(frozen=True)
class Week:
    """The raids of seven days from `first` on, a member's own calendar day; `week` counts from this one, 0."""

    raids: Sequence[MyRaid]
    first: date
    week: int
    zone: ZoneInfo


class MyRaids:
    """The use cases behind `/raids` and `/me signups`."""

    def __init__(self, db: Database, templates: Templates, clock: Clock) -> None:
        self._db = db
        self._templates = templates
        self._clock = clock

    async def page(self, actor: Actor, page: int) -> Page:
        """That page of the server's raids to come, soonest first; the last one for a number beyond it."""
        async with self._db.transaction() as tx:
            ahead = await self._ahead(tx, actor)
            pages = max(1, -(-len(ahead) // A_PAGE))
            page = min(page, pages - 1)
            return Page(await self._own(tx, actor, ahead[page * A_PAGE :][:A_PAGE]), page, pages)

    async def week(self, actor: Actor, week: int) -> Week:
        """The raids of that week from today on, by the member's own calendar."""
        week = min(week, MOST_WEEKS)
        async with self._db.transaction() as tx:
            zone = await zone_of(tx, actor)
            first = self._clock.now().astimezone(zone).date() + timedelta(days=7 * week)
            since, until = (instant(first + timedelta(days=days), time(), zone) for days in (0, 7))
            ahead = [one for one in await self._ahead(tx, actor) if _is_between(one, since, until)]
            return Week(await self._own(tx, actor, ahead), first, week, zone)

    async def _ahead(self, tx: Session, actor: Actor) -> Sequence[Event]:
        return await tx.events.not_over(actor.guild_id, self._clock.now(), most=MOST)

    async def _own(self, tx: Session, actor: Actor, events: Sequence[Event]) -> Sequence[MyRaid]:
        sign_ups = await tx.sign_ups.of_all([one.id for one in events])
        found: list[MyRaid] = []
        for event in events:
            template = await self._templates.of(tx, event)
            roster = place(sign_ups[event.id], template, event.total_limit)
            found.append(MyRaid(event, template, of_user(roster, actor.user_id)))
        return found


def _is_between(event: Event, since: datetime, until: datetime) -> bool:
    return since <= event.starts_at < until
