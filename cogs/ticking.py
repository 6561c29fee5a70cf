"""What the loops that look after something every five minutes have in common."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from discord.ext import commands, tasks

from bot.client import MusterBot
from bot.domain.health import LoopName

log = logging.getLogger(__name__)


class Ticking(commands.Cog):
    """Runs one thing every five minutes (`bot.auto_book_every`), the first time at start, as long as the bot lives."""

    def __init__(self, bot: MusterBot, name: LoopName, run_once: Callable[[], Awaitable[object]], trouble: str) -> None:
        """`trouble` says in the log what has not happened when `run_once` fails."""
        self._bot = bot
        self._name = name
        self._run_once = run_once
        self._trouble = trouble
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
        """Run it. The body catches everything: the library ends a loop for good at the first exception."""
        try:
            async with self._in_hand:
                await self._run_once()
            self._bot.services.pulse.came_through(self._name)
        except Exception:
            log.exception("%s; next attempt in %s", self._trouble, self._bot.auto_book_every)

    @tick.error
    async def _tick_died(self, error: BaseException) -> None:
        # Out of reach while the body catches; if it is ever reached, a dead loop must not go unnoticed.
        self._bot.fail(error)
