"""REST: the bot itself, its application and its emojis, where its gateway is, and direct messages."""

import re

from sandbox.discord import wire, wire_guild
from sandbox.discord.refusal import Refusal, invalid
from sandbox.discord.routing import Request, routes
from sandbox.discord.world import JSON, Channel

_EMOJI_LIMIT = 2000
_EMOJI_NAME = re.compile(r"\w{2,32}", re.ASCII)


@routes.on("GET", "/users/@me")
async def me(request: Request) -> JSON:
    """The bot's own account."""
    return {**wire.user(request.discord.bot_user), "verified": True, "flags": 0, "locale": "en-US", "mfa_enabled": True}


@routes.on("GET", "/users/@me/guilds")
async def my_guilds(request: Request) -> list[JSON]:
    """The servers the bot is in."""
    bot = request.discord.bot_user
    return [wire_guild.guild(guild) for guild in request.discord.world.guilds.values() if bot.id in guild.members]


@routes.on("GET", "/users/{user_id}")
async def user(request: Request) -> JSON:
    """Any account (10013 when unknown)."""
    found = request.discord.world.users.get(request.id("user_id"))
    if found is None:
        raise Refusal(404, 10013, "Unknown User")
    return wire.user(found)


@routes.on("POST", "/users/@me/channels")
async def open_dm(request: Request) -> JSON:
    """The direct-message channel with a user; it always opens, only sending may be refused."""
    recipient = request.discord.world.users.get(int(request.json.get("recipient_id") or 0))
    if recipient is None or recipient.bot:
        raise Refusal(400, 50033, "Invalid Recipient(s)")
    return wire.channel(dm_with(request, recipient.id))


def dm_with(request: Request, user_id: int) -> Channel:
    """The one direct-message channel with this user."""
    return request.discord.dm_channel(request.discord.world.users[user_id])


@routes.on("GET", "/gateway")
async def gateway(request: Request) -> JSON:
    """Where to connect."""
    return {"url": request.discord.gateway_url}


@routes.on("GET", "/gateway/bot")
async def gateway_for_bot(request: Request) -> JSON:
    """Where to connect, and with how many shards."""
    limit = {"total": 1000, "remaining": 999, "reset_after": 14400000, "max_concurrency": 1}
    return {"url": request.discord.gateway_url, "shards": request.discord.shards, "session_start_limit": limit}


@routes.on("GET", "/applications/@me")
@routes.on("GET", "/oauth2/applications/@me")
async def application(request: Request) -> JSON:
    """The application behind the bot."""
    discord = request.discord
    return {
        "id": str(discord.application_id),
        "name": discord.bot_user.name,
        "icon": None,
        "description": "",
        "summary": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "type": None,
        "flags": discord.application_flags,
        "flags_new": str(discord.application_flags),
        "explicit_content_filter": 0,
        "eligible_oauth2_scopes": [],
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "owner": wire.user(discord.bot_owner),
        "team": None,
        "bot": wire.user(discord.bot_user),
        "approximate_guild_count": len(discord.world.guilds),
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
    }


@routes.on("GET", "/applications/{application_id}/emojis")
async def emojis(request: Request) -> JSON:
    """The application's own emojis."""
    return {"items": list(request.discord.world.emojis.values())}


@routes.on("POST", "/applications/{application_id}/emojis")
async def create_emoji(request: Request) -> JSON:
    """Upload an emoji: its name unique, its image a data URI of at most 256 KiB."""
    name, image, known = request.json.get("name") or "", request.json.get("image") or "", request.discord.world.emojis
    if len(known) >= _EMOJI_LIMIT:
        raise Refusal(400, 30008, f"Maximum number of emojis reached ({_EMOJI_LIMIT})")
    if not _EMOJI_NAME.fullmatch(name) or any(each["name"] == name for each in known.values()):
        raise invalid("name", "APPLICATION_EMOJI_NAME_ALREADY_TAKEN", "Must be unique, 2 to 32 letters, digits or _")
    if not image.startswith("data:image/") or len(image) * 3 // 4 > 256 * 1024:
        raise invalid("image", "BINARY_TYPE_MAX_SIZE", "File cannot be larger than 256 kb.")
    return request.discord.add_emoji(name, animated=image.startswith("data:image/gif"))


@routes.on("GET", "/applications/{application_id}/emojis/{emoji_id}")
async def emoji(request: Request) -> JSON:
    """One emoji (10014 when unknown)."""
    found = request.discord.world.emojis.get(request.id("emoji_id"))
    if found is None:
        raise Refusal(404, 10014, "Unknown Emoji")
    return found


@routes.on("PATCH", "/applications/{application_id}/emojis/{emoji_id}")
async def rename_emoji(request: Request) -> JSON:
    """Give an emoji another name."""
    found = await emoji(request)
    found["name"] = request.json["name"]
    return found


@routes.on("DELETE", "/applications/{application_id}/emojis/{emoji_id}")
async def delete_emoji(request: Request) -> None:
    """Remove an emoji."""
    await emoji(request)
    del request.discord.world.emojis[request.id("emoji_id")]
