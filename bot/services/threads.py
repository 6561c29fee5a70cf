"""The thread below a raid's sheet: opened with it, renamed with the raid, closed when the raid is over.

A thread made from a message has the message's id, and a message has one thread at most: nothing can be made twice.
"""

from datetime import datetime
from typing import Protocol

from bot.domain.action import Action
from bot.domain.event import Event, SheetKind
from bot.domain.ids import ChannelId
from bot.domain.mirrors import Look, Mirror, MirrorKind, over, thread_name
from bot.domain.setting import Effective
from bot.domain.settings import THREAD
from bot.services.mirrors import Gone, Mirrors


class ThreadKeeper(Protocol):
    """Threads in Discord. Raises Refused, Gone, NotYet as `bot.services.mirrors.Hand` says."""

    async def open_thread(self, event: Event, name: str) -> ChannelId:
        """The thread below the event's sheet: a new one, or the one that is there. Raises NotYet without the sheet."""
        ...

    async def rename_thread(self, event: Event, thread_id: ChannelId, name: str, *, reopen: bool) -> None:
        """Give a thread of the event's channel that name; `reopen` one that was closed."""
        ...

    async def close_thread(self, event: Event, thread_id: ChannelId) -> None:
        """Archive a thread of the event's channel, and lock it where the bot may."""
        ...


class Threads:
    """The hand that keeps threads."""

    kind = MirrorKind.THREAD
    stays = True

    def __init__(self, mirrors: Mirrors, keeper: ThreadKeeper) -> None:
        self._mirrors = mirrors
        self._keeper = keeper

    async def sync(self, action: Action) -> str:
        """Bring the raid's thread to what the raid is."""
        return await self._mirrors.sync(self, action)

    def look(self, event: Event, settings: Effective, now: datetime) -> Look | None:
        """A thread for as long as the raid is ahead or running; Raid-Helper opens its own."""
        wanted = settings[THREAD] and event.sheet is SheetKind.NATIVE and not over(event, now)
        return {"name": thread_name(event)} if wanted else None

    def makeable(self, event: Event, now: datetime) -> bool:  # noqa: ARG002 - a thread may be late
        """There is a sheet to open it below."""
        return event.message_id is not None

    async def make(self, event: Event, mirror: Mirror, look: Look) -> int:
        """Open it, or open again the one that was closed."""
        if mirror.discord_id is not None:
            await self._keeper.rename_thread(event, ChannelId(mirror.discord_id), look["name"], reopen=True)
            return mirror.discord_id
        return await self._keeper.open_thread(event, look["name"])

    async def change(self, event: Event, mirror: Mirror, look: Look) -> None:
        """Rename it."""
        await self._keeper.rename_thread(event, ChannelId(mirror.discord_id or 0), look["name"], reopen=False)

    async def end(self, event: Event, mirror: Mirror) -> None:
        """Close it; one in doubt would have the sheet's id."""
        thread_id = mirror.discord_id or event.message_id
        if thread_id is None:
            return
        try:
            await self._keeper.close_thread(event, ChannelId(thread_id))
        except Gone:
            return
