"""Who an interaction is from, in the bot's own words."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import discord

from bot.client import MusterBot
from bot.components import chosen
from bot.domain.errors import MusterError
from bot.domain.event import Event
from bot.domain.ids import ChannelId, GuildId, RoleId, UserId
from bot.domain.needs import SAYS
from bot.domain.permissions import Actor
from bot.domain.setting_rules import Here
from bot.pressed import Pressed
from bot.render import texts
from cogs.rights import lacking_in

Interaction = discord.Interaction[MusterBot]


class CannotPost(MusterError):
    """I cannot post in that channel."""


class NotAMember(MusterError):
    """You are not a member of that server any more."""


class NotAPerson(MusterError):
    """That is a bot. Only people come to raids."""


def actor_of(interaction: discord.Interaction[Any]) -> Actor:
    """Whoever pressed or typed; roles and permissions come with the interaction."""
    member = interaction.user
    if not isinstance(member, discord.Member):
        raise MusterError(texts.ONLY_IN_SERVERS)
    permissions = interaction.permissions
    return Actor(
        guild_id=guild_of(interaction),
        user_id=UserId(member.id),
        name=member.display_name,
        role_ids=frozenset(RoleId(role) for role in role_ids(member)),
        is_owner=interaction.guild is not None and interaction.guild.owner_id == member.id,
        is_administrator=permissions.administrator,
        manages_server=permissions.manage_guild,
    )


async def actor_in(interaction: Interaction, guild_id: GuildId) -> Actor:
    """Whoever pressed, as a member of that server, also where they pressed in a direct message. Raises NotAMember."""
    if interaction.guild_id is not None:
        return actor_of(interaction)
    bot = interaction.client
    try:
        guild = bot.get_guild(guild_id) or await bot.fetch_guild(guild_id)
        member = await guild.fetch_member(interaction.user.id)
    except (discord.NotFound, discord.Forbidden):
        raise NotAMember from None
    permissions = member.guild_permissions
    return Actor(
        guild_id=GuildId(guild.id),
        user_id=UserId(member.id),
        name=member.display_name,
        role_ids=frozenset(RoleId(role) for role in role_ids(member)),
        is_owner=guild.owner_id == member.id,
        is_administrator=permissions.administrator,
        manages_server=permissions.manage_guild,
    )


def member_of(member: discord.Member) -> Actor:
    """A member somebody named: who they are, not what they may do. Raises NotAPerson for a bot."""
    if member.bot:
        raise NotAPerson
    return Actor(
        guild_id=GuildId(member.guild.id),
        user_id=UserId(member.id),
        name=member.display_name,
        role_ids=frozenset(RoleId(role) for role in role_ids(member)),
    )


def clicker(pressed: discord.Interaction[Any]) -> Actor:
    """Whoever pressed, without what they may do: what a click is written for, before anybody reads the rest of it."""
    if not isinstance(pressed, Pressed) or "member" not in pressed.payload:
        return actor_of(pressed)
    member = pressed.payload["member"]
    return _named(GuildId(int(pressed.payload["guild_id"])), member["user"], member)


def members_chosen(interaction: discord.Interaction[Any]) -> Sequence[Actor]:
    """The members named in a select of people, in its order; who has left is none. Raises NotAPerson for a bot."""
    resolved: Any = (interaction.data or {}).get("resolved", {})
    members, users = resolved.get("members", {}), resolved.get("users", {})
    guild_id = guild_of(interaction)
    return [_named(guild_id, users[one], members[one]) for one in chosen(interaction) if one in members]


def _named(guild_id: GuildId, user: Mapping[str, Any], member: Mapping[str, Any]) -> Actor:
    """A member as they come with an interaction."""
    if user.get("bot"):
        raise NotAPerson
    return Actor(
        guild_id=guild_id,
        user_id=UserId(int(user["id"])),
        name=member.get("nick") or user.get("global_name") or user["username"],
        role_ids=frozenset(RoleId(int(role)) for role in (*member["roles"], guild_id)),
    )


def role_ids(member: discord.Member) -> Sequence[int]:
    """The ids of the member's roles; @everyone, the role every member has, has the server's own."""
    return [*(role.id for role in member.roles if not role.is_default()), member.guild.id]


def guild_of(interaction: discord.Interaction[Any]) -> GuildId:
    """The server the interaction came from."""
    if interaction.guild_id is None:
        raise MusterError(texts.ONLY_IN_SERVERS)
    return GuildId(interaction.guild_id)


def here_of(interaction: discord.Interaction[Any]) -> Here:
    """The channels, threads and roles of the server the interaction came from."""
    guild = interaction.guild
    if guild is None:
        return Here()
    rooms = (*guild.channels, *guild.threads)
    roles = frozenset(RoleId(one.id) for one in guild.roles)
    return Here(frozenset(ChannelId(one.id) for one in rooms), roles, RoleId(guild.id))


def require_postable(
    interaction: discord.Interaction[Any],
    channel_id: ChannelId,
    gone: Callable[[ChannelId], str] = texts.channel_gone,
) -> None:
    """Raise CannotPost, naming each missing permission or what helps when it is `gone`, before anything is written."""
    found = lacking_in(interaction.guild, channel_id, SAYS)
    if found.gone:
        raise CannotPost(gone(channel_id))
    if found.names:
        raise CannotPost(texts.missing_permissions(channel_id, found.names))


def channel_gone(interaction: discord.Interaction[Any], event: Event) -> bool:
    """Whether the channel the raid's sheet stood in is not in the server any more."""
    return event.channel_id is not None and lacking_in(interaction.guild, event.channel_id, ()).gone
