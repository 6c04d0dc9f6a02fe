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
        with suppress(sqlite3.Error):
            connection.interrupt()
            await reading
        raise
