"""Next week's sheet: when it is booked, what it looks like, and that nothing is ever booked twice."""

import asyncio
from datetime import date, timedelta

import pytest

from bot.domain.event import SheetKind
from sandbox.raid_helper.server import RaidHelperStandIn
from tests.factories import (
    BOT,
    GUILD,
    OFFICERS,
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
BOTH = pytest.mark.parametrize("kind", list(SheetKind))
ANNOUNCEMENT = "📅 Next week's raid has been posted! Sign up here:\nhttps://discord.com/channels/{}/{}/{}"


# ---------------------------------------------------------------- when


@pytest.mark.parametrize(
    ("after_start", "booked"),
    [
        (timedelta(0), 0),
        (10 * MINUTE - timedelta(seconds=1), 0),
        (10 * MINUTE, 1),
        (15 * MINUTE, 1),
        (20 * MINUTE, 1),
        (20 * MINUTE + timedelta(seconds=1), 1),  # the origin's window is over: this is caught up
        (timedelta(hours=6), 1),
        (timedelta(hours=6, seconds=1), 0),
    ],
)
async def test_it_books_from_ten_minutes_after_the_start_and_catches_up_for_six_hours(
    guild: World, after_start: timedelta, booked: int
) -> None:
    await guild.weekly()
    assert await guild.look(START + after_start) == booked
    assert len(await guild.successors()) == booked


@BOTH
async def test_looking_twice_doubles_nothing(guild: World, kind: SheetKind) -> None:
    await guild.weekly(kind)
    assert [await guild.look(BOOKING_TIME), await guild.look(BOOKING_TIME + 5 * MINUTE)] == [1, 0]
    assert len(await guild.successors()) == guild.sheets_standing(kind) == len(guild.discord.said) == 1


@BOTH
async def test_two_workers_looking_at_once_make_one_raid_and_one_sheet(guild: World, kind: SheetKind) -> None:
    source_id = await guild.weekly(kind)
    guild.clock.set(BOOKING_TIME)
    async with guild.worker() as second:
        workers = (guild.first, second)
        booked = await asyncio.gather(*(one.booker.run_once() for one in workers for _ in range(3)))
        assert (await guild.event(source_id))["auto_booked"] is False  # not before next week's sheet stands
        await asyncio.gather(*(one.queue.run_due() for one in workers))
    await guild.run()
    assert sum(booked) == 1
    assert len(await guild.successors()) == guild.sheets_standing(kind) == len(guild.discord.said) == 1


# ---------------------------------------------------------------- what


async def test_the_native_sheet_of_next_week_is_posted_and_announced(guild: World) -> None:
    columns = {"description": "Bring flasks", "total_limit": 25, "leader_discord_id": BOT + 3}
    source_id = await guild.weekly(**columns)
    await guild.look(BOOKING_TIME)
    source, [booked] = await guild.event(source_id), await guild.successors()
    assert (booked["event_date"], booked["occurrence_date"]) == (wednesday(1), wednesday(1))
    assert booked["start_time_utc"] == START + WEEK
    assert booked["end_time_utc"] - booked["start_time_utc"] == timedelta(hours=3)
    assert (booked["guild_discord_id"], booked["sheet"], booked["title"]) == (GUILD, "native", "Weekly Heroic")
    assert {name: booked[name] for name in columns} == columns
    assert (source["successor_id"], source["auto_booked"], booked["auto_booked"]) == (booked["id"], True, True)
    assert booked["booking_state"] == "announced"
    assert [sheet.event.id for sheet in guild.discord.sheets] == [booked["id"]]
    assert guild.discord.said == [(RAIDS, ANNOUNCEMENT.format(GUILD, RAIDS, booked["discord_message_id"]))]
    assert guild.raid_helper.calls == []


async def test_the_raid_helper_event_of_next_week_is_created_and_announced(guild: World) -> None:
    source_id = await guild.weekly(SheetKind.RAID_HELPER)
    await guild.look(BOOKING_TIME)
    source, [booked] = await guild.event(source_id), await guild.successors()
    [(event_id, event)] = guild.raid_helper.events.items()
    assert (event["title"], event["startTime"]) == ("Weekly Heroic", int((START + WEEK).timestamp()))
    assert event["endTime"] - event["startTime"] == 180 * 60
    assert (event["templateId"], event["leaderId"], event["channelId"]) == ("wowretail2", str(BOT), str(RAIDS))
    assert event["description"].startswith("Auto-scheduled raid. Sign up below!")
    assert (booked["raid_helper_event_id"], booked["raid_helper_payload"]["id"]) == (event_id, event_id)
    assert (source["successor_id"], source["auto_booked"], booked["auto_booked"]) == (booked["id"], True, True)
    assert (booked["event_date"], booked["booking_state"], booked["sheet"]) == (
        wednesday(1),
        "announced",
        "raid-helper",
    )
    assert guild.discord.said == [(RAIDS, ANNOUNCEMENT.format(GUILD, RAIDS, event_id))]
    assert guild.discord.sheets == []


async def test_the_series_names_channel_template_and_duration_on_raid_helper(guild: World) -> None:
    columns = {"discord_channel_id": OFFICERS, "raid_helper_template_id": "2", "default_duration_minutes": 90}
    await guild.weekly(SheetKind.RAID_HELPER, **columns)
    await guild.look(BOOKING_TIME)
    [event] = guild.raid_helper.events.values()
    assert (event["channelId"], event["templateId"]) == (str(OFFICERS), "2")
    assert event["endTime"] - event["startTime"] == 90 * 60
    assert guild.discord.said[0][0] == RAIDS  # announced where raids are announced, wherever the sheet stands


async def test_a_booked_sheet_follows_the_series_definition_and_not_last_weeks_accident(guild: World) -> None:
    series_id = await guild.series()
    await guild.raid(series_id, title="Moved by an hour", starts_at=START + timedelta(hours=1))
    await guild.look(BOOKING_TIME + timedelta(hours=1))
    [booked] = await guild.successors()
    assert (booked["title"], booked["start_time_utc"]) == ("Weekly Heroic", START + WEEK)


@pytest.mark.parametrize(
    ("connected", "sheet"), [(True, "raid-helper"), (False, "native")], ids=["with a key", "without"]
)
async def test_a_series_that_names_no_sheet_uses_raid_helper_when_connected(
    guild: World, connected: bool, sheet: str
) -> None:
    if connected:
        await guild.connect_raid_helper()
    await guild.raid(await guild.series(new_series(sheet=None)))
    await guild.look(BOOKING_TIME)
    assert [row["sheet"] for row in await guild.successors()] == [sheet]


# ---------------------------------------------------------------- the season and the announcement


async def test_the_season_is_the_one_running_on_that_day(guild: World) -> None:
    ended = {"guild_discord_id": GUILD, "start_date": date(2026, 9, 1), "end_date": wednesday(1) - days(1)}
    await guild.insert("patt.raid_seasons", **ended)
    running = await guild.insert("patt.raid_seasons", guild_discord_id=GUILD, start_date=wednesday(1))
    await guild.insert("patt.raid_seasons", guild_discord_id=OTHER_GUILD, start_date=wednesday(1))
    await guild.weekly()
    await guild.look(BOOKING_TIME)
    assert [row["season_id"] for row in await guild.successors()] == [running]


async def test_without_a_season_the_raid_has_none(guild: World) -> None:
    await guild.weekly()
    await guild.look(BOOKING_TIME)
    assert [row["season_id"] for row in await guild.successors()] == [None]


async def test_without_a_raid_channel_the_officers_are_warned(world: World) -> None:
    await world.set_up(officer_channel_id=OFFICERS)
    await world.weekly(discord_channel_id=RAIDS)
    await world.look(BOOKING_TIME)
    [(channel, text)] = world.discord.said
    [booked] = await world.successors()
    assert channel == OFFICERS
    assert text.endswith(f"https://discord.com/channels/{GUILD}/{RAIDS}/{booked['discord_message_id']}")
    assert booked["booking_state"] == "announced"


async def test_without_any_channel_the_booking_still_stands(world: World) -> None:
    await world.weekly(discord_channel_id=RAIDS)
    await world.look(BOOKING_TIME)
    assert ([row["booking_state"] for row in await world.successors()], world.discord.said) == (["announced"], [])


# ---------------------------------------------------------------- the origin's own procedure


async def test_the_origins_manual_test_procedure(world: World, raid_helper: RaidHelperStandIn) -> None:
    await world.set_up(raid_channel_id=RAIDS)
    await world.connect_raid_helper()
    series = {"label": "Raid", "event_type": "raid", "day_of_week": 2, "default_start_time": START.time()}
    series_id = await world.insert("patt.recurring_events", guild_discord_id=GUILD, **series)
    assert series_id == 1
    await world.pool.execute(
        """
        INSERT INTO patt.raid_events (title, event_date, start_time_utc, end_time_utc, recurring_event_id, auto_booked)
        VALUES (
            'TEST Auto-Book',
            CURRENT_DATE,
            NOW() - INTERVAL '12 minutes',
            NOW() + INTERVAL '108 minutes',
            1,  -- a valid recurring_event_id
            FALSE
        );
        """
    )
    source = (await world.pool.fetch("SELECT * FROM patt.raid_events"))[0]
    for _ in range(2):
        await world.look(source["start_time_utc"] + 12 * MINUTE)
    source, booked = await world.pool.fetch("SELECT * FROM patt.raid_events ORDER BY id")
    assert (source["auto_booked"], booked["auto_booked"], source["guild_discord_id"]) == (True, True, GUILD)
    assert booked["event_date"] == source["event_date"] + days(7)
    assert booked["start_time_utc"] == source["start_time_utc"] + days(7)
    assert [int(event) for event in raid_helper.events] == [int(booked["raid_helper_event_id"])]
    assert len(world.discord.said) == 1


async def test_a_stored_key_nobody_can_open_turns_no_series_native(guild: World) -> None:
    await guild.connect_raid_helper()
    await guild.raid(await guild.series(new_series(sheet=None)))
    await guild.pool.execute("UPDATE common.discord_config SET raid_helper_api_key = 'closed with another key'")
    assert await guild.look(BOOKING_TIME) == 0
    assert await guild.successors() == []
