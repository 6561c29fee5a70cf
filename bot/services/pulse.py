"""When the bot's loops last came through: known to this process, and written down for `python -m bot check`."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.domain.health import EVERY, Loop, LoopName, Worker
from db import Database


class Pulse:
    """What the loops tell when they came through. Telling it writes nothing; `write` does, about once a minute."""

    def __init__(self, db: Database, clock: Clock, every: Mapping[LoopName, timedelta] = EVERY) -> None:
        self._db = db
        self._clock = clock
        self._every = every
        self._began = clock.now()
        self._last: dict[LoopName, datetime] = {}

    def came_through(self, name: LoopName) -> None:
        """That loop has just done its work without an error."""
        self._last[name] = self._clock.now()

    @property
    def loops(self) -> Sequence[Loop]:
        """Every loop of this process."""
        return [Loop(name, self._last.get(name), self._every[name], self._began) for name in LoopName]

    async def write(self, shard_count: int, latencies: Mapping[int, timedelta | None]) -> None:
        """Write down how this process does, with the latency of each of its shards (None: not connected)."""
        self.came_through(LoopName.PULSE)
        worker = Worker(tuple(sorted(latencies)), shard_count, self.loops)
        async with self._db.transaction() as tx:
            await tx.pulse.write(worker, latencies, self._clock.now())
