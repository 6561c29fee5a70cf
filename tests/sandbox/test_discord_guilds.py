from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

import discord
import pytest
from discord.http import Route
from discord_stage import EagerBot, Night

from sandbox.discord import permissions
from sandbox.discord.permissions import P
from sandbox.discord.world import Guild

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 16


async def only(night: Night, code: int, act: Awaitable[Any]) -> None:
    """Awaiting this is refused with that code, and nothing else is."""
    with night.discord.expect_refusal(code), pytest.raises(discord.HTTPException) as caught:
        await act
    assert caught.value.code == code
    assert night.discord.violations == []


@pytest.fixture
async def guild(rest: EagerBot, night: Night) -> discord.Guild:
    return await rest.fetch_guild(night.guild.id)


async def text_channel(rest: EagerBot, night: Night) -> discord.TextChannel:
    found = await rest.fetch_channel(night.raids.id)
    assert isinstance(found, discord.TextChannel)
    return found


@pytest.mark.parametrize(
    ("everyone", "role", "member", "expected"),
    [
        (None, None, None, P.VIEW_CHANNEL | P.SEND_MESSAGES | P.EMBED_LINKS),
        ((0, P.SEND_MESSAGES), None, None, P.VIEW_CHANNEL),  # what needs sending goes with it
        ((0, P.VIEW_CHANNEL), None, None, 0),
        ((0, P.VIEW_CHANNEL), (P.VIEW_CHANNEL, 0), None, P.VIEW_CHANNEL | P.SEND_MESSAGES | P.EMBED_LINKS),
        ((0, P.EMBED_LINKS), (P.EMBED_LINKS, 0), (0, P.EMBED_LINKS), P.VIEW_CHANNEL | P.SEND_MESSAGES),
        (None, (0, P.VIEW_CHANNEL), (P.VIEW_CHANNEL, 0), P.VIEW_CHANNEL | P.SEND_MESSAGES | P.EMBED_LINKS),
    ],
)
def test_overwrites_in_their_order(night: Night, everyone: Any, role: Any, member: Any, expected: int):
    raider = night.discord.add_role(night.guild, "Raider")
    night.discord.change_member(night.arila, roles=[raider])
    given = {night.guild.everyone: everyone, raider: role, night.arila: member}
    night.discord.overwrite(night.raids, {target: pair for target, pair in given.items() if pair})
    looked_at = P.VIEW_CHANNEL | P.SEND_MESSAGES | P.EMBED_LINKS
    assert permissions.within(night.guild, night.arila, night.raids) & looked_at == expected


def test_one_roles_allow_beats_another_roles_deny(night: Night):
    muted, loud = night.discord.add_role(night.guild, "Muted"), night.discord.add_role(night.guild, "Loud")
    night.discord.change_member(night.arila, roles=[muted, loud])
    night.discord.overwrite(night.raids, {muted: (0, P.SEND_MESSAGES), loud: (P.SEND_MESSAGES, 0)})
    assert permissions.has(permissions.within(night.guild, night.arila, night.raids), P.SEND_MESSAGES)


def test_owner_and_administrator_may_everything(night: Night):
    night.discord.overwrite(night.raids, {night.guild.everyone: (0, permissions.EVERYTHING)})
    owner = night.guild.members[night.guild.owner_id]
    admin = night.discord.add_role(night.guild, "Admin", permissions=P.ADMINISTRATOR)
    night.discord.change_member(night.arila, roles=[admin])
    for member in (owner, night.arila):
        assert permissions.within(night.guild, member, night.raids) == permissions.EVERYTHING
    assert permissions.within(night.guild, night.borin, night.raids) == 0


async def test_arithmetic_agrees_with_the_librarys(night: Night):
    role = night.discord.add_role(night.guild, "Odd", permissions=P.MANAGE_THREADS)
    me = night.discord.bot_member(night.guild)
    night.discord.change_member(me, roles=[role, *(each for each in night.guild.roles.values() if each.managed)])
    night.discord.overwrite(
        night.raids, {night.guild.everyone: (0, P.SEND_MESSAGES), role: (P.MANAGE_WEBHOOKS, 0), me: (0, P.CONNECT)}
    )
    bot = night.bot()
    async with night.discord.running(bot):
        channel = bot.get_channel(night.raids.id)
        assert isinstance(channel, discord.TextChannel)
        ours = permissions.within(night.guild, me, night.raids)
        voice = {P.CONNECT, P.SPEAK, P.MOVE_MEMBERS}  # the library leaves these out for a text channel
        for flag in set(P) - voice:
            assert bool(channel.permissions_for(channel.guild.me).value & flag) == bool(ours & flag), flag


async def test_roles(night: Night, guild: discord.Guild):
    night.discord.allow_bot(night.guild, P.MANAGE_ROLES | P.MANAGE_EVENTS)
    made = await guild.create_role(name="Raiders", mentionable=True)
    assert night.guild.roles[made.id].name == "Raiders"
    await made.edit(name="Heroes")
    assert night.guild.roles[made.id].name == "Heroes"
    await only(night, 50013, guild.create_role(name="Mighty", permissions=discord.Permissions(ban_members=True)))
    above = night.discord.add_role(night.guild, "Above", below_bot=False)
    await only(night, 50013, guild._state.http.edit_role(guild.id, above.id, name="Below"))
    await made.delete()
    assert made.id not in night.guild.roles
    await only(night, 10011, made.delete())
    night.discord.allow_bot(night.guild, P.VIEW_CHANNEL)
    await only(night, 50013, guild.create_role(name="Never"))


async def test_roles_that_cannot_be(night: Night, guild: discord.Guild):
    http = guild._state.http
    above, below = (
        night.discord.add_role(night.guild, "Above", below_bot=False),
        night.discord.add_role(night.guild, "R"),
    )
    await only(night, 50013, http.delete_role(guild.id, above.id))
    await only(night, 50035, guild.create_role(name="x" * 101))
    for number in range(250 - len(night.guild.roles)):
        night.discord.add_role(night.guild, f"Role {number}")
    await only(night, 30005, guild.create_role(name="one more"))
    night.discord.allow_bot(night.guild, P.VIEW_CHANNEL)
    await only(night, 50013, http.edit_role(guild.id, below.id, name="Raider"))
    await only(night, 50013, http.delete_role(guild.id, below.id))


async def test_all_roles_of_a_member_at_once(night: Night, guild: discord.Guild):
    above, below = (
        night.discord.add_role(night.guild, "Above", below_bot=False),
        night.discord.add_role(night.guild, "R"),
    )
    arila = await guild.fetch_member(night.arila.id)
    await arila.edit(roles=[discord.Object(below.id)])
    assert night.arila.roles == {below.id}
    await only(night, 50013, arila.edit(roles=[discord.Object(above.id)]))
    await only(night, 10011, arila.edit(roles=[discord.Object(1)]))
    night.discord.allow_bot(night.guild, P.VIEW_CHANNEL)
    await only(night, 50013, arila.edit(roles=[]))


async def test_member_roles_follow_the_hierarchy(night: Night, guild: discord.Guild):
    below = night.discord.add_role(night.guild, "Raider")
    above = night.discord.add_role(night.guild, "Guild master", below_bot=False)
    http = guild._state.http
    arila = await guild.fetch_member(night.arila.id)
    await arila.add_roles(discord.Object(below.id))
    assert night.arila.roles == {below.id}
    await only(night, 50013, arila.add_roles(discord.Object(above.id)))
    await only(night, 50013, http.add_role(guild.id, arila.id, guild.id))
    await arila.remove_roles(discord.Object(below.id))
    assert night.arila.roles == set()
    await only(night, 10011, arila.add_roles(discord.Object(1)))
    night.discord.allow_bot(night.guild, P.VIEW_CHANNEL)
    await only(night, 50013, arila.add_roles(discord.Object(below.id)))


async def test_members(night: Night, guild: discord.Guild):
    assert (await guild.fetch_member(night.arila.id)).display_name == "Arila"
    await only(night, 10007, guild.fetch_member(night.discord.add_user("Elsewhere").id))
    await only(night, 10013, guild.fetch_member(1))
    night.discord.remove_member(night.borin)
    await only(night, 10007, guild.fetch_member(night.borin.id))
    listed = await guild._state.http.get_members(guild.id, 100, None)
    assert [int(member["user"]["id"]) for member in listed] == sorted(night.guild.members)


async def test_member_list_needs_the_granted_intent(night: Night, guild: discord.Guild):
    night.discord.members_intent = False
    await only(night, 50001, guild._state.http.get_members(guild.id, 100, None))


async def test_nicks(night: Night, guild: discord.Guild):
    arila = await guild.fetch_member(night.arila.id)
    await only(night, 50013, arila.edit(nick="Tank"))
    night.discord.allow_bot(night.guild, P.MANAGE_NICKNAMES | P.CHANGE_NICKNAME)
    await arila.edit(nick="Tank")
    assert night.arila.nick == "Tank"
    await only(night, 50035, arila.edit(nick="x" * 33))
    await (await guild.fetch_member(night.discord.application_id)).edit(nick="Raid bot")
    assert night.discord.bot_member(night.guild).nick == "Raid bot"
    owner = await guild.fetch_member(night.guild.owner_id)
    await only(night, 50013, owner.edit(nick="Peon"))
    night.discord.change_role(night.guild, night.guild.everyone, permissions=P.VIEW_CHANNEL)
    night.discord.allow_bot(night.guild, P.VIEW_CHANNEL)
    me = await guild.fetch_member(night.discord.application_id)
    await only(night, 50013, me.edit(nick="Nobody"))


async def test_channels(night: Night, rest: EagerBot, guild: discord.Guild):
    await only(night, 50013, guild.create_text_channel("plans"))
    night.discord.allow_bot(night.guild, P.VIEW_CHANNEL | P.MANAGE_CHANNELS | P.MANAGE_ROLES | P.SEND_MESSAGES)
    made = await guild.create_text_channel("plans", topic="Tuesday")
    assert night.guild.channels[made.id].topic == "Tuesday"
    await made.edit(name="plots")
    assert night.guild.channels[made.id].name == "plots"
    await made.set_permissions(await guild.fetch_member(night.arila.id), send_messages=False)
    assert not permissions.has(
        permissions.within(night.guild, night.arila, night.guild.channels[made.id]), P.SEND_MESSAGES
    )
    assert {channel.name for channel in await guild.fetch_channels()} == {"raids", "plots"}
    await made.delete()
    await only(night, 10003, rest.fetch_channel(made.id))


async def test_channels_that_cannot_be(night: Night, rest: EagerBot, guild: discord.Guild):
    channel = await text_channel(rest, night)
    await only(night, 50013, channel.edit(topic="Tuesday"))
    await only(night, 50013, channel.delete())
    night.discord.allow_bot(night.guild, P.VIEW_CHANNEL | P.MANAGE_CHANNELS)
    await only(night, 50035, guild.create_text_channel("x" * 101))
    await only(night, 50013, channel.set_permissions(guild.default_role, view_channel=False))
    for number in range(499):
        night.discord.add_text_channel(night.guild, f"channel {number}")
    await only(night, 30013, guild.create_text_channel("one more"))


async def test_archived_thread_only_takes_being_opened(night: Night, rest: EagerBot):
    channel = await text_channel(rest, night)
    thread = await channel.create_thread(name="Talk", type=discord.ChannelType.public_thread)
    sent = await thread.send("hello")
    await thread.edit(archived=True)
    await only(night, 50083, thread.edit(name="Talks"))
    await only(night, 50083, sent.edit(content="hullo"))
    await thread.edit(archived=False)
    await sent.edit(content="hullo")
    await thread.delete()
    await only(night, 10003, rest.fetch_channel(thread.id))


async def test_threads(night: Night, rest: EagerBot):
    channel = await text_channel(rest, night)
    message = await channel.send("sheet")
    thread = await message.create_thread(name="Talk")
    assert thread.id == message.id
    await only(night, 160004, message.create_thread(name="Again"))
    await thread.send("hello")
    await thread.add_user(discord.Object(night.arila.id))
    assert {member.id for member in await thread.fetch_members()} == {night.discord.application_id, night.arila.id}
    await thread.edit(archived=True)
    stored = night.guild.channels[thread.id]
    assert stored.archived
    await only(night, 50083, thread.add_user(discord.Object(night.borin.id)))
    await thread.send("opens it again")
    assert not stored.archived
    alone = await channel.create_thread(name="Alone", type=discord.ChannelType.public_thread)
    assert night.guild.channels[alone.id].parent_id == channel.id
    assert (await channel.fetch_message(message.id)).thread is not None


async def test_threads_of_others(night: Night, rest: EagerBot):
    stored = night.discord.add_thread(night.raids, "Talk", night.arila)
    thread = await rest.fetch_channel(stored.id)
    assert isinstance(thread, discord.Thread)
    await thread.edit(name="Talks")
    me = night.discord.bot_member(night.guild)
    night.discord.overwrite(night.raids, {me: (0, P.MANAGE_THREADS)})
    await only(night, 50013, thread.edit(name="Talk"))
    await only(night, 50013, thread.delete())
    await only(night, 50013, thread.remove_user(discord.Object(night.arila.id)))
    night.discord.set_archived(stored, True)
    await thread.edit(archived=False)  # takes no more than writing in it
    night.discord.set_archived(stored, True)
    night.discord.overwrite(night.raids, {me: (0, P.SEND_MESSAGES_IN_THREADS)})
    await only(night, 50013, thread.edit(archived=False))
    night.discord.set_archived(stored, False)
    await only(night, 50013, thread.add_user(discord.Object(night.borin.id)))
    night.discord.overwrite(night.raids, {me: (P.MANAGE_THREADS, 0)})
    assert (await thread.fetch_member(night.arila.id)).id == night.arila.id
    await thread.remove_user(discord.Object(night.arila.id))
    assert stored.thread_members == set()
    await only(night, 10007, thread.fetch_member(night.arila.id))


async def test_overwrites_grant_no_more_than_the_bot_has(night: Night, rest: EagerBot, guild: discord.Guild):
    channel = await text_channel(rest, night)
    await only(night, 50013, channel.set_permissions(guild.default_role, manage_webhooks=True))
    await channel.set_permissions(guild.default_role, send_messages=False)
    assert night.raids.overwrites[guild.id].deny == P.SEND_MESSAGES
    await channel.set_permissions(guild.default_role, overwrite=None)
    assert night.raids.overwrites == {}
    await only(night, 10009, channel.set_permissions(guild.default_role, overwrite=None))
    night.discord.allow_bot(night.guild, P.VIEW_CHANNEL)
    await only(night, 50013, channel.set_permissions(guild.default_role, overwrite=None))


async def test_threads_that_cannot_be(night: Night, rest: EagerBot):
    channel = await text_channel(rest, night)
    message = await channel.send("sheet")
    http, me = rest.http, night.discord.bot_member(night.guild)

    async def start(**body: Any) -> Any:
        payload = {"name": "Talk", "type": 11, "auto_archive_duration": 1440} | body
        return await http.start_thread_without_message(channel.id, **payload)

    await only(night, 50035, start(name="x" * 101))
    await only(night, 50035, start(auto_archive_duration=5))
    await only(night, 50024, http.get_thread_members(channel.id))
    for denied in (P.CREATE_PUBLIC_THREADS, P.READ_MESSAGE_HISTORY):
        night.discord.overwrite(night.raids, {me: (0, denied)})
        await only(night, 50013, message.create_thread(name="Talk"))
    night.discord.overwrite(night.raids, {me: (0, P.CREATE_PRIVATE_THREADS)})
    await only(night, 50013, start(type=12))
    forum = night.discord.add_forum(night.guild, "plans", overwrites={me: (0, P.SEND_MESSAGES)})
    found = await rest.fetch_channel(forum.id)
    assert isinstance(found, discord.ForumChannel)
    await only(night, 50013, found.create_thread(name="Tuesday", content="sheet"))


async def test_archived_threads_are_listed(night: Night, rest: EagerBot):
    channel = await text_channel(rest, night)
    thread = await channel.create_thread(name="Talk", type=discord.ChannelType.public_thread)
    guild = await rest.fetch_guild(night.guild.id)
    assert [each.id for each in await guild.active_threads()] == [thread.id]
    await thread.edit(archived=True)
    assert [each.id async for each in channel.archived_threads()] == [thread.id]
    assert await guild.active_threads() == []
    night.discord.overwrite(night.raids, {night.discord.bot_member(night.guild): (0, P.READ_MESSAGE_HISTORY)})
    await only(night, 50013, rest.http.get_public_archived_threads(channel.id))


async def test_locked_thread_takes_a_moderator(night: Night, rest: EagerBot):
    channel = await text_channel(rest, night)
    thread = await channel.create_thread(name="Talk", type=discord.ChannelType.public_thread)
    await thread.edit(archived=True, locked=True)
    night.discord.overwrite(night.raids, {night.discord.bot_member(night.guild): (0, P.MANAGE_THREADS)})
    await only(night, 50013, thread.send("x"))
    night.discord.overwrite(night.raids, {night.discord.bot_member(night.guild): (0, P.SEND_MESSAGES_IN_THREADS)})
    await only(night, 50013, thread.send("x"))
    night.discord.overwrite(night.raids, {night.discord.bot_member(night.guild): (0, P.CREATE_PUBLIC_THREADS)})
    await only(night, 50013, channel.create_thread(name="No", type=discord.ChannelType.public_thread))


async def test_forum_post(night: Night, rest: EagerBot):
    forum = await rest.fetch_channel(night.discord.add_forum(night.guild, "plans").id)
    assert isinstance(forum, discord.ForumChannel)
    post = await forum.create_thread(name="Tuesday", content="sheet")
    assert post.message.id == post.thread.id
    assert [each.content for each in night.discord.messages(night.guild.channels[post.thread.id])] == ["sheet"]
    await post.message.edit(content="redrawn")
    await only(night, 50008, rest.get_partial_messageable(forum.id).send("x"))


def external(night: Night, **more: Any) -> dict[str, Any]:
    start = night.clock.now() + timedelta(days=1)
    body = {
        "name": "Heroic",
        "start_time": start,
        "end_time": start + timedelta(hours=3),
        "entity_type": discord.EntityType.external,
        "privacy_level": discord.PrivacyLevel.guild_only,
        "location": "Orgrimmar",
    }
    return body | more


async def create_event(guild: discord.Guild, **payload: Any) -> Any:
    """Past the library's own checks."""
    return await guild._state.http.create_guild_scheduled_event(guild.id, reason=None, **payload)


async def test_scheduled_events(night: Night, guild: discord.Guild):
    event = await guild.create_scheduled_event(**external(night))
    assert [each.name for each in await guild.fetch_scheduled_events()] == ["Heroic"]
    await event.edit(name="Mythic")
    assert (await guild.fetch_scheduled_event(event.id)).name == "Mythic"
    running = await event.start()
    await running.end()
    assert night.guild.events == {}
    await only(night, 10070, guild.fetch_scheduled_event(event.id))
    another = await guild.create_scheduled_event(**external(night))
    await another.delete()
    assert night.guild.events == {}


async def test_scheduled_events_that_cannot_be(night: Night, guild: discord.Guild):
    past = (night.clock.now() - timedelta(minutes=1)).isoformat()
    later = (night.clock.now() + timedelta(days=1)).isoformat()
    base = {"name": "x", "privacy_level": 2, "entity_type": 3, "entity_metadata": {"location": "here"}}
    good = {**base, "scheduled_start_time": later, "scheduled_end_time": later[:8] + "28" + later[10:]}
    await create_event(guild, **good)
    for change in [
        {"scheduled_start_time": past},
        {"scheduled_end_time": None},
        {"entity_metadata": None},
        {"name": "x" * 101},
        {"description": "x" * 1001},
        {"privacy_level": 1},
        {"scheduled_start_time": None},
        {"scheduled_end_time": later},
        {"channel_id": str(night.raids.id)},
        {"entity_type": 2, "channel_id": str(night.raids.id)},
    ]:
        await only(night, 50035, create_event(guild, **(good | change)))
    await only(night, 10003, create_event(guild, **(good | {"entity_type": 2, "channel_id": "1"})))
    night.discord.allow_bot(night.guild, P.VIEW_CHANNEL)
    await only(night, 50013, create_event(guild, **good))


async def test_scheduled_event_in_a_voice_channel(night: Night, guild: discord.Guild):
    voice = night.discord.add_voice_channel(night.guild, "Raid voice")
    later = (night.clock.now() + timedelta(days=1)).isoformat()
    body = {"name": "x", "privacy_level": 2, "entity_type": 2, "scheduled_start_time": later}
    await create_event(guild, **body, channel_id=str(voice.id))
    night.discord.overwrite(voice, {night.discord.bot_member(night.guild): (0, P.CONNECT)})
    await only(night, 50013, create_event(guild, **body, channel_id=str(voice.id)))


async def test_scheduled_events_in_their_order(night: Night, guild: discord.Guild):
    event = await guild.create_scheduled_event(**external(night))
    http = guild._state.http

    async def change(**payload: Any) -> Any:
        return await http.edit_scheduled_event(guild.id, event.id, reason=None, **payload)

    await only(night, 50035, change(status=3))
    await only(night, 50035, change(scheduled_start_time=(night.clock.now() - timedelta(hours=1)).isoformat()))
    night.guild.events[event.id]["creator_id"] = str(night.arila.id)
    night.discord.allow_bot(night.guild, P.VIEW_CHANNEL | P.CREATE_EVENTS)
    await only(night, 50013, change(name="Mythic"))
    await only(night, 50013, event.delete())
    night.discord.allow_bot(night.guild, P.VIEW_CHANNEL | P.MANAGE_EVENTS)
    assert (await change(name="Mythic"))["name"] == "Mythic"


async def test_a_hundred_scheduled_events(night: Night, guild: discord.Guild):
    for _ in range(100):
        await guild.create_scheduled_event(**external(night))
    await only(night, 30038, guild.create_scheduled_event(**external(night)))
    await (await guild.fetch_scheduled_events())[0].delete()
    await guild.create_scheduled_event(**external(night))


async def test_application_emojis(night: Night, rest: EagerBot):
    made = await rest.create_application_emoji(name="paladin", image=PNG)
    assert [emoji.name for emoji in await rest.fetch_application_emojis()] == ["paladin"]
    await only(night, 50035, rest.create_application_emoji(name="paladin", image=PNG))
    await only(night, 50035, rest.create_application_emoji(name="not a name", image=PNG))
    await made.edit(name="holy")
    assert (await rest.fetch_application_emoji(made.id)).name == "holy"
    await made.delete()
    await only(night, 10014, rest.fetch_application_emoji(made.id))
    for number in range(2000):
        night.discord.add_emoji(f"emoji{number}")
    await only(night, 30008, rest.create_application_emoji(name="paladin", image=PNG))


async def test_application(night: Night, rest: EagerBot):
    about = await rest.application_info()
    assert (about.id, about.owner.name) == (night.discord.application_id, night.discord.bot_owner.name)
    assert about.flags.gateway_guild_members_limited
    gateway = await rest.http.request(Route("GET", "/gateway/bot"))
    assert gateway["shards"] == 1
    assert night.discord.violations == []


def test_guild_ids_spread_over_shards(night: Night):
    guilds: list[Guild] = [night.guild, *(night.discord.add_guild(f"Guild {number}") for number in range(3))]
    assert {(guild.id >> 22) % 2 for guild in guilds} == {0, 1}
