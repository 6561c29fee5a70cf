"""Comps: officers arrange a raid's groups and publish them; whoever has a place says whether they take it."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from bot.clock import Clock
from bot.domain.comp import (
    Comp,
    CompNowhere,
    CompOver,
    LineUp,
    NoComp,
    NotInComp,
    NotPublished,
    Slot,
    check_comp_here,
)
from bot.domain.comp_moves import moved, proposed, swapped, taken_out
from bot.domain.event import Event, UnknownEvent
from bot.domain.ids import EventId, PlayerId
from bot.domain.officer_rules import RaidIsOver, check_changeable
from bot.domain.permissions import Actor
from bot.services import comp_delivery
from bot.services.officer_work import OfficerDesk, Work
from bot.services.raids import Raids
from bot.services.templates import Templates
from db import Database, Session


@dataclass(frozen=True)
class SwapWanted:
    """The group is full: somebody of it must be chosen to change places with the player."""

    line_up: LineUp
    player_id: PlayerId
    group: int


@dataclass(frozen=True)
class Said:
    """What somebody said about their place."""

    event: Event
    slot: Slot


class Comps:
    """The use cases behind `/raid comp`, its panel, and the buttons below a published comp."""

    def __init__(self, db: Database, templates: Templates, raids: Raids, clock: Clock) -> None:
        self._db = db
        self._templates = templates
        self._clock = clock
        self._desk = OfficerDesk(db, templates, raids, clock)

    async def open(self, actor: Actor, typed: str) -> LineUp:
        """The comp of the raid meant by `typed`; the first time a proposal is stored.

        Raises NotAnOfficer, UnknownEvent, RaidIsOver, CompElsewhere, NobodySeated.
        """
        async with self._desk.open(actor, typed) as work:
            check_comp_here(work.event)
            comp = await work.tx.comps.of(work.event.id)
            found = _line_up(work, comp or Comp())
            return found if comp else await _write(work, found, proposed(found), "propose")

    async def look(self, actor: Actor, event_id: EventId) -> LineUp:
        """The comp as it is. Raises NotAnOfficer, UnknownEvent, RaidIsOver, NoComp; so does all below."""
        async with self._at(actor, event_id) as (_, found):
            return found

    async def propose(self, actor: Actor, event_id: EventId) -> LineUp:
        """Arrange the groups anew. Raises NobodySeated."""
        async with self._at(actor, event_id) as (work, found):
            return await _write(work, found, proposed(found), "propose")

    async def move(self, actor: Actor, event_id: EventId, player_id: PlayerId, group: int) -> LineUp | SwapWanted:
        """Put somebody into another group, or say that it is full. Raises NoSeat, CompChanged."""
        async with self._at(actor, event_id) as (work, found):
            slots = moved(found, player_id, group)
            if slots is None:
                return SwapWanted(found, player_id, group)
            return await _write(work, found, slots, "move", player=player_id, group=group)

    async def swap(self, actor: Actor, event_id: EventId, player_id: PlayerId, other_id: PlayerId) -> LineUp:
        """Have two people change places; who had none takes the other's. Raises NoSeat, CompChanged."""
        async with self._at(actor, event_id) as (work, found):
            slots = swapped(found, player_id, other_id)
            return await _write(work, found, slots, "swap", player=player_id, other=other_id)

    async def take_out(self, actor: Actor, event_id: EventId, player_id: PlayerId) -> LineUp:
        """Take somebody out of the comp; they keep their seat. Raises CompChanged."""
        async with self._at(actor, event_id) as (work, found):
            return await _write(work, found, taken_out(found, player_id), "take_out", player=player_id)

    async def publish(self, actor: Actor, event_id: EventId) -> LineUp:
        """Have the comp posted, or brought up to date; whoever has another place than they were told is pinged.

        Raises CompNowhere.
        """
        async with self._at(actor, event_id) as (work, found):
            if found.event.channel_id is None:
                raise CompNowhere
            await work.tx.comps.publish(event_id, work.now)
            await work.note("comp.publish")
            await work.tx.actions.enqueue(comp_delivery.post(work.event, work.now))
            return replace(found, comp=replace(found.comp, published=True))

    async def unpublish(self, actor: Actor, event_id: EventId) -> LineUp:
        """Have the comp's message deleted; the groups stay. Raises NotPublished."""
        async with self._at(actor, event_id) as (work, found):
            if not found.comp.published:
                raise NotPublished
            await work.tx.comps.publish(event_id, None)
            await work.note("comp.unpublish")
            await work.tx.actions.enqueue(comp_delivery.delete(work.event, work.now))
            return replace(found, comp=replace(found.comp, published=False))

    async def say(self, actor: Actor, event_id: EventId, *, confirmed: bool) -> Said:
        """Write down whether somebody takes their place; the officers hear once of who does not.

        Raises UnknownEvent, CompOver, NotPublished, NotInComp.
        """
        now = self._clock.now()
        async with self._db.transaction() as tx:
            found = await self._published(tx, actor, event_id)
            slot = next((one for one in found.comp.slots if one.user_id == actor.user_id), None)
            if slot is None or slot.player_id not in found.seated:
                raise NotInComp
            if slot.confirmed is not confirmed:
                await tx.comps.say(event_id, slot.player_id, confirmed=confirmed)
                await tx.actions.enqueue(*comp_delivery.said(found.event, slot, now, confirmed=confirmed))
            return Said(found.event, replace(slot, confirmed=confirmed))

    async def _published(self, tx: Session, actor: Actor, event_id: EventId) -> LineUp:
        event = await tx.events.lock(actor.guild_id, event_id)
        if event is None:
            raise UnknownEvent
        try:
            check_changeable(event, self._clock.now())
        except RaidIsOver:
            raise CompOver from None
        found = await comp_delivery.read(tx, self._templates, event)
        if found is None or not found.comp.published:
            raise NotPublished
        return found

    @asynccontextmanager
    async def _at(self, actor: Actor, event_id: EventId) -> AsyncGenerator[tuple[Work, LineUp]]:
        """The raid in an officer's hand, with its comp."""
        async with self._db.transaction() as tx:
            work = await self._desk.take(tx, actor, event_id)
            check_changeable(work.event, work.now)
            comp = await tx.comps.of(event_id)
            if comp is None:
                raise NoComp
            yield work, _line_up(work, comp)


def _line_up(work: Work, comp: Comp) -> LineUp:
    return LineUp(work.event, work.template, work.desk.roster(), comp)


async def _write(work: Work, found: LineUp, slots: Sequence[Slot], action: str, **details: Any) -> LineUp:
    """Write the places down, and have a published comp drawn anew; the line-up that leaves."""
    await work.tx.comps.put(work.event.id, slots)
    await work.note(f"comp.{action}", **details)
    if found.comp.published:
        await work.tx.actions.enqueue(comp_delivery.redraw(work.event, work.now))
    return replace(found, comp=replace(found.comp, slots=tuple(slots)))
