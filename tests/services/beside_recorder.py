"""What would stand beside the sheets in Discord, made as often as it is asked for, and troubled when told to."""

from collections import deque
from collections.abc import Sequence
from itertools import count
from typing import Any

from bot.domain.event import Event
from bot.domain.ids import ChannelId, EventId, GuildId, RoleId, UserId
from bot.domain.mirrors import Look, MirrorKind
from bot.services.mirrors import Gone, NoRoom, NotYet

MOST_EVENTS = 100


class BesideRecorder:
    """A keeper of threads, scheduled events and roles. `asked` counts every request by its method."""

    def __init__(self) -> None:
        self.threads: dict[int, tuple[str, bool]] = {}
        self.events: dict[int, Look] = {}
        self.ended: list[tuple[int, bool, bool]] = []
        self.roles: dict[int, str] = {}
        self.holders: dict[int, set[UserId]] = {}
        self.warned: list[tuple[ChannelId | UserId, EventId, MirrorKind, str | None]] = []
        self.lost: list[tuple[int, EventId]] = []
        self.said: list[tuple[ChannelId, str, Sequence[UserId]]] = []
        self.asked: list[str] = []
        self.room = MOST_EVENTS
        self._ids = count(700_000_000_000_000_000)
        self._nonces: set[str] = set()
        self._troubles: dict[str, deque[tuple[BaseException, bool]]] = {}

    def fail(self, method: str, error: BaseException, *, after: bool = False, times: int = 1) -> None:
        """Make the next `times` calls of `method` raise, before or `after` Discord has done it."""
        self._troubles.setdefault(method, deque()).extend([(error, after)] * times)

    async def warn_in(self, channel_id: ChannelId, event: Event, kind: MirrorKind, why: str | None, nonce: str) -> None:
        if self._begin("warn_in", nonce):
            self.warned.append((channel_id, event.id, kind, why))
        self._end("warn_in")

    async def warn_leader(self, user_id: UserId, event: Event, kind: MirrorKind, why: str | None, nonce: str) -> None:
        if self._begin("warn_leader", nonce):
            self.warned.append((user_id, event.id, kind, why))
        self._end("warn_leader")

    async def ask_of_lost(self, channel_id: ChannelId, event: Event, nonce: str) -> None:
        if self._begin("ask_of_lost", nonce):
            self.lost.append((channel_id, event.id))
        self._end("ask_of_lost")

    async def ask_leader_of_lost(self, user_id: UserId, event: Event, nonce: str) -> None:
        if self._begin("ask_leader_of_lost", nonce):
            self.lost.append((user_id, event.id))
        self._end("ask_leader_of_lost")

    async def announce(
        self, channel_id: ChannelId, event: Event, text: str, rung: Sequence[UserId], nonce: str
    ) -> None:
        if self._begin("announce", nonce):
            self.said.append((channel_id, text, rung))
        self._end("announce")

    async def open_thread(self, event: Event, name: str) -> ChannelId:
        self._begin("open_thread")
        if event.message_id is None:
            raise NotYet
        self.threads.setdefault(event.message_id, (name, True))
        self._end("open_thread")
        return ChannelId(event.message_id)

    async def rename_thread(self, event: Event, thread_id: ChannelId, name: str, *, reopen: bool) -> None:
        self._begin("rename_thread")
        _, is_open = self._there(self.threads, thread_id)
        self.threads[thread_id] = (name, is_open or reopen)
        self._end("rename_thread")

    async def close_thread(self, event: Event, thread_id: ChannelId) -> None:
        self._begin("close_thread")
        self.threads[thread_id] = (self._there(self.threads, thread_id)[0], False)
        self._end("close_thread")

    async def make_event(self, guild_id: GuildId, look: Look) -> int:
        self._begin("make_event")
        if len(self.events) >= self.room:
            raise NoRoom("full")
        made = next(self._ids)
        self.events[made] = look
        self._end("make_event")
        return made

    async def find_event(self, guild_id: GuildId, marker: str) -> int | None:
        self._begin("find_event")
        return next((one for one, look in self.events.items() if look["note"].splitlines()[-1] == marker), None)

    async def change_event(self, guild_id: GuildId, event_id: int, shown: Look, look: Look) -> None:
        self._begin("change_event")
        self._there(self.events, event_id)
        self.events[event_id] = look
        self._end("change_event")

    async def end_event(self, guild_id: GuildId, event_id: int, *, ran: bool, cancelled: bool) -> None:
        self._begin("end_event")
        self._there(self.events, event_id)
        del self.events[event_id]
        self.ended.append((event_id, ran, cancelled))
        self._end("end_event")

    async def make_role(self, guild_id: GuildId, name: str) -> RoleId:
        self._begin("make_role")
        made = RoleId(next(self._ids))
        self.roles[made] = name
        self.holders[made] = set()
        self._end("make_role")
        return made

    async def find_role(self, guild_id: GuildId, mark: str) -> RoleId | None:
        self._begin("find_role")
        return next((RoleId(one) for one, name in self.roles.items() if name.endswith(mark)), None)

    async def rename_role(self, guild_id: GuildId, role_id: RoleId, name: str) -> None:
        self._begin("rename_role")
        self._there(self.roles, role_id)
        self.roles[role_id] = name
        self._end("rename_role")

    async def delete_role(self, guild_id: GuildId, role_id: RoleId) -> None:
        self._begin("delete_role")
        self._there(self.roles, role_id)
        del self.roles[role_id], self.holders[role_id]
        self._end("delete_role")

    async def give_role(self, guild_id: GuildId, role_id: RoleId, user_id: UserId) -> None:
        self._begin("give_role")
        self._there(self.roles, role_id)
        self.holders[role_id].add(user_id)
        self._end("give_role")

    async def take_role(self, guild_id: GuildId, role_id: RoleId, user_id: UserId) -> None:
        self._begin("take_role")
        self._there(self.roles, role_id)
        self.holders[role_id].discard(user_id)
        self._end("take_role")

    def _there(self, those: dict[int, Any], wanted: int) -> Any:
        if wanted not in those:
            raise Gone(f"{wanted} is gone")
        return those[wanted]

    def _begin(self, method: str, nonce: str | None = None) -> bool:
        self.asked.append(method)
        self._raise_next(method, after=False)
        known = nonce in self._nonces
        if nonce is not None:
            self._nonces.add(nonce)
        return not known

    def _end(self, method: str) -> None:
        self._raise_next(method, after=True)

    def _raise_next(self, method: str, *, after: bool) -> None:
        waiting = self._troubles.get(method)
        if waiting and waiting[0][1] is after:
            raise waiting.popleft()[0]
