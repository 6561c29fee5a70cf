"""REST: reactions on a message."""

import re
from urllib.parse import unquote

from sandbox.discord import access, wire
from sandbox.discord.gateway import REACTIONS
from sandbox.discord.permissions import Permission
from sandbox.discord.refusal import Refusal
from sandbox.discord.routing import Request, routes
from sandbox.discord.world import JSON, Message

_EMOJI = "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}"
# discord.py leaves the leading colon (or "a:") of <:name:id> standing, and Discord takes it.
_CUSTOM = re.compile(r"(?:a?:)?(\w{2,32}:\d+)", re.ASCII)
_KINDS = 20


def _emoji(request: Request) -> str:
    """A Unicode emoji, or name:id; anything else is unknown (10014)."""
    emoji = unquote(request.args["emoji"])
    if not emoji.isascii():
        return emoji
    custom = _CUSTOM.fullmatch(emoji)
    if custom is None:
        raise Refusal(400, 10014, "Unknown Emoji")
    return custom[1]


@routes.on("PUT", _EMOJI + "/@me")
async def add(request: Request) -> None:
    """The bot reacts: it takes Read Message History, and Add Reactions for an emoji nobody used yet."""
    channel = access.channel(request)
    message, emoji = access.message(request, channel), _emoji(request)
    access.require(request, channel, Permission.READ_MESSAGE_HISTORY)
    if emoji not in message.reactions:
        access.require(request, channel, Permission.ADD_REACTIONS)
        if len(message.reactions) >= _KINDS:
            raise Refusal(403, 30010, f"Maximum number of reactions reached ({_KINDS})")
    message.reactions.setdefault(emoji, set()).add(request.discord.bot_user.id)
    _tell(request, "MESSAGE_REACTION_ADD", message, emoji)


@routes.on("DELETE", _EMOJI + "/@me")
async def take_back(request: Request) -> None:
    """The bot takes its reaction back."""
    channel = access.channel(request)
    message, emoji = access.message(request, channel), _emoji(request)
    message.reactions.get(emoji, set()).discard(request.discord.bot_user.id)
    if not message.reactions.get(emoji):
        message.reactions.pop(emoji, None)
    _tell(request, "MESSAGE_REACTION_REMOVE", message, emoji)


@routes.on("GET", _EMOJI)
async def who(request: Request) -> list[JSON]:
    """Who reacted with this emoji."""
    message = access.message(request, access.channel(request))
    users = request.discord.world.users
    return [wire.user(users[each]) for each in sorted(message.reactions.get(_emoji(request), set()))]


@routes.on("DELETE", "/channels/{channel_id}/messages/{message_id}/reactions")
async def clear(request: Request) -> None:
    """Remove all reactions."""
    channel = access.channel(request)
    access.require(request, channel, Permission.MANAGE_MESSAGES)
    access.message(request, channel).reactions.clear()


def _tell(request: Request, event: str, message: Message, emoji: str) -> None:
    guild, (name, _, emoji_id) = message.channel.guild, emoji.partition(":")
    body: JSON = {
        "user_id": str(request.discord.bot_user.id),
        "channel_id": str(message.channel.id),
        "message_id": str(message.id),
        "emoji": {"id": emoji_id or None, "name": name},
        "type": 0,
        "burst": False,
    }
    if guild:
        body["guild_id"] = str(guild.id)
    request.discord.gateway.dispatch(event, body, guild.id if guild else None, REACTIONS)
