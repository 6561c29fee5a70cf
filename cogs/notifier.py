"""Tidings in Discord: direct messages, names in the channel, and `Still coming` / `Can't` below a moved raid's."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Self

import discord
from discord import ui

from bot.answers import answer, in_time
from bot.client import MusterBot
from bot.components import Persistent, view_of
from bot.domain.event import SheetKind
from bot.domain.ids import ChannelId, EventId, GuildId, RoleId, UserId
from bot.domain.notice import Notice, Tidings
from bot.render import custom_ids, reminder_texts
from bot.services.messenger import Undeliverable
from bot.services.notices import DmClosed
from cogs.actors import Interaction, actor_in
from cogs.direct import send_direct


class StayButton(Persistent, ui.Button[ui.View], template=custom_ids.STAY):
    """`Still coming` and `Can't`: also in direct messages, where no server comes with the press."""

    def __init__(self, event_id: EventId, *, comes: bool) -> None:
        style = discord.ButtonStyle.success if comes else discord.ButtonStyle.secondary
        label = reminder_texts.STILL_COMING if comes else reminder_texts.CANNOT
        custom_id = custom_ids.stay(event_id, comes=comes)
        super().__init__(style=style, label=label, custom_id=custom_id)
        self.event_id, self.comes = event_id, comes

    @classmethod
    def of(cls, match: re.Match[str], /) -> Self:
        """The button behind a click."""
        return cls(EventId(int(match["event"])), comes=match["say"] == "yes")

    async def act(self, interaction: Interaction) -> None:
        """Write down what they say, and answer."""
        await in_time(interaction, self._act(interaction))

    async def _act(self, interaction: Interaction) -> None:
        stay = interaction.client.services.stay
        actor = await actor_in(interaction, await stay.guild_of(self.event_id))
        if self.comes:
            await answer(interaction, reminder_texts.stays(await stay.comes(actor, self.event_id)))
        else:
            await answer(interaction, reminder_texts.goes(await stay.cannot(actor, self.event_id)))


def stay_view(event_id: EventId) -> ui.View:
    """The two answers to whether somebody still comes."""
    return view_of(StayButton(event_id, comes=True), StayButton(event_id, comes=False))


class DiscordNotifier:
    """`bot.services.notices.Notifier` on discord.py."""

    def __init__(self, bot: MusterBot) -> None:
        self._bot = bot

    async def tell(self, user_id: UserId, news: Tidings, nonce: str) -> None:
        """Tell one member by direct message."""
        text = reminder_texts.direct(news, user_id)
        try:
            await send_direct(self._bot, news.sheet.event.guild_id, user_id, text, nonce, **self._extra(news))
        except discord.Forbidden as error:
            raise DmClosed(str(error)) from error
        except discord.NotFound as error:
            raise Undeliverable(str(error)) from error

    async def name(self, users: Sequence[UserId], news: Tidings, nonce: str) -> None:
        """Name these members in the raid's thread, else in its channel."""
        event = news.sheet.event
        places = [one for one in (event.thread_id, event.channel_id) if one is not None]
        if not places:
            raise Undeliverable("the raid has no channel: `/raid setup` sets the server's")
        for place in places[:-1]:
            try:
                return await self._name(place, users, news, nonce)
            except (discord.Forbidden, discord.NotFound):
                continue  # the thread was locked or deleted: its channel is still there
        try:
            await self._name(places[-1], users, news, nonce)
        except (discord.Forbidden, discord.NotFound) as error:
            raise Undeliverable(str(error)) from error

    async def with_roles(self, guild_id: GuildId, role_ids: Sequence[RoleId]) -> Mapping[UserId, str] | None:
        """Whoever holds one of the roles; None without the members intent."""
        if not self._bot.intents.members:
            return None
        guild = self._bot.get_guild(guild_id) or await self._bot.fetch_guild(guild_id)
        wanted = frozenset(role_ids)
        members = [one async for one in guild.fetch_members(limit=None) if not one.bot]
        found = [one for one in members if any(role.id in wanted for role in one.roles)]
        return {UserId(one.id): one.display_name for one in sorted(found, key=lambda one: one.display_name.casefold())}

    async def _name(self, place: ChannelId, users: Sequence[UserId], news: Tidings, nonce: str) -> None:
        rung = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(one) for one in users])
        text = reminder_texts.naming(news, users)
        channel = self._bot.get_partial_messageable(place)
        await channel.send(text, nonce=nonce, allowed_mentions=rung, **self._extra(news))

    def _extra(self, news: Tidings) -> dict[str, Any]:
        if news.notice is not Notice.RETIMED or news.sheet.event.sheet is SheetKind.RAID_HELPER:
            return {}  # on Raid-Helper's sheet people answer there
        return {"view": stay_view(news.sheet.event.id)}


async def setup(bot: MusterBot) -> None:
    """Register the buttons."""
    bot.persistent.add(StayButton)
