import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alerts import Verdict
from bot.domain.booking import Answer
from bot.domain.ids import ActionId, EventId, PlayerId, SeriesId
from bot.domain.template import Choice
from bot.render import custom_ids

LONGEST_ID = 100
LARGEST_ROW = 10**18 - 1

events = st.integers(1, LARGEST_ROW).map(EventId)
choices = st.sampled_from(Choice)
series = st.integers(1, LARGEST_ROW).map(SeriesId)
nights = st.dates(date(2000, 1, 1), date(2999, 1, 1))
players = st.integers(1, LARGEST_ROW).map(PlayerId)
comp_buttons = st.sampled_from(["show", "propose", "who", "publish", "unpublish"])
panel_buttons = st.sampled_from(
    ["show", "edit", "move", "close", "reopen", "copy", "cancel", "gone", "add", "comp", "history"]
)
setup_items = st.sampled_from(["channel", "role", "officers", "zone", "game", "elsewhere", "test", "drop", "look"])
marks = st.integers(0, 2**32 - 1)
moments = st.datetimes(datetime(2001, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
built = st.one_of(
    st.tuples(st.just(custom_ids.HEALTH), st.builds(custom_ids.health)),
    st.tuples(
        st.just(custom_ids.LETTER),
        st.builds(custom_ids.letter, st.integers(1, LARGEST_ROW).map(ActionId), st.sampled_from(["retry", "discard"])),
    ),
    st.tuples(st.just(custom_ids.SETUP), st.builds(custom_ids.set_up, setup_items)),
    st.tuples(st.just(custom_ids.ANSWER), st.builds(custom_ids.answer, events, choices)),
    st.tuples(st.just(custom_ids.CLASS), st.builds(custom_ids.game_class, events, choices)),
    st.tuples(st.just(custom_ids.SPEC), st.builds(custom_ids.spec, events, choices, marks)),
    st.tuples(st.just(custom_ids.MINE), st.builds(custom_ids.mine, events)),
    st.tuples(st.just(custom_ids.RESPEC), st.builds(custom_ids.respec, events)),
    st.tuples(st.just(custom_ids.WITHDRAW), st.builds(custom_ids.withdraw, events)),
    st.tuples(st.just(custom_ids.CARD), st.builds(custom_ids.card, events)),
    st.tuples(st.just(custom_ids.CHARACTER), st.builds(custom_ids.character, events)),
    st.tuples(st.just(custom_ids.CHOOSE_CHARACTER), st.builds(custom_ids.choose_character, events)),
    st.tuples(st.just(custom_ids.ALSO_PLAY), st.builds(custom_ids.also_play, events)),
    st.tuples(st.just(custom_ids.CHOOSE_OFFERS), st.builds(custom_ids.choose_offers, events)),
    st.tuples(st.just(custom_ids.NOTE), st.builds(custom_ids.note, events)),
    st.tuples(st.just(custom_ids.ARRIVAL), st.builds(custom_ids.arrival, events)),
    st.tuples(st.just(custom_ids.CALENDAR), st.builds(custom_ids.calendar, events)),
    st.tuples(
        st.just(custom_ids.MINIMUM),
        st.builds(custom_ids.minimum, events, st.sampled_from([Verdict.CANCELLED, Verdict.KEPT])),
    ),
    st.tuples(st.just(custom_ids.RAIDS_PAGE), st.builds(custom_ids.raids_page, st.integers(0, 999))),
    st.tuples(st.just(custom_ids.FORGET), st.builds(custom_ids.forget)),
    st.tuples(st.just(custom_ids.WEEK), st.builds(custom_ids.week, st.integers(0, 99))),
    st.tuples(st.just(custom_ids.SUBSTITUTES), st.builds(custom_ids.substitutes, events)),
    st.tuples(st.just(custom_ids.BOOK_NOW), st.builds(custom_ids.book_now, series)),
    st.tuples(
        st.just(custom_ids.BOOK_NIGHT),
        st.builds(
            custom_ids.book_night,
            series,
            st.dates(date(2001, 1, 1), date(2999, 1, 1)),
            st.sampled_from([Answer.BOOKED, Answer.DECLINED]),
        ),
    ),
    st.tuples(st.just(custom_ids.COMP_SAY), st.builds(custom_ids.comp_say, events, confirmed=st.booleans())),
    st.tuples(st.just(custom_ids.COMP_DO), st.builds(custom_ids.comp_do, events, comp_buttons)),
    st.tuples(st.just(custom_ids.COMP_WHO), st.builds(custom_ids.comp_who, events, st.integers(0, 3))),
    st.tuples(st.just(custom_ids.COMP_PEOPLE), st.builds(custom_ids.comp_people, events, st.integers(0, 99))),
    st.tuples(st.just(custom_ids.COMP_TO), st.builds(custom_ids.comp_to, events, players)),
    st.tuples(st.just(custom_ids.COMP_OUT), st.builds(custom_ids.comp_out, events, players)),
    st.tuples(st.just(custom_ids.COMP_SWAP), st.builds(custom_ids.comp_swap, events, players)),
    st.tuples(st.just(custom_ids.PANEL_DO), st.builds(custom_ids.panel_do, events, panel_buttons)),
    st.tuples(
        st.just(custom_ids.PANEL_WHEN),
        st.builds(custom_ids.panel_when, events, st.sampled_from(["move", "copy"]), moments),
    ),
    st.tuples(st.just(custom_ids.PANEL_PEOPLE), st.builds(custom_ids.panel_people, events, st.integers(0, 999))),
    st.tuples(st.just(custom_ids.PANEL_WHO), st.builds(custom_ids.panel_who, events)),
    st.tuples(st.just(custom_ids.PANEL_NEW), st.builds(custom_ids.panel_new, events)),
    st.tuples(st.just(custom_ids.PANEL_PUT), st.builds(custom_ids.panel_put, events, players, choices)),
    st.tuples(st.just(custom_ids.PANEL_OFF), st.builds(custom_ids.panel_off, events, players)),
    st.tuples(
        st.just(custom_ids.PANEL_OFFER),
        st.builds(custom_ids.panel_offer, events, players, st.text().map(custom_ids.digest)),
    ),
    st.tuples(st.just(custom_ids.PANEL_PAST), st.builds(custom_ids.panel_past, events, st.integers(1, LARGEST_ROW))),
    st.tuples(st.just(custom_ids.PANEL_UNDO), st.builds(custom_ids.panel_undo, events, st.integers(1, LARGEST_ROW))),
    st.tuples(st.just(custom_ids.UNDO), st.builds(custom_ids.undo, st.integers(1, LARGEST_ROW))),
    st.tuples(st.just(custom_ids.SERIES_PAGE), st.builds(custom_ids.series_page, st.integers(0, 999))),
    st.tuples(st.just(custom_ids.SERIES_PICK), st.builds(custom_ids.series_pick)),
    st.tuples(st.just(custom_ids.SERIES_BRING), st.builds(custom_ids.series_bring, series, events)),
    st.tuples(st.just(custom_ids.SERIES_SKIP), st.builds(custom_ids.series_skip, series, nights, st.text())),
    st.tuples(st.just(custom_ids.SERIES_UNSKIP), st.builds(custom_ids.series_unskip, series, nights)),
    st.tuples(st.just(custom_ids.SERIES_CANCEL), st.builds(custom_ids.series_cancel, series)),
    st.tuples(st.just(custom_ids.BREAK_CANCEL), st.builds(custom_ids.break_cancel, st.integers(1, LARGEST_ROW))),
    st.tuples(st.just(custom_ids.BREAK_END), st.builds(custom_ids.break_end)),
    st.tuples(st.just(custom_ids.TEMPLATE_FORM), st.builds(custom_ids.template_form)),
)


@given(built)
def test_an_id_matches_its_own_pattern_and_no_other(pair: tuple[str, str]):
    pattern, custom_id = pair
    assert [one for one in custom_ids.ALL if re.fullmatch(one, custom_id)] == [pattern]
    assert len(custom_id) <= LONGEST_ID


@given(events, choices, marks)
def test_what_was_put_in_comes_out(event_id: EventId, choice: Choice, mark: int):
    found = re.fullmatch(custom_ids.SPEC, custom_ids.spec(event_id, choice, mark))
    assert found
    assert (int(found["event"]), Choice(found["choice"]), int(found["mark"], 16)) == (event_id, choice, mark)


@given(st.one_of(*(st.from_regex(pattern, fullmatch=True) for pattern in custom_ids.ALL)))
def test_nothing_matches_two_patterns(custom_id: str):
    assert sum(bool(re.fullmatch(one, custom_id)) for one in custom_ids.ALL) == 1


@pytest.mark.parametrize(
    "stranger",
    [
        "",
        "muster:",
        "muster::mine",
        "muster:x:mine",
        "muster:-1:mine",
        "muster:1:maybe",
        "other:1:mine",
        "muster:1:mine:",
        f"muster:{10**18}:mine",
        "muster:1:accepted:spec:",
        "muster:1:accepted:spec:7",
        " muster:1:mine",
    ],
)
def test_other_ids_are_left_alone(stranger: str):
    assert not [one for one in custom_ids.ALL if re.fullmatch(one, stranger)]


def test_there_is_a_word_for_every_choice_in_the_grammar():
    assert all(re.fullmatch(custom_ids.ANSWER, custom_ids.answer(EventId(1), choice)) for choice in Choice)
