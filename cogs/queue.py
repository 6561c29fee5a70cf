"""The queue's loops: one works, then sleeps until something is due; one forgets what was done long ago."""

import asyncio
import logging

from discord.ext import commands, tasks

from bot.client import MusterBot
from bot.domain.health import LoopName

log = logging.getLogger(__name__)

SHUTDOWN_PATIENCE = 6.0
PAUSE_AFTER_TROUBLE = 5.0


class QueueWorker(commands.Cog):
    """Runs `bot.services.queue.Queue` for as long as the bot lives."""

    def __init__(self, bot: MusterBot) -> None:
        self._bot = bot
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        """Start working, and listening for work."""
        self._task = self._bot.supervise(self._work(), "queue")
        self._listening = self._bot.supervise(self._bot.listener.run(), "listener")
        self.tidy.start()

    async def cog_unload(self) -> None:
        """Finish what is in hand, but not for ever: a lease brings back what is left."""
        self._stopping = True
        self.tidy.cancel()
        self._bot.queue.stop()
        if self._listening:
            self._listening.cancel()
        if self._task:
            _, slow = await asyncio.wait({self._task}, timeout=SHUTDOWN_PATIENCE)
            for task in slow:
                task.cancel()
        if self._listening:
            await asyncio.wait({self._listening})  # it says goodbye on its connection

    async def _work(self) -> None:
        while not self._stopping:
            try:
                await self._bot.queue.run_due(self._looked)
                if not self._stopping:
                    await self._bot.queue.wait_for_work()
            except Exception:
                # The queue outlives a lost database: it goes on where it was.
                log.exception("the queue stumbled; it goes on in %s s", PAUSE_AFTER_TROUBLE)
                await self._bot.services.clock.sleep(PAUSE_AFTER_TROUBLE)

    def _looked(self) -> None:
        self._bot.services.pulse.came_through(LoopName.WORKER)

    @tasks.loop(hours=1)
    async def tidy(self) -> None:
        """Forget old history. The body catches everything: the library ends a loop for good at the first exception."""
        try:
            await self._bot.retention.run_once()
            self._bot.services.pulse.came_through(LoopName.TIDY)
        except Exception:
            log.exception("old history was not forgotten; next attempt in an hour")

    @tidy.error
    async def _tidy_died(self, error: BaseException) -> None:
        self._bot.fail(error)


async def setup(bot: MusterBot) -> None:
    """Add the worker."""
    await bot.add_cog(QueueWorker(bot))
