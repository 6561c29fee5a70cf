"""What is said of permissions the bot lacks, in Discord's own words, with where to give them."""

from collections.abc import Sequence

from bot.domain.event import Event, SheetKind
from bot.domain.needs import RANK, Lack, Naming
from bot.domain.setting import Scope
from bot.render.sheet import cut
from bot.render.texts import safe, stamp

IN_CHANNEL = "A channel's: its settings, Permissions, add me and allow it."
IN_SERVER = "The server's: Server Settings, Roles, my role."


MOST_ROLES = 3
MOST_EMOJI = 5
LONGEST_RANK = 32
WITHOUT = {
    "allowed_roles": "it lets nobody in by that role; when no other is left, nobody gets in",
    "banned_roles": "it keeps nobody out by that role",
    "priority_roles": "nobody goes first by that role",
    "host_roles": "nobody plans raids by that role",
    "officer_roles": "nobody is an officer by that role",
    "mention_roles": "that role is not pinged",
    "raider_roles": "nobody is expected by that role",
}
"""What comes of it when a setting names a role that was deleted."""
_FOR = {Scope.TEMPLATE: " of a template", Scope.SERIES: " of a series", Scope.EVENT: " of a raid"}


def lost(event: Event, lacks: Sequence[Lack]) -> str:
    """To the officers, once a raid and thing: what is lacking for it."""
    lines = [f"⚠️ **{safe(event.title)}** starts {stamp(event.starts_at, 'R')}, and I cannot do all it needs:"]
    lines += [f"- {_its_channel(one) if _stands_in(event, one) else lacking(one)}" for one in lacks]
    return "\n".join([*lines, *where_to_give(lacks), "`/raid health` looks again."])


def _stands_in(event: Event, lack: Lack) -> bool:
    return lack.gone and lack.channel_id == event.channel_id and event.sheet is SheetKind.NATIVE


def _its_channel(lack: Lack) -> str:
    return f"<#{lack.channel_id}> was deleted, or I do not see it: `/raid edit channel:` posts the sheet in another."


def lacking(lack: Lack) -> str:
    """One place with what is lacking there."""
    if lack.gone:
        return f"<#{lack.channel_id}> was deleted, or I do not see it: choose another channel with `/raid setup`."
    if lack.roles:
        more = len(lack.roles) - MOST_ROLES
        rest = [f"and {more} more do"] if more > 0 else []
        return "; ".join([*map(_deleted, lack.roles[:MOST_ROLES]), *rest]) + "."
    if lack.emoji:
        names = ", ".join(f"`:{name}:`" for name in lack.emoji[:MOST_EMOJI])
        return f"its template's emoji {names} cannot be shown, so lists go without: set another with `/template edit`."
    named = ", ".join(f"**{name}**" for name in lack.names)
    return f"{f'in <#{lack.channel_id}>' if lack.channel_id else 'in the server'} I lack {named}."


def _deleted(naming: Naming) -> str:
    """What names a role that was deleted, and what comes of it."""
    if naming.what == RANK:
        rank = safe(cut(naming.rank, LONGEST_RANK))
        return f"the rank **{rank}** is of a role that was deleted, so nobody gets it: `/player rank set`"
    level = naming.level
    where = f" of <#{level.id}>" if level.scope is Scope.CHANNEL else _FOR.get(level.scope, "")
    count = len(naming.gone)
    roles = "a role that was" if count < 2 else f"{count} roles that were"
    return f"`{naming.what}`{where} names {roles} deleted: {WITHOUT[naming.what]}"


def where_to_give(lacks: Sequence[Lack]) -> Sequence[str]:
    """Where those permissions are given: a line for channels, a line for the server."""
    channels = any(one.channel_id and one.names for one in lacks)
    server = any(one.channel_id is None and one.names for one in lacks)
    return [*([IN_CHANNEL] if channels else []), *([IN_SERVER] if server else [])]
