from datetime import UTC, date, datetime, time, timedelta

import pytest
from makers import GUILD

from bot.domain.durations import BadDuration
from bot.domain.ids import SeriesId
from bot.domain.recurrence import Occurrence
from bot.domain.series import PostTime, Series
from bot.services.calendar_days import AmbiguousDate
from bot.services.series_wishes import (
    BadRepeat,
    DayIsPast,
    Every,
    PostedTooLate,
    UnreadableDay,
    UnreadablePostTime,
    check_post,
    parse_day,
    parse_deadline,
    parse_post,
    parse_repeat,
)

TODAY = date(2026, 11, 25)
"""A Wednesday."""


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (None, Every()),
        ("weekly", Every()),
        ("every week", Every()),
        ("Every 2 Weeks", Every(2)),
        ("2", Every(2)),
        ("52 weeks", Every(52)),
        ("daily", Every(days=1)),
        ("every day", Every(days=1)),
        ("every 3 days", Every(days=3)),
        ("7 days", Every(days=7)),
        ("364 days", Every(days=364)),
    ],
)
def test_how_often(typed: str | None, expected: Every):
    assert parse_repeat(typed) == expected


@pytest.mark.parametrize(
    "typed",
    ["every", "every 0", "0 days", "every 0 weeks", "53", "365 days", "1000 days", "monthly", "-1", "every 2.5 weeks"],
)
def test_how_often_not(typed: str):
    with pytest.raises(BadRepeat):
        parse_repeat(typed)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (None, None),
        ("", None),
        ("none", None),
        ("Sunday 18:00", PostTime(6, time(18))),
        ("so 18 Uhr", PostTime(6, time(18))),
        (" wed  8pm ", PostTime(2, time(20))),
        ("18:30 thu", PostTime(3, time(18, 30))),
        ("8 pm friday", PostTime(4, time(20))),
    ],
)
def test_when_sheets_are_posted(typed: str | None, expected: PostTime | None):
    assert parse_post(typed) == expected


@pytest.mark.parametrize(
    "typed", ["Sunday", "18:00", "someday 18:00", "Sunday 25:00", "Sunday 18:00 please", "x" * 900]
)
def test_when_sheets_are_posted_not(typed: str):
    with pytest.raises(UnreadablePostTime):
        parse_post(typed)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2026-12-02", date(2026, 12, 2)),
        ("9.12.", date(2026, 12, 9)),
        ("today", TODAY),
        ("tomorrow", date(2026, 11, 26)),
        ("fri", date(2026, 11, 27)),
        ("24 Dec", date(2026, 12, 24)),
    ],
)
def test_a_day(typed: str, expected: date):
    assert parse_day(typed, TODAY) == expected


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("", UnreadableDay),
        ("soonish", UnreadableDay),
        ("20:00", UnreadableDay),
        ("2026-11-24", DayIsPast),
        ("1/2", AmbiguousDate),
        ("x" * 900, UnreadableDay),
    ],
)
def test_a_day_not(typed: str, error: type[Exception]):
    with pytest.raises(error):
        parse_day(typed, TODAY)


@pytest.mark.parametrize(
    ("typed", "every", "expected"),
    [
        (None, Every(), None),
        ("none", Every(), None),
        ("24h", Every(), timedelta(hours=24)),
        ("6d", Every(), timedelta(days=6)),
        ("13d", Every(2), timedelta(days=13)),
        ("48h", Every(days=3), timedelta(days=2)),
        ("12h", Every(days=1), timedelta(hours=12)),
    ],
)
def test_a_deadline_lies_after_the_raid_before(typed: str | None, every: Every, expected: timedelta | None):
    assert parse_deadline(typed, every) == expected


@pytest.mark.parametrize(("typed", "every"), [("7d", Every()), ("3d", Every(days=3)), ("13h", Every(days=1))])
def test_a_deadline_before_the_raid_before_is_refused(typed: str, every: Every):
    with pytest.raises(BadDuration, match="too long"):
        parse_deadline(typed, every)


@pytest.mark.parametrize(("hours", "refused"), [(24, False), (73, False), (74, True), (75, True)])
def test_sign_ups_do_not_end_before_the_sheet_is_posted(hours: int, refused: bool):
    night = Occurrence(date(2026, 12, 2), datetime(2026, 12, 2, 19, tzinfo=UTC))
    given = {"label": "Heroic", "day_of_week": 2, "start_time": time(20), "timezone": "Europe/Berlin"}
    series = Series(
        id=SeriesId(3),
        guild_id=GUILD,
        duration=timedelta(hours=3),
        deadline=timedelta(hours=hours),
        post=PostTime(6, time(18)),  # 74 hours before the night
        **given,
    )
    if refused:
        with pytest.raises(PostedTooLate):
            check_post(series, night)
    else:
        check_post(series, night)
    assert night.start - datetime(2026, 11, 29, 17, tzinfo=UTC) == timedelta(hours=74)
