"""`sql/schema.sql`: the whole database on one page, made from the migrations with `python -m db.schema`."""

import asyncio
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from db.embedded import THROWAWAY, EmbeddedPostgres, EmbeddedPostgresError, programs, throwaway_parent
from db.migrate import migrate

SCHEMA = Path(__file__).resolve().parent.parent / "sql" / "schema.sql"

# What differs from one pg_dump to the next and says nothing about the tables.
_NOISE = re.compile(r"(--|SET |SELECT pg_catalog\.set_config|\\restrict|\\unrestrict)")


async def dump(dsn: str) -> str:
    """The schema of the database at `dsn` as SQL, without owners, privileges, settings and comments of the dump."""
    done = await asyncio.to_thread(
        subprocess.run,
        [_pg_dump(), "--schema-only", "--no-owner", "--no-privileges", "--dbname", dsn],
        check=True,
        capture_output=True,
        text=True,
        env={"PATH": os.defpath, "LC_ALL": "C"},
    )
    return normalise(done.stdout)


def normalise(dumped: str) -> str:
    """`dumped` without the noise, one empty line between statements, a line feed at the end."""
    kept = "\n".join(line.rstrip() for line in dumped.splitlines() if not _NOISE.match(line))
    return re.sub(r"\n{3,}", "\n\n", kept).strip() + "\n"


def _pg_dump() -> str:
    """The wheel's program, else the machine's. Raises EmbeddedPostgresError when there is neither."""
    try:
        return str(programs() / "pg_dump")
    except EmbeddedPostgresError:
        if found := shutil.which("pg_dump"):
            return found
        raise


async def from_migrations() -> str:
    """The schema that the migrations give an empty database."""
    with tempfile.TemporaryDirectory(prefix="muster-schema-", dir=throwaway_parent()) as folder:
        server = EmbeddedPostgres(THROWAWAY)
        try:
            dsn = await server.start(Path(folder))
            await migrate(dsn)
            return await dump(dsn)
        finally:
            await server.stop()


if __name__ == "__main__":
    SCHEMA.write_text(asyncio.run(from_migrations()))
