"""What the officers are asked and warned of: too few people, or too few in a role the raid cannot do without."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice

from bot.domain.event import Event, EventStatus
from bot.domain.ids import PlayerId
from bot.domain.roster import Placed, Roster, SignUp
from bot.domain.template import Choice, Role, Template

MINIMUM_LEAD = timedelta(hours=2)
"""How long before the start a raid without a deadline must have its minimum."""

MOST_PINGS = 40
"""People one call for substitutes pings at most."""


class Alert(StrEnum):
    """What is said at most once an event."""

    MINIMUM = "minimum"
    ROLES = "roles"
    SUBSTITUTES = "substitutes"
    GIVEN_UP = "given-up"


class Verdict(StrEnum):
    """What an officer made of an alert."""

    CANCELLED = "cancelled"
    KEPT = "kept"
    ASKED = "asked"


@dataclass(frozen=True)
class Short:
    """A role with fewer people than the template wants."""

    role: Role
    seated: int


def ask_minimum_at(event: Event) -> datetime | None:
    """When the minimum must be reached: the deadline, else two hours before the start; None without a minimum."""
    if event.minimum is None:
        return None
    return event.deadline or event.starts_at - MINIMUM_LEAD


def warn_roles_at(event: Event, template: Template) -> datetime | None:
    """When the officers hear of roles that are short; None where the template wants nothing of any role."""
    if not any(role.wanted for role in template.roles):
        return None
    return event.starts_at - timedelta(hours=template.warn_hours)


def still_ahead(event: Event, now: datetime) -> bool:
    """Whether the raid is neither cancelled nor running nor over: only then is there something to decide."""
    return event.status is EventStatus.SCHEDULED and now < event.starts_at


def below_minimum(event: Event, roster: Roster) -> bool:
    """Whether fewer hold a seat than the raid needs."""
    return event.minimum is not None and len(roster.seated) < event.minimum


def short_roles(template: Template, roster: Roster) -> Sequence[Short]:
    """The roles that are short, in the template's order."""
    held = [_role_of(template, one.sign_up.class_name, one.sign_up.spec_name) for one in roster.seated]
    counted = [Short(role, held.count(role.name)) for role in template.roles]
    return [one for one in counted if one.role.wanted and one.seated < one.role.wanted]


def substitutes(
    template: Template, roster: Roster, short: Sequence[Short], plays: Mapping[PlayerId, frozenset[str]]
) -> Sequence[SignUp]:
    """Whom to ask, at most 40 with Discord: the bench, then who signed up in another role and could fill a short one.

    `plays` is what their characters can play besides, as "Class/Spec"; their own offers are on their sign-ups.
    """
    wanted = frozenset(one.role.name for one in short)
    able = (one for one in _signed_up(roster) if _could_fill(template, one, wanted, plays))
    bench = (one.sign_up for one in roster.others.get(Choice.BENCH, ()))
    asked = (one for group in (bench, able) for one in group if one.user_id is not None)
    return list(islice(asked, MOST_PINGS)) if wanted else []


def _signed_up(roster: Roster) -> Iterator[SignUp]:
    placed: tuple[Placed, ...] = (*roster.seated, *roster.queued)
    return (one.sign_up for one in placed)


def _could_fill(
    template: Template, member: SignUp, wanted: frozenset[str], plays: Mapping[PlayerId, frozenset[str]]
) -> bool:
    if _role_of(template, member.class_name, member.spec_name) in wanted:
        return False  # fills it already, or waits for a seat in it
    options = (option.partition("/") for option in {*member.offers, *plays.get(member.player_id, ())})
    return any(_role_of(template, game_class, spec) in wanted for game_class, _, spec in options)


def _role_of(template: Template, class_name: str | None, spec_name: str | None) -> str | None:
    spec = template.spec(class_name, spec_name)
    return spec.role if spec else None
