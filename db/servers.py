"""Servers: `common.discord_config`, a row a Discord server."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.domain.ids import ChannelId, GuildId, RoleId
from bot.domain.server import Server
from db.rows import Connection, maybe

_SELECT = """
    SELECT guild_discord_id, raid_channel_id, officer_channel_id, officer_role_ids, timezone, default_template,
           raid_helper_api_key, left_at
    FROM common.discord_config
"""


class ServerRepository:
    """Reads and writes a server's settings."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def get(self, guild_id: GuildId) -> Server:
        """The server's settings; the defaults when it has none."""
        row = await self._db.fetchrow(_SELECT + " WHERE guild_discord_id = $1", guild_id)
        return _server(row) if row else Server(guild_id)

    async def lock(self, guild_id: GuildId) -> Server:
        """The same, nobody else changing or locking it until the transaction ends."""
        row = await self._db.fetchrow(_SELECT + " WHERE guild_discord_id = $1 FOR UPDATE", guild_id)
        return _server(row) if row else Server(guild_id)

    async def all(self) -> Sequence[Server]:
        """Every server that was set up."""
        return [_server(row) for row in await self._db.fetch(_SELECT + " ORDER BY id")]

    async def set_up(
        self,
        guild_id: GuildId,
        channel_id: ChannelId | None,
        timezone: str | None,
        officer_role_id: RoleId | None,
        officer_channel_id: ChannelId | None,
    ) -> None:
        """Write the values given; None leaves what was there."""
        await self._db.execute(
            """
            INSERT INTO common.discord_config
                (guild_discord_id, raid_channel_id, timezone, officer_role_ids, officer_channel_id)
            VALUES ($1, $2, $3, array_remove(ARRAY[$4::bigint], NULL), $5)
            ON CONFLICT (guild_discord_id) DO UPDATE SET
                raid_channel_id = coalesce($2, discord_config.raid_channel_id),
                timezone = coalesce($3, discord_config.timezone),
                officer_role_ids = CASE WHEN $4::bigint IS NULL THEN discord_config.officer_role_ids
                                        ELSE ARRAY[$4::bigint] END,
                officer_channel_id = coalesce($5, discord_config.officer_channel_id)
            """,
            guild_id,
            channel_id,
            timezone,
            officer_role_id,
            officer_channel_id,
        )

    async def set_officer_roles(self, guild_id: GuildId, roles: Sequence[RoleId]) -> None:
        """Write down which roles make an officer of the server."""
        await self._db.execute(
            """
            INSERT INTO common.discord_config (guild_discord_id, officer_role_ids) VALUES ($1, $2)
            ON CONFLICT (guild_discord_id) DO UPDATE SET officer_role_ids = $2
            """,
            guild_id,
            list(roles),
        )

    async def set_officer_channel(self, guild_id: GuildId, channel_id: ChannelId | None) -> None:
        """Write down where officers are told things, or that they are told nowhere."""
        await self._db.execute(
            """
            INSERT INTO common.discord_config (guild_discord_id, officer_channel_id) VALUES ($1, $2)
            ON CONFLICT (guild_discord_id) DO UPDATE SET officer_channel_id = $2
            """,
            guild_id,
            channel_id,
        )

    async def joined(self, guild_id: GuildId) -> None:
        """Write down that the bot is in the server (again), if anything is known of it."""
        await self._db.execute(
            # Whatever stands there now: a note that it was left, just being made, is waited for.
            "UPDATE common.discord_config SET left_at = NULL WHERE guild_discord_id = $1",
            guild_id,
        )

    async def left(self, guild_id: GuildId, at: datetime) -> None:
        """Write down since when the bot is not in the server any more."""
        await self._db.execute(
            """
            INSERT INTO common.discord_config (guild_discord_id, left_at) VALUES ($1, $2)
            ON CONFLICT (guild_discord_id) DO UPDATE SET left_at = $2
            """,
            guild_id,
            at,
        )

    async def lock_of_shards(self, shards: Sequence[int], shard_count: int) -> Sequence[Server]:
        """The known servers of these shards, of so many in all; nobody else changes them meanwhile."""
        rows = await self._db.fetch(
            _SELECT + " WHERE (guild_discord_id >> 22) % $2 = ANY ($1) ORDER BY id FOR UPDATE",
            list(shards),
            shard_count,
        )
        return [_server(row) for row in rows]

    async def set_raid_helper_key(self, guild_id: GuildId, encrypted: str | None) -> None:
        """Write the encrypted key, or forget it."""
        await self._db.execute(
            """
            INSERT INTO common.discord_config (guild_discord_id, raid_helper_api_key) VALUES ($1, $2)
            ON CONFLICT (guild_discord_id) DO UPDATE SET raid_helper_api_key = $2
            """,
            guild_id,
            encrypted,
        )

    async def set_default_template(self, guild_id: GuildId, name: str) -> None:
        """Write down which template a raid has when nobody names one."""
        await self._db.execute(
            """
            INSERT INTO common.discord_config (guild_discord_id, default_template) VALUES ($1, $2)
            ON CONFLICT (guild_discord_id) DO UPDATE SET default_template = $2
            """,
            guild_id,
            name,
        )


def _server(row: Any) -> Server:
    return Server(
        id=GuildId(row["guild_discord_id"]),
        raid_channel_id=maybe(ChannelId, row["raid_channel_id"]),
        officer_channel_id=maybe(ChannelId, row["officer_channel_id"]),
        officer_roles=frozenset(RoleId(role) for role in row["officer_role_ids"]),
        timezone=row["timezone"],
        default_template=row["default_template"],
        raid_helper_key=row["raid_helper_api_key"],
        left_at=row["left_at"],
    )
