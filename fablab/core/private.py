"""What the data folder holds is for the lab's own user, whatever the umask was when it was made.

New folders are made for their owner alone. This closes those that earlier versions, or an
operator's `mkdir`, left open to every user of the machine. Rights of a group stay where others
have none: those are somebody's decision, not a umask.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from fablab.core.settings import settings

FOLDERS = ("backups", "mail")  # people's data, and links that open accounts
SECRET = "demo-secret"  # noqa: S105 - the name of a file
OTHERS, NOT_OWNER = 0o007, 0o077


def open_to_others() -> list[Path]:
    """What every user of this machine may look into: the whole folder, or what of ours is in it.

    A folder that holds anything else as well (somebody's home, /srv) is not ours to close.
    """
    folder = settings.folder
    if _is_open(folder) and all(_is_ours(entry.name) for entry in folder.iterdir()):
        elsewhere = (path for path in _database() if path.parent != folder)
        return [folder, *filter(_is_in_reach, elsewhere)]
    return list(filter(_is_in_reach, _ours(folder)))


def close_to_others() -> list[Path]:
    """Close it. Returns what was open until now; another user's files stay as they are."""
    closed = []
    for path in open_to_others():
        try:
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~NOT_OWNER)
        except PermissionError:
            continue  # `fablab check` says so
        closed.append(path)
    return closed


def _is_open(path: Path) -> bool:
    return os.name == "posix" and path.exists() and bool(path.stat().st_mode & OTHERS)


def _is_in_reach(path: Path) -> bool:
    return _is_open(path) and bool(path.parent.stat().st_mode & stat.S_IXOTH)


def _is_ours(name: str) -> bool:
    database = settings.sqlite_path
    return (
        name in (*FOLDERS, SECRET)
        or name.startswith(".")
        or (database is not None and name.startswith(database.name))
    )


def _ours(folder: Path) -> Iterator[Path]:
    yield from (folder / name for name in (*FOLDERS, SECRET))
    yield from _database()


def _database() -> Iterator[Path]:
    """The file of the database and those that SQLite puts beside it."""
    if (path := settings.sqlite_path) is not None:
        yield from (path.with_name(path.name + end) for end in ("", "-wal", "-shm"))
