"""SQL with `{}` for each argument, put into words for the database cheaply.

Piccolo's own way walks the text anew for every statement, which costs more than SQLite's answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, TypeVar

from piccolo.querystring import QueryString
from piccolo.table import Table
from piccolo.utils.sql_values import convert_to_sql_value


class Statement(QueryString):
    """A statement of ours: columns are written in its text, an argument is a value or a piece."""

    def __init__(self, sql: str, *args: Any) -> None:
        self.template, self.args = sql, args
        self.query_type, self.table, self.columns = "generic", None, []
        self._alias = self._frozen_compiled_strings = None

    def compile_string(self, engine_type: str = "postgres") -> tuple[str, list[Any]]:
        words, values = list[str](), list[Any]()
        for word, value in flat(self):
            words.append(word)
            if value is not END:
                values.append(value)
                words.append(f"${len(values)}" if engine_type == "postgres" else "?")
        return "".join(words), values


Made = TypeVar("Made", bound=Table)
END: Any = object()
PLAIN = frozenset({type(None), bool, int, str, datetime})  # what is stored as it is


def flat(piece: QueryString) -> Iterator[tuple[str, Any]]:
    """Words and the value after them, through the pieces inside; END where no value follows."""
    *words, last = split(piece.template)
    for word, value in zip(words, piece.args, strict=True):
        if isinstance(value, QueryString):
            yield word, END
            yield from flat(value)
        else:
            yield word, value
    yield last, END


@lru_cache(maxsize=2048)
def split(sql: str) -> tuple[str, ...]:
    return tuple(sql.split("{}"))


@lru_cache(maxsize=256)
def insertion(table: type[Table], rows: int) -> str:
    """The text that writes so many rows."""
    listed = ", ".join(f'"{column._meta.db_column_name}"' for column in stored(table))
    row = f"({', '.join(['{}'] * len(stored(table)))})"
    every = ", ".join([row] * rows)
    return f'INSERT INTO "{table._meta.tablename}" ({listed}) VALUES {every}'  # noqa: S608


@cache
def stored(table: type[Table]) -> Sequence[Any]:
    """The columns that a row is written with: all but the key the database gives."""
    return [column for column in table._meta.columns if not column._meta.primary_key]


def stored_row(table: type[Made], row: Mapping[str, Any]) -> Made:
    """A row of that table as the database has it, complete: nothing is to be made up for it."""
    made = table.__new__(table)
    vars(made).update(row, _exists_in_db=True, _was_created=None)
    return made


def values(row: Table) -> list[Any]:
    """The row's values as the database stores them, in the order of `stored`."""
    return [value_of(getattr(row, column._meta.name), column) for column in stored(type(row))]


def value_of(value: Any, column: Any) -> Any:
    return value if type(value) in PLAIN else convert_to_sql_value(value, column)
