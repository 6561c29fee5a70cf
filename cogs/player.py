"""`/player`: what officers know of people, and which ranks there are."""

from collections.abc import Sequence

import discord
from discord import app_commands
from discord.ext import commands

from bot.answers import answer, in_time
from bot.client import MusterBot
from bot.domain.ids import GuildId, RoleId, UserId
from bot.domain.permissions import Actor
from bot.render import people_texts
from cogs.actors import Interaction, NotAPerson, actor_of, guild_of, member_of
from cogs.raid import options
from cogs.raid.officers import placeholder

WHO = "Who: from the list, a mention or a name"


@options.always
async def somebody(interaction: Interaction, typed: str) -> options.Choices:
    """The server's players; the value sent is "#id"."""
    return options.choices(await interaction.client.services.people.offered(guild_of(interaction), typed))


@options.always
async def known_rank(interaction: Interaction, typed: str) -> options.Choices:
    """The server's ranks."""
    found = await interaction.client.services.people.ranks(actor_of(interaction))
    named = [(people_texts.rank_choice(one), one.name) for one, _ in found]
    return options.choices([one for one in named if typed.casefold() in one[0].casefold()])


@app_commands.guild_only()
@app_commands.default_permissions(manage_events=True)
class PlayerCommands(commands.GroupCog, name="player", description="People, ranks and who is on booked sheets"):
    """The cog behind `/player`."""

    rank = app_commands.Group(name="rank", description="Guild ranks, and which Discord role has which")

    def __init__(self, bot: MusterBot) -> None:
        self._bot = bot
        self._services = bot.services
        super().__init__()

    @app_commands.command()
    @app_commands.describe(player=WHO)
    @app_commands.autocomplete(player=somebody)
    async def show(self, interaction: Interaction, player: str) -> None:
        """See what is known of somebody."""
        found = await in_time(interaction, self._services.people.show(actor_of(interaction), player))
        await answer(interaction, people_texts.profile(found.profile, found.characters, found.games, found.away))

    @app_commands.command()
    @app_commands.describe(member="The member they are", name="What they were written down as without Discord")
    @app_commands.autocomplete(name=placeholder)
    async def link(self, interaction: Interaction, member: discord.Member, name: str) -> None:
        """Somebody without Discord is a member now: their sign-ups and characters are the member's."""
        work = self._services.linking.link(actor_of(interaction), member_of(member), name)
        done = await in_time(interaction, work)
        await answer(interaction, people_texts.linked(done.name, done.person, done.sheets))

    @app_commands.command()
    @app_commands.describe(player=WHO, on="Whether booked sheets have them as coming, with a core rank")
    @app_commands.autocomplete(player=somebody)
    async def invite(self, interaction: Interaction, player: str, on: bool) -> None:
        """Have booked sheets count on somebody, or not."""
        work = self._services.people.invite(actor_of(interaction), player, invited=on)
        await answer(interaction, people_texts.changed(await in_time(interaction, work)))

    @app_commands.command()
    @app_commands.describe(
        player=WHO, on="Whether they are away", until="Their last day away, such as 24 dec; open when left out"
    )
    @app_commands.autocomplete(player=somebody)
    async def hiatus(self, interaction: Interaction, player: str, on: bool, until: str | None = None) -> None:
        """Somebody is away for a while, or back."""
        actor, people = actor_of(interaction), self._services.people
        if on:
            gone = await in_time(interaction, people.hiatus(actor, player, until))
            await answer(interaction, people_texts.on_hiatus(gone.person, gone.away, gone.raids.absent))
        else:
            back = await in_time(interaction, people.back(actor, player))
            await answer(interaction, people_texts.back_from_hiatus(back.person, back.raids))

    @app_commands.command()
    @app_commands.describe(player=WHO, on="Whether they still belong to the guild")
    @app_commands.autocomplete(player=somebody)
    async def active(self, interaction: Interaction, player: str, on: bool) -> None:
        """Take somebody who left off all lists, or back onto them; their history stays."""
        work = self._services.people.activate(actor_of(interaction), player, active=on)
        await answer(interaction, people_texts.changed(await in_time(interaction, work)))

    @rank.command(name="list")
    async def rank_list(self, interaction: Interaction) -> None:
        """See the ranks, their levels and roles."""
        found = await in_time(interaction, self._services.people.ranks(actor_of(interaction)))
        await answer(interaction, people_texts.ranks(found, synced=self._bot.intents.members))

    @rank.command(name="set")
    @app_commands.describe(
        name="What it is called; one of that name is changed",
        level="0 to 100; 2 and up is core on booked sheets",
        role="Whoever has this role has the rank; of several the highest",
    )
    @app_commands.autocomplete(name=known_rank)
    async def rank_set(
        self,
        interaction: Interaction,
        name: str,
        level: app_commands.Range[int, 0, 100],
        role: discord.Role | None = None,
    ) -> None:
        """Write a rank down, or change it."""
        actor = actor_of(interaction)
        work = self._services.people.set_rank(actor, name, level, RoleId(role.id) if role else None)
        done = await in_time(interaction, work)
        count = await self._follow(interaction.guild)
        await answer(interaction, people_texts.rank_set(done, synced=self._bot.intents.members, count=count))

    @rank.command(name="remove")
    @app_commands.describe(name="Which one")
    @app_commands.autocomplete(name=known_rank)
    async def rank_remove(self, interaction: Interaction, name: str) -> None:
        """Forget a rank; whoever had it has none."""
        removed, had = await in_time(interaction, self._services.people.remove_rank(actor_of(interaction), name))
        await answer(interaction, people_texts.rank_removed(removed, had))

    @rank.command(name="give")
    @app_commands.describe(player=WHO, name="Which rank; none when left out")
    @app_commands.autocomplete(player=somebody, name=known_rank)
    async def rank_give(self, interaction: Interaction, player: str, name: str | None = None) -> None:
        """Give somebody a rank by hand, such as somebody without Discord."""
        work = self._services.people.give_rank(actor_of(interaction), player, name)
        await answer(interaction, people_texts.changed(await in_time(interaction, work)))

    # ------------------------------------------------------------ what Discord says of members

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Catch up with what changed while the bot was away."""
        for guild in self._bot.guilds:
            await self._follow(guild)

    @commands.Cog.listener()
    async def on_member_update(self, before: discord.Member, after: discord.Member) -> None:
        """Rank and name follow roles and nickname."""
        if (before.roles, before.display_name) != (after.roles, after.display_name) and not after.bot:
            await self._services.following.follow(GuildId(after.guild.id), [member_of(after)])

    @commands.Cog.listener()
    async def on_member_join(self, member: discord.Member) -> None:
        """Who is back is expected again."""
        await self._services.following.heard(GuildId(member.guild.id), UserId(member.id), here=True)

    @commands.Cog.listener()
    async def on_raw_member_remove(self, payload: discord.RawMemberRemoveEvent) -> None:
        """Who leaves is on no sheet that is booked from now on."""
        await self._services.following.heard(GuildId(payload.guild_id), UserId(payload.user.id), here=False)

    async def _follow(self, guild: discord.Guild | None) -> int:
        """Have everybody the bot sees in the server follow; how many changed. None without the members intent."""
        if guild is None or not self._bot.intents.members:
            return 0
        return await self._services.following.follow(GuildId(guild.id), _people(guild.members))


def _people(members: Sequence[discord.Member]) -> list[Actor]:
    found: list[Actor] = []
    for one in members:
        try:
            found.append(member_of(one))
        except NotAPerson:
            continue
    return found


async def setup(bot: MusterBot) -> None:
    """Add the cog."""
    await bot.add_cog(PlayerCommands(bot))
