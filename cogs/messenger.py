"""The queue's hand in Discord: posts, edits and tells, by ids alone."""

from collections.abc import AsyncGenerator
from typing import Any

import discord

from bot.client import MusterBot
from bot.domain.action import Kind
from bot.domain.event import Event
from bot.domain.ids import ChannelId, EventId, MessageId, UserId
from bot.domain.sheet import Sheet
from bot.render import alert_texts, custom_ids, mirror_texts, texts
from bot.render.sheet import sheet_embed
from bot.services.messenger import CannotLook, SheetGone, Undeliverable
from cogs import booking
from cogs.direct import send_direct
from cogs.rights import still_there
from cogs.sheet import sheet_view

CLOSED_DM = 50007
UNKNOWN_MESSAGE = 10008
NOBODY = discord.AllowedMentions.none()
HISTORY = 300
"""Messages looked through for one of ours: three requests."""


class DiscordMessenger:
    """`bot.services.messenger.Messenger` on discord.py."""

    def __init__(self, bot: MusterBot) -> None:
        self._bot = bot

    @property
    def own_id(self) -> UserId:
        """The bot's own user id."""
        assert self._bot.user is not None  # noqa: S101 - the queue works after the login only
        return UserId(self._bot.user.id)

    async def post_sheet(self, sheet: Sheet, nonce: str) -> MessageId:
        """Post the sheet with its buttons, ringing the roles that are to hear of it."""
        channel = self._channel(_channel_of(sheet))
        try:
            rung = await still_there(self._bot, sheet.event.guild_id, sheet.mention_roles)
            pings = discord.AllowedMentions(everyone=False, users=False, roles=[discord.Object(one) for one in rung])
            text = mirror_texts.rings(rung)
            message = await channel.send(
                text, embed=sheet_embed(sheet), view=sheet_view(sheet), nonce=nonce, allowed_mentions=pings
            )
        except (discord.Forbidden, discord.NotFound) as error:
            raise Undeliverable(str(error)) from error
        return MessageId(message.id)

    async def find_sheet(self, sheet: Sheet) -> MessageId | None:
        """The oldest message of ours in the channel that is this sheet, among the last few hundred."""
        own = [one async for one in self._own(_channel_of(sheet)) if _is_sheet(one, sheet.event.id)]
        return MessageId(min(one.id for one in own)) if own else None

    async def is_announced(self, channel_id: ChannelId, link: str) -> bool:
        """Whether one of our last messages there names the link."""
        async for message in self._own(channel_id):
            if link in message.content.split():
                return True
        return False

    async def edit_sheet(self, sheet: Sheet) -> None:
        """Redraw the sheet."""
        if sheet.event.message_id is None:
            raise SheetGone("the sheet was never posted")
        message = self._channel(_channel_of(sheet)).get_partial_message(sheet.event.message_id)
        try:
            await message.edit(embed=sheet_embed(sheet), view=sheet_view(sheet), allowed_mentions=NOBODY)
        except discord.NotFound as error:
            raise SheetGone(str(error)) from error
        except discord.Forbidden as error:
            raise Undeliverable(str(error)) from error

    async def delete_message(self, channel_id: ChannelId, message_id: MessageId) -> None:
        """Delete one of our messages."""
        try:
            await self._channel(channel_id).get_partial_message(message_id).delete()
        except discord.NotFound:
            return
        except discord.Forbidden as error:
            raise Undeliverable(str(error)) from error

    async def announce_booking(self, channel_id: ChannelId, link: str, nonce: str) -> None:
        """Say that next week's raid is posted."""
        await self._say(channel_id, texts.booked(link), nonce)

    async def warn_unannounced(self, officer_channel_id: ChannelId, link: str, nonce: str) -> None:
        """Tell the officers that no raid channel is set."""
        await self._say(officer_channel_id, texts.unannounced(link), nonce)

    async def tell_officers(
        self, officer_channel_id: ChannelId | None, event: Event, what: Kind, why: str, nonce: str
    ) -> None:
        """Say what was given up for a raid."""
        text = alert_texts.given_up(event, what, why)
        again = event.series_id if what in alert_texts.COMES_ABOUT else None
        extra: dict[str, Any] = {"view": booking.book_now_view(again)} if again else {}
        if officer_channel_id is not None:
            await self._say(officer_channel_id, text, nonce, **extra)
        elif event.leader_id is not None:
            try:
                await send_direct(self._bot, event.guild_id, event.leader_id, text, nonce, **extra)
            except (discord.Forbidden, discord.NotFound) as error:
                raise Undeliverable(str(error)) from error

    async def _own(self, channel_id: ChannelId) -> AsyncGenerator[discord.Message]:
        """Our messages among the channel's last. Raises CannotLook: without the right Discord shows none."""
        try:
            channel = self._bot.get_channel(channel_id) or await self._bot.fetch_channel(channel_id)
            if not isinstance(channel, discord.abc.GuildChannel | discord.Thread):
                raise CannotLook(texts.CANNOT_LOOK)
            if not channel.permissions_for(channel.guild.me).read_message_history:
                raise CannotLook(texts.CANNOT_LOOK)
            async for message in self._channel(channel_id).history(limit=HISTORY):
                if message.author.id == self.own_id:
                    yield message
        except (discord.Forbidden, discord.NotFound) as error:
            raise Undeliverable(str(error)) from error

    async def _say(
        self, channel_id: ChannelId, text: str, nonce: str, pings: discord.AllowedMentions = NOBODY, **extra: Any
    ) -> None:
        try:
            await self._channel(channel_id).send(text, nonce=nonce, allowed_mentions=pings, **extra)
        except (discord.Forbidden, discord.NotFound) as error:
            raise Undeliverable(str(error)) from error

    def _channel(self, channel_id: ChannelId) -> discord.PartialMessageable:
        return self._bot.get_partial_messageable(channel_id)


def _is_sheet(message: discord.Message, event_id: EventId) -> bool:
    """Whether the message is that raid's sheet: its footer says whose, a button that it is no comp."""
    footers = [(embed.footer.text or "").partition(" ")[0] for embed in message.embeds]
    rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
    pressed = {getattr(child, "custom_id", None) for row in rows for child in row.children}
    return f"#{event_id}" in footers and custom_ids.mine(event_id) in pressed


def _channel_of(sheet: Sheet) -> ChannelId:
    if sheet.event.channel_id is None:
        raise Undeliverable("the raid has no channel: `/raid setup` sets the server's")
    return sheet.event.channel_id
