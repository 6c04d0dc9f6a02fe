"""Workers to compare with: a text from memory, a lab that never rests, one under the profiler."""

import cProfile
import os
from typing import Any

from fablab.commands.worker import end_with_parent, pages_alone, pages_and_jobs


def plain() -> Any:
    """The least the framework can do on this server: what the figures are held against."""
    from litestar import Litestar, MediaType, get

    end_with_parent()

    @get("/health", media_type=MediaType.TEXT, sync_to_thread=False)
    def text() -> str:
        return "Hello, lab."

    return Litestar([text], openapi_config=None, logging_config=None)


def restless() -> Any:
    """Every look finds that somebody booked on every machine: no answer can be used again."""
    from bench.inside import restlessness

    restlessness.begin()
    return usual()


def usual() -> Any:
    return pages_and_jobs() if os.environ.get("BENCH_JOBS") else pages_alone()


def profiled() -> Any:
    return under_profile(usual())


def restless_profiled() -> Any:
    return under_profile(restless())


def under_profile(app: Any) -> Any:
    """What the worker's thread did goes into the file $BENCH_PROFILE when the server stops."""
    profile = cProfile.Profile()

    def begin() -> None:
        profile.enable()

    def end() -> None:
        profile.disable()
        profile.dump_stats(os.environ["BENCH_PROFILE"])

    app.on_startup.append(begin)
    app.on_shutdown.append(end)
    return app
