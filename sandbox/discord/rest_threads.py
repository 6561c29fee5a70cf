"""REST: threads: from a message, on their own, as forum posts; who is in them; which are open."""

from sandbox.discord import access, permissions, posting, wire
from sandbox.discord.permissions import Permission
from sandbox.discord.refusal import Refusal, invalid
from sandbox.discord.routing import Request, routes
from sandbox.discord.world import JSON, Channel, Kind

_ARCHIVE_AFTER = (60, 1440, 4320, 10080)
_HOLD_THREADS = {Kind.TEXT, Kind.NEWS, Kind.FORUM}


@routes.on("POST", "/channels/{channel_id}/messages/{message_id}/threads")
async def from_message(request: Request) -> JSON:
    """A thread under a message: it has the message's id, and a message has one at most (160004)."""
    channel = access.channel(request)
    message = access.message(request, channel)
    access.require(request, channel, Permission.CREATE_PUBLIC_THREADS, Permission.READ_MESSAGE_HISTORY)
    if message.thread_id is not None:
        raise Refusal(400, 160004, "A thread has already been created for this message")
    message.thread_id = message.id
    return wire.channel(_open(request, channel, message.id, Kind.THREAD))


@routes.on("POST", "/channels/{channel_id}/threads")
async def create(request: Request) -> JSON:
    """A thread without a message, or in a forum a post with its first message."""
    channel = access.channel(request)
    if channel.kind is Kind.FORUM:
        return _forum_post(request, channel)
    # Without a type Discord makes the thread private.
    kind = Kind(request.json.get("type", Kind.PRIVATE_THREAD))
    private = kind is Kind.PRIVATE_THREAD
    access.require(request, channel, Permission.CREATE_PRIVATE_THREADS if private else Permission.CREATE_PUBLIC_THREADS)
    return wire.channel(_open(request, channel, request.discord.snowflakes.next(), kind))


def _forum_post(request: Request, forum: Channel) -> JSON:
    access.require(request, forum, Permission.SEND_MESSAGES)
    body = request.json.get("message") or {}
    discord = request.discord
    first = posting.compose(discord, forum, discord.bot_user, body, request.files)
    thread = _open(request, forum, first.id, Kind.THREAD)
    first.channel = thread
    posting.place(discord, first)
    return {**wire.channel(thread), "message": wire.message(first, discord.application_id)}


def _open(request: Request, parent: Channel, thread_id: int, kind: Kind) -> Channel:
    """A new thread the bot is in, announced."""
    body, discord = request.json, request.discord
    name, minutes = body.get("name") or "", body.get("auto_archive_duration") or 1440
    if not 1 <= len(name) <= 100:
        raise invalid("name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
    if minutes not in _ARCHIVE_AFTER or parent.kind not in _HOLD_THREADS:
        raise invalid("auto_archive_duration", "BASE_TYPE_CHOICES", f"Value must be one of {_ARCHIVE_AFTER}.")
    thread = Channel(thread_id, kind, name, parent.guild, parent_id=parent.id, owner_id=discord.bot_user.id)
    thread.auto_archive_minutes, thread.slowmode = minutes, body.get("rate_limit_per_user") or 0
    return discord.place_thread(thread)


@routes.on("GET", "/guilds/{guild_id}/threads/active")
async def active(request: Request) -> JSON:
    """The open threads the bot sees."""
    guild = access.guild(request)
    threads = [each for each in guild.channels.values() if each.is_thread and not each.archived]
    seen = [each for each in threads if permissions.has(access.granted(request, each), Permission.VIEW_CHANNEL)]
    return {"threads": [wire.channel(each) for each in seen], "members": [], "has_more": False}


@routes.on("GET", "/channels/{channel_id}/threads/archived/public")
async def archived(request: Request) -> JSON:
    """The archived public threads of a channel."""
    channel = access.channel(request)
    access.require(request, channel, Permission.READ_MESSAGE_HISTORY)
    assert channel.guild is not None
    threads = [each for each in channel.guild.channels.values() if each.parent_id == channel.id and each.archived]
    shown = [wire.channel(each) for each in threads if each.is_thread and each.kind is not Kind.PRIVATE_THREAD]
    return {"threads": shown, "members": [], "has_more": False}


def _thread(request: Request) -> Channel:
    thread = access.channel(request)
    if not thread.is_thread:
        raise Refusal(400, 50024, "Cannot execute action on this channel type")
    if request.method != "GET" and thread.archived:
        raise Refusal(400, 50083, "Thread is archived")
    return thread


@routes.on("PUT", "/channels/{channel_id}/thread-members/{user_id}")
async def add_member(request: Request) -> None:
    """Bring a member into a thread (or the bot itself, @me)."""
    thread = _thread(request)
    access.require(request, thread, Permission.SEND_MESSAGES_IN_THREADS)
    thread.thread_members.add(_user_id(request, thread))


@routes.on("DELETE", "/channels/{channel_id}/thread-members/{user_id}")
async def remove_member(request: Request) -> None:
    """Take a member out of a thread: Manage Threads, but for the bot itself."""
    thread = _thread(request)
    user_id = _user_id(request, thread)
    if user_id != request.discord.bot_user.id:
        access.require(request, thread, Permission.MANAGE_THREADS)
    thread.thread_members.discard(user_id)


def _user_id(request: Request, thread: Channel) -> int:
    assert thread.guild is not None
    if request.args["user_id"] == "@me":
        return request.discord.bot_user.id
    return access.member(request, thread.guild).id


@routes.on("GET", "/channels/{channel_id}/thread-members")
async def members(request: Request) -> list[JSON]:
    """Who is in a thread."""
    thread = _thread(request)
    return [_thread_member(thread, user_id) for user_id in sorted(thread.thread_members)]


@routes.on("GET", "/channels/{channel_id}/thread-members/{user_id}")
async def one_member(request: Request) -> JSON:
    """One member of a thread."""
    thread = _thread(request)
    user_id = _user_id(request, thread)
    if user_id not in thread.thread_members:
        raise Refusal(404, 10007, "Unknown Member")
    return _thread_member(thread, user_id)


def _thread_member(thread: Channel, user_id: int) -> JSON:
    joined = wire.stamp(thread.archive_changed_at)
    return {"id": str(thread.id), "user_id": str(user_id), "join_timestamp": joined, "flags": 0}
