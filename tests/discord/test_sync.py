"""When Discord is told the slash commands: once, when they changed, and when the bot's owner says so."""

from typing import Any

import pytest
from raid_stage import Stage

from bot.client import EXTENSIONS
from sandbox.local import running_bot

COMMANDS = "/commands"
LONGEST_COMMAND = 8000
"""Characters Discord allows a command, all its names, descriptions and values counted."""

OUR_LONGEST = 6500


async def restart(stage: Stage) -> None:
    await stage.local.bot.close()
    async with running_bot(stage.local.discord, stage.local.settings, stage.local.clock):
        pass


def known(stage: Stage) -> dict[str, Any]:
    """The commands as Discord was told them last, by name."""
    return {one["name"]: one for one in stage.local.discord.world.commands[None].values()}


async def test_the_first_start_tells_and_the_second_does_not(new_server: Stage) -> None:
    assert len(new_server.calls("PUT", COMMANDS)) == 1
    await restart(new_server)
    assert len(new_server.calls("PUT", COMMANDS)) == 1


async def test_a_start_with_other_commands_tells_again(new_server: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("bot.client.EXTENSIONS", [one for one in EXTENSIONS if one != "cogs.raidhelper"])
        await restart(new_server)
    assert len(new_server.calls("PUT", COMMANDS)) == 2
    assert "raidhelper" not in known(new_server)
    await restart(new_server)
    assert len(new_server.calls("PUT", COMMANDS)) == 3  # and back again


async def test_a_start_on_a_database_that_knows_nothing_tells_again(new_server: Stage) -> None:
    await new_server.local.db.execute("DELETE FROM common.bot_state")
    await restart(new_server)
    assert len(new_server.calls("PUT", COMMANDS)) == 2


async def test_the_owner_can_always_have_it_told(new_server: Stage) -> None:
    discord = new_server.local.discord
    discord.add_member(new_server.guild, discord.bot_owner)
    discord.hand(discord.bot_owner).say(f"{discord.bot_user.mention} sync")
    await discord.until(lambda: len(discord.dms(discord.bot_owner)) == 2)
    assert discord.dms(discord.bot_owner)[-1].content == "The slash commands are synced."
    assert len(new_server.calls("PUT", COMMANDS)) == 2


async def test_the_owner_can_ask_whether_it_lives(new_server: Stage) -> None:
    discord = new_server.local.discord
    discord.add_member(new_server.guild, discord.bot_owner)
    discord.hand(discord.bot_owner).say(f"{discord.bot_user.mention} ping")
    await discord.until(lambda: len(discord.dms(discord.bot_owner)) == 2)
    assert discord.dms(discord.bot_owner)[-1].content == "Here; the database answers."


async def test_nobody_else_can(new_server: Stage) -> None:
    discord = new_server.local.discord
    stranger = discord.hand(new_server.owner.actor.user)
    stranger.say(f"{discord.bot_user.mention} sync")
    await discord.until(lambda: len(discord.dms(stranger.actor)) == 2)
    assert "whoever hosts this bot" in discord.dms(stranger.actor)[-1].content
    assert len(new_server.calls("PUT", COMMANDS)) == 1


async def test_every_command_stays_well_below_discords_size(new_server: Stage) -> None:
    sizes = {name: _size(one) for name, one in known(new_server).items()}
    assert OUR_LONGEST < LONGEST_COMMAND
    assert not {name: size for name, size in sizes.items() if size > OUR_LONGEST}


def _size(command: dict[str, Any]) -> int:
    """Names, descriptions and choice values, as Discord counts them."""
    own = sum(len(str(command.get(part) or "")) for part in ("name", "description"))
    values = sum(len(str(one.get("name"))) + len(str(one.get("value"))) for one in command.get("choices") or [])
    return own + values + sum(_size(one) for one in command.get("options") or [])
