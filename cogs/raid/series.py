"""`/raid series`."""

import discord
from discord import app_commands

from bot.answers import answer, in_time
from bot.domain.event import SheetKind
from bot.domain.ids import ChannelId
from bot.render import series_texts, texts
from bot.services.series import SeriesWish
from bot.services.series_edits import SeriesEdit, SeriesEdited
from bot.services.series_wishes import local_day
from cogs import series_views
from cogs.actors import Interaction, actor_of, member_of, require_postable
from cogs.raid import options
from cogs.raid.family import Family
from cogs.raid.planning import here

SERIES_OPTION = "The series: from the list, or its title"
POST_OPTION = "When each sheet is posted, such as Sunday 18:00, or none: ten minutes into the raid before"
CONFIRM_OPTION = "Ask the officers before each booking"


class SeriesCommands(Family):
    """Raids that come every week."""

    series = app_commands.Group(name="series", description="Raids that come every week")

    @series.command()
    @app_commands.describe(
        title="What the raid is called",
        weekday="On which day",
        time="When it starts, such as 20:00 or 8pm",
        timezone="On whose clocks; the server's when left out",
        every="weekly, every 2 weeks, every 3 days",
        duration="How long, such as 3h or 90 (minutes)",
        template="Which game's sheet; the server's default when left out",
        channel="Where the sheets stand; the raid channel when left out",
        limit="How many seats; everyone beyond waits in the queue",
        deadline="How long before each start sign-ups end, such as 24h",
        sheet="Muster's own sheet, or Raid-Helper's",
        first="The first day, such as 2026-12-02; the next one when left out",
        description="A few words above the list",
        post=POST_OPTION,
        confirm=CONFIRM_OPTION,
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
        description: str | None = None,
        post: str | None = None,
        confirm: bool = False,
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
            description=description,
            post=post,
            confirm=confirm,
            here=here(interaction),
        )
        await answer(interaction, await in_time(interaction, self._add(interaction, wish)))

    @series.command()
    @app_commands.describe(series=SERIES_OPTION)
    @app_commands.autocomplete(series=options.series)
    async def book(self, interaction: Interaction, series: str) -> None:
        """Book the series' next raid now instead of ten minutes into this one."""
        booked = await in_time(interaction, self.services.booker.book_now(actor_of(interaction), series))
        await answer(interaction, texts.booked_now(booked))

    @series.command(name="list")
    @app_commands.describe(series="Its next eight nights; all series when left out")
    @app_commands.autocomplete(series=options.any_series)
    async def list_series(self, interaction: Interaction, series: str | None = None) -> None:
        """What becomes of the next nights."""
        actor, looks = actor_of(interaction), self.services.series_ledger
        if series is None:
            page = await in_time(interaction, looks.page(actor, 0))
            text, embed = series_views.overview(page, self.services.clock.now().date())
            await answer(interaction, text, series_views.page(page), embed=embed)
            return
        found = await in_time(interaction, looks.one(actor, series))
        text, embed = series_views.ledger(found, local_day(self.services.clock.now(), found.series))
        await answer(interaction, text, series_views.back(), embed=embed)

    @series.command(name="edit")
    @app_commands.describe(
        series=SERIES_OPTION,
        title="Another title",
        weekday="Another day",
        time="Another start, such as 20:00",
        timezone="On whose clocks",
        every="weekly, every 2 weeks, every 3 days",
        duration="How long, such as 3h",
        template="Which game's sheet",
        channel="Where the sheets stand",
        limit="How many seats, or none",
        deadline="When sign-ups end before the start, or none",
        sheet="Muster's own sheet, or Raid-Helper's",
        description="A few words above the list, or none",
        leader="Who leads",
        post=POST_OPTION,
        confirm=CONFIRM_OPTION,
    )
    @app_commands.autocomplete(
        series=options.series, weekday=options.weekday, timezone=options.timezone, template=options.template
    )
    @app_commands.choices(sheet=options.SHEETS)
    async def edit_series(
        self,
        interaction: Interaction,
        series: str,
        title: str | None = None,
        weekday: str | None = None,
        time: str | None = None,
        timezone: str | None = None,
        every: str | None = None,
        duration: str | None = None,
        template: str | None = None,
        channel: discord.TextChannel | None = None,
        limit: str | None = None,
        deadline: str | None = None,
        sheet: str | None = None,
        description: str | None = None,
        leader: discord.Member | None = None,
        post: str | None = None,
        confirm: bool | None = None,
    ) -> None:
        """Change a series: what is booked stands as it is."""
        wish = SeriesEdit(
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
            description=description,
            leader_id=member_of(leader).user_id if leader else None,
            post=post,
            confirm=confirm,
        )
        done = await in_time(interaction, self._edit(interaction, series, wish))
        await answer(interaction, _edited(done), series_views.bring(done.outcome.series, done.bring))

    async def _add(self, interaction: Interaction, wish: SeriesWish) -> str:
        actor = actor_of(interaction)
        channel_id = await self.services.series.where(actor, wish)
        if wish.sheet is not SheetKind.RAID_HELPER:
            require_postable(interaction, channel_id or here(interaction))
        started = await self.services.series.add(actor, wish)
        return series_texts.started(started.series, started.first, started.coming, started.own_zone)

    async def _edit(self, interaction: Interaction, series: str, wish: SeriesEdit) -> SeriesEdited:
        actor = actor_of(interaction)
        if wish.channel_id is not None and wish.sheet is not SheetKind.RAID_HELPER:
            await self.services.series_ledger.one(actor, series)  # whoever may not change it learns nothing of channels
            require_postable(interaction, wish.channel_id)
        return await self.services.series_edits.edit(actor, series, wish)


def _edited(done: SeriesEdited) -> str:
    outcome = done.outcome
    stand = series_texts.stand(outcome.series, outcome.standing, done.by_hand)
    return "\n".join(filter(None, [series_texts.edited(done.before, outcome.series, outcome.coming), stand]))
