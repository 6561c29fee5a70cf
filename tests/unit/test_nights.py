from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from makers import GUILD

from bot.domain.ids import SeriesId
from bot.domain.nights import booking_moment, last_before, next_unbooked, nights
from bot.domain.recurrence import Occurrence
from bot.domain.series import FOREVER, Break, Exceptions, PostTime, Series, Skip

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
"""A Thursday noon; the night before the series raided."""
SUNDAY_AT_SIX = PostTime(6, time(18))


def series(**given: Any) -> Series:
    """Every Wednesday at 20:00 in Berlin."""
    usual: dict[str, Any] = {"label": "Heroic", "day_of_week": 2, "start_time": time(20), "timezone": "Europe/Berlin"}
    return Series(id=SeriesId(3), guild_id=GUILD, duration=timedelta(hours=3), **(usual | given))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def day(text: str) -> date:
    return date.fromisoformat(text)


LAST = Occurrence(day("2026-11-25"), at("2026-11-25 19:00"))


@pytest.mark.parametrize(
    ("given", "booked", "exceptions", "expected"),
    [
        ({}, (), Exceptions(), "2026-12-02 19:00"),
        ({}, ("2026-12-02",), Exceptions(), "2026-12-09 19:00"),
        # what is left out: skips, breaks, pauses
        ({}, (), Exceptions(skips={day("2026-12-02"): Skip()}), "2026-12-09 19:00"),
        ({}, (), Exceptions(breaks=[Break(1, day("2026-11-30"), day("2026-12-16"))]), "2026-12-23 19:00"),
        ({"paused_until": day("2026-12-09")}, (), Exceptions(), "2026-12-09 19:00"),
        ({"paused_until": day("2026-12-10")}, (), Exceptions(), "2026-12-16 19:00"),
        ({"paused_until": day("2020-01-01")}, (), Exceptions(), "2026-12-02 19:00"),
        ({"paused_until": FOREVER}, (), Exceptions(), None),
        ({"is_active": False}, (), Exceptions(), None),
        ({}, (), Exceptions(breaks=[Break(1, day("2026-11-30"), date.max)]), None),
        # a night taken back from a skip lies before one that is booked already
        ({}, ("2026-12-09",), Exceptions(), "2026-12-02 19:00"),
        # moved: earlier, later, and to later than now although its usual time has passed
        ({}, (), Exceptions(moved={day("2026-12-02"): at("2026-12-01 18:00")}), "2026-12-01 18:00"),
        ({}, (), Exceptions(moved={day("2026-12-02"): at("2026-12-04 18:00")}), "2026-12-04 18:00"),
        ({"anchor": day("2026-11-25")}, (), Exceptions(moved={LAST.day: at("2026-11-27 19:00")}), "2026-11-27 19:00"),
        ({}, (), Exceptions(moved={day("2026-12-02"): at("2026-11-26 11:00")}), "2026-12-09 19:00"),
        # every two weeks from the anchor, else from the last one; every three days likewise
        ({"every_weeks": 2, "anchor": day("2026-11-18")}, (), Exceptions(), "2026-12-02 19:00"),
        ({"every_weeks": 2}, (), Exceptions(), "2026-12-09 19:00"),
        ({"every_days": 3}, (), Exceptions(), "2026-11-28 19:00"),
        ({"every_days": 3}, ("2026-11-28",), Exceptions(), "2026-12-01 19:00"),
        # without a zone it goes on from the last one
        ({"timezone": None}, (), Exceptions(), "2026-12-02 19:00"),
        ({"timezone": None}, (), Exceptions(skips={day("2026-12-02"): Skip()}), "2026-12-09 19:00"),
        ({"timezone": None}, ("2026-12-02",), Exceptions(), "2026-12-09 19:00"),
    ],
)
def test_the_next_night_to_book(
    given: dict[str, Any], booked: tuple[str, ...], exceptions: Exceptions, expected: str | None
):
    taken = {LAST.day, *map(day, booked)} - ({LAST.day} if LAST.day in exceptions.moved else set())
    found = next_unbooked(series(**given), NOW, LAST, taken, exceptions)
    assert (found and f"{found.start:%Y-%m-%d %H:%M}") == expected


def test_a_series_nobody_has_booked_begins_with_the_next_night():
    found = next_unbooked(series(), NOW, None, set(), Exceptions())
    assert found == Occurrence(day("2026-12-02"), at("2026-12-02 19:00"))
    assert next_unbooked(series(timezone=None), NOW, None, set(), Exceptions()) == Occurrence(
        day("2026-12-02"), at("2026-12-02 20:00")
    )


def test_nights_hold_what_is_left_out_too():
    exceptions = Exceptions(skips={day("2026-12-02"): Skip()})
    found = nights(series(), NOW, LAST, exceptions)
    assert [next(found).day for _ in range(2)] == [day("2026-12-02"), day("2026-12-09")]


@pytest.mark.parametrize(
    ("given", "night", "start", "expected"),
    [
        # ten minutes into the night before by the rule
        ({}, "2026-12-02", "2026-12-02 19:00", "2026-11-25 19:10"),
        ({"every_weeks": 2}, "2026-12-09", "2026-12-09 19:00", "2026-11-25 19:10"),
        ({"every_days": 3}, "2026-12-02", "2026-12-02 19:00", "2026-11-29 19:10"),
        ({}, "2026-10-28", "2026-10-28 19:00", "2026-10-21 18:10"),  # the clocks change in between
        ({"timezone": None}, "2026-12-02", "2026-12-02 18:30", "2026-11-25 18:40"),
        # moved: so much earlier, and no later
        ({}, "2026-12-02", "2026-11-30 18:00", "2026-11-23 18:10"),
        ({}, "2026-12-02", "2026-12-04 19:00", "2026-11-25 19:10"),
        # a post time: the last one before the night, wherever it was moved
        ({"post": SUNDAY_AT_SIX}, "2026-12-02", "2026-12-02 19:00", "2026-11-29 17:00"),
        ({"post": SUNDAY_AT_SIX}, "2026-12-02", "2026-11-28 19:00", "2026-11-22 17:00"),
        ({"post": PostTime(2, time(23))}, "2026-12-02", "2026-12-02 19:00", "2026-11-25 22:00"),
        ({"post": PostTime(2, time(20))}, "2026-12-02", "2026-12-02 19:00", "2026-11-25 19:00"),
        ({"post": SUNDAY_AT_SIX}, "2026-10-28", "2026-10-28 19:00", "2026-10-25 17:00"),
        ({"post": SUNDAY_AT_SIX, "timezone": None}, "2026-12-02", "2026-12-02 19:00", "2026-11-29 18:00"),
    ],
)
def test_when_a_night_is_booked(given: dict[str, Any], night: str, start: str, expected: str):
    moment = booking_moment(series(**given), Occurrence(day(night), at(start)))
    assert f"{moment:%Y-%m-%d %H:%M}" == expected


def test_a_post_time_in_the_gap_of_the_clocks_is_the_minute_after_it():
    zone = series().zone
    assert last_before(at("2027-03-31 18:00"), PostTime(6, time(2, 30)), zone) == at("2027-03-28 01:00")
