"""Ranks and names that follow Discord: with the members intent at once, without it when somebody answers a sheet."""

from collections.abc import Sequence

from bot.clock import Clock
from bot.domain.ids import GuildId, UserId
from bot.domain.permissions import Actor
from bot.services import sheets
from db import Database


class Following:
    """The use cases behind changes of roles and nicknames, and behind members who leave or join."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def follow(self, guild_id: GuildId, members: Sequence[Actor]) -> int:
        """Give registered members their rank and name of now, and have open sheets show it; how many changed."""
        now = self._clock.now()
        async with self._db.transaction() as tx:
            changed, renamed = await tx.ranks.follow(guild_id, members)
            for event_id in await tx.people.open_sheets(renamed):
                event = await tx.events.get(event_id)
                if event is not None:
                    await sheets.refresh(tx, event, now)
        return changed

    async def heard(self, guild_id: GuildId, user_id: UserId, *, here: bool) -> None:
        """Somebody left the server, or joined it."""
        async with self._db.transaction() as tx:
            await tx.leavers.write(guild_id, {user_id: here}, self._clock.now())
