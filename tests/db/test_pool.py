import asyncio
import struct
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from urllib.parse import urlsplit, urlunsplit

import pytest

from db.pool import DatabaseTooOld, DatabaseUnreachable, connect, open_pool


async def test_jsonb_comes_and_goes_as_values(pool):
    value = {"classes": [{"name": "Täuscher", "limit": None}], "n": 1.5}
    assert await pool.fetchval("SELECT $1::jsonb", value) == value
    assert await pool.fetchval("SELECT $1::json", value) == value
    assert await pool.fetchval("SELECT $1::jsonb ->> 'n'", value) == "1.5"


async def test_instants_are_aware_and_in_utc(pool):
    instant = await pool.fetchval("SELECT '2026-12-01 20:00+01'::timestamptz")
    assert (instant, instant.tzinfo) == (datetime(2026, 12, 1, 19, tzinfo=UTC), UTC)
    assert await pool.fetchval("SELECT '2026-12-01 19:00+00'::timestamptz::text") == "2026-12-01 19:00:00+00"


async def test_the_server_sees_the_program_and_the_pool_its_size(dsn):
    pool = await open_pool(dsn, min_size=2, max_size=3, application_name="muster test")
    seen = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'muster test'"
    assert await pool.fetchval(seen) == 2
    assert pool.get_max_size() == 3
    await pool.close()


async def test_a_statement_that_hangs_is_given_up(dsn, monkeypatch):
    monkeypatch.setattr("db.pool.COMMAND_SECONDS", 0.05)
    pool = await open_pool(dsn)
    with pytest.raises(TimeoutError):
        await pool.execute("SELECT pg_sleep(30)")
    await pool.close()


SECRET = "s3cret"  # noqa: S105 - made up


@pytest.mark.parametrize("opens", [open_pool, connect])
@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        (f"postgresql://bot:{SECRET}@127.0.0.1:1/muster", "The database at 127.0.0.1:1 cannot be reached"),
        (f"postgresql://bot:{SECRET}@/muster?host=/nowhere", "The database at /nowhere cannot be reached"),
        (f"postgresql://bot:a/{SECRET}@127.0.0.1/muster", "not a Postgres address"),
        (f"postgresql://bot:1/{SECRET}@127.0.0.1/muster", "not a Postgres address"),
        (f"mysql://bot:{SECRET}@127.0.0.1/muster", "not a Postgres address"),
        (f"postgresql://bot:{SECRET}@127.0.0.1:port/muster", "not a Postgres address"),
        (SECRET, "not a Postgres address"),
    ],
)
async def test_an_address_that_does_not_work_is_explained_without_its_password(opens, address, complaint):
    with pytest.raises(DatabaseUnreachable, match=complaint) as caught:
        await opens(address)
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__


async def test_a_database_that_is_not_there_is_named(dsn):
    with pytest.raises(DatabaseUnreachable, match='database "muster_nowhere" does not exist'):
        await open_pool(urlunsplit(urlsplit(dsn)._replace(path="/muster_nowhere")))


def message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


@asynccontextmanager
async def server_that_says(version: str):
    """Enough of Postgres to log in: it accepts anyone and tells its version."""
    talks = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.append(asyncio.current_task())
        await reader.readexactly(struct.unpack("!i", await reader.readexactly(4))[0] - 4)
        writer.write(message(b"R", struct.pack("!i", 0)))
        for name, value in (("server_version", version), ("client_encoding", "UTF8")):
            writer.write(message(b"S", f"{name}\0{value}\0".encode()))
        writer.write(message(b"K", struct.pack("!ii", 1, 1)) + message(b"Z", b"I"))
        await reader.read(5)  # the good-bye
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"postgresql://bot@127.0.0.1:{server.sockets[0].getsockname()[1]}/muster?sslmode=disable"
        await asyncio.gather(*talks)


@pytest.mark.parametrize("opens", [open_pool, connect])
async def test_a_server_older_than_14_is_refused_with_its_version(opens):
    async with server_that_says("13.14") as address:
        with pytest.raises(DatabaseTooOld, match=r"PostgreSQL 13; Muster needs 14 or newer"):
            await opens(address)
