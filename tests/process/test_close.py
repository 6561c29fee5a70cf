"""What the running bot survives, and how it ends: in one process with the stand-ins."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from discord.ext import commands

from bot import client
from db.pool import Connection, connect
from sandbox.clock import ManualClock
from sandbox.local import Local, local_world

LOSS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()
"""


@pytest.fixture
async def local(dsn: str) -> AsyncIterator[Local]:
    async with local_world(dsn, ManualClock(datetime(2026, 11, 25, 12, tzinfo=UTC))) as local:
        yield local


@pytest.fixture
async def server(postgres: str) -> AsyncIterator[Connection]:
    """A connection to the server that the loss of the test's database does not cut."""
    connection = await connect(postgres)
    yield connection
    await connection.close()


class Stuck(commands.Cog):
    """Something in hand that never ends."""

    async def cog_unload(self) -> None:
        await asyncio.Event().wait()


async def test_closing_does_not_wait_for_ever(local: Local, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(client, "CLOSING_TIME", 0.05)
    await local.bot.add_cog(Stuck())
    async with asyncio.timeout(5):
        await local.bot.close()
        await local.bot.close()
    assert local.bot.is_closed()


async def test_a_helper_that_dies_takes_the_process_with_it(local: Local):
    async def dies() -> None:
        raise ArithmeticError

    local.bot.supervise(dies(), "arithmetic")
    with pytest.raises(ArithmeticError):
        await asyncio.wait_for(local.bot.fatal, 5)


async def test_a_helper_that_ends_or_is_cancelled_is_no_fault(local: Local):
    quick = local.bot.supervise(asyncio.sleep(0), "quick")
    slow = local.bot.supervise(asyncio.sleep(60), "slow")
    slow.cancel()
    await asyncio.wait({quick, slow})
    await asyncio.sleep(0)
    assert not local.bot.fatal.done()


async def test_the_bot_outlives_a_lost_database(local: Local, dsn: str, server: Connection):
    guild = local.discord.add_guild("Night Watch")
    raids = local.discord.add_text_channel(guild, "raids")
    owner = local.discord.hand(guild.members[guild.owner_id], raids)
    await owner.slash("raid setup", channel=raids)
    database = urlsplit(dsn).path[1:]
    await server.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
    await server.execute(LOSS, database)
    lost = await owner.slash("raid create", title="Heroic", when="fri 20:00")
    assert lost.ephemeral
    assert "reference" in lost.text.lower()
    await server.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS true")
    assert not local.bot.fatal.done()
    local.clock.advance(timedelta(seconds=60))  # whoever paused after the loss goes on
    await owner.slash("raid create", title="Heroic", when="fri 20:00")
    await until(lambda: posted(local, raids.id))


async def posted(local: Local, channel_id: int) -> bool:
    channel = local.discord.world.channels[channel_id]
    local.clock.advance(timedelta(seconds=1))
    return bool(local.discord.messages(channel))


async def until(happened: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await happened():  # noqa: ASYNC110 - the database sets no event here
            await asyncio.sleep(0.02)
