"""Discord's own scheduled events: one a raid, which starts, moves and ends with it, so that members find it there too.

Discord makes one as often as it is asked to, so one in doubt is looked for by its description's last line.
"""

from datetime import datetime
from typing import Protocol

from bot.domain.action import Action
from bot.domain.event import Event, EventStatus
from bot.domain.ids import GuildId
from bot.domain.mirrors import Look, Mirror, MirrorKind, MirrorState, event_look, marker, over
from bot.domain.setting import Effective
from bot.domain.settings import DISCORD_EVENT, VOICE_CHANNEL
from bot.services.mirrors import Gone, Mirrors


class EventKeeper(Protocol):
    """Scheduled events in Discord. Raises Refused, Gone, NoRoom as `bot.services.mirrors.Hand` says."""

    async def make_event(self, guild_id: GuildId, look: Look) -> int:
        """Make an event of that look; its id."""
        ...

    async def find_event(self, guild_id: GuildId, marker: str) -> int | None:
        """Our own event whose description ends with that line, or None."""
        ...

    async def change_event(self, guild_id: GuildId, event_id: int, shown: Look, look: Look) -> None:
        """Change what differs between the looks; one that runs now is started."""
        ...

    async def end_event(self, guild_id: GuildId, event_id: int, *, ran: bool, cancelled: bool) -> None:
        """End one that ran, cancel one that will not be, delete one that never was started."""
        ...


class ScheduledEvents:
    """The hand that keeps scheduled events."""

    kind = MirrorKind.DISCORD_EVENT
    stays = False

    def __init__(self, mirrors: Mirrors, keeper: EventKeeper) -> None:
        self._mirrors = mirrors
        self._keeper = keeper

    async def sync(self, action: Action) -> str:
        """Bring the raid's scheduled event to what the raid is."""
        return await self._mirrors.sync(self, action)

    def look(self, event: Event, settings: Effective, now: datetime) -> Look | None:
        """An event for as long as the raid is ahead or running."""
        wanted = settings[DISCORD_EVENT] and not over(event, now)
        return event_look(event, settings[VOICE_CHANNEL], now) if wanted else None

    def makeable(self, event: Event, now: datetime) -> bool:
        """The sheet stands, and the start lies ahead: Discord takes no others."""
        return event.link is not None and now < event.starts_at

    async def make(self, event: Event, mirror: Mirror, look: Look) -> int:
        """Make it, unless one in doubt is there; that one is brought to `look`."""
        found = await self._in_doubt(event, mirror)
        if found is None:
            return await self._keeper.make_event(event.guild_id, look)
        await self._keeper.change_event(event.guild_id, found, {}, look)
        return found

    async def change(self, event: Event, mirror: Mirror, look: Look) -> None:
        """Change what differs."""
        await self._keeper.change_event(event.guild_id, mirror.discord_id or 0, mirror.shown, look)

    async def end(self, event: Event, mirror: Mirror) -> None:
        """End or cancel it."""
        found = mirror.discord_id or await self._in_doubt(event, mirror)
        if found is None:
            return
        ran, cancelled = bool(mirror.shown.get("running")), event.status is EventStatus.CANCELLED
        try:
            await self._keeper.end_event(event.guild_id, found, ran=ran, cancelled=cancelled)
        except Gone:
            return

    async def _in_doubt(self, event: Event, mirror: Mirror) -> int | None:
        if mirror.state is not MirrorState.MAKING:
            return None
        return await self._keeper.find_event(event.guild_id, marker(event))
