"""A transaction, and a snapshot, whose connection always comes back."""

import asyncio
from typing import TYPE_CHECKING, Any

from piccolo.engine.postgres import PostgresTransaction

from fablab.core.postgres.reaching import is_out_of_reach, reaching
from fablab.core.transactions import Nesting, to_the_end

if TYPE_CHECKING:
    from fablab.core.postgres.engine import SafePostgresEngine


class LostCommitError(RuntimeError):
    """A COMMIT that the server answered with ROLLBACK, because a failed statement was ignored."""


class Transaction(Nesting, PostgresTransaction):  # type: ignore[misc]
    """Gives its connection back whatever happens to BEGIN, to COMMIT or to the task."""

    engine: "SafePostgresEngine"
    connection: Any
    asking = staticmethod(reaching)
    mode, writes = "BEGIN", True

    async def _open(self) -> None:
        with reaching():
            self.connection = await self.engine.borrow(to_write=self.writes)
            try:
                await to_the_end(self.connection.execute(self.mode))
            except asyncio.CancelledError:
                await to_the_end(self._finish(keep=False))
                raise
            except Exception:
                await to_the_end(self.engine.discard(self.connection))
                raise

    async def _close(self, keep: bool) -> None:
        with reaching():
            await to_the_end(self._finish(keep))

    async def _finish(self, keep: bool) -> None:
        try:
            if not self._committed and not self._rolled_back:
                await (self.commit() if keep else self.rollback())
        except Exception as failure:
            if keep or not is_out_of_reach(failure):
                raise  # else the server undoes it, and the first error tells more
        finally:
            await self.engine.give_back(self.connection)

    async def commit(self) -> None:
        if await self.connection.execute("COMMIT") != "COMMIT":
            raise LostCommitError("A statement failed earlier, so nothing was kept.")
        self._committed = True

    async def rollback(self) -> None:
        await self.connection.execute("ROLLBACK")
        self._rolled_back = True


class Snapshot(Transaction):
    """Reads that agree with each other."""

    mode, writes = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", False
