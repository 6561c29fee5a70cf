"""The local world itself: what its words promise the tests and the story."""

from datetime import timedelta

import pytest
from raid_stage import NOON, SECOND, Stage, fields

from sandbox.local import Local, NotSettled, running_bot

DUE = "SELECT count(*) FROM patt.scheduled_actions WHERE NOT dead AND wake_at <= $1"


async def test_the_bot_is_ready_and_knows_itself(local: Local) -> None:
    assert local.bot.is_ready()
    assert local.bot.user is not None
    assert local.bot.user.id == local.discord.bot_user.id


async def test_nothing_is_read_from_this_machines_environment(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "somebody-elses")
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/muster")
    assert local.settings.discord_token.get_secret_value() == local.discord.token
    async with running_bot(local.discord, local.settings, local.clock) as bot:
        assert bot.is_ready()


async def test_everything_stays_on_this_machine(local: Local) -> None:
    for address in (local.discord.url, local.raid_helper.base_url):
        assert address.startswith("http://127.0.0.1:")


async def test_the_clock_stands_until_it_is_turned(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.member.click(sheet, "Bench")
    await stage.local.settle()
    assert stage.local.clock.now() == NOON
    assert fields(sheet) == {}
    await stage.local.pass_time(SECOND)
    assert stage.local.clock.now() == NOON + SECOND
    assert list(fields(sheet)) == ["🪑 Bench (1)"]


async def test_settled_means_nothing_is_due(stage: Stage) -> None:
    for number in range(4):
        await stage.officer.slash("raid create", title=f"Raid {number}", when="fri 20:00")
    await stage.local.settle()
    assert await stage.value(DUE, stage.local.clock.now()) == 0
    assert len(stage.local.discord.messages(stage.raids)) == 4


async def test_what_does_not_settle_is_named(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.local.PATIENCE", 0.1)
    with stage.local.discord.hold("POST", f"/channels/{stage.raids.id}/messages") as hold:
        await stage.officer.slash("raid create", title="Heroic", when="fri 20:00")
        await hold.waiting()
        with pytest.raises(NotSettled):
            await stage.local.settle()
    monkeypatch.undo()
    await stage.local.settle()


async def test_booking_is_one_look_and_what_follows(stage: Stage) -> None:
    await stage.officer.slash("raid series add", title="Heroic", weekday="fri", time="20:00")
    await stage.local.settle()
    await stage.local.book()
    assert len(stage.local.discord.messages(stage.raids)) == 1
    await stage.local.pass_time(timedelta(days=2, hours=7, minutes=12))
    await stage.local.book()
    assert len(stage.local.discord.messages(stage.raids)) == 3


async def test_a_violation_fails_the_test(stage: Stage) -> None:
    with pytest.raises(AssertionError), stage.local.discord.expect_refusal(50007):
        pass
    sheet = await stage.raid()
    stage.raids.messages.pop(sheet.id)  # gone without a word, so that the bot still takes it to be there
    stage.raids.order.remove(sheet.id)
    await stage.officer.slash("raid cancel", event="Heroic", delete=True)
    await stage.redraw()
    assert [one.code for one in stage.local.discord.take_violations()] == [10008]
