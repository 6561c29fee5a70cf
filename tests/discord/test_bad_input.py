"""What people type and press wrongly: each is answered to them alone, with what to do, and nothing is stored."""

from typing import Any
from zlib import crc32

import pytest
from raid_stage import Stage, event_id, is_refusal

from sandbox.discord.world import Message


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"when": "when the moon is full"}, "cannot read that time"),
        ({"when": " "}, "cannot read that time"),
        ({"when": "x" * 5000}, "cannot read that time"),
        ({"when": "25:99"}, "cannot read that time"),
        ({"when": "2026-02-30 20:00"}, "cannot read that time"),
        ({"when": "2020-01-01 20:00"}, "already passed"),
        ({"when": "today 08:00"}, "already passed"),
        ({"when": "2099-01-01 20:00"}, "more than two years ahead"),
        ({"when": "1/12 20:00"}, "Day or month first"),
        ({"when": "99999999999"}, "more than two years ahead"),
        ({"title": "x" * 5000}, "1 to 100 characters"),
        ({"title": "   "}, "1 to 100 characters"),
        ({"title": "@everyone to the raid"}, "cannot ping"),
        ({"title": "@here now"}, "cannot ping"),
        ({"title": "<@&12345> come"}, "cannot ping"),
        ({"limit": 0}, "`limit` is a number from 1 to 1000"),
        ({"limit": -1}, "from 1 to 1000"),
        ({"limit": 2**53 - 1}, "from 1 to 1000"),
        ({"duration": "a while"}, "length of time"),
        ({"duration": "0"}, "too short: `duration` takes `1 min` to `1 d`"),
        ({"duration": "-5h"}, "length of time"),
        ({"duration": "400h"}, "16 d 16 h is too long: `duration` takes `1 min` to `1 d`"),
        ({"deadline": "soon"}, "`deadline` as a length of time: it takes `1 min` to `60 d`"),
        ({"deadline": "30d"}, "`deadline` has already passed: it takes less than `2 d 7 h`"),
        ({"reminders": "0"}, "from `1 min` to `28 d`"),
        ({"reminders": "29d"}, "`reminders`: they take `1 min` to `28 d`"),
        ({"reminders": "1,2,3,4,5,6,7,8,9,10,11"}, "11 `reminders`. Type at most 10"),
        ({"template": "no-such-game"}, "no such template"),
        ({"description": "x" * 2001}, "2000 characters"),
        ({"repeat": "sometimes"}, "every 2 weeks"),
        ({"sheet": "raid-helper"}, "/raidhelper connect"),
    ],
)
async def test_a_raid_mistyped(stage: Stage, options: dict[str, Any], said: str) -> None:
    before = await stage.rows()
    answer = await stage.officer.slash("raid create", **({"title": "Heroic", "when": "fri 20:00"} | options))
    await stage.local.settle()
    assert is_refusal(answer)
    assert said in answer.text
    assert len(answer.text) < 200
    assert await stage.rows() == before
    assert stage.posts() == []
    assert not stage.rung()


@pytest.mark.parametrize(
    "event",
    [" ", "no such raid", "999999", "0", "-1", "9" * 18, "9" * 30, "1; DROP TABLE patt.raid_events", "٣", "x" * 5000],
)
async def test_an_event_that_is_none(stage: Stage, event: str) -> None:
    await stage.raid()
    before = await stage.rows()
    answer = await stage.officer.slash("raid cancel", event=event)
    assert is_refusal(answer)
    assert "no such raid in this server" in answer.text
    assert await stage.rows() == before


async def test_a_reason_too_long(stage: Stage) -> None:
    sheet = await stage.raid()
    before = await stage.rows()
    answer = await stage.officer.slash("raid cancel", event=str(event_id(sheet)), reason="x" * 5000)
    assert is_refusal(answer)
    assert "2000 characters" in answer.text
    assert await stage.rows() == before
    assert await stage.value("SELECT status FROM patt.raid_events") == "SCHEDULED"


@pytest.mark.parametrize("timezone", ["Middle-earth/Shire", " ", "../../etc/passwd", "UTC+25", "x" * 5000])
async def test_a_zone_nobody_knows(new_server: Stage, timezone: str) -> None:
    before = await new_server.rows()
    answer = await new_server.owner.slash("raid setup", timezone=timezone)
    assert is_refusal(answer)
    assert "do not know that time zone" in answer.text
    assert await new_server.rows() == before


async def test_a_list_typed_wrongly_never_fails(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    for typed in ("", " ", "\u202e", "x" * 5000, "٣٤٥", "%", "_", "\\"):
        for option in ("when", "template"):
            assert len(await stage.officer.autocomplete("raid create", option, typed=typed)) <= 25
        await stage.officer.autocomplete("raid cancel", "event", typed=typed)
        await stage.officer.autocomplete("raid setup", "timezone", typed=typed)
    assert "nothing could be offered" not in caplog.text


# ---------------------------------------------------------------- clicks


def forged(stage: Stage, components: list[dict[str, Any]]) -> Message:
    """A message of this server with buttons of somebody's own making."""
    message = stage.local.discord.say(stage.owner.actor, stage.raids, "press here")
    message.components = components
    return message


def button(custom_id: str) -> list[dict[str, Any]]:
    return [{"type": 1, "components": [{"type": 2, "style": 2, "label": "Press", "custom_id": custom_id}]}]


def select(custom_id: str, value: str) -> list[dict[str, Any]]:
    options = [{"label": value[:100], "value": value[:100]}]
    return [{"type": 1, "components": [{"type": 3, "custom_id": custom_id, "options": options}]}]


BUTTONS = ["accepted", "late", "tentative", "bench", "absence", "mine", "respec", "withdraw"]


@pytest.mark.parametrize("what", BUTTONS)
async def test_a_button_of_another_servers_raid(stage: Stage, night_off: Stage, what: str) -> None:
    theirs = await night_off.raid()
    before = await stage.rows()
    answer = await stage.member.click(forged(stage, button(f"muster:{event_id(theirs)}:{what}")), "Press")
    await stage.redraw()
    assert is_refusal(answer)
    assert "not here any more" in answer.text
    assert await stage.rows() == before
    assert "Heroic" not in answer.text


@pytest.mark.parametrize("what", BUTTONS)
async def test_a_button_of_a_raid_that_never_was(stage: Stage, what: str) -> None:
    before = await stage.rows()
    answer = await stage.member.click(forged(stage, button(f"muster:{10**17}:{what}")), "Press")
    assert is_refusal(answer)
    assert "not here any more" in answer.text
    assert await stage.rows() == before


@pytest.mark.parametrize(
    ("custom_id", "value"),
    [
        ("accepted:class", "Bard"),
        ("accepted:class", "x" * 100),
        ("accepted:spec:00000000", "Holy"),
        (f"accepted:spec:{crc32(b'Death Knight'):08x}", "Holy"),  # a Death Knight has none
    ],
)
async def test_a_class_the_sheet_does_not_offer(stage: Stage, custom_id: str, value: str) -> None:
    sheet = await stage.raid()
    await stage.member.click(sheet, "Sign up")
    before = await stage.rows()
    message = forged(stage, select(f"muster:{event_id(sheet)}:{custom_id}", value))
    answer = await stage.member.select(message, [value[:100]])
    assert is_refusal(answer)
    assert "does not offer" in answer.text
    assert await stage.rows() == before


async def test_an_answer_the_sheet_does_not_offer(stage: Stage) -> None:
    sheet = await stage.raid(template="plain")
    await stage.member.click(sheet, "My sign-up")
    answer = await stage.member.click(forged(stage, button(f"muster:{event_id(sheet)}:bench")), "Press")
    assert is_refusal(answer)
    assert "does not offer" in answer.text
    assert await stage.value("SELECT count(*) FROM patt.raid_attendance") == 0


ENDS = {
    "closed": ("UPDATE patt.raid_events SET closed = TRUE", "This sheet is closed"),
    "cancelled": ("UPDATE patt.raid_events SET status = 'CANCELLED'", "was cancelled"),
    "over": ("UPDATE patt.raid_events SET status = 'COMPLETED'", "This sheet is closed"),
    "deleted": ("DELETE FROM patt.raid_events", "not here any more"),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("label", ["Sign up", "Late", "Tentative", "Bench", "Absence"])
async def test_a_click_on_a_sheet_that_is_no_longer_open(stage: Stage, label: str, end: str) -> None:
    statement, said = ENDS[end]
    sheet = await stage.raid()
    await stage.local.db.execute(statement)
    before = await stage.rows()
    answer = await stage.member.click(sheet, label)
    assert is_refusal(answer)
    assert answer.labels == []
    assert said in answer.text
    assert await stage.rows() == before


@pytest.mark.parametrize("end", ENDS)
async def test_what_stood_open_when_the_sheet_ended(stage: Stage, end: str) -> None:
    statement, said = ENDS[end]
    sheet = await stage.raid()
    first = await stage.member.click(sheet, "Sign up")
    other = stage.joins("Bo")
    signed = await stage.sign_up(other, sheet)
    card = await other.click(sheet, "My sign-up")
    await stage.local.db.execute(statement)
    before = await stage.rows()
    for answer in (
        await stage.member.select(first, ["Paladin"]),
        await other.click(signed, "Change class or spec"),
        await other.click(card, "Withdraw"),
    ):
        assert is_refusal(answer)
        assert answer.labels == []
        assert said in answer.text
    assert await stage.rows() == before


async def test_a_member_without_the_main_of_this_game_is_asked_again(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    await stage.local.db.execute("UPDATE guild_identity.specializations SET name = 'Gone'")
    answer = await stage.member.click(await stage.raid(title="Next"), "Sign up")
    assert "which class do you bring" in answer.text
