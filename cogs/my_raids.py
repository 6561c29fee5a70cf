"""`/raids` and the week of `/me signups`: the raids to come with one's own place, page by page."""

import re
from datetime import datetime, time
from typing import Any, Self

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.answers import answer, in_time, turn_into
from bot.client import MusterBot
from bot.components import Persistent, view_of
from bot.render import custom_ids, my_raids_texts
from bot.services.my_raids import MOST_WEEKS, MyRaid, Page, Week
from cogs.actors import Interaction, actor_of

Shown = tuple[str, ui.View]


class PageButton(Persistent, ui.Button[ui.View], template=custom_ids.RAIDS_PAGE):
    """`Sooner` and `Later` below `/raids`."""

    def __init__(self, page: int, label: str = "") -> None:
        super().__init__(label=label or "…", custom_id=custom_ids.raids_page(page))
        self.page = page

    @classmethod
    def of(cls, match: re.Match[str], /) -> Self:
        """The button behind a click."""
        return cls(int(match["page"]))

    async def act(self, interaction: Interaction) -> None:
        """Turn to that page."""
        await turn_into(interaction, *await in_time(interaction, page_of(interaction, self.page), update=True))


class WeekButton(Persistent, ui.Button[ui.View], template=custom_ids.WEEK):
    """`Week before` and `Next week` below `/me signups`."""

    def __init__(self, week: int, label: str = "") -> None:
        super().__init__(label=label or "…", custom_id=custom_ids.week(week))
        self.week = week

    @classmethod
    def of(cls, match: re.Match[str], /) -> Self:
        """The button behind a click."""
        return cls(int(match["week"]))

    async def act(self, interaction: Interaction) -> None:
        """Turn to that week."""
        await turn_into(interaction, *await in_time(interaction, week_of(interaction, self.week), update=True))


PERSISTENT = (PageButton, WeekButton)


async def page_of(interaction: Interaction, page: int) -> Shown:
    """A page of the raids to come, and where one can turn."""
    found: Page = await interaction.client.services.my_raids.page(actor_of(interaction), page)
    items: list[discord.ui.Item[Any]] = []
    if found.page > 0:
        items.append(PageButton(found.page - 1, my_raids_texts.PREVIOUS))
    if found.page + 1 < found.pages:
        items.append(PageButton(found.page + 1, my_raids_texts.NEXT))
    return my_raids_texts.ahead([_mine(one) for one in found.raids], found.page, found.pages), view_of(*items)


async def week_of(interaction: Interaction, week: int) -> Shown:
    """A week with one's own places, and where one can turn."""
    found: Week = await interaction.client.services.my_raids.week(actor_of(interaction), week)
    items: list[discord.ui.Item[Any]] = []
    if found.week > 0:
        items.append(WeekButton(found.week - 1, my_raids_texts.PREVIOUS_WEEK))
    if found.week < MOST_WEEKS:
        items.append(WeekButton(found.week + 1, my_raids_texts.NEXT_WEEK))
    noon = datetime.combine(found.first, time(12), found.zone)
    return my_raids_texts.week([_mine(one) for one in found.raids], noon, found.zone), view_of(*items)


def _mine(one: MyRaid) -> my_raids_texts.Mine:
    return one.event, one.template, one.placed


class RaidsCommand(commands.Cog):
    """The cog behind `/raids`."""

    @app_commands.command()
    @app_commands.guild_only()
    async def raids(self, interaction: Interaction) -> None:
        """The next raids, with your place on each."""
        await answer(interaction, *await in_time(interaction, page_of(interaction, 0)))


async def setup(bot: MusterBot) -> None:
    """Add the cog and its buttons."""
    bot.persistent.add(*PERSISTENT)
    await bot.add_cog(RaidsCommand())
