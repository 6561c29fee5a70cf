"""`/raid cancel` and `/raid list`, and how a raid is named in them."""

import pytest
from raid_stage import FRIDAY, Stage, event_id, is_refusal

from sandbox.discord.words import walk

STATUS = "SELECT status FROM patt.raid_events WHERE id = $1"


async def test_a_cancelled_sheet_stays_and_says_so(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.sign_up(stage.member, sheet)
    answer = await stage.officer.slash("raid cancel", event=str(event_id(sheet)), reason="Half of us are ill")
    assert answer.ephemeral
    assert f"**Heroic**, <t:{int(FRIDAY.timestamp())}:F>, is cancelled. The sheet stays and says so." in answer.text
    await stage.redraw()
    [embed] = sheet.embeds
    assert "CANCELLED" in embed["title"]
    assert "Half of us are ill" in embed["description"]
    assert any("Mira" in one["value"] for one in embed["fields"])
    assert all(one["disabled"] for one in walk(sheet.components) if one["type"] == 2)
    assert await stage.value(STATUS, event_id(sheet)) == "CANCELLED"


async def test_with_delete_the_sheet_goes(stage: Stage) -> None:
    sheet, other = await stage.raid(), await stage.raid(title="Other")
    answer = await stage.officer.slash("raid cancel", event=str(event_id(sheet)), delete=True)
    assert "being deleted" in answer.text
    await stage.redraw()
    assert stage.local.discord.messages(stage.raids) == [other]
    assert await stage.value(STATUS, event_id(sheet)) == "CANCELLED"


async def test_a_sheet_deleted_by_hand_is_no_trouble(stage: Stage) -> None:
    sheet = await stage.raid()
    stage.local.discord.delete_message(sheet)
    await stage.until("SELECT discord_message_id IS NULL FROM patt.raid_events")
    answer = await stage.officer.slash("raid cancel", event=str(event_id(sheet)), delete=True)
    assert "is cancelled" in answer.text
    await stage.redraw()
    assert await stage.value("SELECT count(*) FROM patt.scheduled_actions WHERE kind LIKE 'sheet.%'") == 0


async def test_nobody_is_pinged_by_a_reason(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.officer.slash("raid cancel", event=str(event_id(sheet)), reason=f"@everyone <@{stage.member.actor.id}>")
    await stage.redraw()
    assert not stage.rung()


@pytest.mark.parametrize("typed", ["Heroic", "heroic", "  HEROIC "])
async def test_a_typed_title_is_found(stage: Stage, typed: str) -> None:
    sheet = await stage.raid()
    assert "is cancelled" in (await stage.officer.slash("raid cancel", event=typed)).text
    assert await stage.value(STATUS, event_id(sheet)) == "CANCELLED"


async def test_of_two_raids_of_one_title_none_is_guessed(stage: Stage) -> None:
    first, second = await stage.raid(), await stage.raid(when="sat 20:00")
    answer = await stage.officer.slash("raid cancel", event="Heroic")
    assert is_refusal(answer)
    assert "Several raids" in answer.text
    assert "is cancelled" in (await stage.officer.slash("raid cancel", event=str(event_id(second)))).text
    assert "is cancelled" in (await stage.officer.slash("raid cancel", event="Heroic")).text
    assert await stage.value(STATUS, event_id(first)) == "CANCELLED"


async def test_the_list_counts_every_raid_it_has_no_room_for(stage: Stage) -> None:
    await stage.local.db.execute(
        """
        INSERT INTO patt.raid_events (guild_discord_id, title, event_date, start_time_utc, end_time_utc)
        SELECT $1, 'Raid ' || n || repeat('x', 80), '2026-11-27', '2026-11-27 19:00Z', '2026-11-27 22:00Z'
        FROM generate_series(1, 60) n
        """,
        stage.guild.id,
    )
    *shown, rest = (await stage.officer.slash("raid list")).text.splitlines()
    assert rest == f"… and {60 - len(shown)} more"


async def test_a_number_for_a_title_is_found(stage: Stage) -> None:
    sheet = await stage.raid(title="1337")
    assert "is cancelled" in (await stage.officer.slash("raid cancel", event="1337")).text
    assert await stage.value(STATUS, event_id(sheet)) == "CANCELLED"


async def test_cancelling_twice_is_refused(stage: Stage) -> None:
    sheet = await stage.raid()
    await stage.officer.slash("raid cancel", event=str(event_id(sheet)))
    await stage.redraw()
    before = await stage.rows()
    again = await stage.officer.slash("raid cancel", event=str(event_id(sheet)))
    assert is_refusal(again)
    assert "cancelled before" in again.text
    assert await stage.rows() == before


async def test_a_member_may_not(stage: Stage) -> None:
    sheet = await stage.raid()
    answer = await stage.member.slash("raid cancel", event=str(event_id(sheet)))
    assert is_refusal(answer)
    assert "for officers" in answer.text
    assert await stage.value(STATUS, event_id(sheet)) == "SCHEDULED"


async def test_another_servers_raid_is_not_found(stage: Stage, night_off: Stage) -> None:
    theirs = await night_off.raid(title="Theirs")
    for typed in (str(event_id(theirs)), "Theirs"):
        answer = await stage.owner.slash("raid cancel", event=typed)
        assert is_refusal(answer)
        assert "no such raid in this server" in answer.text
    assert await stage.value(STATUS, event_id(theirs)) == "SCHEDULED"


async def test_the_list_names_every_raid_soonest_first(stage: Stage) -> None:
    later, sooner = await stage.raid(title="Later", when="sun 20:00"), await stage.raid(title="Sooner")
    answer = await stage.member.slash("raid list")
    assert answer.ephemeral
    lines = answer.content.splitlines()
    assert [line.split("**")[1] for line in lines] == ["Sooner", "Later"]
    assert all(f"/{sheet.id}" in answer.content for sheet in (later, sooner))
    assert lines[0].startswith(f"`{event_id(sooner)}`")


async def test_an_empty_list_says_what_to_do(stage: Stage) -> None:
    assert "`/raid create`" in (await stage.member.slash("raid list")).text


async def test_the_list_leaves_out_other_servers_and_cancelled_raids(stage: Stage, night_off: Stage) -> None:
    sheet = await stage.raid(title="Gone")
    await night_off.raid(title="Theirs")
    await stage.officer.slash("raid cancel", event=str(event_id(sheet)))
    assert "Nothing is planned" in (await stage.officer.slash("raid list")).text


async def test_a_long_list_fits_into_a_message(stage: Stage) -> None:
    for number in range(15):
        await stage.raid(title=f"{number:02} {'w' * 97}")
    answer = await stage.member.slash("raid list")
    assert len(answer.content) <= 2000
    assert answer.content.splitlines()[-1].endswith("more")


async def test_raids_are_offered_by_title_and_id_with_their_ids_as_values(stage: Stage) -> None:
    heroic, mythic = await stage.raid(title="Heroic"), await stage.raid(title="Mythic", when="sun 20:00")
    offered = await stage.officer.autocomplete("raid cancel", "event")
    assert [choice.value for choice in offered] == [str(event_id(heroic)), str(event_id(mythic))]
    assert offered[0].name == "Heroic · Fri 27 Nov 2026, 20:00 CET · in 2 days"
    for typed in ("myth", str(event_id(mythic)), "MYTHIC"):
        offered = await stage.officer.autocomplete("raid cancel", "event", typed=typed)
        assert str(event_id(mythic)) in [choice.value for choice in offered]
    assert await stage.officer.autocomplete("raid cancel", "event", typed="normal") == []


async def test_no_other_servers_raids_are_offered(stage: Stage, night_off: Stage) -> None:
    await night_off.raid(title="Theirs")
    assert await stage.officer.autocomplete("raid cancel", "event", typed="The") == []
    assert len(await night_off.owner.autocomplete("raid cancel", "event", typed="The")) == 1


async def test_at_most_25_raids_are_offered(stage: Stage) -> None:
    await stage.local.db.execute(
        """
        INSERT INTO patt.raid_events (guild_discord_id, title, event_date, start_time_utc, end_time_utc)
        SELECT $1, 'Raid ' || n, '2026-12-01', $2::timestamptz + n * interval '1 day',
               $2::timestamptz + n * interval '1 day' + interval '3 hours' FROM generate_series(1, 40) n
        """,
        stage.guild.id,
        stage.local.clock.now(),
    )
    assert len(await stage.officer.autocomplete("raid cancel", "event")) == 25
    assert len(await stage.officer.autocomplete("raid cancel", "event", typed="Raid 40")) == 1
