"""What keeps machines for a while: every row that blocks, with its turnaround."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from fablab.bookings.rules import Blocker
from fablab.core import db
from fablab.core.periods import Period

# No use is longer than seven days, so whatever started earlier than this has ended; trainings
# and maintenance may last longer and are found by an index of their own (NOT keeps the other out).
REACH = timedelta(days=8)

AROUND = """
SELECT id, machine, unit, kind, status, member, starts_at, ends_at, busy_until, decide_by
FROM booking WHERE machine IN {} AND starts_at >= {} AND starts_at < {} AND busy_until > {}
  AND status IN ('pending', 'confirmed', 'checked_in', 'completed')
UNION ALL
SELECT id, machine, unit, kind, status, member, starts_at, ends_at, busy_until, decide_by
FROM booking WHERE machine IN {} AND kind <> 'use' AND NOT starts_at >= {} AND busy_until > {}
  AND status IN ('pending', 'confirmed', 'checked_in', 'completed')
UNION ALL
SELECT id, machine, unit, kind, status, member, starts_at, ends_at, busy_until, decide_by
FROM booking WHERE member = {} AND starts_at >= {} AND starts_at < {} AND busy_until > {}
  AND status IN ('pending', 'confirmed', 'checked_in', 'completed') AND machine NOT IN {}
ORDER BY 7
"""


async def around(
    machine_ids: Iterable[int], span: Period, member_id: int | None = None
) -> tuple[Blocker, ...]:
    """What keeps these machines in a span of time, and what the member has elsewhere then."""
    ids, member = db.among(machine_ids), member_id or 0
    early, start, end = span.start - REACH, span.start, span.end
    own = (member, early, end, start, ids)
    rows = await db.fetch(AROUND, ids, early, end, start, ids, early, start, *own)
    return tuple(blocker(row) for row in rows)


def blocker(row: Mapping[str, Any]) -> Blocker:
    # The words of a compound SELECT carry no types on SQLite.
    starts_at, ends_at = _at(row["starts_at"]), _at(row["ends_at"])
    return Blocker(
        id=row["id"],
        machine_id=row["machine"],
        unit=row["unit"],
        busy=Period(starts_at, max(_at(row["busy_until"]), starts_at)),
        ends_at=ends_at,
        kind=row["kind"],
        status=row["status"],
        member_id=row["member"],
        decide_by=db.instant(row["decide_by"]),
    )


def _at(stored: datetime | str) -> datetime:
    found = db.instant(stored)
    assert found is not None
    return found
