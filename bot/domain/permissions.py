"""Who may do what: one rule for every entry point."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from bot.domain.errors import MusterError
from bot.domain.event import Event
from bot.domain.ids import GuildId, RoleId, UserId

Roles = AbstractSet[RoleId]


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


@dataclass(frozen=True)
class Place:
    """Who runs raids at one place: a server, or one channel and template of it, as its settings say.

    `officers` are the server's, `team` the channel's own, `teams` those of all its channels. Hosts plan raids and
    manage their own.
    """

    officers: Roles = frozenset()
    team: Roles = frozenset()
    teams: Roles = frozenset()
    hosts: Roles = frozenset()
    own_channel_only: bool = False

    @property
    def officer_roles(self) -> Roles:
        """The roles that make an officer here; one team's officers run another's raids unless the server forbids it."""
        return self.officers | (self.team if self.own_channel_only else self.team | self.teams)


class NotAnOfficer(MusterError):
    """That is for officers: you need Manage Server or the officer role set with `/raid setup`."""


class NotYourRaid(NotAnOfficer):
    """You host raids here, but this one is somebody else's: only its leader and the officers change it."""


class NotAnAdministrator(MusterError):
    """Only the server's owner, administrators and members with Manage Server set Muster up."""


def is_officer(actor: Actor, officer_roles: Roles) -> bool:
    """Owner and Administrator always; Manage Server or an officer role too."""
    return manages(actor) or not actor.role_ids.isdisjoint(officer_roles)


def manages(actor: Actor) -> bool:
    """Owner, Administrator or Manage Server."""
    return actor.is_owner or actor.is_administrator or actor.manages_server


def require_officer(actor: Actor, officer_roles: Roles) -> None:
    """Raise NotAnOfficer unless `actor` is one."""
    if not is_officer(actor, officer_roles):
        raise NotAnOfficer


def require_manager(actor: Actor) -> None:
    """Raise NotAnAdministrator unless `actor` may set the server up."""
    if not manages(actor):
        raise NotAnAdministrator


def is_host(actor: Actor, place: Place) -> bool:
    """Officers, and whoever holds a host role here: they plan raids."""
    return is_officer(actor, place.officer_roles) or not actor.role_ids.isdisjoint(place.hosts)


def may_manage(actor: Actor, place: Place, event: Event) -> bool:
    """Officers manage every raid here, hosts those they planned or lead."""
    own = actor.user_id in (event.leader_id, event.created_by)
    return is_officer(actor, place.officer_roles) or (own and is_host(actor, place))


def is_asked(actor: Actor, leader_id: UserId | None) -> bool:
    """Whoever leads a raid or series may answer what Muster asks about it: without officers to reach it asks them."""
    return actor.user_id == leader_id


def require_host(actor: Actor, place: Place) -> None:
    """Raise NotAnOfficer unless `actor` plans raids here."""
    if not is_host(actor, place):
        raise NotAnOfficer


def require_manager_of(actor: Actor, place: Place, event: Event) -> None:
    """Raise NotAnOfficer, or NotYourRaid for another host, unless `actor` manages this raid."""
    if not may_manage(actor, place, event):
        raise NotYourRaid if is_host(actor, place) else NotAnOfficer
