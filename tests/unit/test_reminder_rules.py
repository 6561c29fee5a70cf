"""Quiet hours and lead times, also where clocks change."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.domain.reminders import leads_of, outrun, quiet_until
from tests.unit.makers import START, event

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = (time(22), time(8))


def utc(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=UTC)  # type: ignore[misc] - year, month, day, hour, minute


@pytest.mark.parametrize(
    ("quiet", "now", "until"),
    [
        (None, utc(2026, 11, 25, 23), None),
        ((time(13), time(15)), utc(2026, 11, 25, 11, 59), None),
        ((time(13), time(15)), utc(2026, 11, 25, 12), utc(2026, 11, 25, 14)),
        ((time(13), time(15)), utc(2026, 11, 25, 14), None),
        (NIGHT, utc(2026, 11, 25, 20, 59), None),
        (NIGHT, utc(2026, 11, 25, 21), utc(2026, 11, 26, 7)),
        (NIGHT, utc(2026, 11, 26, 6, 59), utc(2026, 11, 26, 7)),
        (NIGHT, utc(2026, 11, 26, 7), None),
        # The night in which clocks go back is an hour longer, that in which they go forward an hour shorter.
        (NIGHT, utc(2026, 10, 24, 20), utc(2026, 10, 25, 7)),
        (NIGHT, utc(2026, 3, 28, 21), utc(2026, 3, 29, 6)),
        # It ends at an hour that comes twice: the first time it comes, and never in the past.
        ((time(22), time(2, 30)), utc(2026, 10, 24, 23), utc(2026, 10, 25, 0, 30)),
        ((time(22), time(2, 30)), utc(2026, 10, 25, 1, 15), utc(2026, 10, 25, 1, 30)),
        # It ends at an hour that does not come: with the hour that comes instead.
        ((time(22), time(2, 30)), utc(2026, 3, 29, 0, 30), utc(2026, 3, 29, 1, 30)),
    ],
)
def test_quiet_hours_follow_the_clocks_of_whoever_sleeps(quiet, now, until):
    assert quiet_until(quiet, BERLIN, now) == until


@pytest.mark.parametrize(
    ("raid", "own", "leads"), [((60, 15), None, (60, 15)), ((60, 15), 30, (30,)), ((), 30, ()), ((), None, ())]
)
def test_an_own_time_takes_the_place_of_the_raids_but_none_is_none(raid, own, leads):
    assert tuple(leads_of(raid, own)) == leads


def test_a_reminder_gives_way_to_a_later_one_that_is_due_too():
    assert not outrun(event(), (60, 15), 60, START.replace(hour=18, minute=30))
    assert outrun(event(), (60, 15), 60, START.replace(hour=18, minute=45))
    assert not outrun(event(), (60, 15), 15, START.replace(hour=18, minute=50))
