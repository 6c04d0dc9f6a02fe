"""The triggers that give a new stamp (see core.versions): what a migration runs.

A stamp has 50 bits, so that thousands of them can be added up in 64.
"""

from collections.abc import Sequence
from typing import Literal

EngineType = Literal["sqlite", "postgres"]
EVENTS = ("INSERT", "UPDATE", "DELETE")
SIZE = 2**50
NEW_IN_SQLITE = f"random() & {SIZE - 1}"
NEW_IN_POSTGRES = f"(random() * {SIZE - 1})::bigint"
KEEP = "ON CONFLICT (name) DO UPDATE SET stamp = excluded.stamp"


def one_for_all(
    name: str, tables: Sequence[str], engine_type: str, columns: Sequence[str] = ()
) -> list[str]:
    """Any change of the tables gives the name a new stamp; with `columns`, updates of these."""
    if engine_type == "sqlite":
        events = (f"UPDATE OF {', '.join(columns)}",) if columns else EVENTS
        return [_sqlite(name, table, event) for table in tables for event in events]
    return [POSTGRES_FUNCTION, *(_postgres(name, table, columns) for table in tables)]


def no_more(
    name: str, tables: Sequence[str], engine_type: str, columns: Sequence[str] = ()
) -> list[str]:
    """The way back. PostgreSQL's function stays, for the other names."""
    if engine_type == "sqlite":
        events = ("update",) if columns else EVENTS
        return [
            f'DROP TRIGGER "{_trigger(name, table, event)}"' for table in tables for event in events
        ]
    return [f'DROP TRIGGER "{_trigger(name, table)}" ON "{table}"' for table in tables]


def only_for(name: str, table: str, columns: Sequence[str], engine_type: str) -> list[str]:
    """From now on, of a table's updates only those of these columns give the name a new stamp.

    What else of a row changes often, and is in no cache, leaves the stamp alone.
    """
    if engine_type == "sqlite":
        return [
            f'DROP TRIGGER "{_trigger(name, table, "update")}"',
            _sqlite(name, table, f"UPDATE OF {', '.join(columns)}"),
        ]
    events = f"INSERT OR UPDATE OF {', '.join(columns)} OR DELETE OR TRUNCATE"
    return [f'DROP TRIGGER "{_trigger(name, table)}" ON "{table}"', _on(name, table, events)]


def for_all(name: str, table: str, engine_type: str) -> list[str]:
    """The way back from `only_for`."""
    if engine_type == "sqlite":
        return [
            f'DROP TRIGGER "{_trigger(name, table, "update")}"',
            _sqlite(name, table, "UPDATE"),
        ]
    return [f'DROP TRIGGER "{_trigger(name, table)}" ON "{table}"', _postgres(name, table, ())]


POSTGRES_FUNCTION = f"""
CREATE OR REPLACE FUNCTION stamp_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO version (name, stamp) VALUES (TG_ARGV[0], {NEW_IN_POSTGRES}) {KEEP};
  RETURN NULL;
END $$
"""  # noqa: S608 - every part is ours, here and below


def _trigger(name: str, table: str, event: str = "change") -> str:
    return f"version_{name}_{table}_{event.split()[0].lower()}"


def _postgres(name: str, table: str, columns: Sequence[str]) -> str:
    events = (
        f"UPDATE OF {', '.join(columns)}" if columns else "INSERT OR UPDATE OR DELETE OR TRUNCATE"
    )
    return _on(name, table, events)


def _on(name: str, table: str, events: str) -> str:
    return (
        f'CREATE TRIGGER "{_trigger(name, table)}" AFTER {events} ON "{table}"'
        f" FOR EACH STATEMENT EXECUTE FUNCTION stamp_version('{name}')"
    )


def _sqlite(name: str, table: str, event: str) -> str:
    return f"""
CREATE TRIGGER "{_trigger(name, table, event)}" AFTER {event} ON "{table}" BEGIN
  INSERT INTO version (name, stamp) VALUES ('{name}', {NEW_IN_SQLITE}) {KEEP};
END
"""  # noqa: S608


def one_each(
    table: str, key: str, columns: Sequence[str], prefix: str, engine_type: str
) -> list[str]:
    """A change of `columns` gives a new stamp to `prefix` with the row's `key`, old and new.

    On PostgreSQL all rows of a statement are stamped together, in one order, after the statement:
    two that change the same keys wait for each other and never lock each other out.
    """
    if engine_type == "sqlite":
        return [_sqlite_each(table, key, columns, prefix, event) for event in EVENTS]
    return [
        _function_each(table, key, columns, prefix),
        *(_postgres_each(table, event) for event in (*EVENTS, "TRUNCATE")),
    ]


def none_each(table: str, engine_type: str) -> list[str]:
    if engine_type == "sqlite":
        return [f"DROP TRIGGER stamp_{table}_{event.lower()}" for event in EVENTS]
    return [f"DROP FUNCTION stamp_{table}() CASCADE"]


def _sqlite_each(table: str, key: str, columns: Sequence[str], prefix: str, event: str) -> str:
    rows = {"INSERT": ("NEW",), "DELETE": ("OLD",), "UPDATE": ("NEW", "OLD")}[event]
    stamped = "\n".join(
        f"  INSERT INTO version (name, stamp)"  # noqa: S608
        f" VALUES ('{prefix}' || {row}.{key}, {NEW_IN_SQLITE}) {KEEP};"
        for row in rows
    )
    what = f"UPDATE OF {', '.join(columns)}" if event == "UPDATE" else event
    return f"""
CREATE TRIGGER stamp_{table}_{event.lower()} AFTER {what} ON {table} BEGIN
{stamped}
END"""


def _postgres_each(table: str, event: str) -> str:
    rows = {
        "INSERT": "REFERENCING NEW TABLE AS come",
        "DELETE": "REFERENCING OLD TABLE AS gone",
        "UPDATE": "REFERENCING OLD TABLE AS gone NEW TABLE AS come",
    }
    return f"""
CREATE TRIGGER stamp_{table}_{event.lower()} AFTER {event} ON {table} {rows.get(event, "")}
FOR EACH STATEMENT EXECUTE FUNCTION stamp_{table}()"""


def _function_each(table: str, key: str, columns: Sequence[str], prefix: str) -> str:
    shown = ", ".join(f"{column}::text" for column in dict.fromkeys((key, *columns)))
    stamp = f"SELECT '{prefix}' || {key}, {NEW_IN_POSTGRES} FROM"
    return f"""
CREATE FUNCTION stamp_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO version (name, stamp)
    {stamp} (SELECT DISTINCT {key} FROM come) changed ORDER BY {key} {KEEP};
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO version (name, stamp)
    {stamp} (SELECT DISTINCT {key} FROM gone) changed ORDER BY {key} {KEEP};
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO version (name, stamp)
    {stamp} (
      SELECT DISTINCT {key}::bigint AS {key} FROM (
        (SELECT id, {shown} FROM gone EXCEPT SELECT id, {shown} FROM come)
        UNION ALL
        (SELECT id, {shown} FROM come EXCEPT SELECT id, {shown} FROM gone)
      ) moved
    ) changed ORDER BY {key} {KEEP};
  ELSE
    UPDATE version SET stamp = {NEW_IN_POSTGRES} WHERE name LIKE '{prefix}%';
  END IF;
  RETURN NULL;
END $$"""  # noqa: S608
