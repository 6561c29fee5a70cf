"""`/template`: the games of a server's own."""

import io
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.answers import in_time
from bot.client import MusterBot
from bot.domain.gates import Method
from bot.domain.ids import RoleId
from bot.domain.permissions import Actor
from bot.domain.template_edit import ServerRoles, TemplateWish
from bot.render import template_texts
from bot.services.bundle import Services
from bot.services.template_desk import NothingToImport
from bot.services.template_files import Exported, check_file
from cogs.actors import Interaction, actor_of, guild_of, here_of
from cogs.raid import options
from cogs.template_form import NewTemplate, TryAgain, say

METHODS = [
    app_commands.Choice(name=f"{one}: {words}", value=one.value) for one, words in template_texts.METHODS.items()
]
GROUPS = [app_commands.Choice(name="role", value="role"), app_commands.Choice(name="class", value="class")]


@app_commands.guild_only()
@app_commands.default_permissions(manage_events=True)
class TemplateCommands(commands.GroupCog, name="template", description="Which roles, classes and buttons a sheet has"):
    """The cog behind `/template`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        super().__init__()

    @app_commands.command(name="list")
    async def list_(self, interaction: Interaction) -> None:
        """The templates this server can choose from."""
        found = await in_time(interaction, self._services.template_desk.offered(actor_of(interaction)))
        await say(interaction, embed=template_texts.listing(found.own, found.shipped, found.default))

    @app_commands.command()
    @app_commands.describe(template="Which one")
    @app_commands.autocomplete(template=options.template)
    async def show(self, interaction: Interaction, template: str) -> None:
        """See a template's sheet and its rules in words, without posting anything."""
        found = await in_time(interaction, self._services.template_desk.show(actor_of(interaction), template))
        embed = template_texts.preview(found, guild_of(interaction), self._services.clock.now())
        await say(interaction, template_texts.rules(found), embed=embed)

    @app_commands.command()
    @app_commands.describe(like="Begin with the roles and classes of this one")
    @app_commands.autocomplete(like=options.template)
    async def create(self, interaction: Interaction, like: str | None = None) -> None:
        """Write a template of this server's own in a form."""
        actor, desk = actor_of(interaction), self._services.template_desk
        await self._services.template_desk.check(actor)
        await NewTemplate(await desk.like(actor, like) if like else None).open(interaction)

    @app_commands.command()
    @app_commands.describe(
        template="Which one", name="What the copy is called", title="What people read; the name when left out"
    )
    @app_commands.autocomplete(template=options.template)
    async def copy(self, interaction: Interaction, template: str, name: str, title: str | None = None) -> None:
        """Copy a template under a new name, to change it."""
        desk = self._services.template_desk
        copied = await in_time(interaction, desk.copy(actor_of(interaction), template, name, title))
        await say(interaction, template_texts.copied(copied, template.strip()))

    @app_commands.command()
    @app_commands.describe(
        template="Which one",
        title="What people read",
        emoji="Beside every sheet's title",
        colour="Of the sheet's edge, such as #C69B6D",
        duration="How long a raid is, such as 3h; none clears",
        limit="How many seats; none clears",
        minimum="How many it takes; none clears",
        warn_hours="How long before the start officers hear of short roles; none: 24",
        group_size="People of a group in the comp; none: 5",
        group_by="What stands together on the sheet",
        method="How seats are given out",
        allowed_roles="Who alone may sign up: @roles; none lets everybody",
        banned_roles="Who may not sign up: @roles; none clears",
        priority_roles="Who goes first: up to 8 @roles in their order; none clears",
        wanted="How many of a role it takes: Tank=2, Healer=none",
        role_limits="Such as Tank=2, Healer=none",
        class_limits="Such as Paladin=3, Rogue=none",
        spec_limits="Such as Paladin/Holy=1, Outlaw=none",
        answers="The buttons: late=off, bench=Alternate, tentative=on",
    )
    @app_commands.autocomplete(template=options.template)
    @app_commands.choices(method=METHODS, group_by=GROUPS)
    async def edit(
        self,
        interaction: Interaction,
        template: str,
        title: str | None = None,
        emoji: str | None = None,
        colour: str | None = None,
        duration: str | None = None,
        limit: str | None = None,
        minimum: str | None = None,
        warn_hours: str | None = None,
        group_size: str | None = None,
        group_by: str | None = None,
        method: str | None = None,
        allowed_roles: str | None = None,
        banned_roles: str | None = None,
        priority_roles: str | None = None,
        wanted: str | None = None,
        role_limits: str | None = None,
        class_limits: str | None = None,
        spec_limits: str | None = None,
        answers: str | None = None,
    ) -> None:
        """Change a template from the next sheet on."""
        wish = TemplateWish(
            title=title,
            emoji=emoji,
            colour=colour,
            duration=duration,
            limit=limit,
            minimum=minimum,
            warn_hours=warn_hours,
            group_size=group_size,
            group_by=group_by,
            method=Method(method) if method else None,
            allowed_roles=allowed_roles,
            banned_roles=banned_roles,
            priority_roles=priority_roles,
            wanted=wanted,
            role_limits=role_limits,
            class_limits=class_limits,
            spec_limits=spec_limits,
            answers=answers,
        )
        desk, roles = self._services.template_desk, _server_roles(interaction)
        changed = await in_time(interaction, desk.edit(actor_of(interaction), template, wish, roles))
        await say(interaction, template_texts.edited(changed))

    @app_commands.command()
    @app_commands.describe(template="Which one")
    @app_commands.autocomplete(template=options.template)
    async def delete(self, interaction: Interaction, template: str) -> None:
        """Take a template of this server's own off the list."""
        shipped = await in_time(interaction, self._services.template_desk.delete(actor_of(interaction), template))
        await say(interaction, template_texts.deleted(template.strip(), shipped))

    @app_commands.command()
    @app_commands.describe(template="Which one")
    @app_commands.autocomplete(template=options.template)
    async def default(self, interaction: Interaction, template: str) -> None:
        """Choose the template of raids that name none."""
        chosen = await in_time(interaction, self._services.template_desk.set_default(actor_of(interaction), template))
        await say(interaction, template_texts.default(chosen))

    @app_commands.command()
    @app_commands.describe(template="Which one", with_roles="Put the ids of this server's Discord roles in, too")
    @app_commands.autocomplete(template=options.template)
    async def export(self, interaction: Interaction, template: str, with_roles: bool = False) -> None:
        """Get a template as a file, to keep, change by hand or take elsewhere."""
        desk = self._services.template_desk
        work = desk.export(actor_of(interaction), template, discord_roles=with_roles)
        found = await in_time(interaction, work)
        await say(interaction, template_texts.exported(found.name, left_out=found.left_out), file=_file(found))

    @app_commands.command(name="import")
    @app_commands.describe(
        file="A .json from /template export, or a Raid-Helper event's",
        name="What it is called here; as in the file when left out",
        event_id="A Raid-Helper event of this server: its message's link or id",
        replace="Change the template of that name instead of refusing",
    )
    async def import_(
        self,
        interaction: Interaction,
        file: discord.Attachment | None = None,
        event_id: str | None = None,
        name: str | None = None,
        replace: bool = False,
    ) -> None:
        """Take a template in from a file or from Raid-Helper."""
        actor, roles, desk = actor_of(interaction), _server_roles(interaction), self._services.template_desk
        if file is not None and event_id is None:
            work = self._import_file(actor, file, roles, name, replacing=replace)
        elif event_id is not None and file is None:
            work = desk.import_event(actor, event_id, roles, name, replacing=replace)
        else:
            raise NothingToImport
        taken = await in_time(interaction, work)
        embed = template_texts.preview(taken, guild_of(interaction), self._services.clock.now())
        await say(interaction, template_texts.imported(taken), embed=embed)

    async def _import_file(
        self, actor: Actor, file: discord.Attachment, roles: ServerRoles, name: str | None, *, replacing: bool
    ) -> Any:
        await self._services.template_desk.check(actor)
        check_file(file.filename, file.size)
        content = await file.read()
        return await self._services.template_desk.import_file(actor, content, roles, name, replacing=replacing)


def _server_roles(interaction: Interaction) -> ServerRoles:
    guild = interaction.guild
    named = {RoleId(role.id): role.name for role in guild.roles if not role.is_default()} if guild else {}
    return ServerRoles(RoleId(guild_of(interaction)), named, here_of(interaction).channels)


def _file(exported: Exported) -> discord.File:
    return discord.File(io.BytesIO(exported.text.encode()), filename=exported.filename)


async def setup(bot: MusterBot) -> None:
    """Add the cog and the form's button."""
    bot.persistent.add(TryAgain)
    await bot.add_cog(TemplateCommands(bot.services))
