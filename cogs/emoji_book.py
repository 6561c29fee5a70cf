"""Custom emoji, looked up in Discord."""

from collections.abc import Set as AbstractSet

from discord.ext import commands

from bot.client import MusterBot
from bot.domain.ids import EventId, GuildId


class DiscordEmoji:
    """`bot.services.emoji_book.EmojiBook` on discord.py."""

    def __init__(self, bot: MusterBot) -> None:
        self._bot = bot

    async def usable(self, guild_id: GuildId) -> AbstractSet[int]:
        """The ids of the server's own emoji and of the bot's, asked anew: the gateway does not tell us of changes."""
        guild = self._bot.get_guild(guild_id) or await self._bot.fetch_guild(guild_id)
        found = [*await guild.fetch_emojis(), *await self._bot.fetch_application_emojis()]
        return {emoji.id for emoji in found if emoji.available}


class RefusedEmoji(commands.Cog):
    """Hears of emoji that Discord refused in a list."""

    def __init__(self, bot: MusterBot) -> None:
        self._bot = bot

    @commands.Cog.listener()
    async def on_emoji_refused(self, guild_id: int | None, event_id: int | None) -> None:
        """Have the officers told."""
        if guild_id is not None and event_id is not None:
            await self._bot.services.health.noticed(GuildId(guild_id), EventId(event_id))


async def setup(bot: MusterBot) -> None:
    """Add the cog."""
    await bot.add_cog(RefusedEmoji(bot))
