"""What stands below the answers about series: buttons and selects, known by their ids alone."""

from collections.abc import Sequence
from datetime import date

import discord
from discord import ui

from bot.components import view_of
from bot.domain.event import Event
from bot.domain.ids import SeriesId
from bot.domain.series import Break, Series
from bot.render import custom_ids, night_texts, series_texts
from bot.services.series_ledger import Page, Standing, Waits

STYLE = discord.ButtonStyle
MOST_OPTIONS = 25

Item = ui.Button[ui.View] | ui.Select[ui.View]


def bring(series: Series, event: Event | None) -> ui.View | None:
    """Below an edit: the button that brings the next raid along."""
    if event is None:
        return None
    label = series_texts.bring(series, event)
    return view_of(_button(label, custom_ids.series_bring(series.id, event.id), STYLE.primary))


def skip(series_id: SeriesId, day: date, reason: str) -> ui.View:
    """Below the question whether a booked night is to be skipped."""
    return view_of(_button(series_texts.SKIP, custom_ids.series_skip(series_id, day, reason), STYLE.danger))


def unskip(series_id: SeriesId, day: date) -> ui.View:
    """Below a skip."""
    return view_of(_button(series_texts.UNSKIP, custom_ids.series_unskip(series_id, day)))


def cancel_standing(series_id: SeriesId, resting: Sequence[Event]) -> ui.View | None:
    """Below a pause or an end over booked raids."""
    if not resting:
        return None
    return view_of(_button(series_texts.CANCEL_STANDING, custom_ids.series_cancel(series_id), STYLE.danger))


def cancel_in_break(made: Break, booked: Sequence[Event]) -> ui.View | None:
    """Below a break over booked raids."""
    if not booked:
        return None
    return view_of(_button(series_texts.CANCEL_IN_BREAK, custom_ids.break_cancel(made.id), STYLE.danger))


def breaks(listed: Sequence[Break]) -> ui.View | None:
    """Below the list of breaks: the select that ends one."""
    options = [
        discord.SelectOption(label=series_texts.break_choice(one), value=str(one.id)) for one in listed[:MOST_OPTIONS]
    ]
    if not options:
        return None
    return view_of(ui.Select(custom_id=custom_ids.break_end(), placeholder=series_texts.PICK_BREAK, options=options))


def page(found: Page) -> ui.View | None:
    """Below the overview: a select of the series on the page, and the way to the other pages."""
    options = [
        discord.SelectOption(label=night_texts.choice(one.series)[:100], value=str(one.series.id))
        for one in found.standings
    ]
    if not options:
        return None
    items: list[Item] = [ui.Select(custom_id=custom_ids.series_pick(), placeholder=series_texts.PICK, options=options)]
    for label, to in ((series_texts.EARLIER, found.number - 1), (series_texts.LATER, found.number + 1)):
        if 0 <= to < found.pages:
            items.append(_button(label, custom_ids.series_page(to)))
    return view_of(*items)


def back() -> ui.View:
    """Below one series' ledger: the way to the overview."""
    return view_of(_button(series_texts.ALL, custom_ids.series_page(0)))


def overview(found: Page, today: date) -> tuple[str, discord.Embed | None]:
    """The overview: what stands above, and the series below one another."""
    if not found.standings:
        return series_texts.NOTHING_HERE, None
    lines = [_summary(one, today) for one in found.standings]
    return series_texts.overview(found.number, found.pages), discord.Embed(description="\n\n".join(lines))


def ledger(found: Standing, today: date) -> tuple[str, discord.Embed]:
    """One series: its definition above, its nights below one another."""
    parts = [series_texts.heading(found.series), series_texts.state(found.series, today), _waits(found)]
    nights = [night_texts.night_line(found.series, one) for one in found.nights]
    text = "\n".join(part for part in parts if part)
    return text, discord.Embed(description="\n".join(nights) or series_texts.NO_NIGHTS)


def _summary(found: Standing, today: date) -> str:
    state = series_texts.state(found.series, today)
    return series_texts.summary(found.series, found.next_raid, state, _waits(found))


def _waits(found: Standing) -> str:
    said = {None: "", Waits.CHANNEL: series_texts.WAITS_CHANNEL, Waits.RAID_HELPER: series_texts.WAITS_RAID_HELPER}
    return said[found.waits] if found.series.is_active else ""


def _button(label: str, custom_id: str, style: discord.ButtonStyle = STYLE.secondary) -> ui.Button[ui.View]:
    return ui.Button(label=label, custom_id=custom_id, style=style)
