"""Bookings in Discord: what officers are told and asked, and the buttons below it, which outlive restarts."""

import re
from datetime import date, datetime
from typing import Any, Self

import discord
from discord import ui

from bot.answers import in_time, turn_into
from bot.client import MusterBot
from bot.components import Persistent, view_of
from bot.domain.booking import Answer, News, Note, Question
from bot.domain.ids import ChannelId, GuildId, SeriesId, UserId
from bot.domain.permissions import Actor
from bot.domain.series import Series
from bot.render import booking_texts, custom_ids, texts
from bot.services.messenger import Undeliverable
from cogs.actors import Interaction, actor_of
from cogs.alerts import officer_of
from cogs.direct import name_of, send_direct

NOBODY = discord.AllowedMentions.none()


class BookNowButton(Persistent, ui.Button[ui.View], template=custom_ids.BOOK_NOW):
    """`Book now`, below what did not book itself."""

    def __init__(self, series_id: SeriesId) -> None:
        custom_id = custom_ids.book_now(series_id)
        super().__init__(style=discord.ButtonStyle.primary, label=booking_texts.BOOK_NOW, custom_id=custom_id)
        self.series_id = series_id

    @classmethod
    def of(cls, match: re.Match[str], /) -> Self:
        """The button behind a click."""
        return cls(SeriesId(int(match["series"])))

    async def act(self, interaction: Interaction) -> None:
        """Book the series' next raid, and have the message say so."""
        await turn_into(interaction, await in_time(interaction, self._book(interaction), update=True))

    async def _book(self, interaction: Interaction) -> str:
        actor = await _officer(interaction, self.series_id)
        event = await interaction.client.services.booker.book_series(actor, self.series_id)
        return await _said(interaction, actor, booking_texts.booked_by(event, actor.user_id))


class NightButton(Persistent, ui.Button[ui.View], template=custom_ids.BOOK_NIGHT):
    """`Book it` and `Skip that night`, below the question."""

    def __init__(self, series_id: SeriesId, day: date, given: Answer) -> None:
        books = given is Answer.BOOKED
        style = discord.ButtonStyle.success if books else discord.ButtonStyle.secondary
        label = booking_texts.BOOK_IT if books else booking_texts.SKIP_NIGHT
        custom_id = custom_ids.book_night(series_id, day, given)
        super().__init__(style=style, label=label, custom_id=custom_id)
        self.series_id, self.day, self.given = series_id, day, given

    @classmethod
    def of(cls, match: re.Match[str], /) -> Self:
        """The button behind a click."""
        day = datetime.strptime(match["day"], "%Y%m%d").date()  # noqa: DTZ007 - a date alone
        return cls(SeriesId(int(match["series"])), day, Answer(match["answer"]))

    async def act(self, interaction: Interaction) -> None:
        """Answer, and have the question say so."""
        await turn_into(interaction, await in_time(interaction, self._answer(interaction), update=True))

    async def _answer(self, interaction: Interaction) -> str:
        desk = interaction.client.services.bookings
        actor = await _officer(interaction, self.series_id)
        if self.given is Answer.BOOKED:
            event = await desk.confirm(actor, self.series_id, self.day)
            return await _said(interaction, actor, booking_texts.booked_by(event, actor.user_id))
        series, question = await desk.decline(actor, self.series_id, self.day)
        return await _said(interaction, actor, booking_texts.declined_by(series, question, actor.user_id))


PERSISTENT = (BookNowButton, NightButton)


def book_now_view(series_id: SeriesId) -> ui.View:
    """The way out below what did not book itself."""
    return view_of(BookNowButton(series_id))


def night_view(question: Question) -> ui.View:
    """The two answers to the question."""
    answers = (Answer.BOOKED, Answer.DECLINED)
    return view_of(*(NightButton(question.series_id, question.day, one) for one in answers))


class DiscordBookings:
    """`bot.services.booking_notes.BookingTeller` on discord.py."""

    def __init__(self, bot: MusterBot) -> None:
        self._bot = bot

    async def tell_in(self, channel_id: ChannelId, news: News, nonce: str) -> None:
        """Tell it in a channel."""
        channel = self._bot.get_partial_messageable(channel_id)
        await self._send(channel, booking_texts.news(news), _way_out(news), nonce)

    async def tell_leader(self, user_id: UserId, news: News, nonce: str) -> None:
        """Tell it by direct message."""
        about = news.event or news.series
        if about is None:
            raise Undeliverable("the raid and its series are gone")
        await self._direct(about.guild_id, user_id, booking_texts.news(news), _way_out(news), nonce)

    async def ask_in(self, channel_id: ChannelId, series: Series, question: Question, nonce: str) -> None:
        """Ask in a channel whether to book."""
        channel = self._bot.get_partial_messageable(channel_id)
        await self._send(channel, booking_texts.question(series, question), night_view(question), nonce)

    async def ask_leader(self, user_id: UserId, series: Series, question: Question, nonce: str) -> None:
        """Ask by direct message whether to book."""
        text = booking_texts.question(series, question)
        await self._direct(series.guild_id, user_id, text, night_view(question), nonce)

    async def _direct(self, guild_id: GuildId, user_id: UserId, text: str, view: ui.View | None, nonce: str) -> None:
        extra: dict[str, Any] = {"view": view} if view else {}
        try:
            await send_direct(self._bot, guild_id, user_id, text, nonce, **extra)
        except (discord.Forbidden, discord.NotFound) as error:
            raise Undeliverable(str(error)) from error

    async def _send(self, where: discord.abc.Messageable, text: str, view: ui.View | None, nonce: str) -> None:
        extra: dict[str, Any] = {"view": view} if view else {}
        try:
            await where.send(text, nonce=nonce, allowed_mentions=NOBODY, **extra)
        except (discord.Forbidden, discord.NotFound) as error:
            raise Undeliverable(str(error)) from error


def _way_out(news: News) -> ui.View | None:
    return book_now_view(news.series.id) if news.what is Note.MISSED and news.series else None


async def _said(interaction: Interaction, actor: Actor, text: str) -> str:
    """What a message turns into; a direct one goes on naming its server."""
    return text if interaction.guild_id else texts.direct(await name_of(interaction.client, actor.guild_id), text)


async def _officer(interaction: Interaction, series_id: SeriesId) -> Actor:
    """Whoever pressed; a leader who was asked by direct message counts as what they are in the series' server."""
    if interaction.guild_id is not None:
        return actor_of(interaction)
    return await officer_of(interaction, await interaction.client.services.bookings.guild_of(series_id))


async def setup(bot: MusterBot) -> None:
    """Register the buttons."""
    bot.persistent.add(*PERSISTENT)
