"""The sandbox's own promise: the story plays to its end, and a step that does not happen ends it."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox import story
from sandbox.clock import ManualClock
from sandbox.local import BOOKING_TICK, local_world

ROOT = Path(__file__).resolve().parents[2]


def test_make_sandbox_plays_the_night():
    command = [sys.executable, "-m", "sandbox", "--once"]
    played = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=55, check=False)
    assert played.returncode == 0, played.stderr
    assert played.stdout.count("Next week's raid has been posted!") == 2
    assert "30/30 (+5 in the queue)" in played.stdout
    assert "A seat opened: you are now in Heroic Wednesday" in played.stdout
    assert "Raid-Helper · " in played.stdout
    assert "You lead it: 30 of 30 come, 4 in the queue." in played.stdout
    assert "Under way" in played.stdout
    assert "The raid is over" in played.stdout
    assert "one press, because Muster remembers her" in played.stdout
    assert "Weeks three and four have booked themselves, too" in played.stdout
    assert "ERROR" not in played.stderr
    assert "Traceback" not in played.stderr


async def test_a_night_without_booking_is_no_success(dsn: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(story, "PATIENCE", 0.5)
    async with local_world(dsn, ManualClock(story.BEGINNING), auto_book_every=timedelta(hours=9)) as local:
        with pytest.raises(story.StepMissingError, match="not announced"):
            await story.play(local)


async def test_a_refusal_by_discord_is_no_success(dsn: str):
    async with local_world(dsn, ManualClock(story.BEGINNING), auto_book_every=BOOKING_TICK) as local:
        local.discord.fail("POST", "/channels/*/messages", 403, 50013, times=1)
        with pytest.raises(AssertionError):
            await story.play(local)


def test_the_sandbox_reads_nothing_of_this_machine():
    environment = {**os.environ, "DISCORD_TOKEN": "not-to-be-used", "DATABASE_URL": "postgresql://nowhere/none"}
    command = [sys.executable, "-m", "sandbox", "--once"]
    played = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=55, check=False)
    assert played.returncode == 0, played.stderr
