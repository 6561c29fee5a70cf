"""People an officer names: on a sheet, registered in the server, or somebody without Discord."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.errors import MusterError
from bot.domain.event import PINGS
from bot.domain.ids import PlayerId, UserId
from bot.domain.names import did_you_mean, folded, near, shown
from bot.domain.roster import SignUp

LONGEST_NAME = 32  # as long as Discord lets a member's name be
MOST_PARTICIPANTS = 40

_MENTION = re.compile(r"<@!?(\d{1,20})>")
_CHOSEN = re.compile(r"id:[0-9]{1,19}")
_NUMBER = re.compile(r"#?([0-9]{1,4})")
_BETWEEN = re.compile(r"[,;\n]|\s(?=[@+<])")


@dataclass(frozen=True)
class Person:
    """A registered player; `user_id` is None for a placeholder: somebody an officer wrote down."""

    id: PlayerId
    name: str
    user_id: UserId | None


@dataclass(frozen=True)
class Profile:
    """What officers know of a player; `level` is their rank's, `attended` counts the raids they were seen at."""

    person: Person
    rank: str | None
    level: int | None
    active: bool
    auto_invite: bool
    on_hiatus: bool
    attended: int


class UnknownPerson(MusterError):
    """Nobody of that name is registered here. Members are from their first click on; `/raid add` writes others down."""


class NotAPlaceholder(MusterError):
    """They have a Discord account already. Name somebody without one."""


class BadName(MusterError):
    """A name has 1 to 32 characters and no mention in it. Pick Discord members with `member` instead."""


class NotOnSheet(MusterError):
    """Nobody of that name is on this sheet. Pick one from the list that appears while you type."""


class GoneFromSheet(NotOnSheet):
    """They are not on this sheet any more. Go back to see who is."""


class UnknownParticipants(MusterError):
    """Some of these participants are not known here, so nothing was planned."""


def check_name(name: str) -> str:
    """The name, white space folded. Raises BadName."""
    tidy = " ".join(name.split())
    if not 1 <= len(tidy) <= LONGEST_NAME or PINGS.search(tidy):
        raise BadName
    return tidy


def listed(player_id: PlayerId) -> str:
    """What a list of people on a sheet sends for one of them. A bare number is what somebody has on the sheet."""
    return f"id:{player_id}"


def find_on_sheet(sign_ups: Sequence[SignUp], typed: str) -> SignUp:
    """Who on the sheet is meant by what `listed` gives, a mention, a name, or the number they have there.

    Raises NotOnSheet with the likeliest names.
    """
    wanted = typed.strip().removeprefix("@")
    mention = _MENTION.fullmatch(typed.strip())
    for sign_up in sign_ups:
        if wanted == listed(sign_up.player_id) or (mention and sign_up.user_id == int(mention[1])):
            return sign_up
    if _CHOSEN.fullmatch(wanted):
        raise NotOnSheet("They are not on this sheet any more.")
    named = [one for one in sign_ups if folded(one.name) == folded(wanted)]
    if len(named) == 1:
        return named[0]
    if named:
        raise NotOnSheet(f"{len(named)} people on this sheet are called {shown(wanted)}: pick one from the list.")
    if (number := _NUMBER.fullmatch(wanted)) and 1 <= int(number[1]) <= len(sign_ups):
        return sorted(sign_ups, key=lambda one: one.order)[int(number[1]) - 1]
    guesses = near(wanted, (one.name for one in sign_ups))
    raise NotOnSheet(f"{shown(wanted)} is not on this sheet.{did_you_mean(guesses)}" if wanted else None)


def find_person(people: Sequence[Person], typed: str) -> Person:
    """Who is meant by "#id" (as the list sends it), a mention or a name. Raises UnknownPerson with the likeliest."""
    wanted = typed.strip().removeprefix("@")
    mention = _MENTION.fullmatch(typed.strip())
    for one in people:
        if f"#{one.id}" == wanted or (mention and one.user_id == int(mention[1])):
            return one
    named = [one for one in people if folded(one.name) == folded(wanted)]
    if len(named) == 1:
        return named[0]
    if named:
        raise UnknownPerson(f"{len(named)} people here are called {shown(wanted)}: pick one from the list.")
    guesses = near(wanted, (one.name for one in people))
    raise UnknownPerson(f"{shown(wanted)} is not registered here.{did_you_mean(guesses)}" if guesses else None)


# ---------------------------------------------------------------- participants, as typed


@dataclass(frozen=True)
class Typed:
    """What `participants` says: members by mention, registered players by name, and new people (`+Name`)."""

    members: tuple[UserId, ...] = ()
    names: tuple[str, ...] = ()
    newcomers: tuple[str, ...] = ()


def read_participants(text: str) -> Typed:
    """The participants in "@Arila @Bo, Cassia, +Gunther", each once. Raises UnknownParticipants for too many."""
    parts = [part.strip() for part in _BETWEEN.split(_MENTION.sub(r",\g<0>,", text))]
    members = dict.fromkeys(UserId(int(one[1])) for one in map(_MENTION.fullmatch, parts) if one)
    words = [part for part in parts if part and not _MENTION.fullmatch(part)]
    names = _each_once(one.removeprefix("@") for one in words if not one.startswith("+"))
    newcomers = _each_once(one.removeprefix("+") for one in words if one.startswith("+"))
    if len(members) + len(names) + len(newcomers) > MOST_PARTICIPANTS:
        raise UnknownParticipants(
            f"That is more than {MOST_PARTICIPANTS} participants. Name fewer, and add the others with `/raid add`."
        )
    return Typed(tuple(members), names, newcomers)


def problem_with(name: str, known: Iterable[str], members: Iterable[str] = ()) -> str:
    """Why a name that nobody here has cannot take part, and what to type instead.

    `members` are the names of the server's members as far as the bot sees them; most come without ever having clicked.
    """
    guesses, others = near(name, known), near(name, members)
    if others and (not guesses or folded(others[0]) == folded(name)):
        said = f"{did_you_mean([f'@{one}' for one in others])} Type `@` and pick them from the list."
    else:
        new = f"write `+{name[:LONGEST_NAME]}` for somebody without Discord."
        said = did_you_mean(guesses) or f" Type `@` to pick a member of this server, or {new}"
    return f"{shown(name)} is not registered here.{said}"


def _each_once(names: Iterable[str]) -> tuple[str, ...]:
    found: Mapping[str, str] = {folded(one): one.strip() for one in names if one.strip()}
    return tuple(found.values())
