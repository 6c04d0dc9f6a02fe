"""SQL with `{}` for each argument, put into words for the database cheaply.

Piccolo's own way walks the text anew for every statement, which costs more than SQLite's answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from itertools import count, repeat
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
        pieces, values = taken_apart(self.args)
        return worded(self.template, pieces, engine_type == "postgres"), values


Made = TypeVar("Made", bound=Table)
Pieces = tuple[tuple[str, Any] | None, ...]  # None: a value stands here
PLAIN = frozenset({type(None), bool, int, str, datetime})  # what is stored as it is


def taken_apart(args: Sequence[Any]) -> tuple[Pieces, list[Any]]:
    """The words of the pieces among the arguments, and all values in the order of the text."""
    pieces, values = list[Any](), list[Any]()
    for arg in args:
        if isinstance(arg, QueryString):
            inner, its = taken_apart(arg.args)
            pieces.append((arg.template, inner))
            values += its
        else:
            pieces.append(None)
            values.append(arg)
    return tuple(pieces), values


@lru_cache(maxsize=512)
def worded(template: str, pieces: Pieces, numbered: bool) -> str:
    """The whole text, with the database's own marks for values."""
    marks = (f"${number}" for number in count(1)) if numbered else repeat("?")
    return filled(template, pieces, marks)


def filled(template: str, pieces: Pieces, marks: Iterator[str]) -> str:
    first, *others = template.split("{}")
    parts = [first]
    for piece, words in zip(pieces, others, strict=True):
        parts += (next(marks) if piece is None else filled(*piece, marks), words)
    return "".join(parts)


@lru_cache(maxsize=256)
def insertion(table: type[Table], rows: int) -> str:
    """The text that writes so many rows."""
    listed = ", ".join(f'"{column._meta.db_column_name}"' for column in stored(table))
    row = f"({', '.join(['{}'] * len(stored(table)))})"
    every = ", ".join([row] * rows)
    return f'INSERT INTO "{table._meta.tablename}" ({listed}) VALUES {every}'  # noqa: S608


@lru_cache(maxsize=256)
def renewal(table: type[Table], names: tuple[str, ...], rows: int, typed: bool) -> str:
    """The text that gives so many rows new values of these columns: for each its id, then those.

    PostgreSQL must be told what the values are (`typed`), SQLite must not.
    """
    columns = [table._meta.get_column_by_name(name) for name in names]
    kinds = ["BIGINT", *(column.column_type.partition("(")[0] for column in columns)]
    marks = [f"CAST({{}} AS {kind})" if typed else "{}" for kind in kinds]
    every = ", ".join([f"({', '.join(marks)})"] * rows)
    new = ", ".join(
        f'"{column._meta.db_column_name}" = new.column{place}'
        for place, column in enumerate(columns, 2)
    )
    name = table._meta.tablename
    return f'UPDATE "{name}" SET {new} FROM (VALUES {every}) AS new WHERE "{name}".id = new.column1'  # noqa: S608


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
