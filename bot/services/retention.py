"""Retention: what was done long ago is forgotten, a little at a time, when its server wants that."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from bot.clock import Clock
from bot.domain.ids import GuildId
from bot.domain.setting import SERVER, Effective
from bot.domain.settings import KEEP_RAIDS, RETENTION
from db import Database, Session

KEPT = RETENTION.default
"""How long the log of done actions, the trail of officers' actions and dead letters are kept where nobody says."""
BATCH = 1000
RAIDS = 20
"""Raids forgotten at a time: everybody who was there goes with one."""
MOST_BATCHES = 50
"""What is left after so many waits for the next time."""

Moments = Mapping[GuildId, datetime]


class Retention:
    """Run now and then; any number of workers may."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def run_once(self) -> int:
        """Forget what is older than its server keeps it, each batch in a transaction of its own; how many rows."""
        history, raids = await self._moments()
        forgotten = await self._in_batches(lambda tx: tx.history.forget(history, most=BATCH))
        return forgotten + await self._in_batches(lambda tx: tx.history.forget_raids(raids, most=RAIDS))

    async def _moments(self) -> tuple[Moments, Moments]:
        """Since when each server keeps its history and its raids; whoever keeps raids for good is left out."""
        now = self._clock.now()
        async with self._db.transaction() as tx:
            servers = await tx.history.servers()
            own = await tx.settings.of_servers([RETENTION.name, KEEP_RAIDS.name])
        holds = {one: Effective([(SERVER, own.get(one, {}))]) for one in servers}
        raids = {one: now - keep for one, values in holds.items() if (keep := values[KEEP_RAIDS]) is not None}
        return {one: now - values[RETENTION] for one, values in holds.items()}, raids

    async def _in_batches(self, forget: Callable[[Session], Awaitable[int]]) -> int:
        forgotten = 0
        for _ in range(MOST_BATCHES):
            async with self._db.transaction() as tx:
                batch = await forget(tx)
            forgotten += batch
            if not batch:
                break
        return forgotten
