"""What members read about their own sign-up: in plain words, with nothing of their own that marks or pings."""

from datetime import timedelta
from typing import Any

import pytest
from makers import HOLY, START, event, game, sign_up

from bot.domain.character import Character
from bot.domain.mine import Offer
from bot.domain.roster import Placed
from bot.domain.sign_up import Pick
from bot.domain.template import Choice
from bot.render import mine_texts

HOSTILE = "**@everyone** <@1> [x](y)"
SHOWN = r"\*\*@" + "\u200beveryone\\*\\* \\<@1> \\[x](y)"
LATER = START + timedelta(minutes=5)


def card(choice: Choice = Choice.ACCEPTED, name: str | None = None, **given: Any) -> list[str]:
    who = Character(1, "small", name, Pick("Paladin", "Holy")) if name is not None else None
    placed = Placed(1, sign_up(1, choice, **HOLY, **given))
    return mine_texts.card(event(), game(), placed, who).splitlines()


@pytest.mark.parametrize(
    ("given", "lines"),
    [
        ({}, []),
        ({"note": HOSTILE}, [f"📝 {SHOWN}"]),
        ({"name": HOSTILE}, [f"👤 {SHOWN}"]),
        ({"name": "Raider1"}, []),  # called as they are: nothing new
        ({"name": ""}, []),
        ({"arrives_at": LATER}, []),
        ({"choice": Choice.LATE, "arrives_at": LATER}, ["🕒 You arrive at <t:1795633500:t>."]),
        ({"offers": ("Priest/Light", "Jedi/Light", "Paladin/Holy")}, ["🔁 You can also play Light Priest."]),
        (
            {"choice": Choice.LATE, "arrives_at": LATER, "note": "train", "name": "Bruna", "offers": ("Warrior/Arms",)},
            ["👤 Bruna", "🕒 You arrive at <t:1795633500:t>.", "📝 train", "🔁 You can also play Arms Warrior."],
        ),
    ],
)
def test_the_card_has_a_line_for_everything_added(given: dict[str, Any], lines: list[str]):
    assert card(**given)[1:] == lines


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (mine_texts.spec(Pick("Paladin", "Holy"), None), "Holy Paladin"),
        (mine_texts.spec(Pick("Healer", "Healer"), None), "Healer"),
        (mine_texts.delay(timedelta(minutes=60)), "1 h after the start"),
        (mine_texts.offer(Offer(Pick("Mage", "Fire")), game()), "Fire Mage"),
        (mine_texts.offer(Offer(Pick("Mage", "Fire"), "Bruna"), game()), "Fire Mage (Bruna)"),
        (mine_texts.character_line(Character(1, "wow", "", Pick("Mage", "Fire")), None), "Fire Mage"),
        (mine_texts.character_line(Character(1, "wow", "Bruna", None), game()), "Bruna · no class yet"),
    ],
)
def test_short_words(text: str, expected: str):
    assert text == expected


@pytest.mark.parametrize(
    "say",
    [
        lambda one: mine_texts.added(one, None),
        lambda one: mine_texts.edited(one, None),
        lambda one: mine_texts.removed(one, one),
    ],
)
def test_a_characters_name_is_only_a_name(say: Any):
    text = say(Character(1, "wow", HOSTILE, None))
    assert SHOWN in text
    assert "@everyone" not in text


def test_the_list_of_a_great_many_stays_one_message():
    many = [Character(n, f"game{n % 30}", "*" * 32, Pick("Mage", "Fire")) for n in range(300)]
    text = mine_texts.characters(sorted(many, key=lambda one: one.game), {})
    assert len(text) <= 2000
    assert "more lines" in text
