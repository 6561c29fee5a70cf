"""What the queue posts of comps in Discord, by ids alone."""

from collections.abc import Sequence
from typing import Any

import discord

from bot.client import MusterBot
from bot.domain.comp import LineUp, Slot
from bot.domain.ids import ChannelId, MessageId, UserId
from bot.render import comp_texts
from bot.render.comp_sheet import comp_embed
from bot.services.comp_delivery import channel_of
from bot.services.messenger import SheetGone, Undeliverable
from cogs.comp import comp_view

NOBODY = discord.AllowedMentions.none()


class DiscordComps:
    """`bot.services.comp_delivery.CompPoster` on discord.py."""

    def __init__(self, bot: MusterBot) -> None:
        self._bot = bot

    async def post_comp(self, line_up: LineUp, rung: Sequence[UserId], nonce: str) -> MessageId:
        """Post the comp with its buttons, and ring `rung`."""
        extra = {"embed": comp_embed(line_up), "view": comp_view(line_up)}
        return await self._send(channel_of(line_up.event), comp_texts.rung(rung), rung, nonce, **extra)

    async def edit_comp(self, line_up: LineUp) -> None:
        """Draw the comp anew."""
        if line_up.comp.message_id is None:
            raise SheetGone("the comp was never posted")
        channel = self._bot.get_partial_messageable(channel_of(line_up.event))
        message = channel.get_partial_message(line_up.comp.message_id)
        try:
            await message.edit(embed=comp_embed(line_up), view=comp_view(line_up), allowed_mentions=NOBODY)
        except discord.NotFound as error:
            raise SheetGone(str(error)) from error
        except discord.Forbidden as error:
            raise Undeliverable(str(error)) from error

    async def ring_comp(self, line_up: LineUp, rung: Sequence[UserId], nonce: str) -> None:
        """Tell `rung` that their place is another now."""
        await self._send(channel_of(line_up.event), comp_texts.place_changed(line_up, rung), rung, nonce)

    async def tell_declined(self, channel_id: ChannelId, line_up: LineUp, slot: Slot, nonce: str) -> None:
        """Tell the officers who declined."""
        await self._send(channel_id, comp_texts.somebody_declined(line_up, slot), (), nonce)

    async def delete_message(self, channel_id: ChannelId, message_id: MessageId) -> None:
        """Delete the comp's message."""
        try:
            await self._bot.get_partial_messageable(channel_id).get_partial_message(message_id).delete()
        except discord.NotFound:
            return
        except discord.Forbidden as error:
            raise Undeliverable(str(error)) from error

    async def _send(
        self, channel_id: ChannelId, text: str, rung: Sequence[UserId], nonce: str, **extra: Any
    ) -> MessageId:
        users = [discord.Object(one) for one in rung[: comp_texts.MOST_RUNG]]
        pings = discord.AllowedMentions(everyone=False, roles=False, users=users)
        channel = self._bot.get_partial_messageable(channel_id)
        try:
            return MessageId((await channel.send(text, nonce=nonce, allowed_mentions=pings, **extra)).id)
        except (discord.Forbidden, discord.NotFound) as error:
            raise Undeliverable(str(error)) from error
