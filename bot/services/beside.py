"""Everything that stands beside the sheets, put together: one keeper in Discord, the queue's handlers."""

from collections.abc import Mapping
from typing import Protocol

from bot.clock import Clock
from bot.domain.action import Kind
from bot.services.mirrors import Mirrors, Warner
from bot.services.queue import Handler
from bot.services.scheduled_events import EventKeeper, ScheduledEvents
from bot.services.sheets import Sheets
from bot.services.temp_roles import RoleKeeper, TempRoles
from bot.services.threads import ThreadKeeper, Threads
from db import Database


class Keeper(ThreadKeeper, EventKeeper, RoleKeeper, Warner, Protocol):
    """Threads, scheduled events and roles in Discord, and the officers' ear."""


class Beside:
    """The hands that keep threads, scheduled events and roles."""

    def __init__(self, db: Database, mirrors: Mirrors, sheets: Sheets, keeper: Keeper, clock: Clock) -> None:
        self._mirrors = mirrors
        self._threads = Threads(mirrors, keeper)
        self._events = ScheduledEvents(mirrors, keeper)
        self._roles = TempRoles(db, mirrors, sheets, keeper, clock)

    @property
    def handlers(self) -> Mapping[Kind, Handler]:
        """Which action is done by what."""
        return {
            Kind.SYNC_THREAD: self._threads.sync,
            Kind.SYNC_DISCORD_EVENT: self._events.sync,
            Kind.SYNC_ROLE: self._roles.sync,
            Kind.WARN_OFFICERS: self._mirrors.warn,
        }
