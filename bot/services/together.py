"""Group commit: while one batch is being written, the next one gathers; each caller gets their own result."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from functools import partial
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Told = TypeVar("Told")

MOST = 200
"""Requests of one batch, unless it is said otherwise: a raid's worth of clicks; the rest are the next batch."""


class Together(Generic[Asked, Told]):
    """Runs what is waiting in one go. `run` gets the requests in their order and gives a result or error for each.

    Requests of one lane (`lane` of the request) are written together; lanes never wait for each other.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Asked]], Awaitable[Sequence[Told | Exception]]],
        lane: Callable[[Asked], Hashable] = lambda _: None,
        *,
        most: int = MOST,
    ) -> None:
        self._run = run
        self._most = most
        self._lane = lane
        self._waiting: dict[Hashable, list[tuple[Asked, Callable[[Told | Exception], None]]]] = {}
        self._working: dict[Hashable, asyncio.Task[None] | None] = {}

    async def do(self, request: Asked) -> Told:
        """The request's result. Raises the error the batch gave for it."""
        lane = self._lane(request)
        if lane not in self._working:
            return await self._do_at_once(lane, request)
        result: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        self.ask(request, partial(_settle, result))
        return await result

    def ask(self, request: Asked, tell: Callable[[Told | Exception], None]) -> None:
        """The same for who does something else meanwhile: `tell` is called with the result or the error."""
        lane = self._lane(request)
        self._waiting.setdefault(lane, []).append((request, tell))
        if lane not in self._working:
            self._go_on(lane)

    def busy(self, lane: Hashable) -> bool:
        """Whether a request of that lane is being worked off, or waits for it."""
        return lane in self._working

    async def _do_at_once(self, lane: Hashable, request: Asked) -> Told:
        """Nobody is before it, so whoever asks does it themselves: that spares them a task."""
        self._working[lane] = None
        try:
            (result,) = await self._run([request])
        finally:
            self._go_on(lane)
        if isinstance(result, Exception):
            raise result
        return result

    def _go_on(self, lane: Hashable) -> None:
        """See to those who came meanwhile, if there are any: in a task of their own: who was told goes first."""
        if lane in self._waiting:
            self._working[lane] = asyncio.create_task(self._work(lane))
        else:
            del self._working[lane]

    async def _work(self, lane: Hashable) -> None:
        waiting = self._waiting.pop(lane)
        if rest := waiting[self._most :]:
            self._waiting[lane] = rest
        try:
            await self._run_batch(waiting[: self._most])
        finally:
            self._go_on(lane)

    async def _run_batch(self, batch: Sequence[tuple[Asked, Callable[[Told | Exception], None]]]) -> None:
        try:
            results = await self._run([request for request, _ in batch])
        except Exception as error:  # noqa: BLE001 - handed to whoever asked
            await self._alone(batch, error)
            return
        for (_, tell), result in zip(batch, results, strict=True):
            tell(result)

    async def _alone(self, batch: Sequence[tuple[Asked, Callable[[Told | Exception], None]]], error: Exception) -> None:
        """What failed together is tried one by one, so that one bad request spoils nobody else's."""
        if len(batch) == 1:
            batch[0][1](error)
            return
        for one in batch:
            await self._run_batch([one])


def _settle(waiting: "asyncio.Future[Told]", result: Told | Exception) -> None:
    if waiting.done():
        return  # whoever asked has gone
    if isinstance(result, Exception):
        waiting.set_exception(result)
    else:
        waiting.set_result(result)
