"""What the migration leaves to the sheets that stood on Raid-Helper before anybody read them."""

from datetime import timedelta

from db.migrate import MIGRATIONS
from db.pool import Pool
from tests.factories import GUILD, NOW, OTHER_GUILD, START


async def test_sheets_that_stood_there_before_are_read_from_now_on(pool: Pool) -> None:
    [migration] = MIGRATIONS.glob("0004_*.sql")
    first_looks = migration.read_text().split(";")[-2]
    for guild, number, sheet in (
        (GUILD, "1", "raid-helper"),
        (GUILD, "2", "raid-helper"),
        (OTHER_GUILD, "3", "native"),
    ):
        await pool.execute(
            """
            INSERT INTO patt.raid_events (guild_discord_id, title, event_date, start_time_utc, end_time_utc,
                sheet, raid_helper_event_id) VALUES ($1, 'Heroic', $2, $3, $3, $4, $5)
            """,
            guild,
            START.date(),
            START,
            sheet,
            number,
        )
    await pool.execute(first_looks)
    actions = await pool.fetch("SELECT guild_discord_id, kind, lane, wake_at FROM patt.scheduled_actions")
    assert [tuple(row)[:3] for row in actions] == [(GUILD, "raid_helper.mirror", f"raid-helper:{GUILD}")]
    assert actions[0]["wake_at"] < NOW - timedelta(days=365)
