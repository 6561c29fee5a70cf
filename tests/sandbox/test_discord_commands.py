from enum import StrEnum
from typing import Any

import discord
import pytest
from discord import app_commands
from discord_stage import Night

from sandbox.discord.resolving import Impossible
from sandbox.discord.world import Upload


class Sheet(StrEnum):
    native = "native"
    raid_helper = "raid-helper"


def raid_bot(night: Night) -> tuple[Any, dict[str, Any]]:
    """A bot with one of everything; what its commands were called with lands in the dictionary."""
    bot, got = night.bot(), {}
    raid = app_commands.Group(name="raid", description="Raids", guild_only=True)
    series = app_commands.Group(name="series", description="Series", parent=raid)

    @raid.command(description="Create a raid")
    async def create(
        interaction: discord.Interaction,
        title: app_commands.Range[str, 3, 20],
        when: str,
        sheet: Sheet = Sheet.native,
        limit: app_commands.Range[int, 1, 40] | None = None,
        lead: discord.Member | None = None,
        channel: discord.TextChannel | None = None,
        role: discord.Role | None = None,
        file: discord.Attachment | None = None,
        ping: bool = False,
    ) -> None:
        got.update({name: value for name, value in locals().items() if name not in ("interaction", "got")})
        if file:
            got["content"] = await file.read()
        await interaction.response.send_message("made")

    @create.autocomplete("when")
    async def complete(interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        title = interaction.namespace.title
        return [app_commands.Choice(name=f"{title} at {current}:00", value=current)]

    @series.command(description="Add a series")
    async def add(interaction: discord.Interaction, every: float) -> None:
        got["every"] = every
        await interaction.response.send_message(f"every {every}")

    @bot.tree.command(description="Officers only")
    @app_commands.default_permissions(manage_events=True)
    async def settings(interaction: discord.Interaction) -> None:
        got["member"] = interaction.user
        await interaction.response.send_message("shown")

    @bot.tree.context_menu(name="Manage this raid")
    async def manage(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"managing {message.content}", ephemeral=True)

    @bot.tree.context_menu(name="Greet")
    async def greet(interaction: discord.Interaction, member: discord.Member) -> None:
        await interaction.response.send_message(f"hello {member.display_name}")

    bot.tree.add_command(raid)
    return bot, got


async def test_sync_registers_what_the_member_then_finds(night: Night):
    bot, _ = raid_bot(night)
    async with night.discord.running(bot):
        with pytest.raises(Impossible, match="no synced command"):
            await night.discord.hand(night.arila).slash("raid create", title="Heroic", when="wed")
        synced = await bot.tree.sync()
        assert {command.name for command in synced} == {"raid", "settings", "Manage this raid", "Greet"}
        again = await bot.tree.sync()
        assert {command.id for command in again} == {command.id for command in synced}
        assert {command.id for command in await bot.tree.fetch_commands()} == {command.id for command in synced}
    assert night.discord.violations == []


async def test_every_kind_of_option_arrives(night: Night):
    bot, got = raid_bot(night)
    role = night.discord.add_role(night.guild, "Tank")
    async with night.discord.running(bot):
        await bot.tree.sync()
        answer = await night.discord.hand(night.borin).slash(
            "raid create",
            title="Heroic",
            when="wed 20:00",
            sheet="raid-helper",
            limit=25,
            lead=night.arila,
            channel=night.raids,
            role=role,
            file=Upload("week.json", b"{}"),
            ping=True,
        )
    assert answer.content == "made"
    assert (got["title"], got["when"], got["limit"], got["ping"]) == ("Heroic", "wed 20:00", 25, True)
    assert got["sheet"] is Sheet.raid_helper
    assert (got["lead"].id, got["lead"].display_name) == (night.arila.id, "Arila")
    assert (got["role"].id, got["content"]) == (role.id, b"{}")
    assert got["channel"].id == night.raids.id
    assert night.discord.violations == []


async def test_subcommand_in_a_group(night: Night):
    bot, got = raid_bot(night)
    async with night.discord.running(bot):
        await bot.tree.sync()
        assert (await night.discord.hand(night.arila).slash("raid series add", every=2)).content == "every 2.0"
    assert got == {"every": 2.0}


@pytest.mark.parametrize(
    ("command", "options", "because"),
    [
        ("raid create", {"title": "Heroic"}, "required options are missing: when"),
        ("raid create", {"title": "Heroic", "when": "x", "colour": 1}, "no such options were synced: colour"),
        ("raid create", {"title": "H", "when": "x"}, "between 3 and 20"),
        ("raid create", {"title": "Heroic", "when": ""}, "between 1 and 6000"),
        ("raid create", {"title": "Heroic", "when": "x", "limit": 41}, "between 1 and 40"),
        ("raid create", {"title": "Heroic", "when": "x", "limit": "41"}, "cannot be '41'"),
        ("raid create", {"title": "Heroic", "when": "x", "limit": True}, "cannot be True"),
        ("raid create", {"title": "Heroic", "when": "x", "sheet": "paper"}, "has no choice 'paper'"),
        ("raid create", {"title": "Heroic", "when": "x", "lead": "Arila"}, "cannot be 'Arila'"),
        ("raid", {}, "needs a subcommand"),
        ("raid destroy", {}, "no subcommand 'destroy'"),
        ("raid series", {}, "needs a subcommand"),
    ],
)
async def test_app_offers_nothing_else(night: Night, command: str, options: dict[str, Any], because: str):
    bot, got = raid_bot(night)
    async with night.discord.running(bot):
        await bot.tree.sync()
        with pytest.raises(Impossible, match=because):
            await night.discord.hand(night.arila).slash(command, **options)
    assert got == {}


async def test_channel_of_another_kind_is_not_offered(night: Night):
    bot, got = raid_bot(night)
    voice = night.discord.add_voice_channel(night.guild, "Raid voice")
    async with night.discord.running(bot):
        await bot.tree.sync()
        with pytest.raises(Impossible, match="does not offer channels of type VOICE"):
            await night.discord.hand(night.arila).slash("raid create", title="Heroic", when="x", channel=voice)
    assert got == {}


async def test_autocomplete_sees_what_is_typed_so_far(night: Night):
    bot, _ = raid_bot(night)
    hand = night.discord.hand(night.arila)
    async with night.discord.running(bot):
        await bot.tree.sync()
        (choice,) = await hand.autocomplete("raid create", "when", typed="20", title="Heroic")
        assert (choice.name, choice.value) == ("Heroic at 20:00", "20")
        with pytest.raises(Impossible, match="does not autocomplete"):
            await hand.autocomplete("raid create", "title", typed="H")


async def test_hidden_command_takes_force(night: Night):
    bot, got = raid_bot(night)
    async with night.discord.running(bot):
        await bot.tree.sync()
        with pytest.raises(Impossible, match="does not show /settings to Arila"):
            await night.discord.hand(night.arila).slash("settings")
        assert (await night.discord.hand(night.borin).slash("settings")).content == "shown"
        assert got["member"].resolved_permissions.manage_events
        assert (await night.discord.hand(night.arila).slash("settings", force=True)).content == "shown"
        assert not got["member"].resolved_permissions.manage_events


async def test_guild_only_command_is_not_offered_in_direct_messages(night: Night):
    bot, _ = raid_bot(night)
    async with night.discord.running(bot):
        await bot.tree.sync()
        dm = night.discord.dm_channel(night.arila.user)
        with pytest.raises(Impossible, match="not offered"):
            await night.discord.hand(night.arila.user, dm).slash("raid create", title="Heroic", when="x")


async def test_command_kept_out_of_servers(night: Night):
    bot = night.bot()

    @bot.tree.command(description="Only in direct messages")
    @app_commands.allowed_contexts(dms=True)
    async def private(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("psst")

    async with night.discord.running(bot):
        await bot.tree.sync()
        with pytest.raises(Impossible, match="not offered here"):
            await night.discord.hand(night.arila).slash("private")
        dm = night.discord.dm_channel(night.arila.user)
        assert (await night.discord.hand(night.arila, dm).slash("private")).content == "psst"


async def test_channel_where_commands_are_denied(night: Night):
    bot, _ = raid_bot(night)
    night.discord.overwrite(night.raids, {night.guild.everyone: (0, 1 << 31)})
    async with night.discord.running(bot):
        await bot.tree.sync()
        with pytest.raises(Impossible, match="Arila may not use application commands here"):
            await night.discord.hand(night.arila).slash("raid series add", every=1)


async def test_server_without_a_text_channel(night: Night):
    night.discord.delete_channel(night.raids)
    with pytest.raises(Impossible, match="Night Watch has no text channel"):
        await night.discord.hand(night.arila).slash("anything")


async def test_context_menus(night: Night):
    bot, _ = raid_bot(night)
    hand = night.discord.hand(night.arila)
    async with night.discord.running(bot):
        await bot.tree.sync()
        written = hand.say("the sheet")
        managed = await hand.menu("Manage this raid", written)
        assert (managed.content, managed.ephemeral) == ("managing the sheet", True)
        assert (await hand.menu("Greet", night.borin)).content == "hello Borin"
        with pytest.raises(Impossible, match="no synced command"):
            await hand.menu("Greet", written)


async def test_guild_commands_come_before_global_ones(night: Night):
    bot = night.bot()
    tree, home = bot.tree, discord.Object(night.guild.id)

    @tree.command(name="where", description="global")
    async def everywhere(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("global")

    @tree.command(name="where", description="here", guild=home)
    async def here(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("here")

    async with night.discord.running(bot):
        await tree.sync()
        assert (await night.discord.hand(night.arila).slash("where")).content == "global"
        await tree.sync(guild=home)
        assert (await night.discord.hand(night.arila).slash("where")).content == "here"


async def test_commands_one_by_one(night: Night, rest: Any):
    app = night.discord.application_id
    made = await rest.http.upsert_global_command(app, {"name": "raid", "description": "Raids"})
    again = await rest.http.upsert_global_command(app, {"name": "raid", "description": "All raids"})
    assert (again["id"], again["description"]) == (made["id"], "All raids")
    changed = await rest.http.edit_global_command(app, made["id"], {"description": "Your raids"})
    assert changed["description"] == "Your raids"
    await rest.http.delete_global_command(app, made["id"])
    assert await rest.http.get_global_commands(app) == []
    assert night.discord.violations == []
    for code, asked in [
        (10063, rest.http.get_global_command(app, made["id"])),
        (20012, rest.http.get_global_commands(app + 1)),
        (50035, rest.http.upsert_global_command(app, {"name": "Raid", "description": "Upper case"})),
        (50001, rest.http.get_guild_commands(app, night.discord.add_guild("Closed", bot_permissions=None).id)),
    ]:
        with night.discord.expect_refusal(code), pytest.raises(discord.HTTPException):
            await asked


async def test_invalid_commands_are_refused(night: Night):
    bot = night.bot()

    @bot.tree.command(name="short", description="x")
    async def short(interaction: discord.Interaction) -> None:
        pass

    short.description = "x" * 101
    async with night.discord.running(bot):
        with night.discord.expect_refusal(50035), pytest.raises(discord.HTTPException):
            await bot.tree.sync()
    assert night.discord.violations == []
