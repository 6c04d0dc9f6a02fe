"""JSON for everybody: what is free."""

from datetime import timedelta
from typing import Any

from litestar import Request, get

from fablab.bookings import openings
from fablab.bookings.api_schedule import seen, stretch
from fablab.bookings.schemas import OpeningList, OpeningsAsked, OpeningShown
from fablab.core import clock, zones
from fablab.machines.catalogue import Catalogue, MachineView
from fablab.web.auth import Asker, Here, Machines
from fablab.web.bodies import query
from fablab.web.openapi import described

Asked = Request[Any, Any, Any]


@get(
    "/openings",
    name="api:openings",
    tags=["schedule"],
    opt=described(asks=OpeningsAsked, gives=OpeningList),
)
async def free_openings(
    request: Asked, viewer: Asker, place: Here, machines: Machines
) -> OpeningList:
    """Free stretches of a machine or a category, the earliest first; of all without either."""
    asked = query(request, OpeningsAsked, place.zone)
    chosen = wanted(machines, asked, viewer)
    now = clock.now()
    during = stretch(max(asked.from_ or now, now), asked.to)
    length = timedelta(minutes=asked.minutes or 0)
    found = await openings.openings(chosen, place.calendar, during, length)
    return OpeningList(
        items=[
            OpeningShown(
                each.machine.slug,
                zones.iso(each.period.start, place.zone),
                zones.iso(each.period.end, place.zone),
            )
            for each in found
        ]
    )


def wanted(machines: Catalogue, asked: OpeningsAsked, viewer: Asker) -> tuple[MachineView, ...]:
    if asked.machine is not None:
        return (seen(machines, asked.machine, viewer),)
    if asked.category is not None:
        return machines.of_category(asked.category)
    return machines.visible()


ROUTES = [free_openings]
