"""A member's own bookings, and those of their projects."""

from dataclasses import dataclass
from datetime import datetime

from fablab.bookings.tables import Booking, Status
from fablab.core import db

NEXT = """
SELECT b.id FROM booking b WHERE b.ends_at > {} AND b.status IN ('pending', 'confirmed',
    'checked_in') AND b.kind = 'use' AND (b.member = {} OR b.project IN (
    SELECT p.project FROM project_member p WHERE p.member = {}))
ORDER BY b.starts_at LIMIT {}
"""


@dataclass(frozen=True, slots=True)
class Mine:
    """What comes and what was, soonest and latest first."""

    coming: list[Booking]
    past: list[Booking]


async def mine(member_id: int, now: datetime, *, coming: int = 50, past: int = 10) -> Mine:
    """Three statements, whatever their number."""
    ids = await db.fetch(NEXT, now, member_id, member_id, coming)
    ahead = (
        await Booking.objects()
        .where(Booking.id.is_in([row["id"] for row in ids]))
        .order_by(Booking.starts_at)
        if ids
        else []
    )
    gone = (
        await Booking.objects()
        .where(
            (Booking.member == member_id)
            & (
                (Booking.ends_at <= now)
                | Booking.status.is_in([Status.COMPLETED, Status.CANCELLED, Status.NO_SHOW])
            )
        )
        .order_by(Booking.starts_at, ascending=False)
        .limit(past)
    )
    return Mine(list(ahead), list(gone))
