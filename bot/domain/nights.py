"""The nights of a series that lie ahead: by its rule, as they were moved, and when each is booked."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date, datetime, tzinfo

from bot.domain.recurrence import DAY, LAST_DAY, WEEK, Occurrence, Rule, following, instant, occurrences, on
from bot.domain.series import BOOKING_DELAY, MOST_PASSED_OVER, Exceptions, PostTime, Series


def nights(series: Series, now: datetime, latest: Occurrence | None, exceptions: Exceptions) -> Iterator[Occurrence]:
    """All nights after `now` by the series' rule, moved ones at their real time; what is left out is among them.

    `latest` is the last night that was booked: a series without a zone goes on from there, and one that counts from no
    known night counts from it.
    """
    # A night that was moved to a later time may come though its usual time has passed.
    since = now - series.rule.step
    by_rule = _by_rule(series, since, latest)
    return (one for one in map(exceptions.of, by_rule) if one.start > now)


def _by_rule(series: Series, since: datetime, latest: Occurrence | None) -> Iterator[Occurrence]:
    rule = series.rule
    if latest is None:
        return occurrences(rule, since)
    if rule.zone is None:
        return _one_after_the_other(rule, latest, since)
    counted = rule.anchor is None and (rule.every_days or rule.every_weeks > 1)
    return occurrences(replace(rule, anchor=latest.day) if counted else rule, since)


def _one_after_the_other(rule: Rule, latest: Occurrence, since: datetime) -> Iterator[Occurrence]:
    found = following(rule, latest.day, latest.start)
    while found.day < LAST_DAY:
        if found.start > since:
            yield found
        found = following(rule, found.day, found.start)


def next_unbooked(
    series: Series, now: datetime, latest: Occurrence | None, booked: AbstractSet[date], exceptions: Exceptions
) -> Occurrence | None:
    """The soonest night after `now` that is to be booked still; None while the series rests.

    `booked` are the days that have their raid already, a cancelled one too.
    """
    if series.rests:
        return None
    not_before = series.paused_until or date.min
    for count, one in enumerate(nights(series, now, latest, exceptions)):
        if one.day >= not_before and one.day not in booked and not exceptions.leaves_out(one.day):
            return one
        if count >= MOST_PASSED_OVER and one.day >= not_before:
            break
    return None


def booking_moment(series: Series, night: Occurrence) -> datetime:
    """When the sheet of `night` is due, in UTC.

    At the series' post time, else where the chain would be: ten minutes into the night before by the rule. A night
    moved to an earlier time is booked so much earlier.
    """
    if series.post is not None:
        return last_before(night.start, series.post, series.zone)
    rule = series.rule
    if rule.zone is None:
        return night.start - rule.step + BOOKING_DELAY
    usual = on(rule, night.day - rule.step).start + BOOKING_DELAY
    return min(usual, usual + (night.start - on(rule, night.day).start))


def last_before(start: datetime, post: PostTime, zone: tzinfo) -> datetime:
    """The last moment strictly before `start` at which clocks in `zone` show the post time, in UTC."""
    day = start.astimezone(zone).date()
    day -= DAY * ((day.weekday() - post.weekday) % 7)
    moment = instant(day, post.wall_time, zone)
    return moment if moment < start else instant(day - WEEK, post.wall_time, zone)
