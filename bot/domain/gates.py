"""Who may take a seat on a sheet, and in which tier: the template's sign-up method and its role gates."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from bot.domain.errors import MusterError
from bot.domain.ids import RoleId

MOST_PRIORITY_ROLES = 8


class Tier(IntEnum):
    """How a sign-up came to be; a lower tier is placed first."""

    HOST_ADDED = 0
    PRIORITY = 1
    SELF = 2


class Method(StrEnum):
    """How seats are given out.

    SELF: first come, first served. HOST: officers alone put people in. WAITING: whoever signs up waits until an officer
    puts them in. PRIORITY: by Discord role, in the order of the template's list, then first come.
    """

    SELF = "self"
    HOST = "host"
    WAITING = "waiting-list"
    PRIORITY = "priority"


class NotForYou(MusterError):
    """This raid is not open to your roles. Ask an officer if you should be in."""


class HostPicks(MusterError):
    """The officers pick who comes to this raid. Tell one of them that you would like to."""


@dataclass(frozen=True)
class Gates:
    """A template's rules for signing up. An empty `allowed` lets everybody in; `banned` goes before it."""

    method: Method = Method.SELF
    allowed: frozenset[RoleId] = frozenset()
    banned: frozenset[RoleId] = frozenset()
    priority: tuple[RoleId, ...] = ()

    def seats_only_the_chosen(self) -> bool:
        """Whether nobody gets a seat but whom an officer put in."""
        return self.method in (Method.HOST, Method.WAITING)


def check_gates(gates: Gates, roles: AbstractSet[RoleId]) -> None:
    """Raise NotForYou or HostPicks when somebody with `roles` may not put themselves on the sheet."""
    if gates.banned & roles or (gates.allowed and not gates.allowed & roles):
        raise NotForYou
    if gates.method is Method.HOST:
        raise HostPicks


def standing(gates: Gates, roles: AbstractSet[RoleId]) -> tuple[Tier, int | None]:
    """The tier, and within it the slot, of somebody with `roles` who signs up now: captured at that moment."""
    if gates.method is not Method.PRIORITY:
        return Tier.SELF, None
    slot = next((number for number, role in enumerate(gates.priority) if role in roles), None)
    return (Tier.SELF, None) if slot is None else (Tier.PRIORITY, slot)


def read_roles(ids: Sequence[int], everyone: RoleId | None = None) -> tuple[RoleId, ...]:
    """Role ids in their order, each once; @everyone (whose id is the server's) is never one of them."""
    return tuple(dict.fromkeys(RoleId(one) for one in ids if one != everyone))
