"""Sheets that a booking writes somebody onto while they are stepping off theirs.

Whoever steps off locks the raids they are on, then their own row: a booking holds the rows of everybody it fills in, so
its sheet is seen from then on, or it sees what was written here. A sheet that came up meanwhile has to be locked before
the person's row, as clicks do, so everything is then begun anew.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from bot.domain.ids import EventId, PlayerId
from db import Session

T = TypeVar("T")


class _NewSheetError(Exception):
    """Somebody stands on a sheet that was not there a moment ago."""


async def check_no_other(
    tx: Session, player_id: PlayerId, known: Sequence[EventId], look: Callable[[], Awaitable[Sequence[EventId]]]
) -> None:
    """Keep further bookings off the player, and have it all `begun_anew` if `look` finds a raid beside the known."""
    await tx.people.hold(player_id)
    if not set(await look()) <= set(known):
        raise _NewSheetError


async def begun_anew(work: Callable[[], Awaitable[T]]) -> T:
    """What `work` comes to, in a transaction of its own each time, once no new sheet has come up under it."""
    while True:
        try:
            return await work()
        except _NewSheetError:
            continue
