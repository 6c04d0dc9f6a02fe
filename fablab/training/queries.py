"""What people were taught, and until when it counts."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from fablab.core import db, zones
from fablab.training.rules import Held

HELD = """
SELECT c.certification, c.level, c.valid_from, c.valid_until, c.inactivity_months, c.state,
    (SELECT max(b.checked_in_at) FROM booking b JOIN machine m ON m.id = b.machine
     WHERE b.member = c.member AND m.certification = c.certification) AS last_use
FROM certificate c WHERE c.member = {}
"""


def day_of(instant: datetime | None, tz: ZoneInfo) -> date | None:
    return zones.local_date(instant, tz) if instant else None


async def held(member_id: int, tz: ZoneInfo) -> tuple[Held, ...]:
    """Every certificate of a member with the last checked-in use of what it opens.

    One statement. It reads the bookings table by name: use is what keeps a certificate alive.
    """
    return tuple(
        Held(
            certification_id=row["certification"],
            level=row["level"],
            valid_from=row["valid_from"],
            valid_until=row["valid_until"],
            inactivity_months=row["inactivity_months"],
            last_use=day_of(db.instant(row["last_use"]), tz),
            state=row["state"],
        )
        for row in await db.fetch(HELD, member_id)
    )
