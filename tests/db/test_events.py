"""Raids in the database: written, read, found by index, and what the database itself sees to."""

import asyncio
from datetime import date, timedelta

import asyncpg
import pytest

from bot.domain.event import BookingState, EventStatus, SheetKind
from bot.domain.ids import ChannelId, EventId, MessageId, UserId
from db import Database, Session
from db.events import OccurrenceTaken
from db.pool import Pool
from tests.db.plans import analyse, plan_of
from tests.factories import GUILD, NOW, OTHER_GUILD, START, days, member, new_event, new_series, wednesday
from tests.services.world import blocked


async def test_a_raid_is_read_as_it_was_written(tx: Session) -> None:
    series_id = await tx.series.add(new_series())
    new = new_event(
        description="Bring flasks",
        deadline=START - timedelta(hours=1),
        leader_id=UserId(7),
        created_by=UserId(8),
        sheet=SheetKind.RAID_HELPER,
        total_limit=25,
        series_id=series_id,
        occurrence=wednesday(0) - days(1),
        auto_booked=True,
        booking_state=BookingState.PLANNED,
    )
    event = await tx.events.get(await tx.events.add(new))
    assert event is not None
    both = [name for name in vars(new) if name not in ("duration", "created_by")]
    assert {name: getattr(event, name) for name in both} == {name: getattr(new, name) for name in both}
    assert (event.starts_at, event.ends_at) == (START, START + timedelta(hours=3))
    assert (event.status, event.closed, event.successor_id) == (EventStatus.SCHEDULED, False, None)


async def test_what_is_not_there_is_none(tx: Session) -> None:
    assert await tx.events.get(EventId(1)) is None
    assert await tx.events.lock(GUILD, EventId(1)) is None


async def test_a_raid_of_another_server_is_not_there(tx: Session) -> None:
    event_id = await tx.events.add(new_event())
    assert await tx.events.lock(OTHER_GUILD, event_id) is None
    found = await tx.events.lock(GUILD, event_id)
    assert found is not None
    assert found.id == event_id


@pytest.mark.parametrize("row", ["raid_events WHERE id", "sheet_versions WHERE event_id"])
async def test_a_locked_raid_and_its_sheet_are_nobody_elses_until_the_commit(
    db: Database, pool: Pool, row: str
) -> None:
    async with db.transaction() as tx:
        event_id = await tx.events.add(new_event())
    async with db.transaction() as tx:
        await tx.events.lock(GUILD, event_id)
        with pytest.raises(asyncpg.LockNotAvailableError):
            await pool.execute(f"SELECT FROM patt.{row} = $1 FOR NO KEY UPDATE NOWAIT", event_id)


@pytest.mark.parametrize("click", [False, True], ids=["an officer", "a click that locks"])
async def test_who_waits_for_a_sheet_keeps_no_new_answer_from_it(db: Database, pool: Pool, click: bool) -> None:
    async with db.transaction() as tx:
        event_id = await tx.events.add(new_event())
    async with pool.acquire() as holder, holder.transaction():
        await holder.execute("SELECT FROM patt.sheet_versions WHERE event_id = $1 FOR NO KEY UPDATE", event_id)
        waiting = asyncio.create_task(locked(db, event_id, click=click))
        await blocked(pool, waiting)
        await holder.execute("SELECT FROM patt.raid_events WHERE id = $1 FOR KEY SHARE NOWAIT", event_id)
    await waiting


async def test_a_raid_that_is_numbered_anew_by_hand_keeps_its_sheet(db: Database, pool: Pool) -> None:
    async with db.transaction() as tx:
        await tx.events.add(new_event())
    event_id = EventId(await pool.fetchval("UPDATE patt.raid_events SET id = id + 100 RETURNING id"))
    await locked(db, event_id)


async def locked(db: Database, event_id: EventId, *, click: bool = False) -> None:
    """An officer, or a click, that does nothing but hold the raid."""
    async with db.transaction() as tx:
        held = await tx.clicks.lock([(member(), event_id)]) if click else [await tx.events.lock(GUILD, event_id)]
        assert all(held)


async def test_one_week_of_a_series_is_taken_once(db: Database) -> None:
    async with db.transaction() as tx:
        new = new_event(series_id=await tx.series.add(new_series()), occurrence=wednesday(0))
        await tx.events.add(new)
    with pytest.raises(OccurrenceTaken):
        async with db.transaction() as tx:
            await tx.events.add(new)
    async with db.transaction() as tx:
        other_series = await tx.series.add(new_series())
        await tx.events.add(new_event(series_id=other_series, occurrence=wednesday(0)))


async def test_raids_without_a_series_may_share_their_evening(tx: Session) -> None:
    assert await tx.events.add(new_event()) != await tx.events.add(new_event())


async def test_another_violation_is_not_taken_for_a_taken_week(tx: Session) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await tx.events.add(new_event(duration=-timedelta(hours=1)))


async def test_cancelled_with_its_reason(tx: Session) -> None:
    event_id = await tx.events.add(new_event())
    await tx.events.cancel(event_id, "No tanks")
    event = await tx.events.get(event_id)
    assert event is not None
    assert (event.status, event.cancel_reason) == (EventStatus.CANCELLED, "No tanks")


@pytest.mark.parametrize("message_id", [MessageId(77), None])
async def test_where_the_sheet_stands(tx: Session, message_id: MessageId | None) -> None:
    event_id = await tx.events.add(new_event(channel_id=ChannelId(5)))
    await tx.events.set_message(event_id, MessageId(1))
    await tx.events.set_message(event_id, message_id)
    event = await tx.events.get(event_id)
    assert event is not None
    assert event.message_id == message_id
    assert event.link == (message_id and f"https://discord.com/channels/{GUILD}/5/77")


async def test_not_over_is_this_servers_soonest_first(tx: Session) -> None:
    later, sooner = await tx.events.add(new_event(starts_at=START + days(1))), await tx.events.add(new_event())
    long_raid = await tx.events.add(new_event(starts_at=NOW - timedelta(hours=23), duration=timedelta(hours=24)))
    await tx.events.add(new_event(starts_at=NOW - timedelta(hours=3)))  # over this very moment
    await tx.events.add(new_event(guild_id=OTHER_GUILD))
    await tx.events.cancel(await tx.events.add(new_event()), None)
    assert [one.id for one in await tx.events.not_over(GUILD, NOW, most=9)] == [long_raid, sooner, later]
    assert [one.id for one in await tx.events.not_over(GUILD, NOW, most=1)] == [long_raid]


# ---------------------------------------------------------------- the season


@pytest.mark.parametrize(
    ("first", "last", "columns", "runs"),
    [
        (wednesday(0), None, {}, True),
        (wednesday(0), wednesday(0), {}, True),
        (wednesday(0) - days(90), wednesday(0) - days(1), {}, False),
        (wednesday(0) + days(1), None, {}, False),
        (wednesday(0), None, {"is_active": False}, False),
        (wednesday(0), None, {"guild_discord_id": OTHER_GUILD}, False),
        (wednesday(0), None, {"guild_discord_id": None}, True),  # the origin's seasons belong to no server
    ],
)
async def test_the_season_running_on_the_raids_day(
    db: Database, pool: Pool, first: date, last: date | None, columns: dict[str, object], runs: bool
) -> None:
    row = {"guild_discord_id": GUILD, "is_active": True} | columns
    season_id = await pool.fetchval(
        """
        INSERT INTO patt.raid_seasons (start_date, end_date, guild_discord_id, is_active) VALUES ($1, $2, $3, $4)
        RETURNING id
        """,
        first,
        last,
        row["guild_discord_id"],
        row["is_active"],
    )
    async with db.transaction() as tx:
        event_id = await tx.events.add(new_event())
    found = await pool.fetchval("SELECT season_id FROM patt.raid_events WHERE id = $1", event_id)
    assert found == (season_id if runs else None)


async def test_of_two_running_seasons_the_later_one(db: Database, pool: Pool) -> None:
    await pool.execute(
        "INSERT INTO patt.raid_seasons (id, guild_discord_id, start_date) VALUES (1, $1, $2), (2, $1, $3), (3, $1, $2)",
        GUILD,
        wednesday(-9),
        wednesday(-1),
    )
    async with db.transaction() as tx:
        event_id = await tx.events.add(new_event())
    assert await pool.fetchval("SELECT season_id FROM patt.raid_events WHERE id = $1", event_id) == 2


# ---------------------------------------------------------------- the trigger, for what is inserted by hand


INSERT = """
    INSERT INTO patt.raid_events (title, event_date, start_time_utc, end_time_utc, recurring_event_id, {columns})
    VALUES ('By hand', '2026-11-25', '2026-11-25 19:00Z', '2026-11-25 22:00Z', $1, {values})
    RETURNING guild_discord_id, occurrence_date
"""


async def test_a_raid_inserted_without_server_or_occurrence_has_its_series(db: Database, pool: Pool) -> None:
    async with db.transaction() as tx:
        series_id = await tx.series.add(new_series())
    row = await pool.fetchrow(INSERT.format(columns="auto_booked", values="FALSE"), series_id)
    assert tuple(row or ()) == (GUILD, date(2026, 11, 25))


async def test_what_is_given_stays(db: Database, pool: Pool) -> None:
    async with db.transaction() as tx:
        series_id = await tx.series.add(new_series())
    given = INSERT.format(columns="guild_discord_id, occurrence_date", values=f"{OTHER_GUILD}, '2026-11-18'")
    assert tuple(await pool.fetchrow(given, series_id) or ()) == (OTHER_GUILD, date(2026, 11, 18))


async def test_a_raid_of_no_server_and_no_series_is_refused(pool: Pool) -> None:
    with pytest.raises(asyncpg.NotNullViolationError):
        await pool.fetchrow(INSERT.format(columns="auto_booked", values="FALSE"), None)


# ---------------------------------------------------------------- no work grows with history


async def test_the_upcoming_list_reads_no_history(pool: Pool) -> None:
    await pool.execute(
        """
        INSERT INTO patt.raid_events (guild_discord_id, title, event_date, start_time_utc, end_time_utc)
        SELECT $1::bigint + number % 5, 'Past', day, day, day + interval '3 hours'
        FROM generate_series(1, 4000) number, LATERAL (SELECT $2::timestamptz - number * interval '6 hours' AS day) d
        """,
        GUILD,
        NOW,
    )
    await analyse(pool)
    async with Database(pool).transaction() as tx:
        plan = await plan_of(tx, lambda: tx.events.not_over(GUILD, NOW, most=25))
    assert "raid_events_upcoming" in plan
    assert "Seq Scan on patt.raid_events" not in plan
