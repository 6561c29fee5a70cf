"""One bot on its own local Discord: started, asked for its counts, and clicked on."""

import asyncio
import json
import sys
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import cycle

from bot.clock import SystemClock
from sandbox.discord.hand import Hand
from sandbox.discord.server import DiscordServer
from sandbox.discord.world import Message

READY_WITHIN = 60.0
PATIENCE = 30.0
"""Real seconds until a click counts as unanswered; the figures say how long it really took."""


@dataclass(frozen=True)
class Round:
    """What one round of clicks came to: seconds from each click to its answer, and of the whole round."""

    latencies: Sequence[float]
    seconds: float

    @property
    def throughput(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """The latency that `share` of the clicks did not exceed, in seconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def joined(parts: Sequence[Round]) -> Round:
    """The parts as one round."""
    return Round([one for part in parts for one in part.latencies], sum(part.seconds for part in parts))


@dataclass(frozen=True)
class Seat:
    """A member's hand and the sheet it clicks on."""

    hand: Hand
    sheet: Message


class Party:
    """A bot's process and the Discord around it."""

    def __init__(self, discord: DiscordServer, process: asyncio.subprocess.Process) -> None:
        self.discord = discord
        self._process = process

    async def spent(self) -> Mapping[str, float]:
        """What the bot has used so far: round trips for "clicks" and for the "rest", seconds of "cpu"."""
        return defaultdict(float, json.loads(await self.ask("spent")))

    async def ask(self, line: str) -> bytes:
        """Say a line to the bot's process and wait for its answer. Raises RuntimeError when it has ended."""
        assert self._process.stdin is not None  # noqa: S101 - the pipes were asked for
        assert self._process.stdout is not None  # noqa: S101 - see above
        self._process.stdin.write(f"{line}\n".encode())
        async with asyncio.timeout(READY_WITHIN):
            answer = await self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the bot's process ended")
        return answer

    async def click(self, seats: Sequence[Seat], each: int, *, at_once: int) -> Round:
        """Every seat clicks `each` times, Sign up and Tentative in turn so that every click writes something.

        `at_once` seats click side by side, each waiting for its answer before the next click.
        """
        waiting = iter(seats)
        latencies: list[float] = []

        async def one_after_the_other() -> None:
            for seat in waiting:
                for _, label in zip(range(each), cycle(("Tentative", "Sign up")), strict=False):
                    latencies.append(await timed(seat, label))

        began = time.perf_counter()
        await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))
        return Round(latencies, time.perf_counter() - began)


async def timed(seat: Seat, label: str) -> float:
    """Click and wait for the answer; the seconds it took."""
    began = time.perf_counter()
    await seat.hand.click(seat.sheet, label)
    return time.perf_counter() - began


@asynccontextmanager
async def party(kind: str, dsn: str) -> AsyncGenerator[Party]:
    """A local Discord that counts rate limits, in this process, and the bot on it in another."""
    async with AsyncExitStack() as stack:
        discord = await stack.enter_async_context(DiscordServer(SystemClock(), strict=False))
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.bots", kind, stdin=pipe, stdout=pipe
        )
        stack.push_async_callback(_end, process)
        party = Party(discord, process)
        told = {"url": discord.url, "gateway": discord.gateway_url, "token": discord.token, "dsn": dsn}
        await party.ask(json.dumps(told))
        yield party


async def _end(process: asyncio.subprocess.Process) -> None:
    """Let the bot close; one that does not is killed."""
    try:
        assert process.stdin is not None  # noqa: S101 - the pipes were asked for
        process.stdin.close()
        async with asyncio.timeout(15):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
