"""The database, whichever of the two it is: one way to write, to take turns, and to read.

Tables are read and written through Piccolo; what is here is what Piccolo leaves to us.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, TypeVar

from piccolo.query import Objects
from piccolo.querystring import QueryString
from piccolo.table import Table

from fablab.core.counting import Counted, counting
from fablab.core.engines import AnyEngine, connected, engine, engine_for, is_sqlite, use
from fablab.core.errors import NotFound
from fablab.core.failures import refusal_of
from fablab.core.sqlite import KeptSQLiteEngine
from fablab.core.writing import transaction, transactional

__all__ = [
    "AnyEngine",
    "Counted",
    "among",
    "connected",
    "counting",
    "data_version",
    "engine",
    "engine_for",
    "execute",
    "fetch",
    "instant",
    "is_sqlite",
    "locked",
    "locked_all",
    "offload",
    "refusal_of",
    "snapshot",
    "transaction",
    "transactional",
    "use",
]

T = TypeVar("T", bound=Table)


async def locked(table: type[T], row_id: int) -> T:
    """The row, held until the transaction ends, so that those who decide on it take turns.

    Raises NotFound. Lock machines first, then members, then lots.
    """
    [row] = await locked_all(table, [row_id])
    return row


async def locked_all(table: type[T], row_ids: Iterable[int]) -> list[T]:
    """The rows, held, in the order of their ids, which is the order they are locked in.

    Raises NotFound when one of them is missing.
    """
    if not engine().transaction_exists():
        raise RuntimeError("Rows are locked inside a transaction only.")
    wanted = sorted(set(row_ids))
    if not wanted:
        return []
    key = table._meta.primary_key
    query = table.objects().where(key.is_in(wanted)).order_by(key)
    rows: list[T] = await _held(query)
    if len(rows) < len(wanted):
        raise NotFound(table.__name__)
    return rows


def _held(query: Objects[T]) -> Objects[T]:
    """On SQLite the whole database is held already. FOR UPDATE would also stop those who only
    refer to the row, and deadlock with them."""
    return query if is_sqlite() else query.lock_rows("NO KEY UPDATE")


@asynccontextmanager
async def snapshot() -> AsyncIterator[None]:
    """Reads that must agree with each other, while others write. Nothing can be written in it."""
    async with engine().snapshot():
        yield


async def fetch(sql: str, *args: Any) -> list[dict[str, Any]]:
    """Run one statement with `{}` for each argument, and return its rows.

    The text must hold no other braces. On SQLite what is computed comes back as SQLite stores it:
    pass `max(starts_at)` and the like through `instant`. Over 2,000 rows: `offload`.
    """
    rows = await engine().run_querystring(QueryString(sql, *args))
    return engine().transform_response_to_dicts(rows)


async def execute(sql: str, *args: Any) -> None:
    """Run one statement whose rows nobody wants, with `{}` for each argument."""
    await engine().run_querystring(QueryString(sql, *args))


async def offload(sql: str, *args: Any) -> list[dict[str, Any]]:
    """Like `fetch`, for thousands of rows: the event loop goes on meanwhile."""
    mine = engine()
    if not isinstance(mine, KeptSQLiteEngine):
        return await fetch(sql, *args)
    compiled, values = QueryString(sql, *args).compile_string(engine_type="sqlite")
    return await mine.offload(compiled, values)


def among(values: Iterable[Any]) -> QueryString:
    """An argument for `... IN {}`. An empty one matches nothing."""
    listed = list(values)
    return QueryString("(" + ", ".join(["{}"] * len(listed) or ["NULL"]) + ")", *listed)


def instant(stored: datetime | str | None) -> datetime | None:
    """An instant that was computed in SQL, which SQLite gives as text."""
    return datetime.fromisoformat(stored) if isinstance(stored, str) else stored


def data_version() -> tuple[int, int] | None:
    """Something that is the same as long as nobody committed anything; costs next to nothing.

    None where that cannot be said: on PostgreSQL, and inside a transaction.
    """
    mine = engine()
    return mine.data_version() if isinstance(mine, KeptSQLiteEngine) else None
