"""After `/me forget` no column of any table holds the person's id, and no sheet of Raid-Helper's brings them back."""

import re
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.event import Event, SheetKind
from bot.domain.template import Choice
from bot.services.own_data import Forgotten
from bot.services.raid_edits import EditWish
from bot.services.raids import RaidWish
from bot.services.retention import Retention
from bot.services.series import SeriesWish
from db.migrate import MIGRATIONS
from sandbox.raid_helper import faults
from tests.factories import GUILD, NOW, RAIDS, START, days, member, officer, wednesday
from tests.services.test_raid_helper_import import stands_there, take
from tests.services.test_raid_helper_mirror import look, names, posted, presses
from tests.services.world import World

ARILA = member(1, name="Arila Dawnsong", manages_server=True)
HOLY = ("Paladin", "Holy")
COLUMNS = """
    SELECT format('%I.%I', table_schema, table_name) AS table, column_name AS column, data_type AS type
    FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema IN ('patt', 'common', 'guild_identity') AND table_type = 'BASE TABLE'
"""
NAMES_A_USER = re.compile(r"(user|leader|actor|by)_discord_id|created_by|discord_users\.discord_id")
"""Columns that by their names hold somebody's id: whatever was there before must have been in each."""
ALSO_IN = {
    "patt.audit.details",
    "patt.action_log.outcome",
    "patt.comps.told",
    "patt.raid_events.raid_helper_payload",
    "patt.scheduled_actions.lane",
    "patt.scheduled_actions.last_error",
    "patt.scheduled_actions.payload",
}
"""What else may hold one: JSON, and texts the bot writes itself."""


async def where(world: World, wanted: object) -> set[str]:
    """The columns that have it anywhere, as a number, in a text or in JSON."""
    found = set()
    for one in await world.pool.fetch(COLUMNS):
        about = f"SELECT EXISTS (SELECT FROM {one['table']} WHERE {one['column']}::text LIKE '%' || $1 || '%')"  # noqa: S608 - names from the catalogue
        if await world.pool.fetchval(about, str(wanted)):
            found.add(f"{one['table']}.{one['column']}")
    return found


async def named_after_users(world: World) -> set[str]:
    columns = [f"{one['table']}.{one['column']}" for one in await world.pool.fetch(COLUMNS)]
    return {one for one in columns if NAMES_A_USER.search(one)}


async def lived(world: World) -> Event:
    """Somebody who leads, plans, answers, decides and has been told of things; their raid on Raid-Helper."""
    raid = await posted(world)
    await presses(world, raid, 1, "Tank", "Blood")
    await look(world)
    await world.first.edits.edit(officer(), str(raid.id), EditWish(leader_id=ARILA.user_id))
    here = await world.first.raids.create(ARILA, RaidWish("Mythic", "thu 20:00", channel_id=RAIDS))
    await world.first.sign_ups.answer(ARILA, here.id, Choice.ACCEPTED, HOLY)
    await world.first.desk.add(ARILA, SeriesWish("Heroic", "Friday", "20:00", sheet=SheetKind.NATIVE, confirm=True))
    series_id = await world.pool.fetchval("SELECT id FROM patt.recurring_events")
    await world.first.rests.skip(ARILA, str(series_id), "2026-12-04", None)
    await world.first.rests.move(ARILA, str(series_id), "2026-12-11", "2026-12-12 20:00")
    about = {"event_id": here.id, "user_discord_id": ARILA.user_id}
    await world.insert("patt.role_holders", **about, given=True)
    await world.insert("patt.told", **about, what="reminder:60", starts_at=NOW, said=True)
    await world.insert("patt.comps", event_id=here.id, told={str(ARILA.user_id): 1})
    await world.insert("patt.alerts", event_id=here.id, what="minimum", verdict="kept", by_discord_id=ARILA.user_id)
    night = {"recurring_event_id": series_id, "day": wednesday(3), "start_time_utc": START}
    await world.insert("patt.booking_questions", **night, answer="booked", by_discord_id=ARILA.user_id)
    old = {"id": 10**6, "guild_discord_id": GUILD, "kind": "dm", "due_at": NOW, "done_at": NOW, "attempts": 1}
    await world.insert("patt.action_log", **old, outcome=f"told {ARILA.user_id}")
    letter = {
        "guild_discord_id": GUILD,
        "kind": "people.tell",
        "lane": "x",
        "due_at": NOW,
        "wake_at": NOW,
        "dead": True,
    }
    payload = {"by": ARILA.user_id, "all": [1, ARILA.user_id], "text": f"<@{ARILA.user_id}>", str(ARILA.user_id): True}
    await world.insert("patt.scheduled_actions", **letter, payload=payload, last_error=f"no user {ARILA.user_id}")
    to_come = {"kind": "people.tell", "due_at": NOW + days(9), "wake_at": NOW + days(9)}
    await world.insert("patt.scheduled_actions", guild_discord_id=GUILD, lane=f"member:{ARILA.user_id}", **to_come)
    # As it was kept before it was kept without people.
    people = {"leaderId": str(ARILA.user_id), "signUps": [{"userId": str(ARILA.user_id), "className": "Tank"}]}
    await world.pool.execute(
        "UPDATE patt.raid_events SET raid_helper_payload = raid_helper_payload || $2 WHERE id = $1", raid.id, people
    )
    return raid


async def test_no_column_of_any_table_holds_the_id_of_whoever_is_forgotten(guild: World) -> None:
    raid = await lived(guild)
    assert await where(guild, ARILA.user_id) >= await named_after_users(guild) | ALSO_IN
    assert await guild.first.own_data.forget(ARILA) == Forgotten(2, 1)
    assert await where(guild, ARILA.user_id) == set()
    assert await where(guild, "Arila") == set()
    # Nor does whatever was under way write it down again: the queue, Raid-Helper's sheet read anew, a year of days.
    await guild.recover()
    await look(guild)
    assert await where(guild, ARILA.user_id) == set()
    there = guild.raid_helper.events[raid.raid_helper_event_id or ""]
    assert str(ARILA.user_id) not in str(there)


async def test_what_was_kept_before_is_kept_without_its_people_from_now_on(guild: World) -> None:
    event_id, other = await guild.raid(), await guild.raid(starts_at=START + days(1), day=(START + days(1)).date())
    row = {"userId": str(ARILA.user_id), "name": "Arila", "className": "Tank", "specName": "Blood", "position": 1}
    there = {"id": "9", "leaderId": str(ARILA.user_id), "leaderName": "Arila", "title": "Heroic", "signUps": [row]}
    put = "UPDATE patt.raid_events SET raid_helper_payload = $2 WHERE id = $1"
    await guild.pool.execute(put, event_id, there)
    await guild.pool.execute(put, other, {"id": "10", "title": "Mythic"})
    [once] = re.findall(r"^UPDATE .*?;", (MIGRATIONS / "0011_forgotten.sql").read_text(), re.MULTILINE | re.DOTALL)
    await guild.pool.execute(once)
    kept = [{"className": "Tank", "specName": "Blood", "position": 1}]
    assert (await guild.event(event_id))["raid_helper_payload"] == {"id": "9", "title": "Heroic", "signUps": kept}
    assert (await guild.event(other))["raid_helper_payload"] == {"id": "10", "title": "Mythic"}


@pytest.mark.parametrize(
    ("document", "left"),
    [
        ({"by": 77}, {"by": None}),
        ({"all": [77, 1, 77]}, {"all": [None, 1, None]}),
        ({"who": "77", "77": 2}, {"who": None, "0": 2}),
        ({"text": 'Ask <@77>, or "77": now'}, {"text": 'Ask <@0>, or "0": now'}),
        ({"by": 177, "id": "770", "n": 7.7}, {"by": 177, "id": "770", "n": 7.7}),
    ],
)
async def test_an_id_leaves_a_document_whole(guild: World, document: Any, left: Any) -> None:
    assert await guild.pool.fetchval("SELECT patt.without_id($1, 77)", document) == left


async def test_the_raids_role_is_taken_before_nobody_knows_who_had_it(guild: World) -> None:
    event_id = await guild.raid()
    role_id = await guild.beside.make_role(GUILD, "Heroic")
    await guild.beside.give_role(GUILD, role_id, ARILA.user_id)
    await guild.first.sign_ups.answer(ARILA, event_id, Choice.ACCEPTED, HOLY)
    await guild.insert("patt.mirrors", event_id=event_id, kind="role", state="stands", discord_id=role_id)
    await guild.insert("patt.role_holders", event_id=event_id, user_discord_id=ARILA.user_id, given=True)
    await guild.first.own_data.forget(ARILA)
    assert guild.beside.holders == {role_id: set()}


@pytest.mark.parametrize("fault", [faults.refused(400, "no"), faults.unauthorized(), faults.server_error()])
async def test_a_sign_up_that_stays_on_raid_helper_brings_nobody_back(guild: World, fault: Any) -> None:
    raid = await posted(guild)
    for number in (1, 2):
        await presses(guild, raid, number, "Tank", "Blood")
    await look(guild)
    guild.raid_helper.fail("remove_signup", fault, times=100)
    await guild.first.own_data.forget(ARILA)
    await guild.recover()
    await look(guild)
    assert len(guild.raid_helper.events[raid.raid_helper_event_id or ""]["signUps"]) == 2
    assert await names(guild, raid) == ["Member 2"]
    assert await where(guild, ARILA.user_id) == set()


async def test_whoever_signs_up_there_anew_is_read_again(guild: World) -> None:
    raid = await posted(guild)
    await presses(guild, raid, 1, "Tank", "Blood")
    await look(guild)
    await guild.first.own_data.forget(ARILA)
    await guild.pass_time(timedelta(seconds=30))
    await presses(guild, raid, 1, "Tank", "Blood")
    await look(guild)
    assert await names(guild, raid) == ["Member 1"]


async def test_an_import_brings_nobody_back(guild: World) -> None:
    await guild.connect_raid_helper()
    old = await stands_there(guild, leaderId=str(ARILA.user_id))
    await guild.raid_helper.sign_up_in_discord(old["id"], ARILA.user_id, "Tank", "Protection")
    guild.clock.advance(timedelta(minutes=1))
    await guild.first.own_zone.change(ARILA, "Tokyo")
    await guild.first.own_data.forget(ARILA)
    raid = (await take(guild, old["id"])).event
    assert (await names(guild, raid), raid.leader_id) == ([], officer().user_id)
    assert await where(guild, ARILA.user_id) == set()


async def test_what_recognises_them_is_forgotten_too_after_a_while(guild: World) -> None:
    await guild.connect_raid_helper()
    await guild.raid()
    await guild.first.own_zone.change(ARILA, "Tokyo")
    await guild.first.own_data.forget(ARILA)
    known = "SELECT count(*) FROM patt.raid_helper_forgotten"
    assert await guild.pool.fetchval(known) == 1
    guild.clock.advance(days(91))
    await Retention(guild.first.db, guild.clock).run_once()
    assert await guild.pool.fetchval(known) == 0


async def test_without_raid_helper_nothing_recognises_them(guild: World) -> None:
    await guild.first.own_zone.change(ARILA, "Tokyo")
    await guild.first.own_data.forget(ARILA)
    assert await guild.pool.fetchval("SELECT count(*) FROM patt.raid_helper_forgotten") == 0
