"""`/raid series`."""

import discord
from discord import app_commands

from bot.answers import answer, in_time
from bot.domain.event import SheetKind
from bot.domain.ids import ChannelId
from bot.render import texts
from bot.services.series import SeriesWish
from cogs.actors import Interaction, actor_of, require_postable
from cogs.raid import options
from cogs.raid.family import Family
from cogs.raid.planning import here


class SeriesCommands(Family):
    """Raids that come every week."""

    series = app_commands.Group(name="series", description="Raids that come every week")

    @series.command()
    @app_commands.describe(
        title="What the raid is called",
        weekday="On which day",
        time="When it starts, such as 20:00 or 8pm",
        timezone="On whose clocks; the server's when left out",
        every="weekly, or every 2 weeks",
        duration="How long, such as 3h or 90 (minutes)",
        template="Which game's sheet; the server's default when left out",
        channel="Where the sheets stand; the raid channel when left out",
        limit="How many seats; everyone beyond waits in the queue",
        deadline="How long before each start sign-ups end, such as 24h",
        sheet="Muster's own sheet, or Raid-Helper's",
        first="The first day, such as 2026-12-02; the next one when left out",
    )
    @app_commands.autocomplete(weekday=options.weekday, timezone=options.timezone, template=options.template)
    @app_commands.choices(sheet=options.SHEETS)
    async def add(
        self,
        interaction: Interaction,
        title: str,
        weekday: str,
        time: str,
        timezone: str | None = None,
        every: str | None = None,
        duration: str | None = None,
        template: str | None = None,
        channel: discord.TextChannel | None = None,
        limit: int | None = None,
        deadline: str | None = None,
        sheet: str | None = None,
        first: str | None = None,
    ) -> None:
        """Start a weekly raid: its first sheet is posted now, the following ones book themselves."""
        wish = SeriesWish(
            title=title,
            weekday=weekday,
            time=time,
            timezone=timezone,
            every=every,
            duration=duration,
            template=template,
            channel_id=ChannelId(channel.id) if channel else None,
            limit=limit,
            deadline=deadline,
            sheet=SheetKind(sheet) if sheet else None,
            first=first,
            here=here(interaction),
        )
        await answer(interaction, await in_time(interaction, self._add(interaction, wish)))

    @series.command()
    @app_commands.describe(series="The series: pick it from the list, or type its title")
    @app_commands.autocomplete(series=options.series)
    async def book(self, interaction: Interaction, series: str) -> None:
        """Book the series' next raid now instead of ten minutes into this one."""
        booked = await in_time(interaction, self.services.booker.book_now(actor_of(interaction), series))
        await answer(interaction, texts.booked_now(booked))

    async def _add(self, interaction: Interaction, wish: SeriesWish) -> str:
        actor = actor_of(interaction)
        server = await self.services.servers.require_officer(actor)
        if wish.sheet is not SheetKind.RAID_HELPER:
            require_postable(interaction, wish.channel_id or server.raid_channel_id or here(interaction))
        started = await self.services.series.add(actor, wish)
        return texts.series_started(started.series, started.first)
