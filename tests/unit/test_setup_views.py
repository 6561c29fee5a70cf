"""The setup's message and the health's stay within Discord's limits, whatever is set, missing and given up."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from discord import ui
from makers import event

from bot.domain.action import Kind
from bot.domain.first_steps import Steps, nights_ahead
from bot.domain.health import FEW_REQUESTS, Letter, Loop, LoopName, Quota, Seen, Stored, Waiting
from bot.domain.ids import ActionId, ChannelId, GuildId, RoleId
from bot.domain.needs import POSTS, RANK, Lack, Naming
from bot.domain.server import Server
from bot.domain.setting import Level, Scope
from bot.render import health_texts, rights_texts
from bot.render.sheet import units
from bot.services.when import likely_zones
from cogs import setup_views
from cogs.health import drawn
from sandbox.discord.limits import check_message

V2 = 1 << 15
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LARGEST = 10**18 - 1
EVERYTHING = tuple(
    one.replace("_", " ").title() for one in (*POSTS, "create_public_threads", "send_messages_in_threads")
)
ROLES = frozenset(RoleId(LARGEST - number) for number in range(25))


def taken(view: Any) -> str:
    """The text of the view, once Discord's limits have been checked."""
    texts = [one.content for one in view.walk_children() if isinstance(one, ui.TextDisplay)]
    assert sum(units(one) for one in texts) <= 4000
    check_message({"flags": V2, "components": view.to_components()})
    return "\n".join(texts)


@pytest.mark.parametrize("gone", [False, True])
async def test_the_setup_with_everything_wrong_fits(gone: bool) -> None:
    room = ChannelId(LARGEST)
    server = Server(GuildId(1), room, room, ROLES, "America/Argentina/Buenos_Aires")
    steps = Steps(server, "漢*_" * 64, NOW, nights_ahead(server.zone, NOW))
    lack = Lack(room, EVERYTHING, gone=gone)
    seen = setup_views.Seen(lack, lack, ROLES, ROLES, [f"/{'c' * 31}{number}" for number in range(10)])
    games = [("漢" * 200, f"game-{number}") for number in range(25)]
    said = taken(
        setup_views.wizard(steps, seen, setup_views.Offered(likely_zones(["de"], server.timezone), games), "x")
    )
    assert ("was deleted" in said) is gone


def named(text: str) -> tuple[Naming, ...]:
    """More deleted roles than fit, ranks of any name among them."""
    settings = [Naming(one, Level(Scope.CHANNEL, LARGEST)) for one in rights_texts.WITHOUT]
    return (*(Naming(RANK, rank=text) for _ in range(3)), *settings)


@pytest.mark.parametrize("text", ["*", "漢_", "🙂`"])
def test_the_word_to_the_officers_with_everything_wrong_fits(text: str) -> None:
    raid = event(title=text * (100 // len(text)))
    rooms = [Lack(ChannelId(LARGEST - number), EVERYTHING) for number in range(4)]
    said = rights_texts.lost(raid, [*rooms, Lack(None, EVERYTHING), Lack(None, roles=named(text * 400))])
    assert units(said) <= 2000
    assert "and 7 more do" in said


def letter(number: int, text: str) -> Letter:
    return Letter(ActionId(LARGEST - number), text, text, text, NOW)


@pytest.mark.parametrize("text", ["*", "漢_", "🙂`", "[a](https://example.org) @everyone <t:1:R> "])
async def test_the_health_with_everything_wrong_fits(text: str) -> None:
    long = text * (4000 // len(text))
    stored = Stored(
        NOW, "0099_" + "m" * 60 + ".sql", Waiting(10**9, NOW - 99 * MINUTE), [], 10**9, Quota(3, NOW + MINUTE)
    )
    stored = Stored(**{**vars(stored), "letters": [letter(number, long) for number in range(5)]})
    loops = [Loop(name, NOW - 999 * MINUTE, MINUTE, NOW - 9999 * MINUTE) for name in LoopName]
    lacks = [Lack(ChannelId(LARGEST - number), EVERYTHING) for number in range(50)]
    lacks = [Lack(None, roles=named(long)), *lacks]
    said = taken(drawn(stored, Seen(None, loops, lacks, members_intent=True), health_texts.RETRIED))
    assert "and 46 places more" in said
    assert "@everyone" not in said


@pytest.mark.parametrize(
    ("waiting", "mark"),
    [
        (Waiting(0), "✅ Queue: nothing is waiting"),
        (Waiting(2, NOW - 10 * MINUTE), "✅ Queue: 2 due"),
        (Waiting(2, NOW - 11 * MINUTE), "⚠️ Queue: 2 due"),
    ],
)
def test_what_is_due_for_long_is_marked(waiting: Waiting, mark: str) -> None:
    assert mark in _said(waiting=waiting)


@pytest.mark.parametrize(
    ("ago", "runs", "mark"),
    [
        (None, 3 * MINUTE, "⬜ Auto-booker: has not come through yet\n"),
        (None, 3.1 * MINUTE, "⚠️ Auto-booker: has not come through yet, every 1 min it should"),
        (3 * MINUTE, 99 * MINUTE, "✅ Auto-booker: last"),
        (3.1 * MINUTE, 99 * MINUTE, "⚠️ Auto-booker: last"),
        (99 * MINUTE, 3 * MINUTE, "✅ Auto-booker: last"),  # before a restart, a moment ago
    ],
)
def test_a_loop_three_intervals_late_is_marked(ago: timedelta | None, runs: timedelta, mark: str) -> None:
    assert mark in _said(loops=[Loop(LoopName.BOOKER, NOW - ago if ago else None, MINUTE, NOW - runs)])


@pytest.mark.parametrize(("left", "mark"), [(FEW_REQUESTS, "✅"), (FEW_REQUESTS - 1, "⚠️")])
def test_few_requests_are_marked(left: int, mark: str) -> None:
    assert f"{mark} Raid-Helper: {left} of" in _said(quota=Quota(left, NOW))


@pytest.mark.parametrize(
    ("latency", "said"),
    [
        (None, "⚠️ Discord: not connected"),
        (timedelta(milliseconds=80), "✅ Discord: answers in 80 ms"),
        (timedelta(seconds=2), "⚠️ Discord: answers in 2000 ms"),
    ],
)
def test_a_slow_connection_is_marked(latency: timedelta | None, said: str) -> None:
    assert said in _said(latency=latency)


def test_every_kind_is_given_up_in_words_or_by_its_name() -> None:
    for kind in Kind:
        assert health_texts.letter(letter(1, kind)).startswith("📭 **")


def _said(**given: Any) -> str:
    stored = {"waiting": Waiting(0), "letters": [], "given_up": 0, "quota": None}
    seen = {"latency": None, "loops": [], "lacks": [], "members_intent": False}
    for name, value in given.items():
        (stored if name in stored else seen)[name] = value
    return health_texts.health(Stored(NOW, "0001_initial.sql", **stored), Seen(**seen))  # type: ignore[arg-type] - as given
