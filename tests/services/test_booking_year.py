"""A year of bookings, week after week, and when nothing is booked."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain.event import SheetKind
from tests.factories import (
    GUILD,
    OTHER_GUILD,
    RAIDS,
    START,
    days,
    new_series,
    wednesday,
)
from tests.services.world import World

MINUTE = timedelta(minutes=1)
WEEK = days(7)
BOOKING_TIME = START + 12 * MINUTE
BERLIN = ZoneInfo("Europe/Berlin")
BOTH = pytest.mark.parametrize("kind", list(SheetKind))


# ---------------------------------------------------------------- a year of it


def years_starts(zone: ZoneInfo | None) -> list[datetime]:
    """The starts of the 52 weeks after the first: 20:00 on Berlin's clocks, or every 168 hours."""
    if zone is None:
        return [START + week * WEEK for week in range(1, 53)]
    return [datetime.combine(wednesday(week), START.astimezone(zone).time(), zone) for week in range(1, 53)]


@BOTH
@pytest.mark.parametrize("zone", [BERLIN, None], ids=["Berlin", "no zone"])
async def test_week_after_week_is_booked_for_a_year(guild: World, kind: SheetKind, zone: ZoneInfo | None) -> None:
    await guild.weekly(kind, timezone=zone and zone.key)
    start, expected = START, years_starts(zone)
    for week in range(52):
        assert await guild.look(start + 12 * MINUTE) == 1, f"week {week + 1}"
        start = (await guild.successors())[-1]["start_time_utc"]
    booked = await guild.successors()
    assert [row["start_time_utc"] for row in booked] == [one.astimezone(UTC) for one in expected]
    assert [row["event_date"] for row in booked] == [wednesday(week) for week in range(1, 53)]
    assert all(row["auto_booked"] and row["booking_state"] == "announced" for row in booked)
    assert guild.sheets_standing(kind) == len(guild.discord.said) == 52


# ---------------------------------------------------------------- when not


@BOTH
async def test_a_raid_somebody_made_by_hand_is_followed_and_not_doubled(guild: World, kind: SheetKind) -> None:
    source_id = await guild.weekly(kind)
    series_id = (await guild.event(source_id))["recurring_event_id"]
    by_hand = await guild.raid(series_id, day=wednesday(1), starts_at=START + WEEK)
    assert await guild.look(BOOKING_TIME) == 0
    source = await guild.event(source_id)
    assert (source["auto_booked"], source["successor_id"]) == (True, by_hand)
    assert (await guild.successors(), guild.discord.said) == ([], [])
    assert await guild.look(BOOKING_TIME + WEEK) == 1  # and the chain goes on from there


@pytest.mark.parametrize(
    "columns",
    [
        {"paused_until": wednesday(1) + days(1)},
        {"paused_until": date.max},
        {"is_active": False},
    ],
    ids=["paused past next week", "paused until resumed", "ended"],
)
async def test_a_paused_or_ended_series_books_nothing(guild: World, columns: dict[str, Any]) -> None:
    await guild.weekly(**columns)
    assert await guild.look(BOOKING_TIME) == 0
    assert await guild.successors() == []


async def test_a_pause_that_ends_in_time_books(guild: World) -> None:
    await guild.weekly(paused_until=wednesday(1))
    assert await guild.look(BOOKING_TIME) == 1


async def test_a_cancelled_raid_is_not_followed(guild: World) -> None:
    source_id = await guild.weekly()
    await guild.pool.execute("UPDATE patt.raid_events SET status = 'CANCELLED' WHERE id = $1", source_id)
    assert await guild.look(BOOKING_TIME) == 0
    assert await guild.successors() == []


async def test_a_raid_of_no_series_is_not_followed(guild: World) -> None:
    await guild.raid()
    assert await guild.look(BOOKING_TIME) == 0
    assert await guild.successors() == []


@pytest.mark.parametrize("skipped", [1, 2])
async def test_skipped_weeks_are_left_out(guild: World, skipped: int) -> None:
    source_id = await guild.weekly()
    series_id = (await guild.event(source_id))["recurring_event_id"]
    for week in range(1, skipped + 1):
        await guild.insert("patt.series_skips", recurring_event_id=series_id, day=wednesday(week))
    await guild.look(BOOKING_TIME)
    assert [row["event_date"] for row in await guild.successors()] == [wednesday(skipped + 1)]


async def test_a_servers_break_is_left_out_and_another_servers_is_not(guild: World) -> None:
    own = {"first_day": wednesday(1) - days(2), "last_day": wednesday(3)}
    await guild.insert("patt.breaks", guild_discord_id=GUILD, **own)
    await guild.insert("patt.breaks", guild_discord_id=OTHER_GUILD, first_day=wednesday(4), last_day=wednesday(9))
    await guild.weekly()
    await guild.look(BOOKING_TIME)
    assert [row["event_date"] for row in await guild.successors()] == [wednesday(4)]


@pytest.mark.parametrize(
    ("connected_after", "booked"), [(timedelta(hours=5, minutes=55), 1), (timedelta(hours=6, minutes=1), 0)]
)
async def test_without_a_raid_helper_key_it_waits_in_silence_until_connected(
    guild: World, connected_after: timedelta, booked: int
) -> None:
    await guild.raid(await guild.series(new_series(sheet=SheetKind.RAID_HELPER)))
    before = await guild.counts()
    assert await guild.look(BOOKING_TIME) == 0
    assert (await guild.counts(), guild.discord.said, guild.raid_helper.calls) == (before, [], [])
    await guild.connect_raid_helper()
    assert await guild.look(START + connected_after) == booked
    assert len(guild.raid_helper.events) == booked


@BOTH
async def test_without_any_channel_to_stand_in_it_waits_until_one_is_set(world: World, kind: SheetKind) -> None:
    await world.weekly(kind)
    before = await world.counts()
    assert await world.look(BOOKING_TIME) == 0
    assert await world.counts() == before
    await world.pool.execute("DELETE FROM common.discord_config")
    await world.set_up(raid_channel_id=RAIDS)
    if kind is SheetKind.RAID_HELPER:
        await world.connect_raid_helper()
    assert await world.look(START + timedelta(hours=1)) == 1
    assert [channel for channel, _ in world.discord.said] == [RAIDS]


async def test_a_booking_without_a_template_of_its_own_has_the_servers(guild: World) -> None:
    await guild.pool.execute("UPDATE common.discord_config SET default_template = 'plain'")
    await guild.weekly()
    await guild.weekly(template_name="wow-retail")
    await guild.look(BOOKING_TIME)
    assert [sheet.template.name for sheet in guild.discord.sheets] == ["plain", "wow-retail"]


async def test_one_series_that_cannot_be_booked_does_not_stop_the_others(guild: World) -> None:
    broken = await guild.weekly(template_name="no such template")
    await guild.weekly()
    await guild.weekly(timezone="Mars/Olympus")
    await guild.weekly()
    assert await guild.look(BOOKING_TIME) == 2
    assert (await guild.event(broken))["auto_booked"] is False
    await guild.pool.execute("UPDATE patt.recurring_events SET template_name = NULL, timezone = NULL")
    assert await guild.look(BOOKING_TIME + 5 * MINUTE) == 2
