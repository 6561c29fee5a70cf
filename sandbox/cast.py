"""Who plays the story: an invented guild of forty raiders."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Raider:
    """One of the forty: what they press, and what they bring."""

    name: str
    game_class: str
    spec: str
    answer: str = "Sign up"


_COMING = """
Arila Paladin Holy | Borin Warrior Protection | Cassia Priest Discipline | Dorn Death Knight Blood
Elwyn Druid Restoration | Farin Mage Fire | Gwendra Warlock Demonology | Hakon Rogue Outlaw | Isarn Hunter Marksmanship
Jorunn Shaman Restoration | Kestrel Demon Hunter Havoc | Lioba Monk Mistweaver | Marek Paladin Retribution
Nerys Evoker Augmentation | Oskar Warrior Arms | Petra Priest Shadow | Quill Mage Frost | Runa Druid Balance
Sorrel Hunter Beast Mastery | Tarn Death Knight Unholy | Ulla Shaman Enhancement | Varg Warrior Fury
Wenna Evoker Preservation | Xandor Warlock Destruction | Yorick Monk Windwalker | Zelda Rogue Assassination
Amarant Demon Hunter Devourer | Brannoc Paladin Protection | Corvin Mage Arcane | Demelza Druid Feral
Edda Warlock Affliction | Fenja Shaman Elemental | Godric Monk Brewmaster | Hesper Evoker Devastation
"""
_OTHERS = (
    Raider("Ingmar", "Hunter", "Survival", "Late"),
    Raider("Jascha", "Rogue", "Subtlety", "Tentative"),
    Raider("Kirsa", "Death Knight", "Frost", "Bench"),
    Raider("Lorcan", "Druid", "Guardian", "Absence"),
    Raider("Mirela", "Priest", "Holy", "Tentative"),
    Raider("Njal", "Demon Hunter", "Vengeance", "Absence"),
)
_TWO_WORDS = ("Death Knight", "Demon Hunter")


def _raider(line: str) -> Raider:
    name, rest = line.strip().split(" ", 1)
    game_class = next((one for one in _TWO_WORDS if rest.startswith(one)), rest.split(" ", 1)[0])
    return Raider(name, game_class, rest.removeprefix(game_class).strip())


RAIDERS = (*(_raider(line) for row in _COMING.strip().splitlines() for line in row.split("|")), *_OTHERS)
"""Forty people, in the order in which they see the sheet."""
