import pytest

from bot.domain.ids import GuildId, RoleId, UserId
from bot.domain.permissions import (
    Actor,
    NotAnAdministrator,
    NotAnOfficer,
    is_officer,
    manages,
    require_manager,
    require_officer,
)

OFFICERS = frozenset({RoleId(5), RoleId(6)})


def actor(*, roles: tuple[int, ...] = (), **powers: bool) -> Actor:
    return Actor(GuildId(1), UserId(2), "Somebody", frozenset(map(RoleId, roles)), **powers)


@pytest.mark.parametrize(
    ("who", "officer", "manager"),
    [
        (actor(), False, False),
        (actor(roles=(7, 8)), False, False),
        (actor(roles=(6,)), True, False),
        (actor(roles=(7, 5)), True, False),
        (actor(manages_server=True), True, True),
        (actor(is_administrator=True), True, True),
        (actor(is_owner=True), True, True),
        (actor(roles=(5,), is_owner=True), True, True),
    ],
)
def test_who_may_lead_raids_and_who_may_set_the_bot_up(who: Actor, officer: bool, manager: bool):
    assert is_officer(who, OFFICERS) is officer
    assert manages(who) is manager
    if officer:
        require_officer(who, OFFICERS)
    else:
        with pytest.raises(NotAnOfficer, match="officer role"):
            require_officer(who, OFFICERS)
    if manager:
        require_manager(who)
    else:
        with pytest.raises(NotAnAdministrator, match="Manage Server"):
            require_manager(who)


def test_without_officer_roles_only_the_server_s_managers_lead():
    assert not is_officer(actor(roles=(5, 6)), frozenset())
    assert is_officer(actor(manages_server=True), frozenset())
