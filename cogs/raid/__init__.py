"""`/raid`, put together from its families of subcommands."""

from discord import app_commands
from discord.ext import commands

from bot.client import MusterBot
from cogs.raid.announce import AnnounceCommand
from cogs.raid.comp import CompCommand
from cogs.raid.editing import Editing
from cogs.raid.health import HealthCommand
from cogs.raid.officers import OfficerCommands
from cogs.raid.planning import Planning
from cogs.raid.reminding import Reminding
from cogs.raid.series import SeriesCommands
from cogs.raid.series_rests import SeriesRestCommands
from cogs.raid.setup import SetUpCommand
from cogs.raid.show import ShowCommand


@app_commands.guild_only()
class Raid(
    Planning,
    Editing,
    OfficerCommands,
    AnnounceCommand,
    Reminding,
    CompCommand,
    ShowCommand,
    SeriesCommands,
    SeriesRestCommands,
    SetUpCommand,
    HealthCommand,
    commands.GroupCog,
    name="raid",
    description="Raids and their sheets",
):
    """The cog behind `/raid`."""

    def __init__(self, bot: MusterBot) -> None:
        self.services = bot.services
        super().__init__()


async def setup(bot: MusterBot) -> None:
    """Add the cog."""
    await bot.add_cog(Raid(bot))
