"""`/me`: what a member keeps about themselves."""

from datetime import timedelta

from discord import app_commands
from discord.ext import commands

from bot.answers import answer, in_time
from bot.client import MusterBot
from bot.domain.durations import show_duration
from bot.domain.reminders import OWN_LEADS
from bot.render import mine_texts, reminder_texts
from bot.services.characters import CharacterWish
from bot.services.reminders import HabitsWish
from cogs.actors import Interaction, actor_of
from cogs.me_away import MeAway
from cogs.me_calendar import MeCalendar
from cogs.me_data import ForgetButton, MeData
from cogs.raid import options

BY = [
    app_commands.Choice(name="by direct message", value="dm"),
    app_commands.Choice(name="by name in the raid's channel", value="channel"),
    app_commands.Choice(name="not at all", value="off"),
    app_commands.Choice(name="as the server does", value="server"),
]
BEFORE = [
    app_commands.Choice(name="at the raid's own times", value=0),
    *(app_commands.Choice(name=show_duration(timedelta(minutes=one)), value=one) for one in OWN_LEADS),
]


@options.always
async def character(interaction: Interaction, typed: str) -> options.Choices:
    """The member's characters; the value sent is "#id"."""
    found, games = await interaction.client.services.characters.of(actor_of(interaction))
    lines = [(f"{mine_texts.character_line(one, games.get(one.game))} · {one.game}", f"#{one.id}") for one in found]
    return _choices([line for line in lines if typed.casefold() in line[0].casefold()])


@options.always
async def spec(interaction: Interaction, typed: str) -> options.Choices:
    """Classes and specs of the game, or of the game of the character being changed."""
    given = interaction.namespace
    game, of = getattr(given, "game", None), getattr(given, "character", None)
    return _choices(await interaction.client.services.characters.specs(actor_of(interaction), game, typed, of=of))


def _choices(found: list[tuple[str, str]]) -> options.Choices:
    return [app_commands.Choice(name=name[: options.LONGEST_CHOICE], value=value) for name, value in found[:25]]


@app_commands.guild_only()
class Me(MeCalendar, MeAway, MeData, commands.GroupCog, name="me", description="What you play and when you raid"):
    """The cog behind `/me`."""

    characters = app_commands.Group(name="characters", description="Your characters: mains and alts")

    def __init__(self, bot: MusterBot) -> None:
        self.services = bot.services
        super().__init__()

    @characters.command(name="list")
    async def list_(self, interaction: Interaction) -> None:
        """Your characters, and which are your mains."""
        await answer(
            interaction,
            mine_texts.characters(*await in_time(interaction, self.services.characters.of(actor_of(interaction)))),
        )

    @characters.command()
    @app_commands.describe(
        name="What it is called",
        spec="Class and spec, such as Holy Paladin",
        game="Which game's; the server's when left out",
        main="Whether one click signs up with it; your first is your main anyway",
    )
    @app_commands.autocomplete(spec=spec, game=options.template)
    async def add(
        self, interaction: Interaction, name: str, spec: str, game: str | None = None, main: bool = False
    ) -> None:
        """Add a character."""
        work = self.services.characters.add(actor_of(interaction), game, CharacterWish(name, spec, main))
        await answer(interaction, mine_texts.added(*await in_time(interaction, work)))

    @characters.command()
    @app_commands.describe(
        character="Which one",
        name="What it is called from now on",
        spec="What it plays from now on, such as Holy Paladin",
        main="Make it your main: what one click signs up with",
    )
    @app_commands.autocomplete(character=character, spec=spec)
    async def edit(
        self,
        interaction: Interaction,
        character: str,
        name: str | None = None,
        spec: str | None = None,
        main: bool = False,
    ) -> None:
        """Rename a character, change what it plays, or make it your main."""
        work = self.services.characters.edit(actor_of(interaction), character, CharacterWish(name, spec, main))
        await answer(interaction, mine_texts.edited(*await in_time(interaction, work)))

    @characters.command()
    @app_commands.describe(character="Which one")
    @app_commands.autocomplete(character=character)
    async def remove(self, interaction: Interaction, character: str) -> None:
        """Forget a character."""
        work = self.services.characters.remove(actor_of(interaction), character)
        await answer(interaction, mine_texts.removed(*await in_time(interaction, work)))

    @app_commands.command()
    @app_commands.describe(
        by="How you are reminded",
        before="How long before the start, instead of the raid's own times",
        quiet="Your quiet hours, such as 22:00-08:00; none, or server for the server's own",
    )
    @app_commands.choices(by=BY)
    @app_commands.choices(before=BEFORE)
    async def reminders(
        self, interaction: Interaction, by: str | None = None, before: int | None = None, quiet: str | None = None
    ) -> None:
        """How and when you are reminded of raids in this server."""
        work = self.services.reminders.habits(actor_of(interaction), HabitsWish(by, before, quiet))
        found = await in_time(interaction, work)
        await answer(interaction, reminder_texts.habits(found.own, found.way, found.leads, found.quiet))


async def setup(bot: MusterBot) -> None:
    """Add the cog and its button."""
    bot.persistent.add(ForgetButton)
    await bot.add_cog(Me(bot))
