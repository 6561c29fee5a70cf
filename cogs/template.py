"""`/template`: the games of a server's own."""

import io
from typing import Any

import discord
from discord import TextStyle, app_commands, ui
from discord.ext import commands

from bot.answers import in_time
from bot.client import MusterBot
from bot.components import AnsweringModal
from bot.domain.gates import Method
from bot.domain.ids import RoleId
from bot.domain.permissions import Actor
from bot.domain.template_edit import ServerRoles, TemplateWish
from bot.render import template_texts
from bot.services.bundle import Services
from bot.services.template_desk import Exported, NothingToImport, Typed, check_file
from cogs.actors import Interaction, actor_of, guild_of
from cogs.raid import options

LONGEST_LIST = 4000
METHODS = [
    app_commands.Choice(name=f"{one}: {words}", value=one.value) for one, words in template_texts.METHODS.items()
]
GROUPS = [app_commands.Choice(name="role", value="role"), app_commands.Choice(name="class", value="class")]


class NewTemplate(AnsweringModal, title=template_texts.NEW_TITLE):
    """The form for a template from scratch."""

    name = ui.Label[ui.View](
        text=template_texts.NAME,
        description=template_texts.NAME_HINT,
        component=ui.TextInput[ui.View](custom_id="name", max_length=50),
    )
    label = ui.Label[ui.View](
        text=template_texts.TITLE,
        description=template_texts.TITLE_HINT,
        component=ui.TextInput[ui.View](custom_id="title", max_length=100),
    )
    emoji = ui.Label[ui.View](
        text=template_texts.EMOJI,
        description=template_texts.EMOJI_HINT,
        component=ui.TextInput[ui.View](custom_id="emoji", max_length=60, required=False, placeholder="📅"),
    )
    roles = ui.Label[ui.View](
        text=template_texts.ROLES,
        description=template_texts.ROLES_HINT,
        component=ui.TextInput[ui.View](
            custom_id="roles",
            style=TextStyle.paragraph,
            max_length=LONGEST_LIST,
            required=False,
            placeholder=template_texts.ROLES_EXAMPLE,
        ),
    )
    classes = ui.Label[ui.View](
        text=template_texts.CLASSES,
        description=template_texts.CLASSES_HINT,
        component=ui.TextInput[ui.View](
            custom_id="classes",
            style=TextStyle.paragraph,
            max_length=LONGEST_LIST,
            required=False,
            placeholder=template_texts.CLASSES_EXAMPLE,
        ),
    )

    async def on_submit(self, interaction: Interaction, /) -> None:  # type: ignore[override] - our bot's interaction
        """Write the template down."""
        typed = Typed(*(_value(one) for one in (self.name, self.label, self.emoji, self.roles, self.classes)))
        desk = interaction.client.services.template_desk
        template = await in_time(interaction, desk.create(actor_of(interaction), typed))
        embed = template_texts.preview(template, guild_of(interaction), interaction.client.services.clock.now())
        await _answer(interaction, template_texts.created(template), embed=embed)


def _value(label: ui.Label[ui.View]) -> str:
    assert isinstance(label.component, ui.TextInput)  # noqa: S101 - declared above
    return label.component.value


@app_commands.guild_only()
class TemplateCommands(commands.GroupCog, name="template", description="Which roles, classes and buttons a sheet has"):
    """The cog behind `/template`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        super().__init__()

    @app_commands.command(name="list")
    async def list_(self, interaction: Interaction) -> None:
        """The templates this server can choose from."""
        found = await in_time(interaction, self._services.template_desk.offered(actor_of(interaction)))
        await _answer(interaction, embed=template_texts.listing(found.own, found.shipped, found.default))

    @app_commands.command()
    @app_commands.describe(template="Which one")
    @app_commands.autocomplete(template=options.template)
    async def show(self, interaction: Interaction, template: str) -> None:
        """See a template's sheet and its rules in words, without posting anything."""
        found = await in_time(interaction, self._services.template_desk.show(actor_of(interaction), template))
        embed = template_texts.preview(found, guild_of(interaction), self._services.clock.now())
        await _answer(interaction, template_texts.rules(found), embed=embed)

    @app_commands.command()
    async def create(self, interaction: Interaction) -> None:
        """Write a template of this server's own in a form."""
        await self._services.servers.require_officer(actor_of(interaction))
        await NewTemplate().open(interaction)

    @app_commands.command()
    @app_commands.describe(
        template="Which one", name="What the copy is called", title="What people read; the name when left out"
    )
    @app_commands.autocomplete(template=options.template)
    async def copy(self, interaction: Interaction, template: str, name: str, title: str | None = None) -> None:
        """Copy a template under a new name, to change it."""
        desk = self._services.template_desk
        copied = await in_time(interaction, desk.copy(actor_of(interaction), template, name, title))
        await _answer(interaction, template_texts.copied(copied, template.strip()))

    @app_commands.command()
    @app_commands.describe(
        template="Which one",
        title="What people read",
        emoji="Beside every sheet's title",
        colour="Of the sheet's edge, such as #C69B6D",
        duration="How long a raid is, such as 3h; none clears",
        limit="How many seats; none clears",
        minimum="How many it takes; none clears",
        group_by="What stands together on the sheet",
        method="How seats are given out",
        allowed_roles="Who alone may sign up: @roles; none lets everybody",
        banned_roles="Who may not sign up: @roles; none clears",
        priority_roles="Who goes first: up to 8 @roles in their order; none clears",
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
        group_by: str | None = None,
        method: str | None = None,
        allowed_roles: str | None = None,
        banned_roles: str | None = None,
        priority_roles: str | None = None,
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
            group_by=group_by,
            method=Method(method) if method else None,
            allowed_roles=allowed_roles,
            banned_roles=banned_roles,
            priority_roles=priority_roles,
            role_limits=role_limits,
            class_limits=class_limits,
            spec_limits=spec_limits,
            answers=answers,
        )
        desk, roles = self._services.template_desk, _server_roles(interaction)
        changed = await in_time(interaction, desk.edit(actor_of(interaction), template, wish, roles))
        await _answer(interaction, template_texts.edited(changed))

    @app_commands.command()
    @app_commands.describe(template="Which one")
    @app_commands.autocomplete(template=options.template)
    async def delete(self, interaction: Interaction, template: str) -> None:
        """Take a template of this server's own off the list."""
        shipped = await in_time(interaction, self._services.template_desk.delete(actor_of(interaction), template))
        await _answer(interaction, template_texts.deleted(template.strip(), shipped))

    @app_commands.command()
    @app_commands.describe(template="Which one")
    @app_commands.autocomplete(template=options.template)
    async def default(self, interaction: Interaction, template: str) -> None:
        """Choose the template of raids that name none."""
        chosen = await in_time(interaction, self._services.template_desk.set_default(actor_of(interaction), template))
        await _answer(interaction, template_texts.default(chosen))

    @app_commands.command()
    @app_commands.describe(template="Which one", with_roles="Put the ids of this server's Discord roles in, too")
    @app_commands.autocomplete(template=options.template)
    async def export(self, interaction: Interaction, template: str, with_roles: bool = False) -> None:
        """Get a template as a file, to keep, change by hand or take elsewhere."""
        desk = self._services.template_desk
        work = desk.export(actor_of(interaction), template, discord_roles=with_roles)
        found = await in_time(interaction, work)
        await _answer(interaction, template_texts.exported(found.name, left_out=found.left_out), file=_file(found))

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
        await _answer(interaction, template_texts.imported(taken), embed=embed)

    async def _import_file(
        self, actor: Actor, file: discord.Attachment, roles: ServerRoles, name: str | None, *, replacing: bool
    ) -> Any:
        await self._services.servers.require_officer(actor)
        check_file(file.filename, file.size)
        content = await file.read()
        return await self._services.template_desk.import_file(actor, content, roles, name, replacing=replacing)


def _server_roles(interaction: Interaction) -> ServerRoles:
    guild = interaction.guild
    named = {RoleId(role.id): role.name for role in guild.roles if not role.is_default()} if guild else {}
    return ServerRoles(RoleId(guild_of(interaction)), named)


def _file(exported: Exported) -> discord.File:
    return discord.File(io.BytesIO(exported.text.encode()), filename=exported.filename)


async def _answer(interaction: Interaction, text: str | None = None, **extra: Any) -> None:
    """Answer ephemerally, with an embed or a file."""
    if interaction.response.is_done():
        await interaction.followup.send(text or "", ephemeral=True, **extra)
    else:
        await interaction.response.send_message(text, ephemeral=True, **extra)


async def setup(bot: MusterBot) -> None:
    """Add the cog."""
    await bot.add_cog(TemplateCommands(bot.services))
