"""REST: a server, its roles and its members, within the role hierarchy."""

from sandbox.discord import access, permissions, wire, wire_guild
from sandbox.discord.permissions import Permission
from sandbox.discord.refusal import Refusal, invalid
from sandbox.discord.routing import Request, routes
from sandbox.discord.world import JSON, Guild, Member, Role

_ROLES = 250


@routes.on("GET", "/guilds/{guild_id}")
async def get(request: Request) -> JSON:
    """The server."""
    guild = access.guild(request)
    counts = {"approximate_member_count": len(guild.members), "approximate_presence_count": len(guild.members)}
    return wire_guild.guild(guild) | (counts if request.query.get("with_counts") in ("1", "true") else {})


@routes.on("DELETE", "/users/@me/guilds/{guild_id}")
async def leave(request: Request) -> None:
    """The bot leaves."""
    request.discord.kick_bot(access.guild(request))


@routes.on("GET", "/guilds/{guild_id}/emojis")
async def emojis(request: Request) -> list[JSON]:
    """All emojis."""
    return list(access.guild(request).emojis.values())


@routes.on("GET", "/guilds/{guild_id}/roles")
async def roles(request: Request) -> list[JSON]:
    """All roles."""
    return [wire.role(each) for each in access.guild(request).roles.values()]


@routes.on("GET", "/guilds/{guild_id}/roles/{role_id}")
async def role(request: Request) -> JSON:
    """One role."""
    return wire.role(access.role(request, access.guild(request)))


@routes.on("POST", "/guilds/{guild_id}/roles")
async def create_role(request: Request) -> JSON:
    """A new role at the bottom: Manage Roles, and nothing granted that the bot lacks."""
    guild = access.guild(request)
    access.require_in_guild(request, guild, Permission.MANAGE_ROLES)
    if len(guild.roles) >= _ROLES:
        raise Refusal(400, 30005, f"Maximum number of guild roles reached ({_ROLES})")
    made = Role(request.discord.snowflakes.next(), "new role", guild.everyone.permissions)
    _describe(request, guild, made)
    guild.roles[made.id] = made
    for each in guild.roles.values():
        each.position += 0 if each in (guild.everyone, made) else 1
    request.discord.role_event("GUILD_ROLE_CREATE", guild, made)
    return wire.role(made)


@routes.on("PATCH", "/guilds/{guild_id}/roles/{role_id}")
async def change_role(request: Request) -> JSON:
    """Change a role below the bot's own."""
    guild = access.guild(request)
    access.require_in_guild(request, guild, Permission.MANAGE_ROLES)
    changed = access.role(request, guild)
    access.require_rank(request, guild, changed)
    _describe(request, guild, changed)
    request.discord.role_event("GUILD_ROLE_UPDATE", guild, changed)
    return wire.role(changed)


def _describe(request: Request, guild: Guild, role: Role) -> None:
    body = request.json
    wanted = int(body.get("permissions") or role.permissions)
    own = permissions.base(guild, access.me(request, guild))
    if "permissions" in body and not permissions.has(own, wanted):
        raise Refusal(*access.MISSING_PERMISSIONS)
    if len(body.get("name") or "") > 100:
        raise invalid("name", "BASE_TYPE_MAX_LENGTH", "Must be 100 or fewer in length.")
    role.permissions, role.name = wanted, body.get("name") or role.name
    colors = body.get("colors") or {}
    role.color = colors.get("primary_color") or body.get("color") or role.color
    role.hoist, role.mentionable = bool(body.get("hoist", role.hoist)), bool(body.get("mentionable", role.mentionable))


@routes.on("DELETE", "/guilds/{guild_id}/roles/{role_id}")
async def delete_role(request: Request) -> None:
    """Delete a role below the bot's own."""
    guild = access.guild(request)
    access.require_in_guild(request, guild, Permission.MANAGE_ROLES)
    gone = access.role(request, guild)
    access.require_rank(request, guild, gone)
    request.discord.delete_role(guild, gone)


@routes.on("GET", "/guilds/{guild_id}/members")
async def members(request: Request) -> list[JSON]:
    """Members by id: only with the members intent granted in the portal."""
    guild = access.guild(request)
    if not request.discord.members_intent:
        raise Refusal(*access.MISSING_ACCESS)
    after, limit = int(request.query.get("after", 0)), int(request.query.get("limit", 1))
    found = sorted(user_id for user_id in guild.members if user_id > after)[:limit]
    return [wire.member(guild.members[user_id]) for user_id in found]


@routes.on("GET", "/guilds/{guild_id}/members/search")
async def search(request: Request) -> list[JSON]:
    """Members whose name starts so."""
    typed, limit = request.query.get("query", "").lower(), int(request.query.get("limit", 1))
    everybody = access.guild(request).members.values()
    found = [each for each in everybody if any(name.lower().startswith(typed) for name in _names(each))]
    return [wire.member(each) for each in found[:limit]]


def _names(member: Member) -> tuple[str, str]:
    return member.display_name, member.user.name


@routes.on("GET", "/guilds/{guild_id}/members/{user_id}")
async def member(request: Request) -> JSON:
    """One member."""
    return wire.member(access.member(request, access.guild(request)))


@routes.on("PATCH", "/guilds/{guild_id}/members/@me")
async def change_me(request: Request) -> JSON:
    """The bot changes its nick."""
    guild = access.guild(request)
    access.require_in_guild(request, guild, Permission.CHANGE_NICKNAME)
    me = access.me(request, guild)
    _nick(me, request.json)
    request.discord.member_changed(me)
    return wire.member(me)


@routes.on("PATCH", "/guilds/{guild_id}/members/{user_id}")
async def change_member(request: Request) -> JSON:
    """Change a member's nick or roles; who stands as high as the bot cannot be renamed."""
    guild = access.guild(request)
    who = access.member(request, guild)
    if "nick" in request.json:
        access.require_in_guild(request, guild, Permission.MANAGE_NICKNAMES)
        if permissions.top_position(guild, who) >= permissions.top_position(guild, access.me(request, guild)):
            raise Refusal(*access.MISSING_PERMISSIONS)
        _nick(who, request.json)
    if "roles" in request.json:
        _set_roles(request, guild, who, {int(each) for each in request.json["roles"] or []})
    request.discord.member_changed(who)
    return wire.member(who)


def _nick(member: Member, body: JSON) -> None:
    if len(body.get("nick") or "") > 32:
        raise invalid("nick", "BASE_TYPE_MAX_LENGTH", "Must be 32 or fewer in length.")
    member.nick = body.get("nick") or None


def _set_roles(request: Request, guild: Guild, who: Member, wanted: set[int]) -> None:
    access.require_in_guild(request, guild, Permission.MANAGE_ROLES)
    if wanted - guild.roles.keys():
        raise Refusal(404, 10011, "Unknown Role")
    for role_id in wanted ^ who.roles:
        access.require_rank(request, guild, guild.roles[role_id])
    who.roles = wanted


@routes.on("PUT", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}")
async def give_role(request: Request) -> None:
    """Give a member a role below the bot's own."""
    who, given = _assignable(request)
    who.roles.add(given.id)
    request.discord.member_changed(who)


@routes.on("DELETE", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}")
async def take_role(request: Request) -> None:
    """Take a role away."""
    who, taken = _assignable(request)
    who.roles.discard(taken.id)
    request.discord.member_changed(who)


def _assignable(request: Request) -> tuple[Member, Role]:
    guild = access.guild(request)
    who, wanted = access.member(request, guild), access.role(request, guild)
    access.require_in_guild(request, guild, Permission.MANAGE_ROLES)
    access.require_rank(request, guild, wanted)
    return who, wanted
