"""Setting a server up."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from bot.clock import Clock
from bot.domain.ids import ChannelId, GuildId, RoleId
from bot.domain.permissions import Actor, require_manager
from bot.domain.server import Server
from bot.raid_helper.budget import Budget, Purpose
from bot.raid_helper.client import RaidHelper, tidy_key
from bot.services import unplanned
from bot.services.secrets import NoRaidHelperKey, SecretBox
from bot.services.when import parse_zone
from db import Database, Session


@dataclass(frozen=True)
class SetUp:
    """What an officer gave `/raid setup`; None leaves a thing as it is. `timezone` is as typed."""

    channel_id: ChannelId | None = None
    timezone: str | None = None
    officer_role_id: RoleId | None = None
    officer_channel_id: ChannelId | None = None


class Servers:
    """Reads and writes a server's settings."""

    def __init__(self, db: Database, raid_helper: RaidHelper, secrets: SecretBox, clock: Clock) -> None:
        self._db = db
        self._raid_helper = raid_helper
        self._secrets = secrets
        self._clock = clock

    async def get(self, guild_id: GuildId) -> Server:
        """The server's settings."""
        async with self._db.transaction() as tx:
            return await tx.servers.get(guild_id)

    async def left(self, guild_id: GuildId, at: datetime) -> None:
        """The bot was removed from the server: its series rest, everything else stays as it is."""
        async with self._db.transaction() as tx:
            await tx.servers.left(guild_id, at)

    async def joined(self, guild_id: GuildId) -> None:
        """The bot is in the server, again perhaps: its series go on."""
        async with self._db.transaction() as tx:
            await tx.servers.joined(guild_id)

    async def came_up(self, is_here: Callable[[GuildId], object], shards: Sequence[int], shard_count: int) -> None:
        """The bot has come up: it may have been removed from servers or invited to them while it was down.

        `is_here` is asked about those of its own shards once they are locked: one it is just invited to is not missed.
        """
        async with self._db.transaction() as tx:
            for server in await tx.servers.lock_of_shards(shards, shard_count):
                here = bool(is_here(server.id))
                if here and server.left_at is not None:
                    await tx.servers.joined(server.id)
                elif not here and server.left_at is None:
                    await tx.servers.left(server.id, self._clock.now())

    async def set_up(self, actor: Actor, wish: SetUp) -> Server:
        """Write what was given. Raises NotAnAdministrator, UnknownZone; then nothing is written."""
        require_manager(actor)
        zone = parse_zone(wish.timezone).key if wish.timezone else None
        async with self._db.transaction() as tx:
            before = await tx.servers.lock(actor.guild_id)
            await tx.servers.set_up(
                actor.guild_id, wish.channel_id, zone, wish.officer_role_id, wish.officer_channel_id
            )
            return await self._noted(tx, actor, before)

    async def set_officer_roles(self, actor: Actor, roles: Sequence[RoleId]) -> None:
        """Write down which roles make an officer; none leaves Manage Server. Raises NotAnAdministrator."""
        require_manager(actor)
        async with self._db.transaction() as tx:
            before = await tx.servers.lock(actor.guild_id)
            await tx.servers.set_officer_roles(actor.guild_id, roles)
            await self._noted(tx, actor, before)

    async def _noted(self, tx: Session, actor: Actor, before: Server) -> Server:
        """The server as it is now; what changed stands in the trail, and raids nearby are looked at anew for it."""
        server, now = await tx.servers.get(actor.guild_id), self._clock.now()
        was, after = _kept(before), _kept(server)
        changed = [name for name in after if after[name] != was[name]]
        if not changed:
            return server
        details = {"before": {name: was[name] for name in changed}, "after": {name: after[name] for name in changed}}
        await tx.audit.note(actor.guild_id, None, actor.user_id, "setup", now, **details)
        await unplanned.soon(tx, actor.guild_id, now)
        return server

    async def connect_raid_helper(self, actor: Actor, key: SecretStr) -> None:
        """Try the key, then store it encrypted. Raises NotAnAdministrator, NoEncryptionKey, RaidHelperError."""
        require_manager(actor)
        key = tidy_key(key)
        closed = self._secrets.close(key)
        await self._raid_helper.server(actor.guild_id, key, Purpose.TRIAL).check()
        async with self._db.transaction() as tx:
            if self._secrets.open((await tx.servers.get(actor.guild_id)).raid_helper_key) != key:
                await tx.raid_helper.start_anew(actor.guild_id)
            await tx.servers.set_raid_helper_key(actor.guild_id, closed)
            await tx.audit.note(actor.guild_id, None, actor.user_id, "raidhelper.connect", self._clock.now())

    async def test_raid_helper(self, actor: Actor) -> Budget:
        """Try the stored key; what is left of its day. Raises NotAnAdministrator, NoRaidHelperKey, RaidHelperError."""
        require_manager(actor)
        key = self._secrets.open((await self.get(actor.guild_id)).raid_helper_key)
        if key is None:
            raise NoRaidHelperKey
        await self._raid_helper.server(actor.guild_id, key, Purpose.TRIAL).check()
        return await self.raid_helper_budget(actor.guild_id)

    async def raid_helper_budget(self, guild_id: GuildId) -> Budget:
        """What the server has left of the requests Raid-Helper takes in 24 hours; asks Raid-Helper nothing."""
        return await self._raid_helper.budget(guild_id)

    async def disconnect_raid_helper(self, actor: Actor) -> None:
        """Forget the key. Raises NotAnAdministrator."""
        require_manager(actor)
        async with self._db.transaction() as tx:
            if (await tx.servers.lock(actor.guild_id)).raid_helper_key is not None:
                await tx.servers.set_raid_helper_key(actor.guild_id, None)
                await tx.audit.note(actor.guild_id, None, actor.user_id, "raidhelper.disconnect", self._clock.now())


def _kept(server: Server) -> Mapping[str, Any]:
    """What the setup writes, as JSON values."""
    return {
        "raid_channel": server.raid_channel_id,
        "officer_channel": server.officer_channel_id,
        "timezone": server.timezone,
        "officer_roles": sorted(server.officer_roles),
    }
