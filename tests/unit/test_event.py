from typing import Any

import pytest
from makers import event

from bot.domain.errors import MusterError
from bot.domain.event import (
    BadDescription,
    BadLimit,
    BadTitle,
    EventStatus,
    SheetKind,
    TitlePings,
    check_description,
    check_limit,
    check_title,
)


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("Heroic Wednesday", "Heroic Wednesday"),
        ("  Heroic \n\t Wednesday ", "Heroic Wednesday"),
        ("x" * 100, "x" * 100),
        ("y" * 99 + " " * 50, "y" * 99),  # what is folded away does not count
        ("団" * 100, "団" * 100),
        ("mail me @ home", "mail me @ home"),
        ("everyone comes", "everyone comes"),
        ("🐉", "🐉"),
        ("<3 <t:1> <:logo:12>", "<3 <t:1> <:logo:12>"),
    ],
)
def test_a_title_is_folded(typed: str, title: str):
    assert check_title(typed) == title


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("", BadTitle),
        (" \n ", BadTitle),
        ("\u200b", BadTitle),
        ("\u3164 \u2800", BadTitle),
        ("\u202e", BadTitle),
        ("x" * 101, BadTitle),
        ("x" * 5000, BadTitle),
        ("Raid @everyone", TitlePings),
        ("@here now", TitlePings),
        ("with <@123456789012345678>", TitlePings),
        ("with <@!123456789012345678>", TitlePings),
        ("for <@&123456789012345678>", TitlePings),
    ],
)
def test_a_title_nobody_can_use_is_refused(typed: str, error: type[MusterError]):
    with pytest.raises(error):
        check_title(typed)


@pytest.mark.parametrize(("typed", "kept"), [("", ""), ("  a\n b ", "a\n b"), ("x" * 2000, "x" * 2000)])
def test_a_description_keeps_its_lines(typed: str, kept: str):
    assert check_description(typed) == kept


def test_a_description_over_2000_is_refused():
    with pytest.raises(BadDescription):
        check_description("x" * 2001)


@pytest.mark.parametrize("limit", [None, 1, 25, 1000])
def test_a_limit_is_none_or_1_to_1000(limit: int | None):
    assert check_limit(limit) == limit


@pytest.mark.parametrize("limit", [0, -1, 1001, 10**20])
def test_another_limit_is_refused(limit: int):
    with pytest.raises(BadLimit):
        check_limit(limit)


@pytest.mark.parametrize(
    ("given", "link"),
    [
        ({"message_id": 900}, "https://discord.com/channels/70/71/900"),
        ({"raid_helper_event_id": "800"}, None),  # a native sheet is found by its own message
        ({"sheet": SheetKind.RAID_HELPER, "raid_helper_event_id": "800"}, "https://discord.com/channels/70/71/800"),
        ({"sheet": SheetKind.RAID_HELPER, "message_id": 900}, None),
        ({"message_id": 900, "channel_id": None}, None),
        ({}, None),
    ],
)
def test_the_link_is_where_the_sheet_stands(given: dict[str, Any], link: str | None):
    assert event(**given).link == link


@pytest.mark.parametrize("status", EventStatus)
@pytest.mark.parametrize("closed", [False, True])
def test_buttons_live_while_scheduled_and_open(status: EventStatus, closed: bool):
    assert event(status=status, closed=closed).takes_buttons is (status is EventStatus.SCHEDULED and not closed)
