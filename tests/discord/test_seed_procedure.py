"""The manual test procedure of the auto-booker's origin, its INSERT word for word, against the running bot."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from raid_stage import Stage

from sandbox.clock import ManualClock
from sandbox.discord.world import Message

INSERT = """
-- Create a test event with start_time_utc = 12 minutes ago
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
"""The database's own clock is in it, so this file's clock stands at the real now."""

SERIES = """
INSERT INTO patt.recurring_events (id, label, event_type, day_of_week, default_start_time, default_duration_minutes,
    discord_channel_id, raid_helper_template_id, is_active, guild_discord_id)
VALUES (1, 'Heroic Night', 'raid', $1, '20:00', 120, $2, 'wowretail2', TRUE, $3)
"""
KEY = "made-up-key-of-the-night-watch-0123456789"
WEEK = timedelta(days=7)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


async def player(stage: Stage, name: str, level: int, *, auto_invite: bool, linked: bool = True) -> None:
    """An active player of that rank level with a main character, with the columns the origin's query reads."""
    user_id = stage.joins(name).actor.id if linked else None
    await stage.local.db.execute(
        """
        WITH rank AS (
            INSERT INTO common.guild_ranks (guild_discord_id, name, level) VALUES ($1, 'rank ' || $3::int, $3)
            ON CONFLICT (guild_discord_id, name) DO UPDATE SET level = excluded.level RETURNING id
        ), account AS (
            INSERT INTO guild_identity.discord_users (discord_id) SELECT $5::bigint WHERE $5 IS NOT NULL RETURNING id
        ), class AS (
            INSERT INTO guild_identity.classes (game, name) VALUES ('wow', 'Paladin')
            ON CONFLICT (game, name) DO UPDATE SET name = excluded.name RETURNING id
        ), spec AS (
            INSERT INTO guild_identity.specializations (class_id, name) SELECT id, 'Holy' FROM class
            ON CONFLICT (class_id, name) DO UPDATE SET name = excluded.name RETURNING id, class_id
        ), main AS (
            INSERT INTO guild_identity.wow_characters (name, class_id, spec_id, is_main)
            SELECT $2, class_id, id, TRUE FROM spec RETURNING id
        ), player AS (
            INSERT INTO guild_identity.players (guild_discord_id, display_name, discord_user_id, guild_rank_id,
                main_character_id, main_spec_id, auto_invite_events)
            SELECT $1, $2, (SELECT id FROM account), rank.id, main.id, spec.id, $4 FROM rank, main, spec RETURNING id
        )
        SELECT count(*) FROM player
        """,
        stage.guild.id,
        name,
        level,
        auto_invite,
        user_id,
    )
    if user_id is not None:
        stage.local.raid_helper.meet(user_id, name)


@pytest.fixture
async def guild(stage: Stage) -> Stage:
    """Four players, one for each of the origin's rules, and the series of the procedure."""
    await player(stage, "Ana", 2, auto_invite=True)
    await player(stage, "Bo", 3, auto_invite=False)
    await player(stage, "Cy", 1, auto_invite=True)
    await player(stage, "Dee", 2, auto_invite=True, linked=False)
    today = await stage.value("SELECT CURRENT_DATE")
    await stage.local.db.execute(SERIES, today.weekday(), stage.raids.id, stage.guild.id)
    return stage


async def connect(stage: Stage) -> None:
    """Connect the server to Raid-Helper, which knows the bot as a leader."""
    stage.local.raid_helper.servers[stage.guild.id] = KEY
    stage.local.raid_helper.meet(stage.local.discord.bot_user.id, "Muster")
    told = await stage.owner.submit(await stage.owner.slash("raidhelper connect"), {"key": KEY})
    assert "is connected" in told.text


async def raids(stage: Stage) -> list[dict[str, Any]]:
    rows = await stage.local.db.fetch("SELECT * FROM patt.raid_events ORDER BY event_date")
    return [dict(row) for row in rows]


async def attendance(stage: Stage, event_id: int) -> dict[str, tuple[str, bool, str]]:
    """Name → status, signed_up, source."""
    rows = await stage.local.db.fetch(
        """
        SELECT player.display_name, status, signed_up, source FROM patt.raid_attendance
        JOIN guild_identity.players player ON player.id = player_id WHERE event_id = $1
        """,
        event_id,
    )
    return {row["display_name"]: (row["status"], row["signed_up"], row["source"]) for row in rows}


def announcements(stage: Stage) -> Sequence[Message]:
    me = stage.local.discord.bot_user
    return [one for one in stage.local.discord.messages(stage.raids) if one.content and one.author is me]


PRE_FILLED = {
    "Ana": ("accepted", True, "auto"),
    "Bo": ("tentative", False, "auto"),
    "Cy": ("bench", False, "auto"),
    "Dee": ("accepted", True, "auto"),
}


def check_booked(source: dict[str, Any], successor: dict[str, Any]) -> None:
    """The origin's checklist for the two rows."""
    assert successor["event_date"] == source["event_date"] + WEEK
    assert successor["start_time_utc"] == source["start_time_utc"] + WEEK
    assert successor["recurring_event_id"] == 1
    assert source["auto_booked"]
    assert successor["auto_booked"]


async def test_natively(guild: Stage) -> None:
    await guild.local.db.execute(INSERT)
    await guild.local.book()
    source, successor = await raids(guild)
    check_booked(source, successor)
    assert successor["title"] == "Heroic Night"
    assert successor["end_time_utc"] - successor["start_time_utc"] == timedelta(minutes=120)
    assert await attendance(guild, successor["id"]) == PRE_FILLED
    assert await attendance(guild, source["id"]) == {}
    sheet, announcement = guild.local.discord.messages(guild.raids)
    link = f"https://discord.com/channels/{guild.guild.id}/{guild.raids.id}/{sheet.id}"
    assert announcement.content == f"📅 Next week's raid has been posted! Sign up here:\n{link}"
    assert not guild.rung()


async def test_on_raid_helper(guild: Stage) -> None:
    await connect(guild)
    await guild.local.db.execute(INSERT)
    await guild.local.book()
    source, successor = await raids(guild)
    check_booked(source, successor)
    assert await attendance(guild, successor["id"]) == PRE_FILLED
    [(event_id, event)] = guild.local.raid_helper.events.items()
    assert successor["raid_helper_event_id"] == event_id
    assert successor["raid_helper_payload"]
    assert event["startTime"] == int(successor["start_time_utc"].replace(second=0).timestamp())  # it knows minutes
    assert event["title"] == "Heroic Night"
    signed = {one["name"]: one["className"] for one in event["signUps"]}
    assert signed == {"Ana": "Healer", "Bo": "Tentative", "Cy": "Bench"}  # who has no Discord is stored, not sent
    [announcement] = announcements(guild)
    link = f"https://discord.com/channels/{guild.guild.id}/{guild.raids.id}/{event_id}"
    assert announcement.content == f"📅 Next week's raid has been posted! Sign up here:\n{link}"


@pytest.mark.parametrize("where", ["natively", "on Raid-Helper"])
async def test_running_it_again_doubles_nothing(guild: Stage, where: str) -> None:
    if where == "on Raid-Helper":
        await connect(guild)
    await guild.local.db.execute(INSERT)
    for _ in range(3):
        await guild.local.book()
        guild.local.clock.advance(timedelta(minutes=2))
    assert len(await raids(guild)) == 2
    assert len(announcements(guild)) == 1
    assert len(guild.local.raid_helper.asked("create")) == (where == "on Raid-Helper")
    assert await guild.value("SELECT count(*) FROM patt.raid_attendance") == 4


@pytest.mark.parametrize("where", ["natively", "on Raid-Helper"])
async def test_week_two_and_week_three_book_too(guild: Stage, where: str) -> None:
    if where == "on Raid-Helper":
        await connect(guild)
    await guild.local.db.execute(INSERT)
    await guild.local.book()
    for _ in range(2):
        await guild.local.pass_time(WEEK)
        await guild.local.book()
    booked = await raids(guild)
    assert len(booked) == 4
    for source, successor in pairwise(booked):
        check_booked(source, successor)
        assert await attendance(guild, successor["id"]) == PRE_FILLED
    assert len(announcements(guild)) == 3
    assert len(guild.local.raid_helper.events) == (3 if where == "on Raid-Helper" else 0)


async def test_the_loop_does_it_by_itself(guild: Stage) -> None:
    await guild.local.db.execute(INSERT)
    autobook = guild.local.bot.get_cog("AutoBook")
    autobook.tick.restart()
    for _ in range(200):
        if len(await raids(guild)) == 2:
            break
        await guild.local.settle()
    await guild.local.settle()
    assert len(announcements(guild)) == 1


async def test_without_a_raid_channel_the_officers_are_warned(guild: Stage) -> None:
    await guild.local.db.execute(
        "UPDATE common.discord_config SET raid_channel_id = NULL, officer_channel_id = $1", guild.officers.id
    )
    await guild.local.db.execute(INSERT)
    await guild.local.book()
    assert len(await raids(guild)) == 2
    assert announcements(guild) == []
    [warning] = guild.local.discord.messages(guild.officers)
    assert "no raid channel is set" in warning.content
