"""Throw a demo lab away, and nothing but a demo lab."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from fablab.activity.tables import Activity
from fablab.core import db
from fablab.core.errors import WrongSetup
from fablab.core.sqlite import KeptSQLiteEngine

THING = "demo"
"""What the log of a demo lab says was made. The log is append-only, so the mark stays."""

PARTS = ("", "-wal", "-shm", "-journal", "-migrating")
NOT_OURS = (
    "{name} holds something that is no demo lab, and stays as it is. Name another place for the"
    " demo with {setting}, or move this one away yourself."
)
IN_USE = "{name} is in use. Stop the server that works on it, then try again."


async def throw_away() -> None:
    """Leave an empty database behind. `WrongSetup` when it is in use, or is no demo lab."""
    engine = db.engine()
    if isinstance(engine, KeptSQLiteEngine):
        await asyncio.to_thread(remove_files, Path(engine.path))
    else:
        async with db.connected():
            await empty_schema()


def remove_files(path: Path) -> None:
    """The file and what SQLite keeps beside it, once nobody else has it open."""
    if path.exists():
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            try:
                ours = is_demo_file(connection)
                # Leaving WAL needs the file for oneself: it fails while a server is running.
                connection.execute("PRAGMA journal_mode = DELETE")
            except sqlite3.OperationalError as error:
                raise WrongSetup(IN_USE.format(name=path)) from error
            except sqlite3.DatabaseError:
                ours = False
        if not ours:
            raise WrongSetup(NOT_OURS.format(name=path, setting="FABLAB_DATA_DIR"))
    for part in PARTS:
        path.with_name(path.name + part).unlink(missing_ok=True)


def is_demo_file(connection: sqlite3.Connection) -> bool:
    """A lab made by the demo, or nothing at all."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if "activity" not in tables:
        return not tables
    found = connection.execute("SELECT 1 FROM activity WHERE thing = ? LIMIT 1", [THING])
    return found.fetchone() is not None


async def empty_schema() -> None:
    """PostgreSQL: everything of the schema `public`, if the demo made it, in one transaction."""
    found = await db.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    tables = {row["tablename"] for row in found}
    ours = await is_demo() if "activity" in tables else not tables
    if not ours:
        raise WrongSetup(NOT_OURS.format(name="The database", setting="FABLAB_DATABASE_URL"))
    async with db.transaction():
        for statement in (
            "SET LOCAL lock_timeout = '5s'",
            "DROP SCHEMA public CASCADE",
            "CREATE SCHEMA public",
        ):
            await db.engine().run_ddl(statement)


async def is_demo() -> bool:
    """Whether the lab in this database was made by the demo."""
    return bool(await Activity.exists().where(Activity.thing == THING))
