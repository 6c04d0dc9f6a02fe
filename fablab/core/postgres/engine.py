"""Piccolo's PostgreSQL engine, with connections that always come back and sessions that end."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from contextvars import Context
from datetime import datetime
from types import MappingProxyType
from typing import Any

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from piccolo.apps.migrations.tables import Migration
from piccolo.engine.postgres import PostgresEngine
from piccolo.querystring import QueryString

from fablab.core import counting
from fablab.core.postgres.pulse import NAME, Pulse
from fablab.core.postgres.reaching import reaching
from fablab.core.postgres.transaction import Snapshot, Transaction
from fablab.core.transactions import to_the_end

SESSION = {
    "application_name": "fablab",
    "timezone": "UTC",
    "idle_in_transaction_session_timeout": "15s",
    "lock_timeout": "3s",
    "statement_timeout": "30s",
}
UNHURRIED = {"lock_timeout": "0", "statement_timeout": "0"}
SECONDS_TO_CONNECT = 5  # and to wait for a free connection
SECONDS_TO_CLOSE = 10
logger = logging.getLogger(__name__)
logging.getLogger("asyncpg.pool").setLevel(logging.ERROR)  # who asks in vain tells of an outage


class SafePostgresEngine(PostgresEngine):
    """Connections are lent and always given back; no session waits for ever.

    `session` overrides SESSION. `seconds_to_answer` is how long a statement is waited for; a
    server that has gone silent altogether is noticed sooner (see `Pulse`), unless it is None.
    """

    def __init__(
        self,
        dsn: str,
        *,
        most_connections: int = 10,
        seconds_to_answer: float | None = 45,
        session: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.dsn = dsn
        self.most_connections = most_connections
        self.seconds_to_answer = seconds_to_answer
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lent: dict[Any, bool] = {}  # connections of the pool in use: whether to write
        self._pulse = Pulse(self._listener, self._cut)
        self._listening: asyncio.Task[None] | None = None
        config = {
            "dsn": dsn,
            "timeout": SECONDS_TO_CONNECT,
            "command_timeout": seconds_to_answer,
            "server_settings": {**SESSION, **session},
        }
        super().__init__(config)

    async def check_version(self) -> None:
        """Piccolo would connect as soon as the engine is made."""

    def unhurried(self) -> "SafePostgresEngine":
        """The same database for a migration, which may take its time."""
        return SafePostgresEngine(self.dsn, seconds_to_answer=None, session=UNHURRIED)

    @property
    def is_open(self) -> bool:
        return self.pool is not None

    @property
    def _pool_here(self) -> Any:
        """The pool, if it belongs to the event loop that asks."""
        return self.pool if asyncio.get_running_loop() is self._loop else None

    async def start_connection_pool(self, **options: Any) -> None:
        self._loop = asyncio.get_running_loop()
        usual = {"min_size": 1, "max_size": self.most_connections, "reset": _leave_as_it_is}
        with reaching():
            await super().start_connection_pool(**usual | options)
        # Those who wait for a lock leave some to those who only read.
        self._writers = asyncio.Semaphore(self.most_connections - self.most_connections // 4)
        if self.seconds_to_answer is not None:
            self._listening = asyncio.create_task(self._pulse.listen(), context=Context())

    async def close_connection_pool(self) -> None:
        """After the work under way, unless somebody holds on to a connection for too long."""
        if self.pool is None:
            return
        if self._listening:
            self._listening.cancel()
            self._listening = None
        try:
            await asyncio.wait_for(self.pool.close(), SECONDS_TO_CLOSE)
        except TimeoutError:
            logger.warning("Connections that were still in use were cut.")
        finally:
            self.pool = None

    async def borrow(self, *, to_write: bool = False) -> Any:
        """A connection, within seconds or not at all."""
        if not (pool := self._pool_here):
            return await self.get_new_connection()
        if self._pulse.is_silent:
            raise TimeoutError("The database is silent.")
        if to_write:
            async with asyncio.timeout(SECONDS_TO_CONNECT):
                await self._writers.acquire()
        try:
            connection = await pool.acquire(timeout=SECONDS_TO_CONNECT)
        except BaseException:
            self._end_turn(to_write)
            raise
        self._lent[connection] = to_write
        return connection

    def _end_turn(self, was_writing: bool) -> None:
        if was_writing:
            self._writers.release()

    async def _listener(self) -> Any:
        return await asyncpg.connect(self.dsn, server_settings={"application_name": NAME})

    def _cut(self) -> int:
        """Whoever waits for a silent server waits no longer."""
        lent = list(self._lent)
        for connection in lent:
            with suppress(asyncpg.InterfaceError):  # it is gone already
                connection.terminate()
        return len(lent)

    async def give_back(self, connection: Any) -> None:
        """A pooled connection that is still in a transaction is rolled back on its way."""
        self._end_turn(self._lent.pop(connection, False))
        if not isinstance(connection, PoolConnectionProxy):
            await to_the_end(connection.close())
        elif self.pool:
            await self.pool.release(connection)  # to its end: the pool shields it

    async def discard(self, connection: Any) -> None:
        """For a connection in an unknown state. Others take its place."""
        with suppress(asyncpg.InterfaceError):  # it is gone already
            connection.terminate()
        await self.give_back(connection)

    def transaction_exists(self) -> bool:
        return bool(self.current_transaction.get())

    def transaction(self, allow_nested: bool = True) -> Transaction:
        return Transaction(self, allow_nested)

    def snapshot(self) -> Snapshot:
        return Snapshot(self)

    async def run_querystring(self, querystring: QueryString, in_pool: bool = True) -> Any:
        sql, args = querystring.compile_string(engine_type="postgres")
        if querystring.table is not Migration:
            _refuse_naive(args)
        return await self.run(sql, args)

    async def run_ddl(self, ddl: str, in_pool: bool = True) -> Any:
        return await self.run(ddl)

    async def run(self, sql: str, args: Sequence[Any] = ()) -> Any:
        """Run one statement in its transaction, or on a borrowed connection."""
        counting.note(sql)
        with reaching():
            if transaction := self.current_transaction.get():
                return await transaction.connection.fetch(sql, *args)
            connection = await self.borrow()
            try:
                return await connection.fetch(sql, *args)
            except asyncpg.InternalClientError:
                await self.discard(connection)
                raise
            finally:
                await self.give_back(connection)


def _refuse_naive(values: Sequence[Any]) -> None:
    """The driver would take a naive datetime for local time."""
    for value in values:
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ValueError(f"A naive datetime has no place in the database: {value!r}.")


async def _leave_as_it_is(connection: Any) -> None:
    """Nothing here changes a session, so resetting it would be one round trip for nothing."""
