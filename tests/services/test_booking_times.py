"""When next week's raid is, booked end to end: clock changes, odd zones, and a thousand series at once."""

import asyncio
import time as machine
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from db.pool import Pool
from tests.factories import GUILD, RAIDS, new_event, new_series
from tests.services.world import World

MINUTE = timedelta(minutes=1)
WEEK = timedelta(days=7)

TABLE = [
    # zone, wall time, this raid's local day -> next week's start in UTC
    ("Europe/Berlin", time(20), date(2026, 10, 21), datetime(2026, 10, 28, 19, tzinfo=UTC)),
    ("Europe/Berlin", time(20), date(2027, 3, 24), datetime(2027, 3, 31, 18, tzinfo=UTC)),
    ("America/New_York", time(20), date(2026, 10, 28), datetime(2026, 11, 5, 1, tzinfo=UTC)),
    ("America/New_York", time(20), date(2027, 3, 10), datetime(2027, 3, 18, 0, tzinfo=UTC)),
    ("America/New_York", time(21), date(2026, 12, 5), datetime(2026, 12, 13, 2, tzinfo=UTC)),
    ("Australia/Sydney", time(19, 30), date(2026, 9, 30), datetime(2026, 10, 7, 8, 30, tzinfo=UTC)),
    ("Australia/Sydney", time(19, 30), date(2027, 3, 31), datetime(2027, 4, 7, 9, 30, tzinfo=UTC)),
    ("Asia/Kolkata", time(21), date(2026, 11, 25), datetime(2026, 12, 2, 15, 30, tzinfo=UTC)),
    # 02:30 does not exist on 28 March 2027: the first minute after the gap, 03:00 summer time.
    ("Europe/Berlin", time(2, 30), date(2027, 3, 21), datetime(2027, 3, 28, 1, tzinfo=UTC)),
    # 02:30 comes twice on 25 October 2026: the first of the two.
    ("Europe/Berlin", time(2, 30), date(2026, 10, 18), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ("Europe/Berlin", time(20), date(2026, 12, 30), datetime(2027, 1, 6, 19, tzinfo=UTC)),
    ("America/New_York", time(23, 30), date(2026, 12, 31), datetime(2027, 1, 8, 4, 30, tzinfo=UTC)),
]


@pytest.mark.parametrize(
    ("zone", "wall", "day", "expected"), TABLE, ids=[f"{row[0]} {row[1]:%H:%M} {row[2]}" for row in TABLE]
)
async def test_the_wall_time_stays_whatever_the_clocks_do(
    guild: World, zone: str, wall: time, day: date, expected: datetime
) -> None:
    start = datetime.combine(day, wall, ZoneInfo(zone)).astimezone(UTC)
    series_id = await guild.series(new_series(day_of_week=day.weekday(), start_time=wall, timezone=zone))
    await guild.raid(series_id, day=day, starts_at=start)
    assert await guild.look(start + 12 * MINUTE) == 1
    [row] = await guild.successors()
    assert (row["start_time_utc"], row["event_date"], row["occurrence_date"]) == (expected, day + WEEK, day + WEEK)
    assert row["end_time_utc"] - row["start_time_utc"] == timedelta(hours=3)


async def test_saturday_nights_in_new_york_are_never_friday(guild: World) -> None:
    zone = ZoneInfo("America/New_York")
    start = datetime(2026, 10, 3, 21, tzinfo=zone).astimezone(UTC)
    series_id = await guild.series(new_series(day_of_week=5, start_time=time(21), timezone=zone.key))
    await guild.raid(series_id, day=date(2026, 10, 3), starts_at=start)
    for _ in range(26):
        assert await guild.look(start + 12 * MINUTE) == 1
        row = (await guild.successors())[-1]
        start = row["start_time_utc"]
        local = start.astimezone(zone)
        assert (local.weekday(), local.time(), row["event_date"]) == (5, time(21), local.date())


async def test_a_zone_change_of_a_live_series_counts_from_the_next_booking_on(guild: World) -> None:
    event_id = await guild.weekly()
    start = (await guild.event(event_id))["start_time_utc"]
    await guild.pool.execute("UPDATE patt.recurring_events SET timezone = 'America/New_York'")
    assert await guild.look(start + 12 * MINUTE) == 1
    [row] = await guild.successors()
    assert row["start_time_utc"] == datetime(2026, 12, 3, 1, tzinfo=UTC)  # 20:00 in New York


async def test_without_a_zone_it_is_the_origins_seven_days(guild: World) -> None:
    start = datetime(2026, 10, 21, 18, 7, tzinfo=UTC)
    series_id = await guild.series(new_series(timezone=None))
    await guild.raid(series_id, day=date(2026, 10, 21), starts_at=start)
    for week in range(1, 5):
        assert await guild.look(start + 12 * MINUTE) == 1
        row = (await guild.successors())[-1]
        start = row["start_time_utc"]
        assert (start, row["event_date"]) == (
            datetime(2026, 10, 21, 18, 7, tzinfo=UTC) + week * WEEK,
            date(2026, 10, 21) + week * WEEK,
        )


# ---------------------------------------------------------------- many


async def many(world: World, count: int) -> None:
    """So many weekly series whose raid began twelve minutes ago."""
    start = datetime(2026, 11, 25, 19, tzinfo=UTC)
    series_id = await world.series(new_series())
    await world.pool.execute(
        """
        INSERT INTO patt.recurring_events (guild_discord_id, label, day_of_week, default_start_time, timezone, sheet)
        SELECT $1, 'Series ' || number, 2, '20:00', 'Europe/Berlin', 'native' FROM generate_series(2, $2) number
        """,
        GUILD,
        count,
    )
    usual = new_event(series_id=series_id)
    await world.pool.execute(
        """
        INSERT INTO patt.raid_events (guild_discord_id, title, event_date, start_time_utc, end_time_utc,
                                      recurring_event_id, discord_channel_id)
        SELECT $1, label, $2, $3::timestamptz, $3::timestamptz + interval '3 hours', id, $4 FROM patt.recurring_events
        """,
        GUILD,
        usual.day,
        start,
        RAIDS,
    )
    world.clock.set(start + 12 * MINUTE)


@pytest.mark.timeout(180)
async def test_a_thousand_series_in_one_tick_are_each_booked_once_by_two_workers(guild: World) -> None:
    await many(guild, 1000)
    began = machine.monotonic()
    async with guild.worker() as second:
        booked = await asyncio.gather(guild.first.booker.run_once(), second.booker.run_once())
    assert sum(booked) == 1000
    assert machine.monotonic() - began < 150
    rows = await guild.successors()
    assert len({row["recurring_event_id"] for row in rows}) == len(rows) == 1000
    posts = await guild.pool.fetchval("SELECT count(*) FROM patt.scheduled_actions WHERE kind = 'sheet.post'")
    assert (posts, await guild.first.booker.run_once()) == (1000, 0)
    async with guild.worker() as second:
        await asyncio.gather(guild.first.queue.run_due(), second.queue.run_due())
    await guild.run()
    assert {sheet.event.id for sheet in guild.discord.sheets} == {row["id"] for row in rows}
    assert len(guild.discord.sheets) == len(set(guild.discord.said)) == len(guild.discord.said) == 1000
    assert {row["booking_state"] for row in await guild.successors()} == {"announced"}


async def statements(pool: Pool, world: World) -> int:
    """How many statements a look of the auto-booker runs."""
    asked: list[object] = []
    connections = [await pool.acquire() for _ in range(pool.get_size())]
    for one in connections:
        one.add_query_logger(asked.append)
        await pool.release(one)
    await world.first.booker.run_once()
    await asyncio.sleep(0)
    return len(asked)


async def test_a_series_costs_the_same_few_statements_however_many_there_are(guild: World) -> None:
    counted: list[int] = []
    for count in (1, 5, 15, 25):
        await guild.pool.execute("DELETE FROM patt.raid_events")
        await guild.pool.execute("DELETE FROM patt.recurring_events")
        await many(guild, count)
        counted.append(await statements(guild.pool, guild))
        assert len(await guild.successors()) == count
    _first, few, more, most = counted  # the first look reads the template, too
    assert 0 < most - more == more - few <= 10 * 45
