"""`/me signups` and `/me timezone`: one's own week, on one's own clocks."""

from discord import app_commands

from bot.answers import answer, in_time
from bot.render import my_raids_texts
from cogs.actors import Interaction, actor_of
from cogs.me_family import MeFamily
from cogs.my_raids import week_of
from cogs.raid import options


@options.always
async def own_zone(_interaction: Interaction, typed: str) -> options.Choices:
    """Time zones by name or city, and the server's."""
    follow = [app_commands.Choice(name="none: the server's", value="none")]
    return [
        *(follow if "none".startswith(typed.strip().casefold()) else []),
        *await options.timezone(_interaction, typed),
    ][:25]


class MeCalendar(MeFamily):
    """When raids are, for one member."""

    @app_commands.command()
    async def signups(self, interaction: Interaction) -> None:
        """Your week: the raids to come and your place on each."""
        await answer(interaction, *await in_time(interaction, week_of(interaction, 0)))

    @app_commands.command()
    @app_commands.describe(zone="Such as Europe/Berlin, or none for the server's; without it you see what holds")
    @app_commands.autocomplete(zone=own_zone)
    async def timezone(self, interaction: Interaction, zone: str | None = None) -> None:
        """On whose clocks the times you type are read."""
        actor, own = actor_of(interaction), self.services.own_zone
        found = await in_time(interaction, own.change(actor, zone) if zone else own.look(actor))
        key = found.own.key if found.own else None
        await answer(interaction, my_raids_texts.zone(key, found.server.key, server_has_one=found.server_has_one))
