"""Requests and offers that nobody answered in time."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from fablab.activity.actions import record_all
from fablab.bookings.tables import Kind, Status
from fablab.bookings.telling import by_itself, of_row
from fablab.bookings.waitlist.freed import freed
from fablab.bookings.waitlist.line import unanswered
from fablab.core import clock, db
from fablab.machines.catalogue import Catalogue
from fablab.machines.queries import catalogue
from fablab.machines.tables import Machine
from fablab.notifications.actions import Notice, notify_all

MOST_AT_ONCE = 200
# An offer may be of time that has begun: its own deadline alone counts.
DUE = """
SELECT id, machine FROM booking WHERE status = 'pending'
    AND (decide_by <= {} OR (starts_at <= {} AND kind <> 'offer')) LIMIT {}
"""
DUE_AT = """
SELECT id, machine FROM booking WHERE machine IN {} AND status = 'pending'
    AND (decide_by <= {} OR (starts_at <= {} AND kind <> 'offer')) LIMIT {}
"""
EXPIRE = """
UPDATE booking SET status = 'expired', sequence = sequence + 1
WHERE id IN {} AND status = 'pending'
    AND (decide_by <= {} OR (starts_at <= {} AND kind <> 'offer'))
RETURNING id, machine, member, starts_at, ends_at, kind, waiting, buddy, buddy_agreed_at
"""


async def expire_due(machine_ids: Iterable[int] | None = None) -> int:
    """Unanswered at its start, or past its deadline: expired, and its owner told.

    What an offer held passes on to the next in line.
    """
    now = clock.now()
    if machine_ids is None:
        due = await db.fetch(DUE, now, now, MOST_AT_ONCE)
    else:
        due = await db.fetch(DUE_AT, db.among(machine_ids), now, now, MOST_AT_ONCE)
    return await _expire(due, now) if due else 0


@db.transactional
async def _expire(due: list[dict[str, Any]], now: datetime) -> int:
    """Judged again as the row is now: it may have been moved since it was read."""
    ids, freed_at = [row["id"] for row in due], {row["machine"] for row in due}
    await db.locked_all(Machine, freed_at)
    machines = await catalogue()
    rows = await db.fetch(EXPIRE, db.among(ids), now, now)
    before, after = {"status": Status.PENDING}, {"status": Status.EXPIRED}
    await record_all([by_itself("expired", row, before, after) for row in rows])
    await unanswered([row["waiting"] for row in rows if row["kind"] == Kind.OFFER])
    await notify_all([told for row in rows for told in notices(row, machines)])
    await freed(freed_at)
    return len(rows)


def notices(row: Mapping[str, Any], machines: Catalogue) -> Iterator[Notice]:
    """To whoever asked, and to whoever agreed to come along."""
    view = machines.by_id(row["machine"])
    if not row["member"] or view is None:
        return
    known = of_row(row, view)
    if row["kind"] == Kind.OFFER:
        yield Notice(row["member"], "bookings/offer_expired", f"expired:{row['id']}", known)
        return
    yield Notice(row["member"], "bookings/expired", f"expired:{row['id']}", known)
    if row["buddy"] and row["buddy_agreed_at"]:
        yield Notice(row["buddy"], "bookings/buddy_free", f"expired:{row['id']}:buddy", known)
