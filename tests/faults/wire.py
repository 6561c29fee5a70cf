"""A wire between a worker and its database that can be cut at a statement, or between a commit and its answer."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

BEGIN, COMMIT, ROLLBACK = b"BEGIN", b"COMMIT", b"ROLLBACK"
CHUNK = 1 << 16


class Cut(Enum):
    """Where the wire stops: at the statement, or behind the commit that follows it (its own, outside a transaction)."""

    BEFORE = "before"
    AFTER = "after"


@dataclass
class Wire:
    """Passes everything on until what is sent holds `mark` for the `nth` time; then it is cut.

    A cut for good holds the worker where it is (`reached` says so) until the test has ended it; one that is not closes
    the connection: the worker sees a lost database, which takes new connections again after `refusals` of them.
    """

    target: str
    folder: Path
    mark: bytes = b""
    nth: int = 1
    cut: Cut = Cut.BEFORE
    for_good: bool = True
    refusals: int = 0
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    _seen: int = 0
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def dsn(self) -> str:
        """Where the worker connects."""
        parts = urlsplit(self.target)
        return f"postgresql://{parts.username}@{parts.path}?host={self.folder}&port={_port(self.target)}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the worker's."""
        if self.reached.is_set() and (self.for_good or self.refusals > 0):
            self.refusals -= 1
            writer.close()
            return
        there, back = await _connect(self.target)
        self._open |= {writer, back}
        armed = asyncio.Event()
        ways = (self._forth(reader, back, armed), self._back(there, writer, armed))
        tasks = [asyncio.create_task(way) for way in ways]
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for one in (writer, back):
            one.close()

    def sever(self) -> None:
        """Close what is open: the worker's process is gone."""
        for one in self._open:
            one.transport.abort()

    async def _forth(self, reader: asyncio.StreamReader, back: asyncio.StreamWriter, armed: asyncio.Event) -> None:
        begun = within = False
        while data := await reader.read(CHUNK):
            within = (within or BEGIN in data) and not (COMMIT in data or ROLLBACK in data)
            if self.mark and self.mark in data and not self.reached.is_set():
                self._seen += 1
                begun = self._seen == self.nth
                if begun and self.cut is Cut.BEFORE:
                    return await self._stop()
            if begun and not within:  # this commits it, or it is a statement that commits by itself
                armed.set()  # carried out, and nobody will hear of it
            back.write(data)
            await back.drain()
        return None

    async def _back(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter, armed: asyncio.Event) -> None:
        while data := await there.read(CHUNK):
            if armed.is_set():
                return await self._stop()
            writer.write(data)
            await writer.drain()
        return None

    async def _stop(self) -> None:
        self.reached.set()
        if self.for_good:
            await asyncio.Event().wait()


@asynccontextmanager
async def wire_to(target: str, folder: Path) -> AsyncGenerator[Wire]:
    """A wire to the database at `target`, its end in `folder`."""
    wire = Wire(target, folder)
    server = await asyncio.start_unix_server(wire.serve, folder / f".s.PGSQL.{_port(target)}")
    try:
        yield wire
    finally:
        wire.sever()
        server.close()
        await asyncio.sleep(0)


async def _connect(target: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(target)
    host = parse_qs(parts.query).get("host", [""])[0]
    if host:
        return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{_port(target)}")
    return await asyncio.open_connection(parts.hostname, parts.port)


def _port(target: str) -> int:
    parts = urlsplit(target)
    return int(parse_qs(parts.query).get("port", [str(parts.port or 5432)])[0])


def parameter(text: str) -> bytes:
    """How a text goes to the database as the value of a statement."""
    return len(text).to_bytes(4, "big") + text.encode()
