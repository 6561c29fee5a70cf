"""The whole bot between a local Discord and a local Raid-Helper, on a database and a clock of the test's own."""

from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest
from raid_stage import NOON, PUBLISHED, Stage

from bot import errors
from sandbox.clock import ManualClock
from sandbox.discord.openapi import Spec
from sandbox.discord.permissions import Permission
from sandbox.local import Local, local_world


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture(scope="session")
def description() -> Spec | None:
    """Read once a run; its validators are built on first use."""
    return Spec.load(PUBLISHED) if PUBLISHED.exists() else None


@pytest.fixture
async def local(dsn: str, clock: ManualClock, description: Spec | None) -> AsyncIterator[Local]:
    """The bot is up; whatever Discord would not have taken from it fails the test."""
    async with local_world(dsn, clock, spec=description) as local:
        yield local
    assert not local.discord.violations


@pytest.fixture
def new_server(local: Local) -> Stage:
    """A server that nobody has set up yet."""
    discord = local.discord
    guild = discord.add_guild("Night Watch")
    raids, officers = discord.add_text_channel(guild, "raids"), discord.add_text_channel(guild, "officers")
    role = discord.add_role(guild, "Officer", permissions=Permission.MANAGE_EVENTS)
    owner = discord.hand(guild.members[guild.owner_id], raids)
    officer = discord.hand(discord.add_member(guild, "Orin", roles=[role]), raids)
    member = discord.hand(discord.add_member(guild, "Mira"), raids)
    return Stage(local, guild, raids, officers, role, owner, officer, member)


@pytest.fixture
async def stage(new_server: Stage) -> Stage:
    """The server with raid channel, officer role and Berlin's clocks."""
    await new_server.set_up()
    return new_server


@pytest.fixture
async def night_off(local: Local) -> Stage:
    """Another server on the same bot, set up too."""
    discord = local.discord
    guild = discord.add_guild("Night Off")
    raids, officers = discord.add_text_channel(guild, "raids"), discord.add_text_channel(guild, "officers")
    role = discord.add_role(guild, "Officer")
    owner = discord.hand(guild.members[guild.owner_id], raids)
    other = Stage(local, guild, raids, officers, role, owner, owner, owner)
    await other.set_up()
    return other


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """What was reported to people: of two sentences that say no, one may be the wrong one. Nothing is replaced."""
    found: list[BaseException] = []
    sentence = errors.sentence

    def listening(interaction: discord.Interaction[Any], error: BaseException) -> str:
        found.append(error)
        return sentence(interaction, error)

    monkeypatch.setattr(errors, "sentence", listening)
    return found
