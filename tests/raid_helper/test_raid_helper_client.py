"""What the client sends and what it makes of the answers, against the stand-in."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.raid_helper.client import RaidHelper, RaidHelperServer, find_lost
from bot.raid_helper.errors import OutcomeUnknown, UnknownEvent
from bot.raid_helper.models import Choice, EventChange, EventDraft, SignUpDraft
from sandbox.clock import ManualClock
from sandbox.raid_helper import faults
from sandbox.raid_helper.server import RaidHelperStandIn

Drafts = Callable[..., EventDraft]
CHANNEL, OTHER_CHANNEL = 300_000_000_000_000_001, 300_000_000_000_000_002
ANNIKA, BORIS = 200_000_000_000_000_001, 200_000_000_000_000_002
START = datetime(2026, 11, 27, 19, 0, tzinfo=UTC)
TANK = Choice("Tank", "Blood")


async def test_an_event_is_created_with_unix_seconds_in_both_date_and_time(
    server: RaidHelperServer, standin: RaidHelperStandIn, draft: Drafts
) -> None:
    event = await server.create_event(CHANNEL, draft(limit=30, deadline_hours=2))
    (call,) = standin.asked("create")
    assert call.path == f"/api/v4/servers/{server.guild_id}/channels/{CHANNEL}/event"
    assert call.body == {
        "leaderId": "7",
        "templateId": "wowretail2",
        "title": "Heroic raid",
        "description": "Sign up below.\n\n[ref:6f2c]",
        "date": "1795806000",
        "time": "1795806000",
        "advancedSettings": {
            "duration": 180,
            "limit": 30,
            "deadline": 2,
            "vacuum": False,
            "create_discordevent": False,
        },
    }
    assert (event.start, event.end) == (START, START + timedelta(hours=3))
    assert event.closes == START - timedelta(hours=2)
    assert event.url == f"https://discord.com/channels/{server.guild_id}/{CHANNEL}/{event.id}"
    assert [button.name for button in event.classes if not button.is_status] == ["Tank", "Healer", "Melee", "Ranged"]
    assert event.payload["advancedSettings"]["limit"] == 30


async def test_requests_carry_the_bare_key_json_and_an_honest_user_agent(
    server: RaidHelperServer, standin: RaidHelperStandIn, draft: Drafts
) -> None:
    await server.create_event(CHANNEL, draft())
    headers = standin.calls[0].headers
    assert headers["Authorization"] == "<key>"
    assert headers["Content-Type"] == headers["Accept"] == "application/json"
    assert headers["User-Agent"].startswith("Muster")


async def test_a_template_left_out_is_the_servers_default(
    server: RaidHelperServer, standin: RaidHelperStandIn, draft: Drafts
) -> None:
    await server.create_event(CHANNEL, draft(template_id=None, limit=None))
    body = standin.asked("create")[0].body
    assert "templateId" not in body
    assert "limit" not in body["advancedSettings"]


async def test_a_members_braces_are_not_expanded_and_look_the_same(
    server: RaidHelperServer, standin: RaidHelperStandIn, draft: Drafts
) -> None:
    event = await server.create_event(CHANNEL, draft(title="{Raiders} now", description="see {id} {Officers}"))
    await server.edit_event(event.id, EventChange(title="{leader}", description="{Raiders}"))
    await server.add_signup(event.id, SignUpDraft(TANK, name="{Officers}"))
    texts = [text for call in standin.calls for text in call.body.values() if isinstance(text, str)]
    assert not any("{" in text or "}" in text for text in texts)
    assert standin.asked("create")[0].body["title"] == "❴Raiders❵ now"


async def test_a_read_event_has_its_signups_and_their_states(
    server: RaidHelperServer, standin: RaidHelperStandIn, draft: Drafts
) -> None:
    created = await server.create_event(CHANNEL, draft(limit=1))
    await standin.sign_up_in_discord(created.id, ANNIKA, "Tank", "Blood")
    await standin.sign_up_in_discord(created.id, BORIS, "Healer", "Holy1")
    await server.add_signup(created.id, SignUpDraft(Choice("Absence"), name="Friend"))
    event = await server.fetch_event(created.id)
    assert [row.state for row in event.signups or ()] == ["accepted", "queued", "absence"]
    assert [row.member_id for row in event.signups or ()] == [ANNIKA, BORIS, None]
    found = event.signup_of(BORIS)
    assert found is not None
    assert (found.class_name, found.spec_name, found.role_name) == ("Healer", "Holy1", "Healers")


async def test_a_signup_is_added_moved_and_removed(
    server: RaidHelperServer, standin: RaidHelperStandIn, draft: Drafts
) -> None:
    event = await server.create_event(CHANNEL, draft())
    await server.add_signup(event.id, SignUpDraft(TANK, user_id=ANNIKA))
    assert standin.asked("add_signup")[0].body == {
        "userId": str(ANNIKA),
        "className": "Tank",
        "specName": "Blood",
        "notify": False,
    }
    row = (await server.fetch_event(event.id)).signup_of(ANNIKA)
    assert row is not None
    assert row.id is not None
    await server.edit_signup(event.id, row.id, Choice("Bench"))
    moved = (await server.fetch_event(event.id)).signup_of(ANNIKA)
    assert moved is not None
    assert (moved.state, moved.id) == ("bench", row.id)
    await server.remove_signup(event.id, row.id)
    await server.remove_signup(event.id, row.id)
    assert (await server.fetch_event(event.id)).signups == ()


async def test_an_edit_sends_only_what_changes(
    server: RaidHelperServer, standin: RaidHelperStandIn, draft: Drafts
) -> None:
    event = await server.create_event(CHANNEL, draft(limit=30))
    later = START + timedelta(days=1)
    await server.edit_event(event.id, EventChange(start=later, duration_minutes=60))
    assert standin.asked("edit")[0].body == {
        "startTime": 1795892400,
        "endTime": 1795896000,
        "advancedSettings": {"duration": 60},
    }
    changed = await server.fetch_event(event.id)
    assert (changed.start, changed.end, changed.title) == (later, later + timedelta(hours=1), "Heroic raid")
    assert standin.events[event.id]["advancedSettings"]["limit"] == 30
    await server.edit_event(event.id, EventChange())
    assert len(standin.asked("edit")) == 1


async def test_a_new_description_can_keep_the_marker(
    server: RaidHelperServer, standin: RaidHelperStandIn, draft: Drafts
) -> None:
    event = await server.create_event(CHANNEL, draft())
    await server.edit_event(event.id, EventChange(description="Bring flasks.", ref="6f2c"))
    assert (await server.fetch_event(event.id)).ref == "6f2c"


@pytest.mark.parametrize("plain", [False, True])
async def test_deleting_is_done_once_however_often_it_is_asked(
    server: RaidHelperServer, standin: RaidHelperStandIn, draft: Drafts, plain: bool
) -> None:
    standin.plain_delete = plain
    event = await server.create_event(CHANNEL, draft())
    await server.delete_event(event.id)
    await server.delete_event(event.id)
    assert standin.events == {}


async def test_a_list_filters_by_headers_and_follows_the_pages(http: aiohttp.ClientSession, clock: ManualClock) -> None:
    async with RaidHelperStandIn(clock, servers={5: "key-five"}, users={7: "Leader"}, page_size=2) as paged:
        server = RaidHelper(http, paged.base_url, clock).server(5, "key-five")
        for day in range(5):
            start = START + timedelta(days=day)
            await server.create_event(CHANNEL, EventDraft(f"Day {day}", "", start, 60, 7, "1"))
        found = await server.list_events(START, START + timedelta(days=3))
        assert [event.title for event in found] == ["Day 0", "Day 1", "Day 2", "Day 3"]
        pages = paged.asked("list")
        assert [call.headers["Page"] for call in pages] == ["1", "2"]
        assert pages[0].headers["StartTimeFilter"] == "1795806000"
        assert pages[0].headers["EndTimeFilter"] == "1796065200"
        assert "?" not in pages[0].path


async def test_a_list_tells_not_asked_from_nobody(
    server: RaidHelperServer, standin: RaidHelperStandIn, draft: Drafts
) -> None:
    event = await server.create_event(CHANNEL, draft())
    await server.create_event(OTHER_CHANNEL, draft(title="Elsewhere"))
    (bare,) = await server.list_events(START, START, CHANNEL)
    (whole,) = await server.list_events(START, START, CHANNEL, with_signups=True)
    assert (bare.signups, whole.signups) == (None, ())
    assert bare.signup_count == 0
    assert bare.url == event.url
    assert bare.closes == START


async def test_a_drifted_list_is_read_all_the_same(
    server: RaidHelperServer, standin: RaidHelperStandIn, draft: Drafts
) -> None:
    event = await server.create_event(CHANNEL, draft())
    standin.fail("list", faults.field_drift())
    assert [found.id for found in await server.list_events(START, START)] == [event.id]


async def test_attendance_counts_closed_events(
    server: RaidHelperServer, standin: RaidHelperStandIn, draft: Drafts, clock: ManualClock
) -> None:
    event = await server.create_event(CHANNEL, draft())
    await standin.sign_up_in_discord(event.id, ANNIKA, "Tank", "Blood")
    await standin.sign_up_in_discord(event.id, BORIS, "Bench")
    span = (START - timedelta(days=1), START + timedelta(days=1))
    assert await server.attendance(*span) == []
    clock.set(START + timedelta(days=1))
    (row,) = await server.attendance(*span, channels=[CHANNEL])
    assert (row.user_id, row.name, row.attended) == (str(ANNIKA), "Annika", 1)
    assert await server.attendance(*span, channels=[OTHER_CHANNEL]) == []
    assert standin.asked("attendance")[0].headers["TimeFilterStart"] == "1795719600"


async def test_another_servers_event_is_unknown(helper: RaidHelper, server: RaidHelperServer, draft: Drafts) -> None:
    event = await server.create_event(CHANNEL, draft())
    other = helper.server(100_000_000_000_000_002, "k3yOfTheOtherServer0123456789abcdefABCDEF")
    with pytest.raises(UnknownEvent):
        await other.fetch_event(event.id)


@pytest.mark.parametrize("event_id", ["", "../servers/1/events", "12/signups", "abc", "١٢"])
async def test_an_id_that_is_none_asks_nothing(
    server: RaidHelperServer, standin: RaidHelperStandIn, event_id: str
) -> None:
    with pytest.raises(UnknownEvent):
        await server.fetch_event(event_id)
    with pytest.raises(UnknownEvent):
        await server.delete_event(event_id)
    assert standin.calls == []


@pytest.mark.parametrize("form", ["mistyped", "top_id", "number_id"])
async def test_odd_create_answers_still_give_the_event(
    server: RaidHelperServer, standin: RaidHelperStandIn, draft: Drafts, form: str
) -> None:
    standin.fail("create", faults.odd_body(form))
    event = await server.create_event(CHANNEL, draft())
    assert [event.id] == list(standin.events)
    assert (event.start, event.ref, event.channel_id) == (START, "6f2c", str(CHANNEL))
    assert {button.name for button in (await server.complete(event)).classes} >= {"Tank", "Bench"}


async def test_a_new_event_is_read_patiently(
    server: RaidHelperServer, standin: RaidHelperStandIn, draft: Drafts, slept: list[float]
) -> None:
    standin.fail("create", faults.odd_body("top_id"))
    event = await server.create_event(CHANNEL, draft())
    standin.fail("fetch", faults.gone(), times=2)
    assert (await server.complete(event)).classes
    assert slept == [1.0, 2.0]


async def test_an_event_that_never_appears_is_unknown(
    server: RaidHelperServer, standin: RaidHelperStandIn, draft: Drafts
) -> None:
    standin.fail("create", faults.odd_body("top_id"))
    event = await server.create_event(CHANNEL, draft())
    standin.fail("fetch", faults.gone(), times=4)
    with pytest.raises(UnknownEvent):
        await server.complete(event)


LOST = {
    "dropped": faults.commit_then_drop(),
    "5xx after the fact": faults.Fault("late 502", faults.server_error().behave, commits=True),
    "empty body": faults.odd_body("empty"),
    "text body": faults.odd_body("text"),
    "a list": faults.odd_body("list"),
    "no event in it": faults.odd_body("eventless"),
    "over a mebibyte": faults.huge_body(),
}


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST.keys())
async def test_a_lost_create_is_not_repeated_and_found_again(
    server: RaidHelperServer, standin: RaidHelperStandIn, draft: Drafts, fault: faults.Fault
) -> None:
    await server.create_event(CHANNEL, draft(title="Same night", ref="0000"))
    standin.fail("create", fault)
    with pytest.raises(OutcomeUnknown):
        await server.create_event(CHANNEL, draft())
    assert len(standin.asked("create")) == 2
    found = await find_lost(server, draft())
    assert found is not None
    assert standin.events[found.id]["title"] == "Heroic raid"
    assert len(standin.events) == 2


async def test_a_create_that_outlasts_the_timeout_is_found_again(
    http: aiohttp.ClientSession,
    standin: RaidHelperStandIn,
    clock: ManualClock,
    server: RaidHelperServer,
    draft: Drafts,
) -> None:
    standin.fail("create", faults.commit_then_stall(standin.released))
    hasty = RaidHelper(http, standin.base_url, clock, timeout_seconds=0.5)
    with pytest.raises(OutcomeUnknown):
        await hasty.server(server.guild_id, standin.servers[server.guild_id]).create_event(CHANNEL, draft())
    assert await find_lost(server, draft()) is not None


async def test_a_create_that_never_happened_is_looked_for_four_times(
    server: RaidHelperServer, standin: RaidHelperStandIn, draft: Drafts
) -> None:
    standin.fail("create", faults.drop_before_commit())
    with pytest.raises(OutcomeUnknown):
        await server.create_event(CHANNEL, draft())
    assert await find_lost(server, draft()) is None
    assert len(standin.asked("list")) == 4
    assert {call.headers["StartTimeFilter"] for call in standin.asked("list")} == {"1795805940"}
    assert {call.headers["EndTimeFilter"] for call in standin.asked("list")} == {"1795806060"}


async def test_a_lagging_list_does_not_hide_a_lost_event(
    server: RaidHelperServer, standin: RaidHelperStandIn, draft: Drafts
) -> None:
    standin.fail("create", faults.commit_then_drop())
    with pytest.raises(OutcomeUnknown):
        await server.create_event(CHANNEL, draft())
    standin.fail("list", faults.lagging_list(), times=3)
    assert await find_lost(server, draft()) is not None


async def test_a_draft_without_a_reference_cannot_be_looked_for(server: RaidHelperServer, draft: Drafts) -> None:
    with pytest.raises(ValueError, match="reference"):
        await find_lost(server, draft(ref=""))


async def test_a_list_that_does_not_count_its_pages_is_read_to_its_end(
    http: aiohttp.ClientSession, clock: ManualClock
) -> None:
    async def uncounted(_request: web.Request, answer: dict[str, Any]) -> web.StreamResponse:
        return web.json_response({"postedEvents": answer["postedEvents"]})

    async with RaidHelperStandIn(clock, servers={5: "key-five"}, users={7: "Leader"}, page_size=2) as paged:
        server = RaidHelper(http, paged.base_url, clock).server(5, "key-five")
        for day in range(3):
            await server.create_event(CHANNEL, EventDraft(f"Day {day}", "", START + timedelta(days=day), 60, 7, "1"))
        paged.fail("list", faults.Fault("uncounted", uncounted, commits=True), times=3)
        assert len(await server.list_events(START, START + timedelta(days=9))) == 3
        assert len(paged.asked("list")) == 3


async def test_an_event_nobody_can_read_does_not_hide_the_others(
    server: RaidHelperServer, standin: RaidHelperStandIn, draft: Drafts
) -> None:
    await server.create_event(CHANNEL, draft())

    async def broken(_request: web.Request, answer: dict[str, Any]) -> web.StreamResponse:
        return web.json_response({**answer, "postedEvents": [{"id": None}, 7, *answer["postedEvents"]]})

    standin.fail("list", faults.Fault("broken", broken, commits=True))
    assert len(await server.list_events(START, START)) == 1


async def test_a_list_that_ignores_the_filter_is_filtered_here(
    server: RaidHelperServer, standin: RaidHelperStandIn, draft: Drafts
) -> None:
    wanted = await server.create_event(CHANNEL, draft())
    await server.create_event(CHANNEL, draft(start=START + timedelta(days=7)))
    _, late = standin.events.values()

    async def everything(_request: web.Request, answer: dict[str, Any]) -> web.StreamResponse:
        row = {"id": late["id"], "startTime": late["startTime"]}
        return web.json_response({**answer, "postedEvents": [*answer["postedEvents"], row]})

    standin.fail("list", faults.Fault("everything", everything, commits=True))
    assert [event.id for event in await server.list_events(START, START)] == [wanted.id]
