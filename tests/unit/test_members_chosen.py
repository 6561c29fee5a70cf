"""Who was chosen in a select of people, from what Discord sends of them."""

from types import SimpleNamespace
from typing import Any

import pytest

from bot.domain.ids import GuildId, RoleId, UserId
from bot.domain.permissions import Actor
from cogs.actors import NotAPerson, members_chosen

GUILD = GuildId(5)
JSON = dict[str, Any]


def chosen(*people: tuple[JSON, JSON | None]) -> list[Actor]:
    """The members of that select, read from an interaction's data alone; who has no second half left the server."""
    data = {
        "values": [user["id"] for user, _ in people],
        "resolved": {
            "users": {user["id"]: user for user, _ in people},
            "members": {user["id"]: member for user, member in people if member is not None},
        },
    }
    interaction: Any = SimpleNamespace(data=data, guild_id=GUILD)
    return list(members_chosen(interaction))


def user(number: int, **more: Any) -> JSON:
    return {"id": str(number), "username": "mira_", "global_name": None, **more}


def member(*roles: int, nick: str | None = None) -> JSON:
    return {"roles": [str(one) for one in roles], "nick": nick}


@pytest.mark.parametrize(
    ("account", "nick", "name"),
    [
        ({}, None, "mira_"),
        ({"global_name": "Mira"}, None, "Mira"),
        ({"global_name": "Mira"}, "Tank Mira", "Tank Mira"),
        ({"bot": False}, "Tank Mira", "Tank Mira"),
    ],
)
def test_they_are_called_what_the_server_calls_them(account: JSON, nick: str | None, name: str) -> None:
    [one] = chosen((user(7, **account), member(nick=nick)))
    assert (one.guild_id, one.user_id, one.name) == (GUILD, UserId(7), name)


def test_they_have_their_roles_and_everybodys() -> None:
    [one] = chosen((user(7), member(8, 9)))
    assert one.role_ids == {RoleId(8), RoleId(9), RoleId(GUILD)}
    assert one == Actor(GUILD, UserId(7), one.name, one.role_ids)


def test_they_come_in_their_order_without_who_left() -> None:
    assert [one.user_id for one in chosen((user(9), member()), (user(7), None), (user(8), member()))] == [9, 8]
    assert chosen((user(7), None)) == []


def test_a_bot_is_refused() -> None:
    with pytest.raises(NotAPerson):
        chosen((user(7), member()), (user(8, bot=True), member()))
