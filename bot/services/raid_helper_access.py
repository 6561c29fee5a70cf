"""How the queue's actions get at a server's Raid-Helper, and what its refusals mean to them."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta

from bot.clock import Clock
from bot.domain.action import Action
from bot.domain.event import Event
from bot.domain.ids import EventId, GuildId
from bot.raid_helper import errors
from bot.raid_helper.budget import Purpose
from bot.raid_helper.client import RaidHelper, RaidHelperServer
from bot.services.messenger import Undeliverable
from bot.services.queue import TryLater
from bot.services.secrets import SecretBox
from db import Session

FINAL = (errors.LockedTemplate, errors.NoAccess, errors.Rejected)
"""Trying again changes nothing. A refreshed key is not among them: the new one may be given at any time."""
KEY_AGAIN = timedelta(minutes=5)
LATE_LISTINGS = 6
"""Attempts, over a minute, after which an event that Raid-Helper does not find was deleted there, not made just now."""


class RaidHelperAccess:
    """Opens servers' Raid-Helpers with their stored keys."""

    def __init__(self, raid_helper: RaidHelper, secrets: SecretBox, clock: Clock) -> None:
        self._raid_helper = raid_helper
        self._secrets = secrets
        self._clock = clock

    async def server(self, tx: Session, guild_id: GuildId, purpose: Purpose) -> RaidHelperServer:
        """The server's Raid-Helper. Raises TryLater without a key: it may be connected at any time."""
        key = self._secrets.open((await tx.servers.get(guild_id)).raid_helper_key)
        if key is None:
            raise TryLater(self._clock.now() + KEY_AGAIN, "Raid-Helper is not connected")
        return self._raid_helper.server(guild_id, key, purpose)

    @contextmanager
    def refusals(self) -> Generator[None]:
        """Tell the queue what Raid-Helper's refusals mean: give up, or come back when it takes requests again."""
        try:
            yield
        except FINAL as error:
            raise Undeliverable(str(error)) from error
        except errors.RateLimited as error:
            raise TryLater(self._clock.now() + timedelta(seconds=error.retry_after), str(error)) from error


async def raid_of(tx: Session, action: Action) -> Event:
    """The action's raid, locked. Raises Undeliverable when it is gone."""
    event = await tx.events.lock(action.guild_id, action.event_id or EventId(0))
    if event is None:
        raise Undeliverable("the raid is gone")
    return event
