from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.recurrence import (
    Occurrence,
    Rule,
    clock_mark,
    clocks_moved,
    first_from,
    following,
    instant,
    occurrences,
)

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
SYDNEY = ZoneInfo("Australia/Sydney")
KOLKATA = ZoneInfo("Asia/Kolkata")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
EIGHT = time(20)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def coming(rule: Rule, now: datetime, count: int) -> list[Occurrence]:
    return list(islice(occurrences(rule, now), count))


def marks(rule: Rule, listed: list[Occurrence]) -> dict[date, str]:
    """What is to be said beside the days: the clocks have moved since the one before."""
    said = {later.day: clock_mark(clocks_moved(rule, earlier, later)) for earlier, later in pairwise(listed)}
    return {day: mark for day, mark in said.items() if mark}


@pytest.mark.parametrize(
    ("zone", "wall", "expected"),
    [
        # Berlin, back on 25 October 2026, forward on 28 March 2027, back on 31 October 2027
        ("Europe/Berlin", "2026-10-24 20:00", "2026-10-24 18:00"),
        ("Europe/Berlin", "2026-10-25 20:00", "2026-10-25 19:00"),
        ("Europe/Berlin", "2026-10-25 02:30", "2026-10-25 00:30"),  # comes twice: the first
        ("Europe/Berlin", "2026-10-25 03:00", "2026-10-25 02:00"),
        ("Europe/Berlin", "2027-03-27 20:00", "2027-03-27 19:00"),
        ("Europe/Berlin", "2027-03-28 20:00", "2027-03-28 18:00"),
        ("Europe/Berlin", "2027-03-28 01:59", "2027-03-28 00:59"),
        ("Europe/Berlin", "2027-03-28 02:00", "2027-03-28 01:00"),  # skipped: 03:00
        ("Europe/Berlin", "2027-03-28 02:30", "2027-03-28 01:00"),
        ("Europe/Berlin", "2027-03-28 02:59", "2027-03-28 01:00"),
        ("Europe/Berlin", "2027-03-28 03:00", "2027-03-28 01:00"),
        ("Europe/Berlin", "2027-10-31 02:30", "2027-10-31 00:30"),
        # New York, forward on 8 March 2026, back on 1 November 2026, forward on 14 March 2027
        ("America/New_York", "2026-03-08 02:30", "2026-03-08 07:00"),
        ("America/New_York", "2026-10-31 21:00", "2026-11-01 01:00"),
        ("America/New_York", "2026-11-01 01:30", "2026-11-01 05:30"),
        ("America/New_York", "2026-11-01 21:00", "2026-11-02 02:00"),
        ("America/New_York", "2027-03-13 21:00", "2027-03-14 02:00"),
        ("America/New_York", "2027-03-14 02:30", "2027-03-14 07:00"),
        ("America/New_York", "2027-03-14 21:00", "2027-03-15 01:00"),
        # Sydney, the other way round: back on 5 April 2026, forward on 4 October 2026
        ("Australia/Sydney", "2026-04-04 20:00", "2026-04-04 09:00"),
        ("Australia/Sydney", "2026-04-05 02:30", "2026-04-04 15:30"),
        ("Australia/Sydney", "2026-04-05 20:00", "2026-04-05 10:00"),
        ("Australia/Sydney", "2026-10-04 02:30", "2026-10-03 16:00"),
        ("Australia/Sydney", "2026-10-04 20:00", "2026-10-04 09:00"),
        # No clock change, and half an hour off
        ("Asia/Kolkata", "2026-03-29 02:30", "2026-03-28 21:00"),
        ("Asia/Kolkata", "2026-12-31 20:00", "2026-12-31 14:30"),
        # A change of half an hour, one at midnight, and a whole skipped day
        ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03 15:30"),
        ("Africa/Cairo", "2026-04-24 00:30", "2026-04-23 22:00"),
        ("Pacific/Apia", "2011-12-30 20:00", "2011-12-30 10:00"),
        ("UTC", "2028-02-29 20:00", "2028-02-29 20:00"),
    ],
)
def test_a_wall_time_is_one_instant(zone: str, wall: str, expected: str):
    local = datetime.fromisoformat(wall)
    found = instant(local.date(), local.time(), ZoneInfo(zone))
    assert found == utc(expected)
    assert found.utcoffset() == timedelta(0)


def test_a_fold_left_on_the_wall_time_changes_nothing():
    assert instant(date(2026, 10, 25), time(2, 30, fold=1), BERLIN) == utc("2026-10-25 00:30")


@pytest.mark.parametrize(
    ("zone", "weekday", "after", "day", "start"),
    [
        (BERLIN, WED, "2026-10-21", "2026-10-28", "2026-10-28 19:00"),
        (BERLIN, WED, "2027-03-24", "2027-03-31", "2027-03-31 18:00"),
        (NEW_YORK, WED, "2026-10-28", "2026-11-04", "2026-11-05 01:00"),
        (NEW_YORK, WED, "2027-03-10", "2027-03-17", "2027-03-18 00:00"),
        (SYDNEY, WED, "2026-09-30", "2026-10-07", "2026-10-07 09:00"),
        (KOLKATA, WED, "2026-10-21", "2026-10-28", "2026-10-28 14:30"),
        (BERLIN, THU, "2026-12-31", "2027-01-07", "2027-01-07 19:00"),
        (BERLIN, FRI, "2026-12-25", "2027-01-01", "2027-01-01 19:00"),
        (BERLIN, TUE, "2028-02-22", "2028-02-29", "2028-02-29 19:00"),
        (BERLIN, TUE, "2028-02-29", "2028-03-07", "2028-03-07 19:00"),
    ],
)
def test_eight_stays_eight_a_week_later(zone: ZoneInfo, weekday: int, after: str, day: str, start: str):
    before = date.fromisoformat(after)
    rule = Rule(weekday, EIGHT, zone)
    assert following(rule, before, instant(before, EIGHT, zone)) == Occurrence(date.fromisoformat(day), utc(start))


def test_a_series_in_the_gap_keeps_its_date():
    sunday = Rule(SUN, time(2, 30), BERLIN)
    assert following(sunday, date(2027, 3, 21), utc("2027-03-21 01:30")) == Occurrence(
        date(2027, 3, 28), utc("2027-03-28 01:00")
    )
    assert following(sunday, date(2027, 3, 28), utc("2027-03-28 01:00")).start == utc("2027-04-04 00:30")


@pytest.mark.parametrize(("weeks", "days"), [(1, 7), (2, 14), (3, 21)])
def test_without_a_zone_it_is_exactly_the_seeds_arithmetic(weeks: int, days: int):
    rule = Rule(MON, time(3), None, weeks, anchor=date(2020, 1, 6))  # neither weekday, time nor anchor have a say
    later = following(rule, date(2026, 10, 21), utc("2026-10-21 18:07:30"))
    assert later == Occurrence(date(2026, 10, 21) + timedelta(days), utc("2026-10-21 18:07:30") + timedelta(days))


@pytest.mark.parametrize(
    ("every", "anchor", "after", "expected"),
    [
        (1, None, "2026-11-12", "2026-11-18"),  # moved to Thursday: back to Wednesday
        (1, None, "2026-11-15", "2026-11-18"),
        (1, None, "2026-11-10", "2026-11-11"),
        (2, None, "2026-11-11", "2026-11-25"),
        (2, None, "2026-11-13", "2026-11-25"),
        (2, "2026-11-11", "2026-11-13", "2026-11-25"),
        (2, "2026-11-11", "2026-11-18", "2026-11-25"),  # an extra raid in the off week
        (2, "2026-11-11", "2026-11-25", "2026-12-09"),
        (3, "2026-11-11", "2026-12-24", "2027-01-13"),
        (2, "2026-11-13", "2026-11-12", "2026-11-25"),  # an anchor on another weekday counts for its week
        (1, "2026-12-09", "2026-11-11", "2026-12-09"),  # nothing before the anchor
        (2, "2024-01-03", "2026-11-10", "2026-11-18"),
    ],
)
def test_the_series_keeps_its_weekday_and_its_weeks(every: int, anchor: str | None, after: str, expected: str):
    rule = Rule(WED, EIGHT, BERLIN, every, date.fromisoformat(anchor) if anchor else None)
    found = following(rule, date.fromisoformat(after), utc("2026-11-11 03:33"))
    assert found.day == date.fromisoformat(expected)
    assert found.start == instant(found.day, EIGHT, BERLIN)


@pytest.mark.parametrize(
    ("now", "every", "anchor", "expected"),
    [
        ("2026-11-20 12:00", 1, None, "2026-11-25"),
        ("2026-11-25 18:59", 1, None, "2026-11-25"),
        ("2026-11-25 19:00", 1, None, "2026-12-02"),  # starting this very moment is over
        ("2026-11-26 12:00", 2, None, "2026-12-02"),  # no known occurrence: the soonest
        ("2026-11-26 12:00", 2, "2026-11-11", "2026-12-09"),
        ("2026-11-26 12:00", 1, "2027-01-06", "2027-01-06"),
    ],
)
def test_the_first_occurrence_is_the_next_that_starts(now: str, every: int, anchor: str | None, expected: str):
    rule = Rule(WED, EIGHT, BERLIN, every, date.fromisoformat(anchor) if anchor else None)
    assert first_from(rule, utc(now)).day == date.fromisoformat(expected)


def test_the_date_is_the_zones_and_not_utcs():
    # Sunday 01:30 in UTC, still Saturday evening in New York, and the raid is yet to come.
    assert first_from(Rule(SAT, time(22), NEW_YORK), utc("2026-11-22 01:30")) == Occurrence(
        date(2026, 11, 21), utc("2026-11-22 03:00")
    )


def test_a_year_of_saturdays_in_new_york():
    rule = Rule(SAT, time(21), NEW_YORK)
    year = coming(rule, utc("2026-06-01 00:00"), 52)
    local = [one.start.astimezone(NEW_YORK) for one in year]
    assert {(one.weekday(), one.time()) for one in local} == {(SAT, time(21))}
    assert [one.day for one in year] == [date(2026, 6, 6) + timedelta(weeks=n) for n in range(52)]
    assert marks(rule, year) == {
        date(2026, 11, 7): "clocks go back an hour",
        date(2027, 3, 20): "clocks go forward an hour",
    }


@pytest.mark.parametrize(
    ("zone", "now", "expected"),
    [
        (BERLIN, "2026-10-01", {"2026-10-28": "clocks go back an hour", "2027-03-31": "clocks go forward an hour"}),
        (SYDNEY, "2026-09-01", {"2026-10-07": "clocks go forward an hour"}),
        (LORD_HOWE, "2026-09-01", {"2026-10-07": "clocks go forward 30 min"}),
        (KOLKATA, "2026-09-01", {}),
        (None, "2026-09-01", {}),
        (BERLIN, "2026-10-26", {"2027-03-31": "clocks go forward an hour"}),
    ],
)
def test_a_clock_change_is_marked_once(zone: ZoneInfo | None, now: str, expected: dict[str, str]):
    rule = Rule(WED, EIGHT, zone)
    assert {day.isoformat(): mark for day, mark in marks(rule, coming(rule, utc(now), 28)).items()} == expected


def test_a_pause_keeps_the_weeks_of_the_series():
    rule = Rule(WED, EIGHT, BERLIN, 2, date(2026, 11, 11))
    found = islice(occurrences(rule, utc("2026-11-12 12:00"), date(2026, 12, 1)), 2)
    assert [one.day for one in found] == [date(2026, 12, 9), date(2026, 12, 23)]


@pytest.mark.parametrize(
    ("every_days", "anchor", "expected"),
    [
        (3, "2026-10-21", ["2026-10-21 18:00", "2026-10-24 18:00", "2026-10-27 19:00", "2026-10-30 19:00"]),
        (5, "2026-10-20", ["2026-10-25 19:00", "2026-10-30 19:00", "2026-11-04 19:00", "2026-11-09 19:00"]),
        (7, "2026-10-19", ["2026-10-26 19:00", "2026-11-02 19:00", "2026-11-09 19:00", "2026-11-16 19:00"]),
        # nothing before the anchor; without one it begins on the weekday
        (3, "2026-12-24", ["2026-12-24 19:00", "2026-12-27 19:00", "2026-12-30 19:00", "2027-01-02 19:00"]),
        (5, None, ["2026-10-21 18:00", "2026-10-26 19:00", "2026-10-31 19:00", "2026-11-05 19:00"]),
    ],
)
def test_every_so_many_days_of_the_calendar_at_one_wall_time(every_days: int, anchor: str | None, expected: list[str]):
    rule = Rule(WED, EIGHT, BERLIN, anchor=date.fromisoformat(anchor) if anchor else None, every_days=every_days)
    found = coming(rule, utc("2026-10-20 20:00"), 4)
    assert [f"{one.start:%Y-%m-%d %H:%M}" for one in found] == expected


@pytest.mark.parametrize("weekday", [-1, 7])
def test_there_are_seven_weekdays(weekday: int):
    with pytest.raises(ValueError, match="weekday"):
        Rule(weekday, EIGHT)


def test_every_no_weeks_is_no_rule():
    with pytest.raises(ValueError, match="every_weeks"):
        Rule(WED, EIGHT, every_weeks=0)
    with pytest.raises(ValueError, match="every_days"):
        Rule(WED, EIGHT, every_days=0)


ZONES = st.sampled_from([BERLIN, NEW_YORK, SYDNEY, KOLKATA, LORD_HOWE, ZoneInfo("Africa/Cairo"), ZoneInfo("UTC")])
DAYS = st.dates(date(2024, 1, 1), date(2036, 12, 31))
WALLS = st.times().map(lambda wall: wall.replace(second=0, microsecond=0))
RULES = st.builds(
    Rule, st.integers(0, 6), WALLS, ZONES, st.integers(1, 6), st.none() | DAYS, st.none() | st.integers(1, 40)
)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2036, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


@given(DAYS, WALLS, ZONES)
def test_an_instant_shows_its_wall_time_or_the_end_of_the_gap(day: date, wall: time, zone: ZoneInfo):
    found = instant(day, wall, zone)
    local = found.astimezone(zone)
    if local.time() == wall:
        assert local.date() == day
        assert local.fold == 0
    else:
        minute_before = (found - timedelta(minutes=1)).astimezone(zone).replace(tzinfo=None)
        assert minute_before < datetime.combine(day, wall) < local.replace(tzinfo=None)


@given(RULES, DAYS)
def test_the_following_is_later_and_on_the_grid(rule: Rule, after: date):
    found = following(rule, after, instant(after, rule.wall_time, BERLIN))
    assert found.day > after
    first = rule.anchor
    if not rule.every_days:
        assert found.day.weekday() == rule.weekday
        first = first and first + timedelta(days=rule.weekday - first.weekday())
    if first is not None:
        assert (found.day - first) % rule.step == timedelta(0)
        assert found.day == first or found.day - after <= rule.step


@given(RULES, MOMENTS)
def test_what_comes_is_first_from_and_then_following(rule: Rule, now: datetime):
    found = coming(rule, now, 8)
    assert found[0] == first_from(rule, now)
    assert found[0].start > now
    assert [following(rule, one.day, one.start) for one in found[:-1]] == found[1:]


@given(RULES, MOMENTS)
def test_no_start_comes_before_the_one_ahead_of_it(rule: Rule, now: datetime):
    assert all(earlier.start < later.start for earlier, later in pairwise(coming(rule, now, 60)))
