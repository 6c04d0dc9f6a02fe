"""Long reads in a thread of their own."""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from typing import Any

from fablab.core.sqlite.opening import Opening, Rows, rows_of


async def read(opening: Opening, sql: str, args: Sequence[Any] = ()) -> Rows:
    """All rows, read on an own connection; a cancelled task interrupts the query."""
    connection = await asyncio.to_thread(opening.read_only)

    def rows() -> Rows:
        with closing(connection):
            return rows_of(connection.execute(sql, args))

    reading = asyncio.ensure_future(asyncio.to_thread(rows))
    try:
        return await asyncio.shield(reading)
    except asyncio.CancelledError:
        await _interrupt(connection, reading)
        raise


async def _interrupt(connection: sqlite3.Connection, reading: asyncio.Future[Rows]) -> None:
    """Again and again: a query that has not begun when it is interrupted runs all the same."""
    while not reading.done():
        with suppress(sqlite3.ProgrammingError):  # it is closed already
            connection.interrupt()
        await asyncio.wait([reading], timeout=0.01)
    reading.exception()  # nobody else asks for it
