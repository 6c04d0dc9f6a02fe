"""A SQLite file, copied by SQLite itself while others write, and put in another one's place."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from fablab.core import db, schema
from fablab.core.backup.files import (
    IDLE,
    IN_USE,
    NOT_EMPTY,
    NOT_OURS,
    Tell,
    check_schema,
    silent,
    written_whole,
)
from fablab.core.errors import WrongSetup
from fablab.core.sqlite import KeptSQLiteEngine

PAGES = 2000  # copied at a stretch: 8 MB, after which a cancelled copy ends
NOTHING = "There is no database yet, so there is nothing to save. Run: fablab migrate"
ITSELF = "{name} is the database itself. Name another file for the backup."
BESIDE = ("-wal", "-shm", "-journal")
Work = Callable[[threading.Event], None]


def check_target(database: Path, target: Path) -> None:
    if not database.exists():
        raise WrongSetup(NOTHING)
    if target.exists() and target.samefile(database):
        raise WrongSetup(ITSELF.format(name=target))


async def copy(source: Path, target: Path, tell: Tell = silent) -> None:
    """Everything committed by now, whatever is written meanwhile."""
    await _aside(lambda stop: _copy(source, target, tell, stop))


async def restore(backup: Path, database: Path, replace: bool, tell: Tell) -> None:
    """Everything is prepared beside the database, so that it changes at once or not at all."""
    check_schema(backup, await asyncio.to_thread(ran, backup))
    if not replace and await asyncio.to_thread(holds_something, database):
        raise WrongSetup(NOT_EMPTY)
    database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with written_whole(database) as part:
        await copy(backup, part, tell)
        await _bring_up_to_date(part)
        await asyncio.to_thread(_make_way, database)


async def _aside(work: Work) -> None:
    """In a thread, which ends soon after its task was cancelled."""
    stop = threading.Event()
    try:
        await asyncio.to_thread(work, stop)
    finally:
        stop.set()


def _copy(source: Path, target: Path, tell: Tell, stop: threading.Event) -> None:
    """The source is held at one moment by a read, which under WAL is in nobody's way."""

    def progress(_: int, left: int, whole: int) -> None:
        if stop.is_set():
            raise InterruptedError("The copy was cancelled.")
        tell(1 - left / max(whole, 1))

    with closing(_read_only(source)) as held, closing(sqlite3.connect(target)) as copied:
        held.execute("BEGIN")
        held.execute("SELECT count(*) FROM sqlite_master").fetchone()
        held.backup(copied, pages=PAGES, progress=progress)
        copied.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it


def _read_only(path: Path) -> sqlite3.Connection:
    """Never makes the file."""
    address = f"{path.absolute().as_uri()}?mode=ro"
    return sqlite3.connect(address, uri=True, timeout=30, isolation_level=None)


def ran(backup: Path) -> list[str]:
    """The migrations that had run. `WrongSetup` when it is no database of ours, or damaged."""
    with closing(_read_only(backup)) as connection:
        try:
            asked = "SELECT name FROM migration WHERE app_name = ?"
            found = [str(name) for (name,) in connection.execute(asked, [schema.APP])]
            whole = connection.execute("PRAGMA quick_check").fetchone()
        except sqlite3.DatabaseError as error:
            raise WrongSetup(NOT_OURS.format(name=backup)) from error
    if whole != ("ok",):
        raise WrongSetup(f"{backup} is damaged: {whole[0]}.")
    return found


def holds_something(database: Path) -> bool:
    if not database.exists():
        return False
    with closing(_read_only(database)) as connection:
        asked = "SELECT name FROM sqlite_master WHERE type = 'table'"
        tables = {name for (name,) in connection.execute(asked)} - IDLE
        return any(
            connection.execute(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone()  # noqa: S608
            for table in tables
        )


async def _bring_up_to_date(path: Path) -> None:
    usual = db.engine()
    db.use(KeptSQLiteEngine(str(path)))
    try:
        await schema.migrate()
    finally:
        db.use(usual)


def _make_way(database: Path) -> None:
    """Leaving WAL needs the file for oneself: it fails while a server is running."""
    if not database.exists():
        return
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            raise WrongSetup(IN_USE) from error
    for part in BESIDE:
        database.with_name(database.name + part).unlink(missing_ok=True)
