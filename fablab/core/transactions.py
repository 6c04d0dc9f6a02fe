"""What the transactions of both engines share: savepoints inside, an end that is reached."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import Any, TypeVar

from piccolo.engine.base import Engine

T = TypeVar("T")
logger = logging.getLogger(__name__)


async def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Await the work to its end even if this task is cancelled; the cancellation is raised then.

    A COMMIT half waited for would leave a connection that nobody knows the state of.
    """
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is None:
        return task.result()
    if not task.cancelled() and (failure := task.exception()):
        logger.warning("The end of a cancelled transaction failed: %r", failure)
    raise cancelled


class Nesting:
    """Mixed into Piccolo's transactions: the outermost opens and closes, an inner is a savepoint.

    A subclass says how in `_open` and `_close`. A transaction is true while it is open: Piccolo
    asks so before it uses one, and a task that outlives the transaction it was started in
    therefore no longer writes through it.
    """

    engine: Engine[Any]
    asking: Callable[[], AbstractContextManager[None]] = nullcontext  # how errors are told
    _parent: Any
    _savepoint: Any = None
    _is_open = False

    def __bool__(self) -> bool:
        return self._is_open

    async def _open(self) -> None:
        raise NotImplementedError

    async def _close(self, keep: bool) -> None:
        raise NotImplementedError

    async def __aenter__(self) -> Any:
        if self._parent is not None:
            with self.asking():
                self._savepoint = await self._parent.savepoint()
            return self._parent
        await self._open()
        self._is_open = True
        self.engine.current_transaction.set(self)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._parent is not None:
            with self.asking():
                await (self._undo() if error else self._savepoint.release())
            return
        try:
            await self._close(keep=error is None)
        finally:
            self._is_open = False
            self.engine.current_transaction.set(None)

    async def _undo(self) -> None:
        """Take back what was written since the savepoint.

        Where even that fails the whole transaction is lost already: its next statement, or its
        COMMIT, fails too. The error on its way tells more, so it is left to go on.
        """
        try:
            await self._savepoint.rollback_to()
            await self._savepoint.release()
        except Exception as failure:
            logger.warning("A savepoint could not be undone: %r", failure)
