"""REST: channels of a server: read, create, change, delete, and their overwrites."""

from sandbox.discord import access, permissions, wire
from sandbox.discord.permissions import Permission
from sandbox.discord.refusal import Refusal, invalid
from sandbox.discord.routing import Request, routes
from sandbox.discord.world import JSON, Channel, Kind, Overwrite

_CHANNELS = 500


@routes.on("GET", "/channels/{channel_id}")
async def get(request: Request) -> JSON:
    """A channel, thread or direct-message channel."""
    return wire.channel(access.channel(request))


@routes.on("GET", "/guilds/{guild_id}/channels")
async def of_guild(request: Request) -> list[JSON]:
    """A server's channels; threads are listed elsewhere."""
    return [wire.channel(each) for each in access.guild(request).channels.values() if not each.is_thread]


@routes.on("POST", "/guilds/{guild_id}/channels")
async def create(request: Request) -> JSON:
    """A new channel: it takes Manage Channels."""
    guild = access.guild(request)
    access.require_in_guild(request, guild, Permission.MANAGE_CHANNELS)
    if sum(not each.is_thread for each in guild.channels.values()) >= _CHANNELS:
        raise Refusal(400, 30013, f"Maximum number of guild channels reached ({_CHANNELS})")
    name, kind = _name(request.json), Kind(request.json.get("type") or 0)
    parent = request.json.get("parent_id")
    channel = Channel(request.discord.snowflakes.next(), kind, name, guild, parent_id=int(parent) if parent else None)
    channel.topic, channel.overwrites = request.json.get("topic"), _overwrites(request.json)
    return wire.channel(request.discord.place_channel(channel))


def _name(body: JSON) -> str:
    name = body.get("name") or ""
    if not 1 <= len(name) <= 100:
        raise invalid("name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
    return name


def _overwrites(body: JSON) -> dict[int, Overwrite]:
    return {int(each["id"]): _overwrite(int(each["id"]), each) for each in body.get("permission_overwrites") or []}


def _overwrite(target_id: int, body: JSON) -> Overwrite:
    allow, deny = int(body.get("allow") or 0), int(body.get("deny") or 0)
    return Overwrite(target_id, str(body["type"]) in ("1", "member"), allow, deny)


@routes.on("PATCH", "/channels/{channel_id}")
async def change(request: Request) -> JSON:
    """Change a channel (Manage Channels) or a thread (its owner, or Manage Threads)."""
    channel = access.channel(request)
    if channel.is_thread:
        _change_thread(request, channel)
    else:
        access.require(request, channel, Permission.MANAGE_CHANNELS)
        _change_channel(channel, request.json)
        request.discord.channel_event("CHANNEL_UPDATE", channel)
    return wire.channel(channel)


def _change_channel(channel: Channel, body: JSON) -> None:
    channel.name = _name(body) if "name" in body else channel.name
    channel.topic = body.get("topic", channel.topic)
    channel.slowmode = body.get("rate_limit_per_user", channel.slowmode) or 0
    channel.position = body.get("position", channel.position) or 0
    if "permission_overwrites" in body:
        channel.overwrites = _overwrites(body)
    if "parent_id" in body:
        channel.parent_id = int(body["parent_id"]) if body["parent_id"] else None


def _change_thread(request: Request, thread: Channel) -> None:
    body = request.json
    _may_change_thread(request, thread, body)
    thread.name = _name(body) if "name" in body else thread.name
    thread.locked = bool(body.get("locked", thread.locked))
    thread.slowmode = body.get("rate_limit_per_user", thread.slowmode) or 0
    thread.auto_archive_minutes = body.get("auto_archive_duration", thread.auto_archive_minutes)
    request.discord.set_archived(thread, bool(body.get("archived", thread.archived)))


def _may_change_thread(request: Request, thread: Channel, body: JSON) -> None:
    """An archived thread only takes being opened; opening an unlocked one takes no more than writing in it."""
    if thread.archived and body.get("archived") is not False:
        raise Refusal(400, 50083, "Thread is archived")
    if set(body) == {"archived"} and body["archived"] is False and not thread.locked:
        access.require(request, thread, Permission.SEND_MESSAGES_IN_THREADS)
    elif thread.owner_id != request.discord.bot_user.id or "locked" in body:
        access.require(request, thread, Permission.MANAGE_THREADS)


@routes.on("DELETE", "/channels/{channel_id}")
async def delete(request: Request) -> JSON:
    """Delete a channel (Manage Channels) or a thread (Manage Threads)."""
    channel = access.channel(request)
    if channel.guild is not None:
        access.require(request, channel, Permission.MANAGE_THREADS if channel.is_thread else Permission.MANAGE_CHANNELS)
        request.discord.delete_channel(channel)
    return wire.channel(channel)


@routes.on("PUT", "/channels/{channel_id}/permissions/{target_id}")
async def overwrite(request: Request) -> None:
    """Set one overwrite: it takes Manage Roles, and grants no more than the bot has itself."""
    channel = access.channel(request)
    access.require(request, channel, Permission.MANAGE_ROLES)
    made = _overwrite(request.id("target_id"), request.json)
    granted = access.granted(request, channel)
    if not permissions.has(granted, made.allow | made.deny):
        raise Refusal(*access.MISSING_PERMISSIONS)
    channel.overwrites[made.target_id] = made
    request.discord.channel_event("CHANNEL_UPDATE", channel)


@routes.on("DELETE", "/channels/{channel_id}/permissions/{target_id}")
async def drop_overwrite(request: Request) -> None:
    """Remove one overwrite."""
    channel = access.channel(request)
    access.require(request, channel, Permission.MANAGE_ROLES)
    if channel.overwrites.pop(request.id("target_id"), None) is None:
        raise Refusal(404, 10009, "Unknown Overwrite")
    request.discord.channel_event("CHANNEL_UPDATE", channel)
