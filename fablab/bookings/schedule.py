"""Who has what, for pages and feeds: the blocks of a day or a week, as a viewer may see them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fablab.bookings.taken import REACH
from fablab.core import db
from fablab.core.periods import Period
from fablab.core.words import Words
from fablab.members.viewer import Viewer

COLUMNS = """b.id, b.machine, b.unit, b.kind, b.status, b.member, b.starts_at, b.ends_at,
    b.busy_until, b.release_at, b.title"""
NAMES = "m.given_name_ar, m.family_name_ar, m.given_name_latin, m.family_name_latin"
LIVE = "b.status IN ('pending', 'confirmed', 'checked_in', 'completed')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
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
    title: Words = field(default_factory=Words)

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
    columns = f"{COLUMNS}, {NAMES}" if with_names else COLUMNS
    join = "LEFT JOIN member m ON m.id = b.member" if with_names else ""
    here = "AND b.machine = {}" if machine_id is not None else ""
    mine = (machine_id,) if machine_id is not None else ()
    # S608: every part is a constant of this module.
    sql = f"""
SELECT {columns} FROM booking b {join}
WHERE b.starts_at >= {{}} AND b.starts_at < {{}} AND b.busy_until > {{}} AND {LIVE} {here}
UNION ALL
SELECT {columns} FROM booking b {join}
WHERE b.kind <> 'use' AND b.starts_at < {{}} AND b.busy_until > {{}} AND {LIVE} {here}
ORDER BY 7, 1"""  # noqa: S608
    early = during.start - REACH
    args = (early, during.end, during.start, *mine, early, during.start, *mine)
    rows = await db.fetch(sql, *args)
    return [block(row, viewer, with_names) for row in rows]


def block(row: Mapping[str, Any], viewer: Viewer | None, with_names: bool) -> Block:
    mine = viewer is not None and row["member"] == viewer.id
    starts_at, ends_at = instant(row["starts_at"]), instant(row["ends_at"])
    return Block(
        id=row["id"],
        machine_id=row["machine"],
        unit=row["unit"],
        kind=row["kind"],
        status=row["status"],
        starts_at=starts_at,
        ends_at=ends_at,
        busy_until=instant(row["busy_until"]),
        mine=mine,
        release_at=db.instant(row["release_at"]),
        who=who(row) if with_names and row["member"] else None,
        title=Words.parse(row["title"]),
    )


def who(row: Mapping[str, Any]) -> Words:
    arabic = f"{row['given_name_ar']} {row['family_name_ar']}".strip()
    latin = f"{row['given_name_latin']} {row['family_name_latin']}".strip()
    return Words(arabic, latin, latin)


def instant(stored: datetime | str) -> datetime:
    found = db.instant(stored)
    assert found is not None
    return found


def by_machine(found: list[Block]) -> dict[int, list[Block]]:
    result: dict[int, list[Block]] = {}
    for each in found:
        result.setdefault(each.machine_id, []).append(each)
    return result
