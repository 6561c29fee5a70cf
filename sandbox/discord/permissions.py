"""Discord's permission arithmetic: owner, Administrator, @everyone, roles, then the channel's overwrites.

Source: Discord's documentation, topic "Permissions" (computing base permissions and overwrites, implicit permissions).
"""

from collections.abc import Iterable
from enum import IntFlag
from typing import Protocol

from sandbox.discord.world import Channel, Guild, Member, Overwrite


class Permission(IntFlag):
    """The bits the stand-in looks at, and those a default server grants."""

    CREATE_INVITE = 1 << 0
    KICK_MEMBERS = 1 << 1
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    SEND_TTS = 1 << 12
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    CONNECT = 1 << 20
    SPEAK = 1 << 21
    MOVE_MEMBERS = 1 << 24
    CHANGE_NICKNAME = 1 << 26
    MANAGE_NICKNAMES = 1 << 27
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_EVENTS = 1 << 33
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    CREATE_EVENTS = 1 << 44
    SEND_POLLS = 1 << 49
    PIN_MESSAGES = 1 << 51


P = Permission
EVERYTHING = (1 << 53) - 1
EVERYONE_BY_DEFAULT = int(
    P.VIEW_CHANNEL
    | P.CREATE_INVITE
    | P.CHANGE_NICKNAME
    | P.SEND_MESSAGES
    | P.SEND_MESSAGES_IN_THREADS
    | P.CREATE_PUBLIC_THREADS
    | P.CREATE_PRIVATE_THREADS
    | P.EMBED_LINKS
    | P.ATTACH_FILES
    | P.ADD_REACTIONS
    | P.USE_EXTERNAL_EMOJIS
    | P.MENTION_EVERYONE
    | P.READ_MESSAGE_HISTORY
    | P.USE_APPLICATION_COMMANDS
    | P.CONNECT
    | P.SPEAK
    | P.SEND_POLLS
)
BOT_BY_DEFAULT = int(
    P.VIEW_CHANNEL
    | P.SEND_MESSAGES
    | P.SEND_MESSAGES_IN_THREADS
    | P.CREATE_PUBLIC_THREADS
    | P.MANAGE_THREADS
    | P.EMBED_LINKS
    | P.ATTACH_FILES
    | P.READ_MESSAGE_HISTORY
    | P.ADD_REACTIONS
    | P.USE_EXTERNAL_EMOJIS
    | P.MENTION_EVERYONE
    | P.MANAGE_MESSAGES
    | P.PIN_MESSAGES
    | P.MANAGE_ROLES
    | P.MANAGE_EVENTS
    | P.CREATE_EVENTS
    | P.CONNECT
)
# Without the right to send, these mean nothing (documented as implicit denials).
_NEEDS_SENDING = P.MENTION_EVERYONE | P.SEND_TTS | P.ATTACH_FILES | P.EMBED_LINKS


class HasValue(Protocol):
    """A permission set of the library: `discord.Permissions` and the like."""

    value: int


def bits(permissions: int | HasValue) -> int:
    """The number behind a permission set."""
    return int(permissions) if isinstance(permissions, int) else permissions.value


def base(guild: Guild, member: Member) -> int:
    """What the member may in the whole server, before any channel's overwrites."""
    if guild.owner_id == member.user.id:
        return EVERYTHING
    allowed = guild.everyone.permissions
    for role_id in member.roles:
        allowed |= guild.roles[role_id].permissions
    return EVERYTHING if allowed & P.ADMINISTRATOR else allowed


def within(guild: Guild, member: Member, channel: Channel) -> int:
    """What the member may in the channel; a thread has its parent's permissions."""
    allowed = base(guild, member)
    if allowed == EVERYTHING:
        return EVERYTHING
    allowed = _overwritten(allowed, guild, member, _governing(guild, channel).overwrites)
    return _implied(allowed, channel)


def has(granted: int, *wanted: int) -> bool:
    """Whether every wanted bit is granted."""
    return all(granted & bit == bit for bit in wanted)


def top_position(guild: Guild, member: Member) -> int:
    """How high the member stands: the position of their highest role, above all for the owner."""
    if guild.owner_id == member.user.id:
        return 1 << 30
    return max((guild.roles[role_id].position for role_id in member.roles), default=0)


def _governing(guild: Guild, channel: Channel) -> Channel:
    return guild.channels.get(channel.parent_id or 0, channel) if channel.is_thread else channel


def _overwritten(allowed: int, guild: Guild, member: Member, overwrites: dict[int, Overwrite]) -> int:
    layers: list[Iterable[Overwrite]] = [
        [overwrites[guild.id]] if guild.id in overwrites else [],
        [overwrites[role_id] for role_id in member.roles if role_id in overwrites],
        [overwrites[member.user.id]] if member.user.id in overwrites else [],
    ]
    for layer in layers:
        deny = allow = 0
        for overwrite in layer:
            deny |= overwrite.deny
            allow |= overwrite.allow
        allowed = (allowed & ~deny) | allow
    return allowed


def _implied(allowed: int, channel: Channel) -> int:
    if not allowed & P.VIEW_CHANNEL:
        return 0
    sending = P.SEND_MESSAGES_IN_THREADS if channel.is_thread else P.SEND_MESSAGES
    return allowed if allowed & sending else allowed & ~_NEEDS_SENDING
