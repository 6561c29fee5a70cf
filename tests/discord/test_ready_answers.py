"""The answer to a click is made ready while the click is being committed: it leaves after that, or never."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from discord import ui
from raid_stage import CHANGE, Stage, below, reference

from bot.components import view_of
from bot.ready_answers import HeldBack, _body
from db.clicks import ClickRepository
from sandbox.discord.interactions import Callback
from sandbox.discord.world import Message

TENTATIVE = "You are down as **Tentative**"
CALLBACK = "/interactions/*/*/callback"


@pytest.fixture
async def sheet(stage: Stage) -> Message:
    """A sheet that the member is on the bench of, which the bot remembers."""
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    await stage.member.click(sheet, "Bench")
    return sheet


@asynccontextmanager
async def commit_waits(stage: Stage) -> AsyncIterator[None]:
    """What is written to any sheet waits meanwhile."""
    async with stage.local.db.transaction():
        await stage.local.db.execute("LOCK TABLE patt.raid_attendance IN SHARE MODE")
        yield


@pytest.fixture
def ready(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Set when an answer stands by."""
    ready, write = asyncio.Event(), HeldBack.write_with_length

    async def stands_by(self: HeldBack, *arguments: Any) -> None:
        ready.set()
        await write(self, *arguments)

    monkeypatch.setattr(HeldBack, "write_with_length", stands_by)
    return ready


async def standing_by(stage: Stage) -> int:
    """How many answers stand by when nothing is in hand any more."""
    await stage.local.settle()
    return sum(getattr(task.get_coro(), "__qualname__", "") == "_posted" for task in asyncio.all_tasks())


async def test_an_answer_stands_by_and_leaves_after_the_commit(
    stage: Stage, sheet: Message, ready: asyncio.Event
) -> None:
    async with commit_waits(stage):
        sent = await stage.member.click(sheet, "Tentative", wait=False)
        await ready.wait()
        await stage.officer.slash("raid list")  # Discord hears of this, and had heard of the answer
        assert sent.interaction.callback is None
    told = await stage.member.answer_to(sent)
    assert (told.kind, TENTATIVE in told.text, told.ephemeral) == ("message", True, True)
    assert len(told.messages) == 1
    assert stage.calls("POST", "/callback")[-1].body["data"]["allowed_mentions"] == {"parse": []}
    assert await standing_by(stage) == 0


async def test_an_answer_whose_commit_fails_never_leaves(stage: Stage, sheet: Message, ready: asyncio.Event) -> None:
    async with commit_waits(stage):
        sent = await stage.member.click(sheet, "Tentative", wait=False)
        await ready.wait()
        await stage.until("SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        await stage.local.db.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        )
        told = await stage.member.answer_to(sent)
    assert reference(told)
    assert len(told.messages) == 1
    assert await stage.value("SELECT status FROM patt.raid_attendance") == "bench"
    assert await standing_by(stage) == 0


async def test_while_a_commit_takes_long_the_member_sees_that_it_does(
    stage: Stage, sheet: Message, ready: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.answers.PATIENCE", 0.05)
    async with commit_waits(stage):
        sent = await stage.member.click(sheet, "Tentative", wait=False)
        await ready.wait()
        await sent.until(lambda seen: seen.interaction.callback is Callback.DEFER)
    told = await stage.member.answer_to(sent)
    assert (told.kind, TENTATIVE in told.text) == ("deferred", True)
    assert len(told.messages) == 1
    assert await standing_by(stage) == 0


async def test_an_answer_whose_connection_is_closed_while_it_stands_by_goes_by_another(
    stage: Stage, sheet: Message, ready: asyncio.Event, caplog: pytest.LogCaptureFixture
) -> None:
    async with commit_waits(stage):
        sent = await stage.member.click(sheet, "Tentative", wait=False)
        await ready.wait()
        stage.local.discord.hang_up()
        await stage.officer.slash("raid list")
    told = await stage.member.answer_to(sent)
    assert TENTATIVE in told.text
    assert len(told.messages) == 1
    assert caplog.messages == []


@pytest.mark.parametrize(("status", "code"), [(429, 0), (503, 0), (400, 50035), (403, 50013)])
async def test_what_discord_does_not_take_at_first_is_said_again(
    stage: Stage, sheet: Message, status: int, code: int
) -> None:
    stage.local.discord.fail("POST", CALLBACK, status, code)
    told = await stage.member.click(sheet, "Tentative")
    assert TENTATIVE in told.text
    assert below(told) == [CHANGE]
    assert len(told.messages) == 1


async def test_what_discord_took_without_saying_so_is_not_said_twice(stage: Stage, sheet: Message) -> None:
    stage.local.discord.lose_answer("POST", CALLBACK)
    with stage.local.discord.expect_refusal(40060):
        told = await stage.member.click(sheet, "Tentative")
        await stage.officer.slash("raid list")
    assert TENTATIVE in told.text
    assert len(told.messages) == 1


async def test_what_was_made_ready_on_an_old_memory_is_made_anew(stage: Stage, sheet: Message) -> None:
    await stage.member.click(sheet, "Sign up")
    await stage.sign_up(stage.officer, sheet)
    await stage.officer.click(sheet, "Bench")
    await stage.local.db.execute("UPDATE patt.raid_events SET total_limit = 1")
    told = await stage.officer.click(sheet, "Sign up")
    assert "queue" in told.text
    assert len(told.messages) == 1
    assert await standing_by(stage) == 0


async def test_what_is_drawn_after_its_click_has_failed_does_not_stand_by(
    stage: Stage, sheet: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(*_: object, **__: object) -> None:
        raise ValueError  # before the statement is on its way, as when a value cannot be sent

    monkeypatch.setattr(ClickRepository, "write", failing)
    assert reference(await stage.member.click(sheet, "Tentative"))
    assert await standing_by(stage) == 0


async def test_buttons_that_lost_an_emoji_are_not_sent_as_they_were() -> None:
    button: ui.Button[ui.View] = ui.Button(label="Go", emoji="<:gone:123456789012345678>")
    view = view_of(button)
    assert "gone" in _body("", view).decode()
    button.emoji = None
    assert "gone" not in _body("", view).decode()
