"""The loops that look after something every five minutes: they outlive what they stumble over, and end with the bot."""

import asyncio

import pytest
from raid_stage import Stage

from bot.domain.health import LoopName
from cogs.ticking import Ticking

BOTH = pytest.mark.parametrize(
    ("cog", "name"), [("AutoBook", LoopName.BOOKER), ("PlanUnplanned", LoopName.PLANNER)], ids=str
)


def ticking(stage: Stage, cog: str) -> Ticking:
    found = stage.local.bot.get_cog(cog)
    assert isinstance(found, Ticking)
    return found


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
