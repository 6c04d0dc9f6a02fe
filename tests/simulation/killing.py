"""kill -9 while many book: what was answered is there, nothing is half, the rest catches up.

By hand, ten times a database with a thousand bookings each:
    python -m tests.simulation.killing --times 10 --bookings 1000 --database postgresql
"""

import argparse
import asyncio
import os
import random
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from tests.support import environment

if __name__ == "__main__":
    FOLDER = environment.prepare()  # before anything of fablab is imported

from fablab.activity.tables import Activity
from fablab.bookings.tables import Booking, Status, Strike
from fablab.core import db
from fablab.core.periods import Period
from fablab.notifications.tables import MailState, Notification
from tests import factories
from tests.simulation import whole
from tests.simulation.crowd import Crowd, wishes
from tests.support import databases, postgres, processes
from tests.support.databases import Copy
from tests.support.servers import Server, free_port, health, serving, until

# What is killed: the number of workers, and which processes of the server.
WAYS = {"everything": 1, "a worker": 2, "the parent": 2, "everything of two": 2}
MAILED_WITHIN = 180  # looks, a second apart
WAITING = """
    SELECT id, attempts, error, next_try_at, leased_until FROM notification
    WHERE mail_state = 'waiting' ORDER BY id
"""


@dataclass
class Tally:
    """What one kill left behind."""

    way: str
    after: int  # bookings answered when it came
    answered: int = 0  # just after it
    stored: int = 0  # then
    lost: list[int] = field(default_factory=list)  # answered, and not there
    halves: list[str] = field(default_factory=list)
    check: str = ""
    kept_unheard: int = 0  # stored, though nobody heard the answer
    in_the_end: int = 0
    twice: int = 0
    mailed: int = 0

    @property
    def is_fine(self) -> bool:
        return not (self.lost or self.halves or self.check or self.twice)


async def kill_once(copy: Copy, tokens: list[str], many: int, way: str, after: int) -> Tally:
    """Book, kill after so many answers, look, start again, book the rest, look again."""
    tally = Tally(way, after)
    crowd = Crowd.of([], await wishes(tokens, many))
    port = free_port()
    crowd.urls = [f"http://127.0.0.1:{port}"]
    with tempfile.TemporaryDirectory(prefix="fablab-mail-") as mail:
        serve = partial(
            serving, copy, workers=WAYS[way], port=port, FABLAB_MAIL_URL=Path(mail).as_uri()
        )
        async with serve() as server, crowd.at_work():
            await until(answered(crowd, after))
            strike(server, way)
            if way == "a worker":  # another takes its place, the others serve on
                await until(answered(crowd, many))
            else:
                await server.process.wait()
                await until(silent(server))
        await look(tally, crowd, copy)
        due = await nobody_came()
        async with serve():
            await crowd.book()
            await released(due)
            await all_mailed()
        tally.mailed = len(list(Path(mail).glob("*.eml")))
    await look_again(tally, crowd, due, copy)
    return tally


def answered(crowd: Crowd, many: int) -> Callable[[], Awaitable[bool]]:
    async def so_many() -> bool:
        return len(crowd.made) >= many

    return so_many


def silent(server: Server) -> Callable[[], Awaitable[bool]]:
    async def gone() -> bool:
        return await health(server.url) == 0

    return gone


def strike(server: Server, way: str) -> None:
    if way == "a worker":
        [victim, _] = server.workers
        processes.kill([victim])
    elif way == "the parent":
        server.process.kill()
    else:
        server.kill()


async def look(tally: Tally, crowd: Crowd, copy: Copy) -> None:
    """Before anything starts again: only what the dead server left is there."""
    there = await whole.stored()
    told = set(crowd.made.values())
    tally.answered, tally.stored = len(crowd.made), len(there)
    tally.lost = sorted(told - there)
    tally.kept_unheard = len(there - told)
    tally.halves = await whole.halves()
    tally.check = await whole.check(copy)


async def nobody_came() -> int:
    """Meanwhile somebody's grace has passed."""
    start = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=1)
    due = await factories.a_booking(
        Period(start, start + timedelta(hours=3)), release_at=start + timedelta(minutes=15)
    )
    return due.id


async def released(due: int) -> None:
    await until(
        lambda: Booking.exists().where(Booking.id == due, Booking.status == "no_show").run()
    )


async def all_mailed() -> None:
    """Whoever serves sends what waits; what the dead had taken, once their lease is over."""
    rows: list[Any] = []

    async def nothing_moves() -> bool:
        nonlocal rows
        before, rows = rows, await db.fetch(WAITING)
        await asyncio.sleep(1)
        return rows == before and all(row["leased_until"] for row in rows)

    await until(nothing_moves, MAILED_WITHIN)
    waits = Notification.mail_state == MailState.WAITING
    await Notification.update({Notification.leased_until: None}).where(waits)

    async def none_waits() -> bool:
        return not await db.fetch(WAITING)

    try:
        await until(none_waits)
    except AssertionError as never:
        raise AssertionError(await db.fetch(WAITING)) from never


async def look_again(tally: Tally, crowd: Crowd, due: int, copy: Copy) -> None:
    there = await whole.stored() - {due}
    tally.in_the_end = len(there)
    tally.twice = len(crowd.made) - len(set(crowd.made.values()))
    tally.lost += sorted(set(crowd.made.values()) ^ there)
    tally.halves += await whole.halves([due])
    tally.check += await whole.check(copy)
    once = (Activity.verb == "released") & (Activity.thing_id == due)
    assert await Activity.count().where(once) == 1
    assert await Strike.count() == 1
    assert await Booking.count().where(Booking.status == Status.NO_SHOW) == 1
    assert await Notification.count().where(Notification.template == "bookings/released") == 1


async def series(times: int, many: int) -> list[Tally]:
    from tests.simulation.conftest import a_scene

    made = databases.of_this_run(FOLDER)
    await made.prepare()
    tallies = []
    for number in range(times):
        way = list(WAYS)[number % len(WAYS)]
        after = random.randint(many // 10, many * 9 // 10)  # noqa: S311
        async with made.copy() as copy, copy.in_use():
            scene = await a_scene(copy)
            tally = await kill_once(copy, scene.tokens, many, way, after)
        print(f"{number + 1:3}  {tally}", flush=True)  # noqa: T201
        tallies.append(tally)
    return tallies


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--times", type=int, default=10)
    asked.add_argument("--bookings", type=int, default=1000)
    asked.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    given = asked.parse_args()
    with ExitStack() as around:
        around.callback(environment.forget, FOLDER)
        if given.database == "postgresql":
            place = postgres.binaries()
            assert place, "No PostgreSQL here."
            os.environ["FABLAB_TEST_POSTGRES"] = around.enter_context(postgres.server(place))
        os.environ["FABLAB_TEST_DATABASE"] = given.database
        tallies = asyncio.run(series(given.times, given.bookings))
    fine = sum(tally.is_fine for tally in tallies)
    print(f"{fine} of {len(tallies)} fine")  # noqa: T201
    raise SystemExit(fine < len(tallies))


if __name__ == "__main__":
    main()
