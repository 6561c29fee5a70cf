"""Who may do what: one rule for every entry point."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from bot.domain.errors import MusterError
from bot.domain.ids import GuildId, RoleId, UserId


@dataclass(frozen=True)
class Actor:
    """Whoever pressed or typed, as the interaction described them. `manages_server` is Manage Server."""

    guild_id: GuildId
    user_id: UserId
    name: str
    role_ids: frozenset[RoleId] = frozenset()
    is_owner: bool = False
    is_administrator: bool = False
    manages_server: bool = False


class NotAnOfficer(MusterError):
    """That is for officers: you need Manage Server or the officer role set with `/raid setup`."""


class NotAnAdministrator(MusterError):
    """Only the server's owner, administrators and members with Manage Server set Muster up."""


def is_officer(actor: Actor, officer_roles: AbstractSet[RoleId]) -> bool:
    """Owner and Administrator always; Manage Server or an officer role too."""
    return manages(actor) or not actor.role_ids.isdisjoint(officer_roles)


def manages(actor: Actor) -> bool:
    """Owner, Administrator or Manage Server."""
    return actor.is_owner or actor.is_administrator or actor.manages_server


def require_officer(actor: Actor, officer_roles: AbstractSet[RoleId]) -> None:
    """Raise NotAnOfficer unless `actor` is one."""
    if not is_officer(actor, officer_roles):
        raise NotAnOfficer


def require_manager(actor: Actor) -> None:
    """Raise NotAnAdministrator unless `actor` may set the server up."""
    if not manages(actor):
        raise NotAnAdministrator
