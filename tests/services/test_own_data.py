"""Everything kept about somebody, handed out whole; and nothing left of them when they are forgotten."""

import json
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.ids import EventId
from bot.domain.notice import Notice
from bot.domain.template import Choice
from bot.services.own_data import Forgotten
from bot.services.raids import RaidWish
from bot.services.reminders import HabitsWish
from bot.services.servers import SetUp
from tests.factories import GUILD, NOW, OTHER_GUILD, RAIDS, START, days, member, officer
from tests.services.world import TABLES, World

HOLY = ("Paladin", "Holy")
ARILA = member(1, name="Arila Dawnsong", manages_server=True)
ELSEWHERE = member(1, name="Arila Dawnsong", guild_id=OTHER_GUILD)


async def rows_about(world: World) -> dict[str, list[str]]:
    """Every row of every table that has the name or the account in it."""
    tables = [row[0] for row in await world.pool.fetch(TABLES)]
    found: dict[str, list[str]] = {}
    for table in tables:
        rows = await world.pool.fetch(f"SELECT one::text AS whole FROM {table} one")  # noqa: S608 - names from the catalogue
        about = [row["whole"] for row in rows if "Arila" in row["whole"] or str(ARILA.user_id) in row["whole"]]
        if about:
            found[table] = about
    return found


async def lived(world: World) -> tuple[EventId, EventId]:
    """Somebody who has left a trace wherever one can; the raid ahead and the one that is over."""
    start = NOW + days(3)
    ahead = await world.raid(
        total_limit=1, leader_id=ARILA.user_id, created_by=ARILA.user_id, starts_at=start, day=start.date()
    )
    over = await world.raid()
    for event_id in (ahead, over):
        await world.first.sign_ups.answer(ARILA, event_id, Choice.ACCEPTED, HOLY)
        await world.first.mine.note(ARILA, event_id, "Arila comes by train")
        world.clock.advance(timedelta(seconds=1))
        await world.first.sign_ups.answer(member(2), event_id, Choice.ACCEPTED, HOLY)
    await world.first.absences.add(ARILA, "2027-01-01", "2027-01-10", "Arila rests")
    await world.first.own_zone.change(ARILA, "Tokyo")
    await world.first.reminders.habits(ARILA, HabitsWish("dm", 30, "22:00-08:00"))
    await world.first.edits.close(ARILA, str(over))
    await world.first.officers.remove(officer(), str(over), "Arila Dawnsong")
    await world.first.sign_ups.answer(member(3), ahead, Choice.BENCH)
    await world.pool.execute("UPDATE patt.raid_events SET discord_message_id = 40 + id, status = 'SCHEDULED'")
    await world.pool.execute("UPDATE patt.raid_events SET closed = FALSE WHERE id = $1", over)
    await world.first.sign_ups.answer(ARILA, over, Choice.ACCEPTED, HOLY)
    await world.pool.execute("UPDATE patt.raid_events SET status = 'COMPLETED' WHERE id = $1", over)
    await world.pool.execute("UPDATE patt.raid_attendance SET attended = TRUE WHERE event_id = $1", over)
    await world.insert(
        "patt.told", event_id=over, what="reminder:60", starts_at=NOW, user_discord_id=ARILA.user_id, said=True
    )
    return ahead, over


async def test_the_file_has_every_row_there_is_about_them(guild: World) -> None:
    await lived(guild)
    own = await guild.first.own_data.export(ARILA)
    found: dict[str, Any] = json.loads(own.content)
    assert own.elsewhere == []
    assert found["player"]["display_name"] == "Arila Dawnsong"
    assert found["player"]["timezone"] == "Asia/Tokyo"
    assert found["discord_user_id"] == str(ARILA.user_id)
    assert [one["spec"] for one in found["characters"]] == ["Holy"]
    assert [one["note"] for one in found["away"]] == ["Arila rests"]
    assert [one["raid"] for one in found["sign_ups"]] == ["Heroic", "Heroic"]
    assert "Arila comes by train" in [one["note"] for one in found["sign_ups"]]
    assert [one["action"] for one in found["done_as_officer"]] == ["close"]
    assert len(found["raids_led_or_planned"]) == 1
    assert len(found["told"]) == 1
    exported = {
        "guild_identity.discord_users",
        "guild_identity.players",
        "guild_identity.wow_characters",
        "guild_identity.away",
        "patt.raid_attendance",
        "patt.raid_events",
        "patt.audit",
        "patt.told",
        "patt.scheduled_actions",
    }
    assert (await rows_about(guild)).keys() <= exported


async def test_the_file_of_a_stranger_is_empty_and_of_another_server_says_where(guild: World) -> None:
    await lived(guild)
    there = await guild.first.own_data.export(ELSEWHERE)
    found = json.loads(there.content)
    assert there.elsewhere == [GUILD]
    assert (found["player"], found["characters"], found["sign_ups"]) == (None, None, None)
    assert "train" not in there.content.decode()


async def test_forgotten_nothing_is_left_of_them_and_the_next_moves_up(guild: World) -> None:
    ahead, over = await lived(guild)
    await guild.run()
    guild.discord.notices.clear()
    guild.discord.edits.clear()
    assert await guild.first.own_data.forget(ARILA) == Forgotten(1)
    await guild.pass_time(timedelta(seconds=5))
    assert await rows_about(guild) == {}
    names = """
        SELECT array_agg(display_name ORDER BY p.id) FROM patt.raid_attendance
        JOIN guild_identity.players p ON p.id = player_id WHERE event_id = $1
    """
    assert await guild.pool.fetchval(names, ahead) == ["Member 2", "Member 3"]
    assert sorted(await guild.pool.fetchval(names, over)) == ["Member 2", "Somebody"]
    attended = "SELECT count(*) FROM patt.raid_attendance WHERE event_id = $1 AND attended"
    assert await guild.pool.fetchval(attended, over) == 2
    assert (member(2).user_id, Notice.PROMOTED) in guild.discord.notices
    drawn = {sheet.event.id for sheet in guild.discord.edits}
    assert {ahead, over} <= drawn
    async with guild.first.db.transaction() as tx:
        assert [one.name for one in await tx.people.everybody(GUILD)] == ["Member 2", "Member 3"]


async def test_whoever_was_nowhere_leaves_no_row_and_may_begin_anew(guild: World) -> None:
    await guild.first.own_zone.change(ARILA, "Tokyo")
    assert await guild.first.own_data.forget(ARILA) == Forgotten(0)
    assert await guild.pool.fetchval("SELECT count(*) FROM guild_identity.players") == 0
    assert await guild.pool.fetchval("SELECT count(*) FROM guild_identity.discord_users") == 0
    assert await guild.first.own_data.forget(ARILA) == Forgotten(0)
    await guild.first.sign_ups.answer(ARILA, await guild.raid(), Choice.ACCEPTED, HOLY)
    assert await guild.pool.fetchval("SELECT display_name FROM guild_identity.players") == "Arila Dawnsong"


async def test_an_officer_who_was_never_on_a_sheet_is_forgotten_too(guild: World) -> None:
    """Who plans, leads and sets things up is known by their account alone."""
    await guild.first.servers.set_up(ARILA, SetUp(timezone="Europe/Paris"))
    event = await guild.first.raids.create(ARILA, RaidWish("Heroic", "thu 20:00", channel_id=RAIDS))
    await guild.run()
    assert (await rows_about(guild)).keys() == {"patt.audit", "patt.raid_events"}
    assert await guild.first.own_data.forget(ARILA) == Forgotten(0)
    guild.discord.edits.clear()
    await guild.pass_time(timedelta(seconds=5))
    assert await rows_about(guild) == {}
    assert [sheet.event.id for sheet in guild.discord.edits] == [event.id]  # it named its leader


async def test_the_file_says_what_they_decided_and_what_officers_did_about_them(guild: World) -> None:
    ahead, _ = await lived(guild)
    series_id = await guild.series()
    about = {"recurring_event_id": series_id, "by_discord_id": ARILA.user_id}
    await guild.insert("patt.series_skips", **about, day=START.date())
    await guild.insert("patt.series_moves", **about, day=START.date(), start_time_utc=START)
    await guild.insert("patt.booking_questions", **about, day=START.date(), start_time_utc=START, answer="booked")
    await guild.insert("patt.alerts", event_id=ahead, what="minimum", verdict="kept", by_discord_id=ARILA.user_id)
    found: dict[str, Any] = json.loads((await guild.first.own_data.export(ARILA)).content)
    assert {name: len(rows) for name, rows in found["decided"].items()} == dict.fromkeys(
        ("nights_left_out", "nights_moved", "bookings", "alerts"), 1
    )
    assert [one["action"] for one in found["done_about_them"]] == ["remove"]
    assert "Arila comes by train" in str(found["done_about_them"])
    assert str(officer().user_id) not in str(found)


async def test_other_servers_keep_what_they_have(guild: World) -> None:
    await lived(guild)
    await guild.first.own_zone.change(ELSEWHERE, "Paris")
    await guild.first.own_data.forget(ARILA)
    async with guild.first.db.transaction() as tx:
        assert await tx.people.zone(OTHER_GUILD, ARILA.user_id) == "Europe/Paris"


async def test_two_who_are_forgotten_stay_two_in_the_counts(guild: World) -> None:
    _, over = await lived(guild)
    await guild.first.own_data.forget(ARILA)
    await guild.first.own_data.forget(member(2))
    assert await guild.pool.fetchval("SELECT count(*) FROM patt.raid_attendance WHERE event_id = $1", over) == 2


async def test_an_officers_undo_brings_nobody_back(guild: World) -> None:
    event_id = await guild.raid()
    await guild.first.sign_ups.answer(ARILA, event_id, Choice.ACCEPTED, HOLY)
    removed = await guild.first.officers.remove(officer(), str(event_id), "Arila Dawnsong")
    await guild.pool.execute(
        "INSERT INTO patt.raid_attendance (event_id, player_id, status) SELECT id, 1, 'bench' FROM patt.raid_events"
    )
    await guild.pool.execute("UPDATE patt.raid_events SET status = 'COMPLETED'")
    await guild.first.own_data.forget(ARILA)
    await guild.pool.execute("UPDATE patt.raid_events SET status = 'SCHEDULED'")
    with pytest.raises(Exception, match="not registered here any more"):
        await guild.first.undo.undo(officer(), removed.entry_id)
