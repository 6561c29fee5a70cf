"""`/raid setup`."""

import discord
from discord import app_commands

from bot.answers import answer, in_time, named_roles
from bot.domain.ids import ChannelId, RoleId
from bot.domain.server import Server
from bot.render import texts
from bot.services.servers import SetUp
from cogs.actors import CannotPost, Interaction, actor_of, require_postable
from cogs.panel_base import send
from cogs.raid import options
from cogs.raid.family import Family
from cogs.setup import opened


class SetUpCommand(Family):
    """What a server needs before its first raid."""

    @app_commands.command()
    @app_commands.describe(
        channel="Where sheets and announcements stand",
        timezone="On whose clocks the raids are planned, such as Europe/Berlin",
        officer_role="Whoever has it may use /raid",
        officer_channel="Where Muster tells the officers what needs them",
    )
    @app_commands.autocomplete(timezone=options.timezone)
    async def setup(
        self,
        interaction: Interaction,
        channel: discord.TextChannel | None = None,
        timezone: str | None = None,
        officer_role: discord.Role | None = None,
        officer_channel: discord.TextChannel | None = None,
    ) -> None:
        """Set this server up step by step, or in one go with the options."""
        wish = SetUp(
            channel_id=ChannelId(channel.id) if channel else None,
            timezone=timezone,
            officer_role_id=RoleId(officer_role.id) if officer_role else None,
            officer_channel_id=ChannelId(officer_channel.id) if officer_channel else None,
        )
        if wish == SetUp():
            await send(interaction, await in_time(interaction, opened(interaction)))
            return
        server = await in_time(interaction, self.services.servers.set_up(actor_of(interaction), wish))
        said = texts.set_up(server, _problems(interaction, server))
        await answer(interaction, named_roles(interaction, said))


def _problems(interaction: Interaction, server: Server) -> list[str]:
    """A line for each channel the bot could not post in, and for a role that is gone."""
    channels = {one for one in (server.raid_channel_id, server.officer_channel_id) if one}
    lines = [_problem(interaction, channel) for channel in sorted(channels)]
    known = {role.id for role in interaction.guild.roles} if interaction.guild else set[int]()
    lines.append("" if server.officer_roles <= known else texts.ROLE_GONE)
    return [line for line in lines if line]


def _problem(interaction: Interaction, channel_id: ChannelId) -> str:
    try:
        require_postable(interaction, channel_id)
    except CannotPost as missing:
        return str(missing)
    return ""
