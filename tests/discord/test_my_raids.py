"""`/raids`, `/me signups` and `/me timezone`, typed by hand."""

from datetime import timedelta

import pytest
from raid_stage import FRIDAY, Stage, is_refusal
from test_restart import restarted


async def test_the_next_raids_with_ones_own_place(stage: Stage) -> None:
    first = await stage.raid(title="Heroic")
    await stage.raid(title="Mythic", when="sat 20:00")
    await stage.sign_up(stage.member, first)
    shown = await stage.member.slash("raids")
    assert shown.ephemeral
    lines = shown.text.splitlines()
    assert lines[0] == f"**Heroic** <t:{int(FRIDAY.timestamp())}:F>"
    assert lines[1].startswith("✅ #1 as Holy Paladin · [sheet](https://discord.com/channels/")
    assert str(first.id) in lines[1]
    assert lines[3].startswith("▫️ not answered yet")
    assert not shown.components


async def test_without_raids_it_says_so(stage: Stage) -> None:
    assert "No raid is planned" in (await stage.member.slash("raids")).text
    assert "No raid from" in (await stage.member.slash("me signups")).text


async def test_pages_turn_also_after_a_restart(stage: Stage) -> None:
    for day in range(1, 9):
        await stage.raid(title=f"Night {day}", when=f"2026-12-{day:02} 20:00")
    shown = await stage.member.slash("raids")
    assert "Night 6" in shown.text
    assert "Night 7" not in shown.text
    assert "Page 1 of 2" in shown.text
    async with restarted(stage):
        turned = await stage.member.click(shown, "Later")
        assert turned.text.startswith("**Night 7**")
        back = await stage.member.click(turned, "Sooner")
        assert back.text.startswith("**Night 1**")


async def test_a_week_ends_where_the_next_begins(stage: Stage) -> None:
    sheet = await stage.raid(title="Heroic", when="fri 20:00")
    await stage.raid(title="Mythic", when="2026-12-02 20:00")
    await stage.sign_up(stage.member, sheet)
    shown = await stage.member.slash("me signups")
    assert "✅ #1 as Holy Paladin" in shown.text
    assert "Mythic" not in shown.text
    turned = await stage.member.click(shown, "Next week")
    assert "Mythic" in turned.text
    assert "Heroic" not in turned.text
    assert "Heroic" in (await stage.member.click(turned, "Week before")).text


async def test_other_servers_raids_are_not_shown(stage: Stage, night_off: Stage) -> None:
    await stage.raid(title="Heroic")
    assert "Heroic" not in (await night_off.owner.slash("raids")).text


async def test_times_are_read_on_ones_own_clocks_everywhere(stage: Stage) -> None:
    said = await stage.officer.slash("me timezone", zone="new york")
    assert "**America/New_York**" in said.text
    [echo] = await stage.officer.autocomplete("raid create", "when", "fri 20:00")
    assert echo.name == "Fri 27 Nov 2026, 20:00 EST · in 2 days"
    there = FRIDAY + timedelta(hours=6)
    await stage.raid(title="Heroic")
    assert await stage.value("SELECT start_time_utc FROM patt.raid_events") == there
    await stage.officer.slash("raid move", event="Heroic", when="fri 21:00")
    assert await stage.value("SELECT start_time_utc FROM patt.raid_events") == there + timedelta(hours=1)
    await stage.officer.slash("raid copy", event="Heroic", when="fri 22:00")
    assert await stage.value("SELECT max(start_time_utc) FROM patt.raid_events") == there + timedelta(hours=2)
    [found, *_] = await stage.officer.autocomplete("raid show", "event", "Heroic")
    assert "EST" in found.name
    # Everybody else's clocks are the server's.
    [echo] = await stage.owner.autocomplete("raid create", "when", "fri 20:00")
    assert "CET" in echo.name


async def test_a_series_keeps_the_servers_clocks(stage: Stage) -> None:
    await stage.officer.slash("me timezone", zone="America/New_York")
    await stage.raid(title="Heroic", when="fri 13:00", repeat="weekly")
    series = await stage.row("SELECT day_of_week, default_start_time, timezone FROM patt.recurring_events")
    assert (series["day_of_week"], f"{series['default_start_time']:%H:%M}") == (4, "19:00")
    assert series["timezone"] == "Europe/Berlin"


async def test_a_night_of_a_series_is_moved_on_ones_own_clocks(stage: Stage) -> None:
    week = {"title": "Heroic", "weekday": "Friday", "time": "20:00"}
    said = await stage.owner.slash("raid series add", **week)
    assert "yours are" not in said.text
    await stage.officer.slash("me timezone", zone="America/New_York")
    said = await stage.officer.slash("raid series add", **week | {"title": "Mythic"})
    assert "Its time is on its own clocks, Europe/Berlin; yours are America/New_York." in said.text
    moved = {"series": "Mythic", "day": "2026-12-04", "when": "2026-12-05 20:00"}
    [echo] = await stage.officer.autocomplete("raid series move", "when", moved["when"], series="Mythic")
    assert echo.name == "Sat 5 Dec 2026, 20:00 EST · in 10 days"
    said = await stage.officer.slash("raid series move", **moved)
    assert "I read the time on your own clocks, America/New_York." in said.text
    said = await stage.officer.slash("raid series move", **moved | {"when": echo.value})
    assert "on your own clocks" not in said.text


async def test_the_own_zone_is_shown_and_reset(stage: Stage) -> None:
    assert "the server's zone, **Europe/Berlin**" in (await stage.member.slash("me timezone")).text
    await stage.member.slash("me timezone", zone="Asia/Tokyo")
    assert "**Asia/Tokyo**" in (await stage.member.slash("me timezone")).text
    assert "the server's zone" in (await stage.member.slash("me timezone", zone="none")).text
    assert await stage.value("SELECT timezone FROM guild_identity.players") is None
    offered = await stage.member.autocomplete("me timezone", "zone", "toky")
    assert [one.value for one in offered] == ["Asia/Tokyo"]


@pytest.mark.parametrize("typed", ["Berln", "Mars/Olympus"])
async def test_an_unknown_zone_writes_nothing(stage: Stage, typed: str) -> None:
    refused = await stage.member.slash("me timezone", zone=typed)
    assert is_refusal(refused)
    assert await stage.value("SELECT count(*) FROM guild_identity.players") == 0


async def test_without_a_servers_zone_ones_own_counts_and_nothing_is_asked(new_server: Stage) -> None:
    said = await new_server.owner.slash("me timezone")
    assert "UTC, for the server has set no zone" in said.text
    await new_server.owner.slash("me timezone", zone="Europe/Berlin")
    created = await new_server.owner.slash("raid create", title="Heroic", when="fri 20:00")
    assert "no time zone yet" not in created.text
    assert await new_server.value("SELECT start_time_utc FROM patt.raid_events") == FRIDAY
