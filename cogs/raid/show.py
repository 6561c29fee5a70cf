"""`/raid show`: a raid for whoever asks, the control panel for officers."""

from discord import app_commands

from bot.answers import answer, in_time
from bot.domain.event import SheetKind
from bot.render import panel_texts
from bot.render.sheet import sheet_embed
from cogs import panel_views
from cogs.actors import Interaction, actor_of
from cogs.panel_base import send
from cogs.raid import options
from cogs.raid.family import Family


class ShowCommand(Family):
    """A raid, looked at."""

    @app_commands.command()
    @app_commands.describe(event="The raid: from the list, or its title or id")
    @app_commands.autocomplete(event=options.event)
    async def show(self, interaction: Interaction, event: str) -> None:
        """Show a raid; officers manage it here."""
        found = await in_time(interaction, self.services.panel.show(actor_of(interaction), event))
        if found.officer:
            await send(interaction, panel_views.panel(found))
            return
        elsewhere = found.sheet.event.sheet is SheetKind.RAID_HELPER
        embed = None if elsewhere else sheet_embed(found.sheet)
        await answer(interaction, panel_texts.member(found), embed=embed)
