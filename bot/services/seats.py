"""Room for so many at once, where nobody who hangs keeps the others out."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

LONG = 1.0
"""Real seconds after which somebody still at it gives their seat to the next, and goes on standing."""


class Seats:
    """`count` of them; more than that never begin within one second."""

    def __init__(self, count: int) -> None:
        self._seats = asyncio.Semaphore(count)

    @property
    def taken(self) -> bool:
        """Whether whoever comes now must wait."""
        return self._seats.locked()

    async def one_is_free(self) -> None:
        """Wait until somebody could sit down."""
        async with self._seats:
            pass

    @asynccontextmanager
    async def seat(self) -> AsyncGenerator[None]:
        """Wait for a seat and take it."""
        await self._seats.acquire()
        seat = [self._seats]
        timer = asyncio.get_running_loop().call_later(LONG, _give_up, seat)
        try:
            yield
        finally:
            timer.cancel()
            _give_up(seat)


def _give_up(seat: list[asyncio.Semaphore]) -> None:
    """Give the seat up once, however often."""
    if seat:
        seat.pop().release()
