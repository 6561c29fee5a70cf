"""The queue's hand in Discord: posts, edits and tells, by ids alone."""

import discord
from discord import ui

from bot.client import MusterBot
from bot.domain.action import Kind
from bot.domain.event import Event
from bot.domain.ids import ChannelId, MessageId, UserId
from bot.domain.notice import Notice
from bot.domain.roster import Placed
from bot.domain.sheet import Sheet
from bot.render import alert_texts, mirror_texts, texts
from bot.render.sheet import sheet_embed
from bot.services.messenger import SheetGone, Undeliverable
from cogs import mine
from cogs.direct import send_direct
from cogs.sheet import PERSISTENT, sheet_view

CLOSED_DM = 50007
UNKNOWN_MESSAGE = 10008
NOBODY = discord.AllowedMentions.none()


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
        roles = [discord.Object(one) for one in sheet.mention_roles]
        pings = discord.AllowedMentions(everyone=False, users=False, roles=roles)
        text = mirror_texts.rings(sheet.mention_roles)
        try:
            message = await channel.send(
                text, embed=sheet_embed(sheet), view=self._view(sheet), nonce=nonce, allowed_mentions=pings
            )
        except (discord.Forbidden, discord.NotFound) as error:
            raise Undeliverable(str(error)) from error
        return MessageId(message.id)

    async def edit_sheet(self, sheet: Sheet) -> None:
        """Redraw the sheet."""
        if sheet.event.message_id is None:
            raise SheetGone("the sheet was never posted")
        message = self._channel(_channel_of(sheet)).get_partial_message(sheet.event.message_id)
        try:
            await message.edit(embed=sheet_embed(sheet), view=self._view(sheet), allowed_mentions=NOBODY)
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
        if officer_channel_id is not None:
            await self._say(officer_channel_id, text, nonce)
        elif event.leader_id is not None:
            try:
                await send_direct(self._bot, event.guild_id, event.leader_id, text, nonce)
            except (discord.Forbidden, discord.NotFound) as error:
                raise Undeliverable(str(error)) from error

    async def tell_member(
        self, user_id: UserId, notice: Notice, sheet: Sheet, placed: Placed | None, nonce: str
    ) -> None:
        """Tell a member what happened to their place."""
        text = texts.notice(notice, sheet, placed)
        try:
            await send_direct(self._bot, sheet.event.guild_id, user_id, text, nonce)
        except discord.Forbidden:
            who = discord.AllowedMentions(users=[discord.Object(user_id)])
            await self._say(_channel_of(sheet), f"<@{user_id}> {text}", nonce, who)
        except discord.NotFound as error:
            raise Undeliverable(str(error)) from error

    async def _say(self, channel_id: ChannelId, text: str, nonce: str, pings: discord.AllowedMentions = NOBODY) -> None:
        try:
            await self._channel(channel_id).send(text, nonce=nonce, allowed_mentions=pings)
        except (discord.Forbidden, discord.NotFound) as error:
            raise Undeliverable(str(error)) from error

    def _channel(self, channel_id: ChannelId) -> discord.PartialMessageable:
        return self._bot.get_partial_messageable(channel_id)

    def _view(self, sheet: Sheet) -> ui.View:
        # Registering is idempotent and cheap; it heals a class somebody's ending view took out of the library's table.
        self._bot.add_dynamic_items(*PERSISTENT, *mine.PERSISTENT)
        return sheet_view(sheet)


def _channel_of(sheet: Sheet) -> ChannelId:
    if sheet.event.channel_id is None:
        raise Undeliverable("the raid has no channel: `/raid setup` sets the server's")
    return sheet.event.channel_id
