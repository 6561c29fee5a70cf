"""REST: the application's commands, global and of one server, as `tree.sync()` sends them."""

from typing import Any

from sandbox.discord import access
from sandbox.discord.refusal import Refusal
from sandbox.discord.routing import Request, routes
from sandbox.discord.world import JSON

_DEFAULTS: JSON = {
    "type": 1,
    "description": "",
    "name_localizations": None,
    "description_localizations": None,
    "default_member_permissions": None,
    "dm_permission": True,
    "nsfw": False,
    "options": [],
    "contexts": None,
    "integration_types": [0],
}
_GLOBAL = "/applications/{application_id}/commands"
_GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"


def _scope(request: Request) -> int | None:
    if request.id("application_id") != request.discord.application_id:
        raise Refusal(403, 20012, "You are not authorized to perform this action on this application")
    return access.guild(request).id if "guild_id" in request.args else None


def _stored(request: Request) -> dict[int, JSON]:
    return request.discord.world.commands.setdefault(_scope(request), {})


def _one(request: Request) -> JSON:
    found = _stored(request).get(request.id("command_id"))
    if found is None:
        raise Refusal(404, 10063, "Unknown application command")
    return found


def _made(request: Request, payload: JSON, known: dict[tuple[str, int], str]) -> JSON:
    """The stored form of a payload; a command of the same name and type keeps its id."""
    key = (payload["name"], payload.get("type", 1))
    scope, made = _scope(request), str(request.discord.snowflakes.next())
    given = {name: value for name, value in payload.items() if value is not None}
    command: JSON = {**_DEFAULTS, **given, "id": known.get(key, made), "version": made}
    if command["default_member_permissions"] is not None:
        command["default_member_permissions"] = str(command["default_member_permissions"])
    command["application_id"] = str(request.discord.application_id)
    return {**command, "guild_id": str(scope)} if scope else command


def _known(stored: dict[int, JSON]) -> dict[tuple[str, int], str]:
    return {(each["name"], each["type"]): each["id"] for each in stored.values()}


@routes.on("GET", _GLOBAL)
@routes.on("GET", _GUILD)
async def list_commands(request: Request) -> list[JSON]:
    """What is registered."""
    return list(_stored(request).values())


@routes.on("PUT", _GLOBAL)
@routes.on("PUT", _GUILD)
async def overwrite(request: Request) -> list[JSON]:
    """Replace everything that is registered in this scope."""
    payloads: list[Any] = request.body
    request.discord.checks.commands(payloads)
    known = _known(_stored(request))
    made = [_made(request, payload, known) for payload in payloads]
    request.discord.world.commands[_scope(request)] = {int(each["id"]): each for each in made}
    return made


@routes.on("POST", _GLOBAL)
@routes.on("POST", _GUILD)
async def create(request: Request) -> JSON:
    """Register one command, or replace the one of the same name and type."""
    stored = _stored(request)
    request.discord.checks.commands([request.json])
    made = _made(request, request.json, _known(stored))
    stored[int(made["id"])] = made
    return made


@routes.on("GET", _GLOBAL + "/{command_id}")
@routes.on("GET", _GUILD + "/{command_id}")
async def get(request: Request) -> JSON:
    """One registered command."""
    return _one(request)


@routes.on("PATCH", _GLOBAL + "/{command_id}")
@routes.on("PATCH", _GUILD + "/{command_id}")
async def edit(request: Request) -> JSON:
    """Change a registered command."""
    changed = {**_one(request), **request.json}
    request.discord.checks.commands([changed])
    _one(request).update(request.json, version=str(request.discord.snowflakes.next()))
    return _one(request)


@routes.on("DELETE", _GLOBAL + "/{command_id}")
@routes.on("DELETE", _GUILD + "/{command_id}")
async def delete(request: Request) -> None:
    """Unregister a command."""
    del _stored(request)[int(_one(request)["id"])]


@routes.on("GET", _GUILD + "/permissions")
async def permissions(request: Request) -> list[JSON]:
    """Nobody changed command permissions in the server's settings."""
    access.guild(request)
    return []
