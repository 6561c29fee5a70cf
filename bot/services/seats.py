"""Room for so many at once, where nobody who hangs keeps the others out."""

import asyncio

LONG = 1.0
"""Real seconds after which somebody still at it gives their seat to the next, twice as many at the latest."""


class Seats:
    """`count` of them; more than that never begin within one second."""

    def __init__(self, count: int) -> None:
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
        return Seat(self)

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
        self._seated, self._just_seated = self._just_seated, self._seated
        self._watched = bool(self._seated)
        if self._watched:
            asyncio.get_running_loop().call_later(LONG, self._watch)


class Seat:
    """Taken on entering; given up on leaving, or when it takes long."""

    def __init__(self, seats: Seats) -> None:
        self._seats = seats

    async def __aenter__(self) -> None:
        await self._seats.take(self)

    async def __aexit__(self, *_: object) -> None:
        self._seats.leave(self)
