from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from makers import START, event

from bot.domain.event import EventStatus
from bot.domain.ids import EventId, GuildId, MessageId
from bot.render.calendar_file import calendar_file

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)


def entry(now: datetime = NOW, **given: Any) -> Any:
    [found] = Calendar.from_ical(calendar_file(event(**given), now)).walk("VEVENT")
    return found


def test_a_calendar_reads_title_times_and_link():
    found = entry(message_id=MessageId(99), description="Bring flasks; potions, too.\nInvites at 19:45.")
    assert (str(found["summary"]), found.decoded("dtstart"), found.decoded("dtend")) == (
        "Heroic Wednesday",
        START,
        START + timedelta(hours=3),
    )
    assert str(found["url"]) == "https://discord.com/channels/70/71/99"
    assert str(found["description"]).startswith("Bring flasks; potions, too.\nInvites at 19:45.\n\nhttps://")
    assert str(found["status"]) == "CONFIRMED"


def test_times_are_in_utc_and_lines_end_as_the_standard_says():
    content = calendar_file(event(), NOW)
    assert b"DTSTART:20261125T190000Z\r\n" in content
    assert b"METHOD:PUBLISH\r\n" in content
    assert content.startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")


def test_a_newer_file_replaces_the_older_one():
    older, newer = entry(), entry(NOW + timedelta(minutes=1), title="Moved", starts_at=START + timedelta(hours=1))
    assert older["uid"] == newer["uid"]
    assert int(newer["sequence"]) > int(older["sequence"])


@pytest.mark.parametrize("given", [{"id": EventId(13)}, {"guild_id": GuildId(1)}])
def test_every_raid_has_an_entry_of_its_own(given: dict[str, Any]):
    assert entry(**given)["uid"] != entry()["uid"]


def test_a_raid_without_words_and_sheet_has_neither():
    found = entry()
    assert "description" not in found
    assert "url" not in found


def test_a_cancelled_raid_is_cancelled_in_the_calendar():
    assert str(entry(status=EventStatus.CANCELLED)["status"]) == "CANCELLED"


@pytest.mark.parametrize("title", ["a\r\nBEGIN:VEVENT", "semi;colon, comma \\ slash", "🐉" * 90])
def test_a_title_stays_one_value(title: str):
    assert len(Calendar.from_ical(calendar_file(event(title=title), NOW)).walk("VEVENT")) == 1
