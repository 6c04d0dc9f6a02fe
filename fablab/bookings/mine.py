"""A member's own bookings, and those of their projects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fablab.core import db
from fablab.core.periods import Period
from fablab.quotas.queries import COUNTED

COLUMNS = """b.id, b.machine, b.member, b.status, b.starts_at, b.ends_at, b.release_at, b.gave_up,
    b.ended_because, b.attention, b.finished_at, b.cancelled_at"""
NEVER = datetime.max.replace(tzinfo=UTC)
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
UNION ALL
SELECT 0, (SELECT count(*) FROM strike s WHERE s.member = {{}}),
    (SELECT count(*) FROM waiting w WHERE w.member = {{}} AND w.state IN ('waiting', 'offered')),
    '', NULL, NULL, NULL, NULL, '', '', NULL, NULL, 2
UNION ALL
SELECT {COLUMNS}, 3 FROM booking b
WHERE b.member = {{}} AND b.starts_at >= {{}} AND {COUNTED}
"""  # noqa: S608
GONE, AHEAD, BESIDE, OF_QUOTAS = range(4)


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
    ended_because: str = ""
    attention: str = ""


@dataclass(frozen=True, slots=True)
class Mine:
    """What comes and what was, soonest and latest first.

    How many absences and places in line there are tells whether to ask for them; `counted` are
    rows of what quotas count.
    """

    coming: list[Own]
    past: list[Own]
    absences: int = 0
    waiting: int = 0
    counted: Sequence[Mapping[str, Any]] = ()


async def mine(
    member_id: int,
    now: datetime,
    *,
    coming: int = 50,
    past: int = 10,
    counted_since: datetime = NEVER,
) -> Mine:
    """One statement."""
    me = member_id
    asked = (now, me, me, coming, me, now, past, me, me, me, counted_since)
    rows: dict[int, list[Mapping[str, Any]]] = {kind: [] for kind in range(4)}
    for row in await db.fetch(MINE, *asked):
        rows[row["coming"]].append(row)
    [beside] = rows[BESIDE]
    return Mine(
        [own(row, me) for row in rows[AHEAD]],
        [own(row, me) for row in rows[GONE]],
        absences=beside["machine"],
        waiting=beside["member"],
        counted=rows[OF_QUOTAS],
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
        ended_because=row["ended_because"],
        attention=row["attention"],
    )
