"""Everything a sheet shows, gathered: what the renderer and the buttons are made from."""

from dataclasses import dataclass

from bot.domain.event import Event
from bot.domain.ids import ChannelId, RoleId
from bot.domain.roster import Roster
from bot.domain.template import Choice, Template


@dataclass(frozen=True)
class Sheet:
    """One raid's sheet at one moment."""

    event: Event
    template: Template
    roster: Roster
    series_label: str | None = None
    closed_choices: frozenset[Choice] = frozenset()
    """The answers the sheet does not take any more at that moment."""
    voice_channel_id: ChannelId | None = None
    """Where people meet to speak."""
    mention_roles: tuple[RoleId, ...] = ()
    """Whom the sheet rings when it is posted."""

    @property
    def past_deadline(self) -> bool:
        """Whether one can still come late or stay away, but no longer sign up."""
        return Choice.ACCEPTED in self.closed_choices and Choice.ABSENCE not in self.closed_choices
