"""Reminders and other news as members read them: by direct message, by name in the channel, with their buttons."""

from datetime import timedelta

import pytest
from raid_stage import FRIDAY, Stage, messages

from sandbox.discord.hand import Hand
from sandbox.discord.permissions import BOT_BY_DEFAULT, Permission
from sandbox.discord.world import Message

HOUR = timedelta(hours=1)
SERVER = "📍 **Night Watch**\n"


async def at(stage: Stage, moment) -> None:
    """That moment, and the seconds after it in which everybody is told."""
    stage.local.clock.set(moment)
    await stage.local.settle()
    for _ in range(8):
        await stage.local.pass_time(timedelta(seconds=6))


def direct(stage: Stage, hand: Hand) -> list[str]:
    return [one.content for one in stage.local.discord.dms(hand.actor)]


def dead(sheet: Message) -> bool:
    return all(button["disabled"] for row in sheet.components for button in row["components"])


async def test_an_hour_before_the_raid_whoever_comes_is_reminded(stage: Stage) -> None:
    sheet = await stage.raid(limit=1)
    second = stage.joins("Bo")
    await stage.sign_up(stage.member, sheet)
    await stage.sign_up(second, sheet)
    await at(stage, FRIDAY - HOUR)
    [seat], [queued] = direct(stage, stage.member), direct(stage, second)
    warning, leader = direct(stage, stage.officer)
    assert "is short" in warning  # a day before: there is no officer channel
    assert seat.startswith(f"{SERVER}⏰ **Heroic** starts <t:{int(FRIDAY.timestamp())}:R>")
    assert "You are in as **Holy Paladin**" in seat
    assert "in the **queue** at place 1" in queued
    assert "👑 You lead it: 1 of 1 come, 1 in the queue." in leader
    assert all("`/me reminders` changes how you are reminded" in text for text in (seat, queued, leader))
    assert not stage.rung()


async def test_all_whose_messages_are_closed_are_named_in_one_message_that_rings_them_alone(stage: Stage) -> None:
    sheet = await stage.raid()
    closed = [stage.joins(name, dms_open=False) for name in ("Bo", "Cassia")]
    for hand in (stage.member, *closed):
        await stage.sign_up(hand, sheet)
    before = len(messages(stage.raids))
    with stage.local.discord.expect_refusal(50007):
        await at(stage, FRIDAY - HOUR)
    [named] = messages(stage.raids)[before:]
    assert all(f"<@{hand.actor.id}>" in named.content for hand in closed)
    assert set(stage.local.discord.pings(named).users) == {hand.actor.id for hand in closed}
    assert len(direct(stage, stage.member)) == 1


async def test_where_the_thread_was_locked_they_are_named_in_the_channel(stage: Stage) -> None:
    await stage.owner.slash("settings server", setting="thread", value="on")
    sheet = await stage.raid()
    closed = stage.joins("Bo", dms_open=False)
    await stage.sign_up(closed, sheet)
    [thread] = [one for one in stage.guild.channels.values() if one.is_thread]
    stage.local.discord.allow_bot(stage.guild, BOT_BY_DEFAULT & ~Permission.MANAGE_THREADS)
    thread.archived = thread.locked = True
    before = len(messages(stage.raids))
    with stage.local.discord.expect_refusal(50007), stage.local.discord.expect_refusal(50013):
        await at(stage, FRIDAY - HOUR)
    [named] = messages(stage.raids)[before:]
    assert set(stage.local.discord.pings(named).users) == {closed.actor.id}
    assert messages(thread) == []


@pytest.mark.parametrize(
    ("button", "answer", "status"), [("Still coming", "you stay", "accepted"), ("Can't", "not counted in", "absence")]
)
async def test_after_a_move_members_say_by_direct_message_whether_they_still_come(
    stage: Stage, button: str, answer: str, status: str
) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    await stage.officer.slash("raid move", event="Heroic", when="sat 20:00")
    await stage.local.pass_time(timedelta(seconds=2))
    channel = stage.local.discord.dm_channel(stage.member.actor.user)
    [asked] = messages(channel)
    assert asked.content.startswith(f"{SERVER}📅 **Heroic** was moved")
    said = await stage.local.discord.hand(stage.member.actor.user, channel).click(asked, button)
    assert answer in said.text
    assert await stage.value("SELECT status FROM patt.raid_attendance") == status


async def test_a_cancelled_raid_is_told_with_its_reason(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    await stage.officer.slash("raid cancel", event="Heroic", reason="no tanks")
    await stage.local.pass_time(timedelta(seconds=2))
    [text] = direct(stage, stage.member)
    assert text.startswith(f"{SERVER}❌ **Heroic**")
    assert "no tanks" in text


async def test_from_the_start_on_the_sheet_is_dead_and_says_so(stage: Stage) -> None:
    sheet = await stage.raid(duration="2h")
    await at(stage, FRIDAY)
    assert "▶️ **Under way**" in sheet.embeds[0]["description"]
    assert dead(sheet)
    await at(stage, FRIDAY + 2 * HOUR)
    assert "🏁 **Over**" in sheet.embeds[0]["description"]


async def test_a_member_chooses_how_they_are_reminded(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    usual = await stage.member.slash("me reminders")
    assert "by direct message (as the server does)" in usual.text
    assert "1 h, 15 min" in usual.text
    own = await stage.member.slash("me reminders", by="off", before=30, quiet="22:00-08:00")
    assert "reminded not at all" in own.text
    assert "30 min before the start" in own.text
    assert "22:00-08:00" in own.text
    refused = await stage.member.slash("me reminders", quiet="at night")
    assert "Type when it is quiet" in refused.text
    await at(stage, FRIDAY - HOUR)
    assert direct(stage, stage.member) == []


async def test_an_officer_reminds_now_and_members_may_not(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    assert "That is for officers" in (await stage.member.slash("raid remind", event="Heroic")).text
    assert "is reminded now" in (await stage.officer.slash("raid remind", event="Heroic")).text
    await stage.local.pass_time(timedelta(seconds=2))
    assert len(direct(stage, stage.member)) == 1
    assert "less than ten minutes ago" in (await stage.officer.slash("raid remind", event="Heroic")).text


async def test_an_officer_sees_who_has_not_answered_and_has_them_told(stage: Stage) -> None:
    second = stage.joins("Bo")
    other = await stage.raid(title="Mythic", when="sun 20:00")
    for hand in (stage.member, second):
        await stage.sign_up(hand, other)
    sheet = await stage.raid()
    await second.click(sheet, "Absence")
    listed = await stage.officer.slash("raid unsigned", event="Heroic")
    assert "1 have not answered" in listed.text
    assert "Mira" in listed.text
    assert "Bo" not in listed.text
    assert "active player" in listed.text
    await stage.officer.slash("raid unsigned", event="Heroic", ping=True)
    await stage.local.pass_time(timedelta(seconds=2))
    [text] = direct(stage, stage.member)
    assert "you have not answered yet" in text
    assert "You get this because you are expected there" in text
    assert "`/me reminders by:off` stops it" in text


async def test_whoever_left_is_not_expected_and_keeps_their_name_on_the_sheets(stage: Stage) -> None:
    bo = stage.joins("Bo")
    other = await stage.raid(title="Mythic", when="sun 20:00")
    for hand in (stage.member, bo):
        await stage.sign_up(hand, other)
    await stage.raid()
    discord, member = stage.local.discord, stage.guild.members[bo.actor.id]
    discord.remove_member(member)
    assert "Bo" not in (await stage.officer.slash("raid unsigned", event="Heroic")).text
    await stage.officer.slash("raid edit", event="Mythic", description="Bring food")
    await stage.redraw()
    assert "Bo" in str(other.embeds)
    discord.add_member(stage.guild, member.user)
    listed = await stage.officer.slash("raid unsigned", event="Heroic")
    assert "2 have not answered" in listed.text
    assert "Bo" in listed.text


async def test_a_raids_own_reminders_are_typed_and_shown(stage: Stage) -> None:
    sheet = await stage.raid(reminders="2h, 10")
    changed = await stage.officer.slash("raid edit", event="Heroic", reminders="none")
    assert "Reminders: none" in changed.text
    refused = await stage.officer.slash("raid edit", event="Heroic", reminders="soon")
    assert "I cannot read those reminder times" in refused.text
    await stage.sign_up(stage.member, sheet)
    await at(stage, FRIDAY - timedelta(minutes=10))
    assert direct(stage, stage.member) == []
