"""Who stands on the example sheet of each game: invented parties that such a game really looks for."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Party:
    """An evening of one game: `template` is the template's name, `picks` (class, spec) in the order of the clicks.

    A template without classes has pairs of None.
    """

    template: str
    title: str
    picks: Sequence[tuple[str | None, str | None]]


def _party(template: str, title: str, lines: str) -> Party:
    """A party from `Class: Spec, Spec` a line; the first of every line come before the second."""
    columns = [_column(line) for line in lines.strip().splitlines()]
    longest = max(map(len, columns))
    picks = [column[place] for place in range(longest) for column in columns if place < len(column)]
    return Party(template, title, picks)


def _column(line: str) -> list[tuple[str | None, str | None]]:
    game_class, specs = line.strip().split(": ")
    return [(game_class, spec) for spec in specs.split(", ")]


PARTIES = (
    _party(
        "wow-retail",
        "Normal Friday",
        """
        Warrior: Protection, Fury
        Death Knight: Blood, Unholy
        Paladin: Holy, Retribution
        Druid: Restoration, Balance
        Priest: Discipline, Shadow
        Shaman: Enhancement, Elemental
        Mage: Frost, Arcane
        Hunter: Beast Mastery
        Rogue: Outlaw
        Warlock: Destruction
        Evoker: Augmentation
        Demon Hunter: Devourer
        Monk: Windwalker
        """,
    ),
    _party(
        "wow-classic",
        "Molten Core",
        """
        Warrior: Protection, Fury, Fury, Protection
        Paladin: Holy, Holy, Retribution
        Priest: Holy, Shadow, Discipline
        Rogue: Combat, Combat, Assassination
        Mage: Frost, Frost, Fire
        Hunter: Marksmanship, Survival
        Warlock: Destruction, Affliction
        Druid: Restoration, Feral, Guardian
        """,
    ),
    _party(
        "ffxiv",
        "Savage, first floor",
        """
        Tank: Gunbreaker, Warrior
        Pure Healer: White Mage
        Barrier Healer: Scholar
        Melee: Viper, Dragoon
        Physical Ranged: Dancer, Bard
        Magical Ranged: Pictomancer, Red Mage
        """,
    ),
    _party(
        "gw2",
        "Raid wing one",
        """
        Heal Quickness: Guardian
        Heal Alacrity: Ranger
        DPS Quickness: Engineer
        DPS Alacrity: Revenant
        Power DPS: Warrior, Thief, Elementalist
        Condition DPS: Necromancer, Mesmer, Engineer
        Special: Hand Kiter
        """,
    ),
    _party(
        "eso",
        "Veteran trial",
        """
        Main Tank: Dragonknight
        Off Tank: Necromancer
        Group Healer: Warden
        Kite Healer: Templar
        Magicka DPS: Arcanist, Sorcerer
        Stamina DPS: Nightblade, Arcanist, Dragonknight
        Hybrid DPS: Templar, Arcanist
        Support DPS: Necromancer
        Portal DPS: Nightblade
        """,
    ),
    _party(
        "lotro",
        "Raid, tier 3",
        """
        Guardian: Blue
        Captain: Yellow, Red
        Minstrel: Blue, Red
        Rune-keeper: Blue, Red
        Lore-master: Yellow
        Burglar: Yellow
        Hunter: Red, Blue
        Champion: Red
        Mariner: Red
        Brawler: Blue
        """,
    ),
    _party(
        "destiny2",
        "First clear, no one left behind",
        """
        Titan: Solar, Prismatic
        Hunter: Void, Strand
        Warlock: Arc, Stasis, Solar
        """,
    ),
    _party(
        "party",
        "Dungeon night",
        """
        Tank: Party
        Healer: Party
        DPS: Party, Party, Party
        """,
    ),
    Party("plain", "Movie night", [(None, None)] * 7),
)
"""A party for every shipped template, in the order of the games page."""
