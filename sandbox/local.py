"""Everything on one machine: the local Discord and Raid-Helper, a clock, and the unmodified bot between them."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot.app import assembled
from bot.client import MusterBot
from bot.settings import Settings
from db.embedded import THROWAWAY, EmbeddedPostgres, throwaway_parent
from db.migrate import migrate
from db.pool import Connection, connect
from sandbox.clock import ManualClock
from sandbox.discord.checks import Description
from sandbox.discord.server import DiscordServer
from sandbox.raid_helper.server import RaidHelperStandIn
from sandbox.raid_helper_sheets import raid_helper_in

PATIENCE = 20.0
"""Real seconds until something that should have happened counts as not having happened."""

POLL = 0.01
LONG_POLLED = 1.0
"""Real seconds after which somebody who still has work in hand must be waiting for the clock."""

PACE = timedelta(seconds=5)
"""How long somebody with work in hand may pace themselves before the clock is turned for them without more ado."""

BOOKING_TICK = timedelta(milliseconds=100)
"""The auto-booker's loop runs in real time; the clock here does not, so it looks more often."""


class NotSettled(AssertionError):
    """The bot still had something to do after a long while."""


@dataclass
class Local:
    """A running bot and the world around it."""

    clock: ManualClock
    discord: DiscordServer
    raid_helper: RaidHelperStandIn
    settings: Settings
    bot: MusterBot
    db: Connection
    """A look at the database beside the bot's own."""

    async def settle(self) -> None:
        """Wait until the queue has nothing left that is due; whoever paces themselves meanwhile gets their seconds."""
        for poll in range(int(PATIENCE / POLL)):
            await asyncio.sleep(POLL)
            if not await self._busy():
                return
            waking = self.clock.next_waking
            # A second bot's idle queue sleeps too, up to a minute: turning to its end would outlast the first's lease.
            pacing = waking is not None and (waking - self.clock.now() <= PACE or poll * POLL > LONG_POLLED)
            if waking is not None and pacing and await self._in_hand():
                self.clock.set(waking)
        raise NotSettled(f"the queue is still busy with {await self._open_actions()}")

    async def pass_time(self, by: timedelta) -> None:
        """Turn the clock forward and let the bot do what is due then."""
        self.clock.advance(by)
        await self.settle()

    async def book(self) -> None:
        """Let the auto-booker look once, as its loop does, and the queue do what follows."""
        await self.bot.services.booker.run_once()
        await self.settle()

    async def _busy(self) -> bool:
        # One question: between two, an action that was due could be claimed and be neither.
        due = """
            SELECT EXISTS (SELECT FROM patt.scheduled_actions
                           WHERE NOT dead AND (wake_at <= $1 OR claimed_until IS NOT NULL))
        """
        return bool(await self.db.fetchval(due, self.clock.now()))

    async def _open_actions(self) -> list[str]:
        rows = await self.db.fetch(
            "SELECT kind, due_at, wake_at, claimed_until, last_error FROM patt.scheduled_actions"
        )
        return [f"{dict(row)} at {self.clock.now()}" for row in rows]

    async def _in_hand(self) -> bool:
        claimed = "SELECT EXISTS (SELECT FROM patt.scheduled_actions WHERE NOT dead AND claimed_until IS NOT NULL)"
        return bool(await self.db.fetchval(claimed))


def local_settings(dsn: str, raid_helper_url: str, token: str) -> Settings:
    """Settings for a bot in the local world; nothing is read from this machine's environment."""
    return Settings.model_construct(
        discord_token=SecretStr(token),
        database_url=SecretStr(dsn),
        encryption_key=SecretStr(Fernet.generate_key().decode()),
        raid_helper_base_url=raid_helper_url,
    )


@asynccontextmanager
async def throwaway_database() -> AsyncGenerator[str]:
    """The address of a migrated Postgres of its own, in a folder that goes with it."""
    folder = Path(tempfile.mkdtemp(prefix="muster-sandbox-", dir=throwaway_parent()))
    server = EmbeddedPostgres(THROWAWAY)
    try:
        dsn = await server.start(folder)
        await migrate(dsn)
        yield dsn
    finally:
        await server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def running_bot(
    discord: DiscordServer, settings: Settings, clock: ManualClock, **options: timedelta
) -> AsyncGenerator[MusterBot]:
    """The bot, connected and ready; closed on leaving. A second one on the same database is a second worker."""
    async with assembled(settings, clock, guild_ready_timeout=0.01, **options) as bot, discord.running(bot):
        yield bot


@asynccontextmanager
async def local_world(
    dsn: str, clock: ManualClock, *, spec: Description | None = None, **options: timedelta
) -> AsyncGenerator[Local]:
    """A local Discord and Raid-Helper and a bot on the (migrated) database at `dsn`; `options` go to the bot."""
    async with AsyncExitStack() as stack:
        discord = await stack.enter_async_context(DiscordServer(clock, spec=spec))
        stack.enter_context(discord.library_points_here())
        raid_helper = await stack.enter_async_context(raid_helper_in(discord, clock))
        settings = local_settings(dsn, raid_helper.base_url, discord.token)
        db = await connect(dsn, application_name="sandbox")
        stack.push_async_callback(db.close)
        bot = await stack.enter_async_context(running_bot(discord, settings, clock, **options))
        yield Local(clock, discord, raid_helper, settings, bot, db)
