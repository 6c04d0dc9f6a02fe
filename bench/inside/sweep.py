"""The sweep that frees the slots of those who did not come: with nothing due, and with many."""

import time
from datetime import datetime, timedelta
from typing import Any

from bench.inside.answering import answer
from fablab.activity.tables import Activity
from fablab.bookings import release
from fablab.bookings.tables import Strike
from fablab.core import clock, db, heartbeat, zones
from fablab.lab.queries import read_place
from fablab.notifications.tables import Notification

NOON, DAY = timedelta(hours=12), timedelta(days=1)
# Of those due at noon so many stay due; the others are never released.
SPARE = """
UPDATE booking SET release_at = NULL
WHERE status = 'confirmed' AND release_at <= {} AND id NOT IN (
    SELECT id FROM booking WHERE status = 'confirmed' AND release_at <= {}
    ORDER BY release_at, id LIMIT {}
)
"""


async def measure(idle_turns: int, rounds: int, due: int) -> dict[str, Any]:
    """Milliseconds of each turn, and statements of one.

    The clock stands at noon of one coming day after the other, when the morning's bookings are
    due: real ones, each of another machine and member. The first day only warms up.
    """
    async with db.connected():
        lab = await read_place()
        today = lab.calendar.day_of(clock.now())
        await at(clock.now())
        idle = [await turn(0) for _ in range(idle_turns + 10)][10:]
        idle_statements = await statements(0)
        noons = [zones.midnight(today + DAY * (2 + n), lab.zone) + NOON for n in range(rounds + 2)]
        busy = []
        for noon in noons[:-1]:
            await ready(noon, due)
            busy.append(await turn(due))
        await ready(noons[-1], due)
        return {
            "idle": idle,
            "idle_statements": idle_statements,
            "busy": busy[1:],
            "busy_statements": await statements(due),
        }


async def ready(noon: datetime, due: int) -> None:
    await at(noon)
    await spare(noon, due)


async def at(now: datetime) -> None:
    """It is that time, and the pages are served."""
    clock.now = lambda: now
    await heartbeat.beat(heartbeat.PAGES)


@db.transactional
async def spare(noon: datetime, most: int) -> None:
    await db.execute(SPARE, noon, noon, most)


async def turn(due: int) -> float:
    """How long it took; fails when it did not do all of it."""
    before = await written() if due else []
    began = time.perf_counter()
    released = await release.release_due()
    took = (time.perf_counter() - began) * 1000
    assert released == due, f"{released} were released, not {due}."
    if due:
        assert await written() == [count + due for count in before]
    return took


async def written() -> list[int]:
    """Notices, strikes, and rows of the log."""
    told = Notification.template == "bookings/released"
    noted = Activity.verb == "released"
    return [
        await Notification.count().where(told),
        await Strike.count(),
        await Activity.count().where(noted),
    ]


async def statements(due: int) -> int:
    with db.counting() as counted:
        assert await release.release_due() == due
    return counted.count


if __name__ == "__main__":
    answer(measure)
