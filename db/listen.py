"""Word from Postgres that there is work, whoever enqueued it: an accelerator, no more."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from db.pool import connect
from db.work import Work

log = logging.getLogger(__name__)

CHANNEL = "patt.scheduled_actions"
PAUSE = 5.0
"""Seconds between two tries to get a lost connection back."""
ALIVE_EVERY = 60.0
"""Real seconds after which a connection that says nothing is asked whether it is still there."""
ANSWER_WITHIN = 10.0
GOODBYE_WITHIN = 1.0


class Listener:
    """Listens on a connection of its own and tells `work`; whatever happens to the connection, it comes back."""

    def __init__(self, dsn: str, work: Work, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._dsn = dsn
        self._work = work
        self._sleep = sleep
        self.listening = False

    async def run(self) -> None:
        """Listen until cancelled. While nobody listens the queue looks for itself, once a minute."""
        while True:
            try:
                await self._listen()
            except Exception as error:  # noqa: BLE001 - the queue goes on without, and whatever it was may pass
                log.warning("no word of new work from the database: %s", error or type(error).__name__)
                await self._sleep(PAUSE)

    async def _listen(self) -> None:
        """Returns when the connection was lost."""
        connection = await connect(self._dsn, application_name="muster-listen")
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        try:
            await connection.add_listener(CHANNEL, self._heard)
            self.listening = True
            self._work.set()  # what was enqueued while nobody listened was told to nobody
            while not await _within(ALIVE_EVERY, lost):
                await connection.execute("SELECT", timeout=ANSWER_WITHIN)
        finally:
            self.listening = False
            await connection.close(timeout=GOODBYE_WITHIN)

    def _heard(self, _connection: object, _sender: int, _channel: str, payload: object) -> None:
        try:
            self._work.due(datetime.fromtimestamp(float(str(payload)), UTC))
        except (ValueError, OverflowError, OSError):
            self._work.set()  # 'infinity', or somebody's NOTIFY by hand


async def _within(seconds: float, event: asyncio.Event) -> bool:
    """Whether it happened in time."""
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False
