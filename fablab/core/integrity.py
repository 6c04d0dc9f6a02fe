"""Whether the database file is whole, and everything it refers to is there."""

from collections.abc import Awaitable, Callable

from fablab.core import db


async def orphans() -> int:
    """Rows that refer to rows which are gone. PostgreSQL never lets go of its own constraints."""
    return len(await db.fetch("PRAGMA foreign_key_check")) if db.is_sqlite() else 0


async def damage() -> int:
    """Faults of a SQLite file. PostgreSQL's own tools look after its files."""
    if not db.is_sqlite():
        return 0
    rows = await db.fetch("PRAGMA quick_check")
    return sum(row["quick_check"] != "ok" for row in rows)


CHECKS: dict[str, Callable[[], Awaitable[int]]] = {
    "faults in the database file": damage,
    "rows that refer to something that is gone": orphans,
}
