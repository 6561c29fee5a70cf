"""What the bot must be allowed in Discord, by Discord's names for permissions in small letters."""

from collections.abc import Mapping, Sequence

from bot.domain.setting import Effective, Setting
from bot.domain.settings import DISCORD_EVENT, TEMP_ROLE, THREAD

SAYS = ("view_channel", "send_messages", "embed_links")
"""Where it says something."""
POSTS = (*SAYS, "read_message_history")
"""Where sheets stand: it looks at what it posted before it posts again."""
SAYS_IN_THREADS = ("view_channel", "send_messages_in_threads", "embed_links", "read_message_history")
"""Where sheets stand, when that is a thread."""

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
