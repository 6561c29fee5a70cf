"""Days as people type them: weekdays, "tomorrow", "1.12.", "25 nov 2026"; in English and German, and some more.

What is cheap and common is read by the small grammar below, so that its meaning is ours. Only what is left goes to
dateparser ("25 noviembre", "demain"), and only the day: nonsense must never become a date.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from dateparser.date import DateDataParser

from bot.services.wall_times import UnreadableTime, tidy

_WEEKDAYS = (
    "monday mondays mon mo montag montags",
    "tuesday tuesdays tues tue di dienstag dienstags",
    "wednesday wednesdays weds wed mi mit mittwoch mittwochs",
    "thursday thursdays thurs thur thu do donnerstag donnerstags",
    "friday fridays fri fr freitag freitags",
    "saturday saturdays sat sa samstag samstags sonnabend sonnabends",
    "sunday sundays sun su so sonntag sonntags",
)
WEEKDAYS = {name: number for number, names in enumerate(_WEEKDAYS) for name in names.split()}
_MONTHS = (
    "jan january januar jänner jän",
    "feb february februar feber",
    "mar march märz maerz mär mrz",
    "apr april",
    "may mai",
    "jun june juni",
    "jul july juli",
    "aug august",
    "sep sept september",
    "oct october okt oktober",
    "nov november",
    "dec december dez dezember",
)
MONTHS = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
_AWAY = {"today": 0, "heute": 0, "tomorrow": 1, "tmrw": 1, "tmr": 1, "morgen": 1, "übermorgen": 2, "uebermorgen": 2}
_NOT_TODAY = frozenset({"next", "nächsten", "nächster", "naechsten", "kommenden"})
_FILLERS = frozenset({"at", "@", "on", "am", "um", "the", "den", "dem", "der", "of", "this", "diesen", "à", "-", "·"})
_IN_DAYS = re.compile(r"in (?P<count>[0-9]{1,3}) (?P<unit>days?|tag(?:en?)?|weeks?|wochen?)")
_ORDINAL = r"(?:st|nd|rd|th|\.)?"
_YEAR = r"(?:,?\s?(?P<year>[0-9]{4}))?"
_YEAR_FIRST = re.compile(r"(?P<year>[0-9]{4})(?P<mark>[-./])(?P<month>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})")
_DOTTED = re.compile(r"(?P<day>[0-9]{1,2})\.\s?(?P<month>[0-9]{1,2})(?:\.\s?(?P<year>[0-9]{4}|[0-9]{2})?)?")
_NAMED = (
    re.compile(rf"(?P<day>[0-9]{{1,2}}){_ORDINAL}\s?(?P<name>[a-zä]{{3,9}})\.?{_YEAR}"),
    re.compile(rf"(?P<name>[a-zä]{{3,9}})\.?\s?(?P<day>[0-9]{{1,2}}){_ORDINAL}{_YEAR}"),
)
_EITHER_WAY = re.compile(r"(?P<one>[0-9]{1,2})/(?P<two>[0-9]{1,2})(?:/(?P<year>[0-9]{4}|[0-9]{2}))?")
_EITHER_WAY_DASHED = re.compile(r"(?P<one>[0-9]{1,2})-(?P<two>[0-9]{1,2})-(?P<year>[0-9]{4})")
_YEARS = range(2000, 2101)
_LEAP_SEARCH = 9  # years until the next 29 February, at the worst (2096 to 2104)


class UnknownWeekday(UnreadableTime):
    """I do not know that weekday. Type it in English or German, like `wed`, `Wednesday` or `Mittwoch`."""


class AmbiguousDate(UnreadableTime):
    """Day or month first? I cannot tell. Type `2026-12-01 20:00`, `1 Dec 20:00` or `1.12. 20:00`."""


class WrongWeekday(UnreadableTime):
    """That date falls on another weekday. Check the calendar, and type the weekday or the date alone."""


@dataclass(frozen=True, slots=True)
class Days:
    """What a day phrase means: the dates it can stand for, soonest first; the first still ahead is the one meant.

    `said` is "nothing" when no day was named, "word" for "wed" or "tomorrow", "date" for "1.12.".
    """

    dates: tuple[date, ...]
    said: Literal["nothing", "word", "date"] = "word"


def parse_weekday(text: str) -> int:
    """The weekday meant, 0 for Monday, in English or German, short or long. Raises UnknownWeekday."""
    number = WEEKDAYS.get((tidy(text) or "").rstrip("."))
    if number is None:
        raise UnknownWeekday
    return number


def parse_days(phrase: str, today: date) -> Days | None:
    """The dates a tidied phrase can mean, `today` being the local date; None for what is no day.

    Empty: today or tomorrow. A weekday: the next one, today included, or with "next" never today. A date without a
    year: this year's or a later one's. Slashes are read only when they leave no choice of day and month.
    Raises AmbiguousDate, and WrongWeekday when a weekday and a date stand together and disagree.
    """
    words = [word for word in phrase.replace(",", " ").split() if word not in _FILLERS]
    if not words:
        return Days((today, today + timedelta(days=1)), said="nothing")
    if len(words) == 1 and words[0] in _AWAY:
        return Days((today + timedelta(days=_AWAY[words[0]]),))
    if words == ["day", "after", "tomorrow"]:
        return Days((today + timedelta(days=2),))
    away = _IN_DAYS.fullmatch(" ".join(words))
    if away is not None:
        return Days((today + timedelta(days=int(away["count"]) * (7 if away["unit"][0] == "w" else 1)),))
    return _weekday_and_date(words, today)


def _weekday_and_date(words: list[str], today: date) -> Days | None:
    not_today = words[0] in _NOT_TODAY
    rest = words[1:] if not_today else words
    weekday = WEEKDAYS.get(rest[0].rstrip(".")) if rest else None
    if weekday is not None and len(rest) == 1:
        return Days(_weekday_dates(weekday, today, not_today=not_today))
    if not_today:
        return None
    days = _date(" ".join(words if weekday is None else words[1:]), today)
    return days if days is None or weekday is None else _agreeing(days, weekday)


def _weekday_dates(weekday: int, today: date, *, not_today: bool) -> tuple[date, ...]:
    ahead = (weekday - today.weekday()) % 7
    if ahead == 0 and not_today:
        ahead = 7
    return tuple(today + timedelta(days=ahead + more) for more in (0, 7))


def _agreeing(days: Days, weekday: int) -> Days:
    if days.dates[0].weekday() != weekday:
        raise WrongWeekday
    return days


def _date(phrase: str, today: date) -> Days | None:
    match = _YEAR_FIRST.fullmatch(phrase) or _DOTTED.fullmatch(phrase)
    if match is not None:
        return _written(match["year"], int(match["month"]), int(match["day"]), today)
    match = _EITHER_WAY.fullmatch(phrase) or _EITHER_WAY_DASHED.fullmatch(phrase)
    if match is not None:
        return _written(match["year"], *_month_and_day(int(match["one"]), int(match["two"])), today)
    match = next((found for form in _NAMED if (found := form.fullmatch(phrase)) and found["name"] in MONTHS), None)
    if match is not None:
        return _written(match["year"], MONTHS[match["name"]], int(match["day"]), today)
    foreign = _foreign_date(phrase, today)
    return None if foreign is None else Days((foreign,), said="date")


def _month_and_day(one: int, two: int) -> tuple[int, int]:
    if one != two and one <= 12 and two <= 12:
        raise AmbiguousDate
    return (two, one) if one > 12 else (one, two)


def _written(year: str | None, month: int, day: int, today: date) -> Days | None:
    if year is not None:
        century = 2000 if len(year) == 2 else 0
        found = _in_year(century + int(year), month, day)
    else:
        coming = (_in_year(year, month, day) for year in range(today.year, today.year + _LEAP_SEARCH))
        # Today stays today even when the hour has passed: "that is past" helps more than a date in a year.
        found = next((one for one in coming if one is not None and one >= today), None)
    return None if found is None else Days((found,), said="date")


def _in_year(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year in _YEARS else None
    except ValueError:
        return None


_FEW_WORDS = re.compile(r"(?=.*[^\W\d_]{3})[\w .'’-]{3,40}")
_LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pt", "pl"]


def _foreign_date(phrase: str, today: date) -> date | None:
    """What dateparser makes of a phrase that names at least a day and a month, or a day from today."""
    words = phrase.split()
    if not _FEW_WORDS.fullmatch(phrase) or len(set(words)) < len(words):
        return None
    found = _parser(today).get_date_data(phrase)
    # A period of a week, a month or an hour would be a guess at the day.
    day = found.date_obj.date() if found.date_obj is not None and found.period == "day" else None
    return day if day is not None and _keeps_the_numbers(phrase, day, today) else None


def _keeps_the_numbers(phrase: str, day: date, today: date) -> bool:
    """Whether every number typed is in the result: dateparser passes over what it does not understand."""
    numbers = [int(digits) for digits in re.findall(r"[0-9]+", phrase)]
    away = abs((day - today).days)
    return day.year in _YEARS and numbers in ([], [day.day], [day.day, day.year], [away], [away / 7])


def _parser(today: date) -> DateDataParser:
    return DateDataParser(
        languages=_LANGUAGES,
        settings={
            "RELATIVE_BASE": datetime.combine(today, time()),  # naive on purpose: only its date is used
            "PREFER_DATES_FROM": "future",
            "REQUIRE_PARTS": ["day", "month"],
            "DATE_ORDER": "DMY",
            "PARSERS": ["absolute-time", "relative-time"],
            "TIMEZONE": "UTC",
            "RETURN_TIME_AS_PERIOD": True,
        },
    )


def warm() -> None:
    """Load dateparser's languages: its first call takes about a sixth of a second, the later ones a millisecond."""
    for phrase in ("25 noviembre", "december", "gestern", "no such day at all"):
        _foreign_date(phrase, date(2026, 11, 1))
