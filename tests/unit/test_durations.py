from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.durations import (
    BadDuration,
    BadLeadTimes,
    parse_duration,
    parse_lead_times,
    show_duration,
    show_lead_times,
)
from bot.domain.errors import MusterError

MONTH = timedelta(days=30)


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("3h", 180),
        ("90", 90),
        (" 90 ", 90),
        ("1h30", 90),
        ("1h30m", 90),
        ("2h 15m", 135),
        ("2h15", 135),
        ("2H 15M", 135),
        ("1.5h", 90),
        ("1,5h", 90),
        ("0.25 h", 15),
        ("1.33h", 80),
        ("45 min", 45),
        ("45min.", 45),
        ("45 minutes", 45),
        ("5m", 5),
        ("1 hour", 60),
        ("2 hours and 15 minutes", 135),
        ("2 Stunden und 15 Minuten", 135),
        ("3 std", 180),
        ("1:30", 90),
        ("0:45", 45),
        ("2d", 2880),
        ("1 Tag", 1440),
        ("3 Tage", 4320),
        ("1d 2h", 1560),
        ("1d, 2h", 1560),
        ("1w", 10080),
        ("2 weeks", 20160),
        ("1   h     30", 90),
    ],
)
def test_what_people_type_is_read(typed: str, minutes: int):
    assert parse_duration(typed, at_most=MONTH) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "  ",
        "x",
        "h",
        "-5",
        "+5",
        "3hh",
        "3h 3h",
        "30m 2h",
        "2d 5",
        "1.5",
        "1e3",
        "٣h",
        "1:3",
        "1:75",
        "three h",
        "h3",
        "9" * 90,
        "1" * 5000,
        "1w" + "," * 97,
        " " * 5000 + "x",
        "3h" + " " * 5000,
    ],
)
def test_the_rest_is_refused_with_examples(typed: str):
    with pytest.raises(BadDuration, match="`3h`, `1h30` or `90`"):
        parse_duration(typed, at_most=MONTH)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("25h", "1 d 1 h is too long. Type `1 min` to `1 d`."),
        ("999999w", "6999993 d is too long. Type `1 min` to `1 d`."),
        ("0", "0 min is too short. Type `1 min` to `1 d`."),
        ("0.001h", "0 min is too short. Type `1 min` to `1 d`."),
    ],
)
def test_the_bounds_are_named(typed: str, sentence: str):
    with pytest.raises(BadDuration) as refused:
        parse_duration(typed, at_most=timedelta(days=1))
    assert str(refused.value) == sentence
    with pytest.raises(BadDuration, match="`deadline` takes `1 min` to `1 d`"):
        parse_duration(typed, at_most=timedelta(days=1), option="deadline")


def test_the_bounds_themselves_are_allowed():
    assert parse_duration("1d", at_most=timedelta(days=1)) == timedelta(days=1)
    assert parse_duration("0", at_most=MONTH, at_least=timedelta(0)) == timedelta(0)


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("60,15", (60, 15)),
        ("15,60", (60, 15)),
        ("15, 1h; 15", (60, 15)),
        ("60 15", (60, 15)),
        ("60 15 5", (60, 15, 5)),
        ("1h 30", (90,)),
        ("1h 30, 15", (90, 15)),
        ("1d, 2h", (1440, 120)),
        ("15", (15,)),
        (",,5,", (5,)),
        ("24h/1h", (1440, 60)),
        ("", ()),
        ("  ", ()),
        ("none", ()),
        ("Off", ()),
        ("keine", ()),
    ],
)
def test_lead_times_come_earliest_first_and_once(typed: str, minutes: tuple[int, ...]):
    assert parse_lead_times(typed) == minutes


@pytest.mark.parametrize("typed", ["banana", "60,banana", ",", "0", "60,0", "-15", "60d", "60,off", "1," * 2000])
def test_unreadable_lead_times_are_refused(typed: str):
    with pytest.raises(BadLeadTimes):
        parse_lead_times(typed)


def test_too_many_or_too_early_reminders_are_refused():
    assert len(parse_lead_times("1,2,3,4,5,6,7,8,9,10")) == 10
    with pytest.raises(BadLeadTimes, match="That is 11 `reminders`"):
        parse_lead_times("1,2,3,4,5,6,7,8,9,10,11")
    with pytest.raises(BadLeadTimes, match="2 h is too early"):
        parse_lead_times("2h", at_most=timedelta(hours=1))


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [(180, "3 h"), (90, "1 h 30 min"), (45, "45 min"), (2880, "2 d"), (1501, "1 d 1 h 1 min"), (0, "0 min")],
)
def test_durations_are_shown_as_people_read_them(minutes: int, shown: str):
    assert show_duration(timedelta(minutes=minutes)) == shown


def test_lead_times_are_shown_as_people_read_them():
    assert show_lead_times((1440, 90, 15)) == "1 d, 1 h 30 min, 15 min"
    assert show_lead_times(()) == "none"


@given(st.integers(min_value=1, max_value=60 * 24 * 30))
def test_what_is_shown_can_be_typed(minutes: int):
    assert parse_duration(show_duration(timedelta(minutes=minutes)), at_most=MONTH) == timedelta(minutes=minutes)


@given(st.sets(st.integers(min_value=1, max_value=60 * 24 * 28), max_size=10))
@example({60 * 24 * 28 - number for number in range(1, 11)})
def test_what_is_shown_of_lead_times_can_be_typed(minutes: set[int]):
    shown = show_lead_times(tuple(sorted(minutes, reverse=True)))
    assert parse_lead_times(shown) == tuple(sorted(minutes, reverse=True))


PIECES = st.sampled_from(
    ["1", "30", "h", "m", "d", "w", " ", ",", ".", ":", "-", "and", "min", "x", "٣", "\n", "9" * 7]
)


@given(st.one_of(st.text(max_size=120), st.lists(PIECES, max_size=12).map("".join)))
def test_any_text_is_read_or_refused(text: str):
    with suppress(MusterError):
        assert timedelta(0) < parse_duration(text, at_most=MONTH) <= MONTH
    with suppress(MusterError):
        assert all(0 < minutes <= 28 * 24 * 60 for minutes in parse_lead_times(text))
