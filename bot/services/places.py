"""Who runs raids where: the one question every entry point asks before it changes anything."""

from bot.domain.event import Event
from bot.domain.ids import ChannelId, GuildId, RoleId
from bot.domain.permissions import Actor, Place, is_asked, require_host, require_manager_of
from bot.domain.permissions import require_officer as check_officer
from bot.domain.series import Series
from bot.domain.server import Server
from bot.domain.setting import Effective, Scope
from bot.domain.settings import HOST_ROLES, OFFICER_ROLES, OWN_CHANNEL_ONLY
from bot.services.settings import Around, within
from db import Session


async def place(tx: Session, around: Around) -> Place:
    """Who runs raids there."""
    server, here = await within(tx, Around(around.guild_id)), await within(tx, around)
    return Place(
        officers=frozenset(server[OFFICER_ROLES]),
        team=frozenset(here[OFFICER_ROLES]),
        teams=await _teams(tx, around.guild_id),
        hosts=frozenset(here[HOST_ROLES]),
        own_channel_only=server[OWN_CHANNEL_ONLY],
    )


async def of_raid(tx: Session, event: Event) -> Place:
    """Who runs raids where this one stands."""
    return await place(tx, Around(event.guild_id, event.channel_id, event.template_id))


async def require_officer_at(tx: Session, actor: Actor, around: Around) -> None:
    """Raise NotAnOfficer unless `actor` is an officer there."""
    check_officer(actor, (await place(tx, around)).officer_roles)


async def require_officer(tx: Session, actor: Actor) -> Server:
    """The server, for whoever is an officer of what belongs to no channel: templates, breaks. Raises NotAnOfficer."""
    await require_officer_at(tx, actor, Around(actor.guild_id))
    return await tx.servers.get(actor.guild_id)


async def require_officer_of_series(tx: Session, actor: Actor, channel_id: ChannelId | None) -> Server:
    """The server, for an officer of where a series stands (None: in the server's raid channel). Raises NotAnOfficer."""
    server = await tx.servers.get(actor.guild_id)
    await require_officer_at(tx, actor, Around(actor.guild_id, channel_id or server.raid_channel_id))
    return server


async def require_manager(tx: Session, actor: Actor, event: Event) -> None:
    """Raise NotAnOfficer or NotYourRaid unless `actor` manages this raid."""
    require_manager_of(actor, await of_raid(tx, event), event)


async def require_asked_of_series(tx: Session, actor: Actor, series: Series, raid: Event | None = None) -> None:
    """Raise NotAnOfficer unless `actor` is an officer of where the series stands, or leads it: for what Muster asks.

    Of what is asked about a `raid` of the series, too, its leader may be the one who hears it.
    """
    leads_raid = raid is not None and is_asked(actor, raid.leader_id)
    if not leads_raid and not is_asked(actor, series.leader_id):
        await require_officer_of_series(tx, actor, series.channel_id)


async def require_asked_of_raid(tx: Session, actor: Actor, event: Event) -> None:
    """Raise NotAnOfficer or NotYourRaid unless `actor` manages the raid, or leads it: for what Muster asks."""
    if not is_asked(actor, event.leader_id):
        await require_manager(tx, actor, event)


async def require_planner(tx: Session, actor: Actor, around: Around) -> None:
    """Raise NotAnOfficer unless `actor` plans raids there."""
    require_host(actor, await place(tx, around))


async def _teams(tx: Session, guild_id: GuildId) -> frozenset[RoleId]:
    """The officer roles of all the server's channels."""
    stored = await tx.settings.named(guild_id, OFFICER_ROLES.name)
    channels = [Effective([(level, values)]) for level, values in stored.items() if level.scope is Scope.CHANNEL]
    return frozenset(role for one in channels for role in one[OFFICER_ROLES])
