"""A reminder before the booking: once, and never of what has begun."""

from fablab.core import clock, db
from fablab.machines.queries import catalogue
from fablab.notifications.actions import notify

MOST_AT_ONCE = 200
DUE = "SELECT id FROM booking WHERE status = 'confirmed' AND remind_at <= {} LIMIT {}"
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
    told = 0
    for row in await db.fetch(TAKE, db.among(ids), now):
        view, starts_at = machines.by_id(row["machine"]), db.instant(row["starts_at"])
        if view is None or starts_at is None or starts_at <= now:
            continue
        told += await notify(
            row["member"],
            "bookings/reminder",
            key=f"reminder:{row['id']}:{row['sequence']}",
            booking=row["id"],
            machine=view.name,
            tag=view.tag,
            starts_at=starts_at,
            ends_at=db.instant(row["ends_at"]),
            checkin_at=starts_at - view.policy.checkin_opens_before,
            release_at=db.instant(row["release_at"]),
            deadline_at=starts_at - view.policy.notice_to_cancel,
        )
    return told
