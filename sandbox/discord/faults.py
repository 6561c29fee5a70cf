"""Trouble on demand: requests that fail, hang, or are carried out and never answered."""

import asyncio
import re
from dataclasses import dataclass
from types import TracebackType
from typing import Literal

from sandbox.discord.rates import TooMany
from sandbox.discord.refusal import Refusal


class LostAnswer(Exception):
    """The request was carried out; the connection breaks before its answer."""


class PlannedFailure(Exception):
    """A failure somebody asked for: answered like a refusal, but no violation."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


@dataclass
class _Fault:
    method: str
    path: re.Pattern[str]
    times: int
    refusal: Refusal | None = None


class Hold:
    """Requests that wait. A context manager: leaving it releases them and holds no more."""

    def __init__(self, method: str, path: str) -> None:
        self.method = method
        self.path = _pattern(path)
        self.held = 0
        self._arrived = asyncio.Event()
        self._open = asyncio.Event()

    async def waiting(self, count: int = 1, timeout: float = 5.0) -> None:
        """Return once `count` requests stand waiting; TimeoutError after `timeout` real seconds."""
        async with asyncio.timeout(timeout):
            while self.held < count:
                self._arrived.clear()
                await self._arrived.wait()

    def release(self) -> None:
        """Let them all go, and every later one."""
        self._open.set()

    async def pass_through(self) -> None:
        """A request arrives, and goes on when released."""
        self.held += 1
        self._arrived.set()
        try:
            await self._open.wait()
        finally:
            self.held -= 1

    @property
    def released(self) -> bool:
        """Whether requests pass again."""
        return self._open.is_set()

    def __enter__(self) -> "Hold":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


class Faults:
    """What shall go wrong next. Patterns are paths without /api/v10; ``*`` is one segment, ``**`` any number."""

    def __init__(self) -> None:
        self._planned: list[_Fault] = []
        self._holds: list[Hold] = []

    def fail(self, method: str, path: str, refusal: Refusal, times: int) -> None:
        """The next `times` matching requests are refused, without being carried out."""
        self._planned.append(_Fault(method, _pattern(path), times, refusal))

    def lose(self, method: str, path: str, times: int) -> None:
        """The next `times` matching requests are carried out, but their connection breaks."""
        self._planned.append(_Fault(method, _pattern(path), times))

    def hold(self, method: str, path: str) -> Hold:
        """Matching requests wait from now on until the hold is released."""
        self._holds.append(Hold(method, path))
        return self._holds[-1]

    def release_all(self) -> None:
        """Let everything go: the server is closing."""
        for hold in self._holds:
            hold.release()

    async def before(self, method: str, path: str) -> Literal["lose"] | None:
        """Meet a request: waits in holds, raises PlannedFailure; "lose" when its answer shall get lost."""
        self._holds = [hold for hold in self._holds if not hold.released]
        for hold in self._holds:
            if hold.method == method and hold.path.fullmatch(path):
                await hold.pass_through()
        fault = self._next(method, path)
        if fault and fault.refusal:
            raise PlannedFailure(fault.refusal)
        return "lose" if fault else None

    def _next(self, method: str, path: str) -> _Fault | None:
        for fault in self._planned:
            if fault.method == method and fault.path.fullmatch(path):
                fault.times -= 1
                if fault.times == 0:
                    self._planned.remove(fault)
                return fault
        return None


def planned(status: int, code: int, retry_after: float) -> Refusal:
    """The refusal a planned failure answers with; 429 has Discord's own body."""
    if status == 429:
        return TooMany(retry_after, code=code)
    message = {401: "401: Unauthorized", 403: "Missing Permissions", 404: "Not Found"}.get(status, "Planned failure")
    return Refusal(status, code, message)


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*|\*)", path)
    return re.compile("".join({"**": ".*", "*": "[^/]+"}.get(part, re.escape(part)) for part in parts))
