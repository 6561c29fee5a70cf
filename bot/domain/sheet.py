"""Everything a sheet shows, gathered: what the renderer and the buttons are made from."""

from dataclasses import dataclass

from bot.domain.event import Event
from bot.domain.roster import Roster
from bot.domain.template import Template


@dataclass(frozen=True)
class Sheet:
    """One raid's sheet at one moment."""

    event: Event
    template: Template
    roster: Roster
    series_label: str | None = None
