"""The loops that look after something every five minutes: they outlive what they stumble over, and end with the bot."""

import asyncio
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from raid_stage import SECOND, Stage

from bot.domain.health import Loop, LoopName
from bot.render import health_texts
from cogs.ticking import Ticking

BOTH = pytest.mark.parametrize(
    ("cog", "name"), [("AutoBook", LoopName.BOOKER), ("PlanUnplanned", LoopName.PLANNER)], ids=str
)


def ticking(stage: Stage, cog: str) -> Ticking:
    found = stage.local.bot.get_cog(cog)
    assert isinstance(found, Ticking)
    return found


async def note(stage: Stage) -> None:
    """Have it noted how the bot does, as happens every minute."""
    pulse: Any = stage.local.bot.get_cog("TakePulse")
    await pulse.tick()


@BOTH
async def test_a_loop_that_stumbles_goes_on_and_says_what_has_not_happened(
    stage: Stage, cog: str, name: LoopName, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    troubles = [RuntimeError("no"), None]

    async def stumble() -> None:
        if trouble := troubles.pop(0):
            raise trouble

    pulse = stage.local.bot.services.pulse
    monkeypatch.setattr(ticking(stage, cog), "_run_once", stumble)
    monkeypatch.setattr(pulse, "_last", {})
    await ticking(stage, cog).tick()
    assert [one.last for one in pulse.loops if one.name is name] == [None]
    assert "next attempt in 0:05:00" in caplog.text
    await ticking(stage, cog).tick()
    assert [one.last for one in pulse.loops if one.name is name] == [stage.local.clock.now()]


async def test_a_loop_that_ends_without_a_word_shows_in_what_is_noted_for_the_check(stage: Stage) -> None:
    bot, clock = stage.local.bot, stage.local.clock
    ticking(stage, "AutoBook").tick.cancel()
    clock.advance(timedelta(minutes=16))
    await ticking(stage, "PlanUnplanned").tick()
    await note(stage)
    async with bot.db.transaction() as tx:
        noted = health_texts.running(await tx.pulse.workers(), await tx.pulse.gateways(), clock.now())
    found = {one.text.partition(":")[0]: one for one in noted}
    assert found["Auto-booker"].mark == health_texts.TROUBLE
    assert "last came through 16 min ago, every 5 min it should" in found["Auto-booker"].text
    assert found["Raids written by hand"].text == "Raids written by hand: last came through just now"
    assert re.fullmatch(r"Discord, shard 0: answers in \d+ ms, measured just now", found["Discord, shard 0"].text)


async def test_the_queue_comes_through_though_it_is_never_done(stage: Stage) -> None:
    bot, clock = stage.local.bot, stage.local.clock
    await stage.set_up()
    with stage.local.discord.hold("POST", f"/channels/{stage.raids.id}/messages") as held:
        await stage.officer.slash("raid create", title="Heroic", when="fri 20:00")
        await held.waiting(timeout=10)
        for _ in range(5):
            before = worker(bot.services.pulse.loops).last
            async with asyncio.timeout(10):
                while worker(bot.services.pulse.loops).last == before:  # a minute from when it went to sleep
                    clock.advance(SECOND)
                    await asyncio.sleep(0.001)
    assert not worker(bot.services.pulse.loops).late(clock.now())


def worker(loops: Sequence[Loop]) -> Loop:
    [found] = [one for one in loops if one.name is LoopName.WORKER]
    return found


async def test_a_shard_that_is_not_connected_is_noted_so(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    bot = stage.local.bot
    [shard] = bot.shards.values()
    monkeypatch.setattr(type(shard), "is_closed", lambda _: True)  # the stand-in has no shard that stays away
    await note(stage)
    async with bot.db.transaction() as tx:
        [gateway] = await tx.pulse.gateways()
    assert gateway.latency is None
    [line, *_] = health_texts.running([], [gateway], stage.local.clock.now())
    assert (line.mark, line.text) == (
        health_texts.TROUBLE,
        "Discord, shard 0: not connected just now, measured just now",
    )


@BOTH
async def test_what_is_in_hand_is_finished_before_the_bot_goes(
    stage: Stage, cog: str, name: LoopName, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, answered, finished = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slowly() -> None:
        begun.set()
        await answered.wait()
        finished.set()

    loop = ticking(stage, cog)
    monkeypatch.setattr(loop, "_run_once", slowly)
    loop.tick.restart()
    async with asyncio.timeout(10):
        await begun.wait()
        going = asyncio.create_task(loop.cog_unload())
        await asyncio.sleep(0)
        assert not going.done()
        answered.set()
        await going
    assert finished.is_set()
