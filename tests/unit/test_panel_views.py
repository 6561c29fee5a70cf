"""The control panel's messages stay within Discord's limits, whoever signs up, and say what they should."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from discord import ui
from hypothesis import given
from hypothesis import strategies as st
from makers import START, event, game, sign_up

from bot.domain.event import EventStatus, SheetKind
from bot.domain.ids import EventId, UserId
from bot.domain.mine import as_offer
from bot.domain.panel import History, Overview, Past
from bot.domain.roster import SignUp, place
from bot.domain.sheet import Sheet
from bot.domain.sign_up import Pick
from bot.domain.template import Choice, Template
from bot.render import panel_texts, trail_texts
from bot.render.sheet import units
from cogs import panel_views as views
from cogs.panel_views import Said
from sandbox.discord.limits import check_message

V2 = 1 << 15
LARGEST = EventId(10**18 - 1)
words = st.text(st.sampled_from("漢字*_`|[#>~ a\\<@🙂"), min_size=1)


def overview(people: Sequence[SignUp] = (), template: Template | None = None, **given: Any) -> Overview:
    raid, template = event(**given), template or game()
    return Overview(Sheet(raid, template, place(people, template, raid.total_limit)), officer=True, changeable=True)


def taken(view: Any) -> list[dict[str, Any]]:
    """The view as Discord is sent it, once it has been checked."""
    assert sum(units(one.content) for one in view.walk_children() if isinstance(one, ui.TextDisplay)) <= 4000
    components = view.to_components()
    check_message({"flags": V2, "components": components})
    return components


def text(view: Any) -> str:
    return "\n".join(one.content for one in view.walk_children() if hasattr(one, "content"))


def crowd(template: Template, name: str, note: str, count: int = 100) -> list[SignUp]:
    """People with the longest names and notes, all of whom offer everything."""
    picks = [Pick(one.name, spec.name) for one in template.classes for spec in one.specs]
    return [
        sign_up(
            number,
            list(Choice)[number % len(Choice)],
            name=(name * 32)[:32],
            note=(note * 100)[:100],
            arrives_at=START + timedelta(minutes=5),
            class_name=picks[0].class_name if picks else None,
            spec_name=picks[0].spec_name if picks else None,
            offers=tuple(as_offer(one) for one in picks),
        )
        for number in range(1, count + 1)
    ]


@given(words, words, words, words)
def test_every_message_is_within_the_limits(name: str, note: str, title: str, said: str):
    template = game(labels=dict.fromkeys(Choice, (name * 80)[:80]))
    found = overview(
        crowd(template, name, note), template, id=LARGEST, title=(title * 100)[:100], total_limit=50, minimum=60
    )
    told = Said((said * 5000)[:5000], 10**18 - 1)
    taken(views.panel(found, told))
    for page in (0, 3, 9):
        taken(views.people(found, page))
    for placed in found.people[:10]:
        taken(views.person(found, placed, told))
    taken(views.cancelling(found))
    taken(views.confirming(found, "move", title * 10, START))
    taken(views.adding(LARGEST))


@given(words, st.sampled_from([*trail_texts.DID, "add", "something new"]))
def test_the_history_is_within_the_limits(name: str, action: str):
    details = {"before": {"choice": "late"}, "after": dict.fromkeys([*trail_texts.EDITED, "choice"], "x" * 3000)}
    shown = (name * 32)[:32]
    user = UserId(10**19)
    past = [
        Past(10**18 - n, user, action, details, START, undone=True, name=shown, undoable=True) for n in range(1, 16)
    ]
    past += [Past(1, user, "undo", {}, START, undid=past[0])]
    taken(views.history(History(event(id=LARGEST, title=(name * 100)[:100]), past[1:], past=True, older=True)))


@pytest.mark.parametrize(
    ("action", "before", "after", "said"),
    [
        ("edit", {"total_limit": None, "title": "a"}, {"total_limit": 10, "title": "b"}, "limit (none → 10), title"),
        ("edit", {"minimum": 8, "title": "a"}, {"minimum": None, "title": "b"}, "changed minimum (8 → none), title"),
        (
            "move",
            {"starts_at": "2026-11-25T19:00:00+00:00"},
            {"starts_at": "2026-11-26T19:00:00+00:00"},
            "moved the raid from <t:1795633200:f> to <t:1795719600:f>",
        ),
        ("move", {}, {}, "moved the raid <t:"),
        (
            "add",
            None,
            {"choice": "accepted", "class_name": "Paladin", "spec_name": "Holy"},
            "put **Ada** on the sheet as accepted, Holy Paladin",
        ),
        ("add", {"choice": "late"}, {"choice": "late"}, "changed **Ada** to late <t:"),
    ],
)
def test_the_history_says_from_what_to_what(action: str, before: Any, after: Any, said: str):
    past = Past(1, None, action, {"before": before, "after": after}, START, name="Ada")
    assert said in text(views.history(History(event(), [past])))


async def test_the_library_keeps_nothing_of_a_message():
    assert views.panel(overview()).is_finished()


def test_an_empty_raid_has_a_panel():
    assert "👥 **0**" in text(views.panel(overview()))
    assert panel_texts.NO_PEOPLE in text(views.people(overview(), 0))
    assert panel_texts.NO_HISTORY in text(views.history(History(event(), [])))


def test_notes_and_offers_that_do_not_fit_are_counted():
    shown = text(views.panel(overview(crowd(game(), "漢", "字"))))
    assert "📝 **漢" in shown
    assert "🔁 **漢" in shown
    assert shown.count("more") == 2


def test_a_page_that_is_gone_is_the_last():
    found = overview(crowd(game(), "Ada", "", 30))
    assert "Page 2 of 2" in text(views.people(found, 7))


def test_a_state_has_its_word():
    past = timedelta(hours=30)
    cases: list[tuple[dict[str, Any], str]] = [
        ({}, "open"),
        ({"closed": True}, "🔒 closed"),
        ({"status": EventStatus.IN_PROGRESS}, "running"),
        ({"status": EventStatus.COMPLETED}, "over"),
        ({"status": EventStatus.CANCELLED}, "cancelled"),
        ({"sheet": SheetKind.RAID_HELPER}, "Raid-Helper keeps this sheet"),
        ({"minimum": 5}, "at least 5 ⚠️"),
        ({"deadline": START - past}, "Deadline <t:"),
    ]
    for given_, said in cases:
        assert said in text(views.panel(overview(**given_))), given_


def test_user_text_is_only_text():
    people = [sign_up(1, name="*Ada*", note="[x](https://example.org) @everyone")]
    shown = text(views.panel(overview(people, title="**Heroic**")))
    assert r"\*Ada\*" in shown
    assert r"\[x](https" in shown
    assert "@everyone" not in shown
    assert r"\*\*Heroic" in shown


def test_every_action_of_the_trail_has_words():
    for action in (*trail_texts.DID, "add"):
        past = Past(1, None, action, {"after": {"choice": "bench", "title": "x"}}, START, name="Ada")
        shown = text(views.history(History(event(), [past])))
        assert f"Somebody {action} <t:" not in shown
        assert "{" not in shown
