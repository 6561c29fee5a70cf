"""Who waits while a batch is being worked off is in the next one, and gets a result whatever became of the others."""

import asyncio
from collections.abc import Sequence

import pytest

from bot.services.together import Together


class Bad(Exception):
    """What a batch fails with that has something bad in it."""


class Work:
    """Batches of texts, each of which ends when it is let; one with something bad in it fails."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.tasks: list[asyncio.Task[object] | None] = []
        self.let = asyncio.Event()
        self.together = Together(self.run, lambda text: text[0])

    async def run(self, texts: Sequence[str]) -> list[str | Exception]:
        self.batches.append(list(texts))
        self.tasks.append(asyncio.current_task())
        await self.let.wait()
        if any("bad" in one for one in texts):
            raise Bad
        return [Bad(one) if "refused" in one else one.upper() for one in texts]

    async def ask(self, *texts: str) -> list[asyncio.Task[str]]:
        """Ask for these, one after the other, without waiting for what they come to."""
        asking = [asyncio.create_task(self.together.do(one)) for one in texts]
        await asyncio.sleep(0)
        return asking

    async def results(self, asking: Sequence[asyncio.Task[str]]) -> list[str | type[BaseException]]:
        self.let.set()
        async with asyncio.timeout(10):
            ended = await asyncio.gather(*asking, return_exceptions=True)
        assert self.together._working == self.together._waiting == {}
        return [type(one) if isinstance(one, BaseException) else one for one in ended]


@pytest.fixture
async def work() -> Work:
    return Work()


async def test_a_lone_request_is_worked_off_in_its_own_task(work: Work) -> None:
    asking = await work.ask("a 1")
    assert await work.results(asking) == ["A 1"]
    assert work.tasks == asking


@pytest.mark.parametrize(
    ("first", "becomes"), [("a 1", "A 1"), ("a bad", Bad), ("a refused", Bad), ("a cancelled", asyncio.CancelledError)]
)
async def test_whoever_came_meanwhile_is_the_next_batch(work: Work, first: str, becomes: object) -> None:
    asking = await work.ask(first, "a 2", "a 3")
    assert work.batches == [[first]]
    if "cancelled" in first:
        asking[0].cancel()
    assert await work.results(asking) == [becomes, "A 2", "A 3"]
    assert work.batches == [[first], ["a 2", "a 3"]]


async def test_whoever_was_told_goes_on_before_the_next_batch_begins() -> None:
    went: list[str] = []

    async def run(texts: Sequence[str]) -> Sequence[str | Exception]:
        went.extend(f"batch {one}" for one in texts)
        await asyncio.sleep(0)
        if texts == ["2"]:
            together.ask("3", lambda _: None)
        return texts

    async def ask(text: str) -> None:
        await together.do(text)
        went.append(f"told {text}")

    together = Together(run)
    await asyncio.gather(ask("1"), ask("2"))
    await together.do("4")
    assert went == ["batch 1", "told 1", "batch 2", "told 2", "batch 3", "batch 4"]


async def test_a_lane_is_busy_from_the_first_request_to_the_last(work: Work) -> None:
    assert not work.together.busy("a")
    asking = await work.ask("a 1", "a 2")
    assert (work.together.busy("a"), work.together.busy("b")) == (True, False)
    await work.results(asking)
    assert not work.together.busy("a")


async def test_what_is_bad_spoils_its_own_result_alone(work: Work) -> None:
    asking = await work.ask("a 1", "a 2", "a bad", "a refused", "a 3")
    assert await work.results(asking) == ["A 1", "A 2", Bad, Bad, "A 3"]


async def test_whoever_has_gone_meanwhile_keeps_nobody(work: Work) -> None:
    asking = await work.ask("a 1", "a 2", "a 3")
    asking[1].cancel()
    assert await work.results(asking) == ["A 1", asyncio.CancelledError, "A 3"]


async def test_lanes_do_not_wait_for_each_other(work: Work) -> None:
    asking = await work.ask("a 1", "b 1", "a 2")
    assert work.batches == [["a 1"], ["b 1"]]
    assert await work.results(asking) == ["A 1", "B 1", "A 2"]


async def test_a_lane_that_was_left_takes_requests_again(work: Work) -> None:
    work.let.set()
    for number in range(3):
        assert await work.results(await work.ask(f"a {number}")) == [f"A {number}"]
