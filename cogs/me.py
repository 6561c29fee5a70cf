"""`/me`: what a member keeps about themselves."""

from discord import app_commands
from discord.ext import commands

from bot.answers import answer, in_time
from bot.client import MusterBot
from bot.render import mine_texts
from bot.services.characters import CharacterWish
from cogs.actors import Interaction, actor_of
from cogs.raid import options


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
class Me(commands.GroupCog, name="me", description="What you play"):
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


async def setup(bot: MusterBot) -> None:
    """Add the cog."""
    await bot.add_cog(Me(bot))
