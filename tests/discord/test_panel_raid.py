"""What the control panel does to a raid, and its history, over Discord."""

from datetime import timedelta

import pytest
from panel_hand import dead, panel, people, person, told
from raid_stage import FRIDAY, Stage, event_id, fields, is_refusal, messages

from cogs.actors import NotAPerson

TOO_LATE = timedelta(minutes=11)


async def test_members_are_added_from_a_list(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    bo = stage.joins("Bo")
    shown = await stage.officer.click(await panel(stage, sheet), "Add")
    shown = await stage.officer.select(shown, [bo.actor, stage.member.actor])
    assert "**Bo** is on the sheet of **Heroic**: #1, Sign up." in shown.text
    assert "**Mira**" in shown.text
    assert "Undo" not in shown.labels
    assert "👥 **2**" in shown.text
    await stage.redraw()
    assert "Bo" in people(sheet)
    assert len(told(stage, bo)) == 1


async def test_one_member_added_can_be_undone_and_a_bot_is_refused(stage: Stage) -> None:
    sheet = await stage.raid()
    adding = await stage.officer.click(await panel(stage, sheet), "Add")
    bot = stage.local.discord.world.guilds[stage.guild.id].members[stage.local.discord.bot_user.id]
    answer = await stage.officer.select(adding, [stage.member.actor, bot])
    assert is_refusal(answer)
    assert answer.text == str(NotAPerson())
    shown = await stage.officer.select(adding, [stage.member.actor])
    assert "👥 **1**" in shown.text
    shown = await stage.officer.click(shown, "Undo")
    assert "👥 **0**" in shown.text


async def test_settings_are_edited_in_a_form_that_knows_them(stage: Stage) -> None:
    sheet = await stage.raid(limit=20, deadline="24h", description="Bring flasks")
    form = await stage.officer.click(await panel(stage, sheet), "Edit")
    shown = await stage.officer.submit(form, title="Mythic", limit="10", description="")
    assert shown.kind == "update"
    for words in ("**Mythic** is changed.", "Limit: 10", "Description: none", "👥 **0/10**"):
        assert words in shown.text
    assert "Deadline: " not in shown.text
    await stage.redraw()
    assert "Mythic" in sheet.embeds[0]["title"]
    shown = await stage.officer.click(shown, "Undo")
    assert "👥 **0/20**" in shown.text


async def test_after_the_deadline_the_form_still_changes_the_rest(stage: Stage) -> None:
    sheet = await stage.raid(deadline="24h")
    await stage.local.pass_time(FRIDAY - timedelta(hours=2) - stage.local.clock.now())
    form = await stage.officer.click(await panel(stage, sheet), "Edit")
    shown = await stage.officer.submit(form, title="Mythic")
    assert "**Mythic** is changed." in shown.text
    assert "past its deadline" in shown.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [({}, "Nothing would change"), ({"limit": "0"}, "1 to 1000"), ({"title": ""}, "1 to 100"), ({"duration": ""}, "")],
)
async def test_a_form_that_is_refused_changes_nothing(stage: Stage, typed: dict[str, str], said: str) -> None:
    sheet = await stage.raid(limit=20)
    form = await stage.officer.click(await panel(stage, sheet), "Edit")
    answer = await stage.officer.submit(form, typed)
    assert is_refusal(answer)
    assert said in answer.text
    assert await stage.value("SELECT count(*) FROM patt.audit WHERE action = 'edit'") == 0


async def test_a_raid_moves_once_the_time_was_confirmed(stage: Stage) -> None:
    sheet = await stage.raid()
    form = await stage.officer.click(await panel(stage, sheet), "Move")
    shown = await stage.officer.submit(form, when="sat 21:00")
    saturday = int((FRIDAY + timedelta(days=1, hours=1)).timestamp())
    assert f"moves to <t:{saturday}:F>" in shown.text
    assert shown.labels == ["Move", "Back"]
    starts = "SELECT start_time_utc FROM patt.raid_events WHERE id = $1"
    assert await stage.value(starts, event_id(sheet)) == FRIDAY
    shown = await stage.officer.click(shown, "Move")
    assert f"moves from <t:{int(FRIDAY.timestamp())}:F> to <t:{saturday}:F>" in shown.text
    assert int((await stage.value(starts, event_id(sheet))).timestamp()) == saturday
    shown = await stage.officer.click(shown, "Undo")
    assert await stage.value(starts, event_id(sheet)) == FRIDAY


@pytest.mark.parametrize("button", ["Move", "Copy"])
async def test_a_time_nobody_can_read_is_refused(stage: Stage, button: str) -> None:
    sheet = await stage.raid()
    form = await stage.officer.click(await panel(stage, sheet), button)
    answer = await stage.officer.submit(form, when="when the moon is full")
    assert is_refusal(answer)
    assert await stage.value("SELECT count(*) FROM patt.raid_events") == 1


async def test_a_raid_is_copied_once_the_time_was_confirmed(stage: Stage) -> None:
    sheet = await stage.raid()
    form = await stage.officer.click(await panel(stage, sheet), "Copy")
    shown = await stage.officer.submit(form, when="4 dec 20:00")
    assert await stage.value("SELECT count(*) FROM patt.raid_events") == 1
    shown = await stage.officer.click(shown, "Copy")
    assert "is planned once more" in shown.text
    assert "Undo" not in shown.labels
    await stage.local.settle()
    assert len(messages(stage.raids)) == 2


async def test_a_raid_is_copied_with_its_people(stage: Stage) -> None:
    sheet = await stage.raid()
    form = await stage.officer.click(await panel(stage, sheet), "Copy")
    assert "Copy with sign-ups" not in (await stage.officer.submit(form, when="4 dec 20:00")).labels
    await stage.sign_up(stage.member, sheet)
    form = await stage.officer.click(await panel(stage, sheet), "Copy")
    asked = await stage.officer.submit(form, when="4 dec 20:00")
    shown = await stage.officer.click(asked, "Copy with sign-ups")
    assert "is planned once more" in shown.text
    await stage.local.settle()
    assert "Mira" in "".join(fields(messages(stage.raids)[-1]).values())


async def test_a_sheet_is_closed_and_opened_again(stage: Stage) -> None:
    sheet = await stage.raid()
    shown = await stage.officer.click(await panel(stage, sheet), "Close")
    assert "takes no more answers" in shown.text
    assert "🔒 closed" in shown.text
    assert "Close" not in shown.labels
    shown = await stage.officer.click(shown, "Reopen")
    assert "takes answers again" in shown.text
    assert "Close" in shown.labels


async def test_a_raid_is_cancelled_after_a_question_and_the_rest_is_dead(stage: Stage) -> None:
    sheet = await stage.raid()
    asked = await stage.officer.click(await panel(stage, sheet), "Cancel raid")
    assert "nobody gets a message" in asked.text
    assert "Edit" in (await stage.officer.click(asked, "Back")).labels
    asked = await stage.officer.click(await panel(stage, sheet), "Cancel raid")
    shown = await stage.officer.click(asked, "Yes, cancel it")
    assert "🚫 cancelled" in shown.text
    assert dead(shown) == {"Edit", "Move", "Close", "Cancel raid", "Add", "Comp"}
    await stage.redraw()
    assert "CANCELLED" in sheet.embeds[0]["title"]
    shown = await stage.officer.click(shown, "Undo")
    assert "takes place after all" in shown.text
    assert dead(shown) == set()


async def test_the_comp_opens_beside_the_panel(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    shown = await stage.officer.click(await panel(stage, sheet), "Comp")
    assert shown.kind == "message"
    assert shown.ephemeral
    assert "Propose anew" in shown.labels
    assert "Mira" in str(shown.embeds)


# ---------------------------------------------------------------- history


async def test_the_history_says_who_did_what_and_undoes_it(stage: Stage) -> None:
    sheet = await stage.raid(limit=20)
    await stage.sign_up(stage.member, sheet)
    await stage.officer.click(await person(stage, sheet, "Mira"), "Bench")
    await stage.officer.slash("raid edit", event=str(event_id(sheet)), limit="10")
    shown = await stage.officer.click(await panel(stage, sheet), "History")
    lines = shown.text.splitlines()
    by = f"<@{stage.officer.actor.id}>"
    assert [line.partition(" <t:")[0] for line in lines[1:4]] == [
        rf"1\. {by} changed limit (20 → 10)",
        rf"2\. {by} changed **Mira** to bench, Holy Paladin",
        rf"3\. {by} planned the raid",
    ]
    assert shown.labels == ["Undo 1", "Undo 2", "Back"]
    await stage.officer.click(shown, "Undo 2")
    shown = await stage.officer.click(await panel(stage, sheet), "History")
    assert r"1\. " + by + " took back: changed **Mira** to bench, Holy Paladin" in shown.text
    assert "changed **Mira** to bench, Holy Paladin <t:" in shown.text
    assert " · undone" in shown.text
    assert shown.labels == ["Undo 2", "Back"]
    stage.local.clock.advance(TOO_LATE)
    shown = await stage.officer.click(await panel(stage, sheet), "History")
    assert shown.labels == ["Back"]


async def test_an_older_history_is_a_press_away(stage: Stage) -> None:
    sheet = await stage.raid(limit=100)
    for limit in range(1, 17):
        await stage.officer.slash("raid edit", event=str(event_id(sheet)), limit=str(limit))
    shown = await stage.officer.click(await panel(stage, sheet), "History")
    assert shown.labels[-2:] == ["Older", "Back"]
    older = await stage.officer.click(shown, "Older")
    by = f"<@{stage.officer.actor.id}>"
    assert [line.partition(" <t:")[0] for line in older.text.splitlines()[1:3]] == [
        rf"1\. {by} changed limit (100 → 1)",
        rf"2\. {by} planned the raid",
    ]
    assert older.labels == ["Undo 1", "Latest", "Back"]
    latest = await stage.officer.click(older, "Latest")
    assert "changed limit (15 → 16)" in latest.text
