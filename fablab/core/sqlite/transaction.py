"""A transaction on the kept writer, and a snapshot on a connection of its own."""

from typing import TYPE_CHECKING, Any

from piccolo.engine.sqlite import SQLiteTransaction

from fablab.core.sqlite.sessions import Session, WriteSession
from fablab.core.transactions import Nesting, to_the_end

if TYPE_CHECKING:
    from fablab.core.sqlite.engine import KeptSQLiteEngine


class _OnOneConnection(Nesting, SQLiteTransaction):  # type: ignore[misc]
    """Opened on a kept connection, or on a new one while the engine keeps none."""

    engine: "KeptSQLiteEngine"
    connection: Any

    async def _open(self) -> None:
        self._kept = self.engine.kept
        self.connection = await (self._begin_kept() if self._kept else self._begin_alone())

    async def _begin_kept(self) -> Session:
        raise NotImplementedError

    async def _begin_alone(self) -> Any:
        connection = await self.engine.get_connection()
        try:
            await connection.execute(f"BEGIN {self.transaction_type.value}")
        except BaseException:
            await connection.close()
            raise
        return connection

    async def _close(self, keep: bool) -> None:
        try:
            if keep and not self._committed and not self._rolled_back:
                await self.commit()
        finally:  # the connection is free again whatever happened; what was not committed is undone
            if self._kept:
                self._finish_kept()
            else:
                await to_the_end(self._close_alone())

    async def _close_alone(self) -> None:
        try:
            if self.connection.in_transaction:
                await self.connection.execute("ROLLBACK")
        finally:
            await self.connection.close()

    def _finish_kept(self) -> None:
        raise NotImplementedError

    async def commit(self) -> None:
        """Runs to its end even when the task is cancelled meanwhile."""
        work = self.connection.commit() if self._kept else self.connection.execute("COMMIT")
        await to_the_end(work)
        self._committed = True


class Transaction(_OnOneConnection):
    """Holds the write lock from its first moment."""

    connection: WriteSession

    async def _begin_kept(self) -> Session:
        assert self._kept
        return await self._kept.begin()

    def _finish_kept(self) -> None:
        assert self._kept
        self._kept.finish(self.connection)


class Snapshot(_OnOneConnection):
    """Reads that agree with each other; it holds no lock and cannot write."""

    async def _begin_kept(self) -> Session:
        assert self._kept
        return self._kept.begin_snapshot()

    def _finish_kept(self) -> None:
        assert self._kept
        self._kept.finish_snapshot(self.connection)
