"""Slots that nobody came for, freed by several processes at once: each once, everybody told."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta

import pytest

from fablab.activity.tables import Activity
from fablab.bookings.tables import Booking, Status, Strike
from fablab.core.periods import Period
from fablab.notifications.tables import Notification
from tests import factories
from tests.support.databases import Copy
from tests.support.servers import SECRET, serving

pytestmark = pytest.mark.slow
MANY = 20


def long_ago(number: int) -> Period:
    """Begun an hour ago by the real clock, which other processes go by; not over yet."""
    start = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=1)
    return Period(start - timedelta(minutes=number), start + timedelta(hours=3))


async def nobody_came() -> list[int]:
    await factories.a_lab(week={day: ["00:00-23:30"] for day in range(7)})
    made = []
    for number in range(MANY):
        period = long_ago(number)
        booking = await factories.a_booking(
            period,
            machine=await factories.a_machine(),
            member=await factories.a_member(),
            release_at=period.start + timedelta(minutes=15),
            remind_at=period.start - timedelta(hours=24),
        )
        made.append(booking.id)
    return made


async def released_once() -> None:
    assert await Booking.count().where(Booking.status == Status.NO_SHOW) == MANY
    assert await Strike.count() == MANY
    assert await Activity.count().where(Activity.verb == "released") == MANY
    told = Notification.template == "bookings/released"
    assert await Notification.count().where(told) == MANY
    late = Notification.template == "bookings/reminder"
    assert await Notification.count().where(late) == 0


async def test_processes_at_the_same_moment_release_once(committed_database: Copy) -> None:
    await nobody_came()
    environment = committed_database.environment | {"FABLAB_SECRET_KEY": SECRET}
    command = (sys.executable, "-m", "fablab", "run-job", "release-no-shows")
    processes = [await asyncio.create_subprocess_exec(*command, env=environment) for _ in range(4)]
    assert [await process.wait() for process in processes] == [0] * 4
    await released_once()


async def test_servers_that_start_late_catch_up_within_seconds(committed_database: Copy) -> None:
    """Two servers with their schedulers start an hour late; no reminder of the past is sent."""
    await nobody_came()
    async with serving(committed_database), serving(committed_database):
        for _ in range(100):
            left = await Booking.count().where(Booking.status == Status.CONFIRMED)
            if not left:
                break
            await asyncio.sleep(0.1)
    await released_once()
