"""`python -m bot`, talking to the Discord whose address the test gives: the program itself has no switch for it."""

import asyncio
import os
import sys
from collections.abc import Coroutine
from typing import Any

import discord.asset
import discord.gateway
import discord.http
import yarl

from bot.__main__ import main
from bot.client import MusterBot

NOWHERE = "http://127.0.0.1:1"

discord.http.Route.BASE = os.environ.get("TEST_DISCORD_API", NOWHERE)
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ.get("TEST_DISCORD_GATEWAY", NOWHERE))


class SabotagedError(Exception):
    """What a helper dies of when a test asks for it."""


async def dies() -> None:
    """A helper's work, cut short."""
    raise SabotagedError


def supervise_doomed(bot: MusterBot, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    """Start the helper, but let it die."""
    work.close()
    return supervise(bot, dies(), name)


if "TEST_HELPERS_DIE" in os.environ:
    supervise, MusterBot.supervise = MusterBot.supervise, supervise_doomed
sys.exit(main())
