"""Thousands of rows at once, past Piccolo but not past the database's own guards."""

from collections.abc import Iterable, Sequence
from typing import Any

from piccolo.table import Table

from fablab.core import db
from fablab.core.sqlite import KeptSQLiteEngine

Row = Sequence[Any]


def columns(table: type[Table]) -> dict[str, Any]:
    """Every column of a row by its name, as it is unless somebody says otherwise."""
    sample = table(_ignore_missing=True)
    return {
        column._meta.name: plain(getattr(sample, column._meta.name))
        for column in table._meta.columns
    }


def plain(value: Any) -> Any:
    """A choice as the database stores it."""
    return str(value) if isinstance(value, str) else value


async def insert(table: type[Table], names: Sequence[str], rows: Iterable[Row]) -> None:
    """Write the rows in their order, in the caller's transaction. Nothing is said of their ids."""
    engine = db.engine()
    if not (transaction := engine.current_transaction.get()):
        raise RuntimeError("Many rows are written inside a transaction only.")
    name = table._meta.tablename
    if not isinstance(engine, KeptSQLiteEngine):
        await transaction.connection.copy_records_to_table(name, records=rows, columns=names)
        return
    listed, places = ", ".join(names), ", ".join("?" * len(names))
    sql = f"INSERT INTO {name} ({listed}) VALUES ({places})"  # noqa: S608 - names of ours
    transaction.connection.connection.executemany(sql, rows)


async def take_ids(table: type[Table], number: int) -> range:
    """So many ids that nobody else gets, for rows of the caller's transaction."""
    name = table._meta.tablename
    if db.is_sqlite():
        sql = f"SELECT coalesce(max(id), 0) AS last FROM {name}"  # noqa: S608 - a name of ours
        [row] = await db.fetch(sql)
        return range(row["last"] + 1, row["last"] + number + 1)
    [row] = await db.fetch("SELECT nextval(pg_get_serial_sequence({}, 'id')) AS first", name)
    last = row["first"] + number - 1
    await db.fetch("SELECT setval(pg_get_serial_sequence({}, 'id'), {})", name, last)
    return range(row["first"], last + 1)
