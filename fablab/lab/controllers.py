"""The front door: is it open, what is free, how does one join; and the charter."""

from datetime import timedelta
from typing import Any

from litestar import get
from litestar.response import Template

from fablab.bookings.free import free_times
from fablab.core import clock
from fablab.lab.place import Place
from fablab.machines.catalogue import Group
from fablab.machines.queries import catalogue
from fablab.web.auth import Asked, Asker, Here
from fablab.web.pages import page

WEEK = 7
DAY = timedelta(days=1)


@get("/", name="home")
async def home(request: Asked, place: Here) -> Template:
    now = clock.now()
    found = await catalogue()
    machines = found.visible()
    free = await free_times(place, machines, now)
    groups = [group for group in found.grouped(machines) if any_free(group, free)]
    return page(
        request,
        "lab/home.html",
        now=now,
        free=free,
        groups=groups,
        machine_count=len(machines),
        **hours_now(place),
    )


def any_free(group: Group, free: dict[int, Any]) -> bool:
    return any(machine.id in free and free[machine.id].now for machine in group.machines)


def hours_now(place: Place) -> dict[str, Any]:
    """Whether it is open, until when, when it opens next, and the week from today on."""
    now, calendar = clock.now(), place.calendar
    today = calendar.day_of(now)
    window, opening = calendar.window_at(now), calendar.next_opening(now)
    return {
        "open_now": window,
        "closes_at": calendar.next_closing(now) if window else None,
        "next_opening": opening,
        "opens_tomorrow": opening is not None and calendar.day_of(opening.start) == today + DAY,
        "next_open_lab": calendar.next_open_lab(now),
        "today": calendar.opening(today),
        "week": calendar.days(today, WEEK),
    }


@get("/charter", name="charter")
async def charter(request: Asked, place: Here, viewer: Asker) -> Template:
    text = place.charter
    accepted = bool(viewer and text and viewer.charter_version >= text.version)
    return page(request, "lab/charter.html", charter=text, accepted=accepted, now=clock.now())


ROUTES = [home, charter]
