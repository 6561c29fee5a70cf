"""Under which account the embedded Postgres runs when the bot itself runs as root.

Postgres refuses to run as root, so root hands the server to an account of its own. That account must be able to walk
to the data and to the programs; it is let through by name (a POSIX access list entry), so a home folder that others
may not enter stays closed to everybody else.
"""

import logging
import os
import pwd
import shutil
import stat
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

ACCOUNT = "muster-postgres"

# The kernel's POSIX access list (linux/posix_acl_xattr.h): a version, then (tag, permissions, id) an entry.
_ACL = "system.posix_acl_access"
_VERSION = struct.pack("<I", 2)
_ENTRY = struct.Struct("<HHI")
_OWNER, _USER, _GROUP_OWNER, _MASK, _OTHER = 0x01, 0x02, 0x04, 0x10, 0x20
_NOBODY = 0xFFFFFFFF
_PASS = 0o1


class AccountError(Exception):
    """The account for the embedded Postgres cannot be used; the message says what to do instead."""


@dataclass(frozen=True)
class Account:
    """A system account by its numbers."""

    uid: int
    gid: int


def account_for(folder: Path) -> Account | None:
    """The account the server of `folder` runs under, or None for the bot's own (it is not root).

    Root keeps the owner an existing folder has, so that one start as root does not lock an ordinary user out.
    Raises AccountError when the account does not exist and cannot be created.
    """
    if os.geteuid() != 0:
        return None
    status = folder.stat()
    if status.st_uid != 0:
        return Account(status.st_uid, status.st_gid)
    entry = _find() or _create()
    return Account(entry.pw_uid, entry.pw_gid)


def _find() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        return None


def _create() -> pwd.struct_passwd:
    useradd = shutil.which("useradd", path="/usr/sbin:/usr/bin:/sbin:/bin")
    if useradd is not None:
        arguments = ("--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT)
        subprocess.run([useradd, *arguments], check=False, capture_output=True)  # noqa: S603 - fixed arguments
    entry = _find()  # whoever created it: two starts may have raced
    if entry is None:
        raise AccountError(
            f"Postgres refuses to run as root and the account {ACCOUNT} could not be created. "
            "Run the bot as an ordinary user, or set DATABASE_URL."
        )
    return entry


def let_through(account: Account, target: Path) -> None:
    """Let `account` walk to `target`: pass through every parent folder, list none of them.

    Raises AccountError when a parent is closed and its file system has no access lists.
    """
    for folder in reversed(target.parents):
        if not _passable(account, folder):
            _add_entry(account, folder)


def _passable(account: Account, folder: Path) -> bool:
    status = folder.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_mode & stat.S_IXOTH:
        return True
    entries = _entries(folder)
    mask = next((allowed for tag, allowed, _ in entries if tag == _MASK), 0)
    return any(tag == _USER and who == account.uid and allowed & mask & _PASS for tag, allowed, who in entries)


def _entries(folder: Path) -> list[tuple[int, int, int]]:
    """The access list of `folder`; a folder that has none gets the one its mode stands for."""
    try:
        packed = os.getxattr(folder, _ACL)
    except OSError:
        mode = folder.stat().st_mode
        return [
            (_OWNER, mode >> 6 & 7, _NOBODY),
            (_GROUP_OWNER, mode >> 3 & 7, _NOBODY),
            (_MASK, mode >> 3 & 7, _NOBODY),
            (_OTHER, mode & 7, _NOBODY),
        ]
    return list(_ENTRY.iter_unpack(packed[len(_VERSION) :]))


def _add_entry(account: Account, folder: Path) -> None:
    kept = [entry for entry in _entries(folder) if entry[0] != _MASK and entry[::2] != (_USER, account.uid)]
    mask = next(allowed for tag, allowed, _ in _entries(folder) if tag == _MASK)
    wanted = [*kept, (_USER, _PASS, account.uid), (_MASK, mask | _PASS, _NOBODY)]
    wanted.sort(key=lambda entry: (entry[0], entry[2]))  # the kernel asks for this order
    try:
        os.setxattr(folder, _ACL, _VERSION + b"".join(_ENTRY.pack(*entry) for entry in wanted))
    except OSError as error:
        raise AccountError(
            f"Postgres refuses to run as root and its account {ACCOUNT} may not enter {folder}. Run the bot as an "
            "ordinary user, keep it and DATA_DIR in a folder others may enter (/opt, /srv), or set DATABASE_URL."
        ) from error
    log.info("account %s may now pass through %s to reach the embedded database", account.uid, folder)


def make_readable(tree: Path) -> None:
    """Open the installed Postgres programs to other accounts (an install under a strict umask is closed)."""
    for path in (tree, *tree.rglob("*")):
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            continue
        wanted = 0o055 if mode & stat.S_IXUSR else 0o044
        if mode & wanted != wanted:
            path.chmod(stat.S_IMODE(mode) | wanted)
