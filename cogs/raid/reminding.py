"""`/raid remind` and `unsigned`: officers call whoever comes, and whoever has not answered."""

from discord import app_commands

from bot.answers import answer, in_time
from bot.render import reminder_texts
from cogs.actors import Interaction, actor_of
from cogs.raid import options
from cogs.raid.family import Family

EVENT = "The raid: from the list, or its title or id"


class Reminding(Family):
    """Calls to members."""

    @app_commands.command()
    @app_commands.describe(event=EVENT)
    @app_commands.autocomplete(event=options.event)
    async def remind(self, interaction: Interaction, event: str) -> None:
        """Remind whoever comes to a raid, now."""
        found = await in_time(interaction, self.services.reminders.remind(actor_of(interaction), event))
        await answer(interaction, reminder_texts.reminding(found))

    @app_commands.command()
    @app_commands.describe(event=EVENT, ping="Tell them, each by the way they chose")
    @app_commands.autocomplete(event=options.event)
    async def unsigned(self, interaction: Interaction, event: str, ping: bool = False) -> None:
        """Who is expected at a raid and has not answered."""
        work = self.services.unsigned.look(actor_of(interaction), event, ping=ping)
        seen = await in_time(interaction, work)
        text = reminder_texts.unsigned(
            seen.event, seen.people, seen.unconfirmed, seen.roles, by_role=seen.by_role, pinged=seen.pinged
        )
        await answer(interaction, text)
