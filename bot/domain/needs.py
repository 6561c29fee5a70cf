"""What the bot must be allowed in Discord, by Discord's names in small letters; and which roles people have named."""

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.event import Event, SheetKind
from bot.domain.ids import ChannelId, RoleId
from bot.domain.setting import SERVER, Effective, Level, Setting
from bot.domain.settings import DISCORD_EVENT, TEMP_ROLE, THREAD

SAYS = ("view_channel", "send_messages", "embed_links")
"""Where it says something."""
POSTS = (*SAYS, "read_message_history")
"""Where sheets stand: it looks at what it posted before it posts again."""
LEAD = timedelta(hours=24)
LAST_LEAD = timedelta(hours=3)
"""When it is looked at once more before a raid: what was lost meanwhile can still be mended."""

IN_CHANNEL: Mapping[Setting[bool], Sequence[str]] = {THREAD: ("create_public_threads", "send_messages_in_threads")}
"""What a setting needs besides in the raid's channel."""
IN_SERVER: Mapping[Setting[bool], Sequence[str]] = {
    DISCORD_EVENT: ("create_events", "manage_events"),
    TEMP_ROLE: ("manage_roles",),
}
"""What a setting needs in the whole server: a channel's own permissions do not change it."""
NATIVE_ONLY = frozenset({THREAD, TEMP_ROLE})
"""What stands beside Muster's own sheets alone: Raid-Helper opens its own threads and keeps who comes."""


def in_channel(holds: Effective, sheet: SheetKind = SheetKind.NATIVE) -> Sequence[str]:
    """What a raid with these settings needs in its channel: Raid-Helper posts its own sheets, the bot speaks there."""
    if sheet is SheetKind.RAID_HELPER:
        return SAYS
    return [*POSTS, *(one for setting, needed in IN_CHANNEL.items() if holds[setting] for one in needed)]


def in_server(holds: Effective, sheet: SheetKind = SheetKind.NATIVE) -> Sequence[str]:
    """What a raid with these settings needs in the server."""
    on = [one for one in IN_SERVER if holds[one] and (sheet is SheetKind.NATIVE or one not in NATIVE_ONLY)]
    return [one for setting in on for one in IN_SERVER[setting]]


@dataclass(frozen=True)
class Naming:
    """What names Discord roles: a setting at a level, or `RANK`, with the rank's name. `gone` are those deleted."""

    what: str
    level: Level = SERVER
    rank: str = ""
    gone: tuple[RoleId, ...] = ()

    @property
    def reasons(self) -> Sequence[str]:
        """Each role that is gone, by a name that stays the same."""
        return [self._reason(role) for role in self.gone]

    def only(self, reasons: Set[str]) -> "Naming":
        """The same with those of its deleted roles that are among `reasons`."""
        return replace(self, gone=tuple(role for role in self.gone if self._reason(role) in reasons))

    def _reason(self, role: RoleId) -> str:
        return f"role:{self.what}:{self.level.scope}:{self.level.id}:{self.rank}:{role}"


RANK = "rank"
Named = Mapping[Naming, Collection[RoleId]]


@dataclass(frozen=True)
class Lack:
    """Permissions (in Discord's words) the bot lacks in a channel, or in the server where `channel_id` is None.

    `gone`: the channel was deleted, or the bot does not see it. `roles`: what names a role that was deleted. `emoji`:
    the template's own that were, by name.
    """

    channel_id: ChannelId | None
    names: tuple[str, ...] = ()
    gone: bool = False
    roles: tuple[Naming, ...] = ()
    emoji: tuple[str, ...] = ()

    @property
    def reasons(self) -> Sequence[str]:
        """Each thing that is lacking, by a name that stays the same."""
        where = self.channel_id or "server"
        roles = [*(reason for one in self.roles for reason in one.reasons), *(f"emoji:{name}" for name in self.emoji)]
        return [f"{where}:gone"] if self.gone else [*(f"{where}:{name}" for name in self.names), *roles]

    def only(self, reasons: Set[str]) -> "Lack":
        """What of it is among `reasons`."""
        told = tuple(name for name in self.names if f"{self.channel_id or 'server'}:{name}" in reasons)
        roles = tuple(left for one in self.roles if (left := one.only(reasons)).gone)
        emoji = tuple(name for name in self.emoji if f"emoji:{name}" in reasons)
        return Lack(self.channel_id, told, self.gone and bool(set(self.reasons) & reasons), roles, emoji)

    def __bool__(self) -> bool:
        return self.gone or bool(self.names or self.roles or self.emoji)


def deleted(named: Named, gone: Collection[RoleId]) -> Lack:
    """What of it names one of the roles that are gone."""
    found = [replace(one, gone=tuple(role for role in roles if role in gone)) for one, roles in named.items()]
    return Lack(None, roles=tuple(one for one in found if one.gone))


def look_at(event: Event) -> datetime:
    """When it is looked at whether the bot may do all a raid needs: a day before, while it can still be mended."""
    return event.starts_at - LEAD
