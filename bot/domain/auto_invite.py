"""Who is signed up beforehand on a booked sheet, and as what: the origin's rule."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.domain.ids import PlayerId, UserId
from bot.domain.template import Choice

CORE_RANK = 2
"""From this rank level on a player belongs to the core."""


@dataclass(frozen=True)
class Candidate:
    """An active, ranked player with a main character, as the origin's query finds them."""

    player_id: PlayerId
    user_id: UserId | None
    name: str
    rank_level: int
    auto_invite: bool
    away: bool
    character_id: int | None
    class_name: str | None
    spec_name: str | None


@dataclass(frozen=True)
class Invitation:
    """One pre-filled sign-up."""

    candidate: Candidate
    choice: Choice


def invite(candidates: Iterable[Candidate]) -> Sequence[Invitation]:
    """Everybody's pre-filled answer: away → absence, core by choice → accepted, core → tentative, else bench."""
    return [Invitation(one, _choice(one)) for one in candidates]


def _choice(candidate: Candidate) -> Choice:
    if candidate.away:
        return Choice.ABSENCE
    if candidate.rank_level < CORE_RANK:
        return Choice.BENCH
    return Choice.ACCEPTED if candidate.auto_invite else Choice.TENTATIVE
