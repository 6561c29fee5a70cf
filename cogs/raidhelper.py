"""`/raidhelper`: connecting a server to Raid-Helper, and taking over what stands there."""

from discord import TextStyle, app_commands, ui
from discord.ext import commands
from pydantic import SecretStr

from bot.answers import answer, in_time
from bot.client import MusterBot
from bot.components import AnsweringModal
from bot.domain.permissions import require_manager
from bot.render import raid_helper_texts, texts
from bot.services.raid_helper_import import WhichEvent
from bot.services.when import describe
from cogs.actors import Interaction, actor_of
from cogs.raid import options


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


@options.always
async def _offered(interaction: Interaction, typed: str) -> options.Choices:
    """Raid-Helper's events that are no raids here yet; the value sent is the id there."""
    services, actor = interaction.client.services, actor_of(interaction)
    found = await services.raid_helper_import.offered(actor, typed)
    zone, now = await services.own_zone.get(actor), services.clock.now()
    return options.choices([(f"{title[:50]} · {describe(start, zone, now)}", known) for known, title, start in found])


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

    @app_commands.command(name="import")
    @app_commands.describe(
        event="The event: pick it from the list, or paste its link; every event that is ahead when left out",
        series="The series whose raid it is: the following ones then book themselves",
    )
    @app_commands.autocomplete(event=_offered, series=options.series)
    async def import_(self, interaction: Interaction, event: str | None = None, series: str | None = None) -> None:
        """Take over what was posted with Raid-Helper, with everybody who has signed up."""
        imports, actor = interaction.client.services.raid_helper_import, actor_of(interaction)
        if event is None and series is not None:
            raise WhichEvent
        if event is None:
            found = await in_time(interaction, imports.all(actor))
            raids = [one.event for one in found.raids]
            await answer(interaction, raid_helper_texts.all_imported(raids, found.left, found.why))
        else:
            one = await in_time(interaction, imports.one(actor, event, series))
            text = raid_helper_texts.imported(one.event, one.people, one.series, was_here=one.was_here)
            await answer(interaction, text)

    @app_commands.command()
    async def disconnect(self, interaction: Interaction) -> None:
        """Forget this server's Raid-Helper API key."""
        await in_time(interaction, interaction.client.services.servers.disconnect_raid_helper(actor_of(interaction)))
        await answer(interaction, texts.RAID_HELPER_DISCONNECTED)


async def setup(bot: MusterBot) -> None:
    """Add the cog."""
    await bot.add_cog(RaidHelperCommands())
