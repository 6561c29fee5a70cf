"""The commands as Discord is told them, and the ids of everything that can be pressed."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.components import Persistent
from bot.render import custom_ids
from sandbox.clock import ManualClock
from sandbox.local import Local, local_world

LARGEST_COMMAND = 6500  # Discord allows 8000, its longest translation counted
LONGEST_DESCRIPTION = 100
MOST_OPTIONS = 25
CHAT_INPUT = 1

Payload = dict[str, Any]


@pytest.fixture
async def local(dsn: str) -> AsyncIterator[Local]:
    async with local_world(dsn, ManualClock(datetime(2026, 11, 25, 12, tzinfo=UTC))) as local:
        yield local


def told(local: Local) -> list[Payload]:
    return [command.to_dict(local.bot.tree) for command in local.bot.tree.get_commands()]


def levels(command: Payload, path: str = "/") -> Iterator[tuple[str, Payload]]:
    """The command, its subcommands and all their options, each with its path."""
    here = f"{path}{command['name']}"
    yield here, command
    for option in command.get("options", []):
        yield from levels(option, f"{here} ")


def size(command: Payload) -> int:
    """Characters as Discord counts them: names, descriptions and the values of choices."""
    choices = [choice for _, each in levels(command) for choice in each.get("choices", [])]
    own = sum(len(each["name"]) + len(each.get("description", "")) for _, each in levels(command))
    return own + sum(len(choice["name"]) + len(str(choice["value"])) for choice in choices)


async def test_every_command_and_option_is_described(local: Local):
    typed = [command for command in told(local) if command.get("type", CHAT_INPUT) == CHAT_INPUT]
    described = [each for command in typed for each in levels(command)]
    assert {path.split()[0] for path, _ in described} >= {"/raid", "/raidhelper"}
    bad = [path for path, each in described if not 1 < len(each["description"]) <= LONGEST_DESCRIPTION]
    assert bad == []
    assert [path for path, each in described if each["description"] == "…"] == []


async def test_every_level_fits(local: Local):
    counts = {path: len(each.get("options", [])) for command in told(local) for path, each in levels(command)}
    assert {path: count for path, count in counts.items() if count > MOST_OPTIONS} == {}


async def test_a_command_leaves_room_for_translations(local: Local):
    assert {command["name"]: size(command) for command in told(local) if size(command) >= LARGEST_COMMAND} == {}


async def test_the_commands_are_for_servers(local: Local):
    assert [command["name"] for command in told(local) if command["contexts"] != [0]] == []


async def test_every_button_that_outlives_a_restart_is_in_the_grammar(local: Local):
    registered = list(local.bot.persistent)
    assert sorted(one.pattern.pattern for one in registered) == sorted(custom_ids.ALL)
    # Loaded as an extension, a module has its classes once more.
    assert {called(one) for one in registered} == {
        called(one) for one in pressable(Persistent) if "cogs" in called(one)
    }


def pressable(base: type[Persistent]) -> Iterator[type[Persistent]]:
    """The classes below `base` that have a pattern of their own."""
    for one in base.__subclasses__():
        yield from pressable(one)
        if "pattern" in vars(one):
            yield one


def called(one: type) -> str:
    return f"{one.__module__}.{one.__qualname__}"
