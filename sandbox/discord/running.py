"""Running a bot against the stand-in, the way a process runs it: log in, connect, be ready, close."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord


@asynccontextmanager
async def running(bot: discord.Client, token: str, *, timeout: float = 10.0) -> AsyncIterator[None]:
    """The bot is ready inside the block and closed after it.

    Raises whatever its start raises, TimeoutError when it is not ready in `timeout` real seconds. Give the bot
    ``guild_ready_timeout=0.01``, or it waits two seconds for more servers.
    """
    connection: asyncio.Task[None] | None = None
    try:
        async with asyncio.timeout(timeout):
            await bot.login(token)
            connection = asyncio.create_task(bot.connect())
            await _ready(bot, connection)
        yield
    finally:
        await bot.close()
        if connection is not None:
            await asyncio.wait({connection})
    if connection is not None:
        connection.result()


async def _ready(bot: discord.Client, connection: asyncio.Task[None]) -> None:
    ready = asyncio.create_task(bot.wait_until_ready())
    await asyncio.wait({ready, connection}, return_when=asyncio.FIRST_COMPLETED)
    if not ready.done():
        ready.cancel()
        await connection
