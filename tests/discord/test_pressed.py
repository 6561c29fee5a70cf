"""A click is written and answered for whoever Discord says pressed; the rest of it is read when somebody asks."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import discord
import pytest
from raid_stage import BROKEN, Stage

from bot.domain.errors import MusterError
from bot.pressed import Pressed
from bot.render import texts
from cogs.actors import actor_of, clicker
from sandbox.discord.world import Member


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The custom ids of presses the library has read."""
    ids: list[str] = []
    reads = discord.Interaction._from_data

    def read(self: Any, data: Any) -> None:
        ids.append(data["data"].get("custom_id", "-"))
        reads(self, data)

    monkeypatch.setattr(discord.Interaction, "_from_data", read)
    return ids


async def test_the_message_around_an_answer_is_not_read_for_it(stage: Stage, read: Sequence[str]) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    done = len(read)
    assert "Tentative" in (await stage.member.click(sheet, "Tentative")).text
    assert read[done:] == []
    await stage.member.click(sheet, "My sign-up")
    assert len(read[done:]) == 1


NAMES = {"a nickname": ("Brünhild", "Bru"), "a name for all servers": (None, "Bru"), "an account's name": (None, None)}


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Pressed]:
    """Every press the bot is told of."""
    heard: list[Pressed] = []
    made = Pressed.__init__

    def hear(self: Pressed, **data: Any) -> None:
        made(self, **data)
        heard.append(self)

    monkeypatch.setattr(Pressed, "__init__", hear)
    return heard


@pytest.mark.parametrize(("nick", "shown"), NAMES.values(), ids=NAMES)
async def test_whoever_clicks_is_who_the_library_says_they_are(
    stage: Stage, heard: Sequence[Pressed], nick: str | None, shown: str | None
) -> None:
    sheet = await stage.raid()
    assert isinstance(stage.officer.actor, Member)
    stage.officer.actor.nick, stage.officer.actor.user.global_name = nick, shown
    await stage.officer.click(sheet, "Absence")
    [pressed] = heard
    known = actor_of(pressed)
    assert known.name == (nick or shown or stage.officer.actor.user.name)
    assert len(known.role_ids) > 1
    assert clicker(pressed) == replace(known, is_owner=False, is_administrator=False, manages_server=False)


async def test_what_an_interaction_does_not_have_it_has_not(stage: Stage, heard: Sequence[Pressed]) -> None:
    await stage.member.click(await stage.raid(), "Absence")
    [pressed] = heard
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = pressed.nothing_of_the_kind
    assert isinstance(pressed.message, discord.Message)


UNREADABLE = {
    "no name to be found": ({"authorizing_integration_owners": []}, "'list' object has no attribute 'items'"),
    "no value to be read": ({"message": None}, "'NoneType' object"),
}


@pytest.mark.parametrize(("shape", "cause"), UNREADABLE.values(), ids=UNREADABLE)
async def test_a_press_that_the_library_cannot_read_is_answered_and_the_log_says_why(
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    shape: Mapping[str, Any],
    cause: str,
) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    read = discord.Interaction._from_data
    with monkeypatch.context() as patch:
        patch.setattr(discord.Interaction, "_from_data", lambda self, data: read(self, {**data, **shape}))
        assert BROKEN.search((await stage.member.click(sheet, "My sign-up")).text)
        assert "Tentative" in (await stage.member.click(sheet, "Tentative")).text
    assert cause in caplog.text
    assert not BROKEN.search((await stage.member.click(sheet, "My sign-up")).text)


async def test_a_press_in_a_direct_message_is_nobody_of_a_server(stage: Stage, heard: Sequence[Pressed]) -> None:
    await stage.member.click(await stage.raid(), "Absence")
    payload = dict(heard[0].payload)
    payload["user"] = payload.pop("member")["user"]
    del payload["guild_id"]
    with pytest.raises(MusterError, match=texts.ONLY_IN_SERVERS):
        clicker(Pressed(data=payload, state=heard[0]._state))
