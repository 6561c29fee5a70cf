"""What the stand-in answers, against Discord's published description (which is not part of the repository)."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import discord
import pytest
from discord.http import Route
from discord_stage import Night
from jsonschema import Draft202012Validator

PUBLISHED = Path(__file__).parents[3] / "shared" / "discord-openapi.json"
pytestmark = pytest.mark.skipif(not PUBLISHED.exists(), reason="Discord's published description is not on this machine")


@pytest.fixture(scope="module")
def published() -> Any:
    return json.loads(PUBLISHED.read_text())


def complaints(published: Any, path: str, answer: Any) -> list[str]:
    """What the description of ``GET path`` has against the answer."""
    blank = re.sub(r"{\w+}", "{}", path)
    (item,) = [each for template, each in published["paths"].items() if re.sub(r"{\w+}", "{}", template) == blank]
    schema = item["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    validator = Draft202012Validator({**schema, "components": published["components"]})
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(answer)]


async def stage(night: Night) -> dict[str, int]:
    """One of everything, made by the library; ids by the names of the placeholders."""
    bot = night.bot()

    @bot.tree.command(description="Make a raid")
    @discord.app_commands.default_permissions(manage_events=True)
    async def raid(interaction: discord.Interaction, title: str, when: str | None = None) -> None:
        pass

    await bot.login(night.discord.token)
    (command,) = await bot.tree.sync()
    guild, channel = await bot.fetch_guild(night.guild.id), await bot.fetch_channel(night.raids.id)
    assert isinstance(channel, discord.TextChannel)
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Sign up", custom_id="join"))
    embed = discord.Embed(title="Heroic").add_field(name="Tanks", value="none")
    message = await channel.send(night.arila.mention, embed=embed, view=view)
    await message.add_reaction("⚔️")
    await message.pin()
    await message.create_thread(name="Talk")
    start = night.clock.now() + timedelta(days=1)
    event = await guild.create_scheduled_event(
        name="Heroic",
        start_time=start,
        end_time=start + timedelta(hours=3),
        entity_type=discord.EntityType.external,
        privacy_level=discord.PrivacyLevel.guild_only,
        location="Orgrimmar",
    )
    emoji = await bot.create_application_emoji(name="paladin", image=b"\x89PNG\r\n\x1a\n" + b"\0" * 8)
    await bot.close()
    return {
        "guild": guild.id,
        "channel": channel.id,
        "thread": message.id,
        "message": message.id,
        "member": night.arila.id,
        "event": event.id,
        "emoji": emoji.id,
        "application": night.discord.application_id,
        "command": command.id,
        "role": next(iter(night.guild.roles)),
    }


PATHS = [
    "/users/@me",
    "/users/{member}",
    "/applications/@me",
    "/oauth2/applications/@me",
    "/gateway/bot",
    "/guilds/{guild}",
    "/guilds/{guild}/channels",
    "/guilds/{guild}/roles",
    "/guilds/{guild}/roles/{role}",
    "/guilds/{guild}/members/{member}",
    "/guilds/{guild}/scheduled-events",
    "/guilds/{guild}/scheduled-events/{event}",
    "/guilds/{guild}/threads/active",
    "/channels/{channel}",
    "/channels/{thread}",
    "/channels/{channel}/messages",
    "/channels/{channel}/messages/{message}",
    "/channels/{channel}/messages/pins",
    "/channels/{thread}/thread-members",
    "/applications/{application}/commands",
    "/applications/{application}/commands/{command}",
    "/applications/{application}/emojis",
    "/applications/{application}/emojis/{emoji}",
]


async def test_answers_are_as_published(night: Night, published: Any):
    ids = await stage(night)
    bot = night.bot()
    await bot.login(night.discord.token)
    found: dict[str, list[str]] = {}
    for path in PATHS:
        answer = await bot.http.request(Route("GET", path.format(**ids)))
        if wrong := complaints(published, path, answer):
            found[path] = wrong
    await bot.close()
    assert found == {}
    assert night.discord.violations == []
