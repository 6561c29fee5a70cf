from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.errors import MusterError
from bot.services.when import (
    AmbiguousDate,
    TimeInPast,
    TimeTooFar,
    UnknownWeekday,
    UnknownZone,
    UnreadableTime,
    UnreadableWallTime,
    WrongWeekday,
    describe,
    future,
    parse_wall_time,
    parse_weekday,
    parse_when,
    parse_zone,
    suggest_zones,
    warm,
)

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 20, 11, 0, 42, tzinfo=UTC)  # a Friday, 12:00:42 in Berlin, 06:00:42 in New York


def read(typed: str, zone: ZoneInfo = BERLIN, now: datetime = NOW) -> str:
    """What was understood, on the zone's clocks."""
    return parse_when(typed, zone=zone, now=now).astimezone(zone).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        # a weekday: the next one whose time is ahead
        ("wed 20:00", "2026-11-25 20:00"),
        ("Wednesday 8pm", "2026-11-25 20:00"),
        ("WED 8 PM", "2026-11-25 20:00"),
        ("wed, 8:30 p.m.", "2026-11-25 20:30"),
        ("wed @ 8pm", "2026-11-25 20:00"),
        ("on wednesday at 20:00", "2026-11-25 20:00"),
        ("20:00 wed", "2026-11-25 20:00"),
        ("wed 2000", "2026-11-25 20:00"),
        ("wed 20.30", "2026-11-25 20:30"),
        ("wed 20h30", "2026-11-25 20:30"),
        ("wed 20h", "2026-11-25 20:00"),
        ("wed noon", "2026-11-25 12:00"),
        ("sat 12am", "2026-11-21 00:00"),
        ("sat 12pm", "2026-11-21 12:00"),
        ("thurs 20:00", "2026-11-26 20:00"),
        ("sun 20:00", "2026-11-22 20:00"),
        ("fri 19:30", "2026-11-20 19:30"),
        ("fri 12:01", "2026-11-20 12:01"),
        ("fri 12:00", "2026-11-27 12:00"),
        ("fri 11:00", "2026-11-27 11:00"),
        ("this friday 19:30", "2026-11-20 19:30"),
        ("next friday 19:30", "2026-11-27 19:30"),
        ("next wed 19:30", "2026-11-25 19:30"),
        # in German
        ("Mittwoch 20 Uhr", "2026-11-25 20:00"),
        ("mi 20:00", "2026-11-25 20:00"),
        ("Mi. 20:00", "2026-11-25 20:00"),
        ("am Mittwoch um 20:30 Uhr", "2026-11-25 20:30"),
        ("Mittwoch 20 Uhr 30", "2026-11-25 20:30"),
        ("20 Uhr am Mittwoch", "2026-11-25 20:00"),
        ("mi, 25.11. 20 Uhr", "2026-11-25 20:00"),
        ("kommenden Freitag 19:30", "2026-11-27 19:30"),
        ("heute 20 Uhr", "2026-11-20 20:00"),
        ("heute abend 8 Uhr", "2026-11-20 20:00"),
        ("morgen 20:00", "2026-11-21 20:00"),
        ("morgen früh 9 Uhr", "2026-11-21 09:00"),
        ("u\u0308bermorgen 18:00", "2026-11-22 18:00"),
        ("3. März 20:00", "2027-03-03 20:00"),
        ("25. November 2026 20 Uhr", "2026-11-25 20:00"),
        ("in 2 Stunden", "2026-11-20 14:00"),
        ("in einer Stunde", "2026-11-20 13:00"),
        ("in 2 Wochen 20:00", "2026-12-04 20:00"),
        # today and tomorrow
        ("today 21:00", "2026-11-20 21:00"),
        ("today 9:00", "2026-11-20 09:00"),
        ("tomorrow 7pm", "2026-11-21 19:00"),
        ("tomorrow at 19:00", "2026-11-21 19:00"),
        ("8pm tomorrow", "2026-11-21 20:00"),
        ("tomorrow evening 8:00", "2026-11-21 20:00"),
        ("tonight 8:00", "2026-11-20 20:00"),
        ("tonight 11pm", "2026-11-20 23:00"),
        ("day after tomorrow 6pm", "2026-11-22 18:00"),
        # a time alone: the next one
        ("20:00", "2026-11-20 20:00"),
        ("12:01", "2026-11-20 12:01"),
        ("12:00", "2026-11-21 12:00"),
        ("8pm", "2026-11-20 20:00"),
        ("20 Uhr", "2026-11-20 20:00"),
        ("20.30", "2026-11-20 20:30"),
        # from now
        ("in 2 hours", "2026-11-20 14:00"),
        ("in an hour", "2026-11-20 13:00"),
        ("in 1h30", "2026-11-20 13:30"),
        ("in 90 min", "2026-11-20 13:30"),
        ("in 3 days", "2026-11-23 12:00"),
        ("in a week", "2026-11-27 12:00"),
        ("in 3 days at 20:00", "2026-11-23 20:00"),
        # dates
        ("2026-12-01 20:00", "2026-12-01 20:00"),
        ("2026-12-01T20:00", "2026-12-01 20:00"),
        ("2026/12/01 8pm", "2026-12-01 20:00"),
        ("20:00 2026-12-01", "2026-12-01 20:00"),
        ("1.12. 20:00", "2026-12-01 20:00"),
        ("1.12 20:00", "2026-12-01 20:00"),
        ("01.12.2026 20:00", "2026-12-01 20:00"),
        ("1.12.26 20:00", "2026-12-01 20:00"),
        ("1. 12. 2026 20:00", "2026-12-01 20:00"),
        ("1.12 20.10", "2026-12-01 20:10"),
        ("20:00 1.12", "2026-12-01 20:00"),
        ("3.3. 20:00", "2027-03-03 20:00"),
        ("20.11. 21:00", "2026-11-20 21:00"),
        ("19.11. 21:00", "2027-11-19 21:00"),
        ("29.2. 20:00", "2028-02-29 20:00"),
        ("12/24 7pm", "2026-12-24 19:00"),
        ("24/12 7pm", "2026-12-24 19:00"),
        ("12/24/2026 7pm", "2026-12-24 19:00"),
        ("24-12-2026 7pm", "2026-12-24 19:00"),
        ("12/12 7pm", "2026-12-12 19:00"),
        ("25 nov 8pm", "2026-11-25 20:00"),
        ("25nov 8pm", "2026-11-25 20:00"),
        ("nov 25 8pm", "2026-11-25 20:00"),
        ("the 25th of november 20:00", "2026-11-25 20:00"),
        ("November 25th, 2026 at 8:30 pm", "2026-11-25 20:30"),
        ("Wed 25 Nov 2026, 20:00", "2026-11-25 20:00"),
        ("wed 25 nov 20:00", "2026-11-25 20:00"),
        # with a zone behind it
        ("2026-12-01 20:00 UTC", "2026-12-01 21:00"),
        ("wed 20:00 gmt", "2026-11-25 21:00"),
        ("wed 20:00 CET", "2026-11-25 20:00"),
        ("1 jul 2027 20:00 CEST", "2027-07-01 20:00"),
        ("2026-12-01T20:00Z", "2026-12-01 21:00"),
        ("2026-12-01 20:00:30-05:00", "2026-12-02 02:00"),
        # as Discord and programs write it
        ("1795633200", "2026-11-25 20:00"),
        ("<t:1795633200>", "2026-11-25 20:00"),
        ("<t:1795633259:R>", "2026-11-25 20:00"),
        # other languages, through dateparser
        ("25 noviembre 20:00", "2026-11-25 20:00"),
        ("le 25 novembre à 20h", "2026-11-25 20:00"),
        ("demain 20h", "2026-11-21 20:00"),
        ("dans 3 jours 20:00", "2026-11-23 20:00"),
        ("gestern 20:00", "2026-11-19 20:00"),
    ],
)
def test_what_people_type_is_read(typed: str, understood: str):
    assert read(typed) == understood


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "banana",
        "raid",
        "5000 x",
        "20",
        "8",
        "wed",
        "wed 20",
        "wed 8",
        "tomorrow",
        "next week",
        "next 20:00",
        "1 dec 2026",
        "dec 2026",
        "2026",
        "2000",
        "2026-12-01",
        "1.12.",
        "20.10",
        "wed 20.10",
        "25 nov",
        "31.2. 20:00",
        "raid 20:00",
        "banana 20:00",
        "heroic 25 20:00",
        "10 man 20:00",
        "a 3 20:00",
        "3 d 20:00",
        "5 minutes 20:00",
        "wed thu 20:00",
        "2pm 3pm",
        "13pm",
        "0pm",
        "25:00",
        "20:60",
        "24:00",
        "wed 20:00 x",
        "wed at",
        "friday midnight",
        "0001-01-01 20:00",
        "2150-01-01 20:00",
        "9999-12-31 23:59-12:00",
        "2026-13-01 20:00",
        "2026-12-01 20:00+99:00",
        "in",
        "in 5",
        "in banana",
        "in -2 hours",
        "in 99999 weeks",
        "in 9999999999 h",
        "12345",
        "<t:x>",
        "<t:-5>",
        "<t:>",
        "fri night 1:00",
        "tomorrow morning 8pm",
        "wed 20:00 EST",
        "wed 20:00 CEST",
        "1 jul 2027 20:00 CET",
        "mercredi 20:00",
        "tonight 8am",
        "at 2026",
        "on, 2000",
        "20:00 demain 25",
        "demain demain 20:00",
        "a demain 29.2. 20:00",
        "25 26 noviembre 20:00",
        "٢٠:٠٠",
        "wed 20：00",
        "20:00\x00",
        "-1",
        "1e9",
        "<@123456789>",
        "{date}",
        "wed " * 1300,
    ],
)
def test_what_could_be_anything_is_refused_with_three_forms(typed: str):
    with pytest.raises(UnreadableTime) as refused:
        parse_when(typed, zone=BERLIN, now=NOW)
    assert str(refused.value) == (
        "I cannot read that time. Type it like `wed 20:00`, `tomorrow 7pm` or `2026-12-01 20:00`."
    )


@pytest.mark.parametrize("typed", ["1/12 20:00", "12/1 20:00", "1/12/2026 20:00", "1-12-2026 20:00", "20:00 1/12"])
def test_a_date_with_two_readings_is_refused(typed: str):
    with pytest.raises(AmbiguousDate, match="Day or month first"):
        parse_when(typed, zone=BERLIN, now=NOW)


@pytest.mark.parametrize("typed", ["Tue 25 Nov 2026 20:00", "tue 25.11. 20:00", "20:00 sun 2026-12-01"])
def test_a_weekday_that_does_not_fit_its_date_is_refused(typed: str):
    with pytest.raises(WrongWeekday):
        parse_when(typed, zone=BERLIN, now=NOW)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2027-03-28 02:30", "2027-03-28T01:00"),  # skipped: 03:00
        ("2027-10-31 02:30", "2027-10-31T00:30"),  # comes twice: the first
        ("2027-03-28 20:00", "2027-03-28T18:00"),
        ("2027-03-27 20:00", "2027-03-27T19:00"),
    ],
)
def test_clock_changes_are_read_as_the_series_reads_them(typed: str, expected: str):
    assert parse_when(typed, zone=BERLIN, now=NOW) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_days_from_now_are_days_on_the_calendar():
    before_the_change = datetime(2027, 3, 27, 19, 0, tzinfo=UTC)
    assert read("in 2 days", now=before_the_change) == "2027-03-29 20:00"
    assert read("in 24 hours", now=before_the_change) == "2027-03-28 20:00"


def test_hours_from_now_are_hours_in_the_doubled_hour_too():
    second_half_past_two = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert parse_when("in 1 hour", zone=BERLIN, now=second_half_past_two) == second_half_past_two + timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone", "understood"), [("Pacific/Auckland", "2026-11-21 09:00"), ("America/Los_Angeles", "2026-11-20 09:00")]
)
def test_today_is_the_zones_day(zone: str, understood: str):
    late = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # already Saturday in Auckland
    assert read("today 9:00", ZoneInfo(zone), late) == understood


def test_the_moment_comes_in_utc_and_whole_minutes():
    moment = parse_when("in 2 hours", zone=NEW_YORK, now=NOW)
    assert moment == datetime(2026, 11, 20, 13, 0, tzinfo=UTC)
    assert moment.utcoffset() == timedelta(0)


@pytest.mark.parametrize("away", [timedelta(seconds=1), timedelta(days=700)])
def test_the_future_is_let_through(away: timedelta):
    assert future(NOW + away, NOW) == NOW + away


def test_the_past_and_the_far_future_are_told_apart():
    with pytest.raises(TimeInPast, match="already passed"):
        future(NOW, NOW)
    with pytest.raises(TimeTooFar, match="two years"):
        future(NOW + timedelta(days=732), NOW)


@pytest.mark.parametrize(
    ("moment", "zone", "echo"),
    [
        ("2026-11-25T19:00", "Europe/Berlin", "Wed 25 Nov 2026, 20:00 CET · in 5 days"),
        ("2026-11-20T19:00", "Europe/Berlin", "Fri 20 Nov 2026, 20:00 CET · in 7 h 59 min"),
        ("2026-11-20T11:01", "Europe/Berlin", "Fri 20 Nov 2026, 12:01 CET · in 1 min"),
        ("2026-11-20T23:30", "Europe/Berlin", "Sat 21 Nov 2026, 00:30 CET · tomorrow"),
        ("2026-11-21T19:00", "Europe/Berlin", "Sat 21 Nov 2026, 20:00 CET · tomorrow"),
        ("2026-11-20T11:00", "Europe/Berlin", "Fri 20 Nov 2026, 12:00 CET · already past"),
        ("2027-07-01T18:00", "Europe/Berlin", "Thu 1 Jul 2027, 20:00 CEST · in 223 days"),
        ("2026-12-01T23:00", "America/Sao_Paulo", "Tue 1 Dec 2026, 20:00 UTC-03 · in 11 days"),
        ("2026-12-01T14:15", "Asia/Kathmandu", "Tue 1 Dec 2026, 20:00 UTC+0545 · in 11 days"),
    ],
)
def test_the_echo_says_what_was_understood(moment: str, zone: str, echo: str):
    assert describe(datetime.fromisoformat(moment).replace(tzinfo=UTC), ZoneInfo(zone), NOW) == echo


def test_the_echo_counts_hours_across_a_clock_change():
    before = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)  # 01:30, half an hour before the gap
    assert describe(before + timedelta(hours=1), BERLIN, before) == "Sun 28 Mar 2027, 03:30 CEST · in 1 h"


MOMENTS = st.datetimes(datetime(2026, 11, 21), datetime(2028, 11, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
ZONES = st.sampled_from(
    [BERLIN, NEW_YORK, *map(ZoneInfo, ("America/Sao_Paulo", "Asia/Kathmandu", "Australia/Sydney", "Europe/London"))]
)


@given(MOMENTS, ZONES)
def test_the_echo_can_be_typed_back(moment: datetime, zone: ZoneInfo):
    minute = moment.replace(second=0, microsecond=0)
    if minute.astimezone(zone).fold:  # the second 02:30 of the night has no text of its own
        minute += timedelta(hours=1)
    echo = describe(minute, zone, NOW)
    assert len(echo) <= 100
    assert parse_when(echo, zone=zone, now=NOW) == minute


@pytest.mark.parametrize(
    ("typed", "wall"),
    [
        ("20:00", time(20)),
        ("8pm", time(20)),
        ("8 PM", time(20)),
        ("8:15 p.m.", time(20, 15)),
        ("8a.m.", time(8)),
        ("12am", time(0)),
        ("12pm", time(12)),
        ("12:30am", time(0, 30)),
        ("20.30", time(20, 30)),
        ("20.10", time(20, 10)),
        ("20 Uhr", time(20)),
        ("20:30 Uhr", time(20, 30)),
        ("20 Uhr 30", time(20, 30)),
        ("8 uhr", time(8)),
        ("20h30", time(20, 30)),
        ("2030", time(20, 30)),
        ("0:05", time(0, 5)),
        ("noon", time(12)),
        ("20", time(20)),
        (" 9:30 ", time(9, 30)),
    ],
)
def test_times_of_day_are_read(typed: str, wall: time):
    assert parse_wall_time(typed) == wall


@pytest.mark.parametrize("typed", ["", "8", "24:00", "20:60", "13pm", "0am", "banana", "wed 20:00", "20:", "1" * 5000])
def test_other_times_of_day_are_refused(typed: str):
    with pytest.raises(UnreadableWallTime, match="`20:00`, `8pm` or `20 Uhr`"):
        parse_wall_time(typed)


@pytest.mark.parametrize(
    ("names", "number"),
    [
        ("Monday mon mo Montag montags MONDAY mo.", 0),
        ("Tuesday tue tues di Dienstag tuesdays", 1),
        ("Wednesday wed weds mi Mittwoch mittwochs", 2),
        ("Thursday thu thur thurs do Donnerstag", 3),
        ("Friday fri fr Freitag fridays", 4),
        ("Saturday sat sa Samstag Sonnabend", 5),
        ("Sunday sun so Sonntag", 6),
    ],
)
def test_weekdays_are_read_in_two_languages(names: str, number: int):
    assert {parse_weekday(name) for name in names.split()} == {number}


@pytest.mark.parametrize("typed", ["", "m", "wedn", "raidday", "3", "mon tue", "mon" * 2000])
def test_other_weekdays_are_refused(typed: str):
    with pytest.raises(UnknownWeekday, match="`Wednesday` or `Mittwoch`"):
        parse_weekday(typed)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        (" Berlin ", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("NEW_YORK", "America/New_York"),
        ("America/New York", "America/New_York"),
        ("münchen", "Europe/Berlin"),
        ("san francisco", "America/Los_Angeles"),
        ("sydney", "Australia/Sydney"),
        ("america/indiana/knox", "America/Indiana/Knox"),
        ("UTC", "UTC"),
        ("gmt", "UTC"),
        ("EST", "America/New_York"),  # IANA's own EST has no summer time
        ("cet", "Europe/Berlin"),
        ("Etc/GMT+5", "Etc/GMT+5"),
    ],
)
def test_zones_are_found_by_name_city_and_habit(typed: str, name: str):
    assert parse_zone(typed).key == name


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("Europe/Berln", "Did you mean `Europe/Berlin`"),
        ("new yrok", "Did you mean `America/New_York`"),
        ("xyzzy", "Type a city like `Berlin`"),
        ("", "Type a city like `Berlin`"),
        ("../../etc/passwd", "Type a city like `Berlin`"),
        ("Factory", "Type a city like `Berlin`"),
        ("a" * 5000, "Type a city like `Berlin`"),
    ],
)
def test_unknown_zones_name_what_is_near(typed: str, sentence: str):
    with pytest.raises(UnknownZone) as refused:
        parse_zone(typed)
    assert sentence in str(refused.value)
    assert str(refused.value).count(" or `") <= 2


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("ber", ["Europe/Berlin"]),
        ("new y", ["America/New_York"]),
        ("lon", ["Europe/London"]),
        ("münch", ["Europe/Berlin"]),
        ("est", ["America/New_York"]),
        ("europe", ["Europe/Berlin", "Europe/London", "Europe/Paris"]),
        ("", ["Europe/Berlin", "Europe/London"]),
        ("xyzzy", []),
    ],
)
def test_zones_are_suggested_likeliest_first(typed: str, first: list[str]):
    found = suggest_zones(typed)
    assert found[: len(first)] == first
    assert bool(found) == bool(first)
    assert len(found) == len(set(found)) <= 25
    assert all(parse_zone(name).key == name for name in found)


@given(st.text(max_size=40))
def test_every_suggestion_is_a_zone(typed: str):
    found = suggest_zones(typed)
    assert len(found) <= 25
    assert all(parse_zone(name).key == name for name in found)


WORDS = (
    "wed mi friday next this am um at in today morgen tonight evening night früh 1 2 8 12 20 25 30 2026 99 1.12. 29.2."
    " 12/24 2026-12-01 nov dezember noviembre 20:00 8pm 20.10 2000 uhr h m : . , / - + utc cet est · <t: > raid banana"
    " a an einer week days weeks ago z T 1795633200 99999999999 yesterday demain jours last ago first second"
    " 999999999999999999999999999999"
)
PIECES = st.tuples(st.sampled_from(WORDS.split()), st.sampled_from(["", " ", "  "])).map("".join)
TYPED = st.one_of(st.text(max_size=120), st.lists(PIECES, max_size=7).map("".join))


@given(TYPED, ZONES)
@example("99999999999", BERLIN)
@example("<t:99999999999:F>", BERLIN)
@example("9999-12-31 23:59-12:00", BERLIN)
@example("0001-01-01t00:00+14:00", BERLIN)
def test_any_text_is_a_moment_or_a_refusal(typed: str, zone: ZoneInfo):
    with suppress(MusterError):
        moment = parse_when(typed, zone=zone, now=NOW)
        assert moment.utcoffset() == timedelta(0)
        assert (moment.second, moment.microsecond) == (0, 0)
        assert len(describe(moment, zone, NOW)) <= 100


@given(TYPED)
def test_any_other_text_is_read_or_refused_too(typed: str):
    for parse in (parse_zone, parse_weekday, parse_wall_time):
        with suppress(MusterError):
            assert parse(typed) is not None


def test_reading_is_quick_enough_for_autocomplete():
    warm()
    everything = ["wed 20:00", "banana 20:00", "25 noviembre 20:00", "x" * 5000, "20:00 " * 900, "le 3 mars 20h"]
    started = perf_counter()
    for _ in range(20):
        for typed in everything:
            with suppress(MusterError):
                parse_when(typed, zone=BERLIN, now=NOW)
            suggest_zones(typed[:10])
    # About 1 ms each; the bound leaves room for a busy machine and still catches a dateparser left cold.
    assert (perf_counter() - started) / (20 * len(everything)) < 0.02
