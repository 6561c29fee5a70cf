"""When sheets on Raid-Helper are read: the same moments for every worker, oftener near a start, and at it."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.mirror import next_look

DAY = datetime(2026, 11, 25, tzinfo=UTC)


def at(clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return DAY + timedelta(hours=hour, minutes=minute)


@pytest.mark.parametrize(
    ("now", "starts", "then"),
    [
        ("12:00", ["19:00"], "12:15"),
        ("12:01", ["19:00"], "12:15"),
        ("12:14", ["19:00", "20:00"], "12:15"),
        ("16:59", ["19:00"], "17:00"),
        ("17:00", ["19:00"], "17:05"),
        ("17:03", ["20:00", "19:00"], "17:05"),
        ("18:55", ["19:00"], "19:00"),
        ("18:56", ["18:58"], "18:58"),
        ("19:00", ["19:00", "23:00"], "19:15"),
        ("19:00", ["19:00", "21:00"], "19:05"),
    ],
)
def test_the_next_look(now: str, starts: list[str], then: str) -> None:
    assert next_look(at(now), map(at, starts)) == at(then)


@pytest.mark.parametrize("starts", [[], ["12:00"], ["11:00", "12:00"]])
def test_nothing_ahead_needs_no_look(starts: list[str]) -> None:
    assert next_look(at("12:00"), map(at, starts)) is None


def test_seconds_do_not_part_the_workers() -> None:
    looks = {next_look(at("12:00") + timedelta(seconds=second, microseconds=7), [at("19:00")]) for second in range(900)}
    assert looks == {at("12:15")}
