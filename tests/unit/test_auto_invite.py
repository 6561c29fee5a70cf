import pytest

from bot.domain.auto_invite import Candidate, invite
from bot.domain.ids import PlayerId, UserId
from bot.domain.template import Choice


def candidate(rank: int, *, auto: bool, away: bool, number: int = 1, user: int | None = 9) -> Candidate:
    return Candidate(
        player_id=PlayerId(number),
        user_id=UserId(user) if user else None,
        name=f"Player{number}",
        rank_level=rank,
        auto_invite=auto,
        away=away,
        character_id=number,
        class_name="Paladin",
        spec_name="Holy",
    )


@pytest.mark.parametrize(
    ("rank", "auto", "away", "choice"),
    [
        (2, True, False, Choice.ACCEPTED),
        (9, True, False, Choice.ACCEPTED),
        (2, False, False, Choice.TENTATIVE),
        (1, True, False, Choice.BENCH),  # wanting to come does not make a core raider
        (1, False, False, Choice.BENCH),
        (0, True, False, Choice.BENCH),
        (2, True, True, Choice.ABSENCE),
        (2, False, True, Choice.ABSENCE),
        (0, False, True, Choice.ABSENCE),
    ],
)
def test_rank_wish_and_absence_decide_the_answer(rank: int, auto: bool, away: bool, choice: Choice):
    asked = candidate(rank, auto=auto, away=away)
    (invitation,) = invite([asked])
    assert invitation.choice is choice
    assert invitation.candidate is asked


def test_everybody_is_invited_once_in_the_given_order_with_or_without_discord():
    asked = [candidate(2, auto=True, away=False, number=number, user=number % 2) for number in range(1, 6)]
    assert [one.candidate for one in invite(asked)] == asked
    assert list(invite([])) == []
