"""Ids as Discord makes them: milliseconds since 2015 in the upper bits, so an id tells when its thing was made."""

from datetime import UTC, datetime, timedelta

from bot.clock import Clock

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
_COUNTER_BITS = 22


class Snowflakes:
    """Makes ids from the injected clock; the same story makes the same ids."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._made = 0

    def next(self, age: timedelta = timedelta(0)) -> int:
        """An id never handed out before, of a thing made `age` before the clock's now."""
        self._made += 1
        milliseconds = (self._clock.now() - age - EPOCH) // timedelta(milliseconds=1)
        return (milliseconds << _COUNTER_BITS) | (self._made & ((1 << _COUNTER_BITS) - 1))


def made_at(snowflake: int) -> datetime:
    """The instant (UTC) the id was made."""
    return EPOCH + timedelta(milliseconds=snowflake >> _COUNTER_BITS)
