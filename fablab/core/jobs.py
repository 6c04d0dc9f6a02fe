"""Dated jobs: each run is a row, claimed by one process, done once."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from fablab.core import clock, db, zones
from fablab.core.tables import JobRun

log = logging.getLogger(__name__)

# After this long an unfinished run is taken for dead, and anybody may try again.
STALE = timedelta(minutes=10)

CLAIM = """
    INSERT INTO job_run (job, due, claimed_at) VALUES ({}, {}, {})
    ON CONFLICT (job, due) DO UPDATE SET claimed_at = excluded.claimed_at
        WHERE job_run.done_at IS NULL AND job_run.claimed_at <= {}
    RETURNING id
"""


async def once(job: str, due: datetime, work: Callable[[], Awaitable[object]]) -> bool:
    """Do the work unless somebody did, or is at it; whether it was done now.

    Work that raises stays claimed, and is tried again when the claim is stale: it must bear to
    be begun twice.
    """
    if await finished(job, due) or not await claimed(job, due):
        return False
    await work()
    await done(job, due)
    return True


@db.transactional
async def claimed(job: str, due: datetime) -> bool:
    """Whether this process may do the run of `job` that was due then."""
    now = clock.now()
    return bool(await db.fetch(CLAIM, job, due, now, now - STALE))


async def finished(job: str, due: datetime) -> bool:
    """Whether the run needs nobody: one indexed read, for those who ask every minute."""
    run = (JobRun.job == job) & (JobRun.due == due) & JobRun.done_at.is_not_null()
    return bool(await JobRun.exists().where(run))


@db.transactional
async def done(job: str, due: datetime) -> None:
    run = (JobRun.job == job) & (JobRun.due == due)
    await JobRun.update({JobRun.done_at: clock.now()}).where(run)


def last_due(at: time, tz: ZoneInfo, now: datetime) -> datetime:
    """The latest instant, up to now, at which the lab's wall showed `at`.

    On a day that has this time twice, the first counts; on one that skips it, an hour later.
    """
    today = zones.local_date(now, tz)
    for day in (today, today - timedelta(days=1)):
        due = datetime.combine(day, at, tz).astimezone(now.tzinfo)
        if due <= now:
            return due
    raise ValueError("Yesterday's time has passed in every zone.")


@db.transactional
async def forget_old_runs() -> None:
    """Runs of more than ninety days ago tell nobody anything."""
    await JobRun.delete().where(JobRun.due < clock.now() - timedelta(days=90))
