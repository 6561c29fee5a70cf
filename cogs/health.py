"""`/raid health`: how the bot is doing, and what was given up, with buttons that outlive restarts."""

from datetime import timedelta

import discord
from discord import ui

from bot.answers import in_time
from bot.client import MusterBot
from bot.components import DrawnElsewhere, layout_of
from bot.domain.health import Seen, Stored
from bot.domain.ids import ActionId, RoleId
from bot.domain.needs import deleted
from bot.render import custom_ids, health_texts
from bot.services.health import Examined
from cogs.actors import Interaction, actor_of
from cogs.panel_base import services_of, turn
from cogs.pulse import latency
from cogs.rights import lacking_in, lacking_in_server

STYLE = discord.ButtonStyle


async def opened(interaction: Interaction, said: str = "") -> ui.LayoutView:
    """How the bot is doing now. Raises NotAnOfficer."""
    found = await services_of(interaction).health.examine(actor_of(interaction))
    return drawn(found.stored, _seen(interaction, found), said)


def drawn(stored: Stored, seen: Seen, said: str = "") -> ui.LayoutView:
    """The message: everything looked at, the letters with their buttons, and what was done just now."""
    container: ui.Container[ui.LayoutView] = ui.Container(ui.TextDisplay(health_texts.health(stored, seen)))
    for letter in stored.letters:
        container.add_item(ui.Separator()).add_item(ui.TextDisplay(health_texts.letter(letter)))
        container.add_item(
            ui.ActionRow(
                _button(health_texts.RETRY, custom_ids.letter(letter.id, "retry"), STYLE.primary),
                _button(health_texts.DISCARD, custom_ids.letter(letter.id, "discard"), STYLE.secondary),
            )
        )
    if said:
        container.add_item(ui.Separator()).add_item(ui.TextDisplay(said))
    look = _button(health_texts.LOOK, custom_ids.health(), STYLE.secondary)
    return layout_of(container, ui.ActionRow(look))


def _button(label: str, custom_id: str, style: discord.ButtonStyle) -> "ui.Button[ui.LayoutView]":
    return ui.Button(label=label, custom_id=custom_id, style=style)


def _seen(interaction: Interaction, found: Examined) -> Seen:
    guild, bot = interaction.guild, interaction.client
    lacks = [lacking_in(guild, channel_id, needed) for channel_id, needed in found.wanted.in_channels.items()]
    if guild is not None:
        lacks.append(lacking_in_server(guild.me, found.wanted.in_server))
        there = {RoleId(one.id) for one in guild.roles}
        lacks.insert(
            0, deleted(found.wanted.roles, {role for roles in found.wanted.roles.values() for role in roles} - there)
        )
    return Seen(_latency(bot, guild), bot.services.pulse.loops, [one for one in lacks if one], bot.intents.members)


def _latency(bot: MusterBot, guild: discord.Guild | None) -> timedelta | None:
    """The latency of the server's own shard; the library has no number before the first heartbeat."""
    shard = bot.get_shard(guild.shard_id) if guild else None
    return latency(shard.latency if shard else bot.latency)


class LookButton(DrawnElsewhere, template=custom_ids.HEALTH):
    """`Look again`."""

    async def act(self, interaction: Interaction) -> None:
        """Show how it is now."""
        await turn(interaction, await in_time(interaction, opened(interaction), update=True))


class LetterButton(DrawnElsewhere, template=custom_ids.LETTER):
    """`Retry` and `Discard`, below something that was given up."""

    async def act(self, interaction: Interaction) -> None:
        """Do it, and show how it is then."""
        await turn(interaction, await in_time(interaction, self._done(interaction), update=True))

    async def _done(self, interaction: Interaction) -> ui.LayoutView:
        letters, actor = services_of(interaction).dead_letters, actor_of(interaction)
        action_id = ActionId(int(self.match["letter"]))
        if self.match["do"] == "retry":
            await letters.retry(actor, action_id)
            return await opened(interaction, health_texts.RETRIED)
        await letters.discard(actor, action_id)
        return await opened(interaction, health_texts.DISCARDED)


async def setup(bot: MusterBot) -> None:
    """Register the buttons."""
    bot.persistent.add(LookButton, LetterButton)
