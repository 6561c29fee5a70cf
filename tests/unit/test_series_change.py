from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

import pytest
from makers import GUILD

from bot.domain.ids import SeriesId
from bot.domain.nights import nights
from bot.domain.series import Exceptions, Series
from bot.domain.series_change import NewTimeIsPast, anchor_of, night_instead

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
"""A Thursday noon."""
TODAY = date(2026, 11, 26)
BOOKED = date(2026, 12, 2)
"""The Wednesday that is booked already."""
WEDNESDAY, FRIDAY, MONDAY = 2, 4, 0


def series(**given: Any) -> Series:
    """Every Wednesday at 20:00 in Berlin."""
    usual: dict[str, Any] = {"day_of_week": WEDNESDAY, "start_time": time(20), "timezone": "Europe/Berlin"}
    return Series(id=SeriesId(3), guild_id=GUILD, label="Heroic", duration=timedelta(hours=3), **(usual | given))


@pytest.mark.parametrize(
    ("before", "after", "latest", "named", "expected"),
    [
        # another day: one raid a week stays one raid a week, whichever day is the earlier
        ({}, {"day_of_week": FRIDAY}, BOOKED, True, ["2026-12-11", "2026-12-18"]),
        ({}, {"day_of_week": MONDAY}, BOOKED, True, ["2026-12-07", "2026-12-14"]),
        # the same day: the booked one is among them
        ({}, {"start_time": time(19)}, BOOKED, False, ["2026-12-02", "2026-12-09"]),
        ({}, {"timezone": "America/New_York"}, BOOKED, False, ["2026-12-02", "2026-12-09"]),
        # every two weeks, counted on from the booked one
        ({}, {"every_weeks": 2}, BOOKED, False, ["2026-12-16", "2026-12-30"]),
        ({"every_weeks": 2, "anchor": date(2026, 11, 18)}, {"every_weeks": 1}, BOOKED, False, ["2026-12-09"]),
        # every three days: on from the booked one, or from the day that was named
        ({}, {"every_days": 3}, BOOKED, False, ["2026-12-05", "2026-12-08"]),
        ({}, {"every_days": 3, "day_of_week": FRIDAY}, BOOKED, True, ["2026-12-04", "2026-12-07"]),
        ({}, {"every_days": 5}, None, False, ["2026-12-02", "2026-12-07"]),
        ({"every_days": 3, "anchor": date(2026, 11, 20)}, {"every_days": None}, BOOKED, False, ["2026-12-09"]),
        # nothing was ever booked, or not for long: from today on
        ({}, {"day_of_week": FRIDAY}, None, True, ["2026-11-27", "2026-12-04"]),
        ({}, {"day_of_week": FRIDAY}, date(2026, 9, 2), True, ["2026-11-27", "2026-12-04"]),
        ({}, {"every_days": 3}, date(2026, 9, 2), False, ["2026-11-28"]),
    ],
)
def test_where_the_nights_of_a_changed_series_lie(
    before: dict[str, Any], after: dict[str, Any], latest: date | None, named: bool, expected: list[str]
):
    old, new = series(**before), series(**(before | after))
    anchor = anchor_of(old, new, latest, TODAY, named_day=named)
    changed = series(**(before | after | {"anchor": anchor}))
    found = islice(nights(changed, NOW, None, Exceptions()), len(expected))
    assert [one.day.isoformat() for one in found] == expected


@pytest.mark.parametrize(
    ("given", "day", "expected"),
    [
        ({}, BOOKED, "2026-12-02 19:00"),
        ({"start_time": time(19)}, BOOKED, "2026-12-02 18:00"),
        ({"day_of_week": FRIDAY}, BOOKED, "2026-12-04 19:00"),
        ({"day_of_week": MONDAY}, BOOKED, "2026-11-30 19:00"),
        # its new day of that week has passed: the next one
        ({"day_of_week": MONDAY}, date(2026, 11, 27), "2026-11-30 19:00"),
        ({"day_of_week": MONDAY, "every_weeks": 2}, date(2026, 11, 27), "2026-12-07 19:00"),
        ({"every_days": 3, "anchor": date(2026, 11, 29)}, BOOKED, "2026-12-02 19:00"),
        ({"every_days": 3, "anchor": date(2026, 12, 10)}, BOOKED, "2026-12-04 19:00"),
        ({"every_days": 3, "anchor": date(2026, 11, 30)}, BOOKED, "2026-12-03 19:00"),
    ],
)
def test_which_night_takes_the_place_of_a_booked_one(given: dict[str, Any], day: date, expected: str):
    assert f"{night_instead(series(**given), day, NOW).start:%Y-%m-%d %H:%M}" == expected


def test_a_raid_is_not_brought_to_a_time_that_has_passed():
    with pytest.raises(NewTimeIsPast):
        night_instead(series(day_of_week=3, start_time=time(9)), TODAY, NOW)
