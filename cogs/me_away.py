"""`/me away`: days on which one is not there."""

from discord import app_commands

from bot.answers import answer, in_time
from bot.render import people_texts
from cogs.actors import Interaction, actor_of
from cogs.me_family import MeFamily
from cogs.raid import options


@options.always
async def own_span(interaction: Interaction, typed: str) -> options.Choices:
    """The member's absences; the value sent is "#id"."""
    found = await interaction.client.services.absences.of(actor_of(interaction))
    named = [(people_texts.span_choice(one), f"#{one.id}") for one in found]
    return options.choices([one for one in named if typed.casefold() in one[0].casefold()])


class MeAway(MeFamily):
    """When a member is away."""

    away = app_commands.Group(name="away", description="Days on which you are not there")

    @away.command(name="add")
    @app_commands.rename(first="from", last="to")
    @app_commands.describe(
        first="Your first day away: fri, 24 dec, 2026-12-24",
        last="Your last; the same day when left out",
        note="For the officers",
    )
    async def away_add(self, interaction: Interaction, first: str, last: str | None = None, note: str = "") -> None:
        """Say when you are away: on the sheets of those days you are absent."""
        work = self.services.absences.add(actor_of(interaction), first, last, note)
        gone = await in_time(interaction, work)
        await answer(interaction, people_texts.gone_away(gone.away, gone.raids.absent, gone.raids.closed))

    @away.command(name="list")
    async def away_list(self, interaction: Interaction) -> None:
        """When you are away."""
        found = await in_time(interaction, self.services.absences.of(actor_of(interaction)))
        await answer(interaction, people_texts.spans(found))

    @away.command(name="remove")
    @app_commands.describe(absence="Which one")
    @app_commands.autocomplete(absence=own_span)
    async def away_remove(self, interaction: Interaction, absence: str) -> None:
        """Take an absence back; sign up again where you come after all."""
        back = await in_time(interaction, self.services.absences.remove(actor_of(interaction), absence))
        await answer(interaction, people_texts.back_again(back.away, back.raids))
