"""Starting a series: its rule, its first sheet, and that a refusal writes nothing."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from bot.domain.durations import BadDuration
from bot.domain.event import BadLimit, BadTitle, SheetKind, TitlePings
from bot.domain.permissions import NotAnOfficer
from bot.services.raids import RaidWish
from bot.services.secrets import NoRaidHelperKey
from bot.services.series import SeriesWish
from bot.services.series_wishes import BadRepeat
from bot.services.templates import UnknownTemplate
from bot.services.when import TimeInPast, UnknownWeekday, UnknownZone, UnreadableTime, UnreadableWallTime
from tests.factories import GUILD, OFFICERS, OTHER_GUILD, RAIDS, START, days, member, officer, wednesday
from tests.services.world import World

MINUTE = timedelta(minutes=1)


def wish(**changes: Any) -> SeriesWish:
    return SeriesWish(**{"title": "Heroic", "weekday": "Wednesday", "time": "20:00"} | changes)


# ---------------------------------------------------------------- what is written


async def test_a_series_as_typed_and_its_first_raid(guild: World) -> None:
    typed = {"timezone": "new york", "every": "every 2 weeks", "duration": "2h", "template": "plain", "limit": 20}
    started = await guild.first.desk.add(officer(), wish(channel_id=OFFICERS, **typed))
    series, first = started.series, started.first
    assert (series.label, series.day_of_week, series.start_time) == ("Heroic", 2, time(20))
    assert (series.timezone, series.every_weeks, series.anchor) == ("America/New_York", 2, wednesday(0))
    assert (series.duration, series.template_name, series.total_limit) == (timedelta(hours=2), "plain", 20)
    assert (series.channel_id, series.leader_id, series.sheet) == (OFFICERS, officer().user_id, None)
    assert (first.series_id, first.occurrence, first.day) == (series.id, wednesday(0), wednesday(0))
    assert first.starts_at == datetime(2026, 11, 26, 1, tzinfo=UTC)
    assert (first.title, first.total_limit, first.channel_id) == ("Heroic", 20, OFFICERS)


async def test_the_first_sheet_is_posted_at_once_and_not_announced(guild: World) -> None:
    started = await guild.first.desk.add(officer(), wish())
    await guild.run()
    assert [sheet.event.id for sheet in guild.discord.sheets] == [started.first.id]
    row = await guild.event(started.first.id)
    assert (row["auto_booked"], row["booking_state"], guild.discord.said) == (False, "announced", [])
    [note] = await guild.pool.fetch("SELECT * FROM patt.audit")
    assert (note["action"], note["details"]) == ("series.add", {"series": started.series.id})


@pytest.mark.parametrize("kind", list(SheetKind))
async def test_the_series_goes_on_from_its_first_raid(guild: World, kind: SheetKind) -> None:
    await guild.connect_raid_helper()
    await guild.first.desk.add(member(5, manages_server=True), wish(sheet=kind))
    await guild.run()
    for week in range(3):
        assert await guild.look(START + days(7 * week) + 12 * MINUTE) == 1
    evenings = [row["event_date"] for row in await guild.pool.fetch("SELECT * FROM patt.raid_events ORDER BY id")]
    assert evenings == [wednesday(week) for week in range(4)]
    assert len(guild.discord.said) == 3


@pytest.mark.parametrize(
    ("now", "first"),
    [(START - MINUTE, wednesday(0)), (START, wednesday(1)), (START + MINUTE, wednesday(1))],
)
async def test_the_first_raid_is_the_next_one_still_ahead(guild: World, now: datetime, first: date) -> None:
    guild.clock.set(now)
    assert (await guild.first.desk.add(officer(), wish())).first.day == first


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("2026-12-02", wednesday(1)),
        ("2026-12-03", wednesday(2)),  # a Thursday: the Wednesday after it
        ("2026-11-25", wednesday(0)),
        ("9.12.", wednesday(2)),
    ],
)
async def test_or_the_first_from_a_given_day_on(guild: World, typed: str, first: date) -> None:
    started = await guild.first.desk.add(officer(), wish(first=typed))
    assert (started.first.day, started.series.anchor) == (first, first)


@pytest.mark.parametrize(("own", "first"), [(None, wednesday(0)), ("Pacific/Auckland", wednesday(1))])
async def test_the_first_day_is_the_typists_own_and_the_time_the_series(
    guild: World, own: str | None, first: date
) -> None:
    """In Auckland it is Thursday already, so "today" is behind this week's Wednesday."""
    if own:
        await guild.first.own_zone.change(officer(), own)
    started = await guild.first.desk.add(officer(), wish(first="today", timezone="berlin"))
    assert started.first.starts_at == START + days((first - wednesday(0)).days)
    assert (started.own_zone and started.own_zone.key, started.series.timezone) == (own, "Europe/Berlin")


async def test_every_second_week_is_counted_from_the_first_raid(guild: World) -> None:
    await guild.first.desk.add(officer(), wish(every="every 2 weeks", first="2026-12-02"))
    await guild.look(START + days(7) + 12 * MINUTE)
    rows = await guild.pool.fetch("SELECT event_date FROM patt.raid_events ORDER BY id")
    assert [row["event_date"] for row in rows] == [wednesday(1), wednesday(3)]


@pytest.mark.parametrize(("connected", "kind"), [(True, SheetKind.RAID_HELPER), (False, SheetKind.NATIVE)])
async def test_without_a_word_about_the_sheet_it_is_raid_helpers_when_connected(
    guild: World, connected: bool, kind: SheetKind
) -> None:
    if connected:
        await guild.connect_raid_helper()
    started = await guild.first.desk.add(officer(), wish())
    assert (started.series.sheet, started.first.sheet) == (None, kind)


async def test_without_a_channel_of_its_own_it_follows_the_raid_channel(guild: World) -> None:
    started = await guild.first.desk.add(officer(), wish(here=OFFICERS))
    assert (started.series.channel_id, started.first.channel_id) == (None, RAIDS)


async def test_where_no_raid_channel_is_set_it_stands_where_it_was_typed(world: World) -> None:
    started = await world.first.desk.add(officer(), wish(here=OFFICERS))
    assert (started.series.channel_id, started.first.channel_id) == (OFFICERS, OFFICERS)


async def test_the_running_series_are_this_servers(guild: World) -> None:
    await guild.first.desk.add(officer(), wish())
    assert [one.label for one in await guild.first.desk.running(GUILD)] == ["Heroic"]
    assert await guild.first.desk.running(OTHER_GUILD) == []


# ---------------------------------------------------------------- /raid create … repeat


async def test_a_repeating_raid_is_a_series_from_that_raid_on(guild: World) -> None:
    raid = RaidWish(title="Heroic", when="fri 19:30", duration="2h", limit=20, description="Bring flasks")
    started = await guild.first.desk.repeat(officer(), raid, "every 2 weeks")
    series, first = started.series, started.first
    assert (series.day_of_week, series.start_time, series.timezone) == (4, time(19, 30), "Europe/Berlin")
    assert (series.every_weeks, series.total_limit, series.duration) == (2, 20, timedelta(hours=2))
    assert (first.starts_at, first.description) == (datetime(2026, 11, 27, 18, 30, tzinfo=UTC), "Bring flasks")


async def test_a_repeating_raid_far_ahead_starts_there(guild: World) -> None:
    raid = RaidWish(title="Heroic", when="2027-03-31 20:00")
    first = (await guild.first.desk.repeat(officer(), raid, "weekly")).first
    assert first.starts_at == datetime(2027, 3, 31, 18, tzinfo=UTC)  # summer time by then


@pytest.mark.parametrize(
    ("changes", "repeat", "error"),
    [
        ({"when": "yesterday-ish"}, "weekly", UnreadableTime),
        ({"when": "2026-11-20 20:00"}, "weekly", TimeInPast),
        ({}, "monthly", BadRepeat),
        ({"deadline": "soon"}, "weekly", BadDuration),
        ({"title": ""}, "weekly", BadTitle),
    ],
)
async def test_what_cannot_repeat_writes_nothing(
    guild: World, changes: dict[str, Any], repeat: str, error: type[Exception]
) -> None:
    before = await guild.counts()
    with pytest.raises(error):
        await guild.first.desk.repeat(officer(), RaidWish(**{"title": "Heroic", "when": "fri 19:30"} | changes), repeat)
    assert await guild.counts() == before


# ---------------------------------------------------------------- refused, and nothing written


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"title": ""}, BadTitle),
        ({"title": "x" * 5000}, BadTitle),
        ({"title": "Raid @here"}, TitlePings),
        ({"weekday": "someday"}, UnknownWeekday),
        ({"time": "25:00"}, UnreadableWallTime),
        ({"timezone": "Mars"}, UnknownZone),
        ({"every": "every 0 weeks"}, BadRepeat),
        ({"every": "every 53 weeks"}, BadRepeat),
        ({"every": "now and then"}, BadRepeat),
        ({"duration": "48h"}, BadDuration),
        ({"template": "chess"}, UnknownTemplate),
        ({"limit": 0}, BadLimit),
        ({"limit": 1001}, BadLimit),
        ({"sheet": SheetKind.RAID_HELPER}, NoRaidHelperKey),
        ({"first": "2026-11-20"}, TimeInPast),
        ({"first": "someday"}, UnreadableTime),
    ],
)
async def test_what_was_mistyped_is_refused_and_writes_nothing(
    guild: World, changes: dict[str, Any], error: type[Exception]
) -> None:
    before = await guild.counts()
    with pytest.raises(error):
        await guild.first.desk.add(officer(), wish(**changes))
    assert await guild.counts() == before


async def test_a_member_starts_no_series(guild: World) -> None:
    before = await guild.counts()
    with pytest.raises(NotAnOfficer):
        await guild.first.desk.add(member(), wish())
    assert await guild.counts() == before
