import asyncio
from datetime import UTC, datetime

import discord
from discord import app_commands
from discord.ext import commands

from sandbox.clock import ManualClock
from sandbox.discord.server import DiscordServer


async def test_logs_in_and_answers():
    clock = ManualClock(datetime(2026, 11, 20, 18, 0, tzinfo=UTC))
    server = DiscordServer(clock)
    async with server:
        with server.library_points_here():
            guild = server.add_guild("Night Watch")
            channel = server.add_text_channel(guild, "raids")
            arila = server.add_member(guild, "Arila")
            bot = commands.Bot(command_prefix="!", intents=discord.Intents(guilds=True), guild_ready_timeout=0.01)

            @bot.tree.command(name="hello", description="Say hello")
            async def hello(interaction: discord.Interaction, name: str):
                await interaction.response.send_message(f"Hello {name}", ephemeral=True)
                await interaction.channel.send("in channel")

            ready = asyncio.Event()

            @bot.listen()
            async def on_ready():
                await bot.tree.sync()
                ready.set()

            task = asyncio.create_task(bot.start(server.token))
            try:
                await asyncio.wait_for(ready.wait(), 5)
                answer = await server.hand(arila).slash("hello", name="you")
                assert answer.text == "Hello you"
                assert answer.ephemeral
                await asyncio.sleep(0.05)
                assert [m.content for m in server.messages(channel)] == ["in channel"]
            finally:
                await bot.close()
                await task
    assert server.violations == []
