"""A raid once more: the same settings on another date, with the same people if wanted, outside of any series."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.event import SheetKind, UnknownEvent
from bot.domain.gates import Gates, Method, NotForYou
from bot.domain.ids import EventId
from bot.domain.permissions import NotAnOfficer
from bot.domain.setting import Level, Scope
from bot.domain.settings import REMINDERS, THREAD
from bot.domain.template import Choice
from bot.services.copying import Copied
from bot.services.officers import Whom
from bot.services.raids import RaidWish
from bot.services.settings import effective
from bot.services.when import TimeInPast, UnreadableTime
from tests.factories import GUILD, OFFICERS, OTHER_GUILD, RAIDER_ROLE, START, days, member, officer
from tests.services.test_officers import names, puts, sits, told
from tests.services.world import World

SHEET = """
    SELECT player_id, status, signed_up, class_name, spec_name, tier, slot, signed_at, note, offers
    FROM patt.raid_attendance WHERE event_id = $1 ORDER BY tier, slot, signed_at, id
"""
KEPT = (
    "title",
    "description",
    "leader_discord_id",
    "sheet",
    "template_id",
    "total_limit",
    "minimum",
    "discord_channel_id",
    "guild_discord_id",
)


async def copies(world: World, event_id: EventId, when: str = "thu 21:00", *, people: bool = False) -> Copied:
    return await world.first.copies.copy(officer(), event_id, when, OFFICERS, with_sign_ups=people)


async def test_the_settings_are_the_same_on_another_date_and_the_sheet_is_posted(guild: World) -> None:
    series_id = await guild.series()
    wish: dict[str, Any] = {"description": "Bring flasks", "total_limit": 20, "minimum": 8, "leader_id": 5}
    event_id = await guild.raid(series_id, deadline=START - timedelta(hours=2), **wish)
    done = await copies(guild, event_id)
    before, after = await guild.event(event_id), await guild.event(done.event.id)
    assert {name: after[name] for name in KEPT} == {name: before[name] for name in KEPT}
    start = START + days(1) + timedelta(hours=1)
    assert (after["start_time_utc"], after["end_time_utc"]) == (start, start + timedelta(hours=3))
    assert (after["deadline_utc"], after["event_date"]) == (start - timedelta(hours=2), START.date() + days(1))
    assert (after["recurring_event_id"], after["occurrence_date"], after["successor_id"]) == (None, None, None)
    await guild.run()
    assert [sheet.event.id for sheet in guild.discord.sheets] == [done.event.id]


async def test_without_sign_ups_the_sheet_is_empty(guild: World) -> None:
    event_id = await guild.raid()
    await sits(guild, 1, event_id)
    assert (await copies(guild, event_id)).people == 0
    assert await guild.pool.fetchval("SELECT count(*) FROM patt.raid_attendance") == 1


async def test_with_sign_ups_everybody_stands_where_they_stood_and_nobody_is_told(guild: World) -> None:
    event_id = await guild.raid(total_limit=2)
    for number in (1, 2, 3):
        await sits(guild, number, event_id)
    await puts(guild, event_id, Whom(name="Gunther"))
    await told(guild)
    guild.discord.notices.clear()
    done = await copies(guild, event_id, people=True)
    assert done.people == 4
    assert await guild.pool.fetch(SHEET, done.event.id) == await guild.pool.fetch(SHEET, event_id)
    assert await names(guild, done.event.id) == ["Gunther", "Member 1", "Member 2", "Member 3"]
    sources = await guild.pool.fetchval(
        "SELECT array_agg(DISTINCT source) FROM patt.raid_attendance WHERE event_id = $1", done.event.id
    )
    assert (sources, await told(guild)) == (["officer"], [])


async def test_the_rules_for_signing_up_and_its_own_settings_are_the_same(guild: World) -> None:
    event_id = await guild.raid(gates=Gates(Method.WAITING, banned=frozenset({RAIDER_ROLE})))
    await sits(guild, 1, event_id)
    async with guild.first.db.transaction() as tx:
        await tx.settings.put(GUILD, Level(Scope.EVENT, event_id), {"thread": True, "reminders": [90]})
    done = await copies(guild, event_id, people=True)
    assert done.event.gates == Gates(Method.WAITING, banned=frozenset({RAIDER_ROLE}))
    async with guild.first.db.transaction() as tx:
        holds = await effective(tx, done.event)
    assert (holds[THREAD], holds[REMINDERS]) == (True, (90,))
    roster = (await guild.first.panel.show(officer(), str(done.event.id))).sheet.roster
    assert (len(roster.seated), len(roster.queued)) == (0, 1)
    with pytest.raises(NotForYou):
        await guild.first.sign_ups.answer(member(2, role_ids=frozenset({RAIDER_ROLE})), done.event.id, Choice.ACCEPTED)


async def test_past_and_cancelled_raids_can_be_copied(guild: World) -> None:
    event_id = await guild.raid()
    await guild.pool.execute("UPDATE patt.raid_events SET status = 'CANCELLED', closed = TRUE")
    guild.clock.set(START + days(7))
    assert (await guild.first.copies.source(officer(), " heroic ")).id == event_id
    done = await copies(guild, event_id, "tomorrow 20:00")
    row = await guild.event(done.event.id)
    assert (row["status"], row["closed"]) == ("SCHEDULED", False)


async def test_a_deadline_that_would_have_passed_is_left_out(guild: World) -> None:
    event_id = await guild.raid(starts_at=START + days(3), deadline=START + days(1))
    assert (await copies(guild, event_id, "wed 21:00")).event.deadline is None


@pytest.mark.parametrize(("when", "error"), [("someday", UnreadableTime), ("2026-11-20 20:00", TimeInPast)])
async def test_a_time_that_will_not_do_copies_nothing(guild: World, when: str, error: type[Exception]) -> None:
    event_id = await guild.raid()
    before = await guild.counts()
    with pytest.raises(error):
        await copies(guild, event_id, when)
    assert await guild.counts() == before


async def test_members_copy_nothing_and_other_servers_raids_are_unknown(guild: World) -> None:
    ours, theirs = await guild.raid(), await guild.raid(guild_id=OTHER_GUILD, title="Theirs")
    desk, before = guild.first.copies, await guild.counts()
    with pytest.raises(NotAnOfficer):
        await desk.source(member(), str(ours))
    with pytest.raises(NotAnOfficer):
        await desk.copy(member(), ours, "thu 20:00", OFFICERS, with_sign_ups=True)
    for typed in (str(theirs), "Theirs"):
        with pytest.raises(UnknownEvent):
            await desk.source(officer(), typed)
    with pytest.raises(UnknownEvent):
        await desk.copy(officer(), theirs, "thu 20:00", OFFICERS, with_sign_ups=True)
    assert [value for _, value in await desk.offered(officer(), "")] == [str(ours)]
    assert await guild.counts() == before


async def test_a_copy_on_raid_helper_has_its_people_too(guild: World) -> None:
    await guild.connect_raid_helper()
    wish = RaidWish("Heroic", "wed 20:00", sheet=SheetKind.RAID_HELPER)
    event = await guild.first.raids.create(member(5, manages_server=True), wish)
    await guild.run()
    await guild.pool.execute(
        """
        WITH someone AS (INSERT INTO guild_identity.discord_users (discord_id) VALUES ($2) RETURNING id),
             player AS (INSERT INTO guild_identity.players (guild_discord_id, discord_user_id)
                        SELECT $3, id FROM someone RETURNING id)
        INSERT INTO patt.raid_attendance (event_id, player_id, status) SELECT $1, id, 'bench' FROM player
        """,
        event.id,
        member(7).user_id,
        GUILD,
    )
    done = await copies(guild, event.id, people=True)
    await guild.recover()
    there = guild.raid_helper.events[(await guild.event(done.event.id))["raid_helper_event_id"]]
    assert [one["userId"] for one in there["signUps"]] == [str(member(7).user_id)]
