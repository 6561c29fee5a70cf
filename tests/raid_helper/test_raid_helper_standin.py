"""The stand-in's own promises, over plain HTTP: it must be as unforgiving as the real one."""

import asyncio
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from sandbox.clock import ManualClock
from sandbox.raid_helper.server import RaidHelperStandIn
from sandbox.raid_helper.templates import KNOWN, classes_of

GUILD, OTHER_GUILD, CHANNEL = 100_000_000_000_000_001, 100_000_000_000_000_002, 300_000_000_000_000_001
ANNIKA = 200_000_000_000_000_001
BODY: dict[str, Any] = {"leaderId": "7", "title": "Raid", "date": "1795806000", "time": "1795806000"}


class Caller:
    """Somebody with a key and without a client."""

    def __init__(self, http: aiohttp.ClientSession, standin: RaidHelperStandIn) -> None:
        self._http = http
        self.standin = standin

    async def __call__(
        self, method: str, path: str, body: object = None, key: str | None = None, **headers: str
    ) -> tuple[int, Any]:
        bare = self.standin.servers[GUILD] if key is None else key
        url = self.standin.base_url + path
        async with self._http.request(method, url, json=body, headers={"Authorization": bare, **headers}) as answer:
            is_json = answer.content_type == "application/json"
            return answer.status, await (answer.json() if is_json else answer.text())

    async def create(self, **changes: Any) -> tuple[int, Any]:
        return await self("POST", f"/servers/{GUILD}/channels/{CHANNEL}/event", BODY | changes)


@pytest.fixture
def ask(http: aiohttp.ClientSession, standin: RaidHelperStandIn) -> Caller:
    return Caller(http, standin)


async def test_a_created_event_has_every_documented_field_in_mixed_types(ask: Caller) -> None:
    status, answer = await ask.create(advancedSettings={"duration": 90}, templateId="wowretail2")
    event = answer["event"]
    assert (status, answer["status"]) == (200, "success")
    assert isinstance(event["id"], str)
    assert event["endTime"] == event["startTime"] + 5400
    assert event["closingTime"] == event["startTime"]
    assert (event["advancedSettings"]["deadline"], event["advancedSettings"]["deletion"]) == ("0", "false")
    assert [button["type"] for button in event["classes"]] == ["primary"] * 4 + ["default"] * 4
    assert None not in event.values()


IGNORED = [{"signUps": [{"userId": str(ANNIKA)}]}, {"duration": 90}, {"mentions": "Raiders"}, {"unknown": 1}]


@pytest.mark.parametrize("extra", IGNORED)
async def test_the_traps_are_ignored_in_silence(ask: Caller, extra: dict[str, Any]) -> None:
    _, answer = await ask.create(**extra)
    event = answer["event"]
    assert event["signUps"] == []
    assert event["endTime"] == event["startTime"]
    assert event["advancedSettings"]["mentions"] == "none"
    assert "unknown" not in event


KEYS = ["", "wrong", "Bearer k3yOfTheFirstServer0123456789abcdefABCDEF", "k3yOfTheOtherServer0123456789abcdefABCDEF"]


@pytest.mark.parametrize("key", KEYS)
async def test_only_the_bare_key_of_the_server_opens_it(ask: Caller, key: str) -> None:
    _, answer = await ask.create()
    event = f"/events/{answer['event']['id']}"
    for method, path in [
        ("POST", f"/servers/{GUILD}/channels/{CHANNEL}/event"),
        ("GET", f"/servers/{GUILD}/events"),
        ("GET", f"/servers/{GUILD}/attendance"),
        ("GET", f"/servers/{GUILD}/scheduledevents"),
        ("PATCH", event),
        ("DELETE", event),
        ("POST", f"{event}/signups"),
    ]:
        assert await ask(method, path, BODY, key=key) == (401, {"reason": "invalid token"})
    assert (await ask("GET", event, key=key))[0] == 200


REFUSED = [
    ({"leaderId": 7}, 400, {"error": "invalid leaderId"}),
    ({"leaderId": "8"}, 400, {"error": "invalid leaderId"}),
    ({"templateId": "wowretail9"}, 401, {"reason": "locked template"}),
    ({"date": "soon"}, 400, {"error": "invalid date or time"}),
    ({"time": "25:00"}, 400, {"error": "invalid date or time"}),
    ({"announcement": {"channel": "unsignedping"}}, 400, {"error": "missing announcement time"}),
    (
        {"announcement": {"channel": "raids", "time": 30}},
        404,
        {"error": "unknown announcement channel or keyword"},
    ),
]


@pytest.mark.parametrize(("changes", "status", "body"), REFUSED)
async def test_a_bad_body_is_refused_in_its_words(
    ask: Caller, changes: dict[str, Any], status: int, body: dict[str, Any]
) -> None:
    assert await ask.create(**changes) == (status, body)
    assert ask.standin.events == {}


DATES = [
    ("2026-11-27", "11:00"),
    ("27-11-2026", "11:00"),
    ("27.11.2026", "11:00 AM"),
    ("1795806000", "1795806000"),
    (1795806000, 1795806000),
]


@pytest.mark.parametrize(("date", "time"), DATES)
async def test_text_dates_are_read_in_a_zone_that_is_not_utc(ask: Caller, date: object, time: object) -> None:
    _, answer = await ask.create(date=date, time=time)
    assert answer["event"]["startTime"] == 1795806000


async def test_a_strict_stand_in_takes_unix_seconds_only(http: aiohttp.ClientSession, clock: ManualClock) -> None:
    async with RaidHelperStandIn(clock, servers={GUILD: "key"}, users={7: "Leader"}, strict_dates=True) as strict:
        ask = Caller(http, strict)
        assert (await ask.create(date="2026-11-27", time="11:00"))[0] == 400
        assert (await ask.create())[0] == 200


@pytest.mark.parametrize(("number", "name"), [(1, "1"), ("2", "2"), (6, "6"), ("wowretail2", "wowretail2")])
async def test_a_template_may_be_text_or_a_number(ask: Caller, number: object, name: str) -> None:
    _, answer = await ask.create(templateId=number)
    assert answer["event"]["templateId"] == name


WRONG_ROUTES = [
    ("GET", "/nothing"),
    ("PUT", "/events/1"),
    ("GET", "/events/1/"),
    ("POST", "/events/1"),
    ("GET", "/events/1/signups"),
    ("DELETE", "/events/1/signups"),
]


@pytest.mark.parametrize(("method", "path"), WRONG_ROUTES)
async def test_a_wrong_route_answers_like_the_framework(ask: Caller, method: str, path: str) -> None:
    status, body = await ask(method, path)
    assert status == body["status"] == 404
    assert body["title"] == f"Endpoint {method} /api/v4{path} not found"


async def test_a_hidden_channel_and_a_gone_event_are_not_found(ask: Caller) -> None:
    _, answer = await ask.create()
    ask.standin.hidden_channels.add(CHANNEL)
    assert (await ask.create())[0] == 404
    await ask.standin.delete_in_discord(answer["event"]["id"])
    assert await ask("GET", f"/events/{answer['event']['id']}") == (404, {"reason": "unknown event"})


async def test_a_query_filters_nothing_and_headers_do(ask: Caller) -> None:
    await ask.create()
    path = f"/servers/{GUILD}/events"
    assert len((await ask("GET", f"{path}?StartTimeFilter=1795806001"))[1]["postedEvents"]) == 1
    assert (await ask("GET", path, StartTimeFilter="1795806001"))[1]["postedEvents"] == []
    _, beyond = await ask("GET", path, Page="2")
    assert (beyond["postedEvents"], beyond["eventCountOverall"]) == ([], 1)
    (row,) = (await ask("GET", path))[1]["postedEvents"]
    assert row["signUpCount"] == "0"
    assert not {"classes", "roles", "advancedSettings", "signUps", "closingTime"} & row.keys()


async def test_the_other_servers_events_are_not_listed(ask: Caller) -> None:
    await ask.create()
    _, answer = await ask("GET", f"/servers/{OTHER_GUILD}/events", key=ask.standin.servers[OTHER_GUILD])
    assert answer["postedEvents"] == []


async def test_an_edit_merges_settings_and_roles(ask: Caller, clock: ManualClock) -> None:
    _, answer = await ask.create(templateId="6", advancedSettings={"duration": 60, "limit": 5})
    clock.advance(timedelta(minutes=1))
    path = f"/events/{answer['event']['id']}"
    body = {"advancedSettings": {"limit": 9}, "roles": [{"name": "Tanks", "limit": 2}], "title": "New"}
    assert (await ask("PATCH", path, body))[0] == 200
    _, event = await ask("GET", path)
    assert (event["advancedSettings"]["limit"], event["advancedSettings"]["duration"]) == (9, 60)
    assert [role["limit"] for role in event["roles"]] == [2, 999, 999, 999]
    assert event["lastUpdated"] == answer["event"]["lastUpdated"] + 60
    assert (event["title"], event["displayTitle"]) == ("New", "New")


SIGNUP_ERRORS = [
    ({"userId": str(ANNIKA)}, {"error": "missing className"}),
    ({"userId": str(ANNIKA), "className": "Paladin"}, {"error": "invalid className"}),
    ({"userId": str(ANNIKA), "className": "tank"}, {"error": "invalid className"}),
    ({"userId": str(ANNIKA), "className": "Tank", "specName": "Holy"}, {"error": "invalid specName"}),
    ({"userId": ANNIKA, "className": "Tank"}, {"error": "invalid userId"}),
    ({"className": "Tank"}, {"error": "invalid userId"}),
    ([], {"error": "body is not an object"}),
]


@pytest.mark.parametrize(("body", "error"), SIGNUP_ERRORS)
async def test_a_signup_is_checked_against_the_template(ask: Caller, body: object, error: dict[str, str]) -> None:
    _, answer = await ask.create(templateId="wowretail2")
    assert await ask("POST", f"/events/{answer['event']['id']}/signups", body) == (400, error)


async def test_the_roster_numbers_everybody_and_queues_beyond_the_limit(ask: Caller) -> None:
    _, answer = await ask.create(templateId="wowretail2", advancedSettings={"limit": 2})
    path = f"/events/{answer['event']['id']}"
    for number, button in enumerate(["Tank", "Absence", "Healer", "Melee"]):
        body = {"userId": str(ANNIKA + number), "className": button}
        assert (await ask("POST", f"{path}/signups", body))[0] == 200
    assert (await ask("POST", f"{path}/signups", {"userId": str(ANNIKA), "className": "Tank"}))[0] == 400
    _, event = await ask("GET", path)
    assert [(row["position"], row["status"]) for row in event["signUps"]] == [
        (1, "primary"),
        (2, "primary"),
        (3, "primary"),
        (4, "queued"),
    ]
    assert all(isinstance(row["id"], int) for row in event["signUps"])
    assert (await ask("DELETE", f"{path}/signups/1"))[0] == 200
    assert (await ask("PATCH", f"{path}/signups/3", {"className": "Bench"}))[0] == 200
    _, event = await ask("GET", path)
    assert [(row["className"], row["status"]) for row in event["signUps"]] == [
        ("Absence", "primary"),
        ("Healer", "primary"),
        ("Bench", "primary"),
    ]


async def test_whoever_shows_the_sheet_hears_of_every_change(http: aiohttp.ClientSession, clock: ManualClock) -> None:
    heard: list[tuple[str, str, int]] = []

    async def listen(what: str, event: dict[str, Any]) -> None:
        heard.append((what, event["id"], len(event["signUps"])))
        event.clear()

    async with RaidHelperStandIn(
        clock,
        servers={GUILD: "key"},
        users={7: "Leader"},
        new_id=iter([111, 222]).__next__,
        on_post=lambda event: listen("post", event),
        on_edit=lambda event: listen("edit", event),
        on_delete=lambda event: listen("delete", event),
    ) as shown:
        ask = Caller(http, shown)
        await ask.create(templateId="6")
        row = await shown.sign_up_in_discord("111", ANNIKA, "Tank")
        await ask("PATCH", f"/events/111/signups/{row['id']}", {"className": "Bench"})
        await ask("DELETE", f"/events/111/signups/{row['id']}")
        await ask("PATCH", "/events/111", {"title": "New"})
        await ask("DELETE", "/events/111")
    changes = [("edit", "111", 1), ("edit", "111", 1), ("edit", "111", 0), ("edit", "111", 0)]
    assert heard == [("post", "111", 0), *changes, ("delete", "111", 0)]


async def test_latency_passes_on_the_clock(http: aiohttp.ClientSession, clock: ManualClock) -> None:
    async with RaidHelperStandIn(clock, servers={GUILD: "key"}, users={7: "Leader"}, latency=(0.15, 0.8)) as slow:
        creating = asyncio.ensure_future(Caller(http, slow).create())
        while not slow.calls:  # noqa: ASYNC110 - the server has no event to wait for
            await asyncio.sleep(0)
        assert slow.events == {}
        while not creating.done():
            clock.advance(timedelta(seconds=0.8))
            await asyncio.sleep(0)
        assert (await creating)[0] == 200


async def test_a_client_that_shows_its_key_is_caught(http: aiohttp.ClientSession, clock: ManualClock) -> None:
    with pytest.raises(AssertionError, match="X-Debug"):
        async with RaidHelperStandIn(clock, servers={GUILD: "the-key"}, users={}) as watching:
            await Caller(http, watching)("GET", "/events/1", **{"X-Debug": "the-key"})


@pytest.mark.parametrize("template", sorted(KNOWN))
def test_every_button_and_spec_has_an_emote(template: str) -> None:
    for button in classes_of(template):
        assert button["emoteId"].isdigit()
        assert all(spec["emoteId"].isdigit() and spec["roleEmoteId"].isdigit() for spec in button["specs"])


async def test_reset_forgets_everything(ask: Caller) -> None:
    await ask.create()
    ask.standin.reset()
    assert (ask.standin.events, ask.standin.calls) == ({}, [])


async def test_no_event_is_scheduled(ask: Caller) -> None:
    assert await ask("GET", f"/servers/{GUILD}/scheduledevents") == (200, {"scheduledEvents": []})
