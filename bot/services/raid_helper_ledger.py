"""The Raid-Helper client's ledger, kept in the database: one for all workers, and a restart forgets nothing."""

from datetime import datetime

from bot.domain.ids import GuildId
from bot.raid_helper.budget import DAILY, DAY, Budget, Purpose
from db import Database


class StoredLedger:
    """Counts requests in a short transaction of its own, over before the request goes out."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def take(self, guild_id: int, purpose: Purpose, now: datetime) -> datetime | None:
        """Write one request down; when there is none left for `purpose`, the moment it is worth asking again."""
        async with self._db.transaction() as tx:
            return await tx.raid_helper.take(GuildId(guild_id), purpose, now, DAY, purpose.at_most)

    async def pause(self, guild_id: int, until: datetime) -> None:
        """Raid-Helper takes nothing before `until`."""
        async with self._db.transaction() as tx:
            await tx.raid_helper.pause(GuildId(guild_id), until)

    async def budget(self, guild_id: int, now: datetime) -> Budget:
        """What is left of the server's day."""
        async with self._db.transaction() as tx:
            used, paused_until = await tx.raid_helper.used(GuildId(guild_id), now, DAY)
        return Budget(max(0, DAILY - used), paused_until)
