"""Retention: what was done long ago is forgotten, a little at a time."""

from datetime import timedelta

from bot.clock import Clock
from db import Database

KEPT = timedelta(days=90)
"""How long the log of done actions, the trail of officers' actions and dead letters are kept."""
BATCH = 1000
MOST_BATCHES = 50
"""What is left after so many waits for the next time."""


class Retention:
    """Run now and then; any number of workers may."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def run_once(self) -> int:
        """Forget what is older than it is kept, each batch in a transaction of its own; how many rows."""
        before = self._clock.now() - KEPT
        forgotten = 0
        for _ in range(MOST_BATCHES):
            async with self._db.transaction() as tx:
                batch = await tx.history.forget(before, most=BATCH)
            forgotten += batch
            if not batch:
                break
        return forgotten
