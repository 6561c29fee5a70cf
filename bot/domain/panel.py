"""A raid as the control panel shows it: the sheet, who looks at it, and the trail of what officers did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.event import Event
from bot.domain.ids import UserId
from bot.domain.roster import Placed
from bot.domain.sheet import Sheet


@dataclass(frozen=True)
class Overview:
    """A raid as somebody sees it: `officer` says whether they may change it, `changeable` whether anybody may.

    `own` is where they stand themselves.
    """

    sheet: Sheet
    officer: bool
    changeable: bool
    own: Placed | None = None

    @property
    def people(self) -> Sequence[Placed]:
        """Everybody on the sheet, in its order."""
        return everybody(self.sheet)


@dataclass(frozen=True)
class Past:
    """An action of the trail; `details` are JSON values, `name` is whom it was about, `series` which series.

    `undoable` says whether `Undo` is worth offering.
    """

    entry_id: int
    actor_id: UserId | None
    action: str
    details: Mapping[str, Any]
    at: datetime
    undone: bool = False
    name: str | None = None
    undoable: bool = False
    series: str | None = None
    undid: "Past | None" = None
    """What it took back, while the trail still has that."""


@dataclass(frozen=True)
class History:
    """What officers did to a raid, the latest first; `past`: it begins later, `older`: it goes on."""

    event: Event
    actions: Sequence[Past]
    past: bool = False
    older: bool = False


def everybody(sheet: Sheet) -> Sequence[Placed]:
    """Everybody on the sheet, in its order."""
    roster = sheet.roster
    others = (one for group in roster.others.values() for one in group)
    return sorted((*roster.seated, *roster.queued, *others), key=lambda one: one.number)
