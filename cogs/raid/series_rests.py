"""`/raid series skip`, `move`, `pause`, `resume`, `end` and `break`."""

from discord import app_commands

from bot.answers import answer, in_time
from bot.render import series_texts
from bot.services.series_rests import resting
from cogs import series_views
from cogs.actors import Interaction, actor_of
from cogs.raid import options
from cogs.raid.family import Family
from cogs.raid.series import SERIES_OPTION, SeriesCommands

LONGEST_REASON = 50
"""What the id of the button that asks once more has room for."""


class SeriesRestCommands(Family):
    """Series that do not raid as usual."""

    @SeriesCommands.series.command()
    @app_commands.describe(
        series=SERIES_OPTION, day="Which night; the next one when left out", reason="Shown in the list"
    )
    @app_commands.autocomplete(series=options.series, day=options.night)
    async def skip(
        self,
        interaction: Interaction,
        series: str,
        day: str | None = None,
        reason: app_commands.Range[str, 1, LONGEST_REASON] | None = None,
    ) -> None:
        """Leave a night out, or take that back."""
        work = self.services.series_rests.skip(actor_of(interaction), series, day, reason)
        done = await in_time(interaction, work)
        found, night = done.outcome.series, done.night
        if done.done:
            text = series_texts.skipped(found, night, done.cancelled, done.outcome.coming)
            await answer(interaction, text, series_views.unskip(found.id, night.day))
        elif night.raided:
            text = series_texts.skip_booked(found, night, reason or "")
            await answer(interaction, text, series_views.skip(found.id, night.day, reason or ""))
        else:
            await answer(
                interaction, series_texts.skipped_before(found, night), series_views.unskip(found.id, night.day)
            )

    @SeriesCommands.series.command(name="move")
    @app_commands.describe(series=SERIES_OPTION, day="Which night", when="thu 20:00, 2026-12-03 20:00")
    @app_commands.autocomplete(series=options.series, day=options.night, when=options.night_when)
    async def move_night(self, interaction: Interaction, series: str, day: str, when: str) -> None:
        """Move a night that is not booked yet."""
        work = self.services.series_rests.move(actor_of(interaction), series, day, when)
        done = await in_time(interaction, work)
        found, coming = done.outcome.series, done.outcome.coming
        await answer(interaction, series_texts.moved(found, done.before, done.night, coming, done.read_on))

    @SeriesCommands.series.command()
    @app_commands.describe(series=SERIES_OPTION, until="The first day to raid again; until resumed when left out")
    @app_commands.autocomplete(series=options.series)
    async def pause(self, interaction: Interaction, series: str, until: str | None = None) -> None:
        """Book nothing for a while."""
        done = await in_time(interaction, self.services.series_rests.pause(actor_of(interaction), series, until))
        still = resting(done.series, done.standing)
        text = series_texts.paused(done.series, still, done.coming)
        await answer(interaction, text, series_views.cancel_standing(done.series.id, still))

    @SeriesCommands.series.command()
    @app_commands.describe(series=SERIES_OPTION)
    @app_commands.autocomplete(series=options.resting_series)
    async def resume(self, interaction: Interaction, series: str) -> None:
        """Take up a paused or ended series again."""
        done = await in_time(interaction, self.services.series_rests.resume(actor_of(interaction), series))
        await answer(interaction, series_texts.resumed(done.series, done.coming, self.services.clock.now()))

    @SeriesCommands.series.command()
    @app_commands.describe(series=SERIES_OPTION)
    @app_commands.autocomplete(series=options.series)
    async def end(self, interaction: Interaction, series: str) -> None:
        """Book nothing of it any more."""
        done = await in_time(interaction, self.services.series_rests.end(actor_of(interaction), series))
        still = resting(done.series, done.standing)
        text = series_texts.ended(done.series, still)
        await answer(interaction, text, series_views.cancel_standing(done.series.id, still))

    @SeriesCommands.series.command(name="break")
    @app_commands.describe(
        first="The first day off, such as 2026-12-24; lists the breaks when left out",
        last="The last day off; one day only when left out",
        label="Why, such as Christmas",
    )
    async def break_(
        self, interaction: Interaction, first: str | None = None, last: str | None = None, label: str | None = None
    ) -> None:
        """Days on which no series raids."""
        actor = actor_of(interaction)
        if first is None:
            listed = await in_time(interaction, self.services.breaks.all(actor))
            await answer(interaction, series_texts.breaks(listed), series_views.breaks(listed))
            return
        made = await in_time(interaction, self.services.breaks.add(actor, first, last, label))
        text = series_texts.broken_off(made.found, made.booked)
        await answer(interaction, text, series_views.cancel_in_break(made.found, made.booked))
