"""REST: messages of a channel: send, read, edit, delete, pin."""

from bisect import bisect_left
from datetime import timedelta

from sandbox.discord import access, permissions, posting, wire
from sandbox.discord.permissions import Permission
from sandbox.discord.refusal import Refusal, invalid
from sandbox.discord.routing import Request, routes
from sandbox.discord.world import JSON, Channel, Kind, Message

_MESSAGES = "/channels/{channel_id}/messages"
_ONE = "/channels/{channel_id}/messages/{message_id}"
_NO_TEXT = {Kind.CATEGORY, Kind.FORUM}
_NONCE_LASTS = timedelta(minutes=5)
_PINS = 250


def _shown(request: Request, message: Message) -> JSON:
    return wire.message(message, request.discord.application_id)


@routes.on("POST", _MESSAGES)
async def send(request: Request) -> JSON:
    """Post a message; one with a known enforced nonce returns the message that was posted then."""
    channel = access.channel(request)
    may_send(request, channel, request.json)
    if known := _same_nonce(request, channel):
        return _shown(request, known)
    message = posting.compose(request.discord, channel, request.discord.bot_user, request.json, request.files)
    _refer(request, message)
    if request.json.get("nonce") is not None:
        key = (message.author.id, str(message.nonce))
        channel.nonces[key] = (request.discord.clock.now(), message.id)
    return _shown(request, posting.place(request.discord, message))


def may_send(request: Request, channel: Channel, body: JSON) -> None:
    """Refuse what the bot may not post here; posting into an archived thread opens it again."""
    if channel.kind is Kind.DM:
        return _may_dm(request, channel)
    if channel.kind in _NO_TEXT:
        raise Refusal(400, 50008, "Cannot send messages in a non-text channel")
    access.require(request, channel, *_needed(channel, body, bool(request.files)))
    if channel.is_thread and channel.archived:
        _unarchive(request, channel)
    return None


def _may_dm(request: Request, channel: Channel) -> None:
    recipient = channel.recipient
    assert recipient is not None
    shared = any(recipient.id in guild.members for guild in request.discord.guilds_of_bot())
    if not (recipient.dms_open and shared):
        raise Refusal(403, 50007, "Cannot send messages to this user")


def _needed(channel: Channel, body: JSON, files: bool) -> list[int]:
    wanted: list[int] = [Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES]
    wanted += [Permission.EMBED_LINKS] if body.get("embeds") else []
    wanted += [Permission.ATTACH_FILES] if files else []
    wanted += [Permission.SEND_POLLS] if body.get("poll") else []
    return wanted + ([Permission.READ_MESSAGE_HISTORY] if body.get("message_reference") else [])


def _unarchive(request: Request, channel: Channel) -> None:
    if channel.locked:
        access.require(request, channel, Permission.MANAGE_THREADS)
    request.discord.set_archived(channel, False)


def _same_nonce(request: Request, channel: Channel) -> Message | None:
    nonce = request.json.get("nonce")
    if nonce is None or not request.json.get("enforce_nonce"):
        return None
    at, message_id = channel.nonces.get((request.discord.bot_user.id, str(nonce)), (None, 0))
    fresh = at is not None and request.discord.clock.now() - at <= _NONCE_LASTS
    return channel.messages.get(message_id) if fresh else None


def _refer(request: Request, message: Message) -> None:
    reference = request.json.get("message_reference")
    if not reference:
        return
    target = message.channel.messages.get(int(reference["message_id"]))
    if target is None and reference.get("fail_if_not_exists", True):
        raise invalid("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
    if target is not None:
        message.type = 19
        message.reference = {"type": 0, "channel_id": str(message.channel.id), "message_id": str(target.id)}


@routes.on("GET", _MESSAGES)
async def history(request: Request) -> list[JSON]:
    """Messages, newest first; without the right to read history there are none."""
    channel = access.channel(request)
    if not permissions.has(access.granted(request, channel), Permission.READ_MESSAGE_HISTORY):
        return []
    limit = int(request.query.get("limit", 50))
    if not 1 <= limit <= 100:
        raise invalid("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 100.")
    picked = _window(channel.order, request, limit)
    return [_shown(request, channel.messages[each]) for each in reversed(picked)]


def _window(order: list[int], request: Request, limit: int) -> list[int]:
    query = request.query
    if "after" in query:
        start = bisect_left(order, int(query["after"]) + 1)
        return order[start : start + limit]
    if "around" in query:
        middle = bisect_left(order, int(query["around"]))
        return order[max(0, middle - limit // 2) : middle + limit // 2 + 1]
    end = bisect_left(order, int(query["before"])) if "before" in query else len(order)
    return order[max(0, end - limit) : end]


@routes.on("GET", _ONE)
async def get(request: Request) -> JSON:
    """One message; it takes the right to read history."""
    channel = access.channel(request)
    if not permissions.has(access.granted(request, channel), Permission.READ_MESSAGE_HISTORY):
        raise Refusal(*access.MISSING_ACCESS)
    return _shown(request, access.message(request, channel))


@routes.on("PATCH", _ONE)
async def edit(request: Request) -> JSON:
    """Edit a message of the bot's own."""
    channel = access.channel(request)
    message = access.message(request, channel)
    if message.author is not request.discord.bot_user:
        raise Refusal(403, 50005, "Cannot edit a message authored by another user")
    if channel.archived:
        raise Refusal(400, 50083, "Thread is archived")
    if request.json.get("embeds"):
        access.require(request, channel, Permission.EMBED_LINKS)
    posting.revise(request.discord, message, request.json, request.files)
    posting.announce_edit(request.discord, message)
    return _shown(request, message)


@routes.on("DELETE", _ONE)
async def delete(request: Request) -> None:
    """Delete a message; another author's takes Manage Messages."""
    channel = access.channel(request)
    message = access.message(request, channel)
    if message.author is not request.discord.bot_user:
        _may_manage(request, channel)
    posting.remove(request.discord, message)


def _may_manage(request: Request, channel: Channel) -> None:
    if channel.guild is None:
        raise Refusal(403, 50003, "Cannot execute action on a DM channel")
    access.require(request, channel, Permission.MANAGE_MESSAGES)


@routes.on("POST", _MESSAGES + "/bulk-delete")
async def bulk_delete(request: Request) -> None:
    """Delete 2 to 100 messages at once."""
    channel = access.channel(request)
    _may_manage(request, channel)
    wanted = [int(each) for each in request.json.get("messages") or []]
    if not 2 <= len(wanted) <= 100:
        raise Refusal(400, 50016, "You can only bulk delete between 2 and 100 messages.")
    for message_id in wanted:
        if message_id in channel.messages:
            posting.remove(request.discord, channel.messages[message_id])


@routes.on("POST", "/channels/{channel_id}/typing")
async def typing(request: Request) -> None:
    """The bot is writing."""
    access.require(request, access.channel(request), Permission.SEND_MESSAGES)


@routes.on("GET", "/channels/{channel_id}/messages/pins")
async def pins(request: Request) -> JSON:
    """The pinned messages, newest pin first."""
    channel = access.channel(request)
    pinned = [channel.messages[each] for each in reversed(channel.pins)]
    items = [{"pinned_at": wire.stamp(each.timestamp), "message": _shown(request, each)} for each in pinned]
    return {"items": items, "has_more": False}


@routes.on("PUT", "/channels/{channel_id}/messages/pins/{message_id}")
@routes.on("PUT", "/channels/{channel_id}/pins/{message_id}")
async def pin(request: Request) -> None:
    """Pin a message: 250 a channel (30003)."""
    channel, message = _pinnable(request)
    if len(channel.pins) >= _PINS:
        raise Refusal(400, 30003, f"Maximum number of pins reached ({_PINS})")
    if message.id not in channel.pins:
        channel.pins.append(message.id)
    message.pinned = True
    _pins_changed(request, channel)


@routes.on("DELETE", "/channels/{channel_id}/messages/pins/{message_id}")
@routes.on("DELETE", "/channels/{channel_id}/pins/{message_id}")
async def unpin(request: Request) -> None:
    """Unpin a message."""
    channel, message = _pinnable(request)
    if message.id in channel.pins:
        channel.pins.remove(message.id)
    message.pinned = False
    _pins_changed(request, channel)


def _pinnable(request: Request) -> tuple[Channel, Message]:
    channel = access.channel(request)
    access.require(request, channel, Permission.PIN_MESSAGES)
    return channel, access.message(request, channel)


def _pins_changed(request: Request, channel: Channel) -> None:
    body: JSON = {"channel_id": str(channel.id), "last_pin_timestamp": wire.stamp(request.discord.clock.now())}
    if channel.guild:
        body["guild_id"] = str(channel.guild.id)
    request.discord.gateway.dispatch("CHANNEL_PINS_UPDATE", body, channel.guild.id if channel.guild else None)
