import asyncio
import json
import sys
from pathlib import Path

import pytest

from db.migrate import LOCK, MIGRATIONS, MigrationError, migrate, pending, read_folder
from db.pool import connect

FIRST = ("0001_raids.sql", "-- raids come first\nCREATE TABLE raids (id int);\n")
SECOND = ("0002_seats.sql", "-- raids have seats\nALTER TABLE raids ADD COLUMN seats int;\n")
THIRD = ("0003_names.sql", "-- and names\nALTER TABLE raids ADD COLUMN name text;\n")


@pytest.fixture
def folder(tmp_path: Path):
    return write(tmp_path / "migrations", FIRST, SECOND)


def write(folder: Path, *files: tuple[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files:
        (folder / name).write_bytes(text.encode())
    return folder


@pytest.fixture
async def connection(empty_dsn: str):
    connection = await connect(empty_dsn)
    yield connection
    await connection.close()


async def columns(connection) -> set[str]:
    rows = await connection.fetch("SELECT column_name FROM information_schema.columns WHERE table_name = 'raids'")
    return {row["column_name"] for row in rows}


async def test_applies_in_order_and_then_has_nothing_to_do(connection, folder):
    assert await pending(connection, folder) == ["0001_raids.sql", "0002_seats.sql"]
    assert await migrate(connection, folder) == ["0001_raids.sql", "0002_seats.sql"]
    assert await columns(connection) == {"id", "seats"}
    assert await pending(connection, folder) == []
    assert await migrate(connection, folder) == []


async def test_takes_a_dsn(empty_dsn, connection, folder):
    assert await migrate(empty_dsn, folder) == ["0001_raids.sql", "0002_seats.sql"]
    assert await columns(connection) == {"id", "seats"}


async def test_applies_only_what_is_new(connection, folder):
    await migrate(connection, folder)
    write(folder, THIRD)
    assert await pending(connection, folder) == ["0003_names.sql"]
    assert await migrate(connection, folder) == ["0003_names.sql"]


async def test_pending_writes_nothing(connection, folder):
    async with connection.transaction(readonly=True):
        assert await pending(connection, folder) == ["0001_raids.sql", "0002_seats.sql"]


async def test_a_file_that_fails_leaves_nothing_of_itself_and_all_before_it(connection, folder):
    bad = "-- breaks in its second statement\nALTER TABLE raids ADD COLUMN name text;\nALTER TABLE nowhere ADD x int;\n"
    write(folder, ("0003_bad.sql", bad))
    with pytest.raises(MigrationError, match=r'0003_bad\.sql failed.*"nowhere"'):
        await migrate(connection, folder)
    assert await columns(connection) == {"id", "seats"}
    assert await pending(connection, folder) == ["0003_bad.sql"]


async def test_a_syntax_error_is_named_with_its_line(connection, folder):
    write(folder, ("0003_bad.sql", "-- a slip\nSELECT 1;\nSELEC 2;\n"))
    with pytest.raises(MigrationError, match=r"0003_bad\.sql failed at line 3"):
        await migrate(connection, folder)


async def test_runs_a_function_body_with_begin_and_semicolons(connection, folder):
    body = "-- a rule\nCREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n    RETURN 7;\nEND;\n$$;\n"
    write(folder, ("0003_function.sql", body))
    await migrate(connection, folder)
    assert await connection.fetchval("SELECT f()") == 7


async def test_an_edited_file_is_refused_by_name(connection, folder):
    await migrate(connection, folder)
    write(folder, (FIRST[0], FIRST[1] + "-- an afterthought\n"), THIRD)
    for step in (migrate, pending):
        with pytest.raises(MigrationError, match=r"0001_raids\.sql was changed after it was applied"):
            await step(connection, folder)
    assert await columns(connection) == {"id", "seats"}


async def test_line_endings_do_not_count_as_an_edit(connection, folder):
    await migrate(connection, folder)
    write(folder, (FIRST[0], FIRST[1].replace("\n", "\r\n")))
    assert await pending(connection, folder) == []


async def test_a_renamed_file_is_refused(connection, folder):
    await migrate(connection, folder)
    (folder / "0002_seats.sql").rename(folder / "0002_chairs.sql")
    with pytest.raises(MigrationError, match=r"0002_seats\.sql was applied; here it is called 0002_chairs\.sql"):
        await migrate(connection, folder)


async def test_a_database_newer_than_the_program_is_refused(connection, folder):
    await migrate(connection, write(folder, THIRD))
    (folder / "0003_names.sql").unlink()
    for step in (migrate, pending):
        with pytest.raises(MigrationError, match=r"0003_names\.sql.*newer than the program"):
            await step(connection, folder)


async def test_a_connection_that_looks_elsewhere_finds_its_table(connection, folder):
    await connection.execute("SET search_path = ''")
    write(folder, (FIRST[0], "-- qualified\nCREATE TABLE public.raids (id int);\n"))
    (folder / "0002_seats.sql").unlink()
    assert await migrate(connection, folder) == ["0001_raids.sql"]


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ([], "There are no migrations in"),
        ([FIRST, THIRD], r"0002 is missing: the next file is 0003_names\.sql"),
        ([SECOND], r"0001 is missing: the next file is 0002_seats\.sql"),
        ([FIRST, ("0001_other.sql", "-- also first\n")], r"0001_raids\.sql has the number of another file"),
        ([("0000_zero.sql", "-- before the first\n")], r"0000_zero\.sql has the number"),
        ([FIRST, ("2_seats.sql", "-- short\n")], r"2_seats\.sql is not named like"),
        ([("0001_Raids.sql", "-- capitals\n")], r"0001_Raids\.sql is not named like"),
        ([("0001_raids.sql", "CREATE TABLE raids ();\n")], "does not begin with its reason"),
        ([("0001_raids.sql", "--\nCREATE TABLE raids ();\n")], "does not begin with its reason"),
        ([("0001_raids.sql", "-- why\nSELECT 1;\nCOMMIT;\n")], "begins or ends a transaction"),
        ([("0001_raids.sql", "-- why\nbegin;\nSELECT 1;\n")], "begins or ends a transaction"),
    ],
)
async def test_a_folder_out_of_order_is_refused_before_anything_runs(tmp_path, connection, files, complaint):
    with pytest.raises(MigrationError, match=complaint):
        await migrate(connection, write(tmp_path / "wrong", *files))
    assert await connection.fetchval("SELECT to_regclass('public.schema_migrations')") is None


def test_a_file_that_is_not_text_is_refused(folder):
    (folder / "0002_seats.sql").write_bytes(b"-- caf\xe9\n")
    with pytest.raises(MigrationError, match=r"0002_seats\.sql is not UTF-8"):
        read_folder(folder)


START = "import asyncio, json, pathlib, sys; from db.migrate import migrate; "
START += "print(json.dumps(asyncio.run(migrate(sys.argv[1], pathlib.Path(sys.argv[2])))))"


async def started(dsn: str, folder: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", START, dsn, str(folder)),
        cwd=MIGRATIONS.parent.parent,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def until_waiting(connection, programs: int) -> None:
    """Return once so many programs stand before an advisory lock of this database."""
    waiting = "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database "
    waiting += "WHERE locktype = 'advisory' AND NOT granted AND d.datname = current_database()"
    async with asyncio.timeout(20):
        while await connection.fetchval(waiting) < programs:
            await connection.execute("SELECT pg_sleep(0.01)")


async def test_four_programs_that_start_at_once_apply_each_file_once(empty_dsn, connection, folder):
    write(folder, THIRD)
    await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
    programs = [await started(empty_dsn, folder) for _ in range(4)]
    await until_waiting(connection, 4)
    await connection.execute("SELECT pg_advisory_unlock($1)", LOCK)
    answers = await asyncio.gather(*(program.communicate() for program in programs))
    assert [(program.returncode, error) for program, (_, error) in zip(programs, answers, strict=True)] == [
        (0, b"")
    ] * 4
    applied = sorted(name for output, _ in answers for name in json.loads(output))
    assert applied == ["0001_raids.sql", "0002_seats.sql", "0003_names.sql"]
    assert await columns(connection) == {"id", "seats", "name"}


async def test_a_program_killed_half_way_leaves_the_file_to_the_next(empty_dsn, connection, folder):
    write(folder, ("0003_names.sql", THIRD[1] + "SELECT pg_advisory_xact_lock(1);\n"))
    await connection.execute("SELECT pg_advisory_lock(1)")
    program = await started(empty_dsn, folder)
    await until_waiting(connection, 1)
    program.kill()
    await program.communicate()
    await connection.execute("SELECT pg_advisory_unlock(1)")
    assert await migrate(connection, folder) == ["0003_names.sql"]
    assert await columns(connection) == {"id", "seats", "name"}


async def test_the_record_says_when(connection, folder):
    await migrate(connection, folder)
    rows = await connection.fetch("SELECT number, name, length(checksum) AS length, applied_at FROM schema_migrations")
    assert [(row["number"], row["name"], row["length"]) for row in rows] == [
        (1, "0001_raids.sql", 64),
        (2, "0002_seats.sql", 64),
    ]
    assert all(row["applied_at"].tzinfo is not None for row in rows)
