"""A server with one guild on a clock that stands still, and bots to run against it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import discord
import pytest
from discord.ext import commands
from discord_stage import Night

from sandbox.clock import ManualClock
from sandbox.discord.openapi import Spec
from sandbox.discord.server import DiscordServer

_PUBLISHED = Path(__file__).parents[3] / "shared" / "discord-openapi.json"
_SPEC = Spec.load(_PUBLISHED) if _PUBLISHED.exists() else None


@pytest.fixture
async def night() -> AsyncIterator[Night]:
    clock = ManualClock(datetime(2026, 11, 20, 18, 0, tzinfo=UTC))
    server = DiscordServer(clock, spec=_SPEC)
    guild = server.add_guild("Night Watch")
    raids = server.add_text_channel(guild, "raids")
    officer = server.add_role(guild, "Officer", permissions=discord.Permissions(manage_events=True))
    arila, borin = server.add_member(guild, "Arila"), server.add_member(guild, "Borin", roles=[officer])
    async with server:
        with server.library_points_here():
            yield Night(server, clock, guild, raids, arila, borin)


@pytest.fixture
async def rest(night: Night) -> AsyncIterator[commands.Bot]:
    """A bot that is logged in and not connected: REST only."""
    bot = night.bot()
    await bot.login(night.discord.token)
    yield bot
    await bot.close()
