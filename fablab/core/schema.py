"""The schema: brought up to date by a command, never by a server that starts."""

import asyncio
import io
import logging
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, redirect_stdout
from pathlib import Path

from piccolo.apps.migrations.commands.base import BaseMigrationManager
from piccolo.apps.migrations.commands.forwards import ForwardsMigrationManager
from piccolo.apps.migrations.tables import Migration

from fablab.core import db
from fablab.core.postgres import SafePostgresEngine
from fablab.core.postgres.reaching import reaching
from fablab.core.sqlite import KeptSQLiteEngine

APP = "fablab"
LOCK = 4_207_849_484  # any number that nobody else locks
SECONDS_TO_WAIT = 600  # for another process that migrates
logger = logging.getLogger(__name__)


async def migrate() -> list[str]:
    """Run the migrations that have not run yet, and return their ids.

    Whoever comes second waits, and finds nothing left to do.
    """
    with _unhurried() as engine:
        async with _alone(engine):
            waiting = await pending()
            if waiting:
                await _run()
            return waiting


async def pending() -> list[str]:
    """The ids of the migrations that have not run yet. Creates nothing, not even the file."""
    ours = known()
    if _has_no_file(db.engine()) or not await Migration.table_exists():
        return ours
    done = set(await Migration.get_migrations_which_ran(app_name=APP))
    return [migration for migration in ours if migration not in done]


def _has_no_file(engine: db.AnyEngine) -> bool:
    """Whether looking into the database would create it."""
    return isinstance(engine, KeptSQLiteEngine) and not Path(engine.path).exists()


def known() -> list[str]:
    """The ids of all migrations of this version, whether they ran or not."""
    manager = BaseMigrationManager()
    folder = manager.get_app_config(app_name=APP).resolved_migrations_folder_path
    with _import_path_restored():
        return manager.get_migration_ids(manager.get_migration_modules(folder))


async def _run() -> None:
    said = io.StringIO()
    try:
        with redirect_stdout(said), _import_path_restored():
            result = await ForwardsMigrationManager(app_name=APP).run()
    finally:
        logger.info("Migrations: %s", said.getvalue().strip())
    if not result.success:
        raise RuntimeError(f"The migrations failed: {result.message}")


@contextmanager
def _import_path_restored() -> Iterator[None]:
    """Piccolo adds the folder of the migrations each time it looks into it."""
    before = list(sys.path)
    try:
        yield
    finally:
        sys.path[:] = before


@contextmanager
def _unhurried() -> Iterator[db.AnyEngine]:
    """An engine whose statements may take as long as a large table needs."""
    usual = db.engine()
    if not isinstance(usual, SafePostgresEngine):
        yield usual
        return
    db.use(usual.unhurried())
    try:
        yield db.engine()
    finally:
        db.use(usual)


@asynccontextmanager
async def _alone(engine: db.AnyEngine) -> AsyncIterator[None]:
    """Hold the lock of those who migrate this database; a process that dies lets it go."""
    if isinstance(engine, SafePostgresEngine):
        with reaching():
            connection = await engine.get_new_connection()
        try:
            await connection.execute(f"SELECT pg_advisory_lock({LOCK})")
            yield
        finally:
            await connection.close()
        return
    path = Path(engine.path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # people live in it
    lock = await asyncio.to_thread(_lock_beside, path)
    try:
        yield
    finally:
        lock.close()


def _lock_beside(path: Path) -> sqlite3.Connection:
    """A lock on an empty database beside the real one: it works on every system SQLite works on."""
    lock = sqlite3.connect(
        f"{path}-migrating",
        timeout=SECONDS_TO_WAIT,
        isolation_level=None,
        check_same_thread=False,
    )
    lock.execute("BEGIN EXCLUSIVE")
    return lock
