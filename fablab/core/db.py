"""The database, whichever of the two it is: one way to write, to take turns, and to read.

Tables are read and written through Piccolo; what is here is what Piccolo leaves to us.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, TypeVar

from piccolo.querystring import QueryString
from piccolo.table import Table

from fablab.core.counting import Counted, counting
from fablab.core.engines import AnyEngine, connected, engine, engine_for, is_sqlite, use
from fablab.core.errors import NotFound
from fablab.core.failures import refusal_of
from fablab.core.sqlite import KeptSQLiteEngine
from fablab.core.statements import Statement, insertion, renewal, stored_row, value_of, values
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
    "every",
    "execute",
    "fetch",
    "insert",
    "insert_all",
    "insert_known",
    "instant",
    "is_sqlite",
    "locked",
    "locked_all",
    "locked_every",
    "offload",
    "refusal_of",
    "snapshot",
    "transaction",
    "transactional",
    "update_all",
    "use",
]

T = TypeVar("T", bound=Table)
AT_ONCE = 500  # rows in one statement: it takes 32,767 values, and a row has fifty at most


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
    name, key = table._meta.tablename, table._meta.primary_key._meta.db_column_name
    sql = f'SELECT * FROM "{name}" WHERE "{key}" IN {{}} ORDER BY "{key}"{_held()}'  # noqa: S608
    rows = await fetch(sql, among(wanted))
    if len(rows) < len(wanted):
        raise NotFound(table.__name__)
    return [stored_row(table, row) for row in rows]


async def locked_every(table: type[T]) -> list[T]:
    """All rows of a small table, held until the transaction ends, in the order of their ids."""
    name, key = table._meta.tablename, table._meta.primary_key._meta.db_column_name
    rows = await fetch(f'SELECT * FROM "{name}" ORDER BY "{key}"{_held()}')  # noqa: S608
    return [stored_row(table, row) for row in rows]


def _held() -> str:
    """On SQLite the whole database is held already. FOR UPDATE would also stop those who only
    refer to the row, and deadlock with them."""
    return "" if is_sqlite() else " FOR NO KEY UPDATE"


async def insert(row: Table) -> None:
    """Write a new row, which knows its id then.

    For what is written often: Piccolo's `save` spends more on its words than the database.
    """
    [kept] = await fetch(f"{insertion(type(row), 1)} RETURNING id", *values(row))
    row["id"], row._exists_in_db = kept["id"], True


async def insert_all(rows: Sequence[Table]) -> None:
    """Write new rows of one table, hundreds in a statement; nothing is said of their ids."""
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        written = [value for row in part for value in values(row)]
        await execute(insertion(type(part[0]), len(part)), *written)


async def insert_known(rows: Sequence[Table], name: str) -> None:
    """The same for rows that know their ids then; `name` is a column that tells them apart."""
    ids: dict[Any, int] = {}
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        written = [value for row in part for value in values(row)]
        sql = f'{insertion(type(part[0]), len(part))} RETURNING id, "{name}"'
        ids |= {row[name]: row["id"] for row in await fetch(sql, *written)}
    for row in rows:
        row["id"], row._exists_in_db = ids[row[name]], True


async def update_all(rows: Sequence[Table], names: Iterable[str]) -> None:
    """Store these columns of one table's rows as the rows now have them, hundreds at once."""
    chosen = tuple(names)
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        table = type(part[0])
        columns = [table._meta.primary_key, *map(table._meta.get_column_by_name, chosen)]
        sent = [value_of(getattr(row, each._meta.name), each) for row in part for each in columns]
        await execute(renewal(table, chosen, len(part), not is_sqlite()), *sent)


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
    rows = await engine().run_querystring(Statement(sql, *args))
    return engine().transform_response_to_dicts(rows)


async def execute(sql: str, *args: Any) -> None:
    """Run one statement whose rows nobody wants, with `{}` for each argument."""
    await engine().run_querystring(Statement(sql, *args))


async def offload(sql: str, *args: Any) -> list[dict[str, Any]]:
    """Like `fetch`, for thousands of rows: the event loop goes on meanwhile."""
    mine = engine()
    if not isinstance(mine, KeptSQLiteEngine):
        return await fetch(sql, *args)
    compiled, values = Statement(sql, *args).compile_string(engine_type="sqlite")
    return await mine.offload(compiled, values)


def among(values: Iterable[Any]) -> QueryString:
    """An argument for `... IN {}`. An empty one matches nothing."""
    listed = list(values)
    return Statement("(" + ", ".join(["{}"] * len(listed) or ["NULL"]) + ")", *listed)


def every(rows: Iterable[Sequence[Any]]) -> QueryString:
    """An argument for `INSERT ... VALUES {}`: as many rows, of as many values each."""
    listed = list(rows)
    row = f"({', '.join(['{}'] * len(listed[0]))})"
    return Statement(", ".join([row] * len(listed)), *(value for each in listed for value in each))


def instant(stored: datetime | str | None) -> datetime | None:
    """An instant that was computed in SQL, which SQLite gives as text."""
    return datetime.fromisoformat(stored) if isinstance(stored, str) else stored


def data_version() -> tuple[int, int] | None:
    """Something that is the same as long as nobody committed anything; costs next to nothing.

    None where that cannot be said: on PostgreSQL, and inside a transaction.
    """
    mine = engine()
    return mine.data_version() if isinstance(mine, KeptSQLiteEngine) else None
