"""Messages coming, changing and going: what is stored, and who is told of it."""

import re
from bisect import bisect_left, insort
from typing import TYPE_CHECKING

from sandbox.discord import permissions, wire
from sandbox.discord.gateway import DMS, MESSAGES
from sandbox.discord.mentions import rung
from sandbox.discord.world import EPHEMERAL, JSON, LOADING, Channel, Message, Pings, Upload, User

if TYPE_CHECKING:
    from sandbox.discord.server import DiscordServer

_COMPONENT_DEFAULTS: dict[int, JSON] = {17: {"accent_color": None, "spoiler": False}}
_SUPPRESS_EMBEDS, _SILENT, _V2 = 1 << 2, 1 << 12, 1 << 15
_FLAGS_A_BOT_SETS = _SUPPRESS_EMBEDS | _SILENT | _V2


def compose(
    discord: "DiscordServer",
    channel: Channel,
    author: User,
    body: JSON,
    files: list[Upload],
    *,
    seen_by: int | None = None,
    interaction: JSON | None = None,
) -> Message:
    """A message from a request's body, checked but not yet standing anywhere. Raises Refusal."""
    discord.checks.message(body)
    message = Message(discord.snowflakes.next(), channel, author, discord.clock.now())
    message.flags = (body.get("flags") or 0) & _FLAGS_A_BOT_SETS | (EPHEMERAL if seen_by else 0)
    message.seen_by, message.interaction = seen_by, interaction
    message.nonce, message.poll = body.get("nonce"), body.get("poll")
    _fill(discord, message, body, files)
    message.pings = Pings() if seen_by else rung(body, channel, author)
    return message


def place(discord: "DiscordServer", message: Message) -> Message:
    """Put a composed message into its channel and tell the bots; an ephemeral one only its reader has."""
    if message.seen_by is None:
        message.channel.messages[message.id] = message
        insort(message.channel.order, message.id)  # ids follow the clock, which may have been turned back
        _announce(discord, "MESSAGE_CREATE", message)
    return message


def revise(discord: "DiscordServer", message: Message, body: JSON, files: list[Upload]) -> None:
    """Change the message as an edit's body says, after checking it against what stands. Raises Refusal."""
    discord.checks.message(body, wire.message(message, discord.application_id))
    if body.get("flags") is not None:
        message.flags = message.flags & ~_FLAGS_A_BOT_SETS | body["flags"] & _FLAGS_A_BOT_SETS
    _fill(discord, message, body, files)
    message.flags &= ~LOADING
    message.edited_at = discord.clock.now()
    message.edits += 1


def announce_edit(discord: "DiscordServer", message: Message) -> None:
    """Tell the bots, and whoever waits for an answer shown by this message."""
    if message.seen_by is None:
        _announce(discord, "MESSAGE_UPDATE", message)
    discord.interactions.message_changed(message)


def remove(discord: "DiscordServer", message: Message) -> None:
    """Take the message away and tell the bots."""
    channel, message.gone = message.channel, True
    if channel.messages.pop(message.id, None) is None:
        return
    del channel.order[bisect_left(channel.order, message.id)]
    if message.id in channel.pins:
        channel.pins.remove(message.id)
    body: JSON = {"id": str(message.id), "channel_id": str(channel.id)}
    if channel.guild:
        body["guild_id"] = str(channel.guild.id)
    _tell(discord, "MESSAGE_DELETE", channel, body)


def _fill(discord: "DiscordServer", message: Message, body: JSON, files: list[Upload]) -> None:
    if "attachments" in body or files:
        message.attachments = _attachments(discord, message, body.get("attachments"), files)
    if "content" in body:
        message.content = (body["content"] or "").strip()
    if "embeds" in body:
        message.embeds = [_embed(embed, message.attachments) for embed in body["embeds"] or []]
    if "components" in body:
        message.components = _numbered(body["components"] or [], [0])


def _attachments(
    discord: "DiscordServer", message: Message, listed: list[JSON] | None, files: list[Upload]
) -> list[JSON]:
    kept = {str(each["id"]) for each in listed or []}
    old = [each for each in message.attachments if listed is None or each["id"] in kept]
    return old + [_attach(discord, message.channel, upload) for upload in files]


def _attach(discord: "DiscordServer", channel: Channel, upload: Upload) -> JSON:
    attachment_id = discord.snowflakes.next()
    path = f"attachments/{channel.id}/{attachment_id}/{upload.filename}"
    discord.world.files[path] = upload
    url = f"{discord.url}/cdn/{path}"
    return attachment(attachment_id, upload, url)


def attachment(attachment_id: int, upload: Upload, url: str) -> JSON:
    """An attachment object."""
    body: JSON = {"id": str(attachment_id), "filename": upload.filename, "size": len(upload.content)}
    return {**body, "url": url, "proxy_url": url, "content_type": upload.content_type}


def _embed(embed: JSON, attachments: list[JSON]) -> JSON:
    shown = {"type": "rich", **embed}
    urls = {each["filename"]: each["url"] for each in attachments}
    for part in ("image", "thumbnail"):
        url = (shown.get(part) or {}).get("url", "")
        if url.startswith("attachment://"):
            shown[part] = {"url": urls.get(re.sub("^attachment://", "", url), url)}
    return shown


def _numbered(components: list[JSON], last: list[int]) -> list[JSON]:
    """The components with the ids Discord gives those that have none."""
    return [_number(component, last) for component in components]


def _number(component: JSON, last: list[int]) -> JSON:
    last[0] += 1
    numbered: JSON = {**_COMPONENT_DEFAULTS.get(component["type"], {}), **component}
    numbered["id"] = component.get("id") or last[0]
    if "components" in component:
        numbered["components"] = _numbered(component["components"], last)
    if component.get("accessory"):
        numbered["accessory"] = _number(component["accessory"], last)
    return numbered


def _announce(discord: "DiscordServer", event: str, message: Message) -> None:
    body = wire.announced_message(message, discord.application_id)
    _tell(discord, event, message.channel, body, _without_content(discord, message, body))


def _without_content(discord: "DiscordServer", message: Message, body: JSON) -> JSON | None:
    """What a bot without the message-content intent is sent; None when that is no different."""
    me = discord.bot_user.id
    if message.author.id == me or me in message.pings.users or message.channel.guild is None:
        return None
    return {**body, "content": "", "embeds": [], "attachments": [], "components": []}


def _tell(discord: "DiscordServer", event: str, channel: Channel, body: JSON, masked: JSON | None = None) -> None:
    if channel.guild is None:
        discord.gateway.dispatch(event, body, None, DMS)
    elif (me := channel.guild.members.get(discord.bot_user.id)) and permissions.has(
        permissions.within(channel.guild, me, channel), permissions.Permission.VIEW_CHANNEL
    ):
        discord.gateway.dispatch(event, body, channel.guild.id, MESSAGES, masked)
