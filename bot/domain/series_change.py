"""What a changed definition of a series means for its next nights."""

from datetime import date, datetime

from bot.domain.errors import MusterError
from bot.domain.recurrence import DAY, Occurrence, in_week_of, on
from bot.domain.series import Series


class NewTimeIsPast(MusterError):
    """The new time of that night has passed already, so its raid stands as it is."""


class StandsAsItIs(MusterError):
    """An officer has changed that raid itself meanwhile, or it has begun, so it stands as it is."""


class AsDefined(MusterError):
    """That raid is as its series says already."""


def rhythm(series: Series) -> tuple[int, int, int | None]:
    """On which dates a series raids, apart from where it counts from."""
    return series.day_of_week, series.every_weeks, series.every_days


def anchor_of(before: Series, after: Series, latest: date | None, today: date, *, named_day: bool) -> date | None:
    """Where the dates of a changed series are counted from.

    With another rhythm it has nothing before its first date after the week, or day, of `latest`, its last booked
    night: one raid a week stays one raid a week. `named_day` is whether an officer named the weekday: only then does it
    say on which day a series of every so many days begins.
    """
    if rhythm(before) == rhythm(after):
        return before.anchor
    step = after.rule.step
    if after.every_days is None:
        soonest = today - step if latest is None else latest
        return in_week_of(soonest, after.day_of_week) + step
    begins = max(today, latest + DAY) if latest else today
    if named_day or latest is None:
        return begins + DAY * ((after.day_of_week - begins.weekday()) % 7)
    return latest + step


def night_instead(series: Series, day: date, now: datetime) -> Occurrence:
    """The night of the series as it is defined now that takes the place of its night of `day`.

    The same day when it still raids on it, else its day of that week, or the next one that is ahead. Raises
    NewTimeIsPast when it is the same day and its time has passed.
    """
    found = _in_place_of(series, day)
    while found != day and on(series.rule, found).start <= now:
        found += series.rule.step
    night = on(series.rule, found)
    if night.start <= now:
        raise NewTimeIsPast
    return night


def _in_place_of(series: Series, day: date) -> date:
    if series.every_days is None:
        return in_week_of(day, series.day_of_week)
    since = series.anchor or day
    # The first of its dates on or after the day: counted back over the days that are missing to a whole step.
    return day + (since - day) % series.rule.step
