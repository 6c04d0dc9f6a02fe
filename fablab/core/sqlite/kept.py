"""The connections a SQLite engine keeps: one reader and one writer, used on the event loop.

SQLite answers an indexed read in about ten microseconds, while handing it to a thread costs a
hundred. Under WAL readers never wait. What can wait leaves the loop alone: another process's
write lock is tried for without blocking, and COMMIT, whose fsync may be slow, runs in a thread.
"""

import asyncio
import itertools
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from fablab.core.errors import Unavailable
from fablab.core.sqlite.opening import WAL_BYTES, Opening, Rows, patiently, rows_of
from fablab.core.sqlite.sessions import Session, WriteSession
from fablab.core.transactions import to_the_end

T = TypeVar("T")
logger = logging.getLogger(__name__)
SPARE_SNAPSHOTS = 2
CHECKPOINT_PAUSE = 1.0  # seconds between two checkpoints aside
NUMBERS = itertools.count()


class KeptConnections:
    """An engine's open connections, which belong to one event loop."""

    def __init__(self, opening: Opening, busy_seconds: float) -> None:
        self.number = next(NUMBERS)
        self.opening = opening
        self.busy_seconds = busy_seconds
        self.loop = asyncio.get_running_loop()
        self.turn = asyncio.Lock()
        self._aside = ThreadPoolExecutor(1, thread_name_prefix="fablab-commit")
        self._spares: list[sqlite3.Connection] = []
        self._checkpoint: asyncio.Future[None] | None = None
        self._checked_at = 0.0

    async def open(self) -> None:
        """The writer first: it makes the file a WAL database before the reader looks at it."""
        self.writer = await self._in_thread(self.opening.writer)
        self.reader = await self._in_thread(self.opening.read_only)

    async def close(self) -> None:
        """After the transaction that is under way, and the checkpoint."""
        async with self.turn:
            if self._checkpoint:
                await asyncio.wait([self._checkpoint])
            self._aside.shutdown()
            for connection in (self.reader, self.writer, *self._spares):
                connection.close()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await self.loop.run_in_executor(self._aside, work)

    async def read(self, sql: str, args: Sequence[Any] = ()) -> Rows:
        return await patiently(lambda: rows_of(self.reader.execute(sql, args)), self.busy_seconds)

    async def alone(self, sql: str, args: Sequence[Any] = ()) -> Rows:
        """A statement that SQLite wants outside of every transaction, such as VACUUM."""
        async with self.turn:
            work = self._in_thread(lambda: rows_of(self.writer.execute(sql, args)))
            return await to_the_end(work)

    async def begin(self) -> WriteSession:
        """Take turns within this process first, then with the others; wait for both only so long.

        Otherwise everybody behind one who waits in vain would wait as long again, one by one.
        """
        end = time.monotonic() + self.busy_seconds
        await self._take_turn()
        try:
            left = end - time.monotonic()
            await patiently(lambda: self.writer.execute("BEGIN IMMEDIATE"), left)
            return WriteSession(self.writer, self._aside)
        except BaseException:
            self.turn.release()
            raise

    async def _take_turn(self) -> None:
        try:
            async with asyncio.timeout(self.busy_seconds):
                await self.turn.acquire()
        except TimeoutError as late:
            raise Unavailable(retry_after=2) from late

    def finish(self, session: WriteSession) -> None:
        try:
            session.end()
        finally:
            self.turn.release()
        self._checkpoint_if_large()

    def begin_snapshot(self) -> Session:
        connection = self._spares.pop() if self._spares else self.opening.read_only()
        connection.execute("BEGIN")
        return Session(connection)

    def finish_snapshot(self, session: Session) -> None:
        session.end()
        if len(self._spares) < SPARE_SNAPSHOTS:
            self._spares.append(session.connection)
        else:
            session.connection.close()

    def _checkpoint_if_large(self) -> None:
        """Fold a large WAL back aside, so that a COMMIT seldom has to."""
        now = time.monotonic()
        if now - self._checked_at < CHECKPOINT_PAUSE or not self._wal_is_large():
            return
        if self._checkpoint is None or self._checkpoint.done():
            self._checked_at = now
            self._checkpoint = self.loop.run_in_executor(None, self._fold_back)

    def _wal_is_large(self) -> bool:
        try:
            return os.stat(f"{self.opening.options['database']}-wal").st_size > WAL_BYTES
        except FileNotFoundError:
            return False

    def _fold_back(self) -> None:
        """A passive checkpoint waits for nobody and holds nobody up."""
        try:
            connection = self.opening.connect()
            try:
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            finally:
                connection.close()
        except sqlite3.Error as error:
            logger.warning("A checkpoint failed, the next one may not: %r", error)
