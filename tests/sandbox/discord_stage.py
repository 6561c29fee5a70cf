"""The stage of the stand-in's own tests."""

from dataclasses import dataclass

import discord
from discord.ext import commands

from sandbox.clock import ManualClock
from sandbox.discord.server import DiscordServer
from sandbox.discord.world import Channel, Guild, Member


class EagerBot(commands.Bot):
    """A bot that does not wait for Discord's five seconds between identifies."""

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        pass


@dataclass
class Night:
    """The stage of most tests: Night Watch with the raid channel, Arila the raider and Borin the officer."""

    discord: DiscordServer
    clock: ManualClock
    guild: Guild
    raids: Channel
    arila: Member
    borin: Member

    def bot(self, intents: discord.Intents | None = None) -> commands.Bot:
        wanted = intents or discord.Intents(guilds=True)
        return EagerBot(command_prefix="!", intents=wanted, guild_ready_timeout=0.01)
