"""`/raid health`."""

from discord import app_commands

from bot.answers import in_time
from cogs.actors import Interaction
from cogs.health import opened
from cogs.panel_base import send
from cogs.raid.family import Family


class HealthCommand(Family):
    """How the bot is doing."""

    @app_commands.command()
    async def health(self, interaction: Interaction) -> None:
        """See how the bot is doing and what it lacks, and settle what it gave up."""
        await send(interaction, await in_time(interaction, opened(interaction)))
