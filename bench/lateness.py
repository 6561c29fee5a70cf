"""How late what is due goes out: from its moment to the arrival of the request, beside a bare asyncio timer."""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bench.backlog import GUILD
from bot.clock import SystemClock
from bot.domain.action import Action, Kind
from bot.services.queue import Queue
from db import Database
from db.listen import Listener
from db.pool import Connection, Pool

EVERY = 0.05
"""Seconds between two that are due; a timer of the same moments runs halfway between them."""
AHEAD = 0.2
"""How long before its moment a row is inserted that nobody expected."""

_INSERT = """
    INSERT INTO patt.scheduled_actions (guild_discord_id, kind, lane, payload, due_at, wake_at)
    VALUES ($1, 'sheet.refresh', $2, jsonb_build_object('due', $3::float8), $4, $4)
"""


@dataclass
class Wire:
    """A connection to somebody who notes how late each request comes (seconds), by what sent it."""

    writer: asyncio.StreamWriter
    late: dict[str, list[float]] = field(default_factory=dict[str, list[float]])

    def send(self, who: str, due: float) -> None:
        """A request that was due at `due` (Unix time)."""
        self.writer.write(f"{who} {due!r}\n".encode())


@asynccontextmanager
async def wire() -> AsyncGenerator[Wire]:
    """A wire within this machine."""
    late: dict[str, list[float]] = {}

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async for line in reader:
            who, due = line.decode().split()
            late.setdefault(who, []).append(time.time() - float(due))
        writer.close()

    server = await asyncio.start_server(note, "127.0.0.1", 0)
    _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    try:
        yield Wire(writer, late)
    finally:
        writer.close()
        server.close()


async def lateness(pool: Pool, connection: Connection, dsn: str, count: int) -> dict[str, Sequence[float]]:
    """Seconds late: of `count` rows known long before, of as many inserted shortly before, and of bare timers."""
    db, clock = Database(pool), SystemClock()
    async with wire() as line:

        async def send(action: Action) -> str:
            line.send(action.lane.partition(":")[0], action.payload["due"])
            return "sent"

        queue = Queue(db, {Kind.REFRESH_SHEET: send}, clock)
        worker = asyncio.create_task(_work(queue))
        listener = asyncio.create_task(Listener(dsn, db.work, clock.sleep).run())
        begin = time.time() + 1.0
        moments = [begin + number * EVERY for number in range(count)]
        for number, moment in enumerate(moments):
            await _insert(connection, f"known:{number}", moment)
        await asyncio.gather(*(_timer(line, moment + EVERY / 2) for moment in moments))
        begin = time.time() + 2 * AHEAD
        for number in range(count):
            moment = begin + number * EVERY
            await asyncio.sleep(moment - AHEAD - time.time())
            await _insert(connection, f"sudden:{number}", moment)
        await asyncio.sleep(AHEAD + 1.0)
        for task in (worker, listener):
            task.cancel()
        await asyncio.gather(worker, listener, return_exceptions=True)
    counts = {who: len(late) for who, late in line.late.items()}
    assert counts == {"timer": count, "known": count, "sudden": count}  # noqa: S101 - a figure of what went wrong is none
    return {who: sorted(late) for who, late in line.late.items()}


async def _work(queue: Queue) -> None:
    """The bot's loop."""
    while True:
        await queue.run_due()
        await queue.wait_for_work()


async def _insert(connection: Connection, lane: str, moment: float) -> None:
    await connection.execute(_INSERT, GUILD, lane, moment, datetime.fromtimestamp(moment, UTC))


async def _timer(line: Wire, moment: float) -> None:
    await asyncio.sleep(moment - time.time())
    line.send("timer", moment)
