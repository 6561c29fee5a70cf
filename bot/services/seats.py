"""Room for so many at once, where nobody who hangs keeps the others out."""

import asyncio

LONG = 1.0
"""Real seconds after which somebody still at it gives their seat to the next, and goes on standing."""


class Seats:
    """`count` of them; more than that never begin within one second."""

    def __init__(self, count: int) -> None:
        self._free = asyncio.Semaphore(count)

    async def one_is_free(self) -> None:
        """Wait until somebody could sit down."""
        async with self._free:
            pass

    def seat(self) -> "Seat":
        """A seat to be waited for and taken, once, with `async with`."""
        return Seat(self._free)


class Seat:
    """Taken on entering; given up on leaving, or when it takes long."""

    def __init__(self, free: asyncio.Semaphore) -> None:
        self._free = free
        self._taken = False

    async def __aenter__(self) -> None:
        await self._free.acquire()
        self._taken = True
        self._timer = asyncio.get_running_loop().call_later(LONG, self._give_up)

    async def __aexit__(self, *_: object) -> None:
        self._timer.cancel()
        self._give_up()

    def _give_up(self) -> None:
        if self._taken:
            self._taken = False
            self._free.release()
