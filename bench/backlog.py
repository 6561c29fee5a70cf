"""What a queue that has been in use for years looks like: a year of work ahead, and nine times as much behind it."""

from datetime import datetime, timedelta

from db.pool import Connection, Pool

GUILD = 600_000_000_000_000_001
CHANNELS = 500
HISTORY = 9
"""Rows done for one that is pending: nine tenths of everything ever enqueued."""

_AHEAD = """
    INSERT INTO patt.scheduled_actions (guild_discord_id, kind, lane, dedupe_key, payload, due_at, wake_at)
    SELECT $1, 'sheet.refresh', 'channel:' || number % 5000, 'ahead:' || number, '{"number": 1}', moment, moment
    FROM generate_series($2::bigint, $3::bigint) number,
         LATERAL (SELECT $4::timestamptz + number * interval '30 seconds' AS moment) due
"""
_BEHIND = """
    INSERT INTO patt.action_log (id, guild_discord_id, event_id, kind, due_at, done_at, attempts, outcome)
    SELECT -number, $1, number / 100, 'sheet.refresh', moment, moment, 1, 'drawn'
    FROM generate_series($2::bigint, $3::bigint) number,
         LATERAL (SELECT $4::timestamptz - number * interval '1 second' AS moment) done
"""
_LOG_INDEXES = "SELECT indexdef FROM pg_indexes WHERE tablename = 'action_log' AND indexname <> 'action_log_pkey'"
_DUE = """
    INSERT INTO patt.scheduled_actions (guild_discord_id, kind, lane, payload, due_at, wake_at)
    SELECT $1, 'sheet.refresh', 'due:' || number % $2, jsonb_build_object('number', number), $4, $4
    FROM generate_series(1, $3::integer) number ORDER BY number
"""


async def grow(connection: Connection, have: int, want: int, now: datetime) -> None:
    """From `have` pending rows to `want`, the first due in a day, with their history."""
    indexes = [row["indexdef"] for row in await connection.fetch(_LOG_INDEXES)]
    for index in indexes:
        await connection.execute(f"DROP INDEX patt.{index.split()[2]}")
    far, options = now + timedelta(days=1), {"timeout": 600.0}
    await connection.execute(_AHEAD, GUILD, have + 1, want, far, **options)
    await connection.execute(_BEHIND, GUILD, have * HISTORY + 1, want * HISTORY, now, **options)
    for index in indexes:
        await connection.execute(index, **options)
    await connection.execute("VACUUM ANALYZE patt.scheduled_actions, patt.action_log", **options)


async def make_due(pool: Pool, count: int, now: datetime) -> None:
    """`count` rows due now, spread over the channels, each channel's in the order of their `number`."""
    await pool.execute(_DUE, GUILD, CHANNELS, count, now)
