"""What the bot needs to be allowed for what a setting switches on, so that it can be said before it is missed."""

from collections.abc import Mapping, Sequence

import discord

from bot.domain.settings import DISCORD_EVENT, MENTION_ROLES, TEMP_ROLE, THREAD
from bot.render import mirror_texts
from cogs.actors import words

NEEDS: Mapping[str, Sequence[str]] = {
    THREAD.name: ("create_public_threads", "send_messages_in_threads", "manage_threads"),
    DISCORD_EVENT.name: ("create_events", "manage_events"),
    TEMP_ROLE.name: ("manage_roles",),
    MENTION_ROLES.name: ("mention_everyone",),
}


def missing_for(guild: discord.Guild, setting: str) -> Sequence[str]:
    """Which permissions the setting of that name needs and the bot lacks in the server, in Discord's words."""
    held = guild.me.guild_permissions
    return [words(one) for one in NEEDS.get(setting, ()) if not getattr(held, one)]


def warning_for(guild: discord.Guild, setting: str) -> str:
    """What to say when the setting is switched on: nothing, or what is missing by name."""
    missing = missing_for(guild, setting)
    return mirror_texts.missing(missing) if missing else ""
