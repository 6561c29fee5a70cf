"""The owner's commands, by mention: what a host does without leaving Discord."""

from collections.abc import Awaitable, Callable
from typing import Any

from discord.ext import commands

from bot.client import MusterBot
from bot.render import texts


class Maintenance(commands.Cog):
    """`@Muster sync` and `@Muster ping`, for the owner of the bot's application only."""

    def __init__(self, sync: Callable[[], Awaitable[Any]], database_answers: Callable[[], Awaitable[bool]]) -> None:
        self._sync = sync
        self._database_answers = database_answers

    async def cog_check(self, ctx: commands.Context[Any]) -> bool:  # type: ignore[override] - async is allowed
        """The owner alone."""
        return await ctx.bot.is_owner(ctx.author)

    async def cog_command_error(self, ctx: commands.Context[Any], error: Exception) -> None:
        """Say what went wrong; strangers get a sentence, not silence."""
        if isinstance(error, commands.CheckFailure):
            await ctx.reply(texts.FOR_THE_HOST)
        else:
            await ctx.reply(texts.FAILED)
            raise error

    @commands.command()
    async def sync(self, ctx: commands.Context[Any]) -> None:
        """Tell Discord the slash commands anew."""
        await self._sync()
        await ctx.reply(texts.SYNCED)

    @commands.command()
    async def ping(self, ctx: commands.Context[Any]) -> None:
        """Whether the bot and its database answer."""
        alive = await self._database_answers()
        await ctx.reply(texts.HERE if alive else texts.HERE_WITHOUT_DATABASE)


async def setup(bot: MusterBot) -> None:
    """Add the cog."""

    async def sync() -> bool:
        return await bot.sync_changed(always=True)

    await bot.add_cog(Maintenance(sync, bot.db.answers))
