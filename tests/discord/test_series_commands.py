"""What `/raid series` does beside `add` and `book`, and the buttons below its answers."""

from datetime import date, timedelta
from typing import Any

import pytest
from raid_stage import FRIDAY, Stage, is_refusal

from sandbox.discord.answer import Answer
from sandbox.local import running_bot

WEEK = timedelta(days=7)
COUNT = "SELECT count(*) FROM patt.raid_events WHERE status <> 'CANCELLED'"


async def heroic(stage: Stage, **options: Any) -> Answer:
    usual = {"title": "Heroic", "weekday": "Friday", "time": "20:00"}
    answer = await stage.officer.slash("raid series add", **(usual | options))
    await stage.local.settle()
    return answer


async def series(stage: Stage, command: str, **options: Any) -> Answer:
    answer = await stage.officer.slash(f"raid series {command}", **options)
    await stage.local.settle()
    return answer


def night(week: int) -> str:
    """The Friday so many weeks after the first."""
    return (FRIDAY + week * WEEK).date().isoformat()


def lines(answer: Answer) -> list[str]:
    """The lines of the answer's embed."""
    return answer.embeds[0]["description"].splitlines()


# ---------------------------------------------------------------- add and list


async def test_starting_a_series_says_what_follows(stage: Stage) -> None:
    answer = await heroic(stage, post="Sunday 18:00", confirm=True, description="Bring flasks")
    assert "on Sunday at 18:00 the officers are asked whether to book the next one" in answer.text
    assert "Your next raids: Fri 27 Nov, 20:00 · Fri 4 Dec, 20:00 · Fri 11 Dec, 20:00" in answer.text
    row = await stage.row("SELECT * FROM patt.recurring_events")
    assert (row["post_weekday"], row["post_time"].hour, row["confirm"]) == (6, 18, True)
    assert row["description"] == "Bring flasks"


async def test_every_three_days_is_a_rhythm_too(stage: Stage) -> None:
    answer = await heroic(stage, every="every 3 days")
    assert "raids every 3 days at 20:00 (Europe/Berlin)" in answer.text
    assert "Fri 27 Nov, 20:00 · Mon 30 Nov, 20:00 · Thu 3 Dec, 20:00" in answer.text


async def test_the_clock_change_is_marked(stage: Stage) -> None:
    answer = await heroic(stage, first="2027-03-19")
    assert "Fri 26 Mar, 20:00 · Fri 2 Apr, 20:00 (clocks go forward an hour)" in answer.text


async def test_the_list_of_a_series_shows_what_becomes_of_each_night(stage: Stage) -> None:
    await heroic(stage)
    await series(stage, "skip", series="Heroic", day=night(1), reason="holidays")
    await series(stage, "break", first=night(2), label="Christmas")
    await series(stage, "move", series="Heroic", day=night(3), when="2026-12-19 21:00")
    answer = await series(stage, "list", series="Heroic")
    [sheet] = stage.local.discord.messages(stage.raids)
    assert answer.ephemeral
    assert "**Heroic** raids every week on Friday at 20:00 (Europe/Berlin)" in answer.text
    link = f"https://discord.com/channels/{stage.guild.id}/{stage.raids.id}/{sheet.id}"
    assert lines(answer) == [
        f"Fri 27 Nov, 20:00 · ✅ [booked]({link})",
        f"Fri 4 Dec, 20:00 · ⏭️ skipped by <@{stage.officer.actor.id}>: holidays",
        "Fri 11 Dec, 20:00 · 🏖️ break: Christmas",
        "Sat 19 Dec, 21:00 · moved · planned",
        "Fri 25 Dec, 20:00 · planned",
        "Fri 1 Jan, 20:00 · planned",
        "Fri 8 Jan, 20:00 · planned",
        "Fri 15 Jan, 20:00 · planned",
    ]
    back = await stage.officer.click(answer, "All series")
    assert back.text.startswith("**Series**\n**Heroic** every week on Friday at 20:00 (Europe/Berlin)\n")


async def test_the_list_of_all_series_shows_how_each_stands_and_opens_it(stage: Stage) -> None:
    assert "No series yet" in (await series(stage, "list")).text
    for title in ("Heroic", "Paused", "Ended"):
        await heroic(stage, title=title)
    await series(stage, "pause", series="Paused", until="2026-12-20")
    await series(stage, "end", series="Ended")
    answer = await series(stage, "list")
    shown = "\n".join(lines(answer))
    assert "**Heroic** every week on Friday at 20:00 (Europe/Berlin)\nnext Fri 27 Nov, 20:00 [sheet](" in shown
    assert "⏸️ paused until Sun 20 Dec" in shown
    assert "⏹️ ended" in shown
    opened = await stage.officer.select(answer, ["Heroic · Friday 20:00"])
    assert len(lines(opened)) == 8


async def test_25_series_with_long_names_fit_page_by_page(stage: Stage) -> None:
    insert = """
        INSERT INTO patt.recurring_events (guild_discord_id, label, day_of_week, default_start_time, timezone)
        SELECT $1, lpad(number::text, 2, '0') || repeat('*', 98), 4, '20:00', 'America/Argentina/Buenos_Aires'
        FROM generate_series(1, 25) number
    """
    await stage.local.db.execute(insert, stage.guild.id)
    answer = await series(stage, "list")
    seen = 0
    for page in range(1, 5):
        assert answer.text.startswith(f"**Series**, page {page} of 4\n")
        seen += len([line for line in lines(answer) if line.startswith("**")])
        if page < 4:
            answer = await stage.officer.click(answer, "▶")
    assert seen == 25
    assert (await stage.officer.click(answer, "◀")).text.startswith("**Series**, page 3 of 4\n")


# ---------------------------------------------------------------- edit


async def test_an_edit_leaves_what_is_booked_and_offers_to_bring_it_along(stage: Stage) -> None:
    await heroic(stage)
    [sheet] = stage.local.discord.messages(stage.raids)
    answer = await series(stage, "edit", series="Heroic", time="19:00", title="Mythic", limit="20")
    assert "**Mythic** now raids every week on Friday at 19:00 (Europe/Berlin)" in answer.text
    assert "Your next raids: Fri 27 Nov, 20:00 (moved) · Fri 4 Dec, 19:00" in answer.text
    assert "standing as they are:\n- Fri 27 Nov, 20:00 · [sheet](" in answer.text
    assert await stage.value("SELECT start_time_utc FROM patt.raid_events") == FRIDAY
    done = await stage.officer.click(answer, "Bring Fri 27 Nov, 20:00 to this")
    await stage.redraw()
    assert "as its series says" in done.text
    assert await stage.value("SELECT start_time_utc FROM patt.raid_events") == FRIDAY - timedelta(hours=1)
    [sheet] = stage.local.discord.messages(stage.raids)
    assert sheet.embeds[0]["title"].endswith("Mythic")


async def test_brought_to_another_game_it_says_how_many_choose_anew(stage: Stage) -> None:
    await heroic(stage)
    [sheet] = stage.local.discord.messages(stage.raids)
    await stage.sign_up(stage.member, sheet)
    answer = await series(stage, "edit", series="Heroic", template="ffxiv")
    done = await stage.officer.click(answer, "Bring Fri 27 Nov, 20:00 to this")
    assert "**1** of its people chose no class of its new template" in done.text


async def test_every_option_of_an_edit_counts(stage: Stage) -> None:
    await heroic(stage)
    elsewhere = stage.local.discord.add_text_channel(stage.guild, "party")
    answer = await series(
        stage,
        "edit",
        series="Heroic",
        weekday="Mittwoch",
        timezone="new york",
        every="every 2 weeks",
        duration="90",
        template="plain",
        channel=elsewhere,
        deadline="24h",
        sheet="native",
        description="Bring flasks",
        leader=stage.member.actor,
        post="Sun 18:00",
        confirm=True,
    )
    assert "now raids every 2 weeks on Wednesday at 20:00 (America/New_York)" in answer.text
    row = await stage.row("SELECT * FROM patt.recurring_events")
    assert (row["day_of_week"], row["timezone"], row["every_weeks"]) == (2, "America/New_York", 2)
    assert (row["default_duration_minutes"], row["template_name"]) == (90, "plain")
    assert (row["discord_channel_id"], row["deadline_minutes"], row["sheet"]) == (elsewhere.id, 1440, "native")
    assert (row["description"], row["leader_discord_id"]) == ("Bring flasks", stage.member.actor.id)
    assert (row["post_weekday"], row["confirm"]) == (6, True)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "Nothing would change"),
        ({"timezone": "Middle-earth/Shire"}, "do not know that time zone"),
        ({"every": "every 0 weeks"}, "every 3 days"),
        ({"post": "sometimes"}, "Sunday 18:00"),
        ({"limit": "many"}, "number from 1 to 1000"),
        ({"sheet": "raid-helper"}, "/raidhelper connect"),
    ],
)
async def test_what_an_edit_refuses_changes_nothing(stage: Stage, options: dict[str, Any], said: str) -> None:
    await heroic(stage)
    before = await stage.row("SELECT * FROM patt.recurring_events")
    answer = await series(stage, "edit", series="Heroic", **options)
    assert is_refusal(answer)
    assert said in answer.text
    assert await stage.row("SELECT * FROM patt.recurring_events") == before


# ---------------------------------------------------------------- skip and move


async def test_the_coming_nights_are_offered(stage: Stage) -> None:
    await heroic(stage)
    await series(stage, "skip", series="Heroic", day=night(1))
    offered = await stage.officer.autocomplete("raid series skip", "day", series="Heroic")
    assert [(one.name, one.value) for one in offered[:3]] == [
        ("Fri 27 Nov, 20:00 · booked", night(0)),
        ("Fri 4 Dec, 20:00 · skipped", night(1)),
        ("Fri 11 Dec, 20:00", night(2)),
    ]
    assert len(offered) == 8
    [found] = await stage.officer.autocomplete("raid series skip", "day", "18 dec", series="Heroic")
    assert found.value == night(3)
    [none] = await stage.officer.autocomplete("raid series skip", "day", series="Nonsense")
    assert "no such series" in none.name


async def test_a_skip_and_its_way_back(stage: Stage) -> None:
    await heroic(stage)
    answer = await series(stage, "skip", series="Heroic", day=night(1))
    assert "leaves out Fri 4 Dec, 20:00" in answer.text
    assert "Your next raids: Fri 27 Nov, 20:00 · Fri 11 Dec, 20:00" in answer.text
    again = await series(stage, "skip", series="Heroic", day=night(1))
    assert "skipped by" in again.text
    done = await stage.officer.click(again, "Raid that night after all")
    assert "raids on Fri 4 Dec, 20:00 after all" in done.text
    late = await stage.officer.click(answer, "Raid that night after all")
    assert is_refusal(late)
    assert "not skipped" in late.text
    assert await stage.value("SELECT count(*) FROM patt.series_skips") == 0


async def test_a_booked_night_is_skipped_after_a_question_and_taken_back(stage: Stage) -> None:
    await heroic(stage)
    reason = "holidays 🎄" * 4
    answer = await series(stage, "skip", series="Heroic", reason=reason)
    assert "is booked already" in answer.text
    assert reason in answer.text
    assert await stage.value(COUNT) == 1
    done = await stage.officer.click(answer, "Cancel that raid and skip the night")
    await stage.redraw()
    assert "Its raid is cancelled" in done.text
    assert await stage.value(COUNT) == 0
    assert (await stage.value("SELECT reason FROM patt.series_skips")).startswith("holidays 🎄holidays 🎄")
    [sheet] = stage.local.discord.messages(stage.raids)
    assert "holidays" in str(sheet.embeds[0])
    back = await stage.officer.click(done, "Raid that night after all")
    await stage.redraw()
    assert "takes place again" in back.text
    assert await stage.value(COUNT) == 1


async def test_a_night_is_moved(stage: Stage) -> None:
    await heroic(stage)
    answer = await series(stage, "move", series="Heroic", day=night(1), when="2026-12-05 21:00")
    assert "Fri 4 Dec, 20:00 is moved to" in answer.text
    assert "Sat 5 Dec, 21:00 (moved)" in answer.text
    refused = await series(stage, "move", series="Heroic", day=night(0), when="2026-11-28 21:00")
    assert is_refusal(refused)
    assert "/raid move" in refused.text


# ---------------------------------------------------------------- pause, resume, end, break


async def test_a_pause_and_its_end(stage: Stage) -> None:
    await heroic(stage)
    answer = await series(stage, "pause", series="Heroic", until="2026-12-20")
    assert "paused until Sun 20 Dec 2026" in answer.text
    assert "still taking place:\n- Fri 27 Nov, 20:00" in answer.text
    assert "Fri 25 Dec, 20:00" in answer.text
    offered = await stage.officer.autocomplete("raid series resume", "series")
    assert [one.name for one in offered] == ["Heroic · Friday 20:00"]
    assert "runs again" in (await series(stage, "resume", series="Heroic")).text
    assert await stage.officer.autocomplete("raid series resume", "series") == []
    assert is_refusal(await series(stage, "resume", series="Heroic"))


@pytest.mark.parametrize("command", ["pause", "end"])
async def test_what_is_booked_is_cancelled_by_the_button(stage: Stage, command: str) -> None:
    await heroic(stage)
    answer = await series(stage, command, series="Heroic")
    assert await stage.value(COUNT) == 1
    done = await stage.officer.click(answer, "Cancel it as well")
    assert done.text.startswith("Cancelled:\n- **Heroic**")
    assert await stage.value(COUNT) == 0


async def test_a_resumed_series_books_again(stage: Stage) -> None:
    await heroic(stage)
    await series(stage, "pause", series="Heroic")
    stage.local.clock.set(FRIDAY + 5 * WEEK + timedelta(days=1))
    answer = await series(stage, "resume", series="Heroic")
    assert "posted within five minutes" in answer.text
    await stage.local.book()
    assert await stage.value(COUNT) == 2
    assert await stage.value("SELECT max(occurrence_date) FROM patt.raid_events") == date.fromisoformat(night(6))


async def test_a_break_over_booked_raids_offers_to_cancel_them(stage: Stage) -> None:
    await heroic(stage)
    answer = await series(stage, "break", first="2026-11-20", last="2026-11-30")
    assert is_refusal(answer)
    answer = await series(stage, "break", first="2026-11-26", last="2026-11-30", label="Thanksgiving")
    assert "from Thu 26 Nov to Mon 30 Nov 2026 (Thanksgiving)" in answer.text
    assert "- **Heroic**" in answer.text
    await stage.officer.click(answer, "Cancel these raids")
    assert await stage.value(COUNT) == 0
    listed = await series(stage, "break")
    assert "from Thu 26 Nov to Mon 30 Nov 2026 (Thanksgiving)" in listed.text
    done = await stage.officer.select(listed, ["Thu 26 Nov to Mon 30 Nov 2026 · Thanksgiving"])
    assert "is gone" in done.text
    assert "No break is planned" in (await series(stage, "break")).text


# ---------------------------------------------------------------- who may


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("list", {}),
        ("list", {"series": "Heroic"}),
        ("edit", {"series": "Heroic", "title": "Mine"}),
        ("skip", {"series": "Heroic"}),
        ("move", {"series": "Heroic", "day": "2026-12-04", "when": "2026-12-05 20:00"}),
        ("pause", {"series": "Heroic"}),
        ("resume", {"series": "Heroic"}),
        ("end", {"series": "Heroic"}),
        ("break", {}),
        ("break", {"first": "2026-12-24"}),
    ],
)
async def test_members_may_not(stage: Stage, command: str, options: dict[str, Any]) -> None:
    await heroic(stage)
    before = await stage.rows()
    answer = await stage.member.slash(f"raid series {command}", **options)
    assert is_refusal(answer)
    assert "for officers" in answer.text
    assert await stage.rows() == before


async def test_the_buttons_outlive_a_restart(stage: Stage) -> None:
    await heroic(stage)
    answer = await series(stage, "skip", series="Heroic", reason="ill")
    await stage.local.bot.close()
    async with running_bot(stage.local.discord, stage.local.settings, stage.local.clock):
        done = await stage.officer.click(answer, "Cancel that raid and skip the night")
    assert "Its raid is cancelled" in done.text
    assert await stage.value("SELECT cancel_reason FROM patt.raid_events") == "ill"
