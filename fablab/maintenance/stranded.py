"""Which bookings new hours would leave outside, asked before the hours are changed."""

from datetime import UTC, datetime, timedelta

from fablab.bookings.taken import REACH
from fablab.core import db, zones
from fablab.core.periods import Period
from fablab.lab.calendar import Calendar
from fablab.lab.hours import Span
from fablab.machines.catalogue import Catalogue

COMING = """
SELECT id, machine, starts_at, ends_at FROM booking
WHERE starts_at >= {} AND starts_at < {} AND ends_at > {} AND kind IN ('use', 'training')
  AND status IN ('pending', 'confirmed', 'checked_in')
ORDER BY starts_at
"""
AT_MACHINE = """
SELECT count(*) AS count FROM booking
WHERE machine = {} AND ends_at > {} AND starts_at < {} AND kind IN ('use', 'training')
  AND status IN ('pending', 'confirmed', 'checked_in')
"""
DAY = timedelta(days=1)
FOREVER = datetime(9999, 12, 31, tzinfo=UTC)


async def stranded(
    before: Calendar, after: Calendar, during: Period, catalogue: Catalogue, now: datetime
) -> tuple[int, ...]:
    """The bookings within the period that the hours allow now and would not allow then."""
    since = max(now, during.start)
    rows = await db.fetch(COMING, during.start - REACH, during.end, since)
    found = []
    for row in rows:
        machine = catalogue.by_id(row["machine"])
        period = Period(row["starts_at"], row["ends_at"])
        if machine is None:
            continue
        manner = (machine.policy.attendance, machine.policy.closed_hours)
        if before.attends(period, *manner) is None and after.attends(period, *manner):
            found.append(row["id"])
    return tuple(found)


async def coming(machine_id: int, now: datetime, until: datetime | None) -> int:
    """How many bookings a machine has from now on, or until it is back."""
    [row] = await db.fetch(AT_MACHINE, machine_id, now, until or FOREVER)
    return int(row["count"])


def days_of(*spans: Span | None, calendar: Calendar) -> Period:
    """From the first to the last of these days, the nights on both sides with them."""
    given = [span for span in spans if span]
    first = min(span.first_day for span in given) - DAY
    last = max(span.last_day for span in given) + DAY
    start, end = zones.day(first, calendar.zone), zones.day(last, calendar.zone)
    return Period(start.start, end.end)
