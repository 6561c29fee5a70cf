"""`/raid setup` without options: the steps from an invited bot to a test sheet, no id to type.

Every component says all it needs in its id, so the message goes on working after a restart.
"""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

import discord
from discord import ui
from discord.ext import commands

from bot.answers import in_time
from bot.client import MusterBot
from bot.components import AnsweringModal, DrawnElsewhere, chosen
from bot.domain.first_steps import Steps
from bot.domain.ids import ChannelId, GuildId, RoleId
from bot.domain.needs import POSTS, SAYS
from bot.domain.permissions import require_manager
from bot.render import custom_ids, setup_texts
from bot.services.servers import SetUp
from bot.services.when import likely_zones
from cogs.actors import Interaction, actor_of, guild_of, require_postable
from cogs.panel_base import services_of, turn
from cogs.rights import hidden_without, lacking_in
from cogs.setup_views import Offered, Seen, wizard

NOBODY = discord.AllowedMentions.none()


async def opened(interaction: Interaction, said: str = "") -> ui.LayoutView:
    """The steps as they are now. Raises NotAnAdministrator."""
    steps = await services_of(interaction).first_steps.look(actor_of(interaction))
    locales = [str(one) for one in (interaction.locale, interaction.guild_locale) if one]
    games = await services_of(interaction).templates.choices(guild_of(interaction), "")
    return wizard(steps, _seen(interaction, steps), Offered(likely_zones(locales, steps.server.timezone), games), said)


def _seen(interaction: Interaction, steps: Steps) -> Seen:
    server, guild = steps.server, interaction.guild
    roles = {RoleId(one.id): one for one in (guild.roles if guild else ())}
    everybody = guild.default_role.permissions if guild else discord.Permissions.none()
    blind = frozenset(
        one
        for one in server.officer_roles & roles.keys()
        if not (roles[one].permissions | everybody) >= discord.Permissions(manage_events=True)
        and not roles[one].permissions.administrator
    )
    return Seen(
        raids=lacking_in(guild, server.raid_channel_id, POSTS) if server.raid_channel_id else None,
        officers=lacking_in(guild, server.officer_channel_id, SAYS) if server.officer_channel_id else None,
        roles=frozenset(roles),
        blind=blind,
        hidden=hidden_without(interaction.client.tree, "manage_events"),
    )


class SetupItem(DrawnElsewhere, template=custom_ids.SETUP):
    """Any select or button of the steps."""

    async def act(self, interaction: Interaction) -> None:
        """Do it, and show the steps anew; parts of it other officers may do elsewhere."""
        require_manager(actor_of(interaction))
        do = self.match["do"]
        if do == "elsewhere":
            await ZoneModal().open(interaction)
        else:
            await _redraw(interaction, DOES[do](interaction, chosen(interaction)))


class ZoneModal(AnsweringModal, title=setup_texts.ELSEWHERE):
    """Takes a time zone by city or name."""

    def __init__(self) -> None:
        super().__init__()
        self.field: ui.TextInput[ui.View] = ui.TextInput(custom_id="zone", max_length=60)
        self.add_item(ui.Label(text=setup_texts.ZONE_FIELD, description=setup_texts.ZONE_HINT, component=self.field))

    async def on_submit(self, interaction: Interaction, /) -> None:  # type: ignore[override] - our bot's interaction
        """Set it; one that is misspelt is answered with what was likely meant."""
        await _redraw(interaction, _zone(interaction, [self.field.value]))


async def _redraw(interaction: Interaction, work: Coroutine[Any, Any, str]) -> None:
    async def done() -> ui.LayoutView:
        said = await work
        return await opened(interaction, said)

    await turn(interaction, await in_time(interaction, done(), update=True))


async def _set(interaction: Interaction, wish: SetUp) -> str:
    await services_of(interaction).servers.set_up(actor_of(interaction), wish)
    return ""


async def _channel(interaction: Interaction, values: Sequence[str]) -> str:
    return await _set(interaction, SetUp(channel_id=ChannelId(int(values[0]))))


async def _officers(interaction: Interaction, values: Sequence[str]) -> str:
    return await _set(interaction, SetUp(officer_channel_id=ChannelId(int(values[0]))))


async def _zone(interaction: Interaction, values: Sequence[str]) -> str:
    return await _set(interaction, SetUp(timezone=values[0]))


async def _role(interaction: Interaction, values: Sequence[str]) -> str:
    roles = [RoleId(int(one)) for one in values]
    await services_of(interaction).servers.set_officer_roles(actor_of(interaction), roles)
    return ""


async def _game(interaction: Interaction, values: Sequence[str]) -> str:
    await services_of(interaction).template_desk.set_default(actor_of(interaction), values[0])
    return ""


async def _test(interaction: Interaction, _values: Sequence[str]) -> str:
    services, actor = services_of(interaction), actor_of(interaction)
    steps = await services.first_steps.look(actor)
    if steps.server.raid_channel_id is not None:
        require_postable(interaction, steps.server.raid_channel_id)
    event = await services.first_steps.post_test(actor, setup_texts.TEST_TITLE, setup_texts.TEST_TEXT)
    return setup_texts.test_posted(event.channel_id)


async def _drop(interaction: Interaction, _values: Sequence[str]) -> str:
    await services_of(interaction).first_steps.drop_test(actor_of(interaction))
    return setup_texts.DROPPED


async def _look(_interaction: Interaction, _values: Sequence[str]) -> str:
    return ""


DOES: Mapping[str, Callable[[Interaction, Sequence[str]], Coroutine[Any, Any, str]]] = {
    "channel": _channel,
    "role": _role,
    "officers": _officers,
    "zone": _zone,
    "game": _game,
    "test": _test,
    "drop": _drop,
    "look": _look,
}


class Welcome(commands.Cog):
    """Says how to begin where the bot has just been invited, and knows where it was removed."""

    def __init__(self, bot: MusterBot) -> None:
        self._bot = bot
        self._services = bot.services

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Know of what happened while the bot was down."""
        # Servers with an outage are at hand, too.
        await self._services.servers.came_up(self._bot.get_guild, list(self._bot.shards), self._bot.shard_count or 1)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """One line in the system channel, where the bot may write there; a server that was set up before knows."""
        await self._services.servers.joined(GuildId(guild.id))
        room = guild.system_channel
        if room is None or not room.permissions_for(guild.me) >= discord.Permissions(
            view_channel=True, send_messages=True
        ):
            return
        if (await self._services.servers.get(GuildId(guild.id))).raid_channel_id is None:
            await room.send(setup_texts.BEGIN, nonce=f"begin-{guild.id}", allowed_mentions=NOBODY)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """What is known of the server stays for the day the bot is invited again."""
        await self._services.servers.left(GuildId(guild.id), self._services.clock.now())


async def setup(bot: MusterBot) -> None:
    """Register the components, and listen."""
    bot.persistent.add(SetupItem)
    await bot.add_cog(Welcome(bot))
