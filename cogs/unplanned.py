"""The loop that looks after raids written by hand: every five minutes, the first time at start."""

import asyncio
import logging

from discord.ext import commands, tasks

from bot.client import MusterBot
from bot.domain.health import LoopName

log = logging.getLogger(__name__)


class PlanUnplanned(commands.Cog):
    """Runs `bot.services.unplanned.Unplanned`."""

    def __init__(self, bot: MusterBot) -> None:
        self._bot = bot
        self._in_hand = asyncio.Lock()
        self.tick.change_interval(seconds=bot.auto_book_every.total_seconds())

    async def cog_load(self) -> None:
        """Start ticking."""
        self.tick.start()

    async def cog_unload(self) -> None:
        """Let a tick that is running finish, and start none after it (`stop` alone would run one more)."""
        async with self._in_hand:
            self.tick.cancel()

    @tasks.loop(minutes=5)
    async def tick(self) -> None:
        """Plan what nobody planned. The body catches everything: the library ends a loop at the first exception."""
        try:
            async with self._in_hand:
                await self._bot.services.unplanned.run_once()
            self._bot.services.pulse.came_through(LoopName.PLANNER)
        except Exception:
            log.exception("raids written by hand were not looked after; next attempt in %s", self._bot.auto_book_every)

    @tick.error
    async def _tick_died(self, error: BaseException) -> None:
        # Out of reach while the body catches; if it is ever reached, a dead loop must not go unnoticed.
        self._bot.fail(error)


async def setup(bot: MusterBot) -> None:
    """Add the loop."""
    await bot.add_cog(PlanUnplanned(bot))
