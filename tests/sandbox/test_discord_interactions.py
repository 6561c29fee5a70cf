import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import discord
import pytest
from discord import ui
from discord_stage import EagerBot, Night

from sandbox.discord.answer import NoAnswer
from sandbox.discord.hand import Hand
from sandbox.discord.interactions import Sent
from sandbox.discord.resolving import Impossible
from sandbox.discord.world import Upload

Act = Callable[[discord.Interaction], Awaitable[Any]]


def bot_that(night: Night, act: Act) -> EagerBot:
    """A bot whose /go does this."""
    bot = night.bot()

    @bot.tree.command(description="Do it")
    async def go(interaction: discord.Interaction) -> None:
        await act(interaction)

    return bot


async def synced(bot: EagerBot, night: Night) -> Hand:
    await bot.tree.sync()
    return night.discord.hand(night.arila, night.raids)


async def test_message_then_its_edit_and_follow_up(night: Night):
    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("one", embed=discord.Embed(title="Title"))
        await interaction.edit_original_response(content="two")
        await interaction.followup.send("three", ephemeral=True)

    bot = bot_that(night, act)
    async with night.discord.running(bot):
        hand = await synced(bot, night)
        answer = await hand.slash("go")
        await answer.until(lambda seen: bool(seen.followups))
        assert (answer.kind, answer.content, answer.ephemeral) == ("message", "two", False)
        assert answer.text == "two\nTitle\nthree"
        assert [message.content for message in night.discord.messages(night.raids)] == ["two"]
        assert answer.followups[0].ephemeral
    assert night.discord.violations == []


@pytest.mark.parametrize("ephemeral", [False, True])
async def test_defer_is_filled_by_an_edit(night: Night, ephemeral: bool):
    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=ephemeral)
        assert (await interaction.original_response()).flags.loading
        await interaction.edit_original_response(content="done")

    bot = bot_that(night, act)
    async with night.discord.running(bot):
        answer = await (await synced(bot, night)).slash("go")
        assert (answer.kind, answer.content, answer.ephemeral) == ("deferred", "done", ephemeral)
        assert len(night.discord.messages(night.raids)) == (0 if ephemeral else 1)


async def test_first_follow_up_of_a_defer_becomes_the_answer(night: Night):
    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        await interaction.followup.send("done")

    bot = bot_that(night, act)
    async with night.discord.running(bot):
        answer = await (await synced(bot, night)).slash("go")
        assert (answer.content, answer.ephemeral, answer.followups) == ("done", True, [])


async def test_answer_deleted(night: Night):
    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        await interaction.delete_original_response()

    bot = bot_that(night, act)
    async with night.discord.running(bot):
        answer = await (await synced(bot, night)).slash("go")
        assert answer.messages == []
    assert night.discord.messages(night.raids) == []


async def test_deleted_ephemeral_answer_cannot_be_clicked(night: Night):
    go_on = asyncio.Event()

    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("choose", view=Pick(), ephemeral=True)
        await go_on.wait()
        await interaction.delete_original_response()

    bot = bot_that(night, act)
    async with night.discord.running(bot):
        hand = await synced(bot, night)
        answer = await hand.slash("go")
        asked = answer.message
        go_on.set()
        await answer.until(lambda seen: not seen.messages)
        with pytest.raises(Impossible, match="deleted"):
            await hand.click(asked, "Wait")
    assert night.discord.violations == []


async def test_no_answer_at_all(night: Night):
    async def act(interaction: discord.Interaction) -> None:
        pass

    bot = bot_that(night, act)
    async with night.discord.running(bot):
        hand = await synced(bot, night)
        hand.patience = 0.05
        with pytest.raises(NoAnswer, match="'/go' got nothing"):
            await hand.slash("go")


async def refused(night: Night, act: Act, code: int, status: int) -> None:
    """`act` meets this refusal, and nothing else."""
    seen: asyncio.Future[discord.HTTPException] = asyncio.get_running_loop().create_future()

    async def acting(interaction: discord.Interaction) -> None:
        try:
            await act(interaction)
        except discord.HTTPException as error:
            seen.set_result(error)

    bot = bot_that(night, acting)
    async with night.discord.running(bot):
        hand = await synced(bot, night)
        with night.discord.expect_refusal(code):
            await hand.slash("go", wait=False)
            error = await asyncio.wait_for(seen, 5)
    assert (error.code, error.status) == (code, status)
    assert night.discord.violations == []


async def twice(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("one")
    interaction.response._response_type = None  # another process has no such memory
    await interaction.response.send_message("two")


async def unanswered(interaction: discord.Interaction) -> None:
    await interaction.followup.send("too early")


async def empty(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("")


async def too_long(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("x" * 2001)


async def stranger(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("mine")
    await interaction.followup.edit_message(12345, content="whose?")


@pytest.mark.parametrize(
    ("act", "code", "status"),
    [
        (twice, 40060, 400),
        (unanswered, 10015, 404),
        (empty, 50006, 400),
        (too_long, 50035, 400),
        (stranger, 10008, 404),
    ],
)
async def test_refused_answers(night: Night, act: Act, code: int, status: int):
    await refused(night, act, code, status)


async def test_edit_of_an_answer_somebody_deleted(night: Night):
    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("one")
        night.discord.delete_message(night.discord.messages(night.raids)[0])
        await interaction.edit_original_response(content="two")

    await refused(night, act, 10008, 404)


async def test_answer_after_three_seconds_is_too_late(night: Night):
    async def act(interaction: discord.Interaction) -> None:
        night.clock.advance(timedelta(seconds=3.1))
        await interaction.response.send_message("late")

    await refused(night, act, 10062, 404)


async def test_answer_within_three_seconds_and_follow_up_within_fifteen_minutes(night: Night):
    async def act(interaction: discord.Interaction) -> None:
        night.clock.advance(timedelta(seconds=2.9))
        await interaction.response.defer()
        night.clock.advance(timedelta(minutes=14))
        await interaction.followup.send("patience")

    bot = bot_that(night, act)
    async with night.discord.running(bot):
        assert (await (await synced(bot, night)).slash("go")).content == "patience"


async def test_follow_up_after_fifteen_minutes_is_too_late(night: Night):
    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        night.clock.advance(timedelta(minutes=15, seconds=1))
        await interaction.followup.send("late")

    await refused(night, act, 50027, 401)


async def test_made_up_interaction_is_unknown(night: Night, rest: EagerBot):
    route = discord.http.Route("POST", "/interactions/1/made-up/callback")
    with night.discord.expect_refusal(10062), pytest.raises(discord.NotFound):
        await rest.http.request(route, json={"type": 5})


class SignUp(ui.DynamicItem[ui.Button[Any]], template=r"raid:(?P<raid>\d+):join"):
    def __init__(self, raid: int) -> None:
        super().__init__(ui.Button(label="Sign up", custom_id=f"raid:{raid}:join"))
        self.raid = raid

    @classmethod
    async def from_custom_id(cls, _: discord.Interaction, __: ui.Item[Any], match: Any, /) -> "SignUp":
        return cls(int(match["raid"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"in raid {self.raid}", ephemeral=True)


def sheet() -> ui.View:
    view = ui.View(timeout=None)
    view.add_item(SignUp(7))
    view.add_item(ui.Button(label="Late", custom_id="raid:7:late", disabled=True))
    view.add_item(ui.Button(label="Site", url="https://example.org"))
    return view


async def test_button_survives_a_restart(night: Night):
    first = night.bot()
    async with night.discord.running(first):
        await first.get_partial_messageable(night.raids.id).send("sheet", view=sheet())
    second = night.bot()
    second.add_dynamic_items(SignUp)
    (message,) = night.discord.messages(night.raids)
    async with night.discord.running(second):
        answer = await night.discord.hand(night.arila).click(message, "Sign up")
        assert (answer.content, answer.ephemeral) == ("in raid 7", True)
        assert (await night.discord.hand(night.arila).click(message.id, "raid:7:join")).content == "in raid 7"
    assert night.discord.violations == []


async def test_what_cannot_be_clicked(night: Night, rest: EagerBot):
    hidden = night.discord.add_text_channel(night.guild, "hidden")
    for channel in (night.raids, hidden):
        await rest.get_partial_messageable(channel.id).send("sheet", view=sheet())
    night.discord.overwrite(hidden, {night.guild.everyone: (0, 1 << 10)})
    (message,), (unseen,) = night.raids.messages.values(), hidden.messages.values()
    hand = night.discord.hand(night.arila)
    for target, button, because in [
        (message, "Bench", "0 buttons 'Bench'"),
        (message, "Late", "disabled"),
        (message, "Site", "link"),
        (unseen, "Sign up", "does not see #hidden"),
        (12345, "Sign up", "no message 12345"),
    ]:
        with pytest.raises(Impossible, match=because):
            await hand.click(target, button)
    night.discord.delete_message(message)
    with pytest.raises(Impossible, match="deleted"):
        await hand.click(message, "Sign up")


class Pick(ui.View):
    @ui.select(placeholder="Class", options=[discord.SelectOption(label="Paladin", value="2")])
    async def pick(self, interaction: discord.Interaction, select: ui.Select[Any]) -> None:
        await interaction.response.edit_message(content=f"class {select.values[0]}", view=None)

    @ui.select(cls=ui.UserSelect, custom_id="who", max_values=2)
    async def who(self, interaction: discord.Interaction, select: ui.UserSelect[Any]) -> None:
        names = [user.display_name for user in select.values]
        await interaction.response.send_message(" and ".join(names))

    @ui.button(label="Wait")
    async def wait_for_it(self, interaction: discord.Interaction, _: ui.Button[Any]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="waited")


async def test_selects_updates_and_deferred_updates(night: Night):
    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("choose", view=Pick(), ephemeral=True)

    bot = bot_that(night, act)
    async with night.discord.running(bot):
        hand = await synced(bot, night)
        asked = await hand.slash("go")
        assert asked.labels == ["Wait"]
        waited = await hand.click(asked, "Wait")
        assert (waited.kind, waited.content, asked.content) == ("update", "waited", "waited")
        named = await hand.select(asked, [night.arila, night.borin], custom_id="who")
        assert named.content == "Arila and Borin"
        for values, because in [(["Mage"], "offers no 'Mage'"), ([], "takes 1 to 1"), (["2", "2"], "takes 1 to 1")]:
            with pytest.raises(Impossible, match=because):
                await hand.select(asked, values, custom_id="Class")
        with pytest.raises(Impossible, match="2 selects None"):
            await hand.select(asked, ["Paladin"])
        with pytest.raises(Impossible, match="somebody else"):
            await night.discord.hand(night.borin, night.raids).click(asked, "Wait")
        picked = await hand.select(asked, ["Paladin"], custom_id="Class")
        assert (picked.kind, picked.content, picked.components) == ("update", "class 2", [])
    assert night.discord.violations == []


async def test_nobody_there_to_answer(night: Night):
    bot = bot_that(night, unanswered)
    await bot.login(night.discord.token)
    hand = await synced(bot, night)
    with pytest.raises(NoAnswer, match="no bot is connected"):
        await hand.slash("go")
    await bot.close()


async def test_who_left_cannot_act(night: Night):
    bot = bot_that(night, unanswered)
    async with night.discord.running(bot):
        hand = await synced(bot, night)
        night.discord.remove_member(night.arila)
        with pytest.raises(Impossible, match="Arila is no member of Night Watch"):
            await hand.slash("go")
        night.discord.kick_bot(night.guild)
        with pytest.raises(Impossible, match="the bot is not in Night Watch"):
            await night.discord.hand(night.borin).slash("go")


async def test_buttons_in_direct_messages(night: Night):
    bot = night.bot()
    bot.add_dynamic_items(SignUp)
    async with night.discord.running(bot):
        await (await bot.fetch_user(night.arila.id)).send("reminder", view=sheet())
        (reminder,) = night.discord.dms(night.arila)
        answer = await night.discord.hand(night.arila).click(reminder, "Sign up")
        assert answer.content == "in raid 7"
        assert answer.message.channel is reminder.channel
    assert night.discord.violations == []


async def test_button_in_a_layout_view(night: Night):
    class Join(ui.Button[Any]):
        async def callback(self, interaction: discord.Interaction) -> None:
            await interaction.response.send_message("in")

    view = ui.LayoutView()
    view.add_item(ui.Container(ui.Section(ui.TextDisplay("**Heroic**"), accessory=Join(emoji="⚔️"))))
    bot = night.bot()
    async with night.discord.running(bot):
        await bot.get_partial_messageable(night.raids.id).send(view=view)
        (message,) = night.discord.messages(night.raids)
        assert (await night.discord.hand(night.arila).click(message, "⚔️")).content == "in"
    assert night.discord.violations == []


async def test_answer_waited_for_later(night: Night):
    go_on = asyncio.Event()

    async def act(interaction: discord.Interaction) -> None:
        await go_on.wait()
        await interaction.response.send_message("there")

    bot = bot_that(night, act)
    async with night.discord.running(bot):
        hand = await synced(bot, night)
        sent = await hand.slash("go", wait=False)
        assert sent.interaction.callback is None
        go_on.set()
        assert (await hand.answer_to(sent)).content == "there"


async def test_waiting_for_what_never_comes(night: Night):
    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("one")

    bot = bot_that(night, act)
    async with night.discord.running(bot):
        answer = await (await synced(bot, night)).slash("go")
        answer.hand.patience = 0.05
        with pytest.raises(NoAnswer, match="'/go' got MESSAGE"):
            await answer.until(lambda seen: seen.content == "two")


class Note(ui.Modal, title="Your note"):
    note = ui.TextInput[Any](label="Note", custom_id="note", max_length=10, default="late")
    spec = ui.Label(text="Spec", component=ui.Select(options=[discord.SelectOption(label="Holy")], custom_id="spec"))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        chosen = self.spec.component.values[0]
        await interaction.response.send_message(f"{self.note.value}, {chosen}", ephemeral=True)


async def test_disabled_select(night: Night, rest: EagerBot):
    view = ui.View(timeout=None)
    view.add_item(ui.Select(options=[discord.SelectOption(label="Holy")], disabled=True))
    await rest.get_partial_messageable(night.raids.id).send("sheet", view=view)
    with pytest.raises(Impossible, match="disabled"):
        await night.discord.hand(night.arila).select(night.discord.messages(night.raids)[0], ["Holy"])


async def test_selects_of_roles_and_channels(night: Night):
    class Settings(ui.View):
        @ui.select(cls=ui.RoleSelect, custom_id="role")
        async def role(self, interaction: discord.Interaction, select: ui.RoleSelect[Any]) -> None:
            await interaction.response.send_message(select.values[0].name)

        @ui.select(cls=ui.ChannelSelect, custom_id="channel", channel_types=[discord.ChannelType.text])
        async def channel(self, interaction: discord.Interaction, select: ui.ChannelSelect[Any]) -> None:
            await interaction.response.send_message(select.values[0].name)

    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("settings", view=Settings())

    officer = next(role for role in night.guild.roles.values() if role.name == "Officer")
    voice = night.discord.add_voice_channel(night.guild, "Raid voice")
    bot = bot_that(night, act)
    async with night.discord.running(bot):
        hand = await synced(bot, night)
        shown = await hand.slash("go")
        assert (await hand.select(shown, [officer], custom_id="role")).content == "Officer"
        assert (await hand.select(shown, [night.raids], custom_id="channel")).content == "raids"
        for value, custom_id, because in [
            (voice, "channel", "does not offer channels of type VOICE"),
            (night.arila, "role", "offers no"),
        ]:
            with pytest.raises(Impossible, match=because):
                await hand.select(shown, [value], custom_id=custom_id)


class Everything(ui.Modal, title="Everything"):
    intro = ui.TextDisplay("Read me")
    optional = ui.TextInput[Any](label="Optional", custom_id="optional", required=False)
    radio = ui.Label(
        text="Radio",
        component=ui.RadioGroup(
            custom_id="radio",
            required=False,
            options=[
                discord.RadioGroupOption(label="One", value="1"),
                discord.RadioGroupOption(label="Two", value="2"),
            ],
        ),
    )
    boxes = ui.Label(
        text="Boxes",
        component=ui.CheckboxGroup(
            custom_id="boxes",
            options=[
                discord.CheckboxGroupOption(label="A", value="a", default=True),
                discord.CheckboxGroupOption(label="B", value="b"),
            ],
        ),
    )
    box = ui.Label(text="Box", component=ui.Checkbox(custom_id="box", default=True))
    who = ui.Label(text="Who", component=ui.UserSelect(custom_id="who", required=False, min_values=0))
    file = ui.Label(text="File", component=ui.FileUpload(custom_id="file", required=False, min_values=0))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(
            f"{self.optional.value!r} {self.radio.component.value} {sorted(self.boxes.component.values)} "
            f"{self.box.component.value} {[user.display_name for user in self.who.component.values]} "
            f"{[file.filename for file in self.file.component.values]}"
        )


class Most(Everything, title="Most"):
    """Five parts at most fit into a modal; the others are taken out."""

    def __init__(self, *kept: str) -> None:
        super().__init__()
        for name in {"intro", "optional", "radio", "boxes", "box", "who", "file"} - set(kept):
            self.remove_item(getattr(self, name))


async def test_modal_with_every_kind_of_field(night: Night):
    kept = [("intro", "optional", "radio", "boxes", "box"), ("radio", "boxes", "box", "who", "file")]

    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Most(*kept[0]))

    bot = bot_that(night, act)
    async with night.discord.running(bot):
        hand = await synced(bot, night)
        untouched = await hand.submit(await hand.slash("go"))
        assert untouched.content == "'' None ['a'] True [] []"
        filled = await hand.submit(await hand.slash("go"), radio="Two", Boxes=["A", "B"], box=False, optional="x")
        assert filled.content == "'x' 2 ['a', 'b'] False [] []"
        kept.pop(0)
        picked = await hand.submit(await hand.slash("go"), who=night.borin, file=Upload("week.csv", b"a"))
        assert picked.content == "'' None ['a'] True ['Borin'] ['week.csv']"
        with pytest.raises(Impossible, match="offers no 'Three'"):
            await hand.submit(await hand.slash("go"), radio="Three")
    assert night.discord.violations == []


async def test_modal_is_filled_in_and_submitted(night: Night):
    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Note())

    bot = bot_that(night, act)
    async with night.discord.running(bot):
        hand = await synced(bot, night)
        opened = await hand.slash("go")
        assert (opened.kind, opened.title) == ("modal", "Your note")
        assert opened.text.splitlines()[:2] == ["Your note", "Note"]
        for fields, because in [
            ({"note": "x" * 11, "spec": "Holy"}, "1 to 10 characters"),
            ({"spec": "Holy", "colour": "red"}, "no fields"),
            ({"spec": "Fury"}, "offers no 'Fury'"),
            ({}, "takes 1 to 1 values"),
        ]:
            with pytest.raises(Impossible, match=because):
                await hand.submit(opened, fields)
        answer = await hand.submit(opened, note="8pm", spec="Holy")
        assert answer.content == "8pm, Holy"
        assert (await hand.submit(await hand.slash("go"), {"Spec": "Holy"})).content == "late, Holy"
        with pytest.raises(Impossible, match="opened no modal"):
            await hand.submit(answer, note="again")
    assert night.discord.violations == []


async def test_modal_cannot_answer_a_modal(night: Night):
    bot = bot_that(night, unanswered)
    async with night.discord.running(bot):
        hand = await synced(bot, night)
        interaction = night.discord.interactions.send(
            Sent.MODAL, "", hand.actor, hand.channel, {"custom_id": "x", "components": []}
        )
        route = discord.http.Route("POST", f"/interactions/{interaction.id}/{interaction.token}/callback")
        with night.discord.expect_refusal(50035), pytest.raises(discord.HTTPException):
            await bot.http.request(route, json={"type": 9, "data": {}})
        with night.discord.expect_refusal(50035), pytest.raises(discord.HTTPException):
            await bot.http.request(route, json={"type": 7, "data": {"content": "x"}})


async def test_message_edited_through_the_channel_settles_a_deferred_update(night: Night):
    class Draw(ui.View):
        @ui.button(label="Draw")
        async def draw(self, interaction: discord.Interaction, _: ui.Button[Any]) -> None:
            await interaction.response.defer()
            await interaction.channel.get_partial_message(interaction.message.id).edit(content="drawn")

    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("sheet", view=Draw())

    bot = bot_that(night, act)
    async with night.discord.running(bot):
        hand = await synced(bot, night)
        answer = await hand.click(await hand.slash("go"), "Draw")
        assert (answer.kind, answer.content) == ("update", "drawn")


async def test_clicks_in_flight_are_all_answered(night: Night):
    bot = bot_that(night, unanswered)
    bot.add_dynamic_items(SignUp)
    raiders = [night.discord.add_member(night.guild, f"Raider {number}") for number in range(64)]
    async with night.discord.running(bot):
        await bot.get_partial_messageable(night.raids.id).send("sheet", view=sheet())
        (message,) = night.discord.messages(night.raids)
        answers = await asyncio.gather(*(night.discord.hand(each).click(message, "Sign up") for each in raiders))
        assert {answer.content for answer in answers} == {"in raid 7"}
    assert len(night.discord.transcript.lines) == 128


async def test_transcript_reads_as_a_story(night: Night):
    bot = night.bot()
    bot.add_dynamic_items(SignUp)
    async with night.discord.running(bot):
        await bot.get_partial_messageable(night.raids.id).send("sheet", view=sheet())
        await night.discord.hand(night.arila).click(night.discord.messages(night.raids)[0], "Sign up")
    assert str(night.discord.transcript) == ("#1 Arila: [Sign up]\n#1   -> message: (only they see it) in raid 7")


async def test_interaction_carries_what_discord_sends(night: Night):
    seen: list[discord.Interaction] = []

    async def act(interaction: discord.Interaction) -> None:
        seen.append(interaction)
        await interaction.response.send_message("ok")

    night.discord.change_member(night.arila, nick="Arila of Night Watch")
    night.discord.overwrite(night.raids, {night.arila: (1 << 13, 1 << 14)})
    bot = bot_that(night, act)
    async with night.discord.running(bot):
        await (await synced(bot, night)).slash("go")
    (interaction,) = seen
    assert interaction.user.display_name == "Arila of Night Watch"
    assert interaction.permissions.manage_messages
    assert not interaction.permissions.embed_links
    assert interaction.app_permissions.manage_events
    assert (interaction.guild_id, interaction.channel_id) == (night.guild.id, night.raids.id)
    assert interaction.created_at == night.clock.now()
    assert (interaction.locale, interaction.guild_locale) == (discord.Locale.american_english,) * 2
    assert interaction.is_guild_integration()
    assert interaction.context.guild
