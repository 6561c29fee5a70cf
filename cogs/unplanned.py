"""The loop that looks after raids written by hand: every five minutes, the first time at start."""

from bot.client import MusterBot
from bot.domain.health import LoopName
from cogs.ticking import Ticking


class PlanUnplanned(Ticking):
    """Runs `bot.services.unplanned.Unplanned`."""

    def __init__(self, bot: MusterBot) -> None:
        trouble = "raids written by hand were not looked after"
        super().__init__(bot, LoopName.PLANNER, bot.services.unplanned.run_once, trouble)


async def setup(bot: MusterBot) -> None:
    """Add the loop."""
    await bot.add_cog(PlanUnplanned(bot))
