"""What the bot may reach: every lookup a route makes, with the refusal Discord gives instead."""

from sandbox.discord import permissions
from sandbox.discord.permissions import Permission
from sandbox.discord.refusal import Refusal
from sandbox.discord.routing import Request
from sandbox.discord.world import Channel, Guild, Member, Message, Role

MISSING_ACCESS = (403, 50001, "Missing Access")
MISSING_PERMISSIONS = (403, 50013, "Missing Permissions")


def guild(request: Request, name: str = "guild_id") -> Guild:
    """The server, if it exists (10004) and the bot is in it (50001)."""
    found = request.discord.world.guilds.get(request.id(name))
    if found is None:
        raise Refusal(404, 10004, "Unknown Guild")
    if request.discord.bot_user.id not in found.members:
        raise Refusal(*MISSING_ACCESS)
    return found


def channel(request: Request, name: str = "channel_id") -> Channel:
    """The channel, if it exists (10003) and the bot sees it (50001)."""
    found = request.discord.world.channels.get(request.id(name))
    if found is None:
        raise Refusal(404, 10003, "Unknown Channel")
    if not permissions.has(granted(request, found), Permission.VIEW_CHANNEL):
        raise Refusal(*MISSING_ACCESS)
    return found


def granted(request: Request, where: Channel) -> int:
    """The bot's permissions in the channel: none in a server it is not in, all in a direct message."""
    if where.guild is None:
        return permissions.EVERYTHING
    me = where.guild.members.get(request.discord.bot_user.id)
    return permissions.within(where.guild, me, where) if me else 0


def require(request: Request, where: Channel, *wanted: int) -> None:
    """Refuse (50013) unless the bot has every wanted permission in the channel."""
    if not permissions.has(granted(request, where), *wanted):
        raise Refusal(*MISSING_PERMISSIONS)


def me(request: Request, where: Guild) -> Member:
    """The bot's own membership."""
    return where.members[request.discord.bot_user.id]


def require_in_guild(request: Request, where: Guild, *wanted: int) -> None:
    """Refuse (50013) unless the bot has one of the permissions in the whole server."""
    allowed = permissions.base(where, me(request, where))
    if not any(permissions.has(allowed, bit) for bit in wanted):
        raise Refusal(*MISSING_PERMISSIONS)


def require_rank(request: Request, where: Guild, role: Role) -> None:
    """Refuse (50013) unless the role stands below the bot's highest one and belongs to no bot."""
    top = permissions.top_position(where, me(request, where))
    if role.position >= top or role.managed or role.id == where.id:
        raise Refusal(*MISSING_PERMISSIONS)


def member(request: Request, where: Guild, name: str = "user_id") -> Member:
    """The member; a user who left is unknown here (10007), a made-up one everywhere (10013)."""
    wanted = request.id(name)
    if wanted in where.members:
        return where.members[wanted]
    if wanted in request.discord.world.users:
        raise Refusal(404, 10007, "Unknown Member")
    raise Refusal(404, 10013, "Unknown User")


def role(request: Request, where: Guild, name: str = "role_id") -> Role:
    """The role (10011 when unknown)."""
    found = where.roles.get(request.id(name))
    if found is None:
        raise Refusal(404, 10011, "Unknown Role")
    return found


def message(request: Request, where: Channel, name: str = "message_id") -> Message:
    """The message (10008 when unknown); ephemeral ones are not in the channel."""
    found = where.messages.get(request.id(name))
    if found is None:
        raise Refusal(404, 10008, "Unknown Message")
    return found
