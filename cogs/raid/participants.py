"""`participants` of `/raid create`: mentions looked up in Discord, one by one."""

import discord

from bot.domain.ids import UserId
from bot.domain.people import read_participants
from bot.domain.permissions import Actor
from bot.services.participants import Participants
from cogs.actors import Interaction, NotAPerson, member_of


async def read(interaction: Interaction, typed: str | None) -> Participants | None:
    """Whom `typed` names, members asked for over REST (without the members intent nobody is listed)."""
    if not typed or not typed.strip():
        return None
    named = read_participants(typed)
    members = {user_id: await _member(interaction.guild, user_id) for user_id in named.members}
    return Participants(
        members=tuple(one for one in members.values() if one),
        names=named.names,
        newcomers=named.newcomers,
        strangers=tuple(user_id for user_id, one in members.items() if one is None),
        around=tuple(one.display_name for one in interaction.guild.members if not one.bot) if interaction.guild else (),
    )


async def _member(guild: discord.Guild | None, user_id: UserId) -> Actor | None:
    """The member, or None when they are not here, or a bot."""
    try:
        return member_of(await guild.fetch_member(user_id)) if guild else None
    except (discord.NotFound, NotAPerson):
        return None
