"""What a click on the sheet means: a pure decision over the event, the template and what is known of the person."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from bot.domain.errors import MusterError
from bot.domain.event import Event, SheetClosed, check_open_here
from bot.domain.gates import Tier, check_gates
from bot.domain.ids import RoleId
from bot.domain.roster import SignUp
from bot.domain.template import Choice, GameClass, Template


class NotOffered(MusterError):
    """This sheet does not offer that answer. Use the buttons it shows."""


class SpecStands(SheetClosed):
    """What you play stands since the deadline. Note, arrival and Withdraw are still yours: press `My sign-up`."""


class NotSignedUp(MusterError):
    """You have not answered this sheet yet: press one of its buttons."""


@dataclass(frozen=True)
class Pick:
    """A class and its spec, by their names in the template."""

    class_name: str
    spec_name: str


@dataclass(frozen=True)
class AskClass:
    """The person must say which class first."""


@dataclass(frozen=True)
class AskSpec:
    """The person must say which spec of this class."""

    game_class: GameClass


@dataclass(frozen=True)
class Answer:
    """Write this down. `keeps_place` when the person keeps their place in the order; `remember` makes it their main."""

    choice: Choice
    pick: Pick | None
    keeps_place: bool
    remember: bool


Decision = AskClass | AskSpec | Answer


def decide(
    event: Event,
    template: Template,
    own: SignUp | None,
    main: Pick | None,
    choice: Choice,
    now: datetime,
    pick: tuple[str, str | None] | None = None,
    roles: AbstractSet[RoleId] = frozenset(),
) -> Decision:
    """What to do with `choice` at `now`. `pick` is what the person chose just now: a class, maybe with its spec.

    `roles` are the person's Discord roles. Raises SheetClosed, SpecStands, NotOffered, NotForYou, HostPicks.
    """
    check_open_here(event, choice, now)
    if choice not in template.labels:
        raise NotOffered
    if choice is not Choice.ABSENCE and not (own and own.tier is Tier.HOST_ADDED):
        check_gates(template.gates, roles)
    if pick is not None:
        if own and own.spec_name:
            check_spec_open(event, now)
        return _picked(template, own, choice, pick)
    known = _known(template, own, main)
    if template.classes and choice.holds_seat and known is None:  # a seat counts against its role's limit
        return AskClass()
    return Answer(choice, known, _keeps_place(own, choice), remember=False)


def check_spec_open(event: Event, now: datetime) -> None:
    """Raise SpecStands when it is too late to change class, spec or character; Late may still say what comes at all."""
    if spec_stands(event, now):
        raise SpecStands


def spec_stands(event: Event, now: datetime) -> bool:
    """Whether class, spec and character stand: from the deadline on."""
    return event.deadline is not None and now >= event.deadline


def _picked(template: Template, own: SignUp | None, choice: Choice, pick: tuple[str, str | None]) -> Decision:
    class_name, spec_name = pick
    game_class = template.game_class(class_name)
    if game_class is None:
        raise NotOffered
    if spec_name is None and len(game_class.specs) > 1:
        return AskSpec(game_class)
    spec = game_class.spec(spec_name) if spec_name else next(iter(game_class.specs), None)
    if spec is None:
        raise NotOffered
    return Answer(choice, Pick(game_class.name, spec.name), _keeps_place(own, choice), remember=True)


def _known(template: Template, own: SignUp | None, main: Pick | None) -> Pick | None:
    """What the person already told this sheet, else their main, when this template has it."""
    if own and own.class_name and own.spec_name and template.spec(own.class_name, own.spec_name):
        return Pick(own.class_name, own.spec_name)
    if main and template.spec(main.class_name, main.spec_name):
        return main
    return None


def _keeps_place(own: SignUp | None, choice: Choice) -> bool:
    # Whoever gives a seat up and comes back goes to the end; changing spec or coming late keeps the place.
    return own is not None and own.choice.holds_seat == choice.holds_seat
