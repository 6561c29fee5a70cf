"""Away and on hiatus: on the sheets that stand, on those to come, and taken back."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from functools import partial

import pytest

from bot.domain.away import BackBeforeGone, BadDay, LongNote, SpanOver, SpanTooLong, TooManySpans, UnknownSpan
from bot.domain.errors import MusterError
from bot.domain.event import SheetKind
from bot.domain.ids import EventId
from bot.domain.notice import Notice
from bot.domain.people import UnknownPerson
from bot.domain.permissions import NotAnOfficer
from bot.domain.template import Choice
from bot.services.absences import read_day
from tests.factories import GUILD, OTHER_GUILD, RAIDS, START, days, member, officer
from tests.services.world import World, blocked

HOLY = ("Paladin", "Holy")
TODAY = START.date()


async def sits(world: World, number: int, event_id: EventId) -> None:
    await world.first.sign_ups.answer(member(number), event_id, Choice.ACCEPTED, HOLY)
    world.clock.advance(timedelta(seconds=1))


async def answers(world: World, event_id: EventId) -> list[tuple[str, str, str]]:
    rows = await world.pool.fetch(
        """
        SELECT display_name, status, source FROM patt.raid_attendance JOIN guild_identity.players p ON p.id = player_id
        WHERE event_id = $1 ORDER BY display_name
        """,
        event_id,
    )
    return [tuple(row) for row in rows]


async def later(world: World, count: int, **changes: object) -> EventId:
    """A raid so many days after the first."""
    start = START + days(count)
    return await world.raid(starts_at=start, day=start.date(), **changes)


async def notices(world: World) -> list[tuple[int, Notice]]:
    await world.pass_time(timedelta(seconds=90))
    return [(user_id - member(0).user_id, notice) for user_id, notice in world.discord.notices]


@pytest.mark.parametrize(
    ("typed", "since", "day"),
    [
        ("today", None, TODAY),
        ("tomorrow", None, TODAY + days(1)),
        ("fri", None, date(2026, 11, 27)),
        ("24 dec", None, date(2026, 12, 24)),
        ("2026-12-24", None, date(2026, 12, 24)),
        ("fri", date(2026, 12, 1), date(2026, 12, 4)),
        ("1.1.", date(2026, 12, 24), date(2027, 1, 1)),
        ("2026-11-01", None, date(2026, 11, 1)),
    ],
)
def test_a_day_is_read_as_people_type_it(typed: str, since: date | None, day: date) -> None:
    assert read_day(typed, TODAY, since) == day


async def test_answers_of_those_days_become_absence_and_the_next_moves_up(guild: World) -> None:
    inside, outside = await later(guild, 1, total_limit=1), await later(guild, 5)
    for event_id in (inside, outside):
        await sits(guild, 1, event_id)
    await sits(guild, 2, inside)
    gone = await guild.first.absences.add(member(1), "thu", "fri", "skiing")
    assert [one.id for one in gone.raids.absent] == [inside]
    assert await answers(guild, inside) == [("Member 1", "absence", "self"), ("Member 2", "accepted", "self")]
    assert await answers(guild, outside) == [("Member 1", "accepted", "self")]
    assert await notices(guild) == [(2, Notice.PROMOTED)]


async def test_sheets_of_those_days_that_never_had_them_stay_as_they_are(guild: World) -> None:
    event_id = await later(guild, 1)
    await sits(guild, 2, event_id)
    await guild.first.absences.add(member(1), "thu", None, "")
    assert await answers(guild, event_id) == [("Member 2", "accepted", "self")]


async def test_a_closed_sheet_is_named_and_left_alone(guild: World) -> None:
    event_id = await later(guild, 1)
    await sits(guild, 1, event_id)
    await guild.pool.execute("UPDATE patt.raid_events SET closed = TRUE")
    gone = await guild.first.absences.add(member(1), "thu", None, "")
    assert ([one.id for one in gone.raids.closed], gone.raids.absent) == ([event_id], [])
    assert await answers(guild, event_id) == [("Member 1", "accepted", "self")]


async def test_after_the_deadline_absence_still_counts(guild: World) -> None:
    event_id = await later(guild, 1)
    await sits(guild, 1, event_id)
    await guild.pool.execute("UPDATE patt.raid_events SET deadline_utc = $1", guild.clock.now())
    assert [one.id for one in (await guild.first.absences.add(member(1), "thu", None, "")).raids.absent] == [event_id]


async def test_taken_back_answers_do_not_return_and_the_raids_are_named(guild: World) -> None:
    event_id = await later(guild, 1)
    await sits(guild, 1, event_id)
    away = (await guild.first.absences.add(member(1), "thu", None, "")).away
    back = await guild.first.absences.remove(member(1), f"#{away.id}")
    assert [one.id for one in back.raids] == [event_id]
    assert await answers(guild, event_id) == [("Member 1", "absence", "self")]
    assert await guild.first.absences.of(member(1)) == []


async def test_a_copied_sheet_has_whoever_is_away_as_absent(guild: World) -> None:
    event_id = await later(guild, 1)
    for number in (1, 2):
        await sits(guild, number, event_id)
    await guild.first.absences.add(member(1), "2026-12-03", None, "")
    copied = await guild.first.copies.copy(officer(), event_id, "2026-12-03 20:00", 1, with_sign_ups=True)
    assert [one[:2] for one in await answers(guild, copied.event.id)] == [
        ("Member 1", "absence"),
        ("Member 2", "accepted"),
    ]


async def test_on_raid_helper_the_answer_is_written_there(guild: World) -> None:
    event_id = await guild.raid(sheet=SheetKind.RAID_HELPER)
    await guild.first.absences.add(member(1), "2026-12-24", None, "")  # so that they are registered
    player = await guild.pool.fetchval("SELECT id FROM guild_identity.players")
    row = {"event_id": event_id, "player_id": player, "status": "accepted"}
    await guild.insert("patt.raid_attendance", **row, class_name="Paladin", spec_name="Holy")
    gone = await guild.first.absences.add(member(1), "today", None, "")
    assert [one.id for one in gone.raids.absent] == [event_id]
    kinds = await guild.pool.fetch("SELECT kind, payload FROM patt.scheduled_actions WHERE event_id = $1", event_id)
    puts = [one["payload"]["player_id"] for one in kinds if one["kind"] == "raid_helper.put"]
    assert puts == [player]


@pytest.mark.parametrize(
    ("first", "last", "note", "error"),
    [
        ("soon", None, "", BadDay),
        ("", None, "", BadDay),
        ("2026-11-01", "2026-11-02", "", BadDay | SpanOver),
        ("2026-11-01", None, "", SpanOver),
        ("2026-12-24", "2026-12-23", "", BackBeforeGone),
        ("fri", "2031-01-01", "", SpanTooLong),
        ("fri", None, "x" * 101, LongNote),
    ],
)
async def test_what_is_mistyped_writes_nothing(
    guild: World, first: str, last: str | None, note: str, error: type[MusterError]
) -> None:
    before = await guild.counts()
    with pytest.raises(MusterError) as caught:
        await guild.first.absences.add(member(1), first, last, note)
    assert isinstance(caught.value, error)
    assert await guild.counts() == before


async def test_one_list_shows_every_absence(guild: World) -> None:
    for _ in range(25):
        await guild.first.absences.add(member(1), "fri", None, "")
    with pytest.raises(TooManySpans):
        await guild.first.absences.add(member(1), "fri", None, "")


async def test_nobody_takes_back_somebody_elses(guild: World) -> None:
    away = (await guild.first.absences.add(member(1), "fri", None, "")).away
    for typed, who in ((f"#{away.id}", member(2)), (f"#{away.id}", member(1, guild_id=OTHER_GUILD)), ("x", member(1))):
        await guild.first.own_zone.change(who, "Berlin")
        with pytest.raises(UnknownSpan):
            await guild.first.absences.remove(who, typed)
    assert len(await guild.first.absences.of(member(1))) == 1


async def test_a_click_and_an_absence_at_once_never_wait_for_each_other_in_a_circle(guild: World) -> None:
    event_id = await later(guild, 1)
    await sits(guild, 1, event_id)
    async with guild.first.db.transaction() as tx:
        await tx.events.lock(GUILD, event_id)
        going = asyncio.create_task(guild.first.absences.add(member(1), "thu", None, ""))
        await blocked(guild.pool, going)
        # Renamed meanwhile: the click writes the person down while it holds the raid.
        await tx.players.register(member(1, name="Arila"))
    await going
    assert (await answers(guild, event_id))[0][1] == "absence"


# ---------------------------------------------------------------- while a booking writes them down

STEPS_BACK: dict[str, Callable[[World], Awaitable[object]]] = {
    "away": lambda guild: guild.first.absences.add(member(1), "2026-12-01", "2026-12-06", ""),
    "hiatus": lambda guild: guild.first.people.hiatus(officer(), "Member 1", None),
    "hiatus with an end": lambda guild: guild.first.people.hiatus(officer(), "Member 1", "2026-12-06"),
}
WRITES: dict[str, Callable[[World, EventId], Awaitable[object]]] = {
    "booking": lambda guild, _: guild.first.booker.run_once(),
    "copy": lambda guild, event_id: guild.first.copies.copy(
        officer(), event_id, "2026-12-02 21:00", RAIDS, with_sign_ups=True
    ),
}


async def next_week_at_once(guild: World, held: str, *works: Callable[[], Awaitable[object]]) -> list[tuple[str, str]]:
    """Begin the works in turn while nobody may write to the table `held`, then let them go on; next week's answers."""
    async with guild.pool.acquire() as connection, connection.transaction():
        await connection.execute(f"LOCK TABLE {held} IN SHARE MODE")
        running = []
        for behind, work in enumerate(works):
            running.append(asyncio.ensure_future(work()))
            await blocked(guild.pool, running[-1], behind=behind)
    await asyncio.gather(*running)
    rows = await guild.pool.fetch("""
        SELECT player_id, attendance.status FROM patt.raid_attendance attendance
        JOIN patt.raid_events event ON event.id = event_id WHERE event_date = '2026-12-02' ORDER BY player_id
    """)
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("steps_back", STEPS_BACK)
@pytest.mark.parametrize("writes", WRITES)
@pytest.mark.parametrize("booked_first", [True, False])
async def test_an_absence_and_a_new_sheet_at_the_same_instant_know_of_each_other(
    guild: World, steps_back: str, writes: str, booked_first: bool
) -> None:
    known = await guild.first.own_zone.change(member(1), "Berlin")
    assert known.own
    event_id = await guild.weekly()
    await sits(guild, 1, event_id)
    rank = await guild.insert("common.guild_ranks", guild_discord_id=GUILD, name="Core", level=3)
    await guild.pool.execute("UPDATE guild_identity.players SET guild_rank_id = $1, auto_invite_events = TRUE", rank)
    guild.clock.set(START + timedelta(minutes=12))
    # Each stands still in the middle of its transaction: the new sheet before its post is asked for, the absence
    # before it is written.
    gone, new = (partial(STEPS_BACK[steps_back], guild), partial(WRITES[writes], guild, event_id))
    if booked_first:
        found = await next_week_at_once(guild, "patt.scheduled_actions", new, gone)
    else:
        held = "guild_identity.away" if steps_back != "hiatus" else "patt.audit"
        found = await next_week_at_once(guild, held, gone, new)
    assert [status for _, status in found] == ["absence"]


# ---------------------------------------------------------------- hiatus


async def test_on_hiatus_every_raid_ahead_has_them_absent_and_they_hear_of_it(guild: World) -> None:
    near, far = await later(guild, 1), await later(guild, 300)
    for event_id in (near, far):
        await sits(guild, 1, event_id)
    gone = await guild.first.people.hiatus(officer(), "Member 1", None)
    assert [one.id for one in gone.raids.absent] == [near, far]
    for event_id in (near, far):
        assert await answers(guild, event_id) == [("Member 1", "absence", "officer")]
    assert await notices(guild) == [(1, Notice.MOVED)] * 2
    back = await guild.first.people.back(officer(), "Member 1")
    assert [one.id for one in back.raids] == [near, far]
    assert await guild.pool.fetchval("SELECT on_hiatus FROM guild_identity.players") is False
    trail = await guild.pool.fetch("SELECT action FROM patt.audit ORDER BY id")
    assert [one["action"] for one in trail] == ["player.hiatus", "player.back"]


async def test_a_hiatus_with_an_end_is_an_absence_and_reaches_closed_sheets(guild: World) -> None:
    inside, outside = await later(guild, 1, total_limit=1), await later(guild, 9)
    for event_id in (inside, outside):
        await sits(guild, 1, event_id)
    await guild.pool.execute("UPDATE patt.raid_events SET closed = TRUE")
    gone = await guild.first.people.hiatus(officer(), "Member 1", "2026-11-30")
    assert [one.id for one in gone.raids.absent] == [inside]
    assert [(one.first, one.last) for one in await guild.first.absences.of(member(1))] == [(TODAY, date(2026, 11, 30))]
    await guild.first.people.back(officer(), "Member 1")
    assert await guild.first.absences.of(member(1)) == []


async def test_hiatus_is_for_officers_of_that_server(guild: World) -> None:
    await guild.first.own_zone.change(member(1), "Berlin")
    with pytest.raises(NotAnOfficer):
        await guild.first.people.hiatus(member(2), "Member 1", None)
    with pytest.raises(UnknownPerson):
        await guild.first.people.hiatus(officer(guild_id=OTHER_GUILD), "Member 1", None)
    assert await guild.pool.fetchval("SELECT on_hiatus FROM guild_identity.players") is False
