"""Sign-ups: the use cases behind the sheet's buttons, and how their clicks get into the database."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from bot.clock import Clock
from bot.domain.action import Kind, NewAction
from bot.domain.desk import Desk
from bot.domain.ids import EventId
from bot.domain.permissions import Actor
from bot.domain.template import Choice
from bot.services import sheets, telling
from bot.services.clicking import Batch, Click, Footing, Outcome, Picked, Withdrawn, recalled
from bot.services.sheet_memory import SheetMemory
from bot.services.templates import Templates
from bot.services.together import Together
from db import Database, Session
from db.clicks import Clicked, SheetChange

Drawn = TypeVar("Drawn")

STREAMS = 2
"""Batches under way at once: while one waits for its commit, the other decides and answers."""


class SignUps:
    """The use cases behind the sheet's buttons and selects.

    Clicks are written together: one statement carries every click that waited for the one before, over all sheets.
    Nothing is held while they are decided; the statement writes to those sheets alone that are still at the version
    the decision was made on, and nobody is answered before it is committed (law 2). What the worker remembers of the
    sheets is tried first, then what the database says. A click on a sheet that somebody holds or has just changed (an
    officer, another worker), or that writes more than the sheet (somebody new, another main), goes on in a lane of
    that sheet's own, which locks its row: so one raid's row never keeps every server from signing up.
    """

    def __init__(self, db: Database, templates: Templates, clock: Clock) -> None:
        self._db = db
        self._templates = templates
        self._clock = clock
        self._memory = SheetMemory()
        self._clicks = Together(self._work_off_free, lambda click: click.event_id % STREAMS)
        self._held = Together(self._work_off_held, lambda click: click.event_id)

    async def answer(self, actor: Actor, event_id: EventId, choice: Choice, pick: Picked | None = None) -> Outcome:
        """Write the member's answer down, or say what must be chosen first.

        `pick` is the class just chosen (its name or its mark), with its spec once that is chosen too.
        Raises UnknownEvent, SheetClosed, NotOffered.
        """
        return await self._come_to(Click(actor, event_id, choice, pick))

    async def drawn(
        self,
        draw: Callable[[Outcome], Drawn],
        actor: Actor,
        event_id: EventId,
        choice: Choice,
        pick: Picked | None = None,
    ) -> Drawn:
        """The same, as `draw` shows it: it draws while the answer is being committed, and in vain if that fails."""
        return await self._come_to(Click(actor, event_id, choice, pick, draw))

    async def withdraw(self, actor: Actor, event_id: EventId) -> Withdrawn:
        """Take the member's answer back. Raises UnknownEvent, SheetClosed, NotSignedUp."""
        return await self._come_to(Click(actor, event_id, None))

    async def _come_to(self, click: Click) -> Any:
        outcome = await self._clicks.do(click)
        return outcome if outcome is not None else await self._held.do(click)

    async def _work_off_free(self, clicks: Sequence[Click]) -> Sequence[object]:
        """Work off what can be without holding a row; None for the others."""
        told: list[object] = [None] * len(clicks)
        async with self._db.statements(hurried=True) as tx:
            for known in (self._by_heart, self._as_read):
                if left := [number for number, one in enumerate(told) if one is None and self._free(clicks[number])]:
                    batch = await known(tx, [clicks[number] for number in left])
                    for number, one in zip(left, await self._work_off(tx, batch), strict=True):
                        told[number] = one
        return told

    def _free(self, click: Click) -> bool:
        """Whether nobody is in the lane of the click's own sheet; who comes after them waits there, in their order."""
        return not self._held.busy(click.event_id)

    async def _work_off_held(self, clicks: Sequence[Click]) -> Sequence[object]:
        """Work off clicks on one sheet, waiting for its row."""
        async with self._db.transaction() as tx:
            found = await tx.clicks.lock([(click.actor, click.event_id) for click in clicks])
            told = await self._work_off(tx, Batch(Footing.LOCKED, clicks, found, await self._desks(tx, found)))
        return [one for one in told if one is not None]

    async def _by_heart(self, _tx: Session, clicks: Sequence[Click]) -> Batch:
        """What the worker remembers of the clicks' sheets, and of the people on them."""
        sheets = {click.event_id: self._memory.of(click.event_id) for click in clicks}
        found = [recalled(sheets[click.event_id], click) for click in clicks]
        desks = {event_id: one.desk() for event_id, one in sheets.items() if one}
        return Batch(Footing.REMEMBERED, clicks, found, desks)

    async def _as_read(self, tx: Session, clicks: Sequence[Click]) -> Batch:
        """What the database says of them."""
        found = await tx.clicks.look([(click.actor, click.event_id) for click in clicks])
        return Batch(Footing.READ, clicks, found, await self._desks(tx, found))

    async def _desks(self, tx: Session, found: Sequence[Clicked | None]) -> Mapping[EventId, Desk]:
        """The sheets found; the sign-ups of those that are as the worker left them need no reading."""
        clicked = {one.event.id: one for one in found if one}
        left = {event_id: self._memory.at(event_id, one.version) for event_id, one in clicked.items()}
        desks = {event_id: one.desk() for event_id, one in left.items() if one}
        if changed := clicked.keys() - desks.keys():
            sign_ups = await tx.sign_ups.of_all(changed)
            for event_id in changed:
                event = clicked[event_id].event
                desks[event_id] = Desk(event, await self._templates.of(tx, event), sign_ups[event_id])
        return desks

    async def _work_off(self, tx: Session, batch: Batch) -> Sequence[object]:
        """Decide click by click, write once; None for what has to be tried again on a better footing."""
        decided = await batch.decide(tx, self._clock)
        told = cache(lambda: batch.tell(decided))
        asyncio.get_running_loop().call_soon(told)  # as soon as the statement is on its way
        again = await self._write(tx, batch)
        return [None if click.event_id in again else one for click, one in zip(batch.clicks, told(), strict=True)]

    async def _write(self, tx: Session, batch: Batch) -> AbstractSet[EventId]:
        """Write what changed, have the sheets drawn anew, and tell whoever moved up; the sheets that were not taken."""
        changes = _changes(batch)
        unproven = batch.desks.keys() - changes.keys() if batch.footing is Footing.REMEMBERED else set[EventId]()
        if not changes:
            return unproven
        now = self._clock.now()
        desks = [batch.desks[event_id] for event_id in changes]
        news = [one for desk in desks for one in (*sheets.moved_up_and_down(desk, now), *telling.of_clicks(desk, now))]
        written = await tx.clicks.write(changes, news, awaited=self._awaited(batch, news, now))
        for desk in desks:
            self._memory.keep(desk, written.get(desk.event.id))
        return unproven | (changes.keys() - written.keys())

    def _awaited(self, batch: Batch, news: Sequence[NewAction], now: datetime) -> bool:
        """Whether there is nothing but redraws to ask for, and all of them are on their way already."""
        redraws = batch.footing is Footing.REMEMBERED and all(one.kind is Kind.REFRESH_SHEET for one in news)
        return redraws and all(self._memory.redraws(event_id, now) for event_id in batch.desks)


def _changes(batch: Batch) -> Mapping[EventId, SheetChange]:
    """What must be written to each sheet, as it was found; the sheets that stay as they are have none."""
    versions = {one.event.id: one.version for one in batch.found if one}
    changes = (
        (event_id, SheetChange(versions[event_id], desk.changed, desk.removed))
        for event_id, desk in batch.desks.items()
        if event_id in versions
    )
    return {event_id: one for event_id, one in changes if one.changed or one.removed}
