"""Who runs raids where: the one question every entry point asks before it changes anything."""

from bot.domain.event import Event
from bot.domain.ids import ChannelId, GuildId, RoleId, TemplateId
from bot.domain.permissions import Actor, Place, require_host, require_manager_of
from bot.domain.setting import Effective, Scope
from bot.domain.settings import HOST_ROLES, OFFICER_ROLES, OWN_CHANNEL_ONLY
from bot.services.settings import at, levels_of
from db import Session


async def place(
    tx: Session, guild_id: GuildId, channel_id: ChannelId | None = None, template_id: TemplateId | None = None
) -> Place:
    """Who runs raids in that channel with that template; without them, in the server as a whole."""
    here = await at(tx, guild_id, levels_of(channel_id, template_id))
    server = await at(tx, guild_id, levels_of())
    return Place(
        officers=frozenset(server[OFFICER_ROLES]),
        team=frozenset(here[OFFICER_ROLES]),
        teams=await _teams(tx, guild_id),
        hosts=frozenset(here[HOST_ROLES]),
        own_channel_only=server[OWN_CHANNEL_ONLY],
    )


async def of_raid(tx: Session, event: Event) -> Place:
    """Who runs raids where this one stands."""
    return await place(tx, event.guild_id, event.channel_id, event.template_id)


async def require_manager(tx: Session, actor: Actor, event: Event) -> None:
    """Raise NotAnOfficer or NotYourRaid unless `actor` manages this raid."""
    require_manager_of(actor, await of_raid(tx, event), event)


async def require_planner(
    tx: Session, actor: Actor, channel_id: ChannelId | None, template_id: TemplateId | None
) -> None:
    """Raise NotAnOfficer unless `actor` plans raids in that channel with that template."""
    require_host(actor, await place(tx, actor.guild_id, channel_id, template_id))


async def _teams(tx: Session, guild_id: GuildId) -> frozenset[RoleId]:
    """The officer roles of all the server's channels."""
    stored = await tx.settings.named(guild_id, OFFICER_ROLES.name)
    channels = [Effective([(level, values)]) for level, values in stored.items() if level.scope is Scope.CHANNEL]
    return frozenset(role for one in channels for role in one[OFFICER_ROLES])
