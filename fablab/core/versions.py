"""Stamps that tell whether something changed since it was cached.

Triggers give a name a new random stamp whenever its rows change, in the same transaction. Random,
because a count that was rolled back would be given again to other data.

    lab, machines   the place and its catalogue, one stamp each
    people          what members are called
    bookings/7      what occupies machine 7: a stamp a machine, so that bookings of different
                    machines do not wait for each other
"""

import json
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from fablab.core import db

BOOKINGS = "bookings/"


@dataclass(frozen=True)
class Stamps(Mapping[str, int]):
    """Every stamp as of one moment; 0 for what has never changed.

    `as_of` is the same as long as nobody committed anything; None where that cannot be said.
    """

    found: Mapping[str, int]
    as_of: Hashable = None

    def __getitem__(self, name: str) -> int:
        return self.found.get(name, 0)

    def __iter__(self) -> Iterator[str]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)

    def of_machine(self, machine_id: int) -> int:
        """Changes with whatever occupies the machine."""
        return self[f"{BOOKINGS}{machine_id}"]

    @cached_property
    def of_bookings(self) -> int:
        """Changes with whatever occupies any machine. Stamps are small enough to be added up."""
        return sum(stamp for name, stamp in self.found.items() if name.startswith(BOOKINGS))


_last = Stamps({})

# The snapshot of a statement tells which transactions it sees: with the same one, it sees the same.
SEEN = "pg_current_snapshot()::text || ' ' || pg_postmaster_start_time()::text"
SINCE = f"""
SELECT now.seen, now.seen = {{}} AS unchanged,
    CASE WHEN now.seen <> {{}} THEN (SELECT json_object_agg(name, stamp) FROM version) END AS stamps
FROM (SELECT {SEEN} AS seen) now"""  # noqa: S608


async def stamps() -> Stamps:
    """All of them, in one statement; on SQLite in none while nobody has committed anything.

    Read them before the data: what is cached under an old stamp is corrected at the next look,
    what is cached under a new one never.
    """
    if db.is_sqlite() or db.engine().transaction_exists():
        return await looked_up(db.data_version())
    return await since()


async def looked_up(as_of: Hashable) -> Stamps:
    global _last
    if as_of is not None and _last.as_of == as_of:
        return _last
    rows = await db.fetch("SELECT name, stamp FROM version")
    found = Stamps({row["name"]: row["stamp"] for row in rows}, as_of)
    if as_of is not None:
        _last = found
    return found


async def of(*names: str) -> Stamps:
    """Those as they are now, for whoever decides by them inside a transaction."""
    rows = await db.fetch("SELECT name, stamp FROM version WHERE name IN {}", db.among(names))
    return Stamps({row["name"]: row["stamp"] for row in rows})


async def since() -> Stamps:
    """On PostgreSQL they are sent only where somebody committed since they were last."""
    global _last
    last, mine = _last, db.engine()
    known = last.as_of if isinstance(last.as_of, tuple) and last.as_of[0] is mine else (mine, "")
    [row] = await db.fetch(SINCE, known[1], known[1])
    if row["unchanged"]:
        return last
    _last = Stamps(json.loads(row["stamps"] or "null") or {}, (mine, row["seen"]))
    return _last
