"""A thousand requests a key and day, counted in the database for all workers and restarts; bookings go last."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.domain.ids import GuildId
from bot.raid_helper.budget import DAILY, DAY, Purpose
from bot.raid_helper.client import RaidHelper, RaidHelperServer
from bot.raid_helper.errors import InvalidKey, OutOfBudget, RateLimited
from bot.services.raid_helper_ledger import StoredLedger
from db import Database
from db.pool import Pool
from sandbox.clock import ManualClock
from sandbox.raid_helper import faults
from sandbox.raid_helper.server import RaidHelperStandIn

GUILD, OTHER_GUILD = GuildId(100_000_000_000_000_001), GuildId(100_000_000_000_000_002)
Ask = Callable[..., RaidHelperServer]


@pytest.fixture
def ledger(pool: Pool) -> StoredLedger:
    return StoredLedger(Database(pool))


@pytest.fixture
async def ask(standin: RaidHelperStandIn, clock: ManualClock, waits: Any, ledger: StoredLedger) -> AsyncIterator[Ask]:
    """Raid-Helper as a fresh process would use it, for one purpose."""
    async with aiohttp.ClientSession() as http:

        def started(purpose: Purpose = Purpose.BOOKING, guild_id: int = GUILD) -> RaidHelperServer:
            helper = RaidHelper(http, standin.base_url, clock, ledger=ledger, wait=waits)
            return helper.server(guild_id, standin.servers[guild_id], purpose)

        yield started


async def use(pool: Pool, count: int, at: datetime, guild_id: int = GUILD) -> None:
    """So many requests, a millisecond apart, the first of them `at`."""
    await pool.execute(
        """
        INSERT INTO patt.raid_helper_requests (guild_discord_id, at, purpose)
        SELECT $1, $2::timestamptz + number * interval '1 millisecond', 'sign-up' FROM generate_series(0, $3 - 1) number
        """,
        guild_id,
        at,
        count,
    )


async def test_every_request_is_counted_for_whoever_starts_next(
    ask: Ask, clock: ManualClock, ledger: StoredLedger
) -> None:
    for _ in range(3):
        await ask().check()
    assert (await ledger.budget(GUILD, clock.now())).left == DAILY - 3
    assert (await ledger.budget(OTHER_GUILD, clock.now())).left == DAILY
    assert (await ledger.budget(GUILD, clock.now() + DAY)).left == DAILY


async def test_a_refused_request_and_every_repetition_count(
    ask: Ask, standin: RaidHelperStandIn, clock: ManualClock, ledger: StoredLedger
) -> None:
    standin.fail("list", faults.server_error(), times=2)
    await ask().check()
    standin.fail("list", faults.unauthorized())
    with pytest.raises(InvalidKey):
        await ask().check()
    assert (await ledger.budget(GUILD, clock.now())).left == DAILY - 4 == DAILY - len(standin.calls)


@pytest.mark.parametrize(
    ("purpose", "used", "granted"),
    [
        (Purpose.MIRROR, 699, True),
        (Purpose.MIRROR, 700, False),
        (Purpose.IMPORT, 799, True),
        (Purpose.IMPORT, 800, False),
        (Purpose.SIGN_UP, 899, True),
        (Purpose.SIGN_UP, 900, False),
        (Purpose.CHANGE, 949, True),
        (Purpose.CHANGE, 950, False),
        (Purpose.BOOKING, 999, True),
        (Purpose.BOOKING, 1000, False),
        (Purpose.TRIAL, 1000, True),
    ],
)
async def test_whoever_can_wait_stops_first(
    ask: Ask, standin: RaidHelperStandIn, pool: Pool, clock: ManualClock, purpose: Purpose, used: int, granted: bool
) -> None:
    await use(pool, used, clock.now() - timedelta(hours=20))
    if granted:
        await ask(purpose).check()
    else:
        with pytest.raises(OutOfBudget, match=r"about 4 hours"):
            await ask(purpose).check()
    assert len(standin.calls) == granted
    assert await pool.fetchval("SELECT count(*) FROM patt.raid_helper_requests") == used + granted


async def test_what_waits_is_told_the_moment_it_is_worth_asking_again(ask: Ask, pool: Pool, clock: ManualClock) -> None:
    first = clock.now() - timedelta(hours=20)
    await use(pool, 1, first)
    await use(pool, 720, first + timedelta(hours=3))
    with pytest.raises(OutOfBudget) as refused:
        await ask(Purpose.MIRROR).check()
    # Of 721 the 22 oldest must leave the window before there are fewer than 700.
    free_at = first + timedelta(hours=3, milliseconds=20) + DAY
    assert clock.now() + timedelta(seconds=refused.value.retry_after) == free_at
    clock.set(free_at - timedelta(microseconds=1))
    with pytest.raises(OutOfBudget):
        await ask(Purpose.MIRROR).check()
    clock.set(free_at)
    await ask(Purpose.MIRROR).check()


async def test_another_server_has_a_day_of_its_own(ask: Ask, pool: Pool, clock: ManualClock) -> None:
    await use(pool, DAILY, clock.now())
    await ask(Purpose.MIRROR, OTHER_GUILD).check()
    with pytest.raises(OutOfBudget):
        await ask(Purpose.MIRROR).check()


async def test_yesterdays_requests_are_cleaned_away(ask: Ask, pool: Pool, clock: ManualClock) -> None:
    await use(pool, 500, clock.now() - timedelta(hours=30))
    await use(pool, 2, clock.now() - timedelta(hours=30), OTHER_GUILD)
    await ask().check()
    counts = dict(
        await pool.fetch("SELECT guild_discord_id, count(*) FROM patt.raid_helper_requests GROUP BY guild_discord_id")
    )
    assert counts == {GUILD: 1, OTHER_GUILD: 2}


@pytest.mark.parametrize("form", ["3 hour(s)", "180 minutes", "10800s"])
async def test_a_pause_of_hours_outlives_the_process(
    ask: Ask, standin: RaidHelperStandIn, clock: ManualClock, ledger: StoredLedger, form: str
) -> None:
    standin.fail("list", faults.rate_limit("text", form))
    with pytest.raises(RateLimited, match="180 minutes"):
        await ask().check()
    until = clock.now() + timedelta(hours=3)
    assert (await ledger.budget(GUILD, clock.now())).paused_until == until
    with pytest.raises(OutOfBudget, match="3 hours"):
        await ask().check()
    await ask(guild_id=OTHER_GUILD).check()
    assert len(standin.asked("list")) == 2
    clock.set(until)
    await ask().check()
    assert (await ledger.budget(GUILD, clock.now())).paused_until is None


async def test_a_pause_of_seconds_is_waited_out_and_written_nowhere(
    ask: Ask, standin: RaidHelperStandIn, clock: ManualClock, ledger: StoredLedger
) -> None:
    standin.fail("list", faults.rate_limit("text", "3.2s"))
    await ask().check()
    assert (await ledger.budget(GUILD, clock.now())).paused_until is None


async def test_the_stand_in_refuses_the_request_after_the_last_of_a_day(
    ask: Ask, standin: RaidHelperStandIn, pool: Pool, clock: ManualClock
) -> None:
    standin.daily = 2
    await ask().check()
    clock.advance(timedelta(hours=1, minutes=30))
    await ask().check()
    with pytest.raises(RateLimited, match="1380 minutes"):
        await ask().check()
    await ask(guild_id=OTHER_GUILD).check()
    clock.advance(timedelta(hours=23))
    await ask().check()
    assert await pool.fetchval("SELECT count(*) FROM patt.raid_helper_requests WHERE guild_discord_id = $1", GUILD) == 3


async def test_no_connection_is_held_while_raid_helper_thinks(ask: Ask, standin: RaidHelperStandIn, pool: Pool) -> None:
    held: list[int] = []

    async def look(_request: web.Request, answer: dict[str, Any]) -> web.StreamResponse:
        held.append(pool.get_size() - pool.get_idle_size())
        return web.json_response(answer)

    standin.fail("list", faults.Fault("look", look, commits=True))
    await ask().check()
    assert held == [0]
