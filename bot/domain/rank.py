"""Guild ranks: what stands beside a player's name, and who is core."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.errors import MusterError
from bot.domain.event import PINGS
from bot.domain.ids import RoleId
from bot.domain.names import did_you_mean, folded, near, shown, visible

LONGEST_NAME = 32
HIGHEST = 100
MOST_RANKS = 25


@dataclass(frozen=True)
class Rank:
    """A rank; whoever holds `role_id` has it, of several the highest. Without a role officers give it by hand."""

    id: int
    name: str
    level: int
    role_id: RoleId | None


class BadRank(MusterError):
    """A rank has a name of 1 to 32 characters without a mention, and a level from 0 to 100."""


class TooManyRanks(MusterError):
    """This server has 25 ranks, as many as one list shows. `/player rank remove` makes room."""


class UnknownRank(MusterError):
    """There is no such rank here. `/player rank list` shows them all."""


def check_rank(name: str, level: int, ranks: Sequence[Rank]) -> str:
    """The name, white space folded. Raises BadRank, TooManyRanks for one more."""
    tidy = " ".join(name.split())
    if not 1 <= len(tidy) <= LONGEST_NAME or not visible(tidy) or PINGS.search(tidy) or not 0 <= level <= HIGHEST:
        raise BadRank
    if len(ranks) >= MOST_RANKS and folded(tidy) not in (folded(one.name) for one in ranks):
        raise TooManyRanks
    return tidy


def find_rank(ranks: Sequence[Rank], typed: str) -> Rank:
    """The rank of that name, whatever its case. Raises UnknownRank with the likeliest."""
    found = next((one for one in ranks if folded(one.name) == folded(typed)), None)
    if found is None:
        guesses = near(typed, (one.name for one in ranks))
        raise UnknownRank(f"There is no rank {shown(typed)}.{did_you_mean(guesses)}" if guesses else None)
    return found
