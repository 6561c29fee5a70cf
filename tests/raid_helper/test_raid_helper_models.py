"""Values in and out: loose JSON read leniently, drafts checked before they are sent."""

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from bot.raid_helper.models import Choice, EventChange, EventDraft, RaidHelperEvent, SignUp, SignUpDraft
from bot.raid_helper.text import DESCRIPTION_LIMIT, TITLE_LIMIT, described, find_marker, marker, titled, without_braces

START = datetime(2026, 11, 27, 19, 0, tzinfo=UTC)


def _event(**fields: Any) -> RaidHelperEvent:
    return RaidHelperEvent.model_validate({"id": "900000000000000123", "startTime": 1795806000, **fields})


TOLERATED = [
    ({"id": 900000000000000123}, "id", "900000000000000123"),
    ({"startTime": "1795806000"}, "start", START),
    ({"startTime": 1795806000000}, "start", START),
    ({"startTime": 1795806000.0}, "start", START),
    ({"endTime": None}, "end", None),
    ({"endTime": "none"}, "end", None),
    ({"closingTime": 1795806000}, "closes", START),
    ({"closeTime": "1795806000"}, "closes", START),
    ({"lastUpdated": 10**30}, "updated", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ({"serverId": 42}, "server_id", "42"),
    ({"channelId": None}, "channel_id", ""),
    ({"title": 7}, "title", "7"),
    ({"description": None}, "description", ""),
    ({"signUpCount": "12"}, "signup_count", 12),
    ({"signUpCount": 12}, "signup_count", 12),
    ({"signUpCount": "many"}, "signup_count", None),
    ({"signUpCount": False}, "signup_count", None),
    ({"classes": "none"}, "classes", ()),
    ({"signUps": [None, 3]}, "signups", ()),
    ({"date": "30-01-2026", "time": "18:30", "somethingNew": {"a": 1}}, "start", START),
]


@pytest.mark.parametrize(("fields", "name", "value"), TOLERATED)
def test_loose_types_are_read(fields: dict[str, Any], name: str, value: object) -> None:
    assert getattr(_event(**fields), name) == value


@pytest.mark.parametrize("fields", [{"id": None}, {"id": ""}, {"id": "../x"}, {"startTime": None}, {"startTime": 0}])
def test_an_event_without_id_or_start_is_none(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        _event(**fields)


LINKS = [
    ({"channelId": "5", "channelType": "text"}, "https://discord.com/channels/1/5/900000000000000123"),
    ({"channelId": "5", "channelType": "post"}, "https://discord.com/channels/1/900000000000000123"),
    ({"channelId": "900000000000000123"}, "https://discord.com/channels/1/900000000000000123"),
]


@pytest.mark.parametrize(("fields", "url"), LINKS)
def test_the_link_knows_forums(fields: dict[str, Any], url: str) -> None:
    assert _event(serverId="1", **fields).url == url


STATES = [
    ("Tank", "primary", "accepted"),
    ("Tank", "queued", "queued"),
    ("Tank", "", "accepted"),
    ("Late", "primary", "late"),
    ("Bench", "primary", "bench"),
    ("Tentative", "primary", "tentative"),
    ("Absence", "primary", "absence"),
    ("absence", "queued", "absence"),
    ("Maybe", "primary", "tentative"),
    ("Declined", "primary", "absence"),
]


@pytest.mark.parametrize(("class_name", "status", "state"), STATES)
def test_the_button_says_who_comes(class_name: str, status: str, state: str) -> None:
    assert SignUp.model_validate({"id": 1, "className": class_name, "status": status}).state == state


@pytest.mark.parametrize(
    ("user_id", "member"),
    [
        ("200000000000000001", 200000000000000001),
        (200000000000000001, 200000000000000001),
        ("fake-1", None),
        ("12", None),
        (None, None),
    ],
)
def test_only_a_snowflake_is_a_member(user_id: object, member: int | None) -> None:
    assert SignUp.model_validate({"id": "7", "userId": user_id}).member_id == member


WRONG_DRAFTS: list[dict[str, Any]] = [
    {"start": START.replace(tzinfo=None)},
    {"start": START + timedelta(seconds=1)},
    {"start": START + timedelta(microseconds=1)},
    {"duration_minutes": -1},
    {"title": "  "},
    {"ref": "UPPER"},
    {"ref": "a b"},
    {"ref": "x" * 41},
]


@pytest.mark.parametrize("wrong", WRONG_DRAFTS)
def test_a_draft_that_cannot_be_sent_is_not_made(wrong: dict[str, Any]) -> None:
    usual: dict[str, Any] = {"title": "Raid", "description": "", "start": START, "duration_minutes": 60, "leader_id": 7}
    EventDraft(**usual)
    with pytest.raises(ValueError, match=r"start|duration|title|reference"):
        EventDraft(**usual | wrong)


@pytest.mark.parametrize("wrong", [{"start": START}, {"duration_minutes": 60}, {"ref": "NO"}])
def test_a_change_of_time_names_start_and_duration(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"start|reference"):
        EventChange(**wrong)


def test_a_signup_is_somebodys() -> None:
    with pytest.raises(ValueError, match="name"):
        SignUpDraft(Choice("Tank"), name=" ")
    assert SignUpDraft(Choice("Tank"), name="Friend").body() == {
        "className": "Tank",
        "isFake": True,
        "name": "Friend",
        "notify": False,
    }


BRACED = ["{Raiders}", "{{nested}}", "a {b} {c", "}{"]


@pytest.mark.parametrize("text", BRACED)
def test_braces_are_replaced_by_marks_unicode_does_not_fold_back(text: str) -> None:
    shown = without_braces(text)
    assert len(shown) == len(text)
    assert not set("{}") & set(unicodedata.normalize("NFKC", shown))


@pytest.mark.parametrize("length", [1, TITLE_LIMIT, TITLE_LIMIT + 1, 5000])
def test_a_title_is_one_line_of_bounded_length(length: int) -> None:
    assert len(titled("x" * length)) == min(length, TITLE_LIMIT)
    assert titled(" Two\nlines ") == "Two lines"


@pytest.mark.parametrize("length", [0, 100, DESCRIPTION_LIMIT - 14, DESCRIPTION_LIMIT, 9000])
def test_a_long_description_keeps_its_marker(length: int) -> None:
    text = described("x" * length, "6f2c")
    assert len(text) <= DESCRIPTION_LIMIT
    assert find_marker(text) == "6f2c"


MARKED = [
    ("Sign up.\n\n[ref:6f2c]", "6f2c"),
    ("[ref:6f2c] and more below", "6f2c"),
    ("a member wrote [ref:0000]\n\n[ref:6f2c]", "6f2c"),
    ("Sign up.", None),
    ("[ref:]", None),
    ("[ref:UP]", None),
]


@pytest.mark.parametrize(("text", "ref"), MARKED)
def test_the_last_marker_counts(text: str, ref: str | None) -> None:
    assert find_marker(text) == ref
    assert ref is None or marker(ref) in text


def test_a_payload_stays_out_of_the_log() -> None:
    assert "secret note" not in repr(_event(payload={"note": "secret note"}))
