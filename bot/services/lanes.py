"""The lanes one worker is at: side by side, and in each what it has in hand, one after the other."""

import asyncio
import contextlib
from bisect import insort
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from uuid import uuid4

from bot.domain.action import Action, Settled
from bot.domain.ids import ActionId
from bot.services.seats import LONG, Seat, Seats

Held = tuple[Action, datetime]
"""An action in hand, which nobody else begins before that moment."""
Do = Callable[[Action, datetime, Seat], Awaitable[Settled | None]]
"""What came of an action in hand; None when it is somebody else's by now."""
Settle = Callable[[Settled, Callable[[Exception | None], None]], None]
"""Has it written down, and calls the second when it is, with the error if it could not be."""


class Lanes:
    """Does what it takes: in each lane the next is begun when the last one is settled.

    `holder` is who that is in the database, and never the same twice: what one that failed has left is not the next's.
    """

    def __init__(self, do: Do, settle: Settle, look: Callable[[], None], seats: Seats, enough: int) -> None:
        """`look` is called when a lane has ended; with `enough` in hand nothing more needs to be claimed."""
        self.holder = uuid4()
        self._do = do
        self._settle = settle
        self._look = look
        self._seats = seats
        seats.freed = self.begin
        self._enough = enough
        self._in_hand = 0
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._over = False
        self._waiting: dict[str, list[Held]] = {}
        self._ready = deque[str]()
        self._hands = set[asyncio.Task[None]]()
        self._failed: list[BaseException] = []

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def take(self, actions: Sequence[Action], safe_until: datetime) -> None:
        """Do the actions, each in its turn among those of its lane."""
        self._in_hand += len(actions)
        if self._in_hand >= self._enough:
            self._has_room.clear()
        for action in actions:
            if action.lane not in self._waiting:
                self._waiting[action.lane] = []
                self._ready.append(action.lane)
            insort(self._waiting[action.lane], (action, safe_until), key=_turn)
        self.begin()

    def has_room(self) -> bool:
        """Whether there is less than enough in hand."""
        return self._has_room.is_set()

    async def room(self) -> None:
        """Wait for it; a second at most, since what is in hand may hang."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LONG):
                await self._has_room.wait()

    def begin(self) -> None:
        """Begin what there is a seat for."""
        while self._ready and not self._over and (seat := self._seats.take()):
            hand = asyncio.create_task(self._work(self._ready.popleft(), seat))
            self._hands.add(hand)
            hand.add_done_callback(partial(self._let_go, seat))

    def check(self) -> None:
        """Raise what something failed at."""
        if self._failed:
            raise self._failed[0]

    async def end(self) -> None:
        """Stop those still at work; what the others failed at is told by what ends the work, or is the same."""
        self._over = True
        hands = list(self._hands)
        for hand in hands:
            hand.cancel()
        await asyncio.gather(*hands, return_exceptions=True)

    async def _work(self, lane: str | None, seat: Seat) -> None:
        """Do one after the other, of whatever lane: that costs less than a task for each."""
        async with seat.limit():
            while lane is not None:
                seat.begin()
                await self._do_next_of(lane, seat)
                lane = self._ready.popleft() if self._ready and not seat.given_away else None

    async def _do_next_of(self, lane: str, seat: Seat) -> None:
        settled = await self._do(*self._waiting[lane].pop(0), seat)
        if settled is None:
            self._go_on(lane, None)
        else:
            self._settle(settled, partial(self._go_on, lane))

    def _go_on(self, lane: str, error: Exception | None) -> None:
        self._in_hand -= 1
        if error is not None:
            self._fail(error)
        elif self._waiting[lane]:
            self._ready.append(lane)
            self.begin()
        else:
            del self._waiting[lane]
            self._look()
        if self._in_hand < self._enough:
            self._has_room.set()

    def _let_go(self, seat: Seat, hand: asyncio.Task[None]) -> None:
        # Here and not in the work: whoever is ended before they began does nothing themselves.
        self._seats.leave(seat)
        self._hands.discard(hand)
        if hand.cancelled():
            self._fail(asyncio.CancelledError())
        elif error := hand.exception():
            self._fail(error)
        self.begin()

    def _fail(self, error: BaseException) -> None:
        self._failed.append(error)
        self._look()


def _turn(held: Held) -> tuple[datetime, ActionId]:
    return held[0].due_at, held[0].id
