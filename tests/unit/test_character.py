"""Characters: names, which one is meant, and whose spec a sign-up tells."""

import pytest

from bot.domain.character import (
    MOST_CHARACTERS,
    BadCharacterName,
    Character,
    NameTaken,
    TooManyCharacters,
    UnknownCharacter,
    check_name,
    check_room,
    find,
    which_plays,
)
from bot.domain.sign_up import Pick

HOLY, PROTECTION, FIRE = Pick("Paladin", "Holy"), Pick("Paladin", "Protection"), Pick("Mage", "Fire")


def character(number: int, pick: Pick | None = HOLY, *, main: bool = False, name: str = "") -> Character:
    return Character(number, "wow", name or f"Alt{number}", pick, is_main=main)


@pytest.mark.parametrize(
    ("typed", "name"), [("Arila", "Arila"), ("  Arila \n the  Bold ", "Arila the Bold"), ("x" * 32, "x" * 32)]
)
def test_a_name_is_folded(typed: str, name: str):
    assert check_name(typed, []) == name


@pytest.mark.parametrize("typed", ["", "   ", "x" * 33, "@everyone", "<@123>", "see <@&5>"])
def test_a_name_that_is_refused(typed: str):
    with pytest.raises(BadCharacterName):
        check_name(typed, [])


@pytest.mark.parametrize("typed", ["Arila", "ARILA", " arila "])
def test_two_characters_are_not_called_the_same(typed: str):
    with pytest.raises(NameTaken):
        check_name(typed, [character(1, name="Arila")])


def test_there_are_as_many_characters_as_one_select_shows():
    known = [character(number) for number in range(MOST_CHARACTERS - 1)]
    check_room(known)
    with pytest.raises(TooManyCharacters):
        check_room([*known, character(99)])


@pytest.mark.parametrize(("typed", "meant"), [("#2", 2), ("Arila", 1), ("arila", 1), (" BRUNA ", 2), ("#7", 3)])
def test_a_character_is_meant_by_its_id_or_name(typed: str, meant: int):
    known = [character(1, name="Arila"), character(2, name="Bruna"), character(3, name="#7")]
    assert find(known, typed).id == meant


@pytest.mark.parametrize(
    ("typed", "words"), [("Arilla", "Did you mean `Arila`"), ("Zed", "no such"), ("#9", "no such")]
)
def test_an_unknown_character_comes_with_a_guess(typed: str, words: str):
    with pytest.raises(UnknownCharacter, match=words):
        find([character(1, name="Arila")], typed)


def test_whose_name_is_several_characters_is_not_guessed_at():
    known = [character(1, name="Yuna"), Character(2, "ffxiv", "Yuna", HOLY), character(3, name="Yu")]
    with pytest.raises(UnknownCharacter, match="several"):
        find(known, "yuna")
    assert find(known, "#2").id == 2
    assert find(known, "yu").id == 3


@pytest.mark.parametrize(
    ("known", "pick", "meant"),
    [
        ([], HOLY, None),
        ([character(1)], HOLY, 1),
        ([character(1)], PROTECTION, 1),
        ([character(1)], FIRE, 1),  # somebody's only character: they chose anew
        ([character(1, None)], FIRE, 1),
        ([character(1, main=True), character(2, FIRE)], FIRE, 2),
        ([character(1, main=True), character(2, FIRE)], PROTECTION, 1),
        ([character(1, FIRE, main=True), character(2, HOLY)], Pick("Warrior", "Arms"), None),
        ([character(1), character(2, main=True)], PROTECTION, 2),  # the main before another of its class
        ([character(1, PROTECTION, main=True), character(2, HOLY)], HOLY, 2),  # the very spec before the main
    ],
)
def test_whose_spec_a_sign_up_tells(known: list[Character], pick: Pick, meant: int | None):
    found = which_plays(known, pick)
    assert (found.id if found else None) == meant
