"""Each way Raid-Helper fails: the error a caller gets, how often it was asked, how long the client waited."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from bot.raid_helper.client import RaidHelper, RaidHelperServer
from bot.raid_helper.errors import (
    InvalidKey,
    LockedTemplate,
    Moved,
    NoAccess,
    OutcomeUnknown,
    RaidHelperError,
    RateLimited,
    Rejected,
    Unavailable,
    UnknownEvent,
    Unreadable,
)
from bot.raid_helper.models import Choice, EventChange, EventDraft, SignUpDraft
from sandbox.clock import ManualClock
from sandbox.raid_helper import faults
from sandbox.raid_helper.server import RaidHelperStandIn

Drafts = Callable[..., EventDraft]
Ask = Callable[[RaidHelperServer], Awaitable[object]]
CHANNEL = 300_000_000_000_000_001
EVENT = "900000000000000999"
START = datetime(2026, 11, 27, 19, 0, tzinfo=UTC)
DRAFT = EventDraft("Heroic raid", "", START, 180, 7, "wowretail2", ref="6f2c")

READS: dict[str, Ask] = {
    "fetch": lambda server: server.fetch_event(EVENT),
    "list": lambda server: server.list_events(START, START),
    "attendance": lambda server: server.attendance(START, START),
}
WRITES: dict[str, Ask] = {
    "create": lambda server: server.create_event(CHANNEL, DRAFT),
    "edit": lambda server: server.edit_event(EVENT, EventChange(title="New")),
    "delete": lambda server: server.delete_event(EVENT),
    "add_signup": lambda server: server.add_signup(EVENT, SignUpDraft(Choice("Bench"), name="Friend")),
    "edit_signup": lambda server: server.edit_signup(EVENT, 1, Choice("Bench")),
    "remove_signup": lambda server: server.remove_signup(EVENT, 1),
}
CALLS = READS | WRITES


@pytest.fixture(autouse=True)
async def _known_event(server: RaidHelperServer, standin: RaidHelperStandIn) -> None:
    created = await server.create_event(CHANNEL, DRAFT)
    event = standin.events.pop(created.id)
    standin.reset()
    standin.events[EVENT] = {**event, "id": EVENT}
    await standin.sign_up_in_discord(EVENT, 200_000_000_000_000_001, "Tank", "Blood")
    standin.events[EVENT]["signUps"][0]["id"] = 1


@pytest.mark.parametrize("route", CALLS)
async def test_every_call_works_when_nothing_fails(
    server: RaidHelperServer, standin: RaidHelperStandIn, route: str
) -> None:
    await CALLS[route](server)
    assert len(standin.asked(route)) == 1


REFUSALS = [
    ("list", faults.unauthorized(), InvalidKey, "/apikey"),
    ("create", faults.unauthorized(), InvalidKey, "/apikey"),
    ("create", faults.template_locked(), LockedTemplate, "wowretail2"),
    ("create", faults.access_lost(), NoAccess, "Embed Links"),
    ("list", faults.access_lost(), NoAccess, "Embed Links"),
    ("list", faults.refused(403, ""), NoAccess, "Embed Links"),
    ("fetch", faults.gone(), UnknownEvent, "deleted"),
    ("edit", faults.gone(), UnknownEvent, "deleted"),
    ("add_signup", faults.gone(), UnknownEvent, "deleted"),
    ("edit_signup", faults.gone(), UnknownEvent, "deleted"),
    ("create", faults.refused(400, '{"error":"invalid leaderId"}'), Rejected, "“invalid leaderId”"),
    ("add_signup", faults.refused(400, '{"error":"invalid className"}'), Rejected, "“invalid className”"),
    ("edit", faults.refused(422, "no  such\nthing"), Rejected, "“no such thing”"),
    ("edit", faults.refused(409, ""), Rejected, "“HTTP 409”"),
    ("create", faults.soft_fail("too many events"), Rejected, "“too many events”"),
    ("fetch", faults.soft_fail("unknown event"), UnknownEvent, "deleted"),
    ("delete", faults.soft_fail("not now"), Rejected, "“not now”"),
    ("list", faults.redirect("https://elsewhere.invalid/"), Moved, "RAID_HELPER_BASE_URL"),
    ("create", faults.redirect("https://elsewhere.invalid/"), Moved, "RAID_HELPER_BASE_URL"),
    ("list", faults.huge_body(), Unreadable, "cannot read"),
    ("fetch", faults.huge_body(), Unreadable, "cannot read"),
    ("list", faults.odd_body("empty"), Unreadable, "cannot read"),
    ("list", faults.odd_body("list"), Unreadable, "cannot read"),
    ("attendance", faults.odd_body("text"), Unreadable, "cannot read"),
    ("fetch", faults.odd_body("eventless"), Unreadable, "cannot read"),
    ("edit", faults.odd_body("empty"), OutcomeUnknown, "may or may not"),
    ("add_signup", faults.odd_body("text"), OutcomeUnknown, "may or may not"),
]


@pytest.mark.parametrize(("route", "fault", "error", "says"), REFUSALS)
async def test_a_refusal_is_told_and_not_repeated(
    server: RaidHelperServer,
    standin: RaidHelperStandIn,
    slept: list[float],
    route: str,
    fault: faults.Fault,
    error: type[RaidHelperError],
    says: str,
) -> None:
    standin.fail(route, fault)
    with pytest.raises(error) as caught:
        await CALLS[route](server)
    assert type(caught.value) is error
    assert says in str(caught.value)
    assert (len(standin.asked(route)), slept) == (1, [])


@pytest.mark.parametrize("route", ["delete", "remove_signup"])
async def test_what_is_gone_already_is_removed(
    server: RaidHelperServer, standin: RaidHelperStandIn, route: str
) -> None:
    standin.fail(route, faults.gone())
    await CALLS[route](server)
    assert len(standin.asked(route)) == 1


async def test_a_wrong_address_is_not_taken_for_a_deleted_event(
    http: aiohttp.ClientSession, standin: RaidHelperStandIn, clock: ManualClock
) -> None:
    lost = RaidHelper(http, f"{standin.base_url}/v5/", clock).server(1, "any-key")
    with pytest.raises(Moved):
        await lost.delete_event(EVENT)


async def test_a_redirect_is_not_followed(
    server: RaidHelperServer, standin: RaidHelperStandIn, clock: ManualClock
) -> None:
    async with RaidHelperStandIn(clock, servers={}, users={}) as elsewhere:
        standin.fail("fetch", faults.redirect(f"{elsewhere.base_url}/events/{EVENT}"))
        with pytest.raises(Moved):
            await server.fetch_event(EVENT)
        assert elsewhere.calls == []


OUTAGES = [
    faults.server_error(500),
    faults.server_error(502, html=True),
    faults.server_error(503),
    faults.server_error(520, html=True),
    faults.refused(408, "slow"),
    faults.drop_before_commit(),
]


@pytest.mark.parametrize("fault", OUTAGES, ids=lambda fault: fault.name)
@pytest.mark.parametrize("route", READS)
async def test_a_read_is_tried_three_times(
    server: RaidHelperServer, standin: RaidHelperStandIn, slept: list[float], route: str, fault: faults.Fault
) -> None:
    standin.fail(route, fault, times=3)
    with pytest.raises(Unavailable):
        await CALLS[route](server)
    first, second = slept
    assert 1 <= first <= 2 <= second <= 3
    await CALLS[route](server)
    assert len(standin.asked(route)) == 4


@pytest.mark.parametrize("fault", OUTAGES, ids=lambda fault: fault.name)
@pytest.mark.parametrize("route", WRITES)
async def test_a_write_is_never_repeated_on_doubt(
    server: RaidHelperServer, standin: RaidHelperStandIn, slept: list[float], route: str, fault: faults.Fault
) -> None:
    standin.fail(route, fault)
    with pytest.raises(OutcomeUnknown):
        await CALLS[route](server)
    assert (len(standin.asked(route)), slept) == (1, [])


@pytest.mark.parametrize(("route", "tries"), [("create", 1), ("fetch", 3)])
async def test_what_was_never_connected_changed_nothing(
    http: aiohttp.ClientSession,
    clock: ManualClock,
    waits: Callable[[float], Awaitable[None]],
    route: str,
    tries: int,
    unused_tcp_port: int,
    slept: list[float],
) -> None:
    nobody = RaidHelper(http, f"http://127.0.0.1:{unused_tcp_port}/api/v4", clock, wait=waits).server(1, "any-key")
    with pytest.raises(Unavailable):
        await CALLS[route](nobody)
    assert len(slept) == tries - 1


PAUSES = [
    ("header", "3", 3.0),
    ("header", "0.5", 0.5),
    ("json", "1.5", 1.5),
    ("text", "3.2s", 3.2),
    ("text", "7", 7.0),
    ("text", "1 minute", 60.0),
    ("none", "", 5.0),
    ("header", "soon", 5.0),
]


@pytest.mark.parametrize(("form", "pause", "seconds"), PAUSES)
@pytest.mark.parametrize("route", ["create", "delete", "list"])
async def test_after_a_429_the_call_is_repeated_in_time(
    server: RaidHelperServer,
    standin: RaidHelperStandIn,
    slept: list[float],
    route: str,
    form: str,
    pause: str,
    seconds: float,
) -> None:
    standin.fail(route, faults.rate_limit(form, pause))
    await CALLS[route](server)
    assert slept == [pytest.approx(seconds)]
    assert len(standin.asked(route)) == 2


@pytest.mark.parametrize("route", CALLS)
async def test_after_three_429_the_caller_decides(
    server: RaidHelperServer, standin: RaidHelperStandIn, route: str
) -> None:
    standin.fail(route, faults.rate_limit("header", "2"), times=3)
    with pytest.raises(RateLimited) as caught:
        await CALLS[route](server)
    assert caught.value.retry_after == 2
    assert len(standin.asked(route)) == 3


LONG = [("header", "61", 61.0), ("text", "3 minutes", 180.0), ("text", "3 hour(s)", 10800.0), ("json", "3600", 3600.0)]


@pytest.mark.parametrize(("form", "pause", "seconds"), LONG)
async def test_a_long_pause_is_told_instead_of_slept(
    server: RaidHelperServer,
    standin: RaidHelperStandIn,
    clock: ManualClock,
    slept: list[float],
    form: str,
    pause: str,
    seconds: float,
) -> None:
    standin.fail("create", faults.rate_limit(form, pause))
    with pytest.raises(RateLimited) as caught:
        await CALLS["create"](server)
    assert (caught.value.retry_after, slept) == (seconds, [])
    clock.advance(timedelta(seconds=seconds - 60.5))
    with pytest.raises(RateLimited):
        await CALLS["list"](server)
    assert standin.asked("list") == []
    clock.advance(timedelta(seconds=60.5))
    await CALLS["list"](server)
    assert slept == []


async def test_a_key_refreshed_in_discord_is_an_invalid_one(
    server: RaidHelperServer, standin: RaidHelperStandIn
) -> None:
    await server.check()
    standin.servers[server.guild_id] = "another-key"
    with pytest.raises(InvalidKey):
        await server.check()


ADDRESSES = [
    "http://raid-helper.example/api/v4",
    "ftp://127.0.0.1/api",
    "raid-helper.example",
    "https://",
    "https://name:word@raid-helper.example/api",
    "https://raid-helper.example/api?key=1",
    "http://127.0.0.1.example/api",
    "",
]


@pytest.mark.parametrize("address", ADDRESSES)
async def test_an_address_that_would_leak_the_key_is_refused(
    http: aiohttp.ClientSession, clock: ManualClock, address: str
) -> None:
    with pytest.raises(ValueError, match="RAID_HELPER_BASE_URL"):
        RaidHelper(http, address, clock)


@pytest.mark.parametrize(
    "address", ["https://raid-helper.example/api/v4", "http://localhost:1/api", "http://[::1]:1/a"]
)
async def test_https_and_loopback_are_accepted(http: aiohttp.ClientSession, clock: ManualClock, address: str) -> None:
    assert RaidHelper(http, address, clock).server(1, "any-key").guild_id == 1
