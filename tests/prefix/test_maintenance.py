"""The owner's commands, typed as a message; dpytest stands in for Discord, which is all it can stand in for."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import discord
import discord.ext.test as dpytest
import pytest
from discord.ext import commands

from cogs.maintenance import Maintenance

OWNER, STRANGER = 0, 1  # the order in which the members below are made


class SyncRefused(Exception):
    pass


@dataclass
class Host:
    """What the commands reach: counts the syncs, and fails when told to."""

    syncs: int = 0
    alive: bool = True
    failure: Exception | None = None
    config: dpytest.RunnerConfig = field(init=False)

    async def sync(self) -> None:
        if self.failure:
            raise self.failure
        self.syncs += 1

    async def database_answers(self) -> bool:
        return self.alive

    async def hears(self, command: str, who: int) -> None:
        """Somebody types the command after the bot's mention; what the command raises comes out here."""
        text = f"{self.config.guilds[0].me.mention} {command}"
        await dpytest.message(text, member=self.config.members[who])


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    host = Host()
    # Both intents are dpytest's need; the bot's own has neither.
    intents = discord.Intents(guilds=True, members=True, messages=True, message_content=True)
    bot = commands.Bot(commands.when_mentioned, intents=intents, help_command=None)
    await bot._async_setup_hook()
    await bot.add_cog(Maintenance(host.sync, host.database_answers))
    dpytest.configure(bot, guilds=1, text_channels=1, members=2)
    host.config = dpytest.get_config()
    bot.owner_id = host.config.members[OWNER].id
    yield host
    await dpytest.empty_queue()  # the bot never opened anything that would have to be closed


def answer() -> str:
    return dpytest.get_message().content


async def test_the_owner_syncs_the_slash_commands(host: Host):
    await host.hears("sync", OWNER)
    assert answer() == "The slash commands are synced."
    assert host.syncs == 1


@pytest.mark.parametrize(
    ("alive", "said"),
    [(True, "Here; the database answers."), (False, "Here, but the database does not answer.")],
)
async def test_the_owner_hears_whether_the_database_answers(host: Host, alive: bool, said: str):
    host.alive = alive
    await host.hears("ping", OWNER)
    assert answer() == said


@pytest.mark.parametrize("command", ["sync", "ping"])
async def test_a_stranger_gets_a_sentence_and_nothing_happens(host: Host, command: str):
    with pytest.raises(commands.CheckFailure):
        await host.hears(command, STRANGER)
    assert answer() == "That is for whoever hosts this bot."
    assert host.syncs == 0


async def test_a_failure_is_answered_and_reaches_the_log(host: Host, caplog: pytest.LogCaptureFixture):
    host.failure = SyncRefused()
    with pytest.raises(commands.CommandInvokeError) as caught:
        await host.hears("sync", OWNER)
    assert caught.value.original is host.failure
    assert answer() == "That failed; the log says why."
    assert "SyncRefused" in caplog.text


async def test_a_sentence_that_is_no_command_is_left_alone(host: Host):
    with pytest.raises(commands.CommandNotFound):
        await host.hears("when do we raid?", STRANGER)
    assert dpytest.verify().message().nothing()
