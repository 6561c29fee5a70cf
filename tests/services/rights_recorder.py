"""What the bot may do in Discord, as a test says, and what was said of what it may not."""

from collections import deque
from collections.abc import Collection, Sequence, Set

from bot.domain.event import Event
from bot.domain.ids import ChannelId, EventId, GuildId, RoleId, UserId
from bot.domain.needs import Lack
from bot.services.messenger import Undeliverable


class RightsRecorder:
    """`denied` are the permissions it lacks, by channel (None: the server); a channel in `gone` is not there."""

    def __init__(self) -> None:
        self.denied: dict[ChannelId | None, set[str]] = {}
        self.gone: set[ChannelId] = set()
        self.gone_roles: set[RoleId] = set()
        self.usable_emoji: set[int] | None = set()
        self.deaf: set[int] = set()
        self.troubles: deque[Exception] = deque()
        self.told: list[tuple[int, EventId, list[str]]] = []

    async def in_channel(self, _guild_id: GuildId, channel_id: ChannelId, needed: Sequence[str]) -> Lack:
        if channel_id in self.gone:
            return Lack(channel_id, gone=True)
        return Lack(channel_id, tuple(one for one in needed if one in self.denied.get(channel_id, ())))

    async def in_server(self, _guild_id: GuildId, needed: Sequence[str]) -> Lack:
        return Lack(None, tuple(one for one in needed if one in self.denied.get(None, ())))

    async def deleted(self, _guild_id: GuildId, roles: Collection[RoleId]) -> Collection[RoleId]:
        return self.gone_roles.intersection(roles)

    async def emoji(self, _guild_id: GuildId) -> Set[int] | None:
        return self.usable_emoji

    async def tell_officers(self, channel_id: ChannelId, event: Event, lacks: Sequence[Lack], nonce: str) -> None:
        await self._tell(channel_id, event, lacks, nonce)

    async def tell_leader(self, user_id: UserId, event: Event, lacks: Sequence[Lack], nonce: str) -> None:
        await self._tell(user_id, event, lacks, nonce)

    async def _tell(self, whom: int, event: Event, lacks: Sequence[Lack], _nonce: str) -> None:
        if self.troubles:
            raise self.troubles.popleft()
        if whom in self.deaf or whom in self.gone:
            raise Undeliverable("Missing Access")
        self.told.append((whom, event.id, [reason for lack in lacks for reason in lack.reasons]))
