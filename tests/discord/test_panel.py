"""`/raid show`, `Manage this raid`, and the panel's people, over Discord."""

import pytest
from panel_hand import dead, forged, option, panel, people, person, restarted, told
from raid_stage import FRIDAY, SECOND, Stage, event_id, is_refusal

from bot.domain.event import UnknownEvent
from bot.domain.ids import EventId, PlayerId
from bot.domain.permissions import NotAnOfficer
from bot.domain.template import Choice
from bot.render import custom_ids
from bot.services.officers import OfferGone
from bot.services.panel import NotASheet
from sandbox.discord.world import Member

# ---------------------------------------------------------------- looking


async def test_an_officer_gets_the_panel_only_they_see(stage: Stage) -> None:
    sheet = await stage.raid(limit=20, deadline="24h")
    await stage.sign_up(stage.member, sheet)
    await stage.joins("Bo").click(sheet, "Absence")
    shown = await panel(stage, sheet)
    assert shown.ephemeral
    assert shown.content == ""
    assert shown.embeds == []
    assert f"Heroic\nopen · `{event_id(sheet)}`" in shown.text
    assert f"<t:{int(FRIDAY.timestamp())}:F>" in shown.text
    assert "Deadline <t:" in shown.text
    assert "👥 **1/20** · 🚫 Absence 1" in shown.text
    assert shown.labels == [
        *("Edit", "Move", "Close", "Copy", "Cancel raid"),
        *("Add", "Person…", "Comp", "History", "To the sheet"),
    ]
    assert dead(shown) == set()


async def test_a_member_sees_the_sheet_with_their_place_and_a_link(stage: Stage) -> None:
    sheet = await stage.raid()
    before = await panel(stage, sheet, stage.member)
    assert "You have not answered" in before.text
    await stage.sign_up(stage.member, sheet)
    shown = await panel(stage, sheet, stage.member)
    assert shown.ephemeral
    assert "You are in as **Holy Paladin**, #1." in shown.text
    assert f"/{stage.raids.id}/{sheet.id}" in shown.text
    assert "Mira" in str(shown.embeds[0]["fields"])
    assert shown.labels == []


async def test_the_menu_on_the_sheet_opens_the_same(stage: Stage) -> None:
    sheet = await stage.raid()
    shown = await stage.officer.menu("Manage this raid", sheet)
    assert shown.ephemeral
    assert shown.text == (await panel(stage, sheet)).text
    assert shown.labels[0] == "Edit"


async def test_the_menu_says_so_on_any_other_message_and_to_members(stage: Stage) -> None:
    sheet = await stage.raid()
    answer = await stage.officer.menu("Manage this raid", stage.member.say("hello"))
    assert is_refusal(answer)
    assert answer.text == str(NotASheet())
    answer = await stage.member.menu("Manage this raid", sheet)
    assert is_refusal(answer)
    assert answer.text == str(NotAnOfficer())


async def test_a_raid_of_another_server_is_unknown(stage: Stage, night_off: Stage) -> None:
    sheet = await stage.raid()
    answer = await panel(night_off, sheet)
    assert is_refusal(answer)
    assert answer.text == str(UnknownEvent())


# ---------------------------------------------------------------- people


async def test_somebody_gets_another_answer_and_it_is_undone(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    shown = await person(stage, sheet, "Mira")
    assert "**Mira**: #1, Sign up as Holy Paladin." in shown.text
    assert dead(shown) == {"Sign up"}
    shown = await stage.officer.click(shown, "Bench")
    assert "now they are #1, Bench as Holy Paladin." in shown.text
    assert dead(shown) == {"Bench"}
    await stage.redraw()
    assert "Bench (1): `1` 🔨 **Mira**" in people(sheet)
    assert ["changed your answer" in one for one in told(stage, stage.member)] == [True]
    shown = await stage.officer.click(shown, "Undo")
    assert "Undone: **Mira** stands on the sheet" in shown.text
    assert "Edit" in shown.labels
    await stage.redraw()
    assert "Bench" not in people(sheet)


async def test_somebody_is_taken_off_and_told_once(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    shown = await stage.officer.click(await person(stage, sheet, "Mira"), "Remove")
    assert "**Mira** is off the sheet of **Heroic**." in shown.text
    assert "👥 **0**" in shown.text
    await stage.redraw()
    assert "Mira" not in people(sheet)
    assert len(told(stage, stage.member)) == 1


async def test_the_people_of_a_cancelled_raid_can_only_be_read(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    await stage.officer.slash("raid cancel", event=str(event_id(sheet)))
    shown = await person(stage, sheet, "Mira")
    assert "Holy Paladin" in shown.text
    assert dead(shown) == {"Sign up", "Late", "Tentative", "Bench", "Absence", "Remove"}


async def test_an_offer_is_taken_up(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    asked = await stage.member.click(await stage.member.click(sheet, "My sign-up"), "I can also play…")
    await stage.member.select(asked, ["Retribution Paladin"])
    mine = await stage.member.click(sheet, "My sign-up")
    await stage.member.submit(await stage.member.click(mine, "Note"), note="back at ten")
    assert "🔁 **Mira**: Retribution Paladin" in (await panel(stage, sheet)).text
    shown = await person(stage, sheet, "Mira")
    assert "📝 back at ten" in shown.text
    assert "🔁 Can also play Retribution Paladin." in shown.text
    stale = await person(stage, sheet, "Mira")
    shown = await stage.officer.click(shown, "Play Retribution Paladin instead")
    assert "**Mira** plays another spec in **Heroic**: #1, Sign up as Retribution Paladin." in shown.text
    assert "Play Retribution Paladin instead" not in shown.labels
    await stage.redraw()
    assert "Retribution" in people(sheet)
    assert ["An officer took up your offer" in one for one in told(stage, stage.member)] == [True]
    again = await stage.officer.click(stale, "Play Retribution Paladin instead")
    assert is_refusal(again)
    assert again.text == str(OfferGone())
    shown = await stage.officer.click(shown, "Undo")
    assert "**Mira** plays in **Heroic** what they played before." in shown.text
    await stage.redraw()
    assert "Melee" not in people(sheet)


async def test_whoever_left_meanwhile_is_not_there(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    shown = await person(stage, sheet, "Mira")
    await stage.member.click(await stage.member.click(sheet, "My sign-up"), "Withdraw")
    for button in ("Bench", "Remove"):
        answer = await stage.officer.click(shown, button)
        assert is_refusal(answer)
        assert "not on this sheet" in answer.text


async def test_more_than_25_people_have_pages(stage: Stage) -> None:
    sheet = await stage.raid(template="plain")
    for number in range(30):
        await stage.joins(f"Raider{number:02}").click(sheet, "Yes")
        stage.local.clock.advance(SECOND)
    shown = await stage.officer.click(await panel(stage, sheet), "Person…")
    assert "Page 1 of 2" in shown.text
    assert shown.labels == ["▶", "Back"]
    shown = await stage.officer.click(shown, "▶")
    assert shown.labels == ["◀", "Back"]
    shown = await stage.officer.select(shown, [option(shown, "Raider29")])
    assert "**Raider29**: #30" in shown.text
    shown = await stage.officer.click(shown, "Person…")
    assert "Page 2 of 2" in shown.text


# ---------------------------------------------------------------- who may, and when


async def test_the_panel_outlives_a_restart(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    shown, asked = await person(stage, sheet, "Mira"), await panel(stage, sheet)
    async with restarted(stage):
        shown = await stage.officer.click(shown, "Bench")
        assert "now they are #1, Bench" in shown.text
        assert "🪑 Bench 1" in (await stage.officer.click(shown, "Back")).text
        shown = await stage.officer.click(asked, "Person…")
        assert "**Mira**" in (await stage.officer.select(shown, [option(shown, "Mira")])).text


BUTTONS = ("Edit", "Move", "Close", "Copy", "Cancel raid", "Add", "Person…", "Comp", "History")


@pytest.mark.parametrize("button", BUTTONS)
async def test_whoever_is_no_officer_any_more_is_refused(stage: Stage, button: str) -> None:
    sheet = await stage.raid()
    shown = await panel(stage, sheet)
    assert isinstance(stage.officer.actor, Member)
    stage.officer.actor.roles.clear()
    answer = await stage.officer.click(shown, button)
    assert is_refusal(answer)
    assert answer.text == str(NotAnOfficer())


IDS = [
    *(custom_ids.panel_do(EventId(0), do) for do in ("show", "edit", "move", "close", "reopen", "copy", "cancel")),
    *(custom_ids.panel_do(EventId(0), do) for do in ("gone", "add", "comp", "history")),
    *(custom_ids.panel_when(EventId(0), do, FRIDAY) for do in ("move", "copy", "copyall")),
    custom_ids.panel_people(EventId(0), 0),
    custom_ids.panel_past(EventId(0), 1),
    custom_ids.panel_put(EventId(0), PlayerId(1), Choice.BENCH),
    custom_ids.panel_off(EventId(0), PlayerId(1)),
    custom_ids.panel_offer(EventId(0), PlayerId(1), "00000000"),
]


@pytest.mark.parametrize("custom_id", IDS)
async def test_a_button_with_another_servers_raid_is_refused(stage: Stage, night_off: Stage, custom_id: str) -> None:
    sheet, own = await stage.raid(), await night_off.raid(channel=night_off.raids)
    shown = await panel(night_off, own)
    forged(shown, "History", custom_id.replace("muster:0:", f"muster:{event_id(sheet)}:"))
    before = await stage.rows()
    answer = await night_off.officer.click(shown, "History")
    assert is_refusal(answer)
    assert answer.text == str(UnknownEvent())
    assert await stage.rows() == before


async def test_raid_helper_keeps_the_people_of_its_own_sheets(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.local.db.execute("UPDATE patt.raid_events SET sheet = 'raid-helper', booking_state = 'created'")
    shown = await panel(stage, sheet)
    assert "Raid-Helper keeps this sheet" in shown.text
    assert dead(shown) == {"Close", "Add", "Person…", "Comp"}
    assert "your answer stands there" in (await panel(stage, sheet, stage.member)).text
    assert "Raid-Helper knows no minimum" in (await stage.officer.slash("raid edit", event="Heroic", minimum="3")).text
    await stage.local.db.execute("UPDATE patt.raid_events SET raid_helper_event_id = '77', status = 'CANCELLED'")
    shown = await panel(stage, sheet)
    assert "Raid-Helper keeps this sheet" not in shown.text
    assert "To the sheet" not in shown.labels


async def test_a_slow_database_only_delays_the_panel(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    monkeypatch.setattr("bot.answers.PATIENCE", 0.0)
    shown = await panel(stage, sheet)
    assert shown.kind == "deferred"
    await shown.until(lambda one: "Person…" in one.labels)
    shown = await stage.officer.click(shown, "Close")
    assert shown.kind == "update"
    await shown.until(lambda one: "Reopen" in one.labels)
    shown = await stage.officer.click(shown, "Person…")
    await shown.until(lambda one: "Who is it about?" in one.text)
    shown = await stage.officer.menu("Manage this raid", sheet)
    await shown.until(lambda one: "Reopen" in one.labels)
