"""Many rows at once: the demo's own way into the database."""

from collections.abc import Sequence
from typing import Any

from piccolo.columns import Column
from piccolo.table import Table

MOST_VALUES = 15_000
"""Values in one statement. Both databases stop a little above 32,000."""


async def insert(rows: Sequence[Table]) -> None:
    """Rows of one table, in their order, in as few statements as may be."""
    if not rows:
        return
    table = type(rows[0])
    size = MOST_VALUES // len(table._meta.columns)
    for first in range(0, len(rows), size):
        await table.insert(*rows[first : first + size])


async def numbered(table: type[Table], key: Column) -> dict[Any, int]:
    """The ids of all rows by what names them."""
    column = table._meta.primary_key
    rows = await table.select(column, key)
    return {row[key._meta.name]: row[column._meta.name] for row in rows}
