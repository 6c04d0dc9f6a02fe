"""What a transaction holds of a kept connection while it runs."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fablab.core.sqlite.opening import Rows, rows_of

logger = logging.getLogger(__name__)
LONG_HOLD = 0.05  # seconds a transaction may hold the write lock unremarked


class Session:
    """A connection while one transaction has it: what Piccolo's savepoints need, and our reads."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.over = False

    def fetch(self, sql: str, args: Sequence[Any] = ()) -> Rows:
        """SQLite itself ends a transaction on some errors: going on would write outside of it."""
        if self.over or not self.connection.in_transaction:
            raise sqlite3.OperationalError("This transaction is already over.")
        return rows_of(self.connection.execute(sql, args))

    async def execute(self, sql: str, args: Sequence[Any] = ()) -> Rows:
        return self.fetch(sql, args)

    async def commit(self) -> None:
        self.connection.execute("COMMIT")

    def end(self) -> None:
        """Undo what was not committed, and take the connection from whoever still holds this."""
        self.over = True
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")


class WriteSession(Session):
    """One transaction's turn at the writer; COMMIT runs aside if there is something to keep."""

    def __init__(self, connection: sqlite3.Connection, aside: ThreadPoolExecutor) -> None:
        super().__init__(connection)
        self._aside = aside
        self._before = connection.total_changes
        self._began = time.perf_counter()
        self._committing = 0.0

    async def commit(self) -> None:
        began = time.perf_counter()
        if self.connection.total_changes == self._before:
            await super().commit()
        else:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._aside, self.connection.execute, "COMMIT")
        self._committing = time.perf_counter() - began

    def end(self) -> None:
        super().end()
        held = time.perf_counter() - self._began
        if held > LONG_HOLD:
            logger.warning(
                "A transaction held the write lock for %d ms, %d of them to commit.",
                held * 1000,
                self._committing * 1000,
            )
