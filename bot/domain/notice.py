"""What a member is told by the way: once, and only while it is still true."""

from enum import StrEnum

from bot.domain.ids import PlayerId
from bot.domain.roster import Roster


class Notice(StrEnum):
    """What happened to a member's place without their doing."""

    PROMOTED = "promoted"
    DEMOTED = "demoted"
    ADDED = "added"
    MOVED = "moved"
    SWITCHED = "switched"
    REMOVED = "removed"


def still_true(notice: Notice, roster: Roster, player_id: PlayerId) -> bool:
    """Whether telling it now, some time after it happened, would not be a lie."""
    placed = roster.of(player_id)
    if notice is Notice.REMOVED:
        return placed is None
    if notice is Notice.PROMOTED:
        return player_id in roster.seated_players
    if notice is Notice.DEMOTED:
        return placed is not None and placed.position is not None
    return placed is not None
