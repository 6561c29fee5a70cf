"""The program as a host runs it: a process of its own, with nothing of this machine's environment."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.discord.server import DiscordServer

REPOSITORY = Path(__file__).parents[2]
LAUNCHER = Path(__file__).with_name("launch.py")
PATIENCE = 40.0
"""Real seconds for what should happen in one or two, on a machine that has other work."""


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit code and what it wrote."""

    code: int | None
    out: str
    errors: str


@dataclass(frozen=True)
class Host:
    """A machine with a folder of its own and these variables set."""

    folder: Path
    variables: Mapping[str, str]

    def having(self, **variables: str) -> "Host":
        """The same machine with more set."""
        return Host(self.folder, {**self.variables, **variables})

    def at(self, discord: DiscordServer) -> "Host":
        """The same machine, where Discord is this one; the token is right."""
        return self.having(
            TEST_DISCORD_API=f"{discord.url}/api/v10",
            TEST_DISCORD_GATEWAY=discord.gateway_url,
            DISCORD_TOKEN=discord.token,
        )

    async def runs(self, *arguments: str) -> Ended:
        """Run the program to its end."""
        async with self.running(*arguments) as process:
            return await ended(process)

    @asynccontextmanager
    async def running(self, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
        """The program, started; killed on leaving if it still runs."""
        # With a token it would call Discord; the launcher leads it to a stand-in or nowhere.
        program = [str(LAUNCHER)] if "DISCORD_TOKEN" in self.variables else ["-m", "bot"]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *program,
            *arguments,
            cwd=self.folder,  # not the repository: a developer's .env is none of the test's
            env={"PATH": os.defpath, "PYTHONFAULTHANDLER": "1", "PYTHONPATH": str(REPOSITORY), **self.variables},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            with contextlib.suppress(ValueError):
                await process.communicate()


async def ended(process: asyncio.subprocess.Process) -> Ended:
    """Wait for the process to end by itself."""
    talk = asyncio.ensure_future(process.communicate())
    done, _ = await asyncio.wait({talk}, timeout=PATIENCE)
    if not done:
        process.send_signal(signal.SIGABRT)  # PYTHONFAULTHANDLER has it say where it hangs
    out, errors = await talk
    return Ended(process.returncode, out.decode(), errors.decode())


async def until(happened: Callable[[], bool]) -> None:
    """Wait for something another process does."""
    async with asyncio.timeout(PATIENCE):
        while not happened():  # noqa: ASYNC110 - another process sets no event here
            await asyncio.sleep(0.02)


def postgres_of(data_dir: Path) -> list[int]:
    """The processes of the embedded Postgres in that folder."""
    return [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/cwd") if _is_at(path, data_dir)]


def _is_at(link: Path, data_dir: Path) -> bool:
    with contextlib.suppress(OSError):
        return link.readlink() == data_dir / "postgres" / "data"
    return False
