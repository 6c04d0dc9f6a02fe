"""JSON for everybody: what is free."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from litestar import Request, get

from fablab.bookings import openings
from fablab.bookings.api_schedule import seen, stretch
from fablab.bookings.finding import looking
from fablab.bookings.finding.search import Sought
from fablab.bookings.knowing import known_in
from fablab.bookings.schemas_schedule import OpeningList, OpeningsAsked, OpeningShown
from fablab.core import clock, zones
from fablab.core.errors import Unauthorized
from fablab.core.periods import Period
from fablab.lab.place import Place
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
    """Free stretches of a machine or a category, the earliest first; of all without either.

    With `usable` each begins where I may book so many minutes, or the machine's fewest, by every
    rule of the lab.
    """
    asked = query(request, OpeningsAsked, place.zone)
    chosen = wanted(machines, asked, viewer)
    now = clock.now()
    during = stretch(max(asked.from_ or now, now), asked.to)
    length = timedelta(minutes=asked.minutes or 0)
    if asked.usable:
        return shown(await usable(viewer, place, machines, Sought(chosen, length, during)), place)
    found = await openings.openings(chosen, place.calendar, during, length)
    return shown([(each.machine, each.period) for each in found], place)


def shown(found: Iterable[tuple[MachineView, Period]], place: Place) -> OpeningList:
    return OpeningList(
        items=[
            OpeningShown(
                machine.slug,
                zones.iso(period.start, place.zone),
                zones.iso(period.end, place.zone),
            )
            for machine, period in found
        ]
    )


async def usable(
    viewer: Asker, place: Place, machines: Catalogue, sought: Sought
) -> list[tuple[MachineView, Period]]:
    if viewer is None:
        raise Unauthorized
    situation = await known_in(place, machines, viewer.id, clock.now())
    found = await looking.find(situation, sought)
    return [(each.machine, Period(each.period.start, each.until)) for each in found]


def wanted(machines: Catalogue, asked: OpeningsAsked, viewer: Asker) -> tuple[MachineView, ...]:
    if asked.machine is not None:
        return (seen(machines, asked.machine, viewer),)
    if asked.category is not None:
        return machines.of_category(asked.category)
    return machines.visible()


ROUTES = [free_openings]
