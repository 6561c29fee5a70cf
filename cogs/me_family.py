"""What the families of `/me` subcommands have in common."""

from typing import TYPE_CHECKING

from discord.ext import commands

from bot.services.bundle import Services

# At run time the families are plain mixins: two cogs of one name would claim `/me` twice.
_Base = commands.Cog if TYPE_CHECKING else object


class MeFamily(_Base):
    """A part of the cog behind `/me`."""

    services: Services
