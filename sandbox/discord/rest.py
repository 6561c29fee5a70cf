"""Every REST route the stand-in knows; importing a module registers its routes."""

from sandbox.discord import (
    rest_channels,
    rest_commands,
    rest_events,
    rest_guilds,
    rest_interactions,
    rest_messages,
    rest_reactions,
    rest_threads,
    rest_users,
)
from sandbox.discord.routing import routes

__all__ = ["MODULES", "routes"]

MODULES = (
    rest_channels,
    rest_commands,
    rest_events,
    rest_guilds,
    rest_interactions,
    rest_messages,
    rest_reactions,
    rest_threads,
    rest_users,
)
