"""What members may change on their own answer: note, arrival, what else they would play, and which character comes.

Note, arrival and offers stay open after the deadline; class, spec and character stand from then on.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.character import Character
from bot.domain.errors import MusterError
from bot.domain.event import Event, check_open_here
from bot.domain.gates import Tier, check_gates
from bot.domain.ids import RoleId
from bot.domain.roster import SignUp
from bot.domain.sign_up import Pick, check_spec_open
from bot.domain.template import MOST_OPTIONS, Choice, Template

LONGEST_NOTE = 100
LONGEST_OFFER = 100  # as a select's value
DELAYS = tuple(timedelta(minutes=minutes) for minutes in (5, 10, 15, 30, 60))
"""After the start: what one touch says about an arrival."""


class BadNote(MusterError):
    """A note has at most 100 characters."""


class NotLate(MusterError):
    """An arrival time goes with Late: press Late on the sheet first."""


class BadArrival(MusterError):
    """You arrive between the raid's start and its end: type a time such as 20:30, or how late you are, such as 15m."""


class NoOtherCharacter(MusterError):
    """You have no other character for this raid's game. `/me characters add` adds one."""


class NothingToOffer(MusterError):
    """There is nothing else you could offer here: say what you play, or add a character with `/me characters add`."""


@dataclass(frozen=True)
class Offer:
    """Something else a member could play; `character` is whose spec it is, None for the one that comes."""

    pick: Pick
    character: str | None = None

    @property
    def value(self) -> str:
        """As stored in `raid_attendance.offers`."""
        return as_offer(self.pick)


def as_offer(pick: Pick) -> str:
    """The spec as "Class/Spec"."""
    return f"{pick.class_name}/{pick.spec_name}"


def check_mine(event: Event, template: Template, own: SignUp, roles: AbstractSet[RoleId], now: datetime) -> None:
    """Raise SheetClosed, NotForYou or HostPicks when the owner of `own` may not change anything about it at `now`."""
    check_open_here(event, Choice.ABSENCE, now)
    if own.choice is not Choice.ABSENCE and own.tier is not Tier.HOST_ADDED:
        check_gates(template.gates, roles)


def check_spec_mine(event: Event, template: Template, own: SignUp, roles: AbstractSet[RoleId], now: datetime) -> None:
    """The same for class, spec and character. Raises SpecStands, too."""
    check_mine(event, template, own, roles, now)
    check_spec_open(event, now)


def with_note(own: SignUp, typed: str) -> SignUp:
    """`own` with the note, white space folded; an empty one takes it away. Raises BadNote."""
    note = " ".join(typed.split())
    if len(note) > LONGEST_NOTE:
        raise BadNote
    return replace(own, note=note)


def arriving(own: SignUp, event: Event, moment: datetime | None) -> SignUp:
    """`own` with its arrival (None: unknown). Raises NotLate, BadArrival outside the raid."""
    if own.choice is not Choice.LATE:
        raise NotLate
    if moment is not None and not _during(event, moment):
        raise BadArrival
    return replace(own, arrives_at=moment)


def arrival(own: SignUp, event: Event) -> datetime | None:
    """When somebody late arrives; None while unknown, as it is again once the raid is moved away from what they said.

    It stays written down: a move that is undone brings it back.
    """
    moment = own.arrives_at if own.choice is Choice.LATE else None
    return moment if moment is not None and _during(event, moment) else None


def _during(event: Event, moment: datetime) -> bool:
    return event.starts_at < moment < event.ends_at


def delays(event: Event) -> Sequence[timedelta]:
    """The arrivals one touch offers: those before the raid's end."""
    return [delay for delay in DELAYS if event.starts_at + delay < event.ends_at]


def playable(template: Template, characters: Iterable[Character]) -> Sequence[Character]:
    """The characters whose class and spec this sheet has."""
    return [one for one in characters if one.pick and template.spec(one.pick.class_name, one.pick.spec_name)]


def others(template: Template, own: SignUp, characters: Iterable[Character]) -> Sequence[Character]:
    """The characters that could come instead of the one that does. Raises NoOtherCharacter."""
    found = [one for one in playable(template, characters) if one.id != own.character_id]
    if not found:
        raise NoOtherCharacter
    return found


def offers(template: Template, own: SignUp, characters: Iterable[Character]) -> Sequence[Offer]:
    """What else could be offered: the class's other specs, then the other characters', each spec once, at most 25.

    Where a class is a role (Heal Alacrity, Tank) anybody may take another: the same spec there first. What is offered
    already comes last, of a character that is gone perhaps, so that it can be taken back.
    """
    game_class = template.game_class(own.class_name)
    specs = [Offer(Pick(game_class.name, spec.name)) for spec in game_class.specs] if game_class else []
    alts = [one for one in playable(template, characters) if one.id != own.character_id]
    found: dict[Pick, Offer] = {}
    theirs = [Offer(one.pick, one.name) for one in alts if one.pick]
    for offer in (*specs, *theirs, *_in_other_roles(template, own), *map(Offer, offered(template, own))):
        if offer.pick != played(own) and len(offer.value) <= LONGEST_OFFER:
            found.setdefault(offer.pick, offer)
    return list(found.values())[:MOST_OPTIONS]


def _in_other_roles(template: Template, own: SignUp) -> Sequence[Offer]:
    if not template.classes_are_roles:
        return []
    picks = [Pick(one.name, spec.name) for one in template.classes for spec in one.specs]
    return [Offer(pick) for pick in sorted(picks, key=lambda pick: pick.spec_name != own.spec_name)]


def played(own: SignUp) -> Pick | None:
    """What the member comes as; None while they have not said."""
    return Pick(own.class_name, own.spec_name) if own.class_name and own.spec_name else None


def offered(template: Template, own: SignUp) -> Sequence[Pick]:
    """What the member offers to play instead, in the template's order."""
    if not own.offers:
        return []
    specs = [Pick(one.name, spec.name) for one in template.classes for spec in one.specs]
    return [pick for pick in specs if as_offer(pick) in own.offers and pick != played(own)]


def of_these(template: Template, offers: Sequence[str], classes: Iterable[str | None]) -> tuple[str, ...]:
    """Those of the offers that somebody with characters of these classes can still keep."""
    if template.classes_are_roles:
        return tuple(offers)
    known = tuple(f"{one}/" for one in classes if one)
    return tuple(one for one in offers if one.startswith(known))


def check_offers(found: Sequence[Offer]) -> Sequence[Offer]:
    """The offers. Raises NothingToOffer when there are none."""
    if not found:
        raise NothingToOffer
    return found


def offering(own: SignUp, found: Sequence[Offer], chosen: Iterable[str]) -> SignUp:
    """`own` with those of the `chosen` values that are to be had; the order is the list's."""
    wanted = set(chosen)
    return replace(own, offers=tuple(one.value for one in found if one.value in wanted))
