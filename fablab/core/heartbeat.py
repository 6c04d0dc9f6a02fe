"""Whether the pages were there: whoever could not check in must not lose the booking for it."""

from datetime import datetime, timedelta

from fablab.core import clock, db
from fablab.core.periods import Period
from fablab.core.tables import Heartbeat

PAGES, JOBS = "pages", "jobs"
EVERY = 5  # seconds
MISSED = timedelta(seconds=30)  # a shorter silence is a busy machine, not an absence

BEAT = """
    INSERT INTO heartbeat (name, at) VALUES ({}, {})
    ON CONFLICT (name) DO UPDATE SET at = excluded.at WHERE heartbeat.at < excluded.at
"""


@db.transactional
async def beat(*names: str) -> None:
    """Still here: the pages, the jobs, or both."""
    for name in sorted(names):  # every process in the same order
        await db.execute(BEAT, name, clock.now())


async def last(name: str) -> datetime | None:
    row = await Heartbeat.select(Heartbeat.at).where(Heartbeat.name == name).first()
    return row["at"] if row else None


async def away(name: str, now: datetime) -> Period | None:
    """How long nobody beat, if that is long enough to matter. Ask before the first beat."""
    seen = await last(name)
    if seen is None or now - seen <= MISSED:
        return None
    return Period(seen, now)
