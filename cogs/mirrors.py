"""What people delete in Discord is noticed; the question about a deleted sheet has buttons that outlive restarts."""

import re
from typing import Self

import discord
from discord import ui
from discord.ext import commands

from bot.answers import in_time, turn_into
from bot.client import MusterBot
from bot.components import Persistent, view_of
from bot.domain.event import Event
from bot.domain.ids import ChannelId, EventId, GuildId, MessageId, UserId
from bot.domain.mirrors import MirrorKind
from bot.render import custom_ids, mirror_texts
from bot.services.messenger import Undeliverable
from cogs.actors import Interaction
from cogs.alerts import decider

NOBODY = discord.AllowedMentions.none()
REPOST, CANCEL = "repost", "cancel"


class LostSheetButton(Persistent, ui.Button[ui.View], template=custom_ids.LOST):
    """`Repost it` and `Cancel the raid`, below the question."""

    def __init__(self, event_id: EventId, do: str) -> None:
        style = discord.ButtonStyle.primary if do == REPOST else discord.ButtonStyle.danger
        label = mirror_texts.REPOST if do == REPOST else mirror_texts.CANCEL
        super().__init__(style=style, label=label, custom_id=custom_ids.lost(event_id, do))
        self.event_id, self.do = event_id, do

    @classmethod
    def of(cls, match: re.Match[str], /) -> Self:
        """The button behind a click."""
        return cls(EventId(int(match["event"])), match["do"])

    async def act(self, interaction: Interaction) -> None:
        """Decide, and have the question say so."""
        await turn_into(interaction, await in_time(interaction, self._decide(interaction), update=True))

    async def _decide(self, interaction: Interaction) -> str:
        actor, desk = await decider(interaction, self.event_id), interaction.client.services.lost_sheets
        if self.do == REPOST:
            event = await desk.repost(actor, self.event_id, _channels(interaction.guild))
            return mirror_texts.reposted(event, actor.user_id)
        return mirror_texts.lost_cancelled(await desk.cancel(actor, self.event_id), actor.user_id)


PERSISTENT = (LostSheetButton,)


def _channels(guild: discord.Guild | None) -> frozenset[ChannelId] | None:
    """The channels and threads of the server; None in direct messages."""
    return frozenset(ChannelId(one.id) for one in (*guild.channels, *guild.threads)) if guild else None


def lost_view(event_id: EventId) -> ui.View:
    """The two answers to the question."""
    return view_of(LostSheetButton(event_id, REPOST), LostSheetButton(event_id, CANCEL))


class DiscordLostSheets:
    """`bot.services.lost_sheets.LostSheetAsker` on discord.py."""

    def __init__(self, bot: MusterBot) -> None:
        self._bot = bot

    async def ask_of_lost(self, channel_id: ChannelId, event: Event, nonce: str) -> None:
        """Ask in a channel what becomes of a deleted sheet."""
        await self._ask(self._bot.get_partial_messageable(channel_id), event, nonce)

    async def ask_leader_of_lost(self, user_id: UserId, event: Event, nonce: str) -> None:
        """Ask the leader by direct message."""
        try:
            direct = await self._bot.create_dm(discord.Object(user_id))
        except (discord.Forbidden, discord.NotFound) as error:
            raise Undeliverable(str(error)) from error
        await self._ask(direct, event, nonce)

    async def _ask(self, where: discord.abc.Messageable, event: Event, nonce: str) -> None:
        try:
            await where.send(mirror_texts.lost(event), view=lost_view(event.id), nonce=nonce, allowed_mentions=NOBODY)
        except (discord.Forbidden, discord.NotFound) as error:
            raise Undeliverable(str(error)) from error


class Deletions(commands.Cog):
    """Hears what is deleted; what was no raid's is nobody's business."""

    def __init__(self, bot: MusterBot) -> None:
        self._services = bot.services

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """A message is gone."""
        if payload.guild_id is not None:
            await self._services.lost_sheets.noticed(GuildId(payload.guild_id), [MessageId(payload.message_id)])

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Many are."""
        if payload.guild_id is not None:
            gone = [MessageId(one) for one in payload.message_ids]
            await self._services.lost_sheets.noticed(GuildId(payload.guild_id), gone)

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """A thread is gone."""
        await self._services.mirrors.noticed_gone(GuildId(payload.guild_id), MirrorKind.THREAD, payload.thread_id)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """A channel is gone."""
        await self._services.settings.channel_gone(GuildId(channel.guild.id), ChannelId(channel.id))

    @commands.Cog.listener()
    async def on_guild_role_delete(self, role: discord.Role) -> None:
        """A role is gone."""
        await self._services.mirrors.noticed_gone(GuildId(role.guild.id), MirrorKind.ROLE, role.id)


async def setup(bot: MusterBot) -> None:
    """Register the buttons, and listen."""
    bot.persistent.add(*PERSISTENT)
    await bot.add_cog(Deletions(bot))
