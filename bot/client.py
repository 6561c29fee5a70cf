"""The bot itself: intents, commands, and the loops that must not die."""

import asyncio
import contextlib
import hashlib
import json
import logging
from collections.abc import Coroutine, Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.components import PersistentClasses, press
from bot.domain.needs import POSTS
from bot.errors import report, say
from bot.pressed import hear_presses
from bot.render import texts
from bot.services.bundle import Services
from bot.services.queue import Queue
from bot.services.retention import Retention
from db import Database
from db.listen import Listener

log = logging.getLogger(__name__)

# The bot never speaks; a host need not read at every start that it could not.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False

EXTENSIONS = (
    "cogs.raid",
    "cogs.series",
    "cogs.sheet",
    "cogs.mine",
    "cogs.me",
    "cogs.my_raids",
    "cogs.player",
    "cogs.undo",
    "cogs.alerts",
    "cogs.booking",
    "cogs.comp",
    "cogs.panel",
    "cogs.raidhelper",
    "cogs.template",
    "cogs.mirrors",
    "cogs.settings",
    "cogs.notifier",
    "cogs.emoji_book",
    "cogs.setup",
    "cogs.health",
    "cogs.queue",
    "cogs.unplanned",
    "cogs.autobook",
    "cogs.maintenance",
    "cogs.pulse",
)
CLOSING_TIME = 6.5
"""Seconds for what is in hand; a host kills what has not ended after ten, the embedded database included."""
GOODBYE_TIME = 1.0
"""Seconds for the goodbye to Discord."""
TAKING_TIME = 0.5
"""Seconds for learning whether another worker has a command in hand; of the three Discord waits, two are the work's."""
NEEDED = discord.Permissions(**dict.fromkeys(POSTS, True))
"""What the bot asks for when it is invited."""

FIVE_MINUTES = timedelta(minutes=5)


class Tree(app_commands.CommandTree[Any]):
    """The slash commands; each is done by one process, and whatever goes wrong in one is answered."""

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Whether this process does it; what is offered while somebody types, everybody may offer."""
        if interaction.type is not discord.InteractionType.application_command:
            return True
        return await interaction.client.takes(interaction.id)

    async def on_error(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /) -> None:
        """Report the error to whoever typed."""
        await report(interaction, error)


class MusterBot(commands.AutoShardedBot):
    """Muster on Discord. `fatal` gets the exception of a helper task that died: the process must end then."""

    services: Services
    queue: Queue
    listener: Listener
    retention: Retention

    def __init__(
        self, db: Database, *, members_intent: bool = False, auto_book_every: timedelta = FIVE_MINUTES, **options: Any
    ) -> None:
        super().__init__(
            commands.when_mentioned,
            tree_cls=Tree,
            intents=intents(members=members_intent),
            allowed_mentions=discord.AllowedMentions.none(),
            help_command=None,
            max_messages=None,
            chunk_guilds_at_startup=members_intent,
            **options,
        )
        self.db = db
        self.auto_book_every = auto_book_every
        self.fatal: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._closing = False
        self.persistent = PersistentClasses()
        hear_presses(self, partial(press, self.persistent))
        self.forms: WeakValueDictionary[str, ui.Modal] = WeakValueDictionary()
        self.refused_emoji: set[int] = set()
        """Custom emoji for which Discord refused a list."""
        self._helpers: set[asyncio.Task[None]] = set()

    async def setup_hook(self) -> None:
        """Load the cogs and, when the commands changed since the last start, tell Discord."""
        for extension in EXTENSIONS:
            await self.load_extension(extension)
        if await self.sync_changed():
            log.info("slash commands changed and were synced")

    async def close(self) -> None:
        """Finish what is in hand and disconnect, but wait for neither for ever."""
        if self._closing:
            return
        self._closing = True
        try:
            async with asyncio.timeout(CLOSING_TIME):
                await asyncio.gather(*(self.remove_cog(name) for name in tuple(self.cogs)))
        except TimeoutError:
            log.warning("not everything in hand ended in time; it is taken up again at the next start")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_TIME):
                await super().close()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def sync_changed(self, *, always: bool = False) -> bool:
        """Sync the slash commands if they differ from the last synced ones, or `always`; whether it did."""
        fact = f"commands:{self.application_id}"
        digest = tree_digest(self.tree)
        async with self.db.transaction() as tx:
            synced = await tx.state.get(fact)
        if synced == {"digest": digest} and not always:
            return False
        await self.tree.sync()
        async with self.db.transaction() as tx:
            await tx.state.put(fact, {"digest": digest})
        return True

    async def takes(self, interaction_id: int) -> bool:
        """Whether this process is the first to take the interaction: Discord tells every worker of a shard of it.

        Without an answer from the database it is taken; the command then says what is wrong.
        """
        try:
            async with asyncio.timeout(TAKING_TIME), self.db.transaction() as tx:
                return await tx.state.take_interaction(interaction_id)
        except Exception:
            log.warning("interaction=%s is done without knowing whether it was taken", interaction_id, exc_info=True)
            return True

    async def on_ready(self) -> None:
        """Say in the log that the bot is there, and how to invite it while it is nowhere."""
        log.info("ready as %s in %s server(s)", self.user, len(self.guilds))
        if not self.guilds:
            scopes = ("bot", "applications.commands")
            log.info(
                "invite it with %s",
                discord.utils.oauth_url(self.application_id or 0, permissions=NEEDED, scopes=scopes),
            )

    async def on_interaction(self, interaction: discord.Interaction[Any], /) -> None:
        """Answer a form from before a restart, which nobody knows."""
        if interaction.type is discord.InteractionType.modal_submit:
            known = (interaction.data or {}).get("custom_id") in self.forms
            if not known and not interaction.response.is_done():
                await say(interaction, texts.FORM_TOO_OLD)

    def supervise(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Run `work` as a helper task; if it ends with an exception, the process does."""
        task = asyncio.create_task(work, name=name)
        self._helpers.add(task)
        task.add_done_callback(self._helper_ended)
        return task

    def fail(self, error: BaseException) -> None:
        """End the process with `error`."""
        if not self.fatal.done():
            self.fatal.set_exception(error)

    def _helper_ended(self, task: asyncio.Task[None]) -> None:
        self._helpers.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.critical("%s died", task.get_name(), exc_info=error)
            self.fail(error)


def intents(*, members: bool) -> discord.Intents:
    """Guilds and voice states; messages for the owner's commands and to hear of deleted sheets, without their content.

    The privileged members only if allowed.
    """
    return discord.Intents(guilds=True, voice_states=True, messages=True, members=members)


def tree_digest(tree: app_commands.CommandTree[Any]) -> str:
    """A fingerprint of the commands as Discord would be told them."""
    payload: Sequence[Any] = [command.to_dict(tree) for command in tree.get_commands()]
    return hashlib.sha256(json.dumps(payload, sort_keys=True, default=str).encode()).hexdigest()
