"""The buttons and selects below the answers about series; they outlive restarts."""

from datetime import date

from bot.answers import in_time, turn_into
from bot.client import MusterBot
from bot.components import DrawnElsewhere, chosen
from bot.domain.ids import EventId, SeriesId
from bot.domain.series import Series
from bot.render import custom_ids, series_texts
from bot.services.bundle import Services
from bot.services.series_wishes import local_day
from cogs import series_views
from cogs.actors import Interaction, actor_of


class SeriesButton(DrawnElsewhere):
    """A button below an answer about a series."""

    @property
    def series_id(self) -> SeriesId:
        """The series it is about."""
        return SeriesId(int(self.match["series"]))

    @property
    def day(self) -> date:
        """The night it is about."""
        return date.fromordinal(int(self.match["day"]))


class BringButton(SeriesButton, template=custom_ids.SERIES_BRING):
    """Brings the booked raid to its series' definition."""

    async def act(self, interaction: Interaction) -> None:
        """Bring it, and say what it became."""
        event_id = EventId(int(self.match["event"]))
        work = _services(interaction).bringing.bring(actor_of(interaction), self.series_id, event_id)
        done = await in_time(interaction, work, update=True)
        text = series_texts.brought(done.outcome.series, done.before, done.event, done.outcome.coming, done.lost)
        await turn_into(interaction, text)


class SkipButton(SeriesButton, template=custom_ids.SERIES_SKIP):
    """Cancels a booked raid and skips its night."""

    async def act(self, interaction: Interaction) -> None:
        """Skip it, with the way back."""
        rests, reason = _services(interaction).series_rests, self.match["reason"]
        typed, day = str(self.series_id), self.day.isoformat()
        work = rests.skip(actor_of(interaction), typed, day, reason, cancel=True)
        done = await in_time(interaction, work, update=True)
        series = done.outcome.series
        text = (
            series_texts.skipped(series, done.night, done.cancelled, done.outcome.coming)
            if done.done
            else series_texts.skipped_before(series, done.night)
        )
        await turn_into(interaction, text, series_views.unskip(series.id, done.night.day))


class UnskipButton(SeriesButton, template=custom_ids.SERIES_UNSKIP):
    """Takes a skip back."""

    async def act(self, interaction: Interaction) -> None:
        """Raid on that night after all."""
        work = _services(interaction).series_rests.unskip(actor_of(interaction), self.series_id, self.day)
        done = await in_time(interaction, work, update=True)
        text = series_texts.unskipped(done.outcome.series, done.night, done.event, done.outcome.coming)
        await turn_into(interaction, text)


class CancelStandingButton(SeriesButton, template=custom_ids.SERIES_CANCEL):
    """Cancels what is booked of a series that was paused or ended."""

    async def act(self, interaction: Interaction) -> None:
        """Cancel it."""
        work = _services(interaction).series_rests.cancel_standing(actor_of(interaction), self.series_id)
        await turn_into(interaction, series_texts.all_cancelled(await in_time(interaction, work, update=True)))


class CancelInBreakButton(SeriesButton, template=custom_ids.BREAK_CANCEL):
    """Cancels what is booked in a break."""

    async def act(self, interaction: Interaction) -> None:
        """Cancel it."""
        work = _services(interaction).breaks.cancel_booked(actor_of(interaction), int(self.match["rest"]))
        await turn_into(interaction, series_texts.all_cancelled(await in_time(interaction, work, update=True)))


class PageButton(SeriesButton, template=custom_ids.SERIES_PAGE):
    """To another page of the overview."""

    async def act(self, interaction: Interaction) -> None:
        """Show it."""
        work = _services(interaction).series_ledger.page(actor_of(interaction), int(self.match["page"]))
        found = await in_time(interaction, work, update=True)
        text, embed = series_views.overview(found, _services(interaction).clock.now().date())
        await turn_into(interaction, text, series_views.page(found), embed)


class SeriesPick(DrawnElsewhere, template=custom_ids.SERIES_PICK):
    """Looks at one series of the overview."""

    async def act(self, interaction: Interaction) -> None:
        """Show its ledger."""
        work = _services(interaction).series_ledger.one(actor_of(interaction), chosen(interaction)[0])
        found = await in_time(interaction, work, update=True)
        text, embed = series_views.ledger(found, today(interaction, found.series))
        await turn_into(interaction, text, series_views.back(), embed)


class BreakEnd(DrawnElsewhere, template=custom_ids.BREAK_END):
    """Ends a break."""

    async def act(self, interaction: Interaction) -> None:
        """End it."""
        work = _services(interaction).breaks.remove(actor_of(interaction), int(chosen(interaction)[0]))
        await turn_into(interaction, series_texts.break_ended(await in_time(interaction, work, update=True)))


PERSISTENT = (
    BringButton,
    SkipButton,
    UnskipButton,
    CancelStandingButton,
    CancelInBreakButton,
    PageButton,
    SeriesPick,
    BreakEnd,
)


def today(interaction: Interaction, series: Series) -> date:
    """The date on the series' own clocks."""
    return local_day(interaction.client.services.clock.now(), series)


def _services(interaction: Interaction) -> Services:
    return interaction.client.services


async def setup(bot: MusterBot) -> None:
    """Register the classes; nothing is read per series."""
    bot.persistent.add(*PERSISTENT)
