"""How fast the messages of one channel may be edited: Discord takes five edits in five seconds."""

from collections import deque
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.domain.ids import ChannelId
from bot.services.queue import TryLater

BURST = 5
WINDOW = timedelta(seconds=5)


class Pace:
    """Counts this process's edits a channel; another's are not under way meanwhile, since a channel is one lane.

    The library would wait, too, but with the channel's lane and a worker's time in its hand.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._taken: dict[ChannelId | None, deque[datetime]] = {}

    def take(self, channel_id: ChannelId | None) -> None:
        """Count an edit that is about to go out. Raises TryLater when the window is used up."""
        now = self._clock.now()
        taken = self._taken.setdefault(channel_id, deque(maxlen=BURST))
        if len(taken) == BURST and timedelta(0) <= now - taken[0] < WINDOW:
            raise TryLater(taken[0] + WINDOW, "the channel's messages were edited five times in five seconds")
        taken.append(now)
