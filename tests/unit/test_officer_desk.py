"""An officer's hand on a desk: whoever moves by another limit, another's leaving, another's coming."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from makers import PLAIN, event, sign_up

from bot.domain.desk import Desk
from bot.domain.gates import Tier
from bot.domain.ids import PlayerId
from bot.domain.roster import SignUp

limits = st.one_of(st.none(), st.integers(1, 12))


def desk_of(people: int, limit: int | None) -> Desk:
    return Desk(event(total_limit=limit), PLAIN, [sign_up(number) for number in range(1, people + 1)])


def players(sign_ups: list[SignUp]) -> list[int]:
    return [one.player_id - 1000 for one in sign_ups]


@given(st.integers(0, 12), limits, limits)
def test_another_limit_moves_exactly_those_between_the_two(people: int, before: int | None, after: int | None):
    desk = desk_of(people, before)
    desk.becomes(replace(desk.event, total_limit=after))
    was, now = min(people, before or people), min(people, after or people)
    assert players(list(desk.promoted)) == list(range(was + 1, now + 1))
    assert players(list(desk.demoted)) == list(range(now + 1, was + 1))
    assert (desk.changed, desk.removed) == ([], [])


@given(st.integers(1, 12), st.integers(1, 12), st.data())
def test_whoever_is_taken_off_makes_room_for_one(people: int, limit: int, data: st.DataObject):
    gone = data.draw(st.integers(1, people))
    desk = desk_of(people, limit)
    desk.take_off(PlayerId(1000 + gone))
    assert desk.removed == [PlayerId(1000 + gone)]
    assert players(list(desk.promoted)) == ([limit + 1] if gone <= limit < people else [])
    assert desk.demoted == []


@given(st.integers(0, 12), st.integers(1, 12))
def test_whoever_is_put_there_first_takes_the_last_seat(people: int, limit: int):
    desk = desk_of(people, limit)
    desk.put(sign_up(99, tier=Tier.HOST_ADDED))
    assert players(list(desk.changed)) == [99]
    assert players(list(desk.demoted)) == ([limit] if limit <= people else [])
    assert desk.promoted == []
    assert desk.roster().seated[0].sign_up.player_id == PlayerId(1099)


@given(st.integers(1, 12), st.integers(1, 12), st.data())
def test_whoever_is_put_back_as_they_were_changes_nothing(people: int, limit: int, data: st.DataObject):
    desk = desk_of(people, limit)
    own = desk.own(PlayerId(1000 + data.draw(st.integers(1, people))))
    assert own is not None
    desk.take_off(own.player_id)
    desk.put(own)
    # The id alone is new: it decides only between two of one moment.
    assert [replace(one, id=own.id) for one in desk.changed] in ([], [own])
    assert (desk.removed, desk.promoted, desk.demoted) == ([], [], [])
