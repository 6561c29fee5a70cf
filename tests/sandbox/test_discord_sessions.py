import asyncio
from datetime import UTC, datetime

import discord
import pytest
from discord.ext import commands
from discord_stage import Night

from sandbox.clock import ManualClock
from sandbox.discord.server import DiscordServer
from sandbox.discord.world import Kind


async def heard(bot: commands.Bot, event: str) -> object:
    return await bot.wait_for(event, timeout=5)


async def test_bot_sees_its_guild_with_itself_as_only_member(night: Night):
    night.discord.add_voice_channel(night.guild, "Raid voice")
    bot = night.bot()
    async with night.discord.running(bot):
        guild = bot.get_guild(night.guild.id)
        assert guild is not None
        assert guild.name == "Night Watch"
        assert guild.member_count == 4
        assert [member.id for member in guild.members] == [night.discord.bot_user.id]
        assert {channel.name for channel in guild.channels} == {"raids", "Raid voice"}
        assert guild.me.guild_permissions.manage_events
        assert not guild.me.guild_permissions.administrator
    assert night.discord.violations == []


async def test_members_intent_brings_everybody(night: Night):
    bot = night.bot(discord.Intents(guilds=True, members=True))
    async with night.discord.running(bot):
        guild = bot.get_guild(night.guild.id)
        assert guild is not None
        assert {member.display_name for member in guild.members} >= {"Arila", "Borin", "Muster"}
        joined = asyncio.create_task(heard(bot, "member_join"))
        await asyncio.sleep(0)
        night.discord.add_member(night.guild, "Cael")
        assert (await joined).display_name == "Cael"


async def test_members_intent_not_granted_in_the_portal(night: Night):
    night.discord.members_intent = False
    bot = night.bot(discord.Intents(guilds=True, members=True))
    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with night.discord.running(bot):
            pass


async def test_wrong_token_is_refused_by_rest(night: Night):
    bot = night.bot()
    with pytest.raises(discord.LoginFailure), night.discord.expect_refusal(0):
        await bot.login("made-up")
    await bot.close()
    assert night.discord.violations == []


async def test_token_reset_between_login_and_identify(night: Night):
    bot = night.bot()
    await bot.login(night.discord.token)
    night.discord.token = "another"  # noqa: S105 - made up
    with pytest.raises(discord.ConnectionClosed) as caught:
        await bot.connect()
    assert caught.value.code == 4004
    await bot.close()


async def test_events_by_hand_reach_the_bot(night: Night):
    bot = night.bot()
    async with night.discord.running(bot):
        made = asyncio.create_task(heard(bot, "guild_channel_create"))
        await asyncio.sleep(0)
        forum = night.discord.add_forum(night.guild, "plans")
        assert (await made).name == "plans"
        gone = asyncio.create_task(heard(bot, "guild_channel_delete"))
        await asyncio.sleep(0)
        night.discord.delete_channel(forum)
        assert (await gone).id == forum.id
        kicked = asyncio.create_task(heard(bot, "guild_remove"))
        await asyncio.sleep(0)
        night.discord.kick_bot(night.guild)
        assert (await kicked).id == night.guild.id
        invited = asyncio.create_task(heard(bot, "guild_join"))
        await asyncio.sleep(0)
        night.discord.invite_bot(night.guild)
        assert (await invited).id == night.guild.id


async def test_role_deleted_by_hand(night: Night):
    role = night.discord.add_role(night.guild, "Tank")
    night.discord.change_member(night.arila, roles=[role])
    bot = night.bot()
    async with night.discord.running(bot):
        gone = asyncio.create_task(heard(bot, "guild_role_delete"))
        await asyncio.sleep(0)
        night.discord.delete_role(night.guild, role)
        assert (await gone).id == role.id
    assert night.arila.roles == set()


async def test_message_deleted_by_hand(night: Night):
    bot = night.bot(discord.Intents(guilds=True, guild_messages=True))
    async with night.discord.running(bot):
        channel = bot.get_partial_messageable(night.raids.id)
        sent = await channel.send("sheet")
        gone = asyncio.create_task(heard(bot, "raw_message_delete"))
        await asyncio.sleep(0)
        night.discord.delete_message(night.raids.messages[sent.id])
        event = await gone
        assert (event.message_id, event.guild_id) == (sent.id, night.guild.id)
    assert night.discord.messages(night.raids) == []


async def test_edits_are_told_but_not_those_only_one_sees(night: Night):
    bot, edited = night.bot(discord.Intents(guilds=True, guild_messages=True)), []

    @bot.listen()
    async def on_raw_message_edit(event: discord.RawMessageUpdateEvent) -> None:
        edited.append(event.message_id)

    @bot.tree.command(description="Do it")
    async def go(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("secret", ephemeral=True)
        await interaction.edit_original_response(content="changed")
        sent = await interaction.channel.send("public")
        await sent.edit(content="changed")

    async with night.discord.running(bot):
        await bot.tree.sync()
        told = asyncio.create_task(heard(bot, "raw_message_edit"))
        await asyncio.sleep(0)
        await night.discord.hand(night.arila, night.raids).slash("go")
        await told
        assert edited == [message.id for message in night.discord.messages(night.raids)]


async def test_pin_is_told(night: Night):
    bot = night.bot()
    async with night.discord.running(bot):
        sent = await bot.get_partial_messageable(night.raids.id).send("sheet")
        told = asyncio.create_task(heard(bot, "guild_channel_pins_update"))
        await asyncio.sleep(0)
        await sent.pin()
        channel, at = await told
        assert (channel.id, at) == (night.raids.id, night.clock.now())


async def test_members_are_asked_for_over_the_gateway(night: Night):
    bot = night.bot()
    async with night.discord.running(bot):
        guild = bot.get_guild(night.guild.id)
        assert guild is not None
        named = await guild.query_members(user_ids=[night.borin.id, 1])
        assert [member.id for member in named] == [night.borin.id]
        assert [member.display_name for member in await guild.query_members("ari")] == ["Arila"]


async def test_voice_is_heard(night: Night):
    voice = night.discord.add_voice_channel(night.guild, "Raid voice")
    bot = night.bot(discord.Intents(guilds=True, voice_states=True))
    async with night.discord.running(bot):
        moved = asyncio.create_task(heard(bot, "voice_state_update"))
        await asyncio.sleep(0)
        night.discord.move_voice(night.arila, voice)
        member, _, after = await moved
        assert (member.id, after.channel.id) == (night.arila.id, voice.id)


@pytest.mark.parametrize("intents", [discord.Intents(guilds=True), discord.Intents(guilds=True, message_content=True)])
async def test_content_of_others_needs_its_intent(night: Night, intents: discord.Intents):
    intents.guild_messages = True
    bot = night.bot(intents)
    async with night.discord.running(bot):
        said = asyncio.create_task(heard(bot, "message"))
        await asyncio.sleep(0)
        night.discord.hand(night.arila, night.raids).say("wipe it")
        assert (await said).content == ("wipe it" if intents.message_content else "")


async def test_resume_replays_what_was_missed(night: Night):
    bot = night.bot()
    async with night.discord.running(bot):
        resumed = asyncio.create_task(heard(bot, "resumed"))
        await asyncio.sleep(0)
        await night.discord.drop_gateway()
        night.discord.add_text_channel(night.guild, "made meanwhile")
        await resumed
        guild = bot.get_guild(night.guild.id)
        assert guild is not None
        assert "made meanwhile" in {channel.name for channel in guild.channels}
    assert len(night.discord.gateway.sessions) == 1


async def test_interaction_sent_into_the_gap_is_answered_after_the_resume(night: Night):
    bot = night.bot()

    @bot.tree.command(description="Do it")
    async def go(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("there")

    async with night.discord.running(bot):
        await bot.tree.sync()
        await night.discord.drop_gateway()
        assert (await night.discord.hand(night.arila).slash("go")).content == "there"


async def test_session_that_cannot_resume_identifies_again(night: Night):
    bot = night.bot()
    async with night.discord.running(bot):
        (before,) = night.discord.gateway.sessions
        ready = asyncio.create_task(heard(bot, "ready"))
        await asyncio.sleep(0)
        await night.discord.drop_gateway(resumable=False)
        await ready
        (after,) = night.discord.gateway.sessions
        assert before != after


class EagerShards(commands.AutoShardedBot):
    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Discord's five seconds between identifies are not waited for."""


async def test_shards_get_the_events_of_their_guilds(night: Night):
    second = night.discord.add_guild("Day Watch")
    night.discord.add_text_channel(second, "raids")
    night.discord.shards = 2
    bot = EagerShards(command_prefix="!", intents=discord.Intents(guilds=True), guild_ready_timeout=0.01)

    @bot.tree.command(name="where", description="Which shard")
    async def where(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"shard {interaction.guild.shard_id}")

    async with night.discord.running(bot):
        await bot.tree.sync()
        assert sorted(guild.shard_id for guild in bot.guilds) == [0, 1]
        answers = [
            await night.discord.hand(night.discord.add_member(guild, "Dara")).slash("where")
            for guild in (night.guild, second)
        ]
        assert sorted(answer.content for answer in answers) == ["shard 0", "shard 1"]


async def test_two_workers_share_the_token_and_one_answers(night: Night):
    def worker(name: str) -> commands.Bot:
        bot = night.bot()

        @bot.tree.command(name="who", description="Who answers")
        async def who(interaction: discord.Interaction) -> None:
            await interaction.response.send_message(name)

        return bot

    first, second = worker("first"), worker("second")
    hand = night.discord.hand(night.arila)
    async with night.discord.running(first):
        await first.tree.sync()
        async with night.discord.running(second):
            assert (await hand.slash("who")).content == "second"
            night.discord.gateway.interactions_to = next(iter(night.discord.gateway.sessions.values()))
            assert (await hand.slash("who")).content == "first"
            night.discord.gateway.interactions_to = "newest"
        assert (await hand.slash("who")).content == "first"
    assert night.discord.violations == []


async def test_same_story_makes_the_same_ids():
    def ids() -> list[int]:
        server = DiscordServer(ManualClock(datetime(2026, 11, 20, tzinfo=UTC)))
        guild = server.add_guild("Night Watch")
        channel = server.add_channel(guild, "raids", Kind.TEXT)
        return [server.application_id, guild.id, channel.id, server.add_member(guild, "Arila").id]

    assert ids() == ids()
    assert len(set(ids())) == 4
