"""JSON for everybody: who has what when, and what is free. Names only where they may be seen."""

from datetime import datetime, timedelta
from typing import Any

from litestar import Request, get
from litestar.params import FromPath

from fablab.bookings import openings, schedule
from fablab.bookings.schedule import Block
from fablab.bookings.schemas import (
    BlockList,
    BlockShown,
    DayAsked,
    DayShown,
    During,
    MachineDay,
    OpeningList,
    OpeningsAsked,
    OpeningShown,
    OpenShown,
)
from fablab.core import clock, i18n, zones
from fablab.core.errors import NotFound, Problem, Unreadable
from fablab.core.periods import Period
from fablab.core.words import N_
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue, MachineView
from fablab.web.auth import Asker, Here, Machines
from fablab.web.bodies import query
from fablab.web.openapi import described

Asked = Request[Any, Any, Any]
FARTHEST = timedelta(days=62)
WEEK = timedelta(days=7)


@get(
    "/machines/{slug:str}/bookings",
    name="api:machine-bookings",
    tags=["schedule"],
    opt=described(asks=During, gives=BlockList),
)
async def machine_bookings(
    request: Asked, viewer: Asker, place: Here, machines: Machines, slug: FromPath[str]
) -> BlockList:
    """What occupies a machine, in order of start."""
    view = seen(machines, slug, viewer)
    asked = query(request, During, place.zone)
    during = stretch(asked.from_, asked.to)
    found = await schedule.blocks(during, viewer, machine_id=view.id, names=place.shows_names)
    return BlockList(items=[shown(block, place) for block in found])


@get(
    "/schedule",
    name="api:schedule",
    tags=["schedule"],
    opt=described(asks=DayAsked, gives=DayShown),
)
async def day(request: Asked, viewer: Asker, place: Here, machines: Machines) -> DayShown:
    """The whole lab's day in one answer; today's unless a date is given."""
    asked = query(request, DayAsked, place.zone).date
    date = asked or zones.local_date(clock.now(), place.zone)
    whole = day_of(date, place)
    found = schedule.by_machine(await schedule.blocks(whole, viewer, names=place.shows_names))
    shown_to = machines.visible(staff=bool(viewer and viewer.is_staff))
    return DayShown(
        date=date,
        timezone=place.zone_name,
        open=[opened(window, place) for window in place.calendar.opening(date).windows],
        machines=[
            MachineDay(view.slug, [shown(each, place) for each in found.get(view.id, [])])
            for view in shown_to
        ],
    )


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


def seen(machines: Catalogue, slug: str, viewer: Asker) -> MachineView:
    if view := machines.seen(slug, staff=bool(viewer and viewer.is_staff)):
        return view
    raise NotFound("machine")


def stretch(start: datetime | None, end: datetime | None) -> Period:
    """At most 62 days, not backwards: else `Unreadable`."""
    found = openings.bounded(start, end, clock.now(), WEEK)
    if end is not None and start is not None and end < start:
        raise Unreadable(Problem("unreadable", N_("The end must come after the start."), "to"))
    if found.length > FARTHEST:
        message = N_("At most {most} at a time.")
        raise Unreadable(Problem("too_long", message, "to", {"most": FARTHEST}, FARTHEST))
    return found


def day_of(date: Any, place: Place) -> Period:
    try:
        return zones.day(date, place.zone)
    except OverflowError as far:
        raise Unreadable(Problem("unreadable", N_("This day is out of reach."), "date")) from far


def opened(window: Period, place: Place) -> OpenShown:
    return OpenShown(zones.iso(window.start, place.zone), zones.iso(window.end, place.zone))


def shown(block: Block, place: Place) -> BlockShown:
    return BlockShown(
        id=block.id,
        kind=block.kind,
        status=block.status,
        starts_at=zones.iso(block.starts_at, place.zone),
        ends_at=zones.iso(block.ends_at, place.zone),
        busy_until=zones.iso(block.busy_until, place.zone),
        mine=block.mine,
        who=block.who.say(i18n.language.get()) if block.who else None,
    )


ROUTES = [machine_bookings, day, free_openings]
