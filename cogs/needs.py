"""What the bot needs to be allowed for what a setting switches on, so that it can be said before it is missed."""

from collections.abc import Mapping, Sequence

import discord

from bot.domain.needs import IN_CHANNEL, IN_SERVER
from bot.domain.settings import MENTION_ROLES, THREAD
from bot.render import mirror_texts
from cogs.rights import words

NEEDS: Mapping[str, Sequence[str]] = {
    **{setting.name: needed for setting, needed in IN_SERVER.items()},
    THREAD.name: (*IN_CHANNEL[THREAD], "manage_threads"),
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
