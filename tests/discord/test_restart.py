"""A second process on the first one's database, after it and beside it; and a database that is slow or away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from raid_stage import SECOND, Stage, event_id, fields

from bot.client import MusterBot
from sandbox.discord.interactions import Callback
from sandbox.discord.words import walk
from sandbox.discord.world import Message
from sandbox.local import running_bot

ANSWERED_ALREADY = 40060


@asynccontextmanager
async def another_bot(stage: Stage) -> AsyncIterator[MusterBot]:
    async with running_bot(stage.local.discord, stage.local.settings, stage.local.clock) as bot:
        yield bot


@asynccontextmanager
async def restarted(stage: Stage) -> AsyncIterator[MusterBot]:
    """The first process is gone, with everything it had in memory; another one takes its place."""
    await stage.local.bot.close()
    async with another_bot(stage) as bot:
        yield bot


# ---------------------------------------------------------------- after a restart


async def test_every_button_of_an_old_sheet_answers(stage: Stage) -> None:
    sheet = await stage.raid()
    async with restarted(stage):
        for button in ("Tentative", "Bench", "Absence"):
            assert (await stage.member.click(sheet, button)).ephemeral
        for button in ("Sign up", "Late"):
            assert "which class" in (await stage.member.click(sheet, button)).text
        assert "Absence" in (await stage.member.click(sheet, "My sign-up")).text
        await stage.redraw()
    assert list(fields(sheet)) == ["🚫 Absence (1)"]


async def test_selects_opened_before_answer_after(stage: Stage) -> None:
    sheet = await stage.raid()
    asked = await stage.member.click(sheet, "Sign up")
    async with restarted(stage):
        chosen = await stage.member.select(asked, ["Paladin"])
    async with another_bot(stage):
        told = await stage.member.select(chosen, ["Holy"])
    assert "You are in as **Holy Paladin**, #1." in told.text


async def test_what_stood_below_an_own_sign_up_answers(stage: Stage) -> None:
    sheet = await stage.raid()
    signed = await stage.sign_up(stage.member, sheet)
    mine = await stage.member.click(sheet, "My sign-up")
    async with restarted(stage):
        assert "which class" in (await stage.member.click(signed, "Change class or spec")).text
        assert "is gone" in (await stage.member.click(mine, "Withdraw")).text


async def test_commands_go_on_with_what_was_stored(stage: Stage) -> None:
    sheet = await stage.raid()
    async with restarted(stage):
        assert f"`{event_id(sheet)}`" in (await stage.member.slash("raid list")).text
        assert "is cancelled" in (await stage.officer.slash("raid cancel", event="Heroic")).text
        await stage.redraw()
    assert "CANCELLED" in sheet.embeds[0]["title"]


async def test_what_was_due_meanwhile_is_done_at_the_start(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    await stage.local.bot.close()
    stage.local.clock.advance(SECOND)
    assert fields(sheet) == {}
    async with another_bot(stage):
        await stage.local.settle()
    assert list(fields(sheet)) == ["💚 Healers (1)"]


async def test_a_start_touches_no_sheet_and_asks_for_nothing(stage: Stage) -> None:
    for number in range(3):
        await stage.raid(title=f"Raid {number}")
    before = len(stage.local.discord.calls)
    async with restarted(stage):
        await stage.local.settle()
    started = [f"{call.method} {call.path}" for call in stage.local.discord.calls[before:]]
    assert not [call for call in started if "/channels/" in call or "/guilds/" in call or "/commands" in call]


# ---------------------------------------------------------------- two at once


async def test_two_bots_share_the_clicks_and_edit_once(stage: Stage) -> None:
    sheet = await stage.raid()
    hands = [stage.joins(f"Raider{number}") for number in range(12)]
    gateway = stage.local.discord.gateway
    async with another_bot(stage):
        sent = []
        for number, hand in enumerate(hands):
            gateway.interactions_to = list(gateway.sessions.values())[number % 2]
            sent.append(await hand.click(sheet, "Bench", wait=False))
        for one in sent:
            await one.hand.answer_to(one)
        await stage.redraw()
    assert "🪑 Bench (12)" in fields(sheet)
    assert await stage.value("SELECT count(*) FROM patt.raid_attendance") == 12
    assert len(stage.calls("PATCH", f"/messages/{sheet.id}")) == 1


async def test_two_bots_post_one_sheet_and_tell_once(stage: Stage) -> None:
    async with another_bot(stage):
        sheet = await stage.raid(limit=1)
        await stage.sign_up(stage.member, sheet)
        bo = stage.joins("Bo")
        await stage.sign_up(bo, sheet)
        await stage.member.click(sheet, "Absence")
        await stage.redraw()
    assert len(stage.posts()) == 1
    assert len(stage.local.discord.dms(bo.actor)) == 1


async def test_a_click_that_reaches_both_counts_once(stage: Stage) -> None:
    sheet = await stage.raid()
    discord = stage.local.discord
    async with another_bot(stage):
        discord.gateway.interactions_to = "all"
        with discord.expect_refusal(ANSWERED_ALREADY):
            told = await stage.member.click(sheet, "Bench")
            await discord.until(lambda: any(one.code == ANSWERED_ALREADY for one in discord.violations))
        discord.gateway.interactions_to = "newest"
        await stage.redraw()
        discord.take_violations()  # the slower bot's second try may still come
    assert "on the **bench**" in told.text
    assert list(fields(sheet)) == ["🪑 Bench (1)"]
    assert len(stage.calls("PATCH", f"/messages/{sheet.id}")) == 1


async def test_a_command_that_reaches_both_is_done_once(stage: Stage) -> None:
    gateway = stage.local.discord.gateway
    async with another_bot(stage):
        gateway.interactions_to = "all"
        told = await stage.officer.slash("raid create", title="Heroic", when="fri 20:00")
        again = await stage.officer.slash("raid create", title="Mythic", when="sat 20:00")
        gateway.interactions_to = "newest"
        await stage.local.settle()
    assert ("**Heroic** is planned" in told.text, "**Mythic** is planned" in again.text) == (True, True)
    assert await stage.value("SELECT count(*) FROM patt.raid_events") == 2
    assert len(stage.posts()) == 2


# ---------------------------------------------------------------- a slow database


@asynccontextmanager
async def held(stage: Stage, sheet: Message, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """An officer holds the raid and its sheet, and the bot waits a twentieth of a second instead of two."""
    monkeypatch.setattr("bot.answers.PATIENCE", 0.05)
    rows = "patt.raid_events JOIN patt.sheet_versions ON event_id = id"
    async with stage.local.db.transaction():
        await stage.value(f"SELECT 1 FROM {rows} WHERE id = $1 FOR NO KEY UPDATE", event_id(sheet))  # noqa: S608
        yield


async def test_a_slow_click_is_deferred_and_then_answered(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = await stage.raid()
    async with held(stage, sheet, monkeypatch):
        sent = await stage.member.click(sheet, "Bench", wait=False)
        await sent.until(lambda seen: seen.interaction.callback is Callback.DEFER)
        assert sent.message.loading
    told = await stage.member.answer_to(sent)
    assert told.kind == "deferred"
    assert told.ephemeral
    assert "on the **bench**" in told.text
    assert len(told.messages) == 1


async def test_a_slow_choice_keeps_its_message(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = await stage.raid()
    asked = await stage.member.click(sheet, "Sign up")
    chosen = await stage.member.select(asked, ["Paladin"])
    async with held(stage, sheet, monkeypatch):
        sent = await stage.member.select(chosen, ["Holy"], wait=False)
        await sent.until(lambda seen: seen.interaction.callback is Callback.DEFER_UPDATE)
        assert "Choose your Paladin spec" in [one.get("placeholder") for one in walk(asked.message.components)]
    told = await stage.member.answer_to(sent)
    assert told.message is asked.message
    assert "You are in as **Holy Paladin**, #1." in told.text


async def test_a_slow_refusal_is_told_too(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = await stage.raid()
    async with held(stage, sheet, monkeypatch):
        sent = await stage.member.click(sheet, "Bench", wait=False)
        await sent.until(lambda seen: seen.interaction.callback is Callback.DEFER)
        await stage.local.db.execute("UPDATE patt.raid_events SET closed = TRUE")
    told = await stage.member.answer_to(sent)
    assert told.ephemeral
    assert "This sheet is closed" in told.text


async def test_a_slow_command_is_deferred_and_then_answered(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = await stage.raid()
    async with held(stage, sheet, monkeypatch):
        sent = await stage.officer.slash("raid cancel", event=str(event_id(sheet)), wait=False)
        await sent.until(lambda seen: seen.interaction.callback is Callback.DEFER)
    told = await stage.officer.answer_to(sent)
    assert told.ephemeral
    assert "is cancelled" in told.text


async def test_the_others_are_not_kept_waiting(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet, other = await stage.raid(title="One"), await stage.raid(title="Two")
    async with held(stage, sheet, monkeypatch):
        sent = await stage.member.click(sheet, "Bench", wait=False)
        told = await stage.joins("Bo").click(other, "Bench")
        assert "on the **bench**" in told.text
        assert not sent.interaction.settled.is_set()
    await stage.member.answer_to(sent)


async def test_a_lost_connection_to_discord_is_taken_up_again(stage: Stage) -> None:
    sheet = await stage.raid()
    resumed = asyncio.ensure_future(stage.local.bot.wait_for("shard_resumed", timeout=10))
    await asyncio.sleep(0)
    await stage.local.discord.drop_gateway()
    await resumed
    assert "on the **bench**" in (await stage.member.click(sheet, "Bench")).text


# ---------------------------------------------------------------- what a worker does beside its work


async def test_a_bot_that_starts_forgets_what_was_done_long_ago(stage: Stage) -> None:
    insert = """
        INSERT INTO patt.action_log (id, guild_discord_id, kind, due_at, done_at, attempts, outcome)
        VALUES (-1, 1, 'sheet.refresh', $1, $1, 1, 'drawn')
    """
    await stage.local.db.execute(insert, stage.local.clock.now() - timedelta(days=91))
    async with another_bot(stage):
        await stage.until("SELECT NOT EXISTS (SELECT FROM patt.action_log WHERE id = -1)")
