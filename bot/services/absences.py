"""Absences: said by oneself or by an officer, they reach every sheet of their days, those to come too.

Bookings fill in Absence for whoever is away then (`bot.domain.auto_invite`). On sheets that stand already the answer
becomes Absence here, and whoever moves up for it is told. Taken back, an absence brings no answer back: somebody else
may have the seat by now.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from bot.clock import Clock
from bot.domain.away import Away, BadDay, UnknownSpan, check_span
from bot.domain.desk import Desk
from bot.domain.event import Event, SheetKind
from bot.domain.gates import Tier
from bot.domain.ids import EventId, PlayerId
from bot.domain.notice import Notice
from bot.domain.permissions import Actor
from bot.domain.roster import SignUp
from bot.domain.template import Choice
from bot.services import sheets, telling
from bot.services.calendar_days import parse_days
from bot.services.new_sheets import begun_anew, check_no_other
from bot.services.own_zone import zone_of
from bot.services.templates import Templates
from bot.services.wall_times import tidy
from db import Database, Session


@dataclass(frozen=True)
class SteppedBack:
    """The raids somebody does not come to any more, and those whose closed sheets still say they do."""

    absent: Sequence[Event] = ()
    closed: Sequence[Event] = ()


@dataclass(frozen=True)
class GoneAway:
    """An absence written down, and what became of the raids in it."""

    away: Away
    raids: SteppedBack


@dataclass(frozen=True)
class BackAgain:
    """An absence taken back, and the raids whose sheets still say Absence."""

    away: Away
    raids: Sequence[Event]


class Absences:
    """The use cases behind `/me away`."""

    def __init__(self, db: Database, templates: Templates, clock: Clock) -> None:
        self._db = db
        self._templates = templates
        self._clock = clock

    async def of(self, actor: Actor) -> Sequence[Away]:
        """The member's absences that are not over, soonest first."""
        async with self._db.transaction() as tx:
            person = await tx.people.of_user(actor.guild_id, actor.user_id)
            return await tx.away.of(person.id, await today(tx, actor, self._clock.now())) if person else []

    async def add(self, actor: Actor, first: str, last: str | None, note: str) -> GoneAway:
        """Write an absence down and bring it onto the sheets that stand; days are as typed.

        Raises BadDay, BackBeforeGone, SpanOver, SpanTooLong, TooManySpans, LongNote; then nothing is written.
        """
        return await begun_anew(partial(self._add, actor, first, last, note))

    async def _add(self, actor: Actor, first: str, last: str | None, note: str) -> GoneAway:
        now = self._clock.now()
        async with self._db.transaction() as tx:
            day = await today(tx, actor, now)
            begins = read_day(first, day)
            ends = read_day(last, day, begins) if last else begins
            person = await tx.people.of_user(actor.guild_id, actor.user_id)
            note = check_span(begins, ends, note, await tx.away.of(person.id, day) if person else (), day)
            # Raids before people: a click that writes somebody down locks them in this order, too.
            raids = SteppedBack()
            if person:
                raids = await step_back_in(tx, self._templates, (begins, ends), person.id, actor, now)
            player_id = (await tx.players.register(actor)).id
            return GoneAway(await tx.away.add(player_id, begins, ends, note), raids)

    async def remove(self, actor: Actor, typed: str) -> BackAgain:
        """Take an absence back; `typed` is its id as the list sends it, "#id". Raises UnknownSpan."""
        now = self._clock.now()
        number = typed.strip().removeprefix("#")
        async with self._db.transaction() as tx:
            person = await tx.people.of_user(actor.guild_id, actor.user_id)
            known = number.isdecimal() and len(number) < 19 and person is not None
            away = await tx.away.remove(person.id, int(number)) if known and person else None
            if away is None or person is None:
                raise UnknownSpan
            found = await tx.away.sheets(person.id, away.first, away.last, now, absent=True)
            return BackAgain(away, await raids_of(tx, found))


async def step_back_in(
    tx: Session,
    templates: Templates,
    span: tuple[date, date | None],
    player_id: PlayerId,
    actor: Actor,
    now: datetime,
    *,
    officer: bool = False,
) -> SteppedBack:
    """Make the player's answer Absence on the sheets of those days (None: without end), natively and at Raid-Helper.

    The player's own word goes no further than their own click would; an officer's reaches closed sheets, too. To be
    `begun_anew`.
    """
    look = partial(tx.away.sheets, player_id, *span, now, absent=False)
    found = await look()
    raids = await _step_back_on(tx, templates, found, player_id, actor, now, officer=officer)
    await check_no_other(tx, player_id, found, look)
    return raids


async def _step_back_on(
    tx: Session,
    templates: Templates,
    events: Sequence[EventId],
    player_id: PlayerId,
    actor: Actor,
    now: datetime,
    *,
    officer: bool,
) -> SteppedBack:
    absent: list[Event] = []
    closed: list[Event] = []
    for event_id in events:
        event = await tx.events.lock(actor.guild_id, event_id)
        desk = Desk(event, await templates.of(tx, event), await tx.sign_ups.of(event_id)) if event else None
        own = desk.own(player_id) if desk else None
        if event is None or desk is None or own is None:
            continue
        if not officer and not event.takes(Choice.ABSENCE, now):
            closed.append(event)
            continue
        await _step_back(tx, desk, own, now, officer=officer)
        absent.append(event)
    return SteppedBack(absent, closed)


async def _step_back(tx: Session, desk: Desk, own: SignUp, now: datetime, *, officer: bool) -> None:
    """Absence on one sheet; off it where it has no such answer."""
    event = desk.event
    if Choice.ABSENCE in desk.template.labels:
        gone = replace(own, choice=Choice.ABSENCE, signed_at=now, arrives_at=None)
        desk.put(gone if officer else replace(gone, tier=Tier.SELF, slot=None))
    else:
        desk.take_off(own.player_id)
    await tx.sign_ups.remove(event.id, desk.removed)
    await tx.sign_ups.put(event.id, desk.changed, "officer" if officer else "self")
    if event.sheet is SheetKind.RAID_HELPER:
        await tx.actions.enqueue(*sheets.brought(desk, now))
    else:
        await tx.actions.enqueue(*sheets.moved_up_and_down(desk, now))
    if own.user_id is not None:
        await tx.told.confirm(event.id, own.user_id, comes=False)
    changed = [action for one in desk.changed for action in sheets.tell(event, Notice.MOVED, one, now)]
    await tx.actions.enqueue(*(changed if officer else telling.of_clicks(desk, now)))


async def raids_of(tx: Session, events: Sequence[EventId]) -> Sequence[Event]:
    """These raids, soonest first."""
    found = [await tx.events.get(one) for one in events]
    return sorted([one for one in found if one], key=lambda one: one.starts_at)


async def today(tx: Session, actor: Actor, now: datetime) -> date:
    """What day it is for whoever types."""
    return now.astimezone(await zone_of(tx, actor)).date()


def read_day(typed: str, today: date, since: date | None = None) -> date:
    """The day meant: today or later, on or after `since` where one is given. Raises BadDay, AmbiguousDate."""
    earliest = since or today
    for start in (today, earliest):
        days = parse_days(tidy(typed) or "?", start)
        if days is None or days.said == "nothing":
            raise BadDay
        if ahead := [one for one in days.dates if one >= earliest]:
            return ahead[0]
    return days.dates[-1]
