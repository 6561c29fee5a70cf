"""Ten requests in five seconds for a key, one at a time, and no key waits for another."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web

from bot.raid_helper.client import RaidHelper, RaidHelperServer
from bot.raid_helper.models import EventDraft
from bot.raid_helper.pace import Lane
from sandbox.clock import ManualClock
from sandbox.raid_helper import faults
from sandbox.raid_helper.server import RaidHelperStandIn

NOW = datetime(2026, 11, 20, 19, 10, tzinfo=UTC)
OTHER_GUILD, OTHER_KEY = 100_000_000_000_000_002, "k3yOfTheOtherServer0123456789abcdefABCDEF"


async def test_thirty_reads_never_meet_the_limit(
    server: RaidHelperServer, standin: RaidHelperStandIn, slept: list[float]
) -> None:
    standin.bucket = True
    for _ in range(30):
        await server.check()
    assert len(standin.calls) == 30
    assert sum(slept) == 10


async def test_the_stand_in_refuses_the_eleventh_in_five_seconds(
    standin: RaidHelperStandIn, http: aiohttp.ClientSession
) -> None:
    standin.bucket = True
    statuses: list[int] = []
    text = ""
    for _ in range(11):
        async with http.get(f"{standin.base_url}/events/1") as response:
            statuses.append(response.status)
            text = await response.text()
    assert statuses == [404] * 10 + [429]
    assert "Try again in 5.0s" in text


async def test_requests_of_one_key_go_one_at_a_time(server: RaidHelperServer, standin: RaidHelperStandIn) -> None:
    busy, most = 0, 0

    async def slow(_request: web.Request, answer: dict[str, Any]) -> web.StreamResponse:
        nonlocal busy, most
        busy, most = busy + 1, max(most, busy + 1)
        for _ in range(20):
            await asyncio.sleep(0)
        busy -= 1
        return web.json_response(answer)

    standin.fail("list", faults.Fault("slow", slow, commits=True), times=5)
    await asyncio.gather(*(server.check() for _ in range(5)))
    assert (len(standin.calls), most) == (5, 1)


async def test_a_paused_key_holds_up_itself_and_no_other(
    http: aiohttp.ClientSession, standin: RaidHelperStandIn, clock: ManualClock, draft: Callable[..., EventDraft]
) -> None:
    helper = RaidHelper(http, standin.base_url, clock)
    first = helper.server(100_000_000_000_000_001, standin.servers[100_000_000_000_000_001])
    standin.fail("create", faults.rate_limit("header", "50"))
    async with asyncio.TaskGroup() as tasks:
        booking = tasks.create_task(first.create_event(5, draft()))
        while not standin.asked("create"):  # noqa: ASYNC110 - the server has no event to wait for
            await asyncio.sleep(0)
        await helper.server(OTHER_GUILD, OTHER_KEY).check()
        waiting = tasks.create_task(first.check())
        await helper.server(OTHER_GUILD, OTHER_KEY).check()
        assert not booking.done()
        assert not waiting.done()
        assert (len(standin.asked("create")), len(standin.asked("list"))) == (1, 2)
        while not booking.done():
            clock.advance(timedelta(seconds=50))
            await asyncio.sleep(0)
    assert len(standin.events) == 1


async def test_two_handles_of_one_key_share_its_pace(
    helper: RaidHelper, standin: RaidHelperStandIn, slept: list[float]
) -> None:
    key = standin.servers[OTHER_GUILD]
    for _ in range(6):
        await helper.server(OTHER_GUILD, key).check()
        await helper.server(OTHER_GUILD, f" {key}\n").check()
    assert slept == [5]


def test_a_request_counts_from_its_answer() -> None:
    lane = Lane()
    for second in range(10):
        lane.count(NOW + timedelta(seconds=second / 10))
    assert lane.delay(NOW + timedelta(seconds=1)) == 4
    assert lane.delay(NOW + timedelta(seconds=5)) == 0


def test_a_clock_that_jumps_back_does_not_silence_a_key() -> None:
    lane = Lane()
    for _ in range(10):
        lane.count(NOW)
    assert lane.delay(NOW - timedelta(days=1)) == 5
