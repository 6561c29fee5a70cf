"""What the parts of the control panel share: a look at the raid, the panel drawn anew, and the buttons' common end."""

from collections.abc import Coroutine
from typing import Any

from discord import ui

from bot.answers import in_time
from bot.components import DrawnElsewhere
from bot.domain.ids import EventId, PlayerId
from bot.domain.panel import Overview
from bot.services.bundle import Services
from cogs import panel_views as views
from cogs.actors import Interaction, actor_of
from cogs.panel_views import Said


async def send(interaction: Interaction, view: ui.LayoutView) -> None:
    """Answer with a panel only the officer sees."""
    if interaction.response.is_done():
        await interaction.followup.send(view=view, ephemeral=True)
    else:
        await interaction.response.send_message(view=view, ephemeral=True)


async def turn(interaction: Interaction, view: ui.LayoutView) -> None:
    """Change the panel the component stands on."""
    if interaction.response.is_done():
        await interaction.edit_original_response(view=view)
    else:
        await interaction.response.edit_message(view=view)


async def look(interaction: Interaction, event_id: EventId) -> Overview:
    """The raid as it is now. Raises NotAnOfficer, UnknownEvent."""
    return await services_of(interaction).panel.look(actor_of(interaction), event_id)


async def redraw(interaction: Interaction, event_id: EventId, work: Coroutine[Any, Any, Said]) -> None:
    """Do `work`, and show the panel with what it came to."""

    async def done() -> ui.LayoutView:
        said = await work
        return views.panel(await look(interaction, event_id), said)

    await turn(interaction, await in_time(interaction, done(), update=True))


class PanelItem(DrawnElsewhere):
    """A button or select of the panel."""

    @property
    def event_id(self) -> EventId:
        """The raid it is about."""
        return EventId(int(self.match["event"]))

    @property
    def player_id(self) -> PlayerId:
        """Whom it is about."""
        return PlayerId(int(self.match["player"]))


def services_of(interaction: Interaction) -> Services:
    """The use cases."""
    return interaction.client.services
