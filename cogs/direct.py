"""Direct messages: they say which server they are about, for a member may be in several with one bot."""

from typing import Any

import discord

from bot.client import MusterBot
from bot.domain.ids import GuildId, UserId
from bot.render import texts


async def send_direct(
    bot: MusterBot, guild_id: GuildId, user_id: UserId, text: str, nonce: str, **extra: Any
) -> discord.Message:
    """Send `text` under the server's name. Raises discord.Forbidden (their messages are closed), discord.NotFound."""
    text = texts.direct(await name_of(bot, guild_id), text)
    channel = await bot.create_dm(discord.Object(user_id))
    return await channel.send(text, nonce=nonce, **extra)


async def name_of(bot: MusterBot, guild_id: GuildId) -> str:
    """What the server is called. Raises discord.Forbidden, discord.NotFound where the bot is no member any more."""
    # A worker of other shards does not have the server at hand; neither has anybody during an outage.
    guild = bot.get_guild(guild_id)
    return guild.name if guild and guild.name else (await bot.fetch_guild(guild_id, with_counts=False)).name
