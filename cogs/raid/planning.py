"""`/raid create`, `list` and `cancel`."""

from dataclasses import replace

import discord
from discord import app_commands

from bot.answers import answer, in_time
from bot.domain.event import SheetKind
from bot.domain.ids import ChannelId
from bot.render import series_texts, texts
from bot.services.raids import RaidWish
from cogs.actors import Interaction, actor_of, channel_gone, guild_of, require_postable
from cogs.raid import options
from cogs.raid.family import Family
from cogs.raid.participants import read as read_participants
from cogs.undo import undo_view

MOST_COUNTED = 500
"""Raids `/raid list` looks at; those a message has no room for are counted."""


class Planning(Family):
    """Raids, one at a time."""

    @app_commands.command()
    @app_commands.describe(
        title="What the raid is called",
        when="wed 20:00, tomorrow 7pm, 2026-12-01 20:00: in your time zone, else the server's",
        duration="How long, such as 3h or 90 (minutes)",
        template="Which game's sheet; the server's default when left out",
        channel="Where the sheet stands; the raid channel when left out",
        description="A few words above the list",
        limit="How many seats; everyone beyond waits in the queue",
        deadline="How long before the start sign-ups end, such as 24h",
        reminders="Minutes before the start, such as 60,15, or none",
        participants="Who is on it from the start: @Arila @Bo, Cassia, +Somebody new",
        repeat="weekly, or every 2 weeks: starts a series",
        sheet="Muster's own sheet, or Raid-Helper's",
        post_at="When the sheet appears, such as sun 18:00; at once when left out",
    )
    @app_commands.autocomplete(when=options.when, post_at=options.when, template=options.template)
    @app_commands.choices(sheet=options.SHEETS)
    async def create(
        self,
        interaction: Interaction,
        title: str,
        when: str,
        duration: str | None = None,
        template: str | None = None,
        channel: discord.TextChannel | None = None,
        description: str | None = None,
        limit: int | None = None,
        deadline: str | None = None,
        reminders: str | None = None,
        participants: str | None = None,
        repeat: str | None = None,
        sheet: str | None = None,
        post_at: str | None = None,
    ) -> None:
        """Plan a raid and post its sheet."""
        wish = RaidWish(
            title=title,
            when=when,
            duration=duration,
            template=template,
            channel_id=ChannelId(channel.id) if channel else None,
            description=description,
            limit=limit,
            deadline=deadline,
            reminders=reminders,
            sheet=SheetKind(sheet) if sheet else None,
            post_at=post_at,
            here=here(interaction),
        )
        await answer(interaction, await in_time(interaction, self._create(interaction, wish, repeat, participants)))

    @app_commands.command(name="list")
    async def list_(self, interaction: Interaction) -> None:
        """The raids to come."""
        events = await in_time(interaction, self.services.raids.upcoming(guild_of(interaction), most=MOST_COUNTED))
        await answer(interaction, texts.upcoming(events))

    @app_commands.command()
    @app_commands.describe(
        event="The raid: pick it from the list, or type its title or id",
        reason="Shown on the sheet",
        delete="Delete the sheet instead of leaving it as cancelled",
    )
    @app_commands.autocomplete(event=options.event)
    async def cancel(
        self, interaction: Interaction, event: str, reason: str | None = None, delete: bool = False
    ) -> None:
        """Cancel a raid."""
        work = self.services.raids.cancel(actor_of(interaction), event, reason, delete=delete)
        cancelled = await in_time(interaction, work)
        view = undo_view(cancelled.entry_id)
        gone = channel_gone(interaction, cancelled.event)
        await answer(interaction, texts.cancelled(cancelled.event, deleted=delete, gone=gone), view)

    async def _create(
        self, interaction: Interaction, wish: RaidWish, repeat: str | None, participants: str | None
    ) -> str:
        actor = actor_of(interaction)
        server = await self.services.raids.prepare(actor, wish)
        if wish.sheet is not SheetKind.RAID_HELPER:
            require_postable(interaction, wish.channel_id or server.raid_channel_id or here(interaction))
        wish = replace(wish, participants=await read_participants(interaction, participants))
        if repeat:
            started = await self.services.series.repeat(actor, wish, repeat)
            return series_texts.started(started.series, started.first, started.coming, started.own_zone)
        created = texts.created(await self.services.raids.create(actor, wish))
        zoned = server.timezone or (await self.services.own_zone.look(actor)).own
        return created if zoned else f"{created}\n{texts.ZONE_UNSET}"


def here(interaction: Interaction) -> ChannelId:
    """The channel the command was typed in."""
    return ChannelId(interaction.channel_id or 0)
