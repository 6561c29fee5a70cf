"""Room for so many at once, where nobody who hangs keeps the others out."""

import asyncio
from collections.abc import Callable

LONG = 1.0
"""Real seconds after which somebody still at one thing gives their seat to the next, twice as many at the latest."""


class Seats:
    """`count` of them; no more than that begin anything that then takes a second."""

    def __init__(self, count: int, patience: float) -> None:
        """`patience` is how many real seconds one thing may take at most."""
        self.freed: Callable[[], None] = lambda: None
        """Called when those who take long have given up theirs."""
        self._free = count
        self._patience = patience
        self._taken: set[Seat] = set()
        self._watched = False

    def take(self) -> "Seat | None":
        """One, unless all are taken."""
        if not self._free:
            return None
        self._free -= 1
        self._taken.add(seat := Seat(self._patience))
        self._watch_later()
        return seat

    def leave(self, seat: "Seat") -> None:
        """Give the seat back, unless that has happened."""
        if seat in self._taken:
            self._taken.discard(seat)
            self._free += 1

    def _watch_later(self) -> None:
        """One timer for all, since one each is a good part of what a quick action costs."""
        if self._taken and not self._watched:
            self._watched = True
            asyncio.get_running_loop().call_later(LONG, self._watch)

    def _watch(self) -> None:
        for seat in [seat for seat in self._taken if seat.is_at_the_same()]:
            self.leave(seat)
            seat.stand()
        self._watched = False
        self.freed()
        self._watch_later()


class Seat:
    """Somebody's who does one thing after the other on it, until it is given away."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._seen = False
        self._limit = asyncio.timeout(None)
        self.given_away = False

    def limit(self) -> asyncio.Timeout:
        """Ends the last thing, done standing, when patience is over; nobody else needs a timer."""
        return self._limit

    def begin(self) -> None:
        """The next thing is begun."""
        self._seen = False

    def is_at_the_same(self) -> bool:
        """Whether nothing was begun since this was asked last."""
        seen, self._seen = self._seen, True
        return seen

    def stand(self) -> None:
        """It takes long: somebody else has the seat from now on."""
        self.given_away = True
        self._limit.reschedule(asyncio.get_running_loop().time() + self._patience - 2 * LONG)
