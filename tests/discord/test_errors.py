"""Breakage: whatever fails, whoever typed or pressed reads a sentence, and the log has what they were told."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from urllib.parse import urlsplit, urlunsplit

import discord.http
import discord.webhook.async_
import pytest
from raid_stage import SECOND, Stage, event_id, fields, is_refusal, reference

from db.pool import connect
from sandbox.discord.answer import Answer
from sandbox.discord.world import Message

Act = Callable[[Stage, Message], Awaitable[Answer]]

ACTS: dict[str, Act] = {
    "create": lambda stage, _: stage.officer.slash("raid create", title="Heroic", when="fri 20:00"),
    "list": lambda stage, _: stage.officer.slash("raid list"),
    "cancel": lambda stage, sheet: stage.officer.slash("raid cancel", event=str(event_id(sheet))),
    "series add": lambda stage, _: stage.officer.slash("raid series add", title="X", weekday="fri", time="20:00"),
    "setup": lambda stage, _: stage.owner.slash("raid setup", timezone="Europe/Paris"),
    "disconnect": lambda stage, _: stage.owner.slash("raidhelper disconnect"),
    "Sign up": lambda stage, sheet: stage.member.click(sheet, "Sign up"),
    "Bench": lambda stage, sheet: stage.member.click(sheet, "Bench"),
    "My sign-up": lambda stage, sheet: stage.member.click(sheet, "My sign-up"),
}


@pytest.fixture
def library_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """discord.py repeats a request after a 500 when a real second or more has passed; here at once."""

    async def at_once(_seconds: float, result: object = None) -> object:
        await asyncio.sleep(0)
        return result

    hasty = SimpleNamespace(**{**vars(asyncio), "sleep": at_once})
    monkeypatch.setattr(discord.http, "asyncio", hasty)
    monkeypatch.setattr(discord.webhook.async_, "asyncio", hasty)


def traced(caplog: pytest.LogCaptureFixture, said: str) -> bool:
    """Whether the log has an error with that reference and a trace."""
    return any(said in one.getMessage() and one.exc_info for one in caplog.records if one.levelno == logging.ERROR)


# ---------------------------------------------------------------- the database


@pytest.mark.parametrize("act", ACTS)
async def test_an_unexpected_error_shows_a_reference_that_the_log_has(
    stage: Stage, caplog: pytest.LogCaptureFixture, act: str
) -> None:
    sheet = await stage.raid()
    for table in ("patt.raid_events", "common.discord_config"):
        await stage.local.db.execute(f"ALTER TABLE {table} RENAME TO elsewhere")
    answer = await ACTS[act](stage, sheet)
    assert traced(caplog, reference(answer))
    assert "elsewhere" not in answer.text
    assert "Error" not in answer.text  # no class names, no exception texts


@pytest.mark.parametrize("step", ["class", "spec", "Change class or spec", "Withdraw"])
async def test_what_breaks_below_an_own_message_is_told_beside_it(
    stage: Stage, caplog: pytest.LogCaptureFixture, step: str
) -> None:
    sheet = await stage.raid()
    answer = await stage.member.click(sheet, "Sign up")
    if step != "class":
        answer = await stage.member.select(answer, ["Paladin"])
    if step not in ("class", "spec"):
        answer = await stage.member.select(answer, ["Holy"])
    if step == "Withdraw":
        answer = await stage.member.click(sheet, "My sign-up")
    await stage.local.db.execute("ALTER TABLE patt.raid_attendance RENAME TO elsewhere")
    picks = {"class": "Paladin", "spec": "Holy"}
    touch = stage.member.select(answer, [picks[step]]) if step in picks else stage.member.click(answer, step)
    told = await touch
    assert traced(caplog, reference(told))
    assert told.message is not answer.message


@asynccontextmanager
async def database_away(stage: Stage) -> AsyncIterator[None]:
    """Nobody but our own look at the database gets in, and whoever is in is thrown out."""
    dsn = stage.local.settings.database_url.get_secret_value()
    name = urlsplit(dsn).path.lstrip("/")
    beside = await connect(urlunsplit(urlsplit(dsn)._replace(path="/postgres")), application_name="sandbox")
    try:
        await beside.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await beside.execute(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = $1 AND application_name <> 'sandbox'
            """,
            name,
        )
        yield
    finally:
        await beside.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await beside.close()


async def test_a_database_that_goes_and_comes_back(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    sheet = await stage.raid()
    async with database_away(stage):
        for act in ("Bench", "list", "create"):
            assert traced(caplog, reference(await ACTS[act](stage, sheet)))
        for command, option in (("raid create", "when"), ("raid create", "template"), ("raid cancel", "event")):
            [choice] = await stage.officer.autocomplete(command, option, typed="fri 20:00")
            assert "type it in full" in choice.name
            assert choice.value == "fri 20:00"
        stage.local.clock.advance(SECOND)
    assert "on the **bench**" in (await stage.member.click(sheet, "Bench")).text
    await stage.local.pass_time(5 * SECOND)  # the queue rests five seconds after it stumbled
    await stage.redraw()
    assert list(fields(sheet)) == ["🪑 Bench (1)"]
    assert not stage.local.bot.fatal.done()


# ---------------------------------------------------------------- Discord refuses the answer


@pytest.mark.parametrize("status", [403, 404, 500])
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.usefixtures("library_does_not_wait")
async def test_an_answer_that_did_not_get_through_is_followed_by_one_that_does(
    stage: Stage, act: str, status: int
) -> None:
    sheet = await stage.raid()
    await stage.member.click(sheet, "Bench")  # so that `My sign-up` has one to show
    stage.local.discord.fail("POST", "/interactions/*/*/callback", status)
    answer = await ACTS[act](stage, sheet)
    assert answer.ephemeral
    assert answer.text


@pytest.mark.parametrize(("status", "code"), [(403, 50013), (404, 10062), (400, 50035)])
async def test_a_refusal_that_did_not_get_through_is_sent_once_more(stage: Stage, status: int, code: int) -> None:
    stage.local.discord.fail("POST", "/interactions/*/*/callback", status, code)
    answer = await stage.member.slash("raid create", title="Heroic", when="fri 20:00")
    assert is_refusal(answer)
    assert "officers" in answer.text


async def test_a_deferral_whose_receipt_was_lost_does_not_think_for_ever(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.answers.PATIENCE", 0)  # so that it defers at once
    stage.local.discord.lose_answer("POST", "/interactions/*/*/callback")
    with stage.local.discord.expect_refusal(40060):
        assert reference(await stage.officer.slash("raid list"))


async def test_a_lapsed_interaction_is_only_logged(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    sheet = await stage.raid()
    stage.local.discord.fail("POST", "/interactions/*/*/callback", 404, 10062, times=9)
    await stage.member.click(sheet, "Bench", wait=False)
    while "could not be answered" not in caplog.text:
        await stage.local.settle()
    await stage.redraw()
    assert list(fields(sheet)) == ["🪑 Bench (1)"]


# ---------------------------------------------------------------- Discord refuses the sheet


@pytest.mark.parametrize(("status", "times"), [(500, 5), (503, 1)])  # the library repeats after a 500, not after a 503
@pytest.mark.usefixtures("library_does_not_wait")
async def test_a_sheet_discord_was_too_ill_for_is_posted_later(stage: Stage, status: int, times: int) -> None:
    stage.local.discord.fail("POST", f"/channels/{stage.raids.id}/messages", status, times=times)
    answer = await stage.officer.slash("raid create", title="Heroic", when="fri 20:00")
    assert "is planned for" in answer.text
    await stage.local.settle()
    assert stage.local.discord.messages(stage.raids) == []
    await stage.local.pass_time(60 * SECOND)
    assert len(stage.local.discord.messages(stage.raids)) == 1


async def test_a_sheet_whose_answer_got_lost_stands_once(stage: Stage) -> None:
    stage.local.discord.lose_answer("POST", f"/channels/{stage.raids.id}/messages")
    await stage.officer.slash("raid create", title="Heroic", when="fri 20:00")
    await stage.local.settle()
    await stage.local.pass_time(60 * SECOND)
    [sheet] = stage.local.discord.messages(stage.raids)
    assert await stage.value("SELECT discord_message_id FROM patt.raid_events") == sheet.id
    assert len(stage.posts()) == 1  # what may have been posted is looked for, not posted again


@pytest.mark.parametrize(("status", "code"), [(403, 50013), (404, 10003)])
async def test_a_sheet_discord_refuses_for_good_is_given_up_and_logged(
    stage: Stage, caplog: pytest.LogCaptureFixture, status: int, code: int
) -> None:
    await stage.set_up(officer_channel=stage.officers)
    stage.local.discord.fail("POST", f"/channels/{stage.raids.id}/messages", status, code)
    await stage.officer.slash("raid create", title="Heroic", when="fri 20:00")
    await stage.local.pass_time(60 * SECOND)
    assert len(stage.posts()) == 1
    assert await stage.value("SELECT dead FROM patt.scheduled_actions WHERE kind = 'sheet.post'")
    assert "given up" in caplog.text
    [told] = stage.local.discord.messages(stage.officers)
    assert "**Heroic**" in told.content
    assert "its sheet could not be posted" in told.content
    assert not told.pings.who


async def test_without_an_officer_channel_the_leader_is_told_by_dm(stage: Stage) -> None:
    stage.local.discord.fail("POST", f"/channels/{stage.raids.id}/messages", 403, 50013)
    await stage.officer.slash("raid create", title="Heroic", when="fri 20:00")
    await stage.local.pass_time(60 * SECOND)
    [told] = stage.local.discord.dms(stage.officer.actor)
    assert told.content.startswith("📍 **Night Watch**\n")
    assert "its sheet could not be posted" in told.content


@pytest.mark.parametrize(("status", "code"), [(403, 50013), (404, 10008), (500, 0)])
@pytest.mark.usefixtures("library_does_not_wait")
async def test_clicks_are_answered_when_the_sheet_cannot_be_redrawn(stage: Stage, status: int, code: int) -> None:
    sheet = await stage.raid()
    stage.local.discord.fail("PATCH", f"/channels/*/messages/{sheet.id}", status, code, times=5)
    assert "on the **bench**" in (await stage.member.click(sheet, "Bench")).text
    await stage.redraw()
    bo = stage.joins("Bo")
    assert "on the **bench**" in (await bo.click(sheet, "Bench")).text
    await stage.local.pass_time(60 * SECOND)
    await stage.local.pass_time(60 * SECOND)
    if status == 500:
        assert list(fields(sheet)) == ["🪑 Bench (2)"]
    assert await stage.value("SELECT count(*) FROM patt.raid_attendance") == 2


async def test_a_sheet_too_busy_for_discord_is_redrawn_when_it_may(stage: Stage) -> None:
    sheet = await stage.raid()
    stage.local.discord.fail("PATCH", f"/channels/*/messages/{sheet.id}", 429, retry_after=0.01)
    await stage.member.click(sheet, "Bench")
    await stage.redraw()
    assert list(fields(sheet)) == ["🪑 Bench (1)"]


async def test_a_raid_channel_that_was_deleted_is_named_at_the_next_raid(stage: Stage) -> None:
    stage.local.discord.delete_channel(stage.raids)
    before = await stage.rows()
    answer = await stage.officer.in_channel(stage.officers).slash("raid create", title="Heroic", when="fri 20:00")
    assert is_refusal(answer)
    assert f"<#{stage.raids.id}>" in answer.text
    assert await stage.rows() == before
