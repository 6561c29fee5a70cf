"""Who is in a server, asked of Discord: named members may be asked for without the members intent."""

import asyncio
import contextlib
from collections.abc import Collection, Mapping

import discord

from bot.client import MusterBot
from bot.domain.ids import GuildId, UserId

MOST_ASKED_FOR = 100
"""Members one question over the gateway may name."""
PATIENCE = 5.0
"""Seconds; of whom nothing was said by then nothing is known."""
GONE = (10007, 10013)
"""Unknown Member, Unknown User."""
UNTOLD = (discord.DiscordException, OSError)
"""What asking may end in, too late among it."""


class DiscordPresence:
    """`bot.services.presence.Presence` on discord.py."""

    def __init__(self, bot: MusterBot) -> None:
        self._bot = bot

    async def seen(self, guild_id: GuildId, users: Collection[UserId]) -> Mapping[UserId, bool]:
        """Whether each of the users is a member now, as far as Discord says within its time."""
        guild, seen = self._bot.get_guild(guild_id), dict[UserId, bool]()
        with contextlib.suppress(*UNTOLD):
            async with asyncio.timeout(PATIENCE):
                if guild is not None:
                    await _by_hundreds(guild, list(users), seen)
                else:  # another worker's shard has it
                    await _one_by_one(await self._bot.fetch_guild(guild_id), users, seen)
        return seen


async def _by_hundreds(guild: discord.Guild, users: list[UserId], seen: dict[UserId, bool]) -> None:
    for first in range(0, len(users), MOST_ASKED_FOR):
        asked = users[first : first + MOST_ASKED_FOR]
        members = await guild.query_members(user_ids=[*asked], limit=MOST_ASKED_FOR, cache=False)
        there = {one.id for one in members}
        seen.update({one: one in there for one in asked})


async def _one_by_one(guild: discord.Guild, users: Collection[UserId], seen: dict[UserId, bool]) -> None:
    await asyncio.gather(*(_ask(guild, one, seen) for one in users))


async def _ask(guild: discord.Guild, user_id: UserId, seen: dict[UserId, bool]) -> None:
    try:
        await guild.fetch_member(user_id)
    except discord.NotFound as error:
        if error.code in GONE:
            seen[user_id] = False
    except discord.HTTPException:
        return  # that says nothing of this one
    else:
        seen[user_id] = True
