"""The database of the tests: one server a run, one migrated template, one clone a test.

TEST_DATABASE_URL (a superuser's address) takes the place of the embedded server.
"""

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import settings

from db.embedded import THROWAWAY, EmbeddedPostgres, throwaway_parent
from db.migrate import migrate
from db.pool import open_pool

settings.register_profile("muster", deadline=None)  # how long one example takes is the machine's affair
settings.load_profile("muster")

RUN = "MUSTER_TEST_RUN"  # the folder of this run; the workers of pytest-xdist inherit it
_numbers = itertools.count()

settings.register_profile("muster", deadline=None)  # machines are shared: how long an example takes proves nothing
settings.load_profile("muster")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        os.environ[RUN] = tempfile.mkdtemp(prefix="muster-test-", dir=throwaway_parent())


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    folder = Path(os.environ[RUN])
    try:
        asyncio.run(_clean(folder))
    finally:
        shutil.rmtree(folder)
        del os.environ[RUN]


async def _clean(folder: Path) -> None:
    """Drop the template; stop a server that a killed worker left."""
    if "TEST_DATABASE_URL" in os.environ:
        await _on(os.environ["TEST_DATABASE_URL"], f"DROP DATABASE IF EXISTS {_template()}")
    elif (folder / "postgres" / "data" / "postmaster.pid").exists():
        server = EmbeddedPostgres(THROWAWAY)
        await server.start(folder)
        await server.stop()


def _run_name() -> str:
    return Path(os.environ[RUN]).name.removeprefix("muster-test-").replace("_", "0").lower()


def _template() -> str:
    return f"muster_template_{_run_name()}"


def _address(server: str, database: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))


async def _on(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres() -> AsyncIterator[str]:
    """The address of the run's server; its database `postgres`."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    server = EmbeddedPostgres(THROWAWAY)
    yield _address(await server.start(Path(os.environ[RUN])), "postgres")
    await server.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def template(postgres: str) -> str:
    """The name of a migrated database to clone; the first worker to come makes it."""
    connection = await asyncpg.connect(postgres)
    try:
        await connection.execute("SELECT pg_advisory_lock(hashtext($1))", _template())
        if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", _template()) is None:
            await connection.execute(f"CREATE DATABASE {_template()}")
            await migrate(_address(postgres, _template()))
    finally:
        await connection.close()
    return _template()


@pytest.fixture
async def empty_dsn(postgres: str) -> AsyncIterator[str]:
    """A database of the test's own without any table."""
    async for dsn in _database(postgres, "template1"):
        yield dsn


@pytest.fixture
async def dsn(postgres: str, template: str) -> AsyncIterator[str]:
    """A migrated database of the test's own."""
    async for dsn in _database(postgres, template):
        yield dsn


async def _database(server: str, template: str) -> AsyncIterator[str]:
    name = f"muster_{_run_name()}_{os.getpid()}_{next(_numbers)}"
    await _on(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    yield _address(server, name)
    await _on(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def pool(dsn: str) -> AsyncIterator["asyncpg.Pool[asyncpg.Record]"]:
    """A pool on the test's database, as the bot opens it."""
    pool = await open_pool(dsn)
    yield pool
    await pool.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many cells of the fault matrix were tried."""
    tried = [
        one
        for one in terminalreporter.getreports("passed")
        if "test_whatever_happens_there_is_one_sheet[" in one.nodeid
    ]
    if tried:
        terminalreporter.write_line(f"fault matrix: {len(tried)} cells hold")
