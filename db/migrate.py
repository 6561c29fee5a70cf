"""Migrations: plain SQL files, applied once each, in order, forward only.

A file is `sql/migrations/NNNN_name.sql`, numbered from 0001 without gaps, its first line a `-- reason`. Each runs in
one transaction together with its row in `public.schema_migrations`, behind a lock that ends with the transaction, so
any number of programs may start at once and a killed one leaves nothing half done.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg

from db.pool import connect

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]
else:
    Connection = asyncpg.Connection

MIGRATIONS = Path(__file__).resolve().parent.parent / "sql" / "migrations"

LOCK = 0x6D7573746572  # "muster": the advisory lock all programs agree on
_FILE = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
# A transaction command at the start of a line and ended there; plpgsql's BEGIN has no semicolon.
_TRANSACTION = re.compile(r"^(BEGIN|START TRANSACTION|COMMIT|ROLLBACK)\b[^;\n]*;", re.IGNORECASE | re.MULTILINE)
_TABLE = """
    CREATE TABLE IF NOT EXISTS public.schema_migrations (
        number integer PRIMARY KEY,
        name text NOT NULL,
        checksum text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now()
    )
"""


class MigrationError(Exception):
    """The migrations cannot be applied; the message names the file and what is wrong with it."""


@dataclass(frozen=True)
class Migration:
    """One file: its number, its file name, the SHA-256 of its bytes (line endings as LF), its SQL."""

    number: int
    name: str
    checksum: str
    sql: str


async def migrate(target: "asyncpg.Connection[asyncpg.Record] | str", folder: Path = MIGRATIONS) -> list[str]:
    """Apply what `folder` has and the database has not; returns the names applied here, in order.

    `target` is a DSN or a connection outside a transaction. Raises MigrationError (what was applied before the fault
    stays), DatabaseUnreachable for a DSN.
    """
    if not isinstance(target, str):
        return await _migrate(target, folder)
    connection = await connect(target, application_name="muster migrate")
    try:
        return await _migrate(connection, folder)
    finally:
        await connection.close()


async def pending(connection: "asyncpg.Connection[asyncpg.Record]", folder: Path = MIGRATIONS) -> list[str]:
    """The names `migrate` would apply, in order; reads only. Raises MigrationError as `migrate` would."""
    files = read_folder(folder)
    if await connection.fetchval("SELECT to_regclass('public.schema_migrations')") is None:
        return [file.name for file in files]
    return [file.name for file in await _waiting(connection, files)]


def read_folder(folder: Path) -> list[Migration]:
    """All migrations of `folder` by number. Raises MigrationError for a wrong name, a gap, a double, no reason."""
    files = [_read(path) for path in sorted(folder.glob("*.sql"))]
    if not files:
        raise MigrationError(f"There are no migrations in {folder}.")
    for expected, file in enumerate(files, start=1):
        if file.number < expected:
            raise MigrationError(f"Migration {file.name} has the number of another file.")
        if file.number > expected:
            raise MigrationError(f"Migration {expected:04} is missing: the next file is {file.name}.")
    return files


def _read(path: Path) -> Migration:
    match = _FILE.fullmatch(path.name)
    if match is None:
        raise MigrationError(f"Migration {path.name} is not named like 0001_what_it_does.sql.")
    content = path.read_bytes().replace(b"\r\n", b"\n")
    sql = _decode(path.name, content)
    if not re.match(r"-- *\S", sql):
        raise MigrationError(f"Migration {path.name} does not begin with its reason: a first line `-- why`.")
    if _TRANSACTION.search(sql):
        raise MigrationError(f"Migration {path.name} begins or ends a transaction; it already runs in one.")
    return Migration(int(match[1]), path.name, hashlib.sha256(content).hexdigest(), sql)


def _decode(name: str, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise MigrationError(f"Migration {name} is not UTF-8 text.") from None


async def _migrate(connection: Connection, folder: Path) -> list[str]:
    files = read_folder(folder)
    applied: list[str] = []
    while (name := await _apply_next(connection, files)) is not None:
        applied.append(name)
    return applied


async def _apply_next(connection: Connection, files: list[Migration]) -> str | None:
    """Apply the first file that waits, in one transaction; None when none does."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        await connection.execute(_TABLE)
        waiting = await _waiting(connection, files)
        if not waiting:
            return None
        await _apply(connection, waiting[0])
        return waiting[0].name


async def _waiting(connection: Connection, files: list[Migration]) -> list[Migration]:
    """The files not applied yet, once those applied are known to be the same as here."""
    rows = await connection.fetch("SELECT number, name, checksum FROM public.schema_migrations ORDER BY number")
    known = {file.number: file for file in files}
    for row in rows:
        _compare(known.get(row["number"]), row["name"], row["checksum"])
    done = {row["number"] for row in rows}
    return [file for file in files if file.number not in done]


def _compare(file: Migration | None, name: str, checksum: str) -> None:
    if file is None:
        raise MigrationError(
            f"The database has migration {name}, which this version of Muster does not know: "
            "the database is newer than the program. Update Muster, or restore the backup from before the update."
        )
    if file.name != name:
        raise MigrationError(f"Migration {name} was applied; here it is called {file.name}. Give it its name back.")
    if file.checksum != checksum:
        raise MigrationError(
            f"Migration {name} was changed after it was applied. Restore the file and put the change in a new one."
        )


async def _apply(connection: Connection, migration: Migration) -> None:
    try:
        await connection.execute(migration.sql)
    except asyncpg.PostgresError as error:
        raise MigrationError(f"Migration {migration.name} failed{_line(migration, error)}: {error}") from error
    await connection.execute(
        "INSERT INTO public.schema_migrations (number, name, checksum) VALUES ($1, $2, $3)",
        migration.number,
        migration.name,
        migration.checksum,
    )


def _line(migration: Migration, error: asyncpg.PostgresError) -> str:
    position = getattr(error, "position", None)
    return f" at line {migration.sql[: int(position)].count(chr(10)) + 1}" if position else ""
