"""`/raid announce`: officers say something about a raid out loud."""

from discord import app_commands

from bot.answers import answer, in_time
from bot.domain.event import Event
from bot.render import mirror_texts
from bot.render.texts import raids_channel_gone
from cogs.actors import Interaction, actor_of, require_postable
from cogs.raid import options
from cogs.raid.family import Family


class AnnounceCommand(Family):
    """A raid, spoken of."""

    @app_commands.command()
    @app_commands.describe(
        event="The raid: from the list, or its title or id",
        message="What to say",
        ping="Ping everybody who has a seat",
    )
    @app_commands.autocomplete(event=options.event)
    async def announce(self, interaction: Interaction, event: str, message: str, ping: bool = False) -> None:
        """Say something in a raid's thread or channel."""
        said = await in_time(interaction, self._announce(interaction, event, message, ring=ping))
        await answer(interaction, mirror_texts.announced(said, ring=ping))

    async def _announce(self, interaction: Interaction, event: str, message: str, *, ring: bool) -> Event:
        actor, desk = actor_of(interaction), self.services.announcements
        require_postable(interaction, await desk.where(actor, event), raids_channel_gone)
        return await desk.announce(actor, event, message, ring=ring)
