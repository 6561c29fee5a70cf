"""`/me export` and `/me forget`: what is kept about oneself."""

import io
import re
from typing import Self

import discord
from discord import app_commands, ui

from bot.answers import answer, in_time, turn_into
from bot.components import Persistent, view_of
from bot.render import custom_ids, own_data_texts
from cogs.actors import Interaction, actor_of
from cogs.me_family import MeFamily


class ForgetButton(Persistent, ui.Button[ui.View], template=custom_ids.FORGET):
    """`Forget me`, below the question; only whoever asked sees it."""

    def __init__(self) -> None:
        style = discord.ButtonStyle.danger
        super().__init__(style=style, label=own_data_texts.FORGET, custom_id=custom_ids.forget())

    @classmethod
    def of(cls, _match: re.Match[str], /) -> Self:
        """The button behind a click."""
        return cls()

    async def act(self, interaction: Interaction) -> None:
        """Forget whoever pressed it."""
        work = interaction.client.services.own_data.forget(actor_of(interaction))
        done = await in_time(interaction, work, update=True)
        await turn_into(interaction, own_data_texts.forgotten(done.sheets, done.there))


class MeData(MeFamily):
    """What is kept about a member."""

    @app_commands.command()
    async def export(self, interaction: Interaction) -> None:
        """Everything Muster keeps about you in this server, as a file."""
        own = await in_time(interaction, self.services.own_data.export(actor_of(interaction)))
        guilds = [(one, interaction.client.get_guild(one)) for one in own.elsewhere]
        names = [guild.name if guild else f"{one}" for one, guild in guilds]
        file = discord.File(io.BytesIO(own.content), own_data_texts.FILE)
        await answer(interaction, own_data_texts.exported(names), file=file)

    @app_commands.command()
    async def forget(self, interaction: Interaction) -> None:
        """Have Muster forget you in this server."""
        await answer(interaction, own_data_texts.ASKED, view_of(ForgetButton()))
