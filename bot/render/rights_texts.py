"""What is said of permissions the bot lacks, in Discord's own words, with where to give them."""

from collections.abc import Sequence

from bot.domain.event import Event
from bot.domain.needs import Lack
from bot.render.texts import safe, stamp

IN_CHANNEL = "A channel's: its settings, Permissions, add me and allow it."
IN_SERVER = "The server's: Server Settings, Roles, my role."


def lost(event: Event, lacks: Sequence[Lack]) -> str:
    """To the officers, once a raid and thing: what is lacking for it."""
    lines = [f"⚠️ **{safe(event.title)}** starts {stamp(event.starts_at, 'R')}, and I cannot do all it needs:"]
    lines += [f"- {lacking(one)}" for one in lacks]
    return "\n".join([*lines, *where_to_give(lacks), "`/raid health` looks again."])


def lacking(lack: Lack) -> str:
    """One place with what is lacking there."""
    if lack.gone:
        return f"<#{lack.channel_id}> was deleted, or I do not see it: choose another channel with `/raid setup`."
    named = ", ".join(f"**{name}**" for name in lack.names)
    return f"{f'in <#{lack.channel_id}>' if lack.channel_id else 'in the server'} I lack {named}."


def where_to_give(lacks: Sequence[Lack]) -> Sequence[str]:
    """Where those permissions are given: a line for channels, a line for the server."""
    channels = any(one.channel_id and one.names for one in lacks)
    server = any(one.channel_id is None and one.names for one in lacks)
    return [*([IN_CHANNEL] if channels else []), *([IN_SERVER] if server else [])]
