"""What the bot may do in Discord, asked wherever something is planned, shown or warned of."""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import discord
from discord import app_commands

from bot.client import MusterBot
from bot.domain.event import Event
from bot.domain.ids import ChannelId, GuildId, RoleId, UserId
from bot.domain.needs import Lack
from bot.render import rights_texts
from bot.services.messenger import Undeliverable
from cogs.direct import send_direct
from cogs.emoji_book import DiscordEmoji

NOBODY = discord.AllowedMentions.none()
IN_THREADS = {"send_messages": "send_messages_in_threads"}
"""What a permission is called where the channel is a thread."""

Room = discord.abc.GuildChannel | discord.Thread


def words(permission: str) -> str:
    """A permission's name as Discord shows it."""
    return permission.replace("_", " ").title()


def lacking(room: Room, me: discord.Member, needed: Sequence[str]) -> Lack:
    """Which of the permissions the bot lacks there."""
    held = room.permissions_for(me)
    names = [IN_THREADS.get(one, one) for one in needed] if isinstance(room, discord.Thread) else needed
    return Lack(ChannelId(room.id), tuple(words(one) for one in dict.fromkeys(names) if not getattr(held, one)))


def lacking_in(guild: discord.Guild | None, channel_id: ChannelId, needed: Sequence[str]) -> Lack:
    """The same for a channel of a server the bot has at hand."""
    room = guild.get_channel_or_thread(channel_id) if guild else None
    return lacking(room, guild.me, needed) if guild and room else Lack(channel_id, gone=True)


def lacking_in_server(me: discord.Member, needed: Sequence[str]) -> Lack:
    """Which of the permissions the bot lacks in the server."""
    return Lack(None, tuple(words(one) for one in needed if not getattr(me.guild_permissions, one)))


async def still_there(bot: MusterBot, guild_id: GuildId, roles: Collection[RoleId]) -> Sequence[RoleId]:
    """Those of the roles that the server still has, in their order; asks Discord where it is not at hand."""
    if not roles:
        return ()
    guild = bot.get_guild(guild_id)
    if guild is None or guild.unavailable:  # an outage shows no roles
        guild = await bot.fetch_guild(guild_id)
    return [one for one in roles if guild.get_role(one) is not None]


def hidden_without(tree: app_commands.CommandTree[Any], permission: str) -> Sequence[str]:
    """The slash commands whoever lacks that permission does not see, until the server allows it."""
    commands = [one for one in tree.get_commands() if not isinstance(one, app_commands.ContextMenu)]
    return sorted(f"/{one.name}" for one in commands if getattr(one.default_permissions, permission, False))


class DiscordRights:
    """`bot.services.lost_rights.Rights` on discord.py.

    A worker may be asked about a server of another worker's shards: what it does not have at hand it asks Discord for.
    """

    def __init__(self, bot: MusterBot) -> None:
        self._bot = bot

    async def in_channel(self, guild_id: GuildId, channel_id: ChannelId, needed: Sequence[str]) -> Lack:
        """What the bot lacks in a channel or thread."""
        try:
            guild, me = await self._in(guild_id)
            room = guild.get_channel_or_thread(channel_id) or await guild.fetch_channel(channel_id)
        except (discord.NotFound, discord.Forbidden, discord.InvalidData):
            return Lack(channel_id, gone=True)
        return lacking(room, me, needed)

    async def in_server(self, guild_id: GuildId, needed: Sequence[str]) -> Lack:
        """What the bot lacks in the server; nothing where it is no member any more: there is nobody to tell."""
        try:
            _, me = await self._in(guild_id)
        except (discord.NotFound, discord.Forbidden):
            return Lack(None)
        return lacking_in_server(me, needed)

    async def deleted(self, guild_id: GuildId, roles: Collection[RoleId]) -> Collection[RoleId]:
        """Which of these roles are gone; none where the bot is no member any more: there is nobody to tell."""
        try:
            there = await still_there(self._bot, guild_id, roles)
        except (discord.NotFound, discord.Forbidden):
            return ()
        return set(roles).difference(there)

    async def emoji(self, guild_id: GuildId) -> AbstractSet[int] | None:
        """The custom emoji the bot can show there; None where it is no member any more: there is nobody to tell."""
        try:
            return await DiscordEmoji(self._bot).usable(guild_id)
        except (discord.NotFound, discord.Forbidden):
            return None

    async def tell_officers(self, channel_id: ChannelId, event: Event, lacks: Sequence[Lack], nonce: str) -> None:
        """Say it in the officer channel."""
        room = self._bot.get_partial_messageable(channel_id)
        try:
            await room.send(rights_texts.lost(event, lacks), nonce=nonce, allowed_mentions=NOBODY)
        except (discord.NotFound, discord.Forbidden) as error:
            raise Undeliverable(str(error)) from error

    async def tell_leader(self, user_id: UserId, event: Event, lacks: Sequence[Lack], nonce: str) -> None:
        """Say it to the leader."""
        try:
            await send_direct(self._bot, event.guild_id, user_id, rights_texts.lost(event, lacks), nonce)
        except (discord.NotFound, discord.Forbidden) as error:
            raise Undeliverable(str(error)) from error

    async def _in(self, guild_id: GuildId) -> tuple[discord.Guild, discord.Member]:
        guild = self._bot.get_guild(guild_id) or await self._bot.fetch_guild(guild_id)
        assert self._bot.user is not None  # noqa: S101 - the queue works after the login only
        return guild, guild.me or await guild.fetch_member(self._bot.user.id)
