"""A member's own bookings, and those of their projects."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fablab.core import db
from fablab.core.periods import Period

COLUMNS = "b.id, b.machine, b.member, b.status, b.starts_at, b.ends_at, b.release_at, b.gave_up"
# S608: every part is a constant of this module.
MINE = f"""
SELECT * FROM (
    SELECT {COLUMNS}, 1 AS coming FROM booking b
    WHERE b.ends_at > {{}} AND b.status IN ('pending', 'confirmed', 'checked_in')
        AND b.kind = 'use' AND (b.member = {{}} OR b.project IN (
            SELECT p.project FROM project_member p WHERE p.member = {{}}))
    ORDER BY b.starts_at, b.id LIMIT {{}}) AS ahead
UNION ALL
SELECT * FROM (
    SELECT {COLUMNS}, 0 AS coming FROM booking b
    WHERE b.member = {{}} AND b.kind = 'use'
        AND (b.ends_at <= {{}} OR b.status NOT IN ('pending', 'confirmed', 'checked_in'))
    ORDER BY b.starts_at DESC, b.id DESC LIMIT {{}}) AS gone
"""  # noqa: S608


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """A booking as a list shows it. `shared`: somebody else of the team made it."""

    id: int
    machine_id: int
    status: str
    period: Period
    release_at: datetime | None
    gave_up: bool
    shared: bool


@dataclass(frozen=True, slots=True)
class Mine:
    """What comes and what was, soonest and latest first."""

    coming: list[Own]
    past: list[Own]


async def mine(member_id: int, now: datetime, *, coming: int = 50, past: int = 10) -> Mine:
    """One statement."""
    rows = await db.fetch(MINE, now, member_id, member_id, coming, member_id, now, past)
    found = [(bool(row["coming"]), own(row, member_id)) for row in rows]
    return Mine(
        [each for ahead, each in found if ahead], [each for ahead, each in found if not ahead]
    )


def own(row: Mapping[str, Any], member_id: int) -> Own:
    start, end = db.instant(row["starts_at"]), db.instant(row["ends_at"])
    assert start is not None
    assert end is not None
    return Own(
        id=row["id"],
        machine_id=row["machine"],
        status=row["status"],
        period=Period(start, end),
        release_at=db.instant(row["release_at"]),
        gave_up=bool(row["gave_up"]),
        shared=row["member"] != member_id,
    )
