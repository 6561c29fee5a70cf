"""What exists in the stand-in: users, servers, roles, members, channels, messages. Plain values, no rules.

Ids are integers here and strings on the wire (`wire.py`). Instants are aware, UTC.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any

JSON = dict[str, Any]

EPHEMERAL = 1 << 6
LOADING = 1 << 7
COMPONENTS_V2 = 1 << 15


class Kind(IntEnum):
    """Channel types, by Discord's numbers."""

    TEXT = 0
    DM = 1
    VOICE = 2
    CATEGORY = 4
    NEWS = 5
    NEWS_THREAD = 10
    THREAD = 11
    PRIVATE_THREAD = 12
    STAGE = 13
    FORUM = 15


THREADS = frozenset({Kind.NEWS_THREAD, Kind.THREAD, Kind.PRIVATE_THREAD})


@dataclass(eq=False)
class User:
    """An account. `dms_open` False: their privacy settings refuse the bot's direct messages."""

    id: int
    name: str
    bot: bool = False
    global_name: str | None = None
    dms_open: bool = True
    locale: str = "en-US"

    @property
    def mention(self) -> str:
        """How a message names them."""
        return f"<@{self.id}>"


@dataclass(eq=False)
class Role:
    """A role; `position` orders the hierarchy (@everyone is 0), `managed` belongs to a bot."""

    id: int
    name: str
    permissions: int = 0
    position: int = 1
    color: int = 0
    hoist: bool = False
    mentionable: bool = False
    managed: bool = False
    bot_id: int | None = None

    @property
    def mention(self) -> str:
        """How a message names it."""
        return f"<@&{self.id}>"


@dataclass(eq=False)
class Member:
    """A user in a server."""

    user: User
    guild: "Guild"
    joined_at: datetime
    roles: set[int] = field(default_factory=set[int])
    nick: str | None = None

    @property
    def id(self) -> int:
        """The user's id."""
        return self.user.id

    @property
    def mention(self) -> str:
        """How a message names them."""
        return self.user.mention

    @property
    def display_name(self) -> str:
        """The name others read."""
        return self.nick or self.user.global_name or self.user.name


@dataclass(frozen=True)
class Overwrite:
    """A channel's exception for one role or one member."""

    target_id: int
    for_member: bool
    allow: int = 0
    deny: int = 0


@dataclass(frozen=True)
class Upload:
    """A file: what a bot attached or a member handed in."""

    filename: str
    content: bytes
    content_type: str = "application/octet-stream"


@dataclass(frozen=True)
class Pings:
    """Who a message rang: the mentions that counted, and every user id behind them."""

    everyone: bool = False
    users: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()
    who: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return self.everyone or bool(self.users or self.roles)


@dataclass(eq=False)
class Message:
    """A message as it stands now, or `gone`. `seen_by` is set on an ephemeral one: the only user who sees it."""

    id: int
    channel: "Channel"
    author: User
    timestamp: datetime
    content: str = ""
    embeds: list[JSON] = field(default_factory=list[JSON])
    components: list[JSON] = field(default_factory=list[JSON])
    attachments: list[JSON] = field(default_factory=list[JSON])
    flags: int = 0
    type: int = 0
    edited_at: datetime | None = None
    edits: int = 0
    nonce: str | int | None = None
    pinned: bool = False
    poll: JSON | None = None
    reference: JSON | None = None
    reactions: dict[str, set[int]] = field(default_factory=dict[str, set[int]])
    interaction: JSON | None = None
    thread_id: int | None = None
    seen_by: int | None = None
    gone: bool = False
    pings: Pings = field(default_factory=Pings)

    @property
    def ephemeral(self) -> bool:
        """Whether only one user sees it."""
        return bool(self.flags & EPHEMERAL)

    @property
    def loading(self) -> bool:
        """Whether it still says that the bot is thinking."""
        return bool(self.flags & LOADING)


@dataclass(eq=False)
class Channel:
    """A channel of a server, a thread, or a direct message (`guild` None, `recipient` set)."""

    id: int
    kind: Kind
    name: str
    guild: "Guild | None" = None
    recipient: User | None = None
    parent_id: int | None = None
    position: int = 0
    topic: str | None = None
    nsfw: bool = False
    slowmode: int = 0
    overwrites: dict[int, Overwrite] = field(default_factory=dict[int, Overwrite])
    owner_id: int | None = None
    archived: bool = False
    locked: bool = False
    auto_archive_minutes: int = 1440
    archive_changed_at: datetime | None = None
    thread_members: set[int] = field(default_factory=set[int])
    tags: list[JSON] = field(default_factory=list[JSON])
    messages: dict[int, Message] = field(default_factory=dict[int, Message])
    order: list[int] = field(default_factory=list[int])
    pins: list[int] = field(default_factory=list[int])
    nonces: dict[tuple[int, str], tuple[datetime, int]] = field(default_factory=dict)

    @property
    def is_thread(self) -> bool:
        """Whether it is a thread."""
        return self.kind in THREADS

    @property
    def mention(self) -> str:
        """How a message names it."""
        return f"<#{self.id}>"


@dataclass(eq=False)
class Guild:
    """A server. The role with the server's own id is @everyone."""

    id: int
    name: str
    owner_id: int
    locale: str = "en-US"
    roles: dict[int, Role] = field(default_factory=dict[int, Role])
    members: dict[int, Member] = field(default_factory=dict[int, Member])
    channels: dict[int, Channel] = field(default_factory=dict[int, Channel])
    events: dict[int, JSON] = field(default_factory=dict[int, JSON])
    voice: dict[int, int] = field(default_factory=dict[int, int])
    emojis: dict[int, JSON] = field(default_factory=dict[int, JSON])
    system_channel_id: int | None = None

    @property
    def everyone(self) -> Role:
        """The role everybody has."""
        return self.roles[self.id]


@dataclass(eq=False)
class World:
    """Everything, found by id. `commands` holds what was synced: by server, or None for global ones."""

    users: dict[int, User] = field(default_factory=dict[int, User])
    guilds: dict[int, Guild] = field(default_factory=dict[int, Guild])
    channels: dict[int, Channel] = field(default_factory=dict[int, Channel])
    dms: dict[int, Channel] = field(default_factory=dict[int, Channel])
    commands: dict[int | None, dict[int, JSON]] = field(default_factory=dict)
    emojis: dict[int, JSON] = field(default_factory=dict[int, JSON])
    files: dict[str, Upload] = field(default_factory=dict[str, Upload])
