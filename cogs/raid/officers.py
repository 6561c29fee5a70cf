"""`/raid add` and `remove`: officers put people on a sheet and take them off."""

from collections.abc import Coroutine, Sequence
from typing import Any

import discord
from discord import app_commands, ui

from bot.answers import answer, in_time
from bot.domain.errors import MusterError
from bot.render import officer_texts
from bot.services.officers import Whom
from cogs.actors import Interaction, actor_of, guild_of, member_of
from cogs.raid import options
from cogs.raid.family import Family
from cogs.undo import undo_view

EVENT = "The raid: from the list, or its title or id"


@options.always
async def status(interaction: Interaction, typed: str) -> options.Choices:
    """The answers of the raid's sheet."""
    officers = interaction.client.services.officers
    return await _offered(officers.statuses(guild_of(interaction), _event(interaction), typed), typed)


@options.always
async def spec(interaction: Interaction, typed: str) -> options.Choices:
    """The specs of the raid's game."""
    officers = interaction.client.services.officers
    return await _offered(officers.specs(guild_of(interaction), _event(interaction), typed), typed)


@options.always
async def on_sheet(interaction: Interaction, typed: str) -> options.Choices:
    """Who is on the raid's sheet; the value sent is the player's id."""
    officers = interaction.client.services.officers
    return await _offered(officers.on_sheet(guild_of(interaction), _event(interaction), typed), typed)


@options.always
async def placeholder(interaction: Interaction, typed: str) -> options.Choices:
    """People without Discord who were written down before."""
    names = await interaction.client.services.officers.names(guild_of(interaction), typed)
    return options.choices([(name, name[: options.LONGEST_CHOICE]) for name in names])


class OfficerCommands(Family):
    """People on sheets, by an officer's hand."""

    @app_commands.command(name="add")
    @app_commands.describe(
        event=EVENT,
        member="A member of this server",
        name="Or the name of somebody without Discord",
        status="Their answer; a seat when left out",
        spec="What they play, such as Holy Paladin; their main when left out",
    )
    @app_commands.autocomplete(event=options.event, name=placeholder, status=status, spec=spec)
    async def add_person(
        self,
        interaction: Interaction,
        event: str,
        member: discord.Member | None = None,
        name: str | None = None,
        status: str | None = None,
        spec: str | None = None,
    ) -> None:
        """Put somebody on a sheet, or change their answer."""
        whom = Whom(member_of(member) if member else None, name)
        work = self.services.officers.add(actor_of(interaction), event, whom, status, spec)
        done = await in_time(interaction, work)
        changed = done.entry_id is not None
        text = officer_texts.added(done.event, done.template, done.placed, was_there=done.was_there, changed=changed)
        await answer(interaction, text, _undo(done.entry_id))

    @app_commands.command()
    @app_commands.describe(event=EVENT, member="Whom: from the list, or their name")
    @app_commands.autocomplete(event=options.event, member=on_sheet)
    async def remove(self, interaction: Interaction, event: str, member: str) -> None:
        """Take somebody off a sheet."""
        done = await in_time(interaction, self.services.officers.remove(actor_of(interaction), event, member))
        await answer(interaction, officer_texts.removed(done.event, done.sign_up), _undo(done.entry_id))


def _undo(entry_id: int | None) -> ui.View | None:
    return undo_view(entry_id) if entry_id is not None else None


def _event(interaction: Interaction) -> str:
    """What stands in `event` so far."""
    return str(getattr(interaction.namespace, "event", None) or "")


async def _offered(work: Coroutine[Any, Any, Sequence[tuple[str, str]]], typed: str) -> options.Choices:
    """What can be chosen, or why nothing can."""
    try:
        return options.choices(await work)
    except MusterError as error:
        said = str(error)[: options.LONGEST_CHOICE]
        return [app_commands.Choice(name=said, value=typed[: options.LONGEST_CHOICE] or "?")]
