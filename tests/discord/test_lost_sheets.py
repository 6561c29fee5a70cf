"""Sheets deleted by hand: noticed, asked about, and brought back or not by an officer's word."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from raid_stage import FRIDAY, SECOND, Stage, event_id, fields, is_refusal, messages

from sandbox.discord.world import Channel, Message
from sandbox.local import running_bot

REPOST, CANCEL = "Repost it", "Cancel the raid"
GONE = "SELECT discord_message_id IS NULL FROM patt.raid_events ORDER BY id DESC LIMIT 1"


@pytest.fixture
async def stage(stage: Stage) -> Stage:
    """The server with an officer channel."""
    await stage.set_up(officer_channel=stage.officers)
    return stage


@asynccontextmanager
async def restarted(stage: Stage) -> AsyncIterator[None]:
    await stage.local.bot.close()
    async with running_bot(stage.local.discord, stage.local.settings, stage.local.clock):
        yield


async def deleted(stage: Stage, sheet: Message) -> None:
    """A moderator deletes the sheet, and the bot has heard of it."""
    stage.local.discord.delete_message(sheet)
    await stage.until(GONE)
    await stage.local.settle()


def question(channel: Channel) -> Message:
    """The one message that asks."""
    [found] = [one for one in messages(channel) if one.components]
    return found


async def test_the_officers_are_asked_at_once_and_the_sheet_stays_away(stage: Stage) -> None:
    sheet = await stage.raid()
    await deleted(stage, sheet)
    assert "The sheet of **Heroic**" in question(stage.officers).content
    await stage.officer.slash("raid edit", event=str(event_id(sheet)), title="Mythic")
    await stage.redraw()
    assert (messages(stage.raids), len(messages(stage.officers)), stage.rung()) == ([], 1, False)


@pytest.mark.parametrize("restart", [False, True])
async def test_reposted_it_has_everybody_on_it_and_lives(stage: Stage, restart: bool) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    await deleted(stage, sheet)
    if restart:
        async with restarted(stage):
            await stage.officer.click(question(stage.officers), REPOST)
            await stage.local.settle()
    else:
        await stage.officer.click(question(stage.officers), REPOST)
        await stage.local.settle()
    [again] = messages(stage.raids)
    assert event_id(again) == event_id(sheet)
    assert "Mira" in "".join(fields(again).values())
    [asked] = messages(stage.officers)
    assert ("had it posted again" in asked.content, asked.components) == (True, [])


async def test_cancelled_it_stays_away(stage: Stage) -> None:
    await deleted(stage, await stage.raid())
    asked = question(stage.officers)
    await stage.officer.click(asked, CANCEL)
    await stage.redraw()
    assert (messages(stage.raids), await stage.value("SELECT status FROM patt.raid_events")) == ([], "CANCELLED")
    assert "its sheet stays deleted" in asked.content


@pytest.mark.parametrize("button", [REPOST, CANCEL])
async def test_it_is_decided_once_and_by_officers(stage: Stage, button: str) -> None:
    await deleted(stage, await stage.raid())
    asked = question(stage.officers)
    components = list(asked.components)
    assert is_refusal(await stage.member.click(asked, button))
    await stage.officer.click(asked, REPOST)
    await stage.local.settle()
    asked.components = components  # somebody's client still shows the buttons
    late = await stage.officer.click(asked, button)
    await stage.local.settle()
    assert "decided already" in late.text
    assert len(messages(stage.raids)) == 1


async def test_without_an_officer_channel_the_leader_is_asked_and_decides(new_server: Stage) -> None:
    stage = new_server
    await stage.set_up()
    await deleted(stage, await stage.raid())
    [asked] = stage.local.discord.dms(stage.officer.actor)
    await stage.local.discord.hand(stage.officer.actor.user, asked.channel).click(asked, REPOST)
    await stage.local.settle()
    assert len(messages(stage.raids)) == 1


async def test_a_purge_is_noticed_for_every_sheet(stage: Stage) -> None:
    sheets = [await stage.raid(title=title) for title in ("Heroic", "Mythic")]
    for sheet in sheets:
        stage.raids.messages.pop(sheet.id)
        stage.raids.order.remove(sheet.id)
    ids = [str(sheet.id) for sheet in sheets]
    body = {"ids": ids, "channel_id": str(stage.raids.id), "guild_id": str(stage.guild.id)}
    stage.local.discord.gateway.dispatch("MESSAGE_DELETE_BULK", body, stage.guild.id, 1 << 9)
    await stage.until("SELECT bool_and(discord_message_id IS NULL) FROM patt.raid_events")
    await stage.local.settle()
    assert len([one for one in messages(stage.officers) if one.components]) == 2


async def test_a_deletion_while_the_bot_was_away_is_noticed_by_the_next_edit(stage: Stage) -> None:
    sheet = await stage.raid()
    stage.raids.messages.pop(sheet.id)
    stage.raids.order.remove(sheet.id)
    await stage.officer.slash("raid edit", event=str(event_id(sheet)), title="Mythic")
    with stage.local.discord.expect_refusal(10008):
        await stage.redraw()
    await stage.local.settle()
    await stage.officer.click(question(stage.officers), REPOST)
    await stage.local.settle()
    assert [one.embeds[0]["title"] for one in messages(stage.raids)] == ["⚔️ Mythic"]


async def test_other_messages_and_sheets_of_raids_that_began_are_nobodys_question(stage: Stage) -> None:
    sheet = await stage.raid()
    stage.local.discord.delete_message(stage.member.say("hello"))
    await stage.local.pass_time(FRIDAY - stage.local.clock.now() + SECOND)
    await deleted(stage, sheet)
    assert messages(stage.officers) == []


async def test_a_sheet_whose_raid_is_cancelled_while_it_is_being_posted_goes(stage: Stage) -> None:
    path = f"/channels/{stage.raids.id}/messages"
    with stage.local.discord.hold("POST", path) as held:
        await stage.officer.slash("raid create", title="Heroic", when="fri 20:00")
        await held.waiting()
        await stage.officer.slash("raid cancel", event="Heroic", delete=True)
    await stage.local.settle()
    assert messages(stage.raids) == []
    assert len(stage.posts()) == 1


async def test_two_workers_that_both_hear_of_it_ask_once(stage: Stage) -> None:
    sheet = await stage.raid()
    async with running_bot(stage.local.discord, stage.local.settings, stage.local.clock):
        await deleted(stage, sheet)
        await stage.redraw()
    assert len([one for one in messages(stage.officers) if one.components]) == 1
