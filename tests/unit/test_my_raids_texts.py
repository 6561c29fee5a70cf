"""`/raids` and one's own week, whatever raids are called and whoever waits: short, and nothing pings."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.event import Event, EventStatus
from bot.domain.ids import ChannelId, EventId, GuildId, MessageId, PlayerId, SignUpId, UserId
from bot.domain.roster import Placed, SignUp
from bot.domain.template import Choice
from bot.render import my_raids_texts
from bot.render.my_raids_texts import NO_ANSWER, own_place
from bot.services.my_raids import A_PAGE
from tests.factories import NOW, START
from tests.unit.makers import game

BERLIN = ZoneInfo("Europe/Berlin")
HUGE = 10**18 * 9


def raid(number: int = 1, title: str = "Heroic", days: int = 0) -> Event:
    start = START + timedelta(days=days)
    return Event(
        EventId(number),
        GuildId(HUGE),
        title,
        start.date(),
        start,
        start + timedelta(hours=3),
        EventStatus.SCHEDULED,
        channel_id=ChannelId(HUGE),
        message_id=MessageId(HUGE),
    )


def placed(choice: Choice, position: int | None = None) -> Placed:
    own = SignUp(SignUpId(1), PlayerId(1), "Arila", UserId(1), choice, NOW, "Paladin", "Holy")
    return Placed(7, own, position)


@pytest.mark.parametrize(
    ("own", "said"),
    [
        (None, NO_ANSWER),
        (placed(Choice.ACCEPTED), "✅ #7 as Holy Paladin"),
        (placed(Choice.LATE), "🕒 Late, #7 as Holy Paladin"),
        (placed(Choice.ACCEPTED, 3), "⏳ place 3 in the queue as Holy Paladin"),
        (placed(Choice.BENCH), "🪑 Bench"),
        (placed(Choice.ABSENCE), "🚫 Absence"),
    ],
)
def test_a_place_is_said_in_a_few_words(own: Placed | None, said: str) -> None:
    assert own_place(game(), own) == said


@pytest.mark.parametrize("title", ["*" * 100, "@everyone", "<@&1> " * 16, "ﷺ" * 100])
def test_a_page_is_one_message_and_whole(title: str) -> None:
    raids = [(raid(HUGE + number, title), game(), placed(Choice.ACCEPTED, 999)) for number in range(A_PAGE)]
    text = my_raids_texts.ahead(raids, 19, 20)
    assert len(text) <= 2000
    assert text.count("[sheet]") == A_PAGE
    assert "@everyone" not in text
    assert text.endswith("Page 20 of 20")


def test_a_full_week_is_cut_short_not_refused() -> None:
    raids = [(raid(number, "*" * 100), game(), None) for number in range(60)]
    text = my_raids_texts.week(raids, START, BERLIN)
    assert len(text) <= 2000
    assert text.splitlines()[-1].startswith("… and ")


def test_a_week_has_a_heading_a_day() -> None:
    raids = [(raid(1), game(), None), (raid(2), game(), None), (raid(3, days=1), game(), None)]
    text = my_raids_texts.week(raids, START, BERLIN)
    assert text.count("__<t:") == 2
    assert text.count(NO_ANSWER) == 3
