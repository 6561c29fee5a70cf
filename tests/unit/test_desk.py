"""A batch of clicks on one sheet, worked off in memory."""

from dataclasses import replace
from datetime import timedelta

import pytest
from makers import PLAIN, START, event, sign_up

from bot.domain.desk import Desk
from bot.domain.ids import PlayerId
from bot.domain.sign_up import Answer, NotSignedUp
from bot.domain.template import Choice

NOW = START - timedelta(days=1)
IN = Answer(Choice.ACCEPTED, None, keeps_place=False, remember=False)


def desk(*sign_ups: object, limit: int | None = 1) -> Desk:
    return Desk(event(total_limit=limit), PLAIN, sign_ups)  # type: ignore[arg-type]


def test_whoever_did_not_click_is_told_and_whoever_did_is_not():
    first, second, third = (sign_up(n) for n in (1, 2, 3))
    board = desk(first, second, third)
    board.withdraw(board.own(first.player_id), NOW)
    assert [one.player_id for one in board.promoted] == [second.player_id]
    board.answer(second, replace(IN, keeps_place=True), NOW)
    assert board.promoted == []


def test_the_last_word_of_a_person_stands_and_is_written_once():
    board = desk()
    newcomer = sign_up(7)
    board.answer(newcomer, IN, NOW)
    board.answer(newcomer, replace(IN, choice=Choice.ABSENCE), NOW)
    assert [one.choice for one in board.changed] == [Choice.ABSENCE]
    board.withdraw(board.own(newcomer.player_id), NOW)
    assert (list(board.changed), list(board.removed)) == ([], [])
    with pytest.raises(NotSignedUp):
        board.withdraw(board.own(newcomer.player_id), NOW)


def test_clicks_of_one_moment_are_placed_in_their_order():
    board = desk(limit=2)
    for number in (30, 10, 20):
        board.answer(sign_up(number), IN, NOW)
    assert [one.sign_up.player_id for one in board.roster().seated] == [PlayerId(1030), PlayerId(1010)]
    assert [one.sign_up.player_id for one in board.roster().queued] == [PlayerId(1020)]


def test_changing_a_spec_keeps_the_place_and_coming_back_does_not():
    first, second = sign_up(1), sign_up(2)
    board = desk(first, second)
    board.answer(first, replace(IN, keeps_place=True), NOW)
    assert board.roster().of(first.player_id).position is None
    board.answer(first, replace(IN, choice=Choice.BENCH), NOW)
    board.answer(first, IN, NOW + timedelta(seconds=1))
    assert board.roster().of(first.player_id).position == 1


@pytest.mark.parametrize(("answers", "kept"), [([Choice.LATE], True), ([Choice.ACCEPTED, Choice.LATE], False)])
def test_an_arrival_lives_as_long_as_the_answer_late(answers: list[Choice], kept: bool):
    own = sign_up(1, Choice.LATE, arrives_at=START + timedelta(minutes=5), note="a note", offers=("Mage/Fire",))
    board = desk(own)
    for choice in answers:
        board.answer(own, replace(IN, choice=choice), NOW)
    found = board.own(own.player_id)
    assert found
    assert (found.arrives_at is not None, found.note, found.offers) == (kept, "a note", ("Mage/Fire",))


def test_what_a_member_amends_keeps_their_place_and_moves_others():
    first, second = sign_up(1), sign_up(2)
    board = desk(first, second)
    board.amend(replace(first, note="ill", signed_at=first.signed_at))
    assert [one.note for one in board.changed] == ["ill"]
    assert board.of_user(first.user_id).number == 1
    assert board.of_user(first.user_id + 77) is None
    assert (list(board.promoted), list(board.demoted)) == ([], [])
