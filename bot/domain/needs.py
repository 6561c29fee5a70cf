"""What the bot must be allowed in Discord, by Discord's names for permissions in small letters."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.event import Event
from bot.domain.ids import ChannelId
from bot.domain.setting import Effective, Setting
from bot.domain.settings import DISCORD_EVENT, TEMP_ROLE, THREAD

SAYS = ("view_channel", "send_messages", "embed_links")
"""Where it says something."""
POSTS = (*SAYS, "read_message_history")
"""Where sheets stand: it looks at what it posted before it posts again."""
LEAD = timedelta(hours=24)

IN_CHANNEL: Mapping[Setting[bool], Sequence[str]] = {THREAD: ("create_public_threads", "send_messages_in_threads")}
"""What a setting needs besides in the raid's channel."""
IN_SERVER: Mapping[Setting[bool], Sequence[str]] = {
    DISCORD_EVENT: ("create_events", "manage_events"),
    TEMP_ROLE: ("manage_roles",),
}
"""What a setting needs in the whole server: a channel's own permissions do not change it."""


def in_channel(holds: Effective) -> Sequence[str]:
    """What a raid with these settings needs in its channel besides posting."""
    return [one for setting, needed in IN_CHANNEL.items() if holds[setting] for one in needed]


def in_server(holds: Effective) -> Sequence[str]:
    """What a raid with these settings needs in the server."""
    return [one for setting, needed in IN_SERVER.items() if holds[setting] for one in needed]


@dataclass(frozen=True)
class Lack:
    """Permissions (in Discord's words) the bot lacks in a channel, or in the server where `channel_id` is None.

    `gone`: the channel was deleted, or the bot does not see it.
    """

    channel_id: ChannelId | None
    names: tuple[str, ...] = ()
    gone: bool = False

    @property
    def reasons(self) -> Sequence[str]:
        """Each thing that is lacking, by a name that stays the same."""
        where = self.channel_id or "server"
        return [f"{where}:gone"] if self.gone else [f"{where}:{name}" for name in self.names]

    def only(self, reasons: Set[str]) -> "Lack":
        """What of it is among `reasons`."""
        told = tuple(name for name in self.names if f"{self.channel_id or 'server'}:{name}" in reasons)
        return Lack(self.channel_id, told, gone=self.gone and bool(set(self.reasons) & reasons))

    def __bool__(self) -> bool:
        return self.gone or bool(self.names)


def look_at(event: Event) -> datetime:
    """When it is looked at whether the bot may do all a raid needs: a day before, while it can still be mended."""
    return event.starts_at - LEAD
