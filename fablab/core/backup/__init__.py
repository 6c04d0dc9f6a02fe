"""The database in one file, taken while everybody works on it, and put back.

The database only: mail in a folder, the secret key and the settings are kept by whoever runs the
lab. SQLite's file is copied by SQLite, PostgreSQL's tables by PostgreSQL's own tools.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fablab.core import db, schema
from fablab.core.backup import postgres, sqlite
from fablab.core.backup.files import Tell, silent, written_whole
from fablab.core.errors import WrongSetup
from fablab.core.sqlite import KeptSQLiteEngine

__all__ = ["restore", "save"]


async def save(target: Path, tell: Tell = silent) -> None:
    """Write what the database holds now to `target`: whole, for its owner only, or not at all.

    Nobody waits for it. `WrongSetup` when there is nothing to save, or it cannot be written.
    """
    engine = db.engine()
    with _in_one_line(target):
        if not isinstance(engine, KeptSQLiteEngine):
            with written_whole(target) as part:
                await postgres.dump(engine.dsn, part)
            return
        sqlite.check_target(Path(engine.path), target)
        with written_whole(target) as part:
            await sqlite.copy(Path(engine.path), part, tell)


async def restore(source: Path, *, replace: bool = False, tell: Tell = silent) -> None:
    """Put back what `source` holds, brought up to date; all of it, or the database stays as it is.

    `WrongSetup` when it is no backup of ours or one of a newer version, when the database is in
    use, and when it holds something and is not to be replaced.
    """
    engine = db.engine()
    with _in_one_line(source):
        if isinstance(engine, KeptSQLiteEngine):
            await sqlite.restore(source, Path(engine.path), replace, tell)
        else:
            await postgres.restore(source, engine.dsn, replace)
            await schema.migrate()


@contextmanager
def _in_one_line(path: Path) -> Iterator[None]:
    """A full disk, a missing folder, a broken file: said as such, not as a traceback."""
    try:
        yield
    except (OSError, sqlite3.Error) as wrong:
        raise WrongSetup(f"{path}: {wrong}") from wrong
