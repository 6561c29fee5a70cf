"""The auto-booker's loop: `tasks.loop(minutes=5)`, the first time at start."""

import logging

from bot.client import MusterBot
from bot.domain.health import LoopName
from cogs.ticking import Ticking

log = logging.getLogger(__name__)


class AutoBook(Ticking):
    """Runs `bot.services.booking.AutoBooker`."""

    def __init__(self, bot: MusterBot) -> None:
        super().__init__(bot, LoopName.BOOKER, bot.services.booker.run_once, "auto-booking failed")

    async def cog_load(self) -> None:
        """Start ticking, and say so."""
        log.info("Auto-booking scheduler started")
        await super().cog_load()


async def setup(bot: MusterBot) -> None:
    """Add the loop."""
    await bot.add_cog(AutoBook(bot))
