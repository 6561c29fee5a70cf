"""The queue's worker: claims what is due, does it, settles it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from bot.clock import Clock
from bot.domain.action import Action, Kind, NewAction
from bot.services.messenger import Undeliverable
from db import Database

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
PATIENCE = timedelta(seconds=60)
"""How long one action may take; shorter than the lease, so nobody else starts it meanwhile."""
BATCH = 50
LONGEST_SLEEP = timedelta(seconds=60)
LONGEST_BACK_OFF = timedelta(minutes=10)
LOOK_AGAIN = 1.0
"""Real seconds after which new work is begun beside lanes that are still at theirs."""
MOST_ATTEMPTS = 45
"""With these pauses a little over six hours: as long as a missed booking is made up for."""

MISSED = (Kind.POST_SHEET, Kind.CREATE_ON_RAID_HELPER, Kind.ANNOUNCE)
"""What people would wait for in vain: giving one of these up is said to the officers."""

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

    async def run_due(self) -> int:
        """Do everything that is due now, lanes side by side; how many actions that were.

        What becomes due meanwhile is begun too, so that a side which does not answer keeps nobody else's work waiting.
        """
        done = 0
        lanes: set[asyncio.Task[None]] = set()
        try:
            while (actions := await self._claim()) or lanes:
                done += len(actions)
                for _, lane in groupby(sorted(actions, key=_by_lane), key=_by_lane):
                    lanes.add(asyncio.create_task(self._work_lane(list(lane))))
                lanes = await _unfinished(lanes)
        finally:
            await _cancelled(lanes)
        return done

    async def wait_for_work(self) -> None:
        """Return when something is due, something sooner was enqueued, or a minute has passed."""
        async with self._db.transaction() as tx:
            wake_at = await tx.actions.next_wake(self._clock.now())
        # From now, not from before the question: a clock turned meanwhile would be slept past.
        rest = LONGEST_SLEEP if wake_at is None else min(LONGEST_SLEEP, wake_at - self._clock.now())
        if rest > timedelta(0):
            await _first(self._db.work.wait(self._clock.now() + rest), self._clock.sleep(rest.total_seconds()))
        self._db.work.clear()

    async def _claim(self) -> Sequence[Action]:
        async with self._db.transaction() as tx:
            return await tx.actions.claim(self._clock.now(), LEASE, most=BATCH)

    async def _work_lane(self, actions: Iterable[Action]) -> None:
        for number, action in enumerate(actions):
            # The lease was for the first; behind a slow one it may be nearly over, or over and taken.
            if number == 0 or await self._still_ours(action):
                await self._work(action)

    async def _still_ours(self, action: Action) -> bool:
        async with self._db.transaction() as tx:
            return await tx.actions.renew(action, self._clock.now(), LEASE)

    async def _work(self, action: Action) -> None:
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                outcome = await self._handlers[action.kind](action)
        except Undeliverable as error:
            await self._bury(action, str(error))
        except TryLater as later:
            await self._later(action, later)
        except Exception as error:
            log.warning("action=%s kind=%s attempt=%s failed", action.id, action.kind, action.attempts, exc_info=True)
            await self._back_off(action, repr(error))
        else:
            await self._finish(action, outcome)

    async def _later(self, action: Action, later: TryLater) -> None:
        if later.counts:
            await self._back_off(action, str(later), not_before=later.at)
        else:
            # Never at once: a moment already past would go round for ever.
            await self._retry(action, str(later), max(later.at, self._clock.now() + back_off(1)), counts=False)

    async def _back_off(self, action: Action, error: str, not_before: datetime | None = None) -> None:
        if action.attempts >= MOST_ATTEMPTS:
            await self._bury(action, error)
        else:
            at = self._clock.now() + back_off(action.attempts)
            await self._retry(action, error, max(at, not_before or at))

    async def _finish(self, action: Action, outcome: str) -> None:
        now = self._clock.now()
        async with self._db.transaction() as tx:
            await tx.actions.finish(action, outcome, now, again_at=now + timedelta(seconds=1))

    async def _retry(self, action: Action, error: str, at: datetime, *, counts: bool = True) -> None:
        async with self._db.transaction() as tx:
            await tx.actions.retry(action, error, at, counts=counts)

    async def _bury(self, action: Action, error: str) -> None:
        log.error("action=%s kind=%s event=%s given up: %s", action.id, action.kind, action.event_id, error)
        async with self._db.transaction() as tx:
            await tx.actions.bury(action, error)
            if action.kind in MISSED:
                await tx.actions.enqueue(_word_of(action, error, self._clock.now()))


def _word_of(action: Action, error: str, now: datetime) -> NewAction:
    """The officers are told of what was given up: a sheet that does not come must not go unnoticed."""
    payload = {"what": action.kind, "why": error}
    return NewAction(action.guild_id, Kind.TELL_OFFICERS, f"officers:{action.guild_id}", now, action.event_id, payload)


def back_off(attempts: int) -> timedelta:
    """How long to wait after the given number of attempts: 2 s, 4 s, 8 s … ten minutes at most."""
    return min(LONGEST_BACK_OFF, timedelta(seconds=2.0 ** min(attempts, 10)))


def _by_lane(action: Action) -> str:
    return action.lane


async def _unfinished(lanes: set[asyncio.Task[None]]) -> set[asyncio.Task[None]]:
    """The lanes that are still at work when it is time to look again. Raises what ended one."""
    finished, unfinished = await asyncio.wait(lanes, timeout=LOOK_AGAIN)
    for lane in finished:
        lane.result()
    return unfinished


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
