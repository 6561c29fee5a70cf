"""Who is still in the server: whoever left is neither expected nor rung, and is both again once they are back.

Discord is asked at the moment it matters: without the members intent it tells of nobody who leaves.
"""

from collections.abc import Collection, Set
from typing import Protocol

from bot.domain.ids import GuildId, UserId


class Presence(Protocol):
    """Knows who is in a server."""

    async def in_server(self, guild_id: GuildId, users: Collection[UserId]) -> Set[UserId] | None:
        """Those of the users who are members now; None while Discord cannot be asked."""
        ...


async def left(presence: Presence, guild_id: GuildId, users: Collection[UserId]) -> Set[UserId]:
    """Those of the users who are not in the server any more, as far as anybody knows."""
    here = await presence.in_server(guild_id, users) if users else None
    return frozenset() if here is None else frozenset(users) - here
