"""When officers are asked and warned, of what, and whom a call for substitutes reaches."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import ARMS, HOLY, PLAIN, PROTECTION, START, event, game, sign_up

from bot.domain.alerts import (
    MOST_PINGS,
    ask_minimum_at,
    below_minimum,
    short_roles,
    still_ahead,
    substitutes,
    warn_roles_at,
)
from bot.domain.event import Event, EventStatus
from bot.domain.ids import MessageId
from bot.domain.roster import SignUp, place
from bot.domain.sheet import Sheet
from bot.domain.template import BadTemplate, Choice, Role, read_template
from bot.render import alert_texts
from bot.render.sheet import sheet_embed
from cogs.sheet import sheet_view
from sandbox.discord.limits import check_message

HOUR = timedelta(hours=1)
WANTED = game(roles=(Role("Tank", "Tanks", "🛡️", wanted=2), Role("Healer", "Healers", "💚", wanted=2)))
NO_PLAYS: dict[Any, frozenset[str]] = {}


@pytest.mark.parametrize(
    ("given_", "moment"),
    [
        ({}, None),
        ({"deadline": START - 5 * HOUR}, None),
        ({"minimum": 5}, START - 2 * HOUR),
        ({"minimum": 5, "deadline": START - 5 * HOUR}, START - 5 * HOUR),
    ],
)
def test_when_the_minimum_must_be_reached(given_: dict[str, Any], moment: datetime | None):
    assert ask_minimum_at(event(**given_)) == moment


def test_the_warning_comes_as_early_as_the_template_says():
    assert warn_roles_at(event(), WANTED) == START - 24 * HOUR
    assert warn_roles_at(event(), replace(WANTED, warn_hours=6)) == START - 6 * HOUR
    assert warn_roles_at(event(), game()) is None


@pytest.mark.parametrize(
    ("given_", "now", "ahead"),
    [
        ({}, START - HOUR, True),
        ({"closed": True}, START - HOUR, True),
        ({}, START, False),
        ({"status": EventStatus.CANCELLED}, START - HOUR, False),
        ({"status": EventStatus.IN_PROGRESS}, START - HOUR, False),
    ],
)
def test_only_a_raid_to_come_is_decided_about(given_: dict[str, Any], now: datetime, ahead: bool):
    assert still_ahead(event(**given_), now) is ahead


@pytest.mark.parametrize(("minimum", "below"), [(None, False), (2, False), (3, True)])
def test_only_seats_count_for_the_minimum(minimum: int | None, below: bool):
    people = [sign_up(1), sign_up(2, Choice.LATE), sign_up(3, Choice.TENTATIVE), sign_up(4, Choice.BENCH)]
    assert below_minimum(event(minimum=minimum), place(people, PLAIN, None)) is below


def test_a_role_is_short_below_what_it_wants():
    people = [sign_up(1, **ARMS), sign_up(2, Choice.LATE, **PROTECTION), sign_up(3, **HOLY), sign_up(4, Choice.BENCH)]
    assert [(one.role.name, one.seated) for one in short_roles(WANTED, place(people, WANTED, None))] == [("Healer", 1)]
    assert short_roles(game(), place([], game(), None)) == []


def asked(people: list[SignUp], plays: Any = NO_PLAYS) -> list[int]:
    roster = place(people, WANTED, None)
    return [one.id for one in substitutes(WANTED, roster, short_roles(WANTED, roster), plays)]


def test_the_bench_is_asked_first_and_then_who_could_play_a_short_role():
    tanks = [sign_up(1, **ARMS), sign_up(2, **ARMS, offers=("Priest/Light",)), sign_up(3, **PROTECTION)]
    bench = sign_up(4, Choice.BENCH)
    placeholder = sign_up(5, Choice.BENCH, user_id=None)
    away = sign_up(6, Choice.ABSENCE, offers=("Priest/Light",))
    plays = {tanks[2].player_id: frozenset({"Paladin/Holy", "Mage/Fire"}), tanks[0].player_id: frozenset({"Paladin"})}
    assert asked([*tanks, bench, placeholder, away], plays) == [4, 2, 3]


def test_nobody_is_asked_when_nothing_is_short():
    full = [sign_up(1, **ARMS), sign_up(2, **ARMS), sign_up(3, **HOLY), sign_up(4, **HOLY)]
    assert asked([*full, sign_up(5, Choice.BENCH)]) == []


def test_a_healer_is_not_asked_to_heal():
    assert asked([sign_up(1, **ARMS), sign_up(2, **ARMS), sign_up(3, **HOLY, offers=("Priest/Light",))]) == []


@given(st.integers(0, 120))
def test_forty_at_most_are_asked(count: int):
    assert len(asked([sign_up(number, Choice.BENCH) for number in range(1, count + 1)])) == min(count, MOST_PINGS)


@given(st.text(max_size=100), st.lists(st.text(min_size=1, max_size=100), min_size=1, max_size=25))
def test_every_alert_fits_a_message(title: str, names: list[str]):
    roles = tuple(Role(f"{number}", name, "🛡️", wanted=1000) for number, name in enumerate(names))
    one = event(title=title, message_id=MessageId(10**18), minimum=1000, series_id=None)
    sheet = Sheet(one, game(roles=roles), place([], PLAIN, None))
    short = short_roles(sheet.template, sheet.roster)
    bench = [sign_up(number, Choice.BENCH, user_id=10**18 + number) for number in range(MOST_PINGS)]
    for text in (
        alert_texts.below_minimum(sheet),
        alert_texts.roles_short(sheet, short),
        alert_texts.call(sheet, short, bench),
    ):
        check_message({"content": text})
    assert alert_texts.call(sheet, short, bench).count("<@1000000000000000") == MOST_PINGS


# ---------------------------------------------------------------- what the template says


def definition(**role: Any) -> dict[str, Any]:
    return {"name": "own", "title": "Own", "roles": [{"name": "Tank", "emoji": "🛡️", **role}]}


def test_a_template_says_what_it_wants_and_when_to_warn():
    template = read_template({**definition(wanted=2, limit=3), "warn_hours": 48})
    assert (template.roles[0].wanted, template.warn_hours) == (2, 48)
    assert read_template(definition()).warn_hours == 24


@pytest.mark.parametrize(
    "data", [definition(wanted=3, limit=2), definition(wanted=0), definition() | {"warn_hours": 169}]
)
def test_what_no_raid_could_want_is_refused(data: dict[str, Any]):
    with pytest.raises(BadTemplate, match="whole number"):
        read_template(data)


# ---------------------------------------------------------------- what the sheet shows


def sheet_at(raid: Event, now: datetime) -> Sheet:
    closed = frozenset(choice for choice in Choice if not raid.takes(choice, now))
    return Sheet(raid, game(), place([], game(), None), None, closed)


def live(sheet: Sheet) -> set[str]:
    rows: Any = sheet_view(sheet).to_components()
    return {one["label"] for row in rows for one in row["components"] if not one.get("disabled")}


DEADLINE = START - 3 * HOUR
ANSWERS = {"Sign up", "Late", "Tentative", "Bench", "Absence"}


@pytest.mark.parametrize(
    ("given_", "now", "labels", "words"),
    [
        ({}, START, {*ANSWERS, "My sign-up"}, None),
        ({"deadline": DEADLINE}, DEADLINE - HOUR, {*ANSWERS, "My sign-up"}, "Sign up until"),
        ({"deadline": DEADLINE}, DEADLINE, {"Late", "Absence", "My sign-up"}, "Late and Absence still count"),
        ({"deadline": DEADLINE, "closed": True}, DEADLINE, set[str](), "Sign-ups are closed"),
    ],
)
def test_which_buttons_live(given_: dict[str, Any], now: datetime, labels: set[str], words: str | None):
    sheet = sheet_at(event(**given_), now)
    assert live(sheet) == labels
    description = sheet_embed(sheet).description or ""
    assert (words in description) if words else ("🔒" not in description)


def test_the_sheet_says_how_many_it_needs():
    raid = event(minimum=10, total_limit=20)
    assert "👥 **0/20**, at least 10 · 🛡️ 0" in (sheet_embed(sheet_at(raid, DEADLINE)).description or "")
