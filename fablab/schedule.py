"""Everything that happens by itself, on one page.

A sweep is an action that may run twice, late, and on two nodes at once: it begins with one
indexed read, and the database decides who did it. Dated jobs are claimed, one row a run.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, time, timedelta
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from fablab.bookings.completion import complete_due
from fablab.bookings.release import release_due, reopen_after_downtime
from fablab.bookings.reminders import remind_due
from fablab.bookings.waitlist.due import pass_on_due
from fablab.bookings.zone_law import rederive
from fablab.calendars import invitations
from fablab.core import clock, heartbeat, jobs, zones
from fablab.core.backup import nightly
from fablab.core.errors import NotFound
from fablab.core.sweeps import Every, Turns, Work
from fablab.lab.queries import place
from fablab.maintenance.reminding import remind_of_unconfirmed
from fablab.members import codes, sessions, throttling
from fablab.notifications.outbox import send_waiting
from fablab.web import once

log = logging.getLogger(__name__)
logging.getLogger("apscheduler").setLevel(logging.ERROR)  # else every turn is two lines

DEFAULTS = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
EVERY = 2  # seconds between two looks for something due
EVERY_MINUTE = 60
LOOK, LONGEST_WAIT = 10, timedelta(minutes=2)  # whether the clock was set back
STOPPING = 2  # seconds that what runs may still take when we stop


async def clean_up() -> None:
    """Delete what nobody may use any more. Each part is an action of its own."""
    for forget in (
        sessions.forget_old,
        codes.forget_old,
        throttling.forget_old,
        once.forget_old_answers,
        jobs.forget_old_runs,
    ):
        await forget()


async def back_up() -> None:
    """The database into the data folder's `backups`, under the lab's date of today."""
    await nightly.back_up(zones.local_date(clock.now(), (await place()).zone))


SWEEPS: dict[str, Work] = {
    "release-no-shows": release_due,
    "complete-bookings": complete_due,
    "expire-offers": pass_on_due,
    "send-reminders": remind_due,
    "send-mail": partial(send_waiting, attach=invitations.attached),
}
# By the lab's clock on the wall; one that was missed is made up for at the next start.
NIGHTLY: dict[str, tuple[time, Work]] = {
    "back-up": (time(3, 0), back_up),
    "clean-up": (time(3, 30), clean_up),
    "remind-of-unconfirmed-days": (time(8, 0), remind_of_unconfirmed),
}
JOBS: dict[str, Work] = SWEEPS | {name: work for name, (_, work) in NIGHTLY.items()}


async def run_job(name: str) -> object:
    """Run one job now, whatever the time. `NotFound` when there is none of that name."""
    if name not in JOBS:
        raise NotFound(name)
    return await JOBS[name]()


async def dated() -> None:
    """Run each dated job whose time has come, unless a process did or is at it."""
    zone = (await place()).zone
    for name, (at, work) in NIGHTLY.items():
        await jobs.once(name, jobs.last_due(at, zone, clock.now()), work)


async def come_back() -> None:
    """Nobody loses a booking because the pages were away: move those releases, then beat.

    Two processes that start together may both do this; neither sweeps before it is done.
    """
    gone = await heartbeat.away(heartbeat.PAGES, clock.now())
    if gone is not None:
        await reopen_after_downtime(gone.start, gone.end)
    await heartbeat.beat(heartbeat.PAGES)


async def mind_the_clock(scheduler: AsyncIOScheduler, every: float = LOOK) -> None:
    """After the machine's clock was set back, APScheduler would wait until its old time returns."""
    while True:
        await asyncio.sleep(every)
        now = clock.now()
        for job in scheduler.get_jobs():
            if job.next_run_time - now > LONGEST_WAIT:
                log.warning("The clock was set back: %s is due now.", job.args[0])
                job.modify(next_run_time=now)


@asynccontextmanager
async def running(*, pages: bool = True, work: bool = True) -> AsyncIterator[None]:
    """Meanwhile things happen by themselves: around a server's life, or the command `jobs`.

    `pages`: this process serves them. Without `work` it only says so by its heartbeat, and
    another node has the jobs.
    """
    alive = [name for name, here in ((heartbeat.PAGES, pages), (heartbeat.JOBS, work)) if here]
    chosen: dict[str, tuple[int, Work]] = {
        "heartbeat": (heartbeat.EVERY, partial(heartbeat.beat, *alive))
    }
    if work:
        chosen |= {name: (EVERY, sweep) for name, sweep in SWEEPS.items()}
        chosen["dated"] = (EVERY_MINUTE, dated)
    await rederive()
    if pages:
        await come_back()
    turns, scheduler = Turns(), AsyncIOScheduler(timezone=UTC, job_defaults=DEFAULTS)
    for name, (seconds, repeated) in chosen.items():
        scheduler.add_job(turns.take, Every(seconds), (name, repeated))
    scheduler.start()
    watch = asyncio.create_task(mind_the_clock(scheduler))
    try:
        yield
    finally:
        watch.cancel()
        scheduler.pause()
        await turns.end(STOPPING)
        scheduler.shutdown(wait=False)
