"""What one process of `fablab serve` runs."""

import asyncio
import ctypes
import signal
import sys
from typing import Any

from fablab.app import create_app
from fablab.commands.serve import CONNECTIONS
from fablab.web.entrance import FabLab
from fablab.web.watching import watch

END_WITH_PARENT = 1  # PR_SET_PDEATHSIG
FILES_BESIDE = 256  # the database, its log, what pages read


def pages_and_jobs() -> FabLab:
    return prepared(create_app())


def pages_alone() -> FabLab:
    """For a node beside which `fablab jobs` runs."""
    return prepared(create_app(jobs=False))


def prepared(app: FabLab) -> FabLab:
    end_with_parent()
    allow_connections()
    app.on_startup.append(end_streams_first)
    return app


def end_with_parent() -> None:
    """If the command is killed hard, so that it cannot stop us, we stop: else the port stays taken.

    Only Linux offers this; elsewhere nothing changes.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(END_WITH_PARENT, signal.SIGTERM)


def allow_connections() -> None:
    """As many open files as connections need, where the system lets us: often it says 1,024."""
    if sys.platform != "win32":
        import resource

        now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = CONNECTIONS + FILES_BESIDE
        if most != resource.RLIM_INFINITY:
            wanted = min(wanted, most)
        if now not in (resource.RLIM_INFINITY, -1) and now < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


async def end_streams_first() -> None:
    """When told to stop: the server waits for open connections, and a stream never ends by itself.

    The server's own handlers, set before this runs, are called as before.
    """
    loop = asyncio.get_running_loop()

    def heard(number: int, frame: Any) -> None:
        loop.call_soon_threadsafe(watch.close)
        if callable(before := earlier[signal.Signals(number)]):
            before(number, frame)

    stops = (signal.SIGTERM, signal.SIGINT)
    earlier = {number: signal.getsignal(number) for number in stops}
    for number in stops:
        signal.signal(number, heard)
