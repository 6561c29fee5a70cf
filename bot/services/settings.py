"""What settings hold for a raid, a series or a channel: the stored values along the inheritance, put together."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.event import Event
from bot.domain.ids import ChannelId, GuildId, SeriesId, TemplateId
from bot.domain.server import Server
from bot.domain.setting import SERVER, Effective, Level, Scope
from bot.domain.settings import OFFICER_CHANNEL, OFFICER_ROLES
from db import Session


async def effective(tx: Session, event: Event) -> Effective:
    """What holds for a raid."""
    levels = levels_of(event.channel_id, event.template_id, event.series_id)
    return await at(tx, event.guild_id, [*levels, Level(Scope.EVENT, event.id)])


async def at(tx: Session, guild_id: GuildId, levels: Sequence[Level]) -> Effective:
    """What holds within `levels`, which go from the outermost to the innermost."""
    server = await tx.servers.get(guild_id)
    stored = await tx.settings.at(guild_id, levels)
    return Effective([(level, _with_columns(level, stored[level], server)) for level in levels])


def levels_of(
    channel_id: ChannelId | None = None, template_id: TemplateId | None = None, series_id: SeriesId | None = None
) -> Sequence[Level]:
    """The levels around a raid that does not stand yet, from the server inwards."""
    inner = ((Scope.CHANNEL, channel_id), (Scope.TEMPLATE, template_id), (Scope.SERIES, series_id))
    return [SERVER, *(Level(scope, found) for scope, found in inner if found is not None)]


def _with_columns(level: Level, stored: Mapping[str, Any], server: Server) -> Mapping[str, Any]:
    """The server's own row holds what `/raid setup` sets; that is its word at the level of the server."""
    if level != SERVER:
        return stored
    columns: dict[str, Any] = {OFFICER_ROLES.name: [str(one) for one in sorted(server.officer_roles)]}
    if server.officer_channel_id is not None:
        columns[OFFICER_CHANNEL.name] = str(server.officer_channel_id)
    return {**columns, **stored}
