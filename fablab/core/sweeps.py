"""Work that is done again and again: each kind one at a time, none in another's way."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from apscheduler.triggers.base import BaseTrigger

from fablab.core.errors import Unavailable

log = logging.getLogger(__name__)

Work = Callable[[], Awaitable[object]]


class Every(BaseTrigger):  # type: ignore[misc]
    """At once, then always so many seconds after the last turn.

    APScheduler's own interval counts every turn missed, one by one: after a month of sleep, or
    a start with the clock at 1970, that blocks the process for minutes.
    """

    def __init__(self, seconds: float) -> None:
        self.length = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        return now if previous is None else now + self.length


class Turns:
    """Runs of named work. Nobody waits for them until the end.

    Work that fails is logged by its name and tried again at its next turn.
    """

    def __init__(self) -> None:
        self.running: dict[str, asyncio.Task[None]] = {}

    async def take(self, name: str, work: Work) -> None:
        """Begin the work, unless it is still at it from an earlier turn."""
        if name not in self.running:
            task = self.running[name] = asyncio.create_task(attempt(name, work), name=name)
            task.add_done_callback(lambda _: self.running.pop(name))

    async def end(self, patience: float) -> None:
        """Let what runs come to its end; what takes longer than `patience` seconds is cancelled."""
        if not (tasks := set(self.running.values())):
            return
        _, late = await asyncio.wait(tasks, timeout=patience)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)


async def attempt(name: str, work: Work) -> None:
    try:
        await work()
    except Unavailable:
        log.warning("%s: the database is not available.", name)
    except Exception:
        log.exception("%s failed; it is tried again.", name)
