"""What a database error means: a guard that refused, a quarrel that passes, or neither."""

import re
import sqlite3

import asyncpg

from fablab.core.sqlite.opening import is_busy

PASSING = (
    asyncpg.DeadlockDetectedError,  # 40P01
    asyncpg.SerializationError,  # 40001
    asyncpg.LockNotAvailableError,  # 55P03
)
_NAMED = re.compile(r"CHECK constraint failed: (\w+)$|UNIQUE constraint failed: index '(\w+)'$")
_COLUMNS = re.compile(r"(UNIQUE|NOT NULL) constraint failed: ([\w., ]+)$")


def passes(error: BaseException) -> bool:
    """Whether the same work may succeed in a moment, nothing of it having been kept."""
    return is_busy(error) or isinstance(error, PASSING)


def refusal_of(error: BaseException) -> str | None:
    """The name of the guard that a write ran into, the same on both engines; None for all else.

    A trigger's name for itself, or a constraint's or index's. A unique index must be named
    `{table}_{columns}_key`, since SQLite tells only the columns. Beside those `foreign_key` and
    `{table}_{column}_not_null`.
    """
    if isinstance(error, sqlite3.IntegrityError):
        return _refusal_of_sqlite(error)
    if isinstance(error, asyncpg.ForeignKeyViolationError):
        return "foreign_key"
    if isinstance(error, asyncpg.NotNullViolationError):
        return f"{error.table_name}_{error.column_name}_not_null"
    if isinstance(error, asyncpg.PostgresError):
        name: str | None = error.constraint_name
        return name
    return None


def _refusal_of_sqlite(error: sqlite3.IntegrityError) -> str | None:
    text = str(error)
    if error.sqlite_errorcode == sqlite3.SQLITE_CONSTRAINT_TRIGGER:
        return text
    if error.sqlite_errorcode == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
        return "foreign_key"
    if named := _NAMED.match(text):
        return named[1] or named[2]
    if found := _COLUMNS.match(text):
        return _conventional(*found.groups())
    return None


def _conventional(kind: str, columns: str) -> str:
    """`member.email` becomes `member_email_key`, as PostgreSQL would have named it."""
    names = [column.split(".") for column in columns.split(", ")]
    parts = [names[0][0], *(column for _, column in names)]
    return "_".join([*parts, "key" if kind == "UNIQUE" else "not_null"])
