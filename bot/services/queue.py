"""The queue's worker: claims what is due, does it, settles it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.clock import Clock
from bot.domain.action import Action, Fate, Kind, NewAction, Settled
from bot.domain.ids import ActionId
from bot.services.lanes import Lanes
from bot.services.messenger import Undeliverable
from bot.services.seats import Seat, Seats
from bot.services.together import Together
from db import Database

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
PATIENCE = timedelta(seconds=60)
"""How long one action may take; shorter than the lease, so nobody else starts it meanwhile."""
BATCH = 1000
"""Claimed at once. Twice as many are in hand at most, unless they hang: then others' come along, a batch a second."""
AT_ONCE = 100
"""Actions begun together; one that takes longer than a second counts no more."""
LONGEST_SLEEP = timedelta(seconds=60)
LONGEST_BACK_OFF = timedelta(minutes=10)
MOST_ATTEMPTS = 45
"""With these pauses a little over six hours: as long as a missed booking is made up for."""
NOW, A_WHILE = timedelta(0), timedelta(seconds=60)
ASKED_AGAIN = timedelta(seconds=1)
"""How long after it was done an action that was asked for meanwhile is done again."""
HELD_FOR = (LEASE - LONGEST_SLEEP) / 2
"""After so long what is in hand is held anew: a sleep later it is not for the taking yet."""

MISSED = {
    Kind.POST_SHEET: NOW,
    Kind.MOVE_SHEET: NOW,
    Kind.CREATE_ON_RAID_HELPER: NOW,
    Kind.ANNOUNCE: NOW,
    Kind.SAY: NOW,
    Kind.LEAVE_RAID_HELPER: NOW,
    Kind.EDIT_ON_RAID_HELPER: A_WHILE,
    Kind.DELETE_ON_RAID_HELPER: A_WHILE,
    Kind.SIGN_UP_ON_RAID_HELPER: A_WHILE,
    Kind.PUT_ON_RAID_HELPER: A_WHILE,
    Kind.DELETE_SHEET: A_WHILE,
    Kind.POST_COMP: A_WHILE,
    Kind.ASK_SUBSTITUTES: A_WHILE,
    Kind.NAME_PEOPLE: A_WHILE,
    Kind.ARCHIVE: A_WHILE,
}
"""What people would wait for in vain: giving one of these up is said to the officers, after so long.

What comes in numbers, one a person or one a change, waits for the others of its raid and is said once for all.
"""

DRAWS = frozenset({Kind.REFRESH_SHEET, Kind.REFRESH_COMP, Kind.EDIT_ON_RAID_HELPER})
"""What puts a raid as it was read over what stands there: of two at it at once, the older may come last."""

Handler = Callable[[Action], Awaitable[str]]
"""Does one action, again without harm, and says in a word what came of it.

Raises Undeliverable when trying again is pointless, TryLater to name the moment, anything else to be tried again.
"""


class TryLater(Exception):
    """Not now: the action comes back at `at` (UTC). Mere waiting uses no attempt up; a failure `counts` as one."""

    def __init__(self, at: datetime, why: str, *, counts: bool = False) -> None:
        super().__init__(why)
        self.at = at
        self.counts = counts


class Queue:
    """Works through `patt.scheduled_actions`; any number of them may work on one database."""

    def __init__(self, db: Database, handlers: Mapping[Kind, Handler], clock: Clock) -> None:
        self._db = db
        self._handlers = handlers
        self._clock = clock
        self._settling = Together(self._write_down, most=BATCH)
        self._looked: datetime | None = None
        self._stopping = False

    def stop(self) -> None:
        """Begin nothing more: `run_due` ends when what is in hand has ended, and the rest goes back at once."""
        self._stopping = True
        self._db.work.set()

    async def run_due(self, looked: Callable[[], None] = lambda: None) -> int:
        """Do everything that is due now, lanes side by side; how many actions that were.

        What becomes due meanwhile is begun too, so that a side which does not answer keeps nobody else's work waiting.
        Where there is always something in hand that never ends: `looked` is called whenever it has looked for work.
        """
        done, held_at = 0, self._clock.now()
        seats = Seats(AT_ONCE, PATIENCE.total_seconds())
        lanes = Lanes(self._do, self._settling.ask, self._db.work.set, seats, enough=BATCH)
        try:
            while True:
                await lanes.room()
                self._db.work.clear()  # what is told from here on may have been written too late for the claim
                held_at = await self._hold(lanes, held_at)
                claimed = await self._claim(lanes)
                done += claimed
                lanes.check()
                looked()
                if claimed == BATCH or (not lanes and await self._left_behind()):
                    continue
                if lanes:
                    await self.wait_for_work()
                elif not self._db.work.is_set() or self._stopping:
                    return done
        finally:
            await lanes.end()

    async def wait_for_work(self) -> None:
        """Return when something is due, something sooner was enqueued, a lane has ended or a minute has passed."""
        wake_at = await self._next_wake()
        # From now, not from before the question: a clock turned meanwhile would be slept past.
        rest = LONGEST_SLEEP if wake_at is None else min(LONGEST_SLEEP, wake_at - self._clock.now())
        if rest <= timedelta(0):
            await self._left_behind()  # it may be a lease that is over
        else:
            await self._sleep_until(self._clock.now() + rest)

    async def _sleep_until(self, until: datetime) -> None:
        """What is told meanwhile and is due later shortens the sleep: the database would say no more of it."""
        while (now := self._clock.now()) < until:
            await _first(self._db.work.wait(until), self._clock.sleep((until - now).total_seconds()))
            until = min(until, self._db.work.soonest or until)

    async def _next_wake(self) -> datetime | None:
        if self._stopping:
            return None
        now = self._clock.now()
        async with self._db.statements() as tx:
            # A clock that was turned back since the last look makes what was looked at then the future again.
            return await tx.actions.next_wake(min(self._looked, now) if self._looked else None)

    async def _claim(self, lanes: Lanes) -> int:
        """Have the lanes begin what is due; how many actions."""
        if self._stopping:
            return 0
        now, further = self._clock.now(), lanes.has_room()
        async with self._db.statements() as tx:
            actions = await tx.actions.claim(now, LEASE, most=BATCH, holder=lanes.holder, further=further)
        if len(actions) < BATCH:
            self._looked = now
        lanes.take(actions, safe_until=now + LEASE - PATIENCE)
        return len(actions)

    async def _hold(self, lanes: Lanes, held_at: datetime) -> datetime:
        """Keep what waits its turn behind a slow one; when that was done last.

        Let go and claimed anew it would count as tried.
        """
        now = self._clock.now()
        if not lanes or abs(now - held_at) < HELD_FOR:
            return held_at
        async with self._db.statements() as tx:
            await tx.actions.hold(lanes.holder, now, LEASE)
        return now

    async def _left_behind(self) -> int:
        """How many actions of workers that are gone are there for the taking now."""
        if self._stopping:
            return 0
        async with self._db.statements() as tx:
            return await tx.actions.free(self._clock.now(), LEASE)

    async def _do(self, action: Action, safe_until: datetime, seat: Seat) -> Settled | None:
        if self._stopping:
            return Settled(action, Fate.AGAIN, "the worker stopped before it began", action.due_at, uncounted=True)
        # Behind a slow one the lease may be nearly over, or over and taken; or taken since the clock was turned back.
        safe = timedelta(0) < safe_until - self._clock.now() <= LEASE - PATIENCE
        if not safe and not await self._still_ours(action):
            return None
        if action.attempts > MOST_ATTEMPTS:
            return self._given_up(action, "every attempt ended the bot before its end was written down")
        return await self._work(action, seat)

    async def _still_ours(self, action: Action) -> bool:
        async with self._db.statements() as tx:
            return await tx.actions.renew(action, self._clock.now(), LEASE)

    async def _work(self, action: Action, seat: Seat) -> Settled:
        try:
            outcome = await self._handlers[action.kind](action)
        except Undeliverable as error:
            return self._given_up(action, str(error))
        except TryLater as later:
            return self._later(action, later)
        except asyncio.CancelledError as ended:
            if seat.limit().expired():
                return self._failed(action, TimeoutError().with_traceback(ended.__traceback__))
            if _is_ended():
                raise
            return self._failed(action, ended)  # nobody ended it: it waited for something that was
        except Exception as error:  # noqa: BLE001 - logged with its trace, and tried again
            return self._failed(action, error)
        return Settled(action, Fate.DONE, outcome, self._clock.now() + ASKED_AGAIN)

    def _failed(self, action: Action, error: BaseException) -> Settled:
        log.warning("action=%s kind=%s attempt=%s failed", action.id, action.kind, action.attempts, exc_info=error)
        return self._backed_off(action, repr(error))

    def _later(self, action: Action, later: TryLater) -> Settled:
        if later.counts:
            return self._backed_off(action, str(later), not_before=later.at)
        # Never at once: a moment already past would go round for ever.
        at = max(later.at, self._clock.now() + back_off(1))
        return Settled(action, Fate.AGAIN, str(later), at, uncounted=True)

    def _backed_off(self, action: Action, error: str, not_before: datetime | None = None) -> Settled:
        if action.attempts >= MOST_ATTEMPTS:
            return self._given_up(action, error)
        at = self._clock.now() + back_off(action.attempts)
        return Settled(action, Fate.AGAIN, error, max(at, not_before or at))

    def _given_up(self, action: Action, error: str) -> Settled:
        log.error("action=%s kind=%s event=%s given up: %s", action.id, action.kind, action.event_id, error)
        return Settled(action, Fate.DEAD, error, self._clock.now())

    async def _write_down(self, settled: Sequence[Settled]) -> Sequence[None]:
        """Settle the actions together; whose row somebody is writing just now, by itself: one row cannot deadlock."""
        written = await self._settle(settled, wait=len(settled) == 1)
        for one in settled:
            if one.action.id not in written and (len(settled) == 1 or not await self._settle([one], wait=True)):
                await self._taken_over(one)
        return [None] * len(settled)

    async def _taken_over(self, settled: Settled) -> None:
        """Have drawn anew what we drew: whoever has taken it over read later, and may have been shown before."""
        if settled.action.kind in DRAWS and not settled.uncounted:
            await self._draw_anew(settled.action)

    async def _draw_anew(self, action: Action) -> None:
        async with self._db.transaction() as tx:
            # With a raid that was deleted meanwhile its actions went, too: nobody took this one over.
            if action.event_id is None or await tx.events.lock(action.guild_id, action.event_id):
                await tx.actions.enqueue(_anew(action, self._clock.now() + ASKED_AGAIN))

    async def _settle(self, settled: Sequence[Settled], *, wait: bool) -> Collection[ActionId]:
        now = self._clock.now()
        # What tells of the dead is written with their end; the others are one statement, in one round trip.
        together = any(one.fate is Fate.DEAD for one in settled)
        async with self._db.transaction() if together else self._db.statements() as tx:
            written = await tx.actions.settle(settled, now, wait=wait)
            dead = [one for one in settled if one.fate is Fate.DEAD and one.action.id in written]
            await tx.actions.enqueue(*(_word_of(one, now) for one in dead if _is_missed(one.action)))
        return written


def _is_missed(action: Action) -> bool:
    return action.kind in MISSED and action.event_id is not None


def _word_of(settled: Settled, now: datetime) -> NewAction:
    """The officers are told of what was given up: a sheet that does not come must not go unnoticed."""
    action, kind = settled.action, Kind.TELL_OFFICERS
    payload, wait = {"what": action.kind, "why": settled.said}, MISSED[action.kind]
    key = f"{kind}:{action.event_id}:{action.kind}" if wait else None
    return NewAction(action.guild_id, kind, f"officers:{action.guild_id}", now + wait, action.event_id, payload, key)


def _anew(action: Action, at: datetime) -> NewAction:
    """The drawing once more; an open one is asked again."""
    key = f"{action.kind}:{action.event_id}"
    return NewAction(action.guild_id, action.kind, action.lane, at, action.event_id, action.payload, key)


def _is_ended() -> bool:
    """Whether somebody has cancelled what runs here."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def back_off(attempts: int) -> timedelta:
    """How long to wait after the given number of attempts: 2 s, 4 s, 8 s … ten minutes at most."""
    return min(LONGEST_BACK_OFF, timedelta(seconds=2.0 ** min(attempts, 10)))


async def _first(*awaitables: Awaitable[object]) -> None:
    """Wait for the first, then stop waiting for the others."""
    tasks = [asyncio.ensure_future(one) for one in awaitables]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _cancelled(tasks)


async def _cancelled(tasks: Iterable[asyncio.Future[Any]]) -> None:
    """Stop the tasks and see them end."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
