"""Discord's things go away: the bot's place in a server, channels, roles, messages, threads and people.

Each has an outcome: somebody is told once, nothing is tried for weeks, and nothing that people said is lost.
"""

from datetime import timedelta
from typing import Any

import pytest
from raid_stage import FRIDAY, Stage, event_id, fields, is_refusal, messages

from sandbox.discord.world import Member, Message
from sandbox.local import running_bot

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MISSING_ACCESS, UNKNOWN_CHANNEL, CLOSED_DM = 50001, 10003, 50007


@pytest.fixture
async def stage(stage: Stage) -> Stage:
    """The server with an officer channel."""
    await stage.set_up(officer_channel=stage.officers)
    return stage


async def edited(stage: Stage, sheet: Message, title: str = "Mythic") -> None:
    await stage.officer.slash("raid edit", event=str(event_id(sheet)), title=title)
    await stage.redraw()


async def later(stage: Stage, by: timedelta) -> None:
    await stage.local.pass_time(by)
    await stage.redraw()


def told(stage: Stage) -> list[str]:
    """What the officers read."""
    return [one.content for one in messages(stage.officers)]


async def given_up(stage: Stage) -> list[str]:
    """What the queue gave up, of how many attempts each."""
    rows = await stage.local.db.fetch("SELECT kind, attempts FROM patt.scheduled_actions WHERE dead ORDER BY kind")
    return [f"{row['kind']} {row['attempts']}" for row in rows]


# ---------------------------------------------------------------- the bot itself


async def test_removed_the_bot_tries_once_and_invited_again_it_goes_on(stage: Stage) -> None:
    sheet, discord = await stage.raid(), stage.local.discord
    await stage.sign_up(stage.member, sheet)
    await stage.redraw()
    discord.kick_bot(stage.guild)
    with discord.expect_refusal(MISSING_ACCESS):
        await later(stage, FRIDAY - stage.local.clock.now() - DAY)
        await later(stage, 2 * DAY)
    assert {one.rpartition(" ")[2] for one in await given_up(stage)} == {"1"}  # no attempt after the first
    calls = len(discord.calls)
    await later(stage, DAY)
    assert discord.calls[calls:] == []
    assert await stage.value("SELECT count(*) FROM patt.raid_attendance") == 1
    discord.invite_bot(stage.guild)
    assert "Again" in (await stage.raid(title="Again", when="fri 20:00")).embeds[0]["title"]


async def test_series_rest_where_the_bot_was_removed_and_go_on_when_it_is_back(stage: Stage) -> None:
    await stage.officer.slash("raid series add", title="Weekly", weekday="friday", time="20:00")
    await stage.local.settle()
    stage.local.discord.kick_bot(stage.guild)
    with stage.local.discord.expect_refusal(MISSING_ACCESS):
        await later(stage, FRIDAY - stage.local.clock.now() + 20 * MINUTE)
    await stage.local.book()
    raids = "SELECT count(*) FROM patt.raid_events"
    assert await stage.value(raids) == 1
    stage.local.discord.invite_bot(stage.guild)
    await stage.local.settle()
    await stage.local.book()
    assert await stage.value(raids) == 2


async def test_removed_or_invited_while_it_was_down_the_bot_knows_at_its_start(stage: Stage, night_off: Stage) -> None:
    await stage.officer.slash("raid series add", title="Weekly", weekday="friday", time="20:00")
    local, left = stage.local, "SELECT left_at IS NOT NULL FROM common.discord_config WHERE guild_discord_id = $1"
    await local.settle()
    await local.bot.close()
    local.discord.kick_bot(stage.guild)
    raids = "SELECT count(*) FROM patt.raid_events"
    with local.discord.expect_refusal(MISSING_ACCESS):  # what was to be done for this week's raid
        async with running_bot(local.discord, local.settings, local.clock) as bot:
            await stage.until(left, stage.guild.id)
            local.clock.set(FRIDAY + 12 * MINUTE)
            await local.settle()
            await bot.services.booker.run_once()
    assert await stage.value(raids) == 1
    local.discord.invite_bot(stage.guild)
    async with running_bot(local.discord, local.settings, local.clock) as bot:
        await stage.until(f"SELECT NOT ({left})", stage.guild.id)
        await bot.services.booker.run_once()
    assert await stage.value(raids) == 2
    assert not await stage.value(left, night_off.guild.id)


@pytest.mark.parametrize("comes", [True, False])
async def test_who_invites_or_removes_it_while_it_looks_around_is_not_overlooked(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, comes: bool
) -> None:
    discord, bot = stage.local.discord, stage.local.bot
    welcome: Any = bot.get_cog("Welcome")
    came_up, known = bot.services.servers.came_up, "SELECT (left_at IS NOT NULL) = $1 FROM common.discord_config"

    async def meanwhile(*found: Any) -> None:
        (discord.invite_bot if comes else discord.kick_bot)(stage.guild)
        await stage.until(known, not comes)
        await came_up(*found)

    if comes:
        discord.kick_bot(stage.guild)
        await stage.until(known, True)
    monkeypatch.setattr(bot.services.servers, "came_up", meanwhile)
    await welcome.on_ready()
    assert await stage.value(known, not comes)


# ---------------------------------------------------------------- channels and messages


async def test_a_deleted_channels_settings_go_with_it(stage: Stage) -> None:
    """Nobody could reset them: its officers would run the other channels' raids for good."""
    discord = stage.local.discord
    team, elsewhere = discord.add_role(stage.guild, "Team"), discord.add_text_channel(stage.guild, "elsewhere")
    tora = stage.joins("Tora", roles=[team])
    for setting, value in {"officer_roles": team.mention, "reminders": "5"}.items():
        await stage.owner.slash("settings channel", channel=elsewhere, setting=setting, value=value)
    await stage.owner.slash("settings channel", channel=stage.raids, setting="reminders", value="7")
    sheet = await stage.raid()
    assert "takes no more" in (await tora.slash("raid close", event=str(event_id(sheet)))).text
    discord.delete_channel(elsewhere)
    await stage.until("SELECT count(*) = 1 FROM common.settings WHERE scope = 'channel'")
    assert is_refusal(await tora.slash("raid reopen", event=str(event_id(sheet))))
    assert await stage.value("SELECT scope_id FROM common.settings WHERE scope = 'channel'") == stage.raids.id


async def gone_with_its_channel(stage: Stage) -> Message:
    """A sheet with one answer, of which an edit has noticed that its channel was deleted."""
    discord = stage.local.discord
    elsewhere = discord.add_text_channel(stage.guild, "elsewhere")
    sheet = await stage.raid(channel=elsewhere)
    await stage.sign_up(stage.member, sheet)
    await stage.redraw()
    discord.delete_channel(elsewhere)
    with discord.expect_refusal(UNKNOWN_CHANNEL):
        await edited(stage, sheet)
    return sheet


async def test_in_a_deleted_channel_a_raid_keeps_everybody_and_the_officers_are_asked_once(stage: Stage) -> None:
    sheet = await gone_with_its_channel(stage)
    await edited(stage, sheet, "Normal")
    await later(stage, HOUR)
    assert ["Shall it stand again?" in one for one in told(stage)] == [True]
    assert await stage.value("SELECT count(*) FROM patt.raid_attendance") == 1
    assert await given_up(stage) == []
    shown = await stage.member.slash("raid show", event=str(event_id(sheet)))
    assert "Mira" in "".join(one["value"] for one in shown.embeds[0]["fields"])


async def test_whoever_publishes_or_cancels_there_hears_what_helps_and_it_does(stage: Stage) -> None:
    sheet = await gone_with_its_channel(stage)
    event = str(event_id(sheet))
    panel = await stage.officer.slash("raid comp", event=event)
    refused = await stage.officer.click(panel, "Publish")
    assert "`/raid edit channel:` posts this raid in another" in refused.text
    await stage.officer.slash("raid edit", event=event, channel=stage.raids)
    await stage.local.settle()
    await stage.officer.click(panel, "Publish")
    await stage.local.settle()
    assert len(messages(stage.raids)) == 2
    stage.local.discord.delete_channel(stage.raids)
    cancelled = await stage.officer.slash("raid cancel", event=event)
    assert "is cancelled. It has no sheet that could say so." in cancelled.text


async def test_reposted_it_stands_in_the_raid_channel_when_its_own_was_deleted(stage: Stage) -> None:
    await gone_with_its_channel(stage)
    await stage.officer.in_channel(stage.officers).click(messages(stage.officers)[-1], "Repost it")
    await stage.local.settle()
    [posted] = messages(stage.raids)
    assert "Mira" in "".join(fields(posted).values())
    await edited(stage, posted, "Normal")
    assert "Normal" in posted.embeds[0]["title"]


async def test_without_the_officer_channel_the_leader_is_asked(stage: Stage) -> None:
    sheet, discord = await stage.raid(), stage.local.discord
    discord.delete_channel(stage.officers)
    with discord.expect_refusal(UNKNOWN_CHANNEL):
        discord.delete_message(sheet)
        await stage.until("SELECT discord_message_id IS NULL FROM patt.raid_events")
        await stage.local.settle()
    [asked] = discord.dms(stage.officer.actor)
    assert "The sheet of **Heroic**" in asked.content


async def test_without_its_thread_what_is_said_stands_in_the_channel(stage: Stage) -> None:
    await stage.owner.slash("settings server", setting="thread", value="on")
    sheet = await stage.raid()
    [thread] = [one for one in stage.guild.channels.values() if one.is_thread]
    stage.local.discord.delete_channel(thread)
    await stage.until("SELECT discord_thread_id IS NULL FROM patt.raid_events")
    await stage.officer.slash("raid announce", event=str(event_id(sheet)), message="Bring flasks")
    await stage.local.settle()
    assert "Bring flasks" in messages(stage.raids)[-1].content


# ---------------------------------------------------------------- roles and people


async def test_a_deleted_officer_role_lets_nobody_in_and_the_setup_says_so(stage: Stage) -> None:
    sheet = await stage.raid()
    stage.local.discord.delete_role(stage.guild, stage.officer_role)
    answer = await stage.officer.slash("raid close", event=str(event_id(sheet)))
    assert is_refusal(answer)
    assert "for officers" in answer.text
    assert "role" in (await stage.owner.slash("raid setup", officer_channel=stage.officers)).text
    assert "officer_roles: **⚠️ a deleted role** (server)" in str((await stage.owner.slash("settings show")).embeds)


async def test_whoever_left_keeps_their_seat_and_nobody_hears_of_it(stage: Stage) -> None:
    sheet, discord = await stage.raid(), stage.local.discord
    await stage.sign_up(stage.member, sheet)
    await stage.redraw()
    assert isinstance(stage.member.actor, Member)
    discord.remove_member(stage.member.actor)
    await stage.officer.slash("raid move", event=str(event_id(sheet)), when="fri 21:00")
    await later(stage, MINUTE)
    assert "Mira" in "".join(fields(sheet).values())
    assert await given_up(stage) == []
    assert told(stage) == []
    await stage.officer.slash("raid remove", event=str(event_id(sheet)), member="Mira")
    with discord.expect_refusal(CLOSED_DM):
        await stage.redraw()
    assert "Mira" not in "".join(fields(sheet).values())
