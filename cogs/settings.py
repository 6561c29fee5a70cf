"""`/settings`: values that inherit, shown with where they come from."""

import io

import discord
from discord import app_commands
from discord.ext import commands

from bot.answers import answer, in_time, knows, named_roles
from bot.client import MusterBot
from bot.domain.ids import ChannelId
from bot.domain.setting import Scope
from bot.domain.settings import ALL, BY_NAME
from bot.render import officer_texts, setting_texts, trail_texts
from bot.services.bundle import Services
from bot.services.settings_desk import Changed, Target
from bot.services.settings_file import LARGEST_FILE, BadSettingsFile
from cogs.actors import Interaction, actor_of, here_of
from cogs.needs import warning_for
from cogs.raid import options

Rooms = discord.TextChannel | discord.VoiceChannel


@options.always
async def setting(_interaction: Interaction, typed: str) -> options.Choices:
    """The settings by name or by what they do."""
    found = [(setting_texts.choice(one), one.name) for one in ALL]
    return options.choices([one for one in found if typed.casefold() in one[0].casefold()])


@options.always
async def value(interaction: Interaction, typed: str) -> options.Choices:
    """What was typed, and what else the chosen setting takes."""
    chosen = BY_NAME.get(str(getattr(interaction.namespace, "setting", "")))
    examples = setting_texts.examples(chosen) if chosen else ()
    offered = [typed, *(one for one in examples if one != typed)] if typed else list(examples)
    return options.choices([(one, one[: options.LONGEST_CHOICE]) for one in offered])


@app_commands.guild_only()
@app_commands.default_permissions(manage_events=True)
class SettingsCommands(commands.GroupCog, name="settings", description="What holds for which raids"):
    """The cog behind `/settings`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        super().__init__()

    @app_commands.command()
    @app_commands.describe(event="What holds for this raid; for the whole server when left out")
    @app_commands.autocomplete(event=options.event)
    async def show(self, interaction: Interaction, event: str | None = None) -> None:
        """See every setting, its value and where it comes from."""
        found = await in_time(interaction, self._services.settings.show(actor_of(interaction), event))
        named = {setting.name: (setting, one) for setting, one in found.found}
        await answer(interaction, "", embed=setting_texts.overview(found.event, named, knows(interaction)))

    @app_commands.command()
    @app_commands.describe(setting="Which one", value="What it shall be")
    @app_commands.autocomplete(setting=setting, value=value)
    async def server(self, interaction: Interaction, setting: str, value: str) -> None:
        """Set something for the whole server."""
        await self._put(interaction, Target(Scope.SERVER), setting, value)

    @app_commands.command()
    @app_commands.describe(channel="Whose raids", setting="Which one", value="What it shall be")
    @app_commands.autocomplete(setting=setting, value=value)
    async def channel(self, interaction: Interaction, channel: Rooms, setting: str, value: str) -> None:
        """Set something for the raids of one channel."""
        await self._put(interaction, Target(Scope.CHANNEL, ChannelId(channel.id)), setting, value)

    @app_commands.command()
    @app_commands.describe(template="Whose raids", setting="Which one", value="What it shall be")
    @app_commands.autocomplete(template=options.template, setting=setting, value=value)
    async def template(self, interaction: Interaction, template: str, setting: str, value: str) -> None:
        """Set something for the raids of one template from the next one on."""
        await self._put(interaction, Target(Scope.TEMPLATE, typed=template), setting, value)

    @app_commands.command()
    @app_commands.describe(series="Whose raids", setting="Which one", value="What it shall be")
    @app_commands.autocomplete(series=options.series, setting=setting, value=value)
    async def series(self, interaction: Interaction, series: str, setting: str, value: str) -> None:
        """Set something for the raids of one series."""
        await self._put(interaction, Target(Scope.SERIES, typed=series), setting, value)

    @app_commands.command()
    @app_commands.describe(event="Which raid", setting="Which one", value="What it shall be")
    @app_commands.autocomplete(event=options.event, setting=setting, value=value)
    async def raid(self, interaction: Interaction, event: str, setting: str, value: str) -> None:
        """Set something for one raid."""
        await self._put(interaction, Target(Scope.EVENT, typed=event), setting, value)

    @app_commands.command()
    @app_commands.describe(
        setting="Which one",
        channel="For that channel's raids",
        template="For that template's raids",
        series="For that series' raids",
        event="For that raid; with none of these, for the server",
    )
    @app_commands.autocomplete(setting=setting, template=options.template, series=options.series, event=options.event)
    async def reset(
        self,
        interaction: Interaction,
        setting: str,
        channel: Rooms | None = None,
        template: str | None = None,
        series: str | None = None,
        event: str | None = None,
    ) -> None:
        """Let a value go: what is further out holds again."""
        target = _target(ChannelId(channel.id) if channel else None, template, series, event)
        changed = await in_time(interaction, self._services.settings.reset(actor_of(interaction), target, setting))
        await answer(interaction, _said(changed))

    @app_commands.command()
    async def history(self, interaction: Interaction) -> None:
        """See who changed what in this server: settings, setup, series, templates, people."""
        found = await in_time(interaction, self._services.settings.history(actor_of(interaction)))
        await answer(interaction, named_roles(interaction, trail_texts.trail(found)))

    @app_commands.command()
    async def export(self, interaction: Interaction) -> None:
        """Get what the server and its channels set as a file."""
        text = await in_time(interaction, self._services.settings.export(actor_of(interaction)))
        file = discord.File(io.BytesIO(text.encode()), filename="muster-settings.json")
        await answer(interaction, setting_texts.EXPORTED, file=file)

    @app_commands.command(name="import")
    @app_commands.describe(file="The .json from /settings export")
    async def import_(self, interaction: Interaction, file: discord.Attachment) -> None:
        """Set what a file says, all of it or nothing."""
        if file.size > LARGEST_FILE:
            raise BadSettingsFile
        content = await in_time(interaction, file.read())
        count = await self._services.settings.take_in(actor_of(interaction), content, here_of(interaction))
        await answer(interaction, setting_texts.imported(count))

    async def _put(self, interaction: Interaction, target: Target, setting: str, value: str) -> None:
        work = self._services.settings.put(actor_of(interaction), target, setting, value, here_of(interaction))
        changed = await in_time(interaction, work)
        said = _said(changed)
        missing = warning_for(interaction.guild, setting) if interaction.guild and changed.found.value else ""
        await answer(interaction, f"{said}\n⚠️ {missing}" if missing else said)


def _said(changed: Changed) -> str:
    """What holds now, and who moved by it."""
    said = setting_texts.changed(changed.setting, changed.target.scope, changed.found)
    return "\n".join([said, *officer_texts.moved_people(changed.promoted, changed.demoted)])


def _target(channel_id: ChannelId | None, template: str | None, series: str | None, event: str | None) -> Target:
    """What was named; the innermost when several were."""
    named = ((Scope.EVENT, event), (Scope.SERIES, series), (Scope.TEMPLATE, template))
    found = next((Target(scope, typed=typed) for scope, typed in named if typed), None)
    return found or (Target(Scope.CHANNEL, channel_id) if channel_id else Target(Scope.SERVER))


async def setup(bot: MusterBot) -> None:
    """Add the cog."""
    await bot.add_cog(SettingsCommands(bot.services))
