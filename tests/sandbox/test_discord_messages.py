import asyncio
import contextlib
import io
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import discord
import pytest
from discord_stage import EagerBot, Night

from sandbox.discord.permissions import P
from sandbox.discord.world import Message

Act = Callable[[discord.PartialMessageable], Awaitable[Any]]


def place(rest: EagerBot, night: Night) -> discord.PartialMessageable:
    return rest.get_partial_messageable(night.raids.id)


async def only(night: Night, code: int, act: Awaitable[Any], status: int | None = None) -> None:
    """Awaiting this is refused with that code, and nothing else is."""
    with night.discord.expect_refusal(code), pytest.raises(discord.HTTPException) as caught:
        await act
    assert caught.value.code == code
    assert status in (None, caught.value.status)
    assert night.discord.violations == []


async def test_send_edit_read_delete(night: Night, rest: EagerBot):
    channel = place(rest, night)
    sent = await channel.send("one", embed=discord.Embed(title="Sheet"))
    night.clock.advance(timedelta(seconds=5))
    edited = await sent.edit(content="two")
    assert (edited.content, edited.edited_at, edited.embeds[0].title) == ("two", night.clock.now(), "Sheet")
    assert (await channel.fetch_message(sent.id)).content == "two"
    await sent.delete()
    assert night.discord.messages(night.raids) == []
    assert night.discord.violations == []
    assert [(call.method, call.status) for call in night.discord.calls[2:]] == [
        ("POST", 200),
        ("PATCH", 200),
        ("GET", 200),
        ("DELETE", 204),
    ]


async def test_history_pages(night: Night, rest: EagerBot):
    channel = place(rest, night)
    sent = [(await channel.send(str(number))).id for number in range(7)]
    route = discord.http.Route("GET", "/channels/{channel_id}/messages", channel_id=night.raids.id)

    async def page(**query: int) -> list[str]:
        return [each["content"] for each in await rest.http.request(route, params=query)]

    assert await page(limit=2) == ["6", "5"]
    assert await page(limit=2, before=sent[3]) == ["2", "1"]
    assert await page(limit=2, after=sent[3]) == ["5", "4"]
    assert await page(limit=2, around=sent[3]) == ["4", "3", "2"]
    assert [message.content async for message in channel.history(limit=None)] == list("6543210")


async def test_files_come_back(night: Night, rest: EagerBot):
    sent = await place(rest, night).send("csv", file=discord.File(io.BytesIO(b"a,b"), "week.csv"))
    assert sent.attachments[0].filename == "week.csv"
    assert await sent.attachments[0].read() == b"a,b"
    kept = await sent.edit(content="still", attachments=sent.attachments)
    assert len(kept.attachments) == 1
    assert (await kept.edit(content="gone", attachments=[])).attachments == []
    assert night.discord.violations == []


async def test_embed_shows_an_attached_picture(night: Night, rest: EagerBot):
    embed = discord.Embed(title="Attendance").set_image(url="attachment://chart.png")
    embed.set_thumbnail(url="https://example.org/logo.png")
    sent = await place(rest, night).send(embed=embed, file=discord.File(io.BytesIO(b"png"), "chart.png"))
    shown = sent.embeds[0]
    assert (shown.image.url, shown.thumbnail.url) == (sent.attachments[0].url, "https://example.org/logo.png")


async def test_nonce_is_enforced_for_some_minutes(night: Night, rest: EagerBot):
    channel = place(rest, night)
    first = await channel.send("posted", nonce=77)
    assert (await channel.send("posted again", nonce=77)).id == first.id
    assert (await channel.send("another", nonce=78)).id != first.id
    elsewhere = night.discord.add_text_channel(night.guild, "elsewhere")
    assert (await rest.get_partial_messageable(elsewhere.id).send("here, too", nonce=77)).id != first.id
    night.clock.advance(timedelta(minutes=5, seconds=1))
    assert (await channel.send("much later", nonce=77)).id != first.id
    assert [message.content for message in night.discord.messages(night.raids)] == ["posted", "another", "much later"]


REFUSED_IN_CHANNEL: list[tuple[str, int, int, Act]] = [
    ("view", P.VIEW_CHANNEL, 50001, lambda channel: channel.send("x")),
    ("view", P.VIEW_CHANNEL, 50001, lambda channel: channel.fetch_message(1)),
    ("send", P.SEND_MESSAGES, 50013, lambda channel: channel.send("x")),
    ("embed", P.EMBED_LINKS, 50013, lambda channel: channel.send(embed=discord.Embed(title="x"))),
    ("attach", P.ATTACH_FILES, 50013, lambda channel: channel.send(file=discord.File(io.BytesIO(b"x"), "x"))),
    ("read", P.READ_MESSAGE_HISTORY, 50001, lambda channel: channel.fetch_message(1)),
]


@pytest.mark.parametrize(("_", "denied", "code", "act"), REFUSED_IN_CHANNEL)
async def test_permission_missing_in_the_channel(
    night: Night, rest: EagerBot, _: str, denied: int, code: int, act: Act
):
    night.discord.overwrite(night.raids, {night.discord.bot_member(night.guild): (0, denied)})
    await only(night, code, act(place(rest, night)), 403)


@pytest.mark.parametrize(("_", "denied", "code", "act"), REFUSED_IN_CHANNEL)
async def test_administrator_needs_no_other_permission(
    night: Night, rest: EagerBot, _: str, denied: int, code: int, act: Act
):
    night.discord.overwrite(night.raids, {night.discord.bot_member(night.guild): (0, denied)})
    night.discord.allow_bot(night.guild, P.ADMINISTRATOR)
    with contextlib.suppress(discord.NotFound):  # message 1 is unknown, which is past every permission
        await act(place(rest, night))
    assert {violation.code for violation in night.discord.violations} <= {10008}


async def test_unknown_things(night: Night, rest: EagerBot):
    gone = night.discord.add_text_channel(night.guild, "gone")
    night.discord.delete_channel(gone)
    await only(night, 10003, rest.get_partial_messageable(gone.id).send("x"), 404)
    await only(night, 10008, place(rest, night).get_partial_message(1).edit(content="x"), 404)
    await only(night, 10008, place(rest, night).get_partial_message(1).delete(), 404)
    await only(night, 10004, rest.fetch_guild(1), 404)
    await only(night, 10013, rest.fetch_user(1), 404)
    night.discord.kick_bot(night.guild)
    await only(night, 50001, place(rest, night).send("x"), 403)
    await only(night, 50001, rest.fetch_guild(night.guild.id), 403)


async def test_messages_of_others(night: Night, rest: EagerBot):
    written = night.discord.hand(night.arila, night.raids).say("mine")
    theirs = place(rest, night).get_partial_message(written.id)
    await only(night, 50005, theirs.edit(content="ours"), 403)
    night.discord.overwrite(night.raids, {night.discord.bot_member(night.guild): (0, P.MANAGE_MESSAGES)})
    await only(night, 50013, theirs.delete(), 403)
    night.discord.allow_bot(night.guild, P.ADMINISTRATOR)
    await theirs.delete()
    assert night.discord.messages(night.raids) == []


async def test_messages_that_cannot_be(night: Night, rest: EagerBot):
    channel = place(rest, night)
    await only(night, 50006, channel.send("  "), 400)
    await only(night, 50035, channel.send("x" * 2001), 400)
    await only(night, 50035, channel.send(embed=discord.Embed(description="x" * 4097)), 400)
    category = night.discord.add_category(night.guild, "Raids")
    await only(night, 50008, rest.get_partial_messageable(category.id).send("x"), 400)


async def test_replies(night: Night, rest: EagerBot):
    channel = place(rest, night)
    sent = await channel.send("sheet")
    reply = await sent.reply("started")
    assert (reply.reference.message_id, reply.type) == (sent.id, discord.MessageType.reply)
    await sent.delete()
    await only(night, 50035, sent.reply("gone"), 400)
    night.discord.overwrite(night.raids, {night.discord.bot_member(night.guild): (0, P.READ_MESSAGE_HISTORY)})
    await only(night, 50013, reply.reply("unread"), 403)


async def test_history_of_more_than_a_hundred_at_once(night: Night, rest: EagerBot):
    route = discord.http.Route("GET", "/channels/{channel_id}/messages", channel_id=night.raids.id)
    await only(night, 50035, rest.http.request(route, params={"limit": 101}), 400)


async def test_history_nobody_may_read_is_empty(night: Night, rest: EagerBot):
    await place(rest, night).send("sheet")
    night.discord.overwrite(night.raids, {night.discord.bot_member(night.guild): (0, P.READ_MESSAGE_HISTORY)})
    assert [message async for message in place(rest, night).history()] == []


async def test_embed_in_an_edit_needs_its_permission(night: Night, rest: EagerBot):
    sent = await place(rest, night).send("sheet")
    night.discord.overwrite(night.raids, {night.discord.bot_member(night.guild): (0, P.EMBED_LINKS)})
    await sent.edit(content="plain")
    await only(night, 50013, sent.edit(embed=discord.Embed(title="x")), 403)


async def test_bulk_delete(night: Night, rest: EagerBot):
    sent = [(await place(rest, night).send(str(number))).id for number in range(3)]
    await rest.http.delete_messages(night.raids.id, sent[:2])
    assert [message.content for message in night.discord.messages(night.raids)] == ["2"]
    await only(night, 50016, rest.http.delete_messages(night.raids.id, sent[2:]), 400)
    night.discord.overwrite(night.raids, {night.discord.bot_member(night.guild): (0, P.MANAGE_MESSAGES)})
    await only(night, 50013, rest.http.delete_messages(night.raids.id, sent), 403)


async def test_what_somebody_wrote_to_the_bot_stays(night: Night, rest: EagerBot):
    written = night.discord.hand(night.arila.user).say("hello bot")
    await only(night, 50003, rest.http.delete_message(written.channel.id, written.id), 403)
    assert night.discord.dms(night.arila) == [written]


async def test_typing(night: Night, rest: EagerBot):
    await rest.http.send_typing(night.raids.id)
    night.discord.overwrite(night.raids, {night.discord.bot_member(night.guild): (0, P.SEND_MESSAGES)})
    await only(night, 50013, rest.http.send_typing(night.raids.id), 403)


async def test_direct_messages(night: Night, rest: EagerBot):
    closed = night.discord.add_member(night.guild, "Cael", dms_open=False)
    stranger = night.discord.add_user("Stranger")
    await (await rest.fetch_user(night.arila.id)).send("reminder")
    assert [message.content for message in night.discord.dms(night.arila)] == ["reminder"]
    for who in (closed, stranger):
        await only(night, 50007, (await rest.fetch_user(who.id)).send("reminder"), 403)
    await only(night, 50033, rest.http.start_private_message(1), 400)
    closed.user.dms_open = True
    await (await rest.fetch_user(closed.id)).send("reminder")
    assert len(night.discord.dms(closed)) == 1


async def filled_with_pins(night: Night, rest: EagerBot) -> int:
    """As many pins as a channel takes; the id of one message more."""
    ids = [(await place(rest, night).send("x")).id for _ in range(250)]
    night.raids.pins += ids[:249]
    return ids[-1]


async def test_pins(night: Night, rest: EagerBot):
    sent = await place(rest, night).send("sheet")
    await sent.pin()
    assert [message.id async for message in place(rest, night).pins()] == [sent.id]
    await only(night, 30003, rest.http.pin_message(night.raids.id, await filled_with_pins(night, rest)), 400)
    await sent.unpin()
    assert sent.id not in night.raids.pins
    night.raids.pins.clear()
    assert [message async for message in place(rest, night).pins()] == []
    night.discord.overwrite(night.raids, {night.discord.bot_member(night.guild): (0, P.PIN_MESSAGES)})
    await only(night, 50013, sent.pin(), 403)


async def test_reactions(night: Night, rest: EagerBot):
    sent = await place(rest, night).send("sheet")
    emoji = night.discord.add_emoji("paladin")
    await sent.add_reaction("⚔️")
    await sent.add_reaction(f"<:paladin:{emoji['id']}>")
    shown = await place(rest, night).fetch_message(sent.id)
    assert [(str(each.emoji), each.count, each.me) for each in shown.reactions] == [
        ("⚔️", 1, True),
        (f"<:paladin:{emoji['id']}>", 1, True),
    ]
    await only(night, 10014, sent.add_reaction("sword"), 400)
    night.discord.overwrite(night.raids, {night.discord.bot_member(night.guild): (0, P.ADD_REACTIONS)})
    await sent.add_reaction("⚔️")  # joining one takes no permission
    await only(night, 50013, sent.add_reaction("🛡️"), 403)
    assert [user.id async for user in shown.reactions[0].users()] == [night.discord.application_id]
    await sent.remove_reaction("⚔️", discord.Object(night.discord.application_id))
    await only(night, 50013, sent.add_reaction("⚔️"), 403)
    night.discord.overwrite(night.raids, {night.discord.bot_member(night.guild): (P.MANAGE_MESSAGES, 0)})
    await sent.clear_reactions()
    assert (await place(rest, night).fetch_message(sent.id)).reactions == []
    night.discord.overwrite(night.raids, {night.discord.bot_member(night.guild): (0, P.MANAGE_MESSAGES)})
    await only(night, 50013, sent.clear_reactions(), 403)


async def test_reactions_that_cannot_be(night: Night, rest: EagerBot):
    sent = await place(rest, night).send("sheet")
    for number in range(20):
        await sent.add_reaction(f"<:emoji:{number}>")
    await only(night, 30010, sent.add_reaction("⚔️"), 403)
    night.discord.overwrite(night.raids, {night.discord.bot_member(night.guild): (0, P.READ_MESSAGE_HISTORY)})
    await only(night, 50013, sent.add_reaction("<:emoji:1>"), 403)


async def test_clock_turned_back_keeps_the_channel_in_order(night: Night, rest: EagerBot):
    channel = place(rest, night)
    late = await channel.send("late")
    night.clock.advance(timedelta(hours=-1))
    early = await channel.send("early")
    assert [message.id async for message in channel.history()] == [late.id, early.id]
    await early.delete()
    assert [message.id async for message in channel.history()] == [late.id]


def posted(night: Night) -> Message:
    return night.discord.messages(night.raids)[-1]


@pytest.mark.parametrize(
    ("text", "allowed", "users", "roles", "everyone"),
    [
        ("{arila} {role} @everyone", None, {"arila"}, {"role"}, True),
        ("{arila} {role} @here", discord.AllowedMentions.none(), set(), set(), False),
        (
            "{arila} {borin}",
            discord.AllowedMentions(users=[discord.Object(0)], everyone=False, roles=False),
            set(),
            set(),
            False,
        ),
        ("{arila} {role}", discord.AllowedMentions(users=True, roles=False, everyone=False), {"arila"}, set(), False),
        ("nobody", None, set(), set(), False),
        ("<@1>", None, set(), set(), False),
    ],
)
async def test_pings(
    night: Night, rest: EagerBot, text: str, allowed: Any, users: set[str], roles: set[str], everyone: bool
):
    role = night.discord.add_role(night.guild, "Raiders", mentionable=True)
    night.discord.change_member(night.borin, roles=[role])
    named = {"arila": night.arila, "borin": night.borin, "role": role}
    mentions = {name: each.mention for name, each in named.items()}
    await place(rest, night).send(text.format(**mentions), allowed_mentions=allowed)
    pings = night.discord.pings(posted(night))
    assert pings.users == {named[name].id for name in users}
    assert pings.roles == {named[name].id for name in roles}
    assert pings.everyone is everyone
    assert (night.borin.id in pings.who) is bool(everyone or roles)
    assert bool(pings) is bool(users or roles or everyone)


async def test_pings_without_the_permission_are_silent(night: Night, rest: EagerBot):
    hidden = night.discord.add_role(night.guild, "Raiders")
    open_to_all = night.discord.add_role(night.guild, "Guests", mentionable=True)
    night.discord.overwrite(night.raids, {night.discord.bot_member(night.guild): (0, P.MENTION_EVERYONE)})
    await place(rest, night).send(f"@everyone {hidden.mention} {open_to_all.mention}")
    pings = night.discord.pings(posted(night))
    assert (pings.everyone, pings.roles) == (False, {open_to_all.id})


async def test_text_of_a_layout_rings(night: Night, rest: EagerBot):
    view = discord.ui.LayoutView()
    view.add_item(discord.ui.Container(discord.ui.TextDisplay(night.arila.mention)))
    await place(rest, night).send(view=view)
    assert night.discord.pings(posted(night)).users == {night.arila.id}


async def test_an_edit_rings_nobody_new(night: Night, rest: EagerBot):
    sent = await place(rest, night).send("quiet")
    await sent.edit(content=night.arila.mention)
    assert not night.discord.pings(posted(night))


async def test_unknown_route_is_a_violation(night: Night, rest: EagerBot):
    with pytest.raises(discord.NotFound):
        await rest.http.request(discord.http.Route("GET", "/made/up"))
    (violation,) = night.discord.take_violations()
    assert (violation.method, violation.path, violation.status) == ("GET", "/made/up", 404)
    assert night.discord.violations == []


async def test_body_that_is_not_as_published(night: Night, rest: EagerBot):
    class Picky:
        def check(self, method: str, path: str, body: Any) -> list[str]:
            return [f"{method} {path}: {body['content']}"] if method == "POST" else []

    night.discord.checks._spec = Picky()
    await place(rest, night).send("odd")
    (violation,) = night.discord.take_violations()
    assert (violation.status, violation.message) == (200, f"POST /channels/{night.raids.id}/messages: odd")


async def test_expected_refusal_that_does_not_come(night: Night):
    with pytest.raises(AssertionError, match="no refusal 50013"), night.discord.expect_refusal(50013):
        await asyncio.sleep(0)


async def test_a_button_shows_the_emoji_of_servers_the_bot_is_in_and_its_own(night: Night, rest: EagerBot):
    def with_emoji(emoji_id: str) -> discord.ui.View:
        view = discord.ui.View()
        return view.add_item(discord.ui.Button(label="x", custom_id="x", emoji=f"<:arms:{emoji_id}>"))

    for made in (night.discord.add_emoji("arms"), night.discord.add_emoji("arms", guild=night.guild)):
        assert (await place(rest, night).send("?", view=with_emoji(made["id"]))).id
    guild = await rest.fetch_guild(night.guild.id)
    assert [each.name for each in await guild.fetch_emojis()] == ["arms"]
    await only(night, 50035, place(rest, night).send("?", view=with_emoji("123456789012345678")))
