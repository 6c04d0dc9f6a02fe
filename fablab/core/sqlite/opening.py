"""How the connections are opened, and how a lock that another process holds is waited for."""

import asyncio
import random
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Rows = list[dict[str, Any]]
T = TypeVar("T")

BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
WAL_BYTES = 8 * 2**20  # past this size the write-ahead log is folded back aside


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's error code without its extension; 0 when the error is Python's own."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def is_busy(error: BaseException) -> bool:
    return isinstance(error, sqlite3.OperationalError) and primary_code(error) in BUSY


def rows_of(cursor: sqlite3.Cursor) -> Rows:
    if cursor.description is None:
        return []
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


async def patiently(attempt: Callable[[], T], seconds: float) -> T:
    """Try until nobody else holds the lock, without blocking the loop; at last let it fail."""
    end, pause = time.monotonic() + seconds, 0.0005
    while True:
        try:
            return attempt()
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > end:
                raise
        await asyncio.sleep(pause * (0.5 + random.random()))  # noqa: S311
        pause = min(pause * 1.5, 0.02)


@dataclass(frozen=True, slots=True)
class Opening:
    """How this engine's connections are opened."""

    options: dict[str, Any]
    synchronous: str

    def connect(self, *pragmas: str) -> sqlite3.Connection:
        """A connection that never blocks: whoever uses it awaits its turn (see `patiently`)."""
        options = {**self.options, "check_same_thread": False, "cached_statements": 512}
        connection: sqlite3.Connection = sqlite3.connect(**options)
        common = ("foreign_keys=1", f"synchronous={self.synchronous}", "temp_store=MEMORY")
        for pragma in (*common, "cache_size=-16000", *pragmas, "busy_timeout=0"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def read_only(self) -> sqlite3.Connection:
        return self.connect("query_only=1")

    def writer(self) -> sqlite3.Connection:
        connection = self.connect()
        self._switch_to_wal(connection)
        connection.execute("PRAGMA wal_autocheckpoint=4000")
        connection.execute(f"PRAGMA journal_size_limit={WAL_BYTES // 2}")
        return connection

    def _switch_to_wal(self, connection: sqlite3.Connection) -> None:
        """Processes that start together race for this, and SQLite's own waiting does not help."""
        end = time.monotonic() + float(self.options.get("timeout", 30))
        while True:
            try:
                connection.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError as error:
                if not is_busy(error) or time.monotonic() > end:
                    raise
                time.sleep(random.uniform(0.001, 0.02))  # noqa: S311
            else:
                return
