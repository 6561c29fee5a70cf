"""A player's characters: what they are called, what they play, and which of them a spec means."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.errors import MusterError
from bot.domain.event import PINGS
from bot.domain.names import did_you_mean, folded, near, shown, visible
from bot.domain.sign_up import Pick

LONGEST_NAME = 32  # as long as Discord lets a member's name be
MOST_CHARACTERS = 25
"""Characters of one player in one game: what one select shows."""


@dataclass(frozen=True)
class Character:
    """One character; the main of a game is what one click signs up with. `pick` is None while nobody said."""

    id: int
    game: str
    name: str
    pick: Pick | None
    is_main: bool = False
    offers: tuple[str, ...] = ()
    """What else it would play, as "Class/Spec"."""


class BadCharacterName(MusterError):
    """A character's name has 1 to 32 characters, something to see among them, and no mention in it."""


class NameTaken(MusterError):
    """You have a character of that name in this game already: `/me characters edit` changes it."""


class TooManyCharacters(MusterError):
    """You have 25 characters in this game, as many as one list shows. `/me characters remove` makes room."""


class UnknownCharacter(MusterError):
    """You have no such character. Pick one from the list that appears as you type; `/me characters add` adds one."""


def check_name(typed: str, others: Sequence[Character]) -> str:
    """The name, white space folded. `others` are the player's other characters in the game.

    Raises BadCharacterName, NameTaken.
    """
    name = " ".join(typed.split())
    if not 1 <= len(name) <= LONGEST_NAME or not visible(name) or PINGS.search(name):
        raise BadCharacterName
    if folded(name) in (folded(one.name) for one in others):
        raise NameTaken
    return name


def check_room(characters: Sequence[Character]) -> None:
    """Raise TooManyCharacters when there is no room for one more."""
    if len(characters) >= MOST_CHARACTERS:
        raise TooManyCharacters


def find(characters: Sequence[Character], typed: str) -> Character:
    """The character meant by its id (as the list sends it) or name. Raises UnknownCharacter."""
    by_id = re.fullmatch(r"#([0-9]{1,18})", typed.strip())
    found = [one for one in characters if by_id and one.id == int(by_id[1])]
    found += [one for one in characters if folded(one.name) == folded(typed)]
    if not found:
        guesses = near(typed, (one.name for one in characters))
        raise UnknownCharacter(f"You have no character {shown(typed)}.{did_you_mean(guesses)}" if guesses else None)
    if len({one.id for one in found}) > 1 and not by_id:
        raise UnknownCharacter("You have several characters called that: pick one from the list as you type.")
    return found[0]


def which_plays(characters: Sequence[Character], pick: Pick, comes: int | None = None) -> Character | None:
    """Whose spec a sign-up with `pick` tells: the one that `comes` so far, then mains first; None when nobody's.

    Somebody with one character is taken to have changed it; with several, only one of that class can be meant.
    """
    in_order = sorted(characters, key=lambda one: (one.id != comes, not one.is_main, one.id))
    alike = [one for one in in_order if one.pick and one.pick.class_name == pick.class_name]
    exact = [one for one in alike if one.pick == pick]
    alone = in_order if len(in_order) == 1 else []
    return next(iter([*exact, *alike, *alone]), None)
