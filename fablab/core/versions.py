"""Stamps that tell whether something changed since it was cached.

Triggers give a name a new random stamp whenever one of its tables changes, in the same
transaction. Random, because a count that was rolled back would be given again to other data.
"""

from collections.abc import Sequence
from typing import Literal

from fablab.core import db

EngineType = Literal["sqlite", "postgres"]
EVENTS = ("INSERT", "UPDATE", "DELETE")


async def stamps(*names: str) -> dict[str, int]:
    """The stamp of each name, read in one statement; 0 for what has never changed.

    Read them before the data: what is cached under an old stamp is corrected at the next look,
    what is cached under a new one never.
    """
    sql = "SELECT name, stamp FROM version WHERE name IN {}"
    found = {row["name"]: row["stamp"] for row in await db.fetch(sql, db.among(names))}
    return {name: found.get(name, 0) for name in names}


def trigger_ddl(name: str, tables: Sequence[str], engine_type: str) -> list[str]:
    """What a migration runs so that any change of the tables gives the name a new stamp."""
    if engine_type == "sqlite":
        return [_sqlite_trigger(name, table, event) for table in tables for event in EVENTS]
    return [POSTGRES_FUNCTION, *(_postgres_trigger(name, table) for table in tables)]


def drop_trigger_ddl(name: str, tables: Sequence[str], engine_type: str) -> list[str]:
    """The way back. PostgreSQL's function stays, for the other names."""
    if engine_type == "sqlite":
        return [
            f'DROP TRIGGER "{_trigger(name, table, event)}"' for table in tables for event in EVENTS
        ]
    return [f'DROP TRIGGER "{_trigger(name, table)}" ON "{table}"' for table in tables]


POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION stamp_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO version (name, stamp)
  VALUES (TG_ARGV[0], (random() * 9223372036854775807)::bigint)
  ON CONFLICT (name) DO UPDATE SET stamp = excluded.stamp;
  RETURN NULL;
END $$
"""


def _trigger(name: str, table: str, event: str = "change") -> str:
    return f"version_{name}_{table}_{event.lower()}"


def _postgres_trigger(name: str, table: str) -> str:
    return (
        f'CREATE TRIGGER "{_trigger(name, table)}"'
        f' AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "{table}"'
        f" FOR EACH STATEMENT EXECUTE FUNCTION stamp_version('{name}')"
    )


def _sqlite_trigger(name: str, table: str, event: str) -> str:
    # abs(random()) would fail on the one number that has no positive twin.
    return f"""
CREATE TRIGGER "{_trigger(name, table, event)}" AFTER {event} ON "{table}" BEGIN
  INSERT INTO version (name, stamp) VALUES ('{name}', random() & 9223372036854775807)
  ON CONFLICT (name) DO UPDATE SET stamp = excluded.stamp;
END
"""  # noqa: S608
