"""What the bot may do in Discord, asked wherever something is planned, shown or warned of."""

from collections.abc import Sequence
from typing import Any

import discord

from bot.client import MusterBot
from bot.domain.ids import ChannelId, GuildId
from bot.domain.needs import POSTS, SAYS_IN_THREADS
from cogs.actors import words

Room = discord.abc.GuildChannel | discord.Thread


def lacking(room: Room, me: discord.Member, needed: Sequence[str]) -> Sequence[str]:
    """Which of the permissions the bot lacks there, in Discord's words."""
    held = room.permissions_for(me)
    return [words(one) for one in needed if not getattr(held, one)]


def lacking_to_post(room: Room, me: discord.Member, more: Sequence[str] = ()) -> Sequence[str]:
    """What the bot lacks to keep a sheet there."""
    return lacking(room, me, (*(SAYS_IN_THREADS if isinstance(room, discord.Thread) else POSTS), *more))


def lacking_in(
    guild: discord.Guild | None, channel_id: ChannelId | None, needed: Sequence[str]
) -> Sequence[str] | None:
    """The same for a channel of a server the bot has at hand; None when it is not there."""
    room = guild.get_channel_or_thread(channel_id) if guild and channel_id else None
    if guild is None or room is None:
        return None
    return lacking(room, guild.me, needed)


class DiscordRights:
    """`bot.services.lost_rights.Rights` on discord.py.

    A worker may be asked about a server of another worker's shards: what it does not have at hand it asks Discord for.
    """

    def __init__(self, bot: MusterBot) -> None:
        self._bot = bot

    async def in_channel(self, guild_id: GuildId, channel_id: ChannelId, more: Sequence[str]) -> Sequence[str] | None:
        """What the bot lacks to keep a sheet there, and of `more`; None when the channel is gone or hidden."""
        try:
            guild, me = await self._in(guild_id)
            room = guild.get_channel_or_thread(channel_id) or await guild.fetch_channel(channel_id)
        except (discord.NotFound, discord.Forbidden, discord.InvalidData):
            return None
        return lacking_to_post(room, me, more)

    async def in_server(self, guild_id: GuildId, needed: Sequence[str]) -> Sequence[str]:
        """Which of the permissions the bot lacks in the server; none where it is no member any more."""
        try:
            _, me = await self._in(guild_id)
        except (discord.NotFound, discord.Forbidden):
            return ()
        return [words(one) for one in needed if not getattr(me.guild_permissions, one)]

    async def _in(self, guild_id: GuildId) -> tuple[discord.Guild, discord.Member]:
        guild = self._bot.get_guild(guild_id) or await self._bot.fetch_guild(guild_id)
        assert self._bot.user is not None  # noqa: S101 - the queue works after the login only
        return guild, guild.me or await guild.fetch_member(self._bot.user.id)


def hidden_without(bot: Any, permission: str) -> Sequence[str]:
    """The slash commands whoever lacks that permission does not see, until the server allows it."""
    commands = [one for one in bot.tree.get_commands() if not isinstance(one, discord.app_commands.ContextMenu)]
    return [
        f"/{one.name}"
        for one in sorted(commands, key=lambda one: str(one.name))
        if one.default_permissions is not None and getattr(one.default_permissions, permission)
    ]
