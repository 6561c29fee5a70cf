"""The sheet's buttons and selects, pressed by hand."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest
from raid_stage import ARRIVAL, CHANGE, LEAVE, SECOND, Stage, below, counts, event_id, fields

from bot.domain.ids import EventId
from bot.domain.words import USUAL
from cogs.mine import buttons
from sandbox.discord.hand import Hand
from sandbox.discord.words import walk
from sandbox.discord.world import Message

CLOSED_DM = 50007
SIGNED = """
    SELECT player.display_name, answer.* FROM patt.raid_attendance answer
    JOIN guild_identity.players player ON player.id = answer.player_id
    JOIN guild_identity.discord_users account ON account.id = player.discord_user_id
    WHERE answer.event_id = $1 AND account.discord_id = $2
"""


BOARD_GAMES = """
    INSERT INTO patt.templates (guild_discord_id, name, digest, definition) VALUES ($1, 'board-games', 'x', '{
        "name": "board-games", "title": "Board games", "answers": {"accepted": "Yes", "late": "Later"}}')
"""
ONE_TANK = """
    INSERT INTO patt.templates (guild_discord_id, name, digest, definition) VALUES ($1, 'one-tank', 'x', '{
        "name": "one-tank", "title": "One tank", "roles": [{"name": "Tank", "emoji": "🛡️", "limit": 1}],
        "classes": [{"name": "Warrior", "emoji": "🪓", "specs": [{"name": "Protection", "role": "Tank"}]}]}')
"""


async def sheet_after(stage: Stage, sheet: Message) -> Mapping[str, str]:
    await stage.redraw()
    return fields(sheet)


def interactions(stage: Stage) -> int:
    return stage.local.discord.transcript.interactions


async def test_the_first_sign_up_is_three_touches_and_the_next_raids_one(stage: Stage) -> None:
    first, second = await stage.raid(title="One"), await stage.raid(title="Two")
    before = interactions(stage)
    answer = await stage.member.click(first, "Sign up")
    assert "which class do you bring" in answer.text
    answer = await stage.member.select(answer, ["Paladin"])
    assert "which spec" in answer.text
    answer = await stage.member.select(answer, ["Holy"])
    assert answer.text.startswith("You are in as **Holy Paladin**, #1.")
    assert interactions(stage) - before == 3
    before = interactions(stage)
    answer = await stage.member.click(second, "Sign up")
    assert answer.text.startswith("You are in as **Holy Paladin**, #1.")
    assert interactions(stage) - before == 1
    for sheet in (first, second):
        assert "**Mira** Holy" in (await sheet_after(stage, sheet))["💚 Healers (1)"]


async def test_every_step_is_seen_by_the_member_alone_and_stays_one_message(stage: Stage) -> None:
    sheet = await stage.raid()
    asked = await stage.member.click(sheet, "Sign up")
    chosen = await stage.member.select(asked, ["Paladin"])
    told = await stage.member.select(chosen, ["Holy"])
    assert asked.ephemeral
    assert (chosen.kind, told.kind) == ("update", "update")
    assert asked.message is chosen.message is told.message


ANSWERS = [
    ("wow-retail", "Sign up", ["Paladin", "Holy"], [CHANGE]),
    ("wow-retail", "Late", ["Paladin", "Holy"], [ARRIVAL, CHANGE]),
    ("wow-retail", "Tentative", [], [CHANGE]),
    ("wow-retail", "Bench", [], [CHANGE]),
    ("wow-retail", "Absence", [], [LEAVE]),
    ("ffxiv", "Sign up", ["Pure Healer", "White Mage"], [["Change role or job", "Other character"]]),
    ("party", "Sign up", ["Tank"], [["Change role", "Other character"]]),
    ("plain", "Yes", [], [LEAVE]),
    ("plain", "Tentative", [], [LEAVE]),
    ("plain", "No", [], [LEAVE]),
    ("board-games", "Later", [], [ARRIVAL, LEAVE]),
]


@pytest.mark.parametrize(("game", "button", "picks", "rows"), ANSWERS)
async def test_an_answer_has_two_buttons(
    stage: Stage, game: str, button: str, picks: Sequence[str], rows: list[list[str]]
) -> None:
    await stage.local.db.execute(BOARD_GAMES, stage.guild.id)
    told = await stage.member.click(await stage.raid(title="One", template=game), button)
    for pick in picks:
        told = await stage.member.select(told, [pick])
    assert below(told) == rows
    again = await stage.member.click(await stage.raid(title="Two", template=game), button)
    assert below(again) == rows


async def test_the_benchmark_answers_with_the_buttons_of_a_sign_up(stage: Stage) -> None:
    sheet = await stage.raid()
    told = await stage.sign_up(stage.member, sheet)
    its = buttons(EventId(event_id(sheet)), USUAL).to_components()
    assert [one["custom_id"] for one in walk(told.components) if "custom_id" in one] == [
        one["custom_id"] for one in walk(its) if "custom_id" in one
    ]


async def test_what_a_sign_up_stores(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    row = await stage.row(SIGNED, event_id(sheet), stage.member.actor.id)
    assert (row["display_name"], row["status"], row["source"]) == ("Mira", "accepted", "self")
    assert (row["class_name"], row["spec_name"]) == ("Paladin", "Holy")
    assert (row["signed_up"], row["signed_at"]) == (True, stage.local.clock.now())


@pytest.mark.parametrize(
    ("button", "said", "heading"),
    [
        ("Tentative", "down as **Tentative**", "⚖️ Tentative (1)"),
        ("Bench", "on the **bench**", "🪑 Bench (1)"),
        ("Absence", "down as **Absence**", "🚫 Absence (1)"),
    ],
)
async def test_an_answer_without_a_seat_is_one_touch(stage: Stage, button: str, said: str, heading: str) -> None:
    sheet = await stage.raid()
    before = interactions(stage)
    answer = await stage.member.click(sheet, button)
    assert interactions(stage) - before == 1
    assert answer.ephemeral
    assert said in answer.text
    assert "**Mira**" in (await sheet_after(stage, sheet))[heading]
    assert counts(sheet).startswith("👥 **0**")
    row = await stage.row(SIGNED, event_id(sheet), stage.member.actor.id)
    assert row["signed_up"] is False


async def test_late_holds_a_seat_and_asks_for_class_and_spec_the_first_time(stage: Stage) -> None:
    sheet = await stage.raid(limit=5)
    asked = await stage.member.click(sheet, "Late")
    assert "which class do you bring" in asked.text
    told = await stage.member.select(await stage.member.select(asked, ["Paladin"]), ["Protection"])
    assert told.text.startswith("You are in and coming **late** as **Protection Paladin**, #1.")
    assert "**Mira** Protection" in (await sheet_after(stage, sheet))["🕒 Late (1)"]
    assert counts(sheet).startswith("👥 **1/5** · 🛡️ 1")
    row = await stage.row(SIGNED, event_id(sheet), stage.member.actor.id)
    assert (row["status"], row["signed_up"]) == ("late", True)
    again = await stage.member.click(await stage.raid(title="Next"), "Late")
    assert "coming **late** as **Protection Paladin**" in again.text


async def test_a_late_tank_takes_a_tanks_seat(stage: Stage) -> None:
    await stage.local.db.execute(ONE_TANK, stage.guild.id)
    sheet, bo = await stage.raid(template="one-tank"), stage.joins("Bo")
    await stage.member.select(await stage.member.click(sheet, "Late"), ["Warrior"])
    told = await bo.select(await bo.click(sheet, "Late"), ["Warrior"])
    assert "**queue** at place 1" in told.text


async def test_the_last_answer_counts(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    for button in ("Late", "Absence", "Tentative"):
        await stage.member.click(sheet, button)
    assert list(await sheet_after(stage, sheet)) == ["⚖️ Tentative (1)"]
    assert await stage.value("SELECT count(*) FROM patt.raid_attendance") == 1


async def test_counts_by_role_and_in_all(stage: Stage) -> None:
    sheet = await stage.raid(limit=10)
    for name, game_class, spec in (
        ("Ana", "Paladin", "Holy"),
        ("Bo", "Warrior", "Protection"),
        ("Cy", "Mage", "Fire"),
        ("Dee", "Mage", "Frost"),
    ):
        await stage.sign_up(stage.joins(name), sheet, game_class, spec)
    await stage.joins("Eve").click(sheet, "Tentative")
    shown = await sheet_after(stage, sheet)
    assert counts(sheet) == "👥 **4/10** · 🛡️ 1 · 💚 1 · ⚔️ 0 · 🏹 2"
    assert list(shown) == ["🛡️ Tanks (1)", "💚 Healers (1)", "🏹 Ranged (2)", "⚖️ Tentative (1)"]
    assert [line.split(" ")[0] for line in shown["🏹 Ranged (2)"].splitlines()] == ["`3`", "`4`"]


async def test_nobody_is_pinged_by_a_sign_up(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.joins("@everyone"), sheet)
    await stage.joins("<@&1>").click(sheet, "Bench")
    await stage.redraw()
    assert not stage.rung()


async def test_a_spec_is_of_the_class_that_was_chosen_though_another_template_is_the_raid_s_meanwhile(
    stage: Stage,
) -> None:
    sheet = await stage.raid()
    asked = await stage.member.select(await stage.member.click(sheet, "Sign up"), ["Paladin"])
    await stage.local.db.execute(  # as a series does that brings its raid along: without the first class
        """
        WITH edited AS (
            INSERT INTO patt.templates (guild_discord_id, name, definition, digest)
            SELECT $1, name, definition #- '{classes,0}' #- '{buffs}', 'edited'
            FROM patt.templates WHERE name = 'wow-retail'
            RETURNING id
        )
        UPDATE patt.raid_events SET template_id = edited.id FROM edited
        """,
        stage.guild.id,
    )
    assert "You are in as **Holy Paladin**" in (await stage.member.select(asked, ["Holy"])).text  # priests heal, too


async def test_my_sign_up_before_any_answer(stage: Stage) -> None:
    sheet = await stage.raid()
    answer = await stage.member.click(sheet, "My sign-up")
    assert answer.ephemeral
    assert "You have not answered this sheet yet: press one of its buttons" in answer.text


async def test_my_sign_up_changes_the_spec_and_keeps_the_place(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    await stage.sign_up(stage.joins("Bo"), sheet, "Mage", "Fire")
    await stage.redraw()
    mine = await stage.member.click(sheet, "My sign-up")
    assert "You are in as **Holy Paladin**, #1." in mine.text
    asked = await stage.member.click(mine, "Change class or spec")
    chosen = await stage.member.select(asked, ["Paladin"])
    told = await stage.member.select(chosen, ["Protection"])
    assert "You are in as **Protection Paladin**, #1." in told.text
    assert list(await sheet_after(stage, sheet)) == ["🛡️ Tanks (1)", "🏹 Ranged (1)"]
    again = await stage.member.click(await stage.raid(title="Next"), "Sign up")
    assert "Protection Paladin" in again.text  # the main is what was chosen last


async def test_changing_the_spec_of_a_late_answer_stays_late(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    late = await stage.member.click(sheet, "Late")
    asked = await stage.member.click(late, "Change class or spec")
    told = await stage.member.select(await stage.member.select(asked, ["Mage"]), ["Fire"])
    assert "coming **late** as **Fire Mage**" in told.text


async def test_my_sign_up_withdraws(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    mine = await stage.member.click(sheet, "My sign-up")
    told = await stage.member.click(mine, "Withdraw")
    assert told.kind == "update"
    assert "Your answer for **Heroic** is gone" in told.text
    assert told.labels == []
    assert await sheet_after(stage, sheet) == {}
    assert await stage.value("SELECT count(*) FROM patt.raid_attendance") == 0


async def test_withdrawing_twice_is_answered(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    mine = await stage.member.click(sheet, "My sign-up")
    await stage.member.click(await stage.member.click(sheet, "My sign-up"), "Withdraw")
    again = await stage.member.click(mine, "Withdraw")
    assert "You have not answered this sheet yet" in again.text
    assert again.ephemeral


async def test_whoever_comes_back_goes_to_the_end(stage: Stage) -> None:
    sheet, bo = await stage.raid(limit=1), stage.joins("Bo")
    await stage.sign_up(stage.member, sheet)
    await stage.sign_up(bo, sheet, "Mage", "Fire")
    await stage.member.click(sheet, "Absence")
    stage.local.clock.advance(SECOND)
    back = await stage.member.click(sheet, "Sign up")
    assert "**queue** at place 1" in back.text


async def test_over_the_limit_is_the_queue(stage: Stage) -> None:
    sheet = await stage.raid(limit=1)
    await stage.sign_up(stage.member, sheet)
    told = await stage.sign_up(stage.joins("Bo"), sheet, "Mage", "Fire")
    assert "**queue** at place 1 as **Fire Mage**" in told.text
    cy = stage.joins("Cy")
    late = await cy.select(await cy.select(await cy.click(sheet, "Late"), ["Mage"]), ["Frost"])
    assert "**queue** at place 2" in late.text
    shown = await sheet_after(stage, sheet)
    assert counts(sheet).startswith("👥 **1/1** (+2 in the queue)")
    assert "**Bo**" in shown["⏫ Queue (2)"]


async def queued(stage: Stage, *, dms_open: bool = True) -> tuple[Message, Hand]:
    """A full raid and whoever waits for its one seat, which Mira has."""
    sheet, waiting = await stage.raid(limit=1), stage.joins("Bo", dms_open=dms_open)
    await stage.sign_up(stage.member, sheet)
    await stage.sign_up(waiting, sheet, "Mage", "Fire")
    await stage.redraw()
    return sheet, waiting


@pytest.mark.parametrize("way", ["Absence", "Tentative", "Bench", "Withdraw"])
async def test_an_open_seat_promotes_and_tells(stage: Stage, way: str) -> None:
    sheet, bo = await queued(stage)
    target = await stage.member.click(sheet, "My sign-up") if way == "Withdraw" else sheet
    await stage.member.click(target, way)
    await stage.redraw()
    [direct] = stage.local.discord.dms(bo.actor)
    assert "you are now in **Heroic**" in direct.content
    assert f"/{stage.guild.id}/{stage.raids.id}/{sheet.id}" in direct.content
    assert "**Bo**" in fields(sheet)["🏹 Ranged (1)"]
    assert "#1" in (await bo.click(sheet, "My sign-up")).text
    assert stage.local.discord.dms(stage.member.actor) == []


async def test_closed_direct_messages_fall_back_to_one_mention(stage: Stage) -> None:
    sheet, bo = await queued(stage, dms_open=False)
    with stage.local.discord.expect_refusal(CLOSED_DM):
        await stage.member.click(sheet, "Absence")
        await stage.redraw()
    [_, mention] = stage.local.discord.messages(stage.raids)
    assert f"<@{bo.actor.id}>" in mention.content
    assert mention.pings.who == {bo.actor.id}
    assert mention.pings.users == {bo.actor.id}
    assert not mention.pings.everyone
    assert not mention.pings.roles


async def test_the_plain_template_is_one_touch(stage: Stage) -> None:
    sheet = await stage.raid(template="plain")
    before = interactions(stage)
    yes = await stage.member.click(sheet, "Yes")
    assert interactions(stage) - before == 1
    assert yes.text.startswith("You are in, #1.")
    await stage.joins("Bo").click(sheet, "Tentative")
    no = await stage.joins("Cy").click(sheet, "No")
    assert "down as **No**" in no.text
    shown = await sheet_after(stage, sheet)
    assert list(shown) == ["✅ Yes (1)", "⚖️ Tentative (1)", "🚫 No (1)"]


async def test_after_the_deadline_only_late_and_absence(stage: Stage) -> None:
    sheet = await stage.raid(deadline="24h")
    stage.local.clock.set(await stage.value("SELECT deadline_utc FROM patt.raid_events"))
    await stage.local.settle()
    dead = [one["label"] for one in walk(sheet.components) if one.get("disabled")]
    assert dead == ["Sign up", "Tentative", "Bench"]
    asked = await stage.member.click(sheet, "Late")
    late = await stage.member.select(await stage.member.select(asked, ["Mage"]), ["Fire"])
    assert "coming **late** as **Fire Mage**" in late.text
    assert below(late) == [ARRIVAL, LEAVE]
    assert "**Absence**" in (await stage.member.click(sheet, "Absence")).text


async def test_a_name_is_the_one_others_read_here(stage: Stage) -> None:
    sheet = await stage.raid()
    stage.local.discord.change_member(stage.member.actor, nick="Mira *the* Bold")
    await stage.member.click(sheet, "Bench")
    assert r"**Mira \*the\* Bold**" in (await sheet_after(stage, sheet))["🪑 Bench (1)"]


async def test_many_clicks_are_one_edit(stage: Stage) -> None:
    sheet = await stage.raid()
    hands = [stage.joins(f"Raider{number}") for number in range(20)]
    answers = await asyncio.gather(*(hand.click(sheet, "Bench") for hand in hands))
    assert all("on the **bench**" in one.text for one in answers)
    shown = await sheet_after(stage, sheet)
    assert "🪑 Bench (20)" in shown
    assert len(stage.calls("PATCH", f"/messages/{sheet.id}")) == 1
