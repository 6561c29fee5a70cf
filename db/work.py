"""Word to the queue's sleeping worker that there is something to do: an accelerator, no more."""

import asyncio
from datetime import UTC, datetime

_AT_ONCE = datetime.min.replace(tzinfo=UTC)


class Work:
    """Wakes whoever waits for work, but not for what is due later than they would wake anyway."""

    def __init__(self) -> None:
        self._news = asyncio.Event()
        self.soonest: datetime | None = None
        """When the first of what was told since the last `clear` is due."""
        self._until: datetime | None = None

    def due(self, at: datetime) -> None:
        """Something due `at` (UTC) was committed."""
        self.soonest = min(at, self.soonest or at)
        if self._until is None or at < self._until:
            self._news.set()

    def set(self) -> None:
        """There is something to do at once."""
        self.due(_AT_ONCE)

    def is_set(self) -> bool:
        """Whether a worker that does not sleep should look."""
        return self._news.is_set()

    def clear(self) -> None:
        """A worker is about to look."""
        self._news.clear()
        self.soonest = None

    async def wait(self, until: datetime) -> None:
        """Return when something is due before `until`; what came since the last `clear` counts."""
        if self.soonest is None or self.soonest >= until:
            self._news.clear()
        self._until = until
        try:
            await self._news.wait()
        finally:
            self._until = None
