"""`python -m bot`, talking to the Discord whose address the test gives: the program itself has no switch for it."""

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any

import discord.asset
import discord.gateway
import discord.http
import yarl

from bot.__main__ import main
from bot.client import MusterBot
from bot.services import queue
from bot.services.queue import Queue
from cogs.messenger import DiscordMessenger

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


def dies_at(moment: str) -> None:
    """Kill this process, as nobody can prepare for, if it is the first that gets there."""
    if os.environ.get("TEST_KILLED_AT") == moment:
        try:
            Path(os.environ["TEST_KILLED_NOTE"]).touch(exist_ok=False)
        except FileExistsError:
            return
        os.kill(os.getpid(), signal.SIGKILL)


async def post_and_die(messenger: DiscordMessenger, *arguments: Any) -> Any:
    """Post the sheet, unless the process dies just before; it may just after."""
    dies_at("claimed")
    message_id = await post_sheet(messenger, *arguments)
    dies_at("sent")
    return message_id


async def work_and_die(worker: Queue, *arguments: Any) -> Any:
    """Do the action and die before it is settled."""
    settled = await work(worker, *arguments)
    dies_at("recorded")
    return settled


if "TEST_KILLED_AT" in os.environ:
    queue.LEASE, queue.PATIENCE = timedelta(seconds=3), timedelta(seconds=2)
    post_sheet, DiscordMessenger.post_sheet = DiscordMessenger.post_sheet, post_and_die  # type: ignore[method-assign]
    work, Queue._work = Queue._work, work_and_die  # type: ignore[method-assign]
if "TEST_HELPERS_DIE" in os.environ:
    supervise, MusterBot.supervise = MusterBot.supervise, supervise_doomed
sys.exit(main())
