"""What becomes of a raid as time goes by."""

from datetime import timedelta

import pytest

from bot.domain.event import EventStatus
from bot.domain.status import boundaries, steps, worth_redrawing
from tests.unit.makers import START, event

MINUTE = timedelta(minutes=1)
END = START + timedelta(hours=3)
ON, DONE = EventStatus.IN_PROGRESS, EventStatus.COMPLETED


def raid(status: EventStatus = EventStatus.SCHEDULED):
    return event(status=status, starts_at=START, ends_at=END)


@pytest.mark.parametrize(
    ("status", "now", "passed"),
    [
        (EventStatus.SCHEDULED, START - MINUTE, []),
        (EventStatus.SCHEDULED, START, [ON]),
        (EventStatus.SCHEDULED, END - MINUTE, [ON]),
        (EventStatus.SCHEDULED, END, [ON, DONE]),
        (EventStatus.SCHEDULED, END + timedelta(days=400), [ON, DONE]),
        (ON, START - MINUTE, []),
        (ON, END - MINUTE, []),
        (ON, END, [DONE]),
        (DONE, END + MINUTE, []),
        (EventStatus.CANCELLED, END + MINUTE, []),
        (EventStatus.ARCHIVED, END + MINUTE, []),
    ],
)
def test_the_clock_moves_a_raid_one_step_at_a_time_and_never_back(status, now, passed):
    assert steps(raid(status), now) == passed


@pytest.mark.parametrize(
    ("status", "moments"),
    [
        (EventStatus.SCHEDULED, [START, END]),
        (ON, [END]),
        (DONE, []),
        (EventStatus.CANCELLED, []),
        (EventStatus.ARCHIVED, []),
    ],
)
def test_what_lies_ahead_of_each_status(status, moments):
    assert boundaries(raid(status)) == moments


def test_sheets_nobody_looks_for_are_left_alone():
    assert worth_redrawing(raid(), END + timedelta(days=6))
    assert not worth_redrawing(raid(), END + timedelta(days=8))
