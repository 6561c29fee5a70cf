import asyncpg
import pytest

from db.migrate import MIGRATIONS, migrate, pending
from db.pool import connect
from db.schema import SCHEMA, dump, normalise


@pytest.fixture
async def of_this_version(postgres: str):
    connection = await asyncpg.connect(postgres)
    major = connection.get_server_version().major
    await connection.close()
    if major != 18:
        pytest.skip(f"schema.sql is as PostgreSQL 18 prints it; this server is {major}")


async def test_the_migrations_give_the_schema_on_the_page(of_this_version, dsn):
    assert await dump(dsn) == SCHEMA.read_text(), "run: .venv/bin/python -m db.schema"


async def test_the_migrations_run_on_an_empty_database_once(empty_dsn):
    names = sorted(path.name for path in MIGRATIONS.glob("*.sql"))
    assert await migrate(empty_dsn) == names
    assert await migrate(empty_dsn) == []
    connection = await connect(empty_dsn)
    assert await pending(connection) == []
    await connection.close()


async def test_a_column_more_is_seen(of_this_version, dsn):
    connection = await connect(dsn)
    await connection.execute("ALTER TABLE patt.raid_events ADD COLUMN colour text")
    await connection.close()
    assert "colour text" in await dump(dsn)
    assert await dump(dsn) != SCHEMA.read_text()


def test_the_page_holds_nothing_that_changes_by_itself():
    dumped = "\\restrict abc\n--\n-- PostgreSQL database dump\n\n\nSET lock_timeout = 0;\n"
    dumped += "SELECT pg_catalog.set_config('search_path', '', false);\n\nCREATE TABLE a (\n    b text\n);\n\n\n\n"
    assert normalise(dumped + "CREATE TABLE c ();\n\n\\unrestrict abc\n") == (
        "CREATE TABLE a (\n    b text\n);\n\nCREATE TABLE c ();\n"
    )
