"""`/raid series add` and `/raid create … repeat`."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from raid_stage import FRIDAY, Stage, event_id, is_refusal

SERIES = "SELECT * FROM patt.recurring_events WHERE guild_discord_id = $1"
EVENTS = "SELECT count(*) FROM patt.raid_events"


async def add(stage: Stage, **options: Any) -> Any:
    usual = {"title": "Heroic", "weekday": "Friday", "time": "20:00"}
    answer = await stage.officer.slash("raid series add", **(usual | options))
    await stage.local.settle()
    return answer


async def test_the_first_sheet_is_posted_at_once(stage: Stage) -> None:
    answer = await add(stage)
    assert answer.ephemeral
    assert "**Heroic** raids every week on Friday at 20:00 (Europe/Berlin)" in answer.text
    assert f"<t:{int(FRIDAY.timestamp())}:F>" in answer.text
    [sheet] = stage.local.discord.messages(stage.raids)
    assert sheet.embeds[0]["footer"]["text"] == f"#{event_id(sheet)} · Heroic"
    assert await stage.value("SELECT start_time_utc FROM patt.raid_events") == FRIDAY


async def test_every_option_counts(stage: Stage) -> None:
    elsewhere = stage.local.discord.add_text_channel(stage.guild, "party")
    await add(
        stage,
        title="Quiz",
        weekday="Mittwoch",
        time="8pm",
        timezone="new york",
        every="every 2 weeks",
        duration="90",
        template="plain",
        channel=elsewhere,
        limit=6,
        first="2026-12-09",
    )
    series = await stage.row(SERIES, stage.guild.id)
    assert (series["label"], series["day_of_week"], series["default_start_time"]) == ("Quiz", 2, time(20))
    assert (series["timezone"], series["every_weeks"]) == ("America/New_York", 2)
    assert (series["anchor_date"], series["default_duration_minutes"]) == (date(2026, 12, 9), 90)
    assert (series["discord_channel_id"], series["total_limit"]) == (elsewhere.id, 6)
    [sheet] = stage.local.discord.messages(elsewhere)
    start = datetime(2026, 12, 10, 1, 0, tzinfo=UTC)
    assert f"<t:{int(start.timestamp())}:F>" in sheet.embeds[0]["description"]


async def test_a_raid_that_repeats_is_a_series_from_that_raid_on(stage: Stage) -> None:
    answer = await stage.officer.slash("raid create", title="Heroic", when="fri 20:00", repeat="every 2 weeks", limit=8)
    assert "every 2 weeks on Friday at 20:00" in answer.text
    series = await stage.row(SERIES, stage.guild.id)
    assert (series["day_of_week"], series["default_start_time"], series["every_weeks"]) == (4, time(20), 2)
    raid = await stage.row("SELECT * FROM patt.raid_events")
    assert (raid["start_time_utc"], raid["total_limit"]) == (FRIDAY, 8)


async def test_a_repeating_raid_keeps_its_description_week_after_week(stage: Stage) -> None:
    await stage.raid(repeat="weekly", description="Bring flasks")
    stage.local.clock.set(FRIDAY.replace(minute=12))
    await stage.local.book()
    sheets = [one for one in stage.local.discord.messages(stage.raids) if one.embeds]
    assert len(sheets) == 2
    assert all("Bring flasks" in sheet.embeds[0]["description"] for sheet in sheets)


async def test_a_repeating_raid_keeps_its_deadline_week_after_week(stage: Stage) -> None:
    await stage.raid(repeat="weekly", deadline="24h")
    stage.local.clock.set(FRIDAY.replace(minute=12))
    await stage.local.book()
    left = await stage.local.db.fetch("SELECT start_time_utc - deadline_utc AS left FROM patt.raid_events")
    assert [row["left"] for row in left] == [timedelta(hours=24)] * 2


async def test_a_series_has_a_deadline_for_every_raid(stage: Stage) -> None:
    await stage.officer.slash("raid series add", title="Heroic", weekday="Friday", time="20:00", deadline="24h")
    assert await stage.value("SELECT deadline_utc FROM patt.raid_events") == FRIDAY - timedelta(hours=24)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"weekday": "Caturday"}, "do not know that weekday"),
        ({"time": "half past never"}, "cannot read that time of day"),
        ({"timezone": "Middle-earth/Shire"}, "do not know that time zone"),
        ({"every": "fortnightly"}, "every 2 weeks"),
        ({"every": "every 0 weeks"}, "every 2 weeks"),
        ({"every": "every 99 weeks"}, "every 52 weeks"),
        ({"duration": "long"}, "`duration` as a length of time: it takes `1 min` to `1 d`"),
        ({"deadline": "8d"}, "8 d is too long: `deadline` takes `1 min` to `6 d`"),
        ({"template": "nonsense"}, "no such template"),
        ({"limit": 0}, "`limit` is a number from 1 to 1000"),
        ({"first": "2020-01-01"}, "already passed"),
        ({"first": "soonish"}, "cannot read that day"),
        ({"title": "@everyone come"}, "cannot ping"),
        ({"title": "x" * 101}, "1 to 100 characters"),
        ({"sheet": "raid-helper"}, "/raidhelper connect"),
    ],
)
async def test_what_is_refused_stores_nothing(stage: Stage, options: dict[str, Any], said: str) -> None:
    before = await stage.rows()
    answer = await add(stage, **options)
    assert is_refusal(answer)
    assert said in answer.text
    assert await stage.rows() == before
    assert stage.local.discord.messages(stage.raids) == []


@pytest.mark.parametrize("command", ["raid series add", "raid create"])
async def test_a_member_may_not(stage: Stage, command: str) -> None:
    at = {"weekday": "fri", "time": "20:00"} if command == "raid series add" else {"when": "fri 20:00"}
    before = await stage.rows()
    answer = await stage.member.slash(command, title="Heroic", **at)
    assert is_refusal(answer)
    assert "for officers" in answer.text
    assert await stage.rows() == before


async def test_days_zones_and_templates_are_offered(stage: Stage) -> None:
    days = await stage.officer.autocomplete("raid series add", "weekday")
    assert [choice.value for choice in days] == [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ]
    assert [one.value for one in await stage.officer.autocomplete("raid series add", "weekday", "t")] == [
        "Tuesday",
        "Thursday",
    ]
    zones = await stage.officer.autocomplete("raid series add", "timezone", "vienna")
    assert zones[0].value == "Europe/Vienna"
    assert [one.value for one in await stage.officer.autocomplete("raid series add", "template", "plain")] == ["plain"]


async def test_the_next_week_books_itself_and_the_cancelled_one_does_not(stage: Stage) -> None:
    await add(stage, title="Heroic")
    await add(stage, title="Dropped")
    [_, dropped] = stage.local.discord.messages(stage.raids)
    await stage.officer.slash("raid cancel", event=str(event_id(dropped)))
    stage.local.clock.set(FRIDAY.replace(minute=12))
    await stage.local.book()
    assert await stage.value(EVENTS) == 3
    assert await stage.value(f"{EVENTS} WHERE auto_booked AND title = 'Heroic'") == 2


async def test_the_next_raid_is_booked_at_an_officers_word(stage: Stage) -> None:
    await add(stage, sheet="native")
    [raid] = stage.local.discord.messages(stage.raids)
    await stage.officer.slash("raid cancel", event=str(event_id(raid)))
    offered = await stage.officer.autocomplete("raid series book", "series", typed="her")
    assert [one.name for one in offered] == ["Heroic · Friday 20:00"]
    answer = await stage.officer.slash("raid series book", series=offered[0].value)
    assert f"is booked for <t:{int((FRIDAY + timedelta(days=7)).timestamp())}:F>" in answer.text
    await stage.local.settle()
    assert len(stage.local.discord.messages(stage.raids)) == 3  # the cancelled sheet, the next one, its announcement
    assert is_refusal(await stage.officer.slash("raid series book", series="Heroic"))
    assert is_refusal(await stage.member.slash("raid series book", series="Heroic"))
