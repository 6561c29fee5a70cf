"""`/raid comp`: a raid's groups, in a panel only the officer sees."""

from discord import app_commands

from bot.answers import answer, in_time
from bot.render import comp_texts
from bot.render.comp_sheet import panel_embed
from cogs.actors import Interaction, actor_of
from cogs.comp import panel_view
from cogs.raid import options
from cogs.raid.family import Family


class CompCommand(Family):
    """Groups of the people who have a seat."""

    @app_commands.command()
    @app_commands.describe(event="The raid: from the list, or its title or id")
    @app_commands.autocomplete(event=options.event)
    async def comp(self, interaction: Interaction, event: str) -> None:
        """Arrange a raid's groups and publish them."""
        found = await in_time(interaction, self.services.comps.open(actor_of(interaction), event))
        await answer(interaction, comp_texts.panel(found), panel_view(found), embed=panel_embed(found))
