"""Connections to Postgres, the same everywhere: UTC, jsonb as dict, time limits, errors a host can act on."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import asyncpg

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]
else:
    Connection, Pool = asyncpg.Connection, asyncpg.Pool

OLDEST_MAJOR = 14
COMMAND_SECONDS = 30.0
CONNECT_SECONDS = 10.0

_MALFORMED = (
    "DATABASE_URL is not a Postgres address. It looks like postgresql://user:password@host:5432/database; "
    "in the password write @ as %40, / as %2F, : as %3A, # as %23."
)


class DatabaseUnreachable(Exception):
    """The database cannot be used; the message says why and never holds the password."""


class DatabaseTooOld(DatabaseUnreachable):
    """The server answers and is older than PostgreSQL 14."""


async def open_pool(
    dsn: str, *, min_size: int = 1, max_size: int = 10, application_name: str = "muster"
) -> "asyncpg.Pool[asyncpg.Record]":
    """A pool on `dsn`; the caller closes it. Sizes count connections, `application_name` shows in pg_stat_activity.

    jsonb and json come and go as Python values, timestamptz as aware datetimes in UTC, a statement is given up after
    30 s (TimeoutError). Raises DatabaseUnreachable, DatabaseTooOld.
    """
    try:
        return await asyncpg.create_pool(
            dsn,
            min_size=min_size,
            max_size=max_size,
            init=_prepare,
            reset=_as_it_is,
            timeout=CONNECT_SECONDS,
            command_timeout=COMMAND_SECONDS,
            server_settings=_session(application_name),
        )
    except _FAILURES as error:
        raise _unreachable(dsn, error) from None  # the cause may quote the password


async def connect(dsn: str, *, application_name: str = "muster") -> "asyncpg.Connection[asyncpg.Record]":
    """One connection as the pool makes them, without a time limit a statement (migrations may take long)."""
    connection: Connection | None = None
    try:
        connection = await asyncpg.connect(dsn, timeout=CONNECT_SECONDS, server_settings=_session(application_name))
        await _prepare(connection)
    except DatabaseTooOld:
        if connection is not None:
            await connection.close()
        raise
    except _FAILURES as error:
        raise _unreachable(dsn, error) from None  # the cause may quote the password
    return connection


_FAILURES = (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError)


def _session(application_name: str) -> dict[str, str]:
    return {"application_name": application_name, "timezone": "UTC"}


async def _as_it_is(_connection: Connection) -> None:
    """Nothing here outlives a transaction (no SET, LISTEN or session lock), so giving back costs no round trip."""


async def _prepare(connection: Connection) -> None:
    version = connection.get_server_version()
    if version.major < OLDEST_MAJOR:
        raise DatabaseTooOld(
            f"The database server is PostgreSQL {version.major}; Muster needs {OLDEST_MAJOR} or newer."
        )
    # Every statement looks up by index whatever its arguments are: planning it anew each time costs more than it saves.
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    for name in ("jsonb", "json"):
        await connection.set_type_codec(name, schema="pg_catalog", encoder=_encode, decoder=json.loads)


def _encode(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=datetime.isoformat)


def _unreachable(dsn: str, error: Exception) -> DatabaseUnreachable:
    where = _where(dsn)
    if where is None or isinstance(error, (asyncpg.ClientConfigurationError, ValueError)):
        return DatabaseUnreachable(_MALFORMED)
    if isinstance(error, TimeoutError):
        return DatabaseUnreachable(f"The database at {where} does not answer within {CONNECT_SECONDS:.0f} s.")
    return DatabaseUnreachable(f"The database at {where} cannot be reached: {error or type(error).__name__}")


def _where(dsn: str) -> str | None:
    """Host and port of a DSN, or None when it cannot be told where its password ends."""
    try:
        parts = urlsplit(dsn)
        port = parts.port
    except ValueError:
        return None
    if "@" in parts.path + parts.query + parts.fragment:
        return None
    host = parts.hostname or parse_qs(parts.query).get("host", ["the local socket"])[0]
    return f"{host}:{port}" if port else host
