"""Which week follows which: the candidates of the auto-booker and how far a booking is."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.event import BookingState
from bot.domain.ids import EventId
from db import Database, Session
from db.pool import Pool
from tests.db.plans import analyse, plan_of
from tests.factories import GUILD, NOW, OTHER_GUILD, START, days, new_event, new_series, wednesday

MINUTE = timedelta(minutes=1)
WINDOW = (START - 10 * MINUTE, START + 10 * MINUTE)


async def started(tx: Session, starts_at: datetime = START, **series: Any) -> EventId:
    """A raid of a series of its own."""
    series_id = await tx.series.add(new_series(**series))
    return await tx.events.add(
        new_event(
            guild_id=series.get("guild_id", GUILD),
            starts_at=starts_at,
            series_id=series_id,
            occurrence=wednesday(0),
        )
    )


async def unfollowed(tx: Session) -> list[EventId]:
    return [event_id for _, event_id in await tx.bookings.unfollowed(*WINDOW)]


@pytest.mark.parametrize(
    ("offset", "found"),
    [(-11 * MINUTE, False), (-10 * MINUTE, True), (0 * MINUTE, True), (10 * MINUTE, True), (11 * MINUTE, False)],
)
async def test_raids_started_within_the_two_instants(tx: Session, offset: timedelta, found: bool) -> None:
    event_id = await started(tx, START + offset)
    assert await unfollowed(tx) == ([event_id] if found else [])


async def test_raids_of_every_server_the_earliest_first(tx: Session) -> None:
    later = await started(tx, START + MINUTE)
    sooner = await started(tx, guild_id=OTHER_GUILD)
    assert await tx.bookings.unfollowed(*WINDOW) == [(OTHER_GUILD, sooner), (GUILD, later)]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE patt.raid_events SET status = 'CANCELLED'",
        "UPDATE patt.raid_events SET recurring_event_id = NULL",
        "UPDATE patt.raid_events SET successor_id = id",
        "UPDATE patt.recurring_events SET is_active = FALSE",
        "DELETE FROM patt.raid_events",
        "DELETE FROM patt.recurring_events",
    ],
)
async def test_what_is_not_to_be_followed(db: Database, pool: Pool, change: str) -> None:
    async with db.transaction() as tx:
        await started(tx)
    await pool.execute(change)
    async with db.transaction() as tx:
        assert await unfollowed(tx) == []


async def test_a_raid_the_origin_flagged_is_followed_all_the_same(db: Database, pool: Pool) -> None:
    """The origin's flag stands on every booked raid; taken as the trigger it would end the chain after one week."""
    async with db.transaction() as tx:
        event_id = await started(tx)
    await pool.execute("UPDATE patt.raid_events SET auto_booked = TRUE")
    async with db.transaction() as tx:
        assert await unfollowed(tx) == [event_id]


async def test_a_followed_raid_is_no_candidate_and_carries_the_origins_flag(tx: Session) -> None:
    source, successor = await started(tx), await tx.events.add(new_event())
    await tx.bookings.follow(source, successor)
    assert await unfollowed(tx) == []
    event = await tx.events.get(source)
    assert event is not None
    assert (event.successor_id, event.auto_booked) == (successor, False)
    await tx.bookings.flag_predecessor(successor)
    flags = {one.id: one.auto_booked for one in await tx.events.not_over(GUILD, NOW, most=9)}
    assert flags == {source: True, successor: False}


async def test_a_raid_followed_by_hand_is_flagged_itself(tx: Session) -> None:
    source = await started(tx)
    await tx.bookings.flag_booked(source)
    event = await tx.events.get(source)
    assert event is not None
    assert event.auto_booked


async def test_the_raid_of_an_occurrence_is_found_wherever_it_was_moved(tx: Session) -> None:
    event_id = await started(tx, START + days(2))
    event = await tx.events.get(event_id)
    assert event is not None
    assert event.series_id is not None
    assert await tx.bookings.of_occurrence(event.series_id, wednesday(0)) == event_id
    assert await tx.bookings.of_occurrence(event.series_id, wednesday(1)) is None


@pytest.mark.parametrize("state", list(BookingState))
async def test_how_far_a_booking_is(tx: Session, state: BookingState) -> None:
    event_id = await started(tx)
    await tx.bookings.set_state(event_id, state)
    event = await tx.events.get(event_id)
    assert event is not None
    assert event.booking_state is state


async def test_what_raid_helper_made_of_it(db: Database, pool: Pool) -> None:
    payload = {"id": "900", "title": "Größe 🗡", "classes": [1, None]}
    async with db.transaction() as tx:
        event_id = await started(tx)
        await tx.bookings.set_raid_helper_event(event_id, "900", payload)
        event = await tx.events.get(event_id)
    assert event is not None
    assert event.raid_helper_event_id == "900"
    assert await pool.fetchval("SELECT raid_helper_payload FROM patt.raid_events") == payload


async def test_finding_the_candidates_reads_no_history(db: Database, pool: Pool) -> None:
    async with db.transaction() as tx:
        await started(tx)
    await pool.execute(
        """
        INSERT INTO patt.raid_events (guild_discord_id, title, event_date, start_time_utc, end_time_utc,
                                      recurring_event_id, successor_id)
        SELECT $1, 'Past', day::date, day, day, 1, 1
        FROM generate_series(1, 4000) number, LATERAL (SELECT $2::timestamptz - number * interval '1 day' AS day) d
        """,
        GUILD,
        NOW,
    )
    await analyse(pool)
    async with db.transaction() as tx:
        plan = await plan_of(tx, lambda: tx.bookings.unfollowed(*WINDOW))
    assert "raid_events_unfollowed" in plan
    assert "Seq Scan on patt.raid_events" not in plan
