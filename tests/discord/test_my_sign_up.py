"""My sign-up, pressed by hand: the card, its buttons, selects and forms, and the menu on a sheet."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from raid_stage import ARRIVAL, CHANGE, FRIDAY, LEAVE, SECOND, Stage, below, event_id, fields, is_refusal
from test_bad_input import button, forged, select
from test_restart import restarted

from sandbox.discord.answer import Answer
from sandbox.discord.hand import Hand
from sandbox.discord.words import walk
from sandbox.discord.world import Message

AT = f"<t:{int((FRIDAY + timedelta(minutes=15)).timestamp())}:t>"
ANOTHER = f"<t:{int((FRIDAY + timedelta(minutes=40)).timestamp())}:t>"
OWN_PLAY, OWN_REST = [*CHANGE, "I can also play…"], ["Note", "Calendar file", "Withdraw"]
NEW = ["card", "character", "offers", "note", "calendar"]
CHOSEN = {"character:choose": "1", "offers:choose": "Paladin/Protection", "arrival": "15"}


async def seated(stage: Stage) -> Message:
    """A raid with Mira on it as a Holy Paladin, drawn."""
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    await stage.redraw()
    return sheet


async def my(stage: Stage, sheet: Message, hand: Hand | None = None) -> Answer:
    return await (hand or stage.member).click(sheet, "My sign-up")


async def shown(stage: Stage, sheet: Message) -> Mapping[str, str]:
    await stage.redraw()
    return fields(sheet)


async def alt(stage: Stage, **given: Any) -> Answer:
    return await stage.member.slash("me characters add", **({"name": "Bruna", "spec": "Fire Mage"} | given))


def offered(answer: Answer) -> list[str]:
    """The labels of the one select."""
    [found] = [one for one in walk(answer.components) if one["type"] == 3]
    return [one["label"] for one in found["options"]]


# ---------------------------------------------------------------- the card


async def test_the_card_is_for_its_owner_and_fits_a_phone(stage: Stage) -> None:
    card = await my(stage, await seated(stage))
    assert card.ephemeral
    assert card.text.startswith("You are in as **Holy Paladin**, #1.")
    assert below(card) == [OWN_PLAY, OWN_REST]


@pytest.mark.parametrize(
    ("game", "button", "rows"),
    [
        ("wow-retail", "Sign up", [OWN_PLAY, OWN_REST]),
        ("wow-retail", "Late", [ARRIVAL, OWN_PLAY, OWN_REST]),
        ("wow-retail", "Tentative", [OWN_PLAY, OWN_REST]),
        ("wow-retail", "Bench", [OWN_PLAY, OWN_REST]),
        ("wow-retail", "Absence", [LEAVE]),
        ("plain", "Yes", [OWN_REST]),
        ("plain", "No", [LEAVE]),
    ],
)
async def test_the_card_has_everything_the_answer_leaves_out(
    stage: Stage, game: str, button: str, rows: list[list[str]]
) -> None:
    await stage.sign_up(stage.member, await stage.raid(title="Before"))
    sheet = await stage.raid(template=game)
    await stage.member.click(sheet, button)
    assert below(await my(stage, sheet)) == rows


async def test_the_menu_on_the_sheet_opens_the_same_card(stage: Stage) -> None:
    sheet = await seated(stage)
    button_, menu = await my(stage, sheet), await stage.member.menu("My sign-up", sheet)
    assert menu.ephemeral
    assert (menu.content, menu.labels) == (button_.content, button_.labels)


async def test_the_menu_on_another_message_says_so(stage: Stage) -> None:
    said = stage.officer.say("hello")
    answer = await stage.member.menu("My sign-up", said)
    assert is_refusal(answer)
    assert "no raid's sheet" in answer.text


async def test_the_menu_before_any_answer_says_so(stage: Stage) -> None:
    answer = await stage.member.menu("My sign-up", await stage.raid())
    assert is_refusal(answer)
    assert "not answered this sheet yet" in answer.text


async def test_a_card_opened_before_a_restart_works_after(stage: Stage) -> None:
    sheet = await seated(stage)
    await alt(stage)
    card = await my(stage, sheet)
    asked = await stage.member.click(card, "I can also play…")
    async with restarted(stage):
        assert "can also play Protection Paladin" in (await stage.member.select(asked, ["Protection Paladin"])).text
        asked = await stage.member.click(card, "Other character")
        back = await stage.member.click(asked, "Back")
        assert "You are in as **Holy Paladin**, #1." in back.text
        told = await stage.member.submit(await stage.member.click(back, "Note"), note="ill")
        assert "📝 ill" in told.text
        assert (await stage.member.menu("My sign-up", sheet)).text.startswith("You are in")


# ---------------------------------------------------------------- coming late


async def test_late_asks_at_once_when(stage: Stage) -> None:
    sheet = await seated(stage)
    late = await stage.member.click(sheet, "Late")
    assert "coming **late**" in late.text
    delays = ["5 min after the start", "10 min after the start", "15 min after the start", "30 min after the start"]
    assert offered(late) == [*delays, "1 h after the start", "Another time…", "I do not know yet"]
    told = await stage.member.select(late, ["15 min after the start"])
    assert (told.kind, told.message) == ("update", late.message)
    assert f"You arrive at {AT}." in told.text
    assert f"**Mira** Holy {AT}" in (await shown(stage, sheet))["🕒 Late (1)"]
    unknown = await stage.member.select(told, ["I do not know yet"])
    assert "arrive" not in unknown.content
    assert AT not in (await shown(stage, sheet))["🕒 Late (1)"]


async def test_the_first_late_asks_class_spec_and_when(stage: Stage) -> None:
    sheet = await stage.raid()
    asked = await stage.member.click(sheet, "Late")
    told = await stage.member.select(await stage.member.select(asked, ["Mage"]), ["Fire"])
    assert f"You arrive at {AT}." in (await stage.member.select(told, ["15"])).text


async def test_another_time_is_typed(stage: Stage) -> None:
    sheet = await seated(stage)
    late = await stage.member.click(sheet, "Late")
    form = await stage.member.select(late, ["Another time…"])
    assert form.kind == "modal"
    told = await stage.member.submit(form, arrival="20:40")
    assert told.message is late.message
    assert ANOTHER in told.text
    assert ANOTHER in (await shown(stage, sheet))["🕒 Late (1)"]


async def test_when_the_raid_is_moved_an_arrival_that_means_nothing_there_is_unknown_until_it_is_moved_back(
    stage: Stage,
) -> None:
    sheet = await seated(stage)
    await stage.member.select(await stage.member.click(sheet, "Late"), ["15"])
    moved = await stage.officer.slash("raid move", event=str(event_id(sheet)), when="sat 21:00")
    assert "arrive at" not in (await my(stage, sheet)).text
    assert (await shown(stage, sheet))["🕒 Late (1)"].endswith("**Mira** Holy")
    await stage.officer.click(moved, "Undo")
    assert f"You arrive at {AT}." in (await my(stage, sheet)).text
    assert AT in (await shown(stage, sheet))["🕒 Late (1)"]


@pytest.mark.parametrize("typed", ["soon", "19:00", "23:59", "😀"])
async def test_a_time_outside_the_raid_is_refused_and_nothing_changes(stage: Stage, typed: str) -> None:
    sheet = await seated(stage)
    late = await stage.member.click(sheet, "Late")
    before = await stage.rows()
    refused = await stage.member.submit(await stage.member.select(late, ["Another time…"]), arrival=typed)
    assert "between the raid's start and its end" in refused.text
    assert await stage.value("SELECT arrives_at FROM patt.raid_attendance") is None
    assert await stage.rows() == before


async def test_only_whoever_is_late_is_asked_when(stage: Stage) -> None:
    sheet = await seated(stage)
    late = await stage.member.click(sheet, "Late")
    back = await stage.member.click(sheet, "Sign up")
    assert [one for one in walk(back.components) if one["type"] == 3] == []
    refused = await stage.member.select(late, ["15"])
    assert is_refusal(refused)
    assert "press Late on the sheet first" in refused.text


# ---------------------------------------------------------------- note


async def test_a_note_is_for_the_officers_and_the_sheet_marks_it(stage: Stage) -> None:
    sheet = await seated(stage)
    card = await my(stage, sheet)
    told = await stage.member.submit(await stage.member.click(card, "Note"), note="*@everyone* my cat is ill")
    assert r"📝 \*@" in told.text
    assert told.message is card.message
    block = (await shown(stage, sheet))["💚 Healers (1)"]
    assert block.endswith("**Mira** Holy 📝")
    assert not stage.rung()
    form = await stage.member.click(card, "Note")
    assert [one["value"] for one in walk(form.components) if one["type"] == 4] == ["*@everyone* my cat is ill"]
    gone = await stage.member.submit(form, note="")
    assert "📝" not in gone.text
    assert "📝" not in (await shown(stage, sheet))["💚 Healers (1)"]


async def test_a_form_from_before_a_restart_says_so(stage: Stage) -> None:
    card = await my(stage, await seated(stage))
    form = await stage.member.click(card, "Note")
    async with restarted(stage):
        told = await stage.member.submit(form, note="ill")
        assert "I was restarted" in told.text
    assert await stage.value("SELECT note FROM patt.raid_attendance") == ""


# ---------------------------------------------------------------- characters and offers


async def test_another_character_comes_and_keeps_the_place(stage: Stage) -> None:
    sheet = await seated(stage)
    await stage.sign_up(stage.joins("Bo"), sheet, "Mage", "Frost")
    await alt(stage)
    asked = await stage.member.click(await my(stage, sheet), "Other character")
    assert offered(asked) == ["Bruna · Fire Mage"]
    told = await stage.member.select(asked, ["Bruna · Fire Mage"])
    assert told.text.startswith("You are in as **Fire Mage**, #1.\n👤 Bruna")
    assert [line.split(" ")[0] for line in (await shown(stage, sheet))["🏹 Ranged (2)"].splitlines()] == ["`1`", "`2`"]
    assert await stage.value("SELECT count(*) FROM patt.raid_attendance") == 2
    again = await stage.member.click(await stage.raid(title="Next"), "Sign up")
    assert "Holy Paladin" in again.text  # the main is still the main


async def test_without_another_character_the_way_to_one_is_told(stage: Stage) -> None:
    refused = await stage.member.click(await my(stage, await seated(stage)), "Other character")
    assert is_refusal(refused)
    assert "/me characters add" in refused.text


async def test_what_else_one_would_play_is_kept_for_the_next_raid(stage: Stage) -> None:
    sheet = await seated(stage)
    await alt(stage)
    asked = await stage.member.click(await my(stage, sheet), "I can also play…")
    assert offered(asked) == ["Protection Paladin", "Retribution Paladin", "Fire Mage (Bruna)"]
    told = await stage.member.select(asked, ["Fire Mage (Bruna)", "Protection Paladin"])
    assert "🔁 You can also play Fire Mage, Protection Paladin." in told.text
    following = await stage.raid(title="Next")
    again = await stage.member.click(following, "Sign up")
    assert "🔁 You can also play Fire Mage, Protection Paladin." in again.text
    asked = await stage.member.click(await my(stage, following), "I can also play…")
    [found] = [one for one in walk(asked.components) if one["type"] == 3]
    assert [one["label"] for one in found["options"] if one.get("default")] == [
        "Protection Paladin",
        "Fire Mage (Bruna)",
    ]
    assert "🔁" not in (await stage.member.select(asked, [])).text


async def test_after_the_deadline_class_and_character_stand(stage: Stage) -> None:
    sheet = await stage.raid(deadline="24h")
    await stage.sign_up(stage.member, sheet)
    await alt(stage)
    card = await my(stage, sheet)
    asked = await stage.member.click(card, "Other character")
    card = await my(stage, sheet)
    stage.local.clock.set(await stage.value("SELECT deadline_utc FROM patt.raid_events"))
    await stage.local.settle()
    for refused in (
        await stage.member.select(asked, ["Bruna · Fire Mage"]),
        await stage.member.click(card, "Other character"),
        await stage.member.click(card, "Change class or spec"),
    ):
        assert is_refusal(refused)
        assert "stands since the deadline" in refused.text
    told = await stage.member.submit(await stage.member.click(card, "Note"), note="ill")
    assert "You are in as **Holy Paladin**" in told.text
    late = await stage.member.click(sheet, "Late")
    assert below(late) == [ARRIVAL, LEAVE]  # what would be refused is not offered
    assert f"You arrive at {AT}." in (await stage.member.select(late, ["15"])).text


# ---------------------------------------------------------------- calendar


async def test_the_calendar_file_comes_beside_the_card(stage: Stage) -> None:
    sheet = await seated(stage)
    card = await my(stage, sheet)
    sent = await stage.member.click(card, "Calendar file")
    assert sent.ephemeral
    assert sent.message is not card.message
    [attached] = sent.message.attachments
    assert attached["filename"] == "raid.ics"
    content = (
        stage.local.discord.world.files[attached["url"].partition("/cdn/")[2]].content.decode().replace("\r\n ", "")
    )
    assert "SUMMARY:Heroic\r\n" in content
    assert f"URL:https://discord.com/channels/{stage.guild.id}/{stage.raids.id}/{sheet.id}\r\n" in content
    assert "your calendar has the raid" in sent.text


# ---------------------------------------------------------------- strangers


@pytest.mark.parametrize("what", [*NEW, *CHOSEN])
async def test_another_servers_raid_and_one_that_never_was(stage: Stage, night_off: Stage, what: str) -> None:
    theirs = await night_off.raid()
    before = await stage.rows()
    for raid in (event_id(theirs), 10**17):
        custom_id = f"muster:{raid}:{what}"
        if what in CHOSEN:
            value = CHOSEN[what]
            answer = await stage.member.select(forged(stage, select(custom_id, value)), [value])
        else:
            answer = await stage.member.click(forged(stage, button(custom_id)), "Press")
        assert is_refusal(answer)
        assert "not here any more" in answer.text
    assert await stage.rows() == before


@pytest.mark.parametrize("what", [*NEW, *CHOSEN])
async def test_whoever_has_not_answered_is_told_so(stage: Stage, what: str) -> None:
    sheet = await seated(stage)
    custom_id, bo = f"muster:{event_id(sheet)}:{what}", stage.joins("Bo")
    before = await stage.rows()
    if what in CHOSEN:
        answer = await bo.select(forged(stage, select(custom_id, CHOSEN[what])), [CHOSEN[what]])
    else:
        answer = await bo.click(forged(stage, button(custom_id)), "Press")
    assert is_refusal(answer)
    assert "not answered this sheet yet" in answer.text
    assert await stage.rows() == before


async def test_somebody_elses_character_does_not_come(stage: Stage) -> None:
    sheet, bo = await seated(stage), stage.joins("Bo")
    await bo.slash("me characters add", name="Theirs", spec="Fire Mage")
    await alt(stage, spec="Frost Mage")
    theirs = await stage.value("SELECT id FROM guild_identity.wow_characters WHERE name = 'Theirs'")
    message = forged(stage, select(f"muster:{event_id(sheet)}:character:choose", str(theirs)))
    answer = await stage.member.select(message, [str(theirs)])
    assert is_refusal(answer)
    assert "no such character" in answer.text
    assert await stage.value("SELECT class_name FROM patt.raid_attendance") == "Paladin"


async def test_the_sheet_is_drawn_once_for_many_changes(stage: Stage) -> None:
    sheet = await seated(stage)
    before = len(stage.calls("PATCH", f"/messages/{sheet.id}"))
    card = await my(stage, sheet)
    for note in ("one", "two", "three"):
        await stage.member.submit(await stage.member.click(card, "Note"), note=note)
    await stage.local.pass_time(2 * SECOND)
    assert len(stage.calls("PATCH", f"/messages/{sheet.id}")) == before + 1


async def test_a_game_with_words_of_its_own_is_asked_and_told_in_them(stage: Stage) -> None:
    sheet = await stage.raid(template="ffxiv")
    asked = await stage.member.click(sheet, "Sign up")
    assert "which role do you bring?" in asked.text
    asked = await stage.member.select(asked, ["Pure Healer"])
    assert "which job?" in asked.text
    card = await stage.member.select(asked, ["White Mage"])
    assert card.text.splitlines()[0] == "You are in as **White Mage**, #1."
    assert "Change role or job" in card.text
    assert "White Mage" in (await stage.member.slash("me characters list")).text
    assert "White Mage Pure Healer" not in (await stage.member.slash("me characters list")).text


async def test_one_spec_a_class_is_called_like_the_class(stage: Stage) -> None:
    sheet = await stage.raid(template="party")
    card = await stage.member.select(await stage.member.click(sheet, "Sign up"), ["Tank"])
    assert card.text.splitlines()[0] == "You are in as **Tank**, #1."
    assert "· Tank\n" in (await stage.member.slash("me characters list")).text


async def test_only_what_is_remembered_is_said_to_be(stage: Stage) -> None:
    sheet = await stage.raid()
    assert "next time one click is enough" in (await stage.member.click(sheet, "Sign up")).text
    await stage.sign_up(stage.member, sheet)
    change = "Change class or spec"
    assert "next time one click is enough" in (await stage.member.click(await my(stage, sheet), change)).text
    await alt(stage)
    asked = await stage.member.click(await my(stage, sheet), change)
    assert "One click keeps signing up with your main" in asked.text
    await stage.member.select(await stage.member.select(asked, ["Warrior"]), ["Arms"])
    again = await stage.member.click(await stage.raid(title="Next"), "Sign up")
    assert "You are in as **Holy Paladin**" in again.text


async def test_a_sheet_that_lacks_the_main_s_class_says_that_one_click_is_for_the_main(stage: Stage) -> None:
    await stage.sign_up(stage.member, await stage.raid())
    await alt(stage)
    await stage.value("UPDATE guild_identity.specializations SET name = 'Gone' WHERE name = 'Holy' RETURNING 1")
    asked = await stage.member.click(await stage.raid(title="Next"), "Sign up")
    assert "One click keeps signing up with your main" in asked.text


async def test_a_change_of_spec_that_was_not_meant_leads_back(stage: Stage) -> None:
    sheet = await stage.raid()
    card = await stage.sign_up(stage.member, sheet)
    asked = await stage.member.click(card, "Change class or spec")
    assert "Back" in asked.labels
    assert "You are in as **Holy Paladin**, #1." in (await stage.member.click(asked, "Back")).text


@pytest.mark.parametrize(("game_class", "told"), [("Paladin", ["Healer", "Tank", "Melee"]), ("Mage", [None] * 3)])
async def test_a_spec_says_its_role_where_the_class_has_several(
    stage: Stage, game_class: str, told: list[str | None]
) -> None:
    sheet = await stage.raid()
    asked = await stage.member.select(await stage.member.click(sheet, "Sign up"), [game_class])
    [found] = [one for one in walk(asked.components) if one["type"] == 3]
    assert [one.get("description") for one in found["options"]] == told


async def is_cancelled(stage: Stage, sheet: Message) -> None:
    await stage.officer.slash("raid cancel", event=str(event_id(sheet)))


async def is_closed(stage: Stage, sheet: Message) -> None:
    await stage.officer.slash("raid close", event=str(event_id(sheet)))


async def runs(stage: Stage, _sheet: Message) -> None:
    stage.local.clock.set(FRIDAY)
    await stage.local.settle()


async def is_over(stage: Stage, sheet: Message) -> None:
    stage.local.clock.set(await stage.value("SELECT end_time_utc FROM patt.raid_events"))


async def goes_to_raid_helper(stage: Stage, _sheet: Message) -> None:
    await stage.local.db.execute("UPDATE patt.raid_events SET sheet = 'raid-helper'")


@pytest.mark.parametrize(
    ("becomes", "why", "labels"),
    [
        (is_cancelled, "🚫 **Heroic** is cancelled.", ["Calendar file"]),
        (is_closed, "🔒 **Heroic** is closed: only officers change answers now.", ["Calendar file"]),
        (runs, "▶️ **Heroic** is running: only officers change answers now.", ["Calendar file"]),
        (goes_to_raid_helper, "🔗 **Heroic** is on Raid-Helper by now: change your answer there.", ["Calendar file"]),
        (is_over, "🏁 **Heroic** is over.", []),
    ],
)
async def test_the_card_of_a_raid_that_takes_no_changes_says_why_and_offers_none(
    stage: Stage, becomes: Any, why: str, labels: list[str]
) -> None:
    sheet = await seated(stage)
    old = await my(stage, sheet)
    await becomes(stage, sheet)
    back = forged(stage, button(f"muster:{event_id(sheet)}:card"))
    for shown in (await stage.member.menu("My sign-up", sheet), await stage.member.click(back, "Press")):
        assert shown.text.startswith(why)
        assert "You are in as **Holy Paladin**, #1." in shown.text
        assert shown.labels == labels
    for label in ("Note", "I can also play…", "Change class or spec", "Withdraw"):
        assert is_refusal(await stage.member.click(old, label))


async def test_a_list_left_open_takes_no_answer_to_a_sheet_that_is_raid_helper_s_by_now(stage: Stage) -> None:
    sheet = await seated(stage)
    bo = stage.joins("Bo")
    asked = await bo.click(sheet, "Sign up")
    listed = await bo.select(await bo.click(sheet, "Late"), ["Paladin"])
    before = await stage.rows()
    await goes_to_raid_helper(stage, sheet)
    for refused in (
        await bo.select(asked, ["Priest"]),
        await bo.select(listed, ["Holy"]),
        await bo.click(sheet, "Bench"),
    ):
        assert is_refusal(refused)
        assert "on Raid-Helper by now: answer there" in refused.text
    assert await stage.rows() == before


async def test_the_card_after_the_deadline_says_that_what_one_plays_stands(stage: Stage) -> None:
    sheet = await stage.raid(deadline="24h")
    await stage.sign_up(stage.member, sheet)
    stage.local.clock.set(await stage.value("SELECT deadline_utc FROM patt.raid_events"))
    card = await my(stage, sheet)
    assert card.text.startswith("⏳ What you play stands since the deadline.\nYou are in as **Holy Paladin**, #1.")
    assert below(card) == [["I can also play…"], OWN_REST]


async def test_a_cancelled_raid_s_file_takes_the_night_off_the_calendar(stage: Stage) -> None:
    sheet = await seated(stage)
    await is_cancelled(stage, sheet)
    sent = await stage.member.click(await my(stage, sheet), "Calendar file")
    assert "The raid is cancelled" in sent.text
    [attached] = sent.message.attachments
    assert b"STATUS:CANCELLED" in stage.local.discord.world.files[attached["url"].partition("/cdn/")[2]].content
