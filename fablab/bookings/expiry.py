"""Requests that nobody answered in time."""

from collections.abc import Iterable
from datetime import datetime

from fablab.activity.actions import record
from fablab.bookings.tables import Status
from fablab.core import clock, db
from fablab.machines.queries import catalogue
from fablab.notifications.actions import notify

MOST_AT_ONCE = 200
DUE = """
SELECT id FROM booking WHERE status = 'pending' AND (starts_at <= {} OR decide_by <= {})
LIMIT {}
"""
DUE_AT = """
SELECT id FROM booking WHERE machine IN {} AND status = 'pending'
    AND (starts_at <= {} OR decide_by <= {}) LIMIT {}
"""
EXPIRE = """
UPDATE booking SET status = 'expired', sequence = sequence + 1
WHERE id IN {} AND status = 'pending' AND (starts_at <= {} OR decide_by <= {})
RETURNING id, machine, member, starts_at, ends_at
"""


async def expire_due(machine_ids: Iterable[int] | None = None) -> int:
    """Unanswered at its start, or past its deadline: expired, and its owner told."""
    now = clock.now()
    if machine_ids is None:
        due = await db.fetch(DUE, now, now, MOST_AT_ONCE)
    else:
        due = await db.fetch(DUE_AT, db.among(machine_ids), now, now, MOST_AT_ONCE)
    return await _expire([row["id"] for row in due], now) if due else 0


@db.transactional
async def _expire(ids: list[int], now: datetime) -> int:
    """Judged again as the row is now: it may have been moved since it was read."""
    machines = await catalogue()
    rows = await db.fetch(EXPIRE, db.among(ids), now, now)
    for row in rows:
        view = machines.by_id(row["machine"])
        await record(
            "expired",
            "booking",
            row["id"],
            actor=None,
            member=row["member"],
            before={"status": Status.PENDING},
            after={"status": Status.EXPIRED},
        )
        if row["member"] and view:
            await notify(
                row["member"],
                "bookings/expired",
                key=f"expired:{row['id']}",
                booking=row["id"],
                machine=view.name,
                tag=view.tag,
                starts_at=db.instant(row["starts_at"]),
                ends_at=db.instant(row["ends_at"]),
            )
    return len(rows)
