"""Alerts in Discord: the messages that ask officers about a raid, and their buttons, which outlive restarts."""

import re
from collections.abc import Sequence
from typing import Any, Self

import discord
from discord import ui

from bot.answers import in_time, turn_into
from bot.client import MusterBot
from bot.components import Persistent, view_of
from bot.domain.alerts import Short, Verdict
from bot.domain.event import Event
from bot.domain.ids import ChannelId, EventId, GuildId, UserId
from bot.domain.permissions import Actor, NotAnOfficer
from bot.domain.roster import SignUp
from bot.domain.sheet import Sheet
from bot.render import alert_texts, custom_ids, texts
from bot.services.messenger import Undeliverable
from cogs.actors import Interaction, NotAMember, actor_in, actor_of
from cogs.direct import name_of, send_direct

NOBODY = discord.AllowedMentions.none()


class MinimumButton(Persistent, ui.Button[ui.View], template=custom_ids.MINIMUM):
    """`Cancel the raid` and `Keep it`, below the question."""

    def __init__(self, event_id: EventId, verdict: Verdict) -> None:
        cancels = verdict is Verdict.CANCELLED
        style = discord.ButtonStyle.danger if cancels else discord.ButtonStyle.secondary
        label = alert_texts.CANCEL if cancels else alert_texts.KEEP
        super().__init__(style=style, label=label, custom_id=custom_ids.minimum(event_id, verdict))
        self.event_id, self.verdict = event_id, verdict

    @classmethod
    def of(cls, match: re.Match[str], /) -> Self:
        """The button behind a click."""
        return cls(EventId(int(match["event"])), Verdict(match["verdict"]))

    async def act(self, interaction: Interaction) -> None:
        """Decide, and have the question say so."""
        await turn_into(interaction, await in_time(interaction, self._decide(interaction), update=True))

    async def _decide(self, interaction: Interaction) -> str:
        actor, desk = await decider(interaction, self.event_id), interaction.client.services.alerts
        if self.verdict is Verdict.CANCELLED:
            event = await desk.cancel(actor, self.event_id, alert_texts.TOO_FEW)
        else:
            event = await desk.keep(actor, self.event_id)
        return await _said(interaction, event, alert_texts.decided(event, actor.user_id, self.verdict))


class SubstitutesButton(Persistent, ui.Button[ui.View], template=custom_ids.SUBSTITUTES):
    """`Ask bench and substitutes`, below the warning."""

    def __init__(self, event_id: EventId) -> None:
        style = discord.ButtonStyle.primary
        custom_id = custom_ids.substitutes(event_id)
        super().__init__(style=style, label=alert_texts.ASK_SUBSTITUTES, custom_id=custom_id)
        self.event_id = event_id

    @classmethod
    def of(cls, match: re.Match[str], /) -> Self:
        """The button behind a click."""
        return cls(EventId(int(match["event"])))

    async def act(self, interaction: Interaction) -> None:
        """Have them asked, and have the warning say so."""
        await turn_into(interaction, await in_time(interaction, self._call(interaction), update=True))

    async def _call(self, interaction: Interaction) -> str:
        actor = await decider(interaction, self.event_id)
        called = await interaction.client.services.alerts.call_substitutes(actor, self.event_id)
        return await _said(interaction, called.event, alert_texts.called(called.event, actor.user_id, called.people))


PERSISTENT = (MinimumButton, SubstitutesButton)


def minimum_view(event_id: EventId) -> ui.View:
    """The two answers to the question."""
    return view_of(MinimumButton(event_id, Verdict.CANCELLED), MinimumButton(event_id, Verdict.KEPT))


def substitutes_view(event_id: EventId) -> ui.View:
    """What can be done about roles that are short."""
    return view_of(SubstitutesButton(event_id))


class DiscordAlerts:
    """`bot.services.deadlines.Alerter` on discord.py."""

    def __init__(self, bot: MusterBot) -> None:
        self._bot = bot

    async def ask_in(self, channel_id: ChannelId, sheet: Sheet, nonce: str) -> None:
        """Ask in a channel what to do with a raid below its minimum."""
        channel = self._bot.get_partial_messageable(channel_id)
        await self._send(channel, alert_texts.below_minimum(sheet), minimum_view(sheet.event.id), nonce)

    async def ask_leader(self, user_id: UserId, sheet: Sheet, nonce: str) -> None:
        """Ask the leader by direct message."""
        await self._direct(user_id, sheet, alert_texts.below_minimum(sheet), minimum_view(sheet.event.id), nonce)

    async def warn_in(self, channel_id: ChannelId, sheet: Sheet, short: Sequence[Short], nonce: str) -> None:
        """Tell the officers which roles are short."""
        channel = self._bot.get_partial_messageable(channel_id)
        await self._send(channel, alert_texts.roles_short(sheet, short), substitutes_view(sheet.event.id), nonce)

    async def warn_leader(self, user_id: UserId, sheet: Sheet, short: Sequence[Short], nonce: str) -> None:
        """Tell the leader which roles are short, by direct message."""
        text, view = alert_texts.roles_short(sheet, short), substitutes_view(sheet.event.id)
        await self._direct(user_id, sheet, text, view, nonce)

    async def ask_substitutes(self, sheet: Sheet, short: Sequence[Short], who: Sequence[SignUp], nonce: str) -> None:
        """Ask `who` in the raid's channel."""
        if sheet.event.channel_id is None:
            raise Undeliverable("the raid has no channel: `/raid setup` sets the server's")
        channel = self._bot.get_partial_messageable(sheet.event.channel_id)
        rung = discord.AllowedMentions(
            everyone=False, roles=False, users=[discord.Object(one.user_id) for one in who if one.user_id]
        )
        await self._send(channel, alert_texts.call(sheet, short, who), None, nonce, rung)

    async def _direct(self, user_id: UserId, sheet: Sheet, text: str, view: ui.View, nonce: str) -> None:
        try:
            await send_direct(self._bot, sheet.event.guild_id, user_id, text, nonce, view=view)
        except (discord.Forbidden, discord.NotFound) as error:
            raise Undeliverable(str(error)) from error

    async def _send(
        self,
        where: discord.abc.Messageable,
        text: str,
        view: ui.View | None,
        nonce: str,
        rung: discord.AllowedMentions = NOBODY,
    ) -> None:
        extra: dict[str, Any] = {"view": view} if view else {}
        try:
            await where.send(text, nonce=nonce, allowed_mentions=rung, **extra)
        except (discord.Forbidden, discord.NotFound) as error:
            raise Undeliverable(str(error)) from error


async def decider(interaction: Interaction, event_id: EventId) -> Actor:
    """Whoever pressed; a leader who was asked by direct message counts as what they are in the raid's server."""
    if interaction.guild_id is not None:
        return actor_of(interaction)
    return await officer_of(interaction, await interaction.client.services.alerts.guild_of(event_id))


async def _said(interaction: Interaction, event: Event, text: str) -> str:
    """What an alert turns into; a direct message names its server still."""
    return text if interaction.guild_id else texts.direct(await name_of(interaction.client, event.guild_id), text)


async def officer_of(interaction: Interaction, guild_id: GuildId) -> Actor:
    """Whoever pressed in direct messages, as what they are in that server. Raises NotAnOfficer for a stranger."""
    try:
        return await actor_in(interaction, guild_id)
    except NotAMember:
        raise NotAnOfficer from None


async def setup(bot: MusterBot) -> None:
    """Register the classes; nothing is read per open raid."""
    bot.persistent.add(*PERSISTENT)
