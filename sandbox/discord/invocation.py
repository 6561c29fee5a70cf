"""A command as a member types it, checked against what the bot synced: Discord's app offers nothing else."""

from collections.abc import Mapping
from typing import Any

from sandbox.discord import permissions
from sandbox.discord.permissions import Permission
from sandbox.discord.resolving import Impossible, Resolved
from sandbox.discord.world import JSON, Channel, Member, Role, Upload, User, World

CHAT, USER_MENU, MESSAGE_MENU = 1, 2, 3
_SUBCOMMAND, _GROUP = 1, 2
_STRING, _INTEGER, _BOOLEAN, _USER, _CHANNEL, _ROLE, _MENTIONABLE, _NUMBER, _ATTACHMENT = range(3, 12)
_PICKED = {
    _USER: (Member, User),
    _CHANNEL: (Channel,),
    _ROLE: (Role,),
    _MENTIONABLE: (Member, User, Role),
    _ATTACHMENT: (Upload,),
}
_TYPED = {_STRING: str, _INTEGER: int, _BOOLEAN: bool, _NUMBER: (int, float)}


def find(world: World, guild_id: int | None, name: str, kind: int) -> JSON:
    """The synced command a member sees under that name: the server's own before the global one."""
    for scope in (guild_id, None):
        for command in world.commands.get(scope, {}).values():
            if command["name"] == name and command["type"] == kind:
                return command
    raise Impossible(f"no synced command {name!r} of type {kind}")


def must_be_visible(command: JSON, actor: Member | User, channel: Channel) -> None:
    """Discord shows a command only to who holds its default_member_permissions, and only where it may be used."""
    contexts = command.get("contexts")
    here = 0 if channel.guild else 1
    if contexts is not None and here not in contexts:
        raise Impossible(f"/{command['name']} is not offered here")
    if channel.guild is None or not isinstance(actor, Member):
        if command.get("dm_permission") is False and contexts is None:
            raise Impossible(f"/{command['name']} is not offered in direct messages")
        return
    allowed = permissions.within(actor.guild, actor, channel)
    needed = command.get("default_member_permissions")
    if not permissions.has(allowed, Permission.USE_APPLICATION_COMMANDS):
        raise Impossible(f"{actor.display_name} may not use application commands here")
    if needed is not None and not _meets(allowed, int(needed)):
        raise Impossible(f"Discord does not show /{command['name']} to {actor.display_name}")


def _meets(allowed: int, needed: int) -> bool:
    """Zero means administrators only."""
    return permissions.has(allowed, needed if needed else Permission.ADMINISTRATOR)


def options_of(command: JSON, path: list[str]) -> list[JSON]:
    """The options of the subcommand at `path` (["series", "add"]); of the command itself for []."""
    level = command.get("options") or []
    for name in path:
        found = next((each for each in level if each["name"] == name and each["type"] in (_SUBCOMMAND, _GROUP)), None)
        if found is None:
            raise Impossible(f"/{command['name']} has no subcommand {name!r}")
        level = found.get("options") or []
    if any(each["type"] in (_SUBCOMMAND, _GROUP) for each in level):
        raise Impossible(f"/{command['name']} {' '.join(path)} needs a subcommand")
    return level


def fill(declared: list[JSON], given: Mapping[str, Any], resolved: Resolved) -> list[JSON]:
    """The options of the interaction, each converted and checked as Discord's app does. None counts as left out."""
    given = {name: value for name, value in given.items() if value is not None}
    _all_declared(declared, given)
    missing = [each["name"] for each in declared if each.get("required") and each["name"] not in given]
    if missing:
        raise Impossible(f"required options are missing: {', '.join(missing)}")
    return [_filled(each, given[each["name"]], resolved) for each in declared if each["name"] in given]


def fill_partly(
    declared: list[JSON], focused: str, typed: str, given: Mapping[str, Any], resolved: Resolved
) -> list[JSON]:
    """The options while a member is still typing the `focused` one, which must autocomplete."""
    _all_declared(declared, {**given, focused: typed})
    option = next(each for each in declared if each["name"] == focused)
    if not option.get("autocomplete"):
        raise Impossible(f"option {focused!r} does not autocomplete")
    others = [_filled(each, given[each["name"]], resolved) for each in declared if given.get(each["name"]) is not None]
    return [*others, {"name": focused, "type": option["type"], "value": typed, "focused": True}]


def nested(path: list[str], options: list[JSON]) -> list[JSON]:
    """The options inside their subcommand and group."""
    for depth, name in enumerate(reversed(path)):
        options = [{"name": name, "type": _SUBCOMMAND if depth == 0 else _GROUP, "options": options}]
    return options


def _all_declared(declared: list[JSON], given: Mapping[str, Any]) -> None:
    unknown = given.keys() - {each["name"] for each in declared}
    if unknown:
        raise Impossible(f"no such options were synced: {', '.join(sorted(unknown))}")


def _filled(option: JSON, value: Any, resolved: Resolved) -> JSON:
    return {"name": option["name"], "type": option["type"], "value": _value(option, value, resolved)}


def _value(option: JSON, value: Any, resolved: Resolved) -> Any:
    kind, name = option["type"], option["name"]
    if kind in _PICKED:
        return _picked(option, value, resolved)
    if not isinstance(value, _TYPED[kind]) or (isinstance(value, bool) and kind != _BOOLEAN):
        raise Impossible(f"option {name!r} cannot be {value!r}")
    if option.get("choices"):
        return _chosen(option, value)
    _within_bounds(option, value)
    return value


def _picked(option: JSON, value: Any, resolved: Resolved) -> str:
    if not isinstance(value, _PICKED[option["type"]]):
        raise Impossible(f"option {option['name']!r} cannot be {value!r}")
    kinds = option.get("channel_types")
    if isinstance(value, Channel) and kinds and value.kind not in kinds:
        raise Impossible(f"option {option['name']!r} does not offer channels of type {value.kind.name}")
    return resolved.add(value)


def _chosen(option: JSON, value: Any) -> Any:
    """A fixed choice, by its value or by the name the member reads."""
    for choice in option["choices"]:
        if value in (choice["value"], choice["name"]):
            return choice["value"]
    raise Impossible(f"option {option['name']!r} has no choice {value!r}")


def _within_bounds(option: JSON, value: Any) -> None:
    size = len(value) if isinstance(value, str) else value
    suffix = "length" if isinstance(value, str) else "value"
    # An empty text is an option left out in Discord's app; a text ends at 6000 characters.
    low = option.get(f"min_{suffix}", 1 if isinstance(value, str) else None)
    high = option.get(f"max_{suffix}", 6000 if isinstance(value, str) else None)
    if (low is not None and size < low) or (high is not None and size > high):
        raise Impossible(f"option {option['name']!r} must be between {low} and {high}")
