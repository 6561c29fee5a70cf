"""A bot in a process of its own: `python -m bench.bots muster` (or `floor`, `bare`). Its parent says lines of JSON.

In: one line {"url", "gateway", "token", "dsn"}, then any line asks for the counts; the end of the input ends the bot.
Out: a line once it is ready, then a line {"clicks", "rest", "cpu"} a question: round trips to
Postgres and seconds of processor time so far.
"""

import asyncio
import cProfile
import json
import logging
import os
import re
import sys
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Self

import discord
import discord.gateway
import discord.http
import yarl
from discord import ui
from discord.ext import commands

from bench.trips import clicking, count_trips, trips
from bot.app import assembled
from bot.client import intents
from bot.domain.ids import EventId
from bot.domain.words import USUAL
from bot.log import set_up_logging
from bot.render import custom_ids
from bot.services.sign_ups import SignUps
from cogs.mine import buttons
from db.pool import open_pool
from sandbox.discord.running import running
from sandbox.local import local_settings

PROFILE = "BENCH_PROFILE"
"""Set to a file's name, Muster's process is profiled into it (pstats); its times mean nothing then."""


class BareButton(ui.DynamicItem[ui.Button[ui.View]], template=custom_ids.ANSWER):
    """The same button as Muster's, found as the library finds one; it says one sentence and stores nothing."""

    @classmethod
    async def from_custom_id(cls, _interaction: Any, item: Any, _match: re.Match[str], /) -> Self:
        """The button behind a click."""
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Acknowledge the click."""
        await interaction.response.send_message("You are in as **Holy Paladin**, #7.", ephemeral=True)


class FloorButton(BareButton, template=custom_ids.ANSWER):
    """The same with Muster's two buttons, once what a sign-up leaves behind is committed: three rows, in one statement.

    It reads nothing, decides nothing, draws nothing, and does one thing after the other.
    """

    def __init__(self, item: Any, raid: int, choice: str) -> None:
        super().__init__(item)
        self.raid, self.choice = raid, choice

    @classmethod
    async def from_custom_id(cls, _interaction: Any, item: Any, match: re.Match[str], /) -> Self:
        """The button behind a click."""
        return cls(item, int(match["event"]), match["choice"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Write the click down and acknowledge it."""
        await interaction.client.pool.execute(_ROWS, self.raid, interaction.user.id, self.choice, "Paladin", "Holy")
        view = buttons(EventId(self.raid), USUAL)
        await interaction.response.send_message("You are in as **Holy Paladin**, #7.", ephemeral=True, view=view)


_TABLES = """
    CREATE TABLE sheets (raid bigint PRIMARY KEY, version bigint) WITH (fillfactor = 50);
    CREATE TABLE redraws (raid bigint PRIMARY KEY, version bigint) WITH (fillfactor = 50);
    CREATE TABLE answers (raid bigint, user_id bigint, choice text, class text, spec text, at timestamptz,
        PRIMARY KEY (raid, user_id)) WITH (fillfactor = 70);
"""
_ROWS = """
    WITH sheet AS (
        INSERT INTO sheets VALUES ($1, 1) ON CONFLICT (raid) DO UPDATE SET version = sheets.version + 1
    ), redraw AS (
        INSERT INTO redraws VALUES ($1, 1) ON CONFLICT (raid) DO UPDATE SET version = redraws.version + 1
    )
    INSERT INTO answers VALUES ($1, $2, $3, $4, $5, now()) ON CONFLICT (raid, user_id) DO UPDATE SET
        choice = excluded.choice, class = excluded.class, spec = excluded.spec, at = excluded.at
"""


@asynccontextmanager
async def bare(_told: Mapping[str, str]) -> AsyncGenerator[commands.AutoShardedBot]:
    """The least a discord.py bot can do about a click."""
    async with _with(BareButton) as bot:
        yield bot


@asynccontextmanager
async def floor(told: Mapping[str, str]) -> AsyncGenerator[commands.AutoShardedBot]:
    """Little more than a bot must do that forgets no click."""
    async with await open_pool(told["dsn"], application_name="bench") as pool, _with(FloorButton) as bot:
        await pool.execute(_TABLES)
        bot.pool = pool  # pyright: ignore[reportAttributeAccessIssue] - for the button
        yield bot


@asynccontextmanager
async def _with(button: type[BareButton]) -> AsyncGenerator[commands.AutoShardedBot]:
    bot = commands.AutoShardedBot(
        commands.when_mentioned, intents=intents(members=False), max_messages=None, guild_ready_timeout=0.01
    )
    bot.add_dynamic_items(button)
    async with bot:
        yield bot


@asynccontextmanager
async def muster(told: Mapping[str, str]) -> AsyncGenerator[commands.AutoShardedBot]:
    """Muster as it is, with its round trips counted."""
    count_trips()
    nowhere = "http://127.0.0.1:9"  # no Raid-Helper here
    settings = local_settings(told["dsn"], nowhere, told["token"])
    async with assembled(settings, guild_ready_timeout=0.01) as bot:
        _mark_clicks(bot.services.sign_ups)
        yield bot


def _mark_clicks(sign_ups: SignUps) -> None:
    """Have what a click waits for counted as the click's."""
    drawn = sign_ups.drawn

    async def marked(*arguments: Any) -> Any:
        clicking.set(True)
        return await drawn(*arguments)

    sign_ups.drawn = marked  # pyright: ignore[reportAttributeAccessIssue] - the same, whatever its arguments


BOTS = {"bare": bare, "floor": floor, "muster": muster}


async def main(kind: str) -> None:
    """Run the bot until the parent's input ends."""
    asked = await _lines()
    told = json.loads(await asked.readline())
    discord.http.Route.BASE = f"{told['url']}/api/v10"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(told["gateway"])
    made: AbstractAsyncContextManager[commands.AutoShardedBot] = BOTS[kind](told)
    async with made as bot, running(bot, told["token"], timeout=60):
        print("ready", flush=True)
        while await asked.readline():
            print(json.dumps({**trips, "cpu": time.process_time()}), flush=True)


async def _lines() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    return reader


def run(kind: str) -> None:
    """Run it, profiled when asked to."""
    file = os.environ.get(PROFILE) if kind == "muster" else None
    if file is None:
        asyncio.run(main(kind))
        return
    profile = cProfile.Profile()
    try:
        profile.runcall(asyncio.run, main(kind))
    finally:
        profile.dump_stats(file)


if __name__ == "__main__":
    set_up_logging("WARNING", "text")
    # Loopback answers a heartbeat before the library has noted that it sent it: "41.3s behind", which it is not.
    logging.getLogger("discord.gateway").setLevel(logging.ERROR)
    run(sys.argv[1])
