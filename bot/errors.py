"""The one road from an exception to a person: a sentence, always ephemeral, and the log when it is our fault."""

import logging
from typing import Any

import aiohttp
import discord
from discord import app_commands

from bot.domain.errors import MusterError
from bot.render import texts

UNSENT = (discord.HTTPException, aiohttp.ClientError, RuntimeError)  # RuntimeError: the session is closed
ANSWERED = 40060
"""Discord's code for an interaction that has its answer: an earlier one got through although its receipt did not."""

log = logging.getLogger(__name__)


async def report(interaction: discord.Interaction[Any], error: BaseException) -> None:
    """Answer `interaction` with what went wrong: a refusal's own sentence, else a reference the log has too."""
    await say(interaction, sentence(interaction, _cause(error)))


async def say(interaction: discord.Interaction[Any], text: str) -> None:
    """Answer ephemerally, first or as a follow-up; what does not get through is sent once more, then only logged."""
    try:
        await _send(interaction, text, follow=interaction.response.is_done())
    except UNSENT as error:
        answered = isinstance(error, discord.HTTPException) and error.code == ANSWERED
        try:
            await _send(interaction, text, follow=answered or interaction.response.is_done())
        except UNSENT as again:
            log.warning("interaction=%s could not be answered: %s", interaction.id, again)


async def _send(interaction: discord.Interaction[Any], text: str, *, follow: bool) -> None:
    if follow:
        await interaction.followup.send(text, ephemeral=True)
    else:
        await interaction.response.send_message(text, ephemeral=True)


def sentence(interaction: discord.Interaction[Any], error: BaseException) -> str:
    """What to say about `error`; what nobody expected is logged with its trace under the interaction's id."""
    if isinstance(error, MusterError):
        return str(error)
    if isinstance(error, app_commands.NoPrivateMessage):
        return texts.ONLY_IN_SERVERS
    if isinstance(error, app_commands.BotMissingPermissions):
        return texts.not_allowed_here(error.missing_permissions)
    log.error("interaction=%s broke", interaction.id, exc_info=error)
    return texts.broken(str(interaction.id))


def _cause(error: BaseException) -> BaseException:
    """The exception our own code raised, inside what the library wrapped it in."""
    wrapped = isinstance(error, app_commands.CommandInvokeError | app_commands.TransformerError)
    return error.__cause__ if wrapped and error.__cause__ else getattr(error, "original", error)
