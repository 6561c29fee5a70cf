"""What a worker remembers of sheets between clicks.

A memory is a guess: it is good for what the database then confirms, by writing only to a sheet that is still at the
version remembered (`ClickRepository.write`). Whatever else it would lead to, a refusal too, is looked up first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.desk import Desk
from bot.domain.event import Event
from bot.domain.ids import EventId, PlayerId, SignUpId
from bot.domain.roster import Roster, SignUp
from bot.domain.template import Template
from db.clicks import SheetWritten, Version

MOST = 200
"""Sheets remembered, those clicked on last: some 50 kB each when a raid is full."""


@dataclass(frozen=True)
class Remembered:
    """A sheet as it stood at `version`; `roster` is who sits where, if that is known.

    `redraw_at` is when the redraw is due that a click has asked for, if nobody had begun with it.
    """

    event: Event
    template: Template
    version: Version
    sign_ups: Sequence[SignUp]
    roster: Roster | None
    redraw_at: datetime | None

    def desk(self) -> Desk:
        """The sheet, ready for clicks."""
        return Desk(self.event, self.template, self.sign_ups, self.roster)


class SheetMemory:
    """The sheets clicked on last."""

    def __init__(self) -> None:
        self._sheets: dict[EventId, Remembered] = {}

    def of(self, event_id: EventId) -> Remembered | None:
        """The sheet as it was left, or None."""
        return self._sheets.get(event_id)

    def at(self, event_id: EventId, version: Version) -> Remembered | None:
        """The same, if it is at that version."""
        found = self._sheets.get(event_id)
        return found if found and found.version == version else None

    def redraws(self, event_id: EventId, now: datetime) -> bool:
        """Whether a redraw of this sheet is to come that nobody has begun with."""
        found = self._sheets.get(event_id)
        return found is not None and found.redraw_at is not None and now < found.redraw_at

    def keep(self, desk: Desk, written: SheetWritten | None) -> None:
        """Remember the sheet as a batch of clicks has left it; not when the database did not take it."""
        self._sheets.pop(desk.event.id, None)
        if written is None or desk.event.template_id is None:  # without one it has its server's default of the moment
            return
        sign_ups = [_with_id(one, written.ids) for one in desk.sign_ups] if written.ids else [*desk.sign_ups]
        roster = None if written.ids else desk.known_roster
        self._sheets[desk.event.id] = Remembered(
            desk.event, desk.template, written.version, sign_ups, roster, written.redraw_at
        )
        if len(self._sheets) > MOST:
            del self._sheets[next(iter(self._sheets))]


def _with_id(sign_up: SignUp, ids: Mapping[PlayerId, SignUpId]) -> SignUp:
    """The sign-up with the id the database has given it."""
    written = ids.get(sign_up.player_id, sign_up.id)
    return sign_up if written == sign_up.id else replace(sign_up, id=written)
