from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from makers import CHANNEL, GUILD, event

from bot.domain.event import Event, EventStatus
from bot.domain.ids import EventId, MessageId, SeriesId, UserId
from bot.domain.ledger import Fate, Night, ledger, marked
from bot.domain.recurrence import Occurrence
from bot.domain.series import FOREVER, Break, Exceptions, Series, Skip

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LAST = Occurrence(date(2026, 11, 25), datetime(2026, 11, 25, 19, tzinfo=UTC))


def series(**given: Any) -> Series:
    """Every Wednesday at 20:00 in Berlin."""
    usual: dict[str, Any] = {"label": "Heroic", "day_of_week": 2, "start_time": time(20), "timezone": "Europe/Berlin"}
    return Series(id=SeriesId(3), guild_id=GUILD, duration=timedelta(hours=3), **(usual | given))


def wednesday(week: int) -> date:
    return LAST.day + timedelta(weeks=week)


def raid(week: int, **given: Any) -> Event:
    starts_at = given.pop("starts_at", LAST.start + timedelta(weeks=week))
    usual = {"id": EventId(100 + week), "channel_id": CHANNEL, "occurrence": wednesday(week)}
    return event(**usual, day=wednesday(week), starts_at=starts_at, ends_at=starts_at + timedelta(hours=3), **given)


def fates(*raids: Event, of: Series | None = None, failures: dict[int, str] | None = None, **given: Any) -> list[Night]:
    exceptions = Exceptions(**given)
    return list(ledger(of or series(), NOW, LAST, raids, exceptions, failures or {}, 4))


@pytest.mark.parametrize(
    ("booked", "given", "fate", "by", "why"),
    [
        (None, {}, Fate.PLANNED, None, ""),
        (None, {"skips": {wednesday(1): Skip(UserId(5), "holidays")}}, Fate.SKIPPED, 5, "holidays"),
        (None, {"skips": {wednesday(1): Skip()}}, Fate.SKIPPED, None, ""),
        (None, {"breaks": [Break(1, wednesday(1), wednesday(1), "Easter")]}, Fate.BREAK, None, "Easter"),
        (None, {"of": series(paused_until=wednesday(2))}, Fate.PAUSED, None, ""),
        (None, {"of": series(paused_until=FOREVER)}, Fate.PAUSED, None, ""),
        ({"message_id": MessageId(9)}, {}, Fate.BOOKED, None, ""),
        ({}, {}, Fate.COMING, None, ""),
        ({}, {"failures": {101: "no permission"}}, Fate.FAILED, None, "no permission"),
        # it stands after all, and the ledger says what happened on the way
        ({"message_id": MessageId(9)}, {"failures": {101: "fell-back"}}, Fate.BOOKED, None, "fell-back"),
        # a raid that is booked takes place, whatever was left out afterwards
        ({"message_id": MessageId(9)}, {"breaks": [Break(1, wednesday(1), wednesday(1))]}, Fate.BOOKED, None, ""),
        ({"status": EventStatus.CANCELLED, "cancel_reason": "ill"}, {}, Fate.CANCELLED, None, "ill"),
        (
            {"status": EventStatus.CANCELLED, "cancel_reason": "ill"},
            {"skips": {wednesday(1): Skip(UserId(5), "holidays")}},
            Fate.SKIPPED,
            5,
            "holidays",
        ),
    ],
)
def test_what_becomes_of_a_night(
    booked: dict[str, Any] | None, given: dict[str, Any], fate: Fate, by: int | None, why: str
):
    night, *_ = fates(*([raid(1, **booked)] if booked is not None else []), **given)
    assert (night.day, night.fate, night.by, night.why) == (wednesday(1), fate, by, why)
    assert (night.event is not None) == (booked is not None)


def test_nights_come_in_the_order_of_their_times_and_each_once():
    found = fates(
        raid(0, starts_at=NOW - timedelta(hours=1)),
        raid(2, message_id=MessageId(9), starts_at=LAST.start + timedelta(weeks=2, hours=1)),
        moved={wednesday(1): LAST.start + timedelta(weeks=1, days=1)},
    )
    assert [(one.day, one.fate, one.moved) for one in found] == [
        (wednesday(0), Fate.COMING, True),  # runs just now
        (wednesday(1), Fate.PLANNED, True),
        (wednesday(2), Fate.BOOKED, True),
        (wednesday(3), Fate.PLANNED, False),
    ]


def test_a_raid_that_is_over_is_not_listed():
    assert [one.day for one in fates(raid(0))] == [wednesday(week) for week in range(1, 5)]


def test_an_ended_series_lists_what_is_booked_alone():
    assert fates(of=series(is_active=False)) == []
    assert [one.day for one in fates(raid(1), of=series(is_active=False))] == [wednesday(1)]


def test_a_series_without_a_zone_goes_on_from_its_last_raid():
    found = fates(of=series(timezone=None))
    assert [one.start for one in found] == [LAST.start + timedelta(weeks=week) for week in range(1, 5)]


def test_the_clocks_are_marked_where_they_change():
    spring = datetime(2027, 3, 18, 12, tzinfo=UTC)
    listed = ledger(series(), spring, None, (), Exceptions(), {}, 3)
    assert [(one.day, one.clocks) for one in marked(series(), listed)] == [
        (date(2027, 3, 24), timedelta(0)),
        (date(2027, 3, 31), timedelta(hours=1)),
        (date(2027, 4, 7), timedelta(0)),
    ]
    # the first is compared with the night before it, and none is left when nothing is listed
    assert [one.clocks for one in marked(series(), listed[1:])] == [timedelta(hours=1), timedelta(0)]
    assert marked(series(), ()) == ()
