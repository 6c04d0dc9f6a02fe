"""Piccolo's SQLite engine with kept connections (see docs/decisions/002-sqlite-engine.md).

Before `start_connection_pool()`, and on other event loops than the one it was called on, it opens
a connection for each statement or transaction as Piccolo does: enough for migrations.
"""

import asyncio
import sqlite3
from collections.abc import Sequence
from typing import Any

from piccolo.apps.migrations.tables import Migration
from piccolo.engine.sqlite import SQLiteEngine, TransactionType
from piccolo.querystring import QueryString

from fablab.core import counting
from fablab.core.sqlite import aside, values
from fablab.core.sqlite.kept import KeptConnections
from fablab.core.sqlite.opening import Opening, Rows, primary_code
from fablab.core.sqlite.sessions import Session
from fablab.core.sqlite.transaction import Snapshot, Transaction

OLDEST = (3, 35)  # the first with RETURNING
OUTSIDE = ("VACUUM", "PRAGMA")  # what SQLite refuses, or ignores, inside a transaction

values.register()


class KeptSQLiteEngine(SQLiteEngine):
    """One reader and one writer connection for a process, used on its event loop.

    Reads outside a transaction go to the reader; everything else takes the write lock first, so
    that two who read and then write take turns instead of failing. `busy_seconds` is how long
    another process's lock is waited for.
    """

    def __init__(
        self,
        path: str,
        *,
        synchronous: str = "FULL",
        busy_seconds: float = 5.0,
        timeout: float = 30.0,
        **connection_options: Any,
    ) -> None:
        if sqlite3.sqlite_version_info < OLDEST:
            raise RuntimeError(f"SQLite 3.35 or newer is needed, not {sqlite3.sqlite_version}.")
        self.synchronous = synchronous
        self.busy_seconds = busy_seconds
        self._kept: KeptConnections | None = None
        super().__init__(path=path, timeout=timeout, **connection_options)

    async def check_version(self) -> None:
        """Nothing to ask a server, and Piccolo's own check needs an event loop of its own."""

    @property
    def is_open(self) -> bool:
        return self._kept is not None

    @property
    def kept(self) -> KeptConnections | None:
        """The kept connections, if they belong to the event loop that asks."""
        if self._kept is None:
            return None
        try:
            here = asyncio.get_running_loop() is self._kept.loop
        except RuntimeError:
            return None
        return self._kept if here else None

    @property
    def opening(self) -> Opening:
        return Opening(self.connection_kwargs, self.synchronous)

    async def start_connection_pool(self, **_: Any) -> None:
        kept = KeptConnections(self.opening, self.busy_seconds)
        await kept.open()
        self._kept = kept

    async def close_connection_pool(self) -> None:
        if kept := self._kept:
            self._kept = None
            await kept.close()

    def transaction_exists(self) -> bool:
        return bool(self.current_transaction.get())

    def transaction(
        self,
        transaction_type: TransactionType = TransactionType.immediate,
        allow_nested: bool = True,
    ) -> Transaction:
        """Always IMMEDIATE, whatever is asked for: an upgrade from reading to writing fails at once
        with "database is locked" when two try it, however long they were ready to wait."""
        return Transaction(self, TransactionType.immediate, allow_nested)

    def snapshot(self) -> Snapshot:
        """Reads that agree with each other, on a connection of their own."""
        return Snapshot(self, TransactionType.deferred)

    async def run_querystring(self, querystring: QueryString, in_pool: bool = False) -> Rows:
        sql, args = querystring.compile_string(engine_type="sqlite")
        if querystring.table is Migration:
            args = [values.as_utc(value) for value in args]
        return await self.run(sql, args)

    async def run_ddl(self, ddl: str, in_pool: bool = False) -> Rows:
        return await self.run(ddl)

    async def run(self, sql: str, args: Sequence[Any] = ()) -> Rows:
        """Run one statement where it belongs: its transaction, the reader or the writer."""
        counting.note(sql)
        if transaction := self.current_transaction.get():
            return await self._run_inside(transaction.connection, sql, args)
        if (kept := self.kept) is None:
            rows: Rows = await self._run_in_new_connection(sql, list(args))
            return rows
        return await self._run_on(kept, sql, args)

    async def _run_inside(self, connection: Any, sql: str, args: Sequence[Any]) -> Rows:
        if isinstance(connection, Session):
            return connection.fetch(sql, args)
        rows: Rows = await self._run_in_existing_connection(connection, sql, list(args))
        return rows

    async def _run_on(self, kept: KeptConnections, sql: str, args: Sequence[Any]) -> Rows:
        verb = sql.lstrip()[:6].upper()
        if verb in OUTSIDE:
            return await kept.alone(sql, args)
        if verb.startswith(("SELECT", "WITH")):
            try:
                return await kept.read(sql, args)
            except sqlite3.OperationalError as error:
                if primary_code(error) != sqlite3.SQLITE_READONLY:  # it is not WITH ... INSERT
                    raise
        async with self.transaction() as own:
            return await self._run_inside(own.connection, sql, args)

    async def offload(self, sql: str, args: Sequence[Any] = ()) -> Rows:
        """Read thousands of rows on an own connection in a thread, while the loop goes on."""
        counting.note(sql)
        if transaction := self.current_transaction.get():
            return await self._run_inside(transaction.connection, sql, args)
        return await aside.read(self.opening, sql, args)

    def data_version(self) -> tuple[int, int] | None:
        """Something that changes with every commit of anybody; None where that cannot be said.

        The reader is asked, because a connection does not notice its own commits. Another
        connection counts from the beginning, so its number goes with it.
        """
        if (kept := self.kept) is None or self.transaction_exists():
            return None
        return kept.number, kept.reader.execute("PRAGMA data_version").fetchone()[0]
