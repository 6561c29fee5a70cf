"""Series in the database, and the days they leave out."""

from datetime import date, time, timedelta
from typing import Any

import asyncpg
import pytest

from bot.domain.event import SheetKind
from bot.domain.ids import ChannelId, SeriesId, UserId
from db import Database, Session
from db.pool import Pool
from tests.factories import GUILD, OTHER_GUILD, days, new_event, new_series, wednesday


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
    )
    series = await tx.series.get(await tx.series.add(new))
    assert series is not None
    assert {name: getattr(series, name) for name in vars(new)} == vars(new)
    assert (series.is_active, series.paused_until, series.raid_helper_template_id) == (True, None, None)


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


@pytest.mark.parametrize("columns", [{"day_of_week": 7}, {"every_weeks": 0}, {"every_weeks": 53}, {"total_limit": 0}])
async def test_what_the_database_refuses(tx: Session, columns: dict[str, Any]) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await tx.series.add(new_series(**columns))


async def test_left_out_are_its_own_skips_and_the_servers_breaks(tx: Session) -> None:
    series = await tx.series.get(await tx.series.add(new_series()))
    other = await tx.series.add(new_series())
    assert series is not None
    connection = tx.series._db
    await connection.executemany(
        "INSERT INTO patt.series_skips (recurring_event_id, day) VALUES ($1, $2)",
        [(series.id, wednesday(0)), (series.id, wednesday(1)), (other, wednesday(2))],
    )
    await connection.executemany(
        "INSERT INTO patt.breaks (guild_discord_id, first_day, last_day) VALUES ($1, $2, $3)",
        [
            (GUILD, wednesday(-1), wednesday(0) + days(1)),  # under way: only what is left of it
            (GUILD, wednesday(3), wednesday(3) + days(1)),
            (OTHER_GUILD, wednesday(4), wednesday(5)),
        ],
    )
    assert await tx.series.left_out(series, wednesday(0)) >= {wednesday(1), wednesday(3), wednesday(3) + days(1)}
    assert not await tx.series.left_out(series, wednesday(0)) & {wednesday(2), wednesday(4), wednesday(5)}


async def test_a_break_without_an_end_is_left_out_for_years_and_ends_the_query(tx: Session) -> None:
    series = await tx.series.get(await tx.series.add(new_series()))
    assert series is not None
    insert = "INSERT INTO patt.breaks (guild_discord_id, first_day, last_day) VALUES ($1, $2, 'infinity')"
    await tx.series._db.execute(insert, GUILD, wednesday(1))
    left_out = await tx.series.left_out(series, wednesday(0))
    assert {wednesday(week) for week in range(1, 100)} <= left_out


async def test_deleting_a_series_keeps_its_raids(db: Database, pool: Pool) -> None:
    async with db.transaction() as tx:
        series_id = await tx.series.add(new_series())
        event_id = await tx.events.add(new_event(series_id=series_id, occurrence=wednesday(0)))
    await pool.execute("DELETE FROM patt.recurring_events")
    async with db.transaction() as tx:
        event = await tx.events.get(event_id)
    assert event is not None
    assert (event.series_id, event.occurrence) == (None, wednesday(0))
