"""What has ended is completed: checked-in uses, and whatever is never released."""

from datetime import datetime
from typing import Any

from fablab.activity.actions import record_all
from fablab.bookings import wear
from fablab.bookings.expiry import expire_due
from fablab.bookings.tables import Status
from fablab.bookings.telling import by_itself
from fablab.core import clock, db
from fablab.machines.tables import Machine

MOST_AT_ONCE = 200
DUE = """
SELECT id, machine FROM booking
WHERE ends_at <= {} AND status IN ('pending', 'confirmed', 'checked_in')
    AND (status = 'checked_in' OR (status = 'confirmed' AND release_at IS NULL))
ORDER BY ends_at LIMIT {}
"""
COMPLETE = """
UPDATE booking SET status = 'completed', finished_at = ends_at, remind_at = NULL
WHERE id IN {} AND ends_at <= {}
    AND (status = 'checked_in' OR (status = 'confirmed' AND release_at IS NULL))
RETURNING id, member, machine, kind, starts_at, checked_in_at, finished_at
"""


async def complete_due() -> int:
    """Complete what has ended, expire what was never answered. Two reads when nothing is due."""
    await expire_due()
    now = clock.now()
    due = await db.fetch(DUE, now, MOST_AT_ONCE)
    return await _complete(due, now) if due else 0


@db.transactional
async def _complete(due: list[dict[str, Any]], now: datetime) -> int:
    """Judged again as the row is now: it may have been extended since it was read."""
    await db.locked_all(Machine, {row["machine"] for row in due})
    rows = await db.fetch(COMPLETE, db.among(row["id"] for row in due), now)
    await wear.add(rows)
    after = {"status": Status.COMPLETED}
    await record_all([by_itself("completed", row, {}, after) for row in rows])
    return len(rows)
