from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from makers import CHANNEL, GUILD

from bot.domain.event import BookingState, NewEvent, SheetKind
from bot.domain.ids import ChannelId, SeriesId, TemplateId, UserId
from bot.domain.recurrence import Occurrence
from bot.domain.series import Exceptions, Series, Skip, booked_event, first_event, next_occurrence
from bot.domain.server import Server

SERVER = Server(GUILD, raid_channel_id=ChannelId(99))


def series(**given: Any) -> Series:
    """Every Wednesday at 20:00 in Berlin."""
    values: dict[str, Any] = {
        "id": SeriesId(3),
        "guild_id": GUILD,
        "label": "Heroic Wednesday",
        "day_of_week": 2,
        "start_time": time(20),
        "duration": timedelta(hours=3),
        "timezone": "Europe/Berlin",
    }
    return Series(**{**values, **given})


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def after(one: Series, day: str, start: str, *skipped: str) -> tuple[str, str] | None:
    exceptions = Exceptions(skips={date.fromisoformat(skip): Skip() for skip in skipped})
    found = next_occurrence(one, date.fromisoformat(day), utc(start), exceptions)
    return found and (str(found.day), f"{found.start:%Y-%m-%d %H:%M}")


@pytest.mark.parametrize(
    ("given", "day", "start", "skipped", "expected"),
    [
        ({}, "2026-11-25", "2026-11-25 19:00", (), ("2026-12-02", "2026-12-02 19:00")),
        # 20:00 stays 20:00: the clocks go back on 25 October
        ({}, "2026-10-21", "2026-10-21 18:00", (), ("2026-10-28", "2026-10-28 19:00")),
        # an event that was moved does not move its series
        ({}, "2026-11-25", "2026-11-27 17:30", (), ("2026-12-02", "2026-12-02 19:00")),
        # skips: one, several in a row, one further off, one long gone
        ({}, "2026-11-25", "2026-11-25 19:00", ("2026-12-02",), ("2026-12-09", "2026-12-09 19:00")),
        ({}, "2026-12-16", "2026-12-16 19:00", ("2026-12-30", "2026-12-23"), ("2027-01-06", "2027-01-06 19:00")),
        ({}, "2026-11-25", "2026-11-25 19:00", ("2026-12-09",), ("2026-12-02", "2026-12-02 19:00")),
        ({}, "2026-11-25", "2026-11-25 19:00", ("2026-11-25", "2026-12-01"), ("2026-12-02", "2026-12-02 19:00")),
        # every two weeks, on the weeks of the anchor however far off the last one was
        ({"every_weeks": 2}, "2026-11-25", "2026-11-25 19:00", (), ("2026-12-09", "2026-12-09 19:00")),
        (
            {"every_weeks": 2, "anchor": date(2026, 11, 18)},
            "2026-11-25",
            "2026-11-25 19:00",
            (),
            ("2026-12-02", "2026-12-02 19:00"),
        ),
        (
            {"every_weeks": 2},
            "2026-11-25",
            "2026-11-25 19:00",
            ("2026-12-09",),
            ("2026-12-23", "2026-12-23 19:00"),
        ),
        # the origin's arithmetic without a zone: exactly seven days of 24 hours, from the event's own start
        ({"timezone": None}, "2026-10-21", "2026-10-21 18:00", (), ("2026-10-28", "2026-10-28 18:00")),
        ({"timezone": None}, "2026-10-21", "2026-10-21 17:45", (), ("2026-10-28", "2026-10-28 17:45")),
        (
            {"timezone": None},
            "2026-10-21",
            "2026-10-21 18:00",
            ("2026-10-28",),
            ("2026-11-04", "2026-11-04 18:00"),
        ),
        (
            {"timezone": None, "every_weeks": 2},
            "2026-10-21",
            "2026-10-21 18:00",
            (),
            ("2026-11-04", "2026-11-04 18:00"),
        ),
        # pause and end
        ({"paused_until": date(2026, 12, 3)}, "2026-11-25", "2026-11-25 19:00", (), None),
        (
            {"paused_until": date(2026, 12, 2)},
            "2026-11-25",
            "2026-11-25 19:00",
            (),
            ("2026-12-02", "2026-12-02 19:00"),
        ),
        (
            {"paused_until": date(2026, 12, 9)},
            "2026-11-25",
            "2026-11-25 19:00",
            ("2026-12-02",),
            ("2026-12-09", "2026-12-09 19:00"),
        ),
        ({"is_active": False}, "2026-11-25", "2026-11-25 19:00", (), None),
    ],
)
def test_the_next_occurrence(
    given: dict[str, Any], day: str, start: str, skipped: tuple[str, ...], expected: tuple[str, str] | None
):
    assert after(series(**given), day, start, *skipped) == expected


def test_a_year_of_skips_still_finds_the_week_after():
    skipped = [date(2026, 12, 2) + timedelta(weeks=week) for week in range(52)]
    found = after(series(), "2026-11-25", "2026-11-25 19:00", *map(str, skipped))
    assert found == ("2027-12-01", "2027-12-01 19:00")


def test_week_after_week_every_wednesday_comes_once():
    one = series()
    day, start = date(2026, 11, 25), utc("2026-11-25 19:00")
    days = []
    for _ in range(52):
        found = next_occurrence(one, day, start, Exceptions())
        assert found
        day, start = found.day, found.start
        days.append(day)
    assert days == [date(2026, 12, 2) + timedelta(weeks=week) for week in range(52)]


@pytest.mark.parametrize(
    ("set_to", "has_key", "kind"),
    [
        (None, False, SheetKind.NATIVE),
        (None, True, SheetKind.RAID_HELPER),
        (SheetKind.NATIVE, True, SheetKind.NATIVE),
        (SheetKind.RAID_HELPER, False, SheetKind.RAID_HELPER),
    ],
)
def test_sheets_stand_where_the_series_says_else_where_the_server_can(
    set_to: SheetKind | None, has_key: bool, kind: SheetKind
):
    assert series(sheet=set_to).sheet_kind(has_key=has_key) is kind


OCCURRENCE = Occurrence(date(2026, 12, 2), utc("2026-12-02 19:00"))


def test_the_first_raid_of_a_series_is_what_the_series_says():
    full = series(channel_id=CHANNEL, description="Bring flasks", total_limit=25, leader_id=UserId(8))
    assert first_event(full, OCCURRENCE, SERVER, SheetKind.RAID_HELPER, TemplateId(4)) == NewEvent(
        guild_id=GUILD,
        title="Heroic Wednesday",
        description="Bring flasks",
        day=date(2026, 12, 2),
        starts_at=utc("2026-12-02 19:00"),
        duration=timedelta(hours=3),
        leader_id=UserId(8),
        sheet=SheetKind.RAID_HELPER,
        template_id=TemplateId(4),
        total_limit=25,
        channel_id=CHANNEL,
        series_id=SeriesId(3),
        occurrence=date(2026, 12, 2),
        booking_state=BookingState.PLANNED,
        auto_booked=False,
    )


def test_a_series_without_a_channel_raids_in_the_server_s():
    assert first_event(series(), OCCURRENCE, SERVER, SheetKind.NATIVE, None).channel_id == ChannelId(99)
    nowhere = first_event(series(), OCCURRENCE, Server(GUILD), SheetKind.NATIVE, None)
    assert nowhere.channel_id is None


def test_a_booked_raid_differs_from_the_first_by_its_flag_alone():
    first = first_event(series(), OCCURRENCE, SERVER, SheetKind.NATIVE, TemplateId(4))
    booked = booked_event(series(), OCCURRENCE, SERVER, SheetKind.NATIVE, TemplateId(4))
    assert booked.auto_booked
    assert replace(booked, auto_booked=False) == first
