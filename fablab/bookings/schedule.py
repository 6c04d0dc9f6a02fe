"""Who has what, for pages and feeds: the blocks of a day or a week, as a viewer may see them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from fablab.bookings.taken import REACH
from fablab.core import db, zones
from fablab.core.periods import Period
from fablab.core.words import Words
from fablab.members.viewer import Viewer

TIMES = ("starts_at", "ends_at", "busy_until")
COLUMNS = """b.starts_at, b.id, b.machine, b.unit, b.kind, b.status, b.member, b.ends_at,
    b.busy_until, b.release_at, b.title, b.attention, b.series, b.party"""
NAMES = "m.given_name_ar, m.family_name_ar, m.given_name_latin, m.family_name_latin"
LIVE = "b.status IN ('pending', 'confirmed', 'checked_in', 'completed')"
UNTITLED = Words()

Row = Mapping[str, Any]


class Block(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Something that occupies a machine. `who` is None unless this viewer may know it."""

    id: int
    machine_id: int
    unit: int
    kind: str
    status: str
    starts_at: datetime
    ends_at: datetime
    busy_until: datetime
    mine: bool = False
    release_at: datetime | None = None
    who: Words | None = None
    title: Words = UNTITLED
    attention: str = ""
    in_series: bool = False
    in_party: bool = False

    @property
    def period(self) -> Period:
        return Period(self.starts_at, self.ends_at)

    @property
    def busy(self) -> Period:
        """What nobody else can have, turnaround included."""
        return Period(self.starts_at, max(self.busy_until, self.starts_at))

    @property
    def used(self) -> Period:
        """The time it really takes: a finished one ends when it was finished."""
        end = min(self.ends_at, self.busy_until) if self.status == "completed" else self.ends_at
        return Period(self.starts_at, max(self.starts_at, end))


async def blocks(
    during: Period, viewer: Viewer | None, *, machine_id: int | None = None, names: bool = False
) -> list[Block]:
    """Every block that touches the period, in order. One statement.

    Names are read only where this viewer may see them: staff, or a lab that shows them.
    """
    with_names = names or (viewer is not None and viewer.is_staff)
    rows = await touching(during, COLUMNS, machine_id, with_names)
    mine = viewer.id if viewer else None
    return [block(row, mine, with_names) for row in rows]


async def told(
    during: Period, machine_id: int | None = None, *, names: bool = False
) -> Sequence[Row]:
    """The same as rows for a feed: their times are for `clock_face` alone."""
    # What is computed SQLite gives as it is stored: nothing is read into a datetime and back.
    as_is = "CAST(b.{0} AS TEXT) AS {0}" if db.is_sqlite() else "b.{0}"
    starts_at, ends_at, busy_until = (as_is.format(name) for name in TIMES)
    ids = "+b.machine AS machine, +b.member AS member"
    columns = f"{starts_at}, +b.id AS id, {ends_at}, {busy_until}, {ids}, b.kind, b.status"
    return await touching(during, columns, machine_id, names)


async def touching(
    during: Period, columns: str, machine_id: int | None, names: bool
) -> Sequence[Row]:
    """Rows in order of the first two columns: their start, their id."""
    sql = statement(columns, machine_id is not None, names)
    mine = (machine_id,) if machine_id is not None else ()
    early = during.start - REACH
    args = (early, during.end, during.start, *mine, early, during.start, *mine)
    return await db.fetch(sql, *args)


@lru_cache(maxsize=16)
def statement(columns: str, of_one_machine: bool, names: bool) -> str:
    columns = f"{columns}, {NAMES}" if names else columns
    join = "LEFT JOIN member m ON m.id = b.member" if names else ""
    here = "AND b.machine = {}" if of_one_machine else ""
    # All of history starts before: what is no use is found by its machine, never by its start.
    there = here or "AND b.machine IN (SELECT id FROM machine)"
    # S608: every part is a constant of this module.
    return f"""
SELECT {columns} FROM booking b {join}
WHERE b.starts_at >= {{}} AND b.starts_at < {{}} AND b.busy_until > {{}} AND {LIVE} {here}
UNION ALL
SELECT {columns} FROM booking b {join}
WHERE b.kind <> 'use' AND NOT b.starts_at >= {{}} AND b.busy_until > {{}} AND {LIVE} {there}
ORDER BY 1, 2"""  # noqa: S608


def block(row: Row, mine: int | None, with_names: bool) -> Block:
    return Block(
        id=row["id"],
        machine_id=row["machine"],
        unit=row["unit"],
        kind=row["kind"],
        status=row["status"],
        starts_at=instant(row["starts_at"]),
        ends_at=instant(row["ends_at"]),
        busy_until=instant(row["busy_until"]),
        mine=mine is not None and row["member"] == mine,
        release_at=db.instant(row["release_at"]),
        who=who(row) if with_names and row["member"] and row["kind"] != "offer" else None,
        title=Words.parse(row["title"]) if row["title"] != "{}" else UNTITLED,
        attention=row["attention"],
        in_series=row["series"] is not None,
        in_party=bool(row["party"]),
    )


def who(row: Row) -> Words:
    arabic = f"{row['given_name_ar']} {row['family_name_ar']}".strip()
    latin = f"{row['given_name_latin']} {row['family_name_latin']}".strip()
    return Words(arabic, latin, latin)


def instant(stored: datetime | str) -> datetime:
    found = db.instant(stored)
    assert found is not None
    return found


@lru_cache(maxsize=8_192)
def clock_face(stored: datetime | str, zone: ZoneInfo) -> str:
    """RFC 3339 with the lab's offset, of an instant as the database gave it (UTC): many begin or
    end together."""
    return zones.iso(instant(stored), zone)


def by_machine(found: list[Block]) -> dict[int, list[Block]]:
    result: dict[int, list[Block]] = {}
    for each in found:
        result.setdefault(each.machine_id, []).append(each)
    return result
