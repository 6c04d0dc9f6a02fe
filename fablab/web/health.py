"""For machines that watch the machine: alive, ready, and how much work there was."""

from datetime import timedelta
from typing import Any

from litestar import Response, get

from fablab.core import clock, heartbeat, schema
from fablab.core.errors import Unavailable, WrongSetup
from fablab.core.zones import check_zone_data
from fablab.web.measures import measures
from fablab.web.watching import watch

PROMETHEUS = "text/plain; version=0.0.4"
NO_STORE = {"cache-control": "no-store"}
OK, LONGEST_SILENCE = "ok", timedelta(minutes=1)


@get("/health", name="health", opt={"plain": True}, sync_to_thread=False)
def health() -> Response[dict[str, str]]:
    """Alive: this process answers. Asks nobody else."""
    return Response({"status": OK}, headers=NO_STORE)


@get("/ready", name="ready", opt={"plain": True})
async def ready() -> Response[dict[str, Any]]:
    """Ready for people: 200 when all of these are well, else 503 and what is not."""
    found = {"time_zones": zones(), **await stored()}
    well = all(value == OK for value in found.values())
    said = {"status": OK if well else "not ready", **found}
    headers = NO_STORE if well else {**NO_STORE, "retry-after": "5"}
    return Response(said, status_code=200 if well else 503, headers=headers)


def zones() -> str:
    try:
        check_zone_data()
    except WrongSetup:
        return "old"
    return OK


async def stored() -> dict[str, str]:
    """What only the database can tell."""
    try:
        if await schema.pending():
            return {"database": OK, "schema": "old"}
        return {"database": OK, "schema": OK, "jobs": await jobs()}
    except Unavailable:
        return {"database": "unavailable"}


async def jobs() -> str:
    """Whether somebody, here or beside us, still does what happens by itself."""
    beat = await heartbeat.last(heartbeat.JOBS)
    return OK if beat and clock.now() - beat < LONGEST_SILENCE else "silent"


@get("/metrics", name="metrics", opt={"plain": True}, sync_to_thread=False)
def metrics() -> Response[str]:
    """What this process has answered, as Prometheus reads it."""
    return Response(measures.told(watch.counted()), media_type=PROMETHEUS, headers=NO_STORE)


HEALTH = [health, ready, metrics]
