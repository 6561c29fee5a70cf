"""Group commit: while one batch is being written, the next one gathers; each caller waits for their own result."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Told = TypeVar("Told")

MOST = 200
"""Requests of one batch: a raid's worth of clicks; the rest are the next batch."""


class Together(Generic[Asked, Told]):
    """Runs what is waiting in one go. `run` gets the requests in their order and gives a result or error for each."""

    def __init__(self, run: Callable[[Sequence[Asked]], Awaitable[Sequence[Told | Exception]]]) -> None:
        self._run = run
        self._waiting: list[tuple[Asked, asyncio.Future[Told]]] = []
        self._working: asyncio.Task[None] | None = None

    async def do(self, request: Asked) -> Told:
        """The request's result. Raises the error the batch gave for it."""
        result: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        self._waiting.append((request, result))
        if self._working is None:
            self._working = asyncio.create_task(self._work())
        return await result

    async def _work(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await self._run_batch(batch)
        finally:
            self._working = None

    async def _run_batch(self, batch: Sequence[tuple[Asked, asyncio.Future[Told]]]) -> None:
        try:
            results = await self._run([request for request, _ in batch])
        except Exception as error:  # noqa: BLE001 - handed to whoever asked
            await self._alone(batch, error)
            return
        for (_, waiting), result in zip(batch, results, strict=True):
            _settle(waiting, result)

    async def _alone(self, batch: Sequence[tuple[Asked, asyncio.Future[Told]]], error: Exception) -> None:
        """What failed together is tried one by one, so that one bad request spoils nobody else's."""
        if len(batch) == 1:
            _settle(batch[0][1], error)
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
