"""Room for so many at once, where nobody who hangs keeps the others out."""

import asyncio

LONG = 1.0
"""Real seconds after which somebody still at it gives their seat to the next, twice as many at the latest."""


class Seats:
    """`count` of them; more than that never begin within one second."""

    def __init__(self, count: int, patience: float) -> None:
        """`patience` is how many real seconds one may take at most."""
        self._patience = patience
        self._free = asyncio.Semaphore(count)
        self._just_seated: set[Seat] = set()
        self._seated: set[Seat] = set()
        self._watched = False

    async def one_is_free(self) -> None:
        """Wait until somebody could sit down."""
        async with self._free:
            pass

    def seat(self) -> "Seat":
        """A seat to be waited for and taken, once, with `async with`."""
        return Seat(self, self._patience)

    async def take(self, seat: "Seat") -> None:
        """Wait for a free one."""
        await self._free.acquire()
        self._just_seated.add(seat)
        if not self._watched:
            self._watched = True
            asyncio.get_running_loop().call_later(LONG, self._watch)

    def leave(self, seat: "Seat") -> None:
        """Give the seat to the next, unless that has happened."""
        if seat in self._just_seated or seat in self._seated:
            self._just_seated.discard(seat)
            self._seated.discard(seat)
            self._free.release()

    def _watch(self) -> None:
        """One timer for all, since one each is a good part of what a quick action costs."""
        for seat in list(self._seated):
            self.leave(seat)
            seat.stand()
        self._seated, self._just_seated = self._just_seated, self._seated
        self._watched = bool(self._seated)
        if self._watched:
            asyncio.get_running_loop().call_later(LONG, self._watch)


class Seat:
    """Taken on entering; given up on leaving, or when it takes long."""

    def __init__(self, seats: Seats, patience: float) -> None:
        self._seats = seats
        self._patience = patience
        self._stands = False
        self._limit: asyncio.Timeout | None = None

    async def __aenter__(self) -> "Seat":
        await self._seats.take(self)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._seats.leave(self)

    def limit(self) -> asyncio.Timeout:
        """Ends what is done at the seat when patience is over (TimeoutError); only who stands needs a timer for it."""
        self._limit = asyncio.timeout(self._patience if self._stands else None)
        return self._limit

    def stand(self) -> None:
        """It takes long."""
        self._stands = True
        if self._limit is not None:
            self._limit.reschedule(asyncio.get_running_loop().time() + self._patience - 2 * LONG)
