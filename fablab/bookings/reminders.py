"""A reminder before the booking: once, and never of what has begun."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fablab.bookings.telling import of_row
from fablab.core import clock, db
from fablab.machines.catalogue import Catalogue
from fablab.machines.queries import catalogue
from fablab.notifications.actions import Notice, notify_all

MOST_AT_ONCE = 200
DUE = """
SELECT id FROM booking WHERE status = 'confirmed' AND remind_at <= {} ORDER BY remind_at LIMIT {}
"""
TAKE = """
UPDATE booking SET remind_at = NULL WHERE id IN {} AND status = 'confirmed' AND remind_at <= {}
RETURNING id, machine, member, starts_at, ends_at, sequence, release_at
"""


async def remind_due() -> int:
    """Remind of what is near. One read when nothing is due; late reminders are dropped."""
    due = await db.fetch(DUE, clock.now(), MOST_AT_ONCE)
    return await _remind([row["id"] for row in due]) if due else 0


@db.transactional
async def _remind(ids: list[int]) -> int:
    now, machines = clock.now(), await catalogue()
    rows = await db.fetch(TAKE, db.among(ids), now)
    return await notify_all([told for row in rows if (told := reminder(row, machines, now))])


def reminder(row: Mapping[str, Any], machines: Catalogue, now: datetime) -> Notice | None:
    view, starts_at = machines.by_id(row["machine"]), db.instant(row["starts_at"])
    if view is None or starts_at is None or starts_at <= now:
        return None
    known = of_row(row, view) | {
        "checkin_at": starts_at - view.policy.checkin_opens_before,
        "release_at": db.instant(row["release_at"]),
        "deadline_at": starts_at - view.policy.notice_to_cancel,
    }
    key = f"reminder:{row['id']}:{row['sequence']}"
    return Notice(row["member"], "bookings/reminder", key, known)
