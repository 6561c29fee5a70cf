"""Series in the database, and the days they leave out."""

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import asyncpg
import pytest

from bot.domain.event import SheetKind
from bot.domain.ids import ChannelId, SeriesId, UserId
from bot.domain.series import PostTime, Series, Skip, next_occurrence
from db import Database, Session
from db.pool import Pool
from tests.factories import GUILD, OTHER_GUILD, START, days, new_event, new_series, wednesday


async def test_a_series_is_read_as_it_was_written(tx: Session) -> None:
    new = new_series(
        start_time=time(19, 30),
        duration=timedelta(minutes=150),
        every_weeks=2,
        anchor=wednesday(0),
        channel_id=ChannelId(5),
        sheet=SheetKind.RAID_HELPER,
        template_name="plain",
        total_limit=25,
        leader_id=UserId(7),
        every_days=3,
        post=PostTime(6, time(18)),
        confirm=True,
    )
    series = await tx.series.get(await tx.series.add(new))
    assert series is not None
    assert {name: getattr(series, name) for name in vars(new)} == vars(new)
    assert (series.is_active, series.paused_until, series.raid_helper_template_id) == (True, None, None)


async def test_every_change_of_a_series_is_kept(tx: Session) -> None:
    series = await tx.series.get(await tx.series.add(new_series()))
    assert series is not None
    changed = Series(
        id=series.id,
        guild_id=GUILD,
        label="Alts",
        day_of_week=5,
        start_time=time(21),
        duration=timedelta(minutes=90),
        timezone="America/New_York",
        every_weeks=3,
        anchor=wednesday(1),
        channel_id=ChannelId(6),
        is_active=False,
        sheet=SheetKind.RAID_HELPER,
        template_name="plain",
        description="Bring flasks",
        total_limit=20,
        leader_id=UserId(8),
        paused_until=wednesday(3),
        deadline=timedelta(hours=24),
        every_days=5,
        post=PostTime(6, time(18)),
        confirm=True,
        book_at=START,
    )
    await tx.series.save(changed)
    assert await tx.series.get(series.id) == changed
    await tx.series.book_at(series.id, None)
    assert await tx.series.lock(GUILD, series.id) == replace(changed, book_at=None)
    assert await tx.series.lock(OTHER_GUILD, series.id) is None


async def test_the_origins_columns_are_a_working_series(pool: Pool, db: Database) -> None:
    series_id = await pool.fetchval(
        """
        INSERT INTO patt.recurring_events (guild_discord_id, label, event_type, day_of_week, default_start_time,
            default_duration_minutes, discord_channel_id, raid_helper_template_id, is_active)
        VALUES ($1, 'Raid', 'raid', 2, '20:00', 180, 5, 'wowretail2', TRUE) RETURNING id
        """,
        GUILD,
    )
    async with db.transaction() as tx:
        series = await tx.series.get(SeriesId(series_id))
    assert series is not None
    assert (series.timezone, series.every_weeks, series.sheet, series.template_name) == (None, 1, None, None)
    assert (series.duration, series.channel_id, series.raid_helper_template_id) == (timedelta(hours=3), 5, "wowretail2")


@pytest.mark.parametrize(("paused", "until"), [("infinity", date.max), ("2026-12-02", date(2026, 12, 2)), (None, None)])
async def test_paused_until(pool: Pool, db: Database, paused: str | None, until: date | None) -> None:
    async with db.transaction() as tx:
        series_id = await tx.series.add(new_series())
    await pool.execute("UPDATE patt.recurring_events SET paused_until = $1::text::date", paused)
    async with db.transaction() as tx:
        series = await tx.series.get(series_id)
    assert series is not None
    assert series.paused_until == until


async def test_what_is_not_there_is_none(tx: Session) -> None:
    assert await tx.series.get(SeriesId(1)) is None


async def test_the_running_series_of_a_server_by_name(pool: Pool, db: Database) -> None:
    async with db.transaction() as tx:
        for label in ("Mythic", "Alts", "Ended"):
            await tx.series.add(new_series(label=label))
        await tx.series.add(new_series(label="Elsewhere", guild_id=OTHER_GUILD))
    await pool.execute("UPDATE patt.recurring_events SET is_active = FALSE WHERE label = 'Ended'")
    async with db.transaction() as tx:
        assert [one.label for one in await tx.series.active(GUILD)] == ["Alts", "Mythic"]


@pytest.mark.parametrize(
    "columns",
    [
        {"day_of_week": 7},
        {"every_weeks": 0},
        {"every_weeks": 53},
        {"total_limit": 0},
        {"every_days": 0},
        {"every_days": 365},
        {"post": PostTime(7, time(18))},
    ],
)
async def test_what_the_database_refuses(tx: Session, columns: dict[str, Any]) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await tx.series.add(new_series(**columns))


async def test_exceptions_are_its_own_and_the_servers_breaks(tx: Session) -> None:
    series = await tx.series.get(await tx.series.add(new_series()))
    other = await tx.series.add(new_series())
    assert series is not None
    for series_id, week in ((series.id, 0), (series.id, 1), (other, 2)):
        await tx.series.skip(series_id, wednesday(week), UserId(5), "holidays")
        await tx.series.move_night(series_id, wednesday(week), START + days(7 * week), UserId(5))
    under_way = await tx.breaks.add(GUILD, wednesday(-1), wednesday(0) + days(1), "Easter")
    ahead = await tx.breaks.add(GUILD, wednesday(3), wednesday(3) + days(1), "")
    await tx.breaks.add(GUILD, wednesday(-1), wednesday(0), "over")
    await tx.breaks.add(OTHER_GUILD, wednesday(4), wednesday(5), "")
    found = await tx.series.exceptions(series, wednesday(0))
    assert found.skips == {wednesday(1): Skip(UserId(5), "holidays")}
    assert found.moved == {wednesday(1): START + days(7)}
    assert found.breaks == [under_way, ahead]
    left_out = [wednesday(week) for week in range(6) if found.leaves_out(wednesday(week))]
    assert left_out == [wednesday(0), wednesday(1), wednesday(3)]


async def test_a_skip_names_whoever_was_first_and_is_taken_back_once(tx: Session) -> None:
    series = await tx.series.get(await tx.series.add(new_series()))
    assert series is not None
    await tx.series.skip(series.id, wednesday(1), UserId(5), "first")
    await tx.series.skip(series.id, wednesday(1), UserId(6), "second")
    assert (await tx.series.exceptions(series, wednesday(0))).skips == {wednesday(1): Skip(UserId(5), "first")}
    assert [await tx.series.unskip(series.id, wednesday(1)) for _ in range(2)] == [True, False]


async def test_a_moved_night_is_moved_again_and_forgotten(tx: Session) -> None:
    series = await tx.series.get(await tx.series.add(new_series()))
    assert series is not None
    for hours in (1, 2):
        await tx.series.move_night(series.id, wednesday(0), START + timedelta(hours=hours), UserId(5))
    moved = (await tx.series.exceptions(series, wednesday(-1))).moved
    assert moved == {wednesday(0): START + timedelta(hours=2)}
    await tx.series.forget_moves(series.id)
    assert (await tx.series.exceptions(series, wednesday(-1))).moved == {}


async def test_a_break_belongs_to_its_server(tx: Session) -> None:
    made = await tx.breaks.add(GUILD, wednesday(1), wednesday(2), "Easter")
    assert await tx.breaks.lock(GUILD, made.id) == made
    assert await tx.breaks.lock(OTHER_GUILD, made.id) is None
    await tx.breaks.remove(made.id)
    assert await tx.breaks.lock(GUILD, made.id) is None


async def test_a_break_without_an_end_leaves_no_next_raid_and_ends_the_search(tx: Session) -> None:
    series = await tx.series.get(await tx.series.add(new_series()))
    assert series is not None
    insert = "INSERT INTO patt.breaks (guild_discord_id, first_day, last_day) VALUES ($1, $2, 'infinity')"
    await tx.series._db.execute(insert, GUILD, wednesday(1))
    exceptions = await tx.series.exceptions(series, wednesday(0))
    assert all(exceptions.leaves_out(wednesday(week)) for week in range(1, 100))
    assert next_occurrence(series, wednesday(0), START, exceptions) is None


async def test_deleting_a_series_keeps_its_raids(db: Database, pool: Pool) -> None:
    async with db.transaction() as tx:
        series_id = await tx.series.add(new_series())
        event_id = await tx.events.add(new_event(series_id=series_id, occurrence=wednesday(0)))
    await pool.execute("DELETE FROM patt.recurring_events")
    async with db.transaction() as tx:
        event = await tx.events.get(event_id)
    assert event is not None
    assert (event.series_id, event.occurrence) == (None, wednesday(0))
