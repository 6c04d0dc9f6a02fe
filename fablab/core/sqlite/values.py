"""How values cross into SQLite and back: no naive datetime in, and fast ways out.

Instants are stored as UTC text of one shape, `2026-03-01 09:00:00[.ffffff]+00:00`, which sorts
as time does.
"""

import sqlite3
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID


def stored_instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError(f"A naive datetime would sort wrongly in the database: {value!r}.")
    return value.astimezone(UTC).isoformat(" ", "microseconds" if value.microsecond else "seconds")


def read_instant(stored: bytes) -> datetime:
    value = datetime.fromisoformat(stored.decode())
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def read_integer(stored: bytes) -> int:
    """SQLite may keep 1.0 in an INTEGER column."""
    try:
        return int(stored)
    except ValueError:
        return int(Decimal(stored.decode()))


def as_utc(value: Any) -> Any:
    """For the one column that is not ours: Piccolo dates its migrations with naive local times."""
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def register() -> None:
    """Replace Piccolo's adapters and converters for the types we use."""
    sqlite3.register_adapter(datetime, stored_instant)
    sqlite3.register_converter("INTEGER", read_integer)
    sqlite3.register_converter("BOOLEAN", lambda stored: stored == b"1")
    sqlite3.register_converter("TIMESTAMPTZ", read_instant)
    sqlite3.register_converter("UUID", lambda stored: UUID(stored.decode()))
