"""`/raid show`, `Manage this raid` and the control panel, over Discord."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from raid_stage import FRIDAY, SECOND, Stage, event_id, fields, is_refusal, messages

from bot.domain.event import UnknownEvent
from bot.domain.permissions import NotAnOfficer
from bot.services.officers import OfferGone
from bot.services.panel import NotASheet
from sandbox.discord.answer import Answer
from sandbox.discord.hand import Hand
from sandbox.discord.words import walk
from sandbox.discord.world import Member, Message
from sandbox.local import running_bot

TOO_LATE = timedelta(minutes=11)


async def panel(stage: Stage, sheet: Message, hand: Hand | None = None) -> Answer:
    return await (hand or stage.officer).slash("raid show", event=str(event_id(sheet)))


async def person(stage: Stage, sheet: Message, name: str) -> Answer:
    """The panel of somebody on the sheet."""
    people = await stage.officer.click(await panel(stage, sheet), "Person…")
    return await stage.officer.select(people, [option(people, name)])


def option(shown: Answer, name: str) -> str:
    """The value of the person of that name in the select."""
    options = [one for item in walk(shown.components) for one in item.get("options", [])]
    return next(one["value"] for one in options if one["label"].partition(" ")[2] == name)


def told(stage: Stage, hand: Hand) -> list[str]:
    """What the bot told the member by direct message."""
    assert isinstance(hand.actor, Member)
    return [one.content for one in messages(stage.local.discord.dm_channel(hand.actor.user))]


def people(sheet: Message) -> str:
    return "\n".join(f"{heading}: {names}" for heading, names in fields(sheet).items())


def dead(shown: Answer) -> set[str]:
    """The buttons nobody can press."""
    return {one["label"] for one in walk(shown.components) if one["type"] == 2 and one.get("disabled")}


def forged(shown: Answer, label: str, custom_id: str) -> None:
    """Give a button of the panel another id, as nobody's client does."""
    next(one for one in walk(shown.message.components) if one.get("label") == label)["custom_id"] = custom_id


@asynccontextmanager
async def restarted(stage: Stage) -> AsyncIterator[None]:
    """The process is gone, with everything it had in memory; another one takes its place."""
    await stage.local.bot.close()
    async with running_bot(stage.local.discord, stage.local.settings, stage.local.clock):
        yield


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


async def test_an_offer_is_taken_up(stage: Stage) -> None:
    sheet = await stage.raid()
    mine = await stage.sign_up(stage.member, sheet)
    mine = await stage.member.click(mine, "I can also play…")
    await stage.member.select(mine, ["Retribution Paladin"])
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
    mine = await stage.sign_up(stage.member, sheet)
    shown = await person(stage, sheet, "Mira")
    await stage.member.click(mine, "Withdraw")
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
