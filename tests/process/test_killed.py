"""`kill -9` in the middle of the work: nothing is lost, nothing comes twice. Real processes, a real lease."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from muster_process import PATIENCE, Host, until

from bot.clock import SystemClock
from bot.domain.ids import ChannelId, GuildId
from bot.services import sheets
from db import Database
from db.embedded import throwaway_parent
from db.pool import Pool
from sandbox.discord.server import DiscordServer
from tests.factories import new_event

LEFT = "SELECT count(*) FROM patt.scheduled_actions WHERE kind = 'sheet.post'"
KILLED = -9


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="muster-host-", dir=throwaway_parent()) as name:
        yield Path(name)


@pytest.fixture
async def discord() -> AsyncIterator[DiscordServer]:
    async with DiscordServer(SystemClock()) as discord:
        yield discord


def live(discord: DiscordServer) -> int:
    return sum(session.live for session in discord.gateway.sessions.values())


async def enqueue_a_sheet(pool: Pool, guild_id: int, channel_id: int) -> None:
    """Written down by somebody who does none of the work."""
    now = SystemClock().now()
    start = now + timedelta(days=2)
    db = Database(pool)
    async with db.transaction() as tx:
        new = new_event(guild_id=GuildId(guild_id), starts_at=start, day=start.date(), channel_id=ChannelId(channel_id))
        event = await tx.events.lock(new.guild_id, await tx.events.add(new))
        assert event is not None
        await sheets.post(tx, event, now)


@pytest.mark.parametrize("moment", ["claimed", "sent", "recorded"])
@pytest.mark.parametrize("workers", [1, 2])
async def test_a_worker_killed_at_work_leaves_one_message(
    dsn: str, pool: Pool, discord: DiscordServer, folder: Path, moment: str, workers: int
) -> None:
    """One worker is started again; of two, the other takes over."""
    guild = discord.add_guild("Night Watch")
    raids = discord.add_text_channel(guild, "raids")
    note = folder / "killed"
    host = Host(folder, {"DATABASE_URL": dsn, "TEST_KILLED_AT": moment, "TEST_KILLED_NOTE": str(note)}).at(discord)
    async with AsyncExitStack() as stack:
        processes = [await stack.enter_async_context(host.running()) for _ in range(workers)]
        await until(lambda: live(discord) == workers)
        await enqueue_a_sheet(pool, guild.id, raids.id)
        await until(note.exists)
        ends = [asyncio.create_task(process.wait()) for process in processes]
        done, _ = await asyncio.wait(ends, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        assert [end.result() for end in done] == [KILLED]
        assert len(discord.messages(raids)) == (0 if moment == "claimed" else 1)
        assert await pool.fetchval(LEFT) == 1
        if workers == 1:
            await stack.enter_async_context(host.running())
        async with asyncio.timeout(PATIENCE):
            while await pool.fetchval(LEFT):  # noqa: ASYNC110 - another process sets no event here
                await asyncio.sleep(0.05)
        for end in ends:
            end.cancel()
    assert len(discord.messages(raids)) == 1
    sheet = discord.messages(raids)[0].id
    assert await pool.fetchval("SELECT discord_message_id FROM patt.raid_events") == sheet
    assert await pool.fetchval("SELECT count(*) FROM patt.action_log WHERE kind = 'sheet.post'") == 1
