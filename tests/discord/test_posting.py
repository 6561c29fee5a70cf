"""When and how a sheet appears, whom it rings, and what officers say about a raid out loud."""

from datetime import timedelta
from typing import Any

import pytest
from raid_stage import FRIDAY, SECOND, Stage, is_refusal, messages

from bot.domain.setting import SERVER, Setting
from bot.domain.settings import MENTION_ROLES, THREAD
from sandbox.discord.world import Message

SUNDAY_EVENING = FRIDAY + timedelta(days=2, hours=-2)


async def switch(stage: Stage, setting: Setting[Any], value: Any = True) -> None:
    """Set a setting for the whole server."""
    async with stage.local.bot.db.transaction() as tx:
        await tx.settings.put(stage.guild.id, SERVER, {setting.name: setting.kind.dump(value)})


async def plan(stage: Stage, **options: Any) -> str:
    """`/raid create` for a Wednesday, to be posted on the Sunday before; what the officer reads."""
    usual = {"title": "Heroic", "when": "2026-12-02 20:00", "post_at": "sun 18:00"}
    answer = await stage.officer.slash("raid create", **(usual | options))
    await stage.local.settle()
    return answer.text


async def at(stage: Stage, moment: Any) -> None:
    await stage.local.pass_time(moment - stage.local.clock.now())
    await stage.local.settle()


# ---------------------------------------------------------------- posted later


async def test_a_sheet_appears_at_its_time_and_is_listed_till_then(stage: Stage) -> None:
    stamp = f"<t:{int(SUNDAY_EVENING.timestamp())}:f>"
    assert stamp in await plan(stage)
    assert f"posted {stamp}" in (await stage.officer.slash("raid list")).text
    await at(stage, SUNDAY_EVENING - SECOND)
    assert messages(stage.raids) == []
    await at(stage, SUNDAY_EVENING)
    assert [one.embeds[0]["title"] for one in messages(stage.raids)] == ["⚔️ Heroic"]
    assert "posted" not in (await stage.officer.slash("raid list")).text


async def test_until_then_it_can_be_changed(stage: Stage) -> None:
    await plan(stage)
    await stage.officer.slash("raid edit", event="Heroic", title="Mythic")
    await stage.officer.slash("raid add", event="Mythic", name="Gunther", status="Tentative")
    await stage.redraw()
    assert messages(stage.raids) == []
    await at(stage, SUNDAY_EVENING)
    assert [one.embeds[0]["title"] for one in messages(stage.raids)] == ["⚔️ Mythic"]


@pytest.mark.parametrize("delete", [False, True])
async def test_cancelled_before_it_never_appears_unless_that_is_taken_back(stage: Stage, delete: bool) -> None:
    await plan(stage)
    cancelled = await stage.officer.slash("raid cancel", event="Heroic", delete=delete)
    await stage.redraw()
    await stage.officer.click(cancelled, "Undo")
    await stage.redraw()
    assert messages(stage.raids) == []
    await stage.officer.slash("raid cancel", event="Heroic", delete=delete)
    await at(stage, SUNDAY_EVENING)
    assert messages(stage.raids) == []


async def test_a_raid_moved_before_that_time_appears_at_once(stage: Stage) -> None:
    await plan(stage)
    await stage.officer.slash("raid move", event="Heroic", when="sat 20:00")
    await stage.redraw()
    assert len(messages(stage.raids)) == 1
    await at(stage, SUNDAY_EVENING)
    assert len(messages(stage.raids)) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"post_at": "2026-12-02 20:00"}, "before the raid starts"),
        ({"post_at": "2026-12-03 20:00"}, "before the raid starts"),
        ({"deadline": "5d"}, "after its deadline"),
        ({"post_at": "2020-01-01 20:00"}, ""),
        ({"post_at": "gibberish"}, ""),
        ({"repeat": "weekly"}, "Leave out either"),
    ],
)
async def test_a_time_that_makes_no_sense_is_refused(stage: Stage, options: dict[str, str], said: str) -> None:
    before = await stage.rows()
    usual = {"title": "Heroic", "when": "2026-12-02 20:00", "post_at": "sun 18:00"}
    answer = await stage.officer.slash("raid create", **(usual | options))
    assert is_refusal(answer)
    assert said in answer.text
    assert await stage.rows() == before


# ---------------------------------------------------------------- whom a sheet rings


async def test_only_the_roles_of_the_setting_are_rung_and_only_once(stage: Stage) -> None:
    raiders = stage.local.discord.add_role(stage.guild, "Raider")
    stage.local.discord.change_member(stage.member.actor, roles=[raiders])
    await switch(stage, MENTION_ROLES, (raiders.id,))
    sheet = await stage.raid(description="@everyone")
    assert (sheet.content, sheet.pings.roles, sheet.pings.who) == (
        raiders.mention,
        frozenset({raiders.id}),
        frozenset({stage.member.actor.id}),
    )
    assert not sheet.pings.everyone
    stage.local.discord.delete_message(sheet)
    await stage.until("SELECT discord_message_id IS NULL FROM patt.raid_events")
    await stage.local.settle()
    [asked] = stage.local.discord.dms(stage.officer.actor)
    await stage.local.discord.hand(stage.officer.actor.user, asked.channel).click(asked, "Repost it")
    await stage.local.settle()
    [again] = messages(stage.raids)
    assert (again.content, bool(again.pings)) == ("", False)


# ---------------------------------------------------------------- /raid announce


async def announced(stage: Stage, text: str = "Bring flasks!", **options: Any) -> tuple[str, list[Message]]:
    """What the officer reads, and every message of that raid's channel and thread but the sheet."""
    answer = await stage.officer.slash("raid announce", event="Heroic", message=text, **options)
    await stage.local.settle()
    channels = [stage.raids, *(each for each in stage.guild.channels.values() if each.is_thread)]
    return answer.text, [one for channel in channels for one in messages(channel) if not one.embeds]


async def test_what_is_said_stands_in_the_channel_and_rings_nobody(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    told, [said] = await announced(stage, "@everyone bring flasks!")
    assert ("nobody is pinged" in told, "bring flasks!" in said.content, bool(said.pings)) == (True, True, False)
    assert said.channel is stage.raids


async def test_it_stands_in_the_thread_and_rings_those_with_a_seat_when_asked(stage: Stage) -> None:
    await switch(stage, THREAD)
    sheet = await stage.raid(limit=1)
    await stage.sign_up(stage.member, sheet)
    await stage.sign_up(stage.joins("Queued"), sheet)
    _, [said] = await announced(stage, ping=True)
    assert (said.channel.is_thread, said.pings.who) == (True, frozenset({stage.member.actor.id}))
    assert not said.pings.everyone


async def test_members_may_not_and_too_long_is_refused(stage: Stage) -> None:
    await stage.raid()
    assert is_refusal(await stage.member.slash("raid announce", event="Heroic", message="hi"))
    told, said = await announced(stage, "x" * 1501)
    assert ("1500 characters" in told, said) == (True, [])
