"""A role for those who come: made with the raid, given and taken as seats change, deleted when the raid is over."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.clock import Clock
from bot.domain.action import Action
from bot.domain.event import Event, SheetKind
from bot.domain.ids import GuildId, RoleId, UserId
from bot.domain.mirrors import Look, Mirror, MirrorKind, MirrorState, over, role_mark, role_name
from bot.domain.setting import Effective
from bot.domain.settings import TEMP_ROLE
from bot.services.mirrors import Gone, Mirrors, Refused, event_of, lost
from bot.services.queue import TryLater
from bot.services.sheets import Sheets
from db import Database

AT_ONCE = 10
"""People whose role is changed in one go; a raid of forty takes four, and keeps no other server waiting."""
PAUSE = timedelta(seconds=2)


class RoleKeeper(Protocol):
    """Roles in Discord. Raises Refused and Gone as `bot.services.mirrors.Hand` says."""

    async def make_role(self, guild_id: GuildId, name: str) -> RoleId:
        """A new role without any permission; its id."""
        ...

    async def find_role(self, guild_id: GuildId, mark: str) -> RoleId | None:
        """The role without any permission whose name ends with that mark, or None."""
        ...

    async def rename_role(self, guild_id: GuildId, role_id: RoleId, name: str) -> None:
        """Give the role that name."""
        ...

    async def delete_role(self, guild_id: GuildId, role_id: RoleId) -> None:
        """Delete the role; nobody has it then."""
        ...

    async def give_role(self, guild_id: GuildId, role_id: RoleId, user_id: UserId) -> None:
        """Give it; whoever left the server gets none."""
        ...

    async def take_role(self, guild_id: GuildId, role_id: RoleId, user_id: UserId) -> None:
        """Take it; whoever left the server has none."""
        ...


@dataclass(frozen=True)
class _Change:
    """Whose role changes in this go; `more` when that is not everybody."""

    event: Event
    mirror: Mirror
    give: Sequence[UserId]
    take: Sequence[UserId]
    more: bool


class TempRoles:
    """The hand that keeps roles, and who has them."""

    kind = MirrorKind.ROLE
    stays = False

    def __init__(self, db: Database, mirrors: Mirrors, sheets: Sheets, keeper: RoleKeeper, clock: Clock) -> None:
        self._db = db
        self._mirrors = mirrors
        self._sheets = sheets
        self._keeper = keeper
        self._clock = clock

    async def sync(self, action: Action) -> str:
        """Bring the raid's role to what the raid is, then have exactly those with a seat have it."""
        outcome = await self._mirrors.sync(self, action)
        change = await self._claim(action)
        if change is None or not (change.give or change.take):
            return outcome
        done = await self._hand_over(change)
        if done and change.more:
            raise TryLater(self._clock.now() + PAUSE, "more people to go")
        return f"given to {len(change.give)}, taken from {len(change.take)}"

    def look(self, event: Event, settings: Effective, now: datetime) -> Look | None:
        """A role for as long as the raid is ahead or running; who comes to Raid-Helper's raids is kept there."""
        wanted = settings[TEMP_ROLE] and event.sheet is SheetKind.NATIVE and not over(event, now)
        return {"name": role_name(event)} if wanted else None

    def makeable(self, event: Event, now: datetime) -> bool:  # noqa: ARG002 - as every hand has it
        """Roles need nothing to stand on."""
        return True

    async def make(self, event: Event, mirror: Mirror, look: Look) -> int:
        """Make it, unless one in doubt is there."""
        found = await self._in_doubt(event, mirror)
        return found or await self._keeper.make_role(event.guild_id, look["name"])

    async def change(self, event: Event, mirror: Mirror, look: Look) -> None:
        """Rename it."""
        await self._keeper.rename_role(event.guild_id, RoleId(mirror.discord_id or 0), look["name"])

    async def end(self, event: Event, mirror: Mirror) -> None:
        """Delete it."""
        found = mirror.discord_id or await self._in_doubt(event, mirror)
        if found is None:
            return
        try:
            await self._keeper.delete_role(event.guild_id, RoleId(found))
        except Gone:
            return

    async def _in_doubt(self, event: Event, mirror: Mirror) -> RoleId | None:
        if mirror.state is not MirrorState.MAKING:
            return None
        return await self._keeper.find_role(event.guild_id, role_mark(event))

    async def _claim(self, action: Action) -> _Change | None:
        """Whose role is to change, written down before it does: whoever may have it is never forgotten."""
        async with self._db.transaction() as tx:
            event = await tx.events.lock(action.guild_id, event_of(action))
            mirror = await tx.mirrors.get(event_of(action), self.kind)
            if event is None or mirror.state is not MirrorState.STANDS:
                return None
            seated = (await self._sheets.read(tx, event)).roster.seated
            coming = {one.sign_up.user_id for one in seated if one.sign_up.user_id is not None}
            held = await tx.mirrors.holders(event.id)
            take = [one for one in held if one not in coming]
            give = sorted(one for one in coming if not held.get(one))
            now_given = give[: max(0, AT_ONCE - len(take))]
            await tx.mirrors.giving(event.id, now_given)
            return _Change(event, mirror, now_given, take[:AT_ONCE], len(take) + len(give) > AT_ONCE)

    async def _hand_over(self, change: _Change) -> bool:
        """Give and take; whether all of it was done."""
        event, mirror = change.event, change.mirror
        role_id = RoleId(mirror.discord_id or 0)
        after = replace(mirror, trouble=None)
        try:
            for user_id in change.take:
                await self._keeper.take_role(event.guild_id, role_id, user_id)
            for user_id in change.give:
                await self._keeper.give_role(event.guild_id, role_id, user_id)
        except Gone:
            after = lost(mirror)
        except Refused as refused:
            after = replace(mirror, trouble=str(refused))
        if after != mirror:
            await self._mirrors.record(event, mirror, after)
        if after.trouble or after.state is not MirrorState.STANDS:
            return False
        async with self._db.transaction() as tx:
            await tx.mirrors.taken(event.id, change.take)
            await tx.mirrors.given(event.id, change.give)
        return True
