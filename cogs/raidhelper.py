"""`/raidhelper`: connecting a server to Raid-Helper."""

from discord import TextStyle, app_commands, ui
from discord.ext import commands
from pydantic import SecretStr

from bot.answers import answer, in_time
from bot.client import MusterBot
from bot.components import AnsweringModal
from bot.domain.permissions import require_manager
from bot.render import texts
from cogs.actors import Interaction, actor_of


class KeyModal(AnsweringModal, title="Connect Raid-Helper"):
    """Takes the key where nobody else sees it."""

    key = ui.Label[ui.View](
        text=texts.RAID_HELPER_KEY,
        description=texts.RAID_HELPER_KEY_HINT,
        component=ui.TextInput[ui.View](custom_id="key", style=TextStyle.short, max_length=200),
    )

    async def on_submit(self, interaction: Interaction, /) -> None:  # type: ignore[override] - our bot's interaction
        """Try the key and store it."""
        assert isinstance(self.key.component, ui.TextInput)  # noqa: S101 - declared above
        key = SecretStr(self.key.component.value)
        await in_time(interaction, interaction.client.services.servers.connect_raid_helper(actor_of(interaction), key))
        await answer(interaction, texts.RAID_HELPER_CONNECTED)


@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
class RaidHelperCommands(commands.GroupCog, name="raidhelper", description="Raid-Helper, if this server uses it"):
    """The cog behind `/raidhelper`."""

    @app_commands.command()
    async def connect(self, interaction: Interaction) -> None:
        """Give Muster this server's Raid-Helper API key."""
        require_manager(actor_of(interaction))
        await KeyModal().open(interaction)

    @app_commands.command()
    async def test(self, interaction: Interaction) -> None:
        """See whether Raid-Helper accepts this server's key."""
        servers = interaction.client.services.servers
        budget = await in_time(interaction, servers.test_raid_helper(actor_of(interaction)))
        await answer(interaction, texts.raid_helper_works(budget.left))

    @app_commands.command()
    async def disconnect(self, interaction: Interaction) -> None:
        """Forget this server's Raid-Helper API key."""
        await in_time(interaction, interaction.client.services.servers.disconnect_raid_helper(actor_of(interaction)))
        await answer(interaction, texts.RAID_HELPER_DISCONNECTED)


async def setup(bot: MusterBot) -> None:
    """Add the cog."""
    await bot.add_cog(RaidHelperCommands())
