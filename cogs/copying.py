"""A raid planned once more, from the command and from the control panel."""

from bot.domain.event import SheetKind
from bot.domain.ids import ChannelId
from bot.services.copying import Copied, channel_of
from cogs.actors import Interaction, actor_of, require_postable
from cogs.rights import lacking_in


async def copy_raid(interaction: Interaction, event: str, when: str, *, with_sign_ups: bool) -> Copied:
    """Plan it in its channel, where that was deleted in the server's, else here. Raises CannotPost."""
    services, actor = interaction.client.services, actor_of(interaction)
    source = await services.copies.source(actor, event)
    server = await services.servers.get(actor.guild_id)
    named = [one for one in (source.channel_id, server.raid_channel_id) if one is not None]
    gone = frozenset(one for one in named if lacking_in(interaction.guild, one, ()).gone)
    here = ChannelId(interaction.channel_id or 0)
    if source.sheet is SheetKind.NATIVE:
        require_postable(interaction, channel_of(source, server, here, gone))
    return await services.copies.copy(actor, source.id, when, here, gone, with_sign_ups=with_sign_ups)
