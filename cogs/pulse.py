"""The loop that writes down how the bot does, for `python -m bot check`: every minute, the first time once it is ready.

It stands by itself, so that it goes on telling of a loop that does not.
"""

import asyncio
import contextlib
import logging
import math
from datetime import timedelta

from discord.ext import commands, tasks

from bot.client import MusterBot

log = logging.getLogger(__name__)

PATIENCE = 30.0
"""Seconds; a bot that Discord keeps waiting for longer says that it is not connected."""


class TakePulse(commands.Cog):
    """Runs `bot.services.pulse.Pulse.write`."""

    def __init__(self, bot: MusterBot) -> None:
        self._bot = bot

    async def cog_load(self) -> None:
        """Start ticking."""
        self.tick.start()

    async def cog_unload(self) -> None:
        """Stop."""
        self.tick.cancel()

    @tasks.loop(minutes=1)
    async def tick(self) -> None:
        """Write it down. The body catches everything: the library ends a loop for good at the first exception."""
        try:
            if self._bot.shards:
                await self._bot.services.pulse.write(self._bot.shard_count or 1, latencies(self._bot))
        except Exception:
            log.exception("how the bot does was not written down; next attempt in a minute")

    @tick.before_loop
    async def _ready(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._bot.wait_until_ready()

    @tick.error
    async def _tick_died(self, error: BaseException) -> None:
        # Out of reach while the body catches; if it is ever reached, a dead loop must not go unnoticed.
        self._bot.fail(error)


def latencies(bot: MusterBot) -> dict[int, timedelta | None]:
    """Each shard's latency; None while it is not connected."""
    return {number: None if shard.is_closed() else latency(shard.latency) for number, shard in bot.shards.items()}


def latency(seconds: float) -> timedelta | None:
    """What the library says; before the first heartbeat it has no number."""
    return timedelta(seconds=seconds) if math.isfinite(seconds) else None


async def setup(bot: MusterBot) -> None:
    """Add the loop."""
    await bot.add_cog(TakePulse(bot))
