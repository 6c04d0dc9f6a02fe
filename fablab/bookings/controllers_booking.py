"""The booking form: choose a machine, choose among its legal times."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from litestar import get
from litestar.params import FromQuery
from litestar.response import Template

from fablab.bookings import settling, wanting
from fablab.bookings.alternatives import sisters
from fablab.bookings.asking import Denied
from fablab.bookings.free import free_times
from fablab.bookings.materials import lists_of
from fablab.bookings.meters import meters
from fablab.bookings.offering import Offer, offer
from fablab.bookings.offering_any import offer_any, usable_of
from fablab.bookings.pages import days, times
from fablab.bookings.pages.asking import (
    at_any_time,
    instant,
    overridable,
    person_of,
    projects_of,
    situation_of,
    wanted_day,
)
from fablab.bookings.pages.whom import Whom, of_id
from fablab.bookings.situation import Situation
from fablab.bookings.usable import missing, reasons
from fablab.core import zones
from fablab.core.errors import NotFound, Problem
from fablab.lab.place import Place
from fablab.machines.catalogue import CategoryView, MachineView
from fablab.members.viewer import Viewer
from fablab.web import forms
from fablab.web.auth import Asked, Here, Machines, SignedIn, signed_in
from fablab.web.pages import page

MOST_SEATS = 12


@get("/bookings/new", name="bookings:new", guards=[signed_in])
async def new(
    request: Asked,
    viewer: SignedIn,
    place: Here,
    machines: Machines,
    machine: FromQuery[str | None] = None,
    category: FromQuery[str | None] = None,
    start: FromQuery[str | None] = None,
    end: FromQuery[str | None] = None,
    date: FromQuery[str | None] = None,
    member: FromQuery[str | None] = None,
    who: FromQuery[str | None] = None,
) -> Template:
    """Without `machine` a list to choose from. `start` and `end` are proposed if they are legal.
    Of a `category` any machine that is free then will do.

    Staff book for the `member` of that number, or look for one by name with `who`.
    """
    person, unknown = await person_of(viewer, member, who)
    situation = await situation_of(viewer, place, machines, person)
    if category:
        return await any_of(request, viewer, situation, category, start, end, date, person)
    view = situation.catalogue.seen(machine or "", staff=viewer.is_staff)
    if view is None:
        if machine:
            raise NotFound("machine")
        return await choose(request, place, situation, person, unknown)
    await settling.settle([view.id])
    begin, problems = instant(start, place)
    finish, _ = instant(end, place)
    day = wanted_day(date, begin, situation)
    found = await offer(situation, view, day, start=begin, end=finish)
    values = {"key": forms.new_key()}
    if viewer.is_staff:
        values |= at_any_time(begin, finish, place)
    problems = (*unknown, *problems)
    return await form_page(request, viewer, situation, found, values, problems, person=person)


async def any_of(
    request: Asked,
    viewer: Viewer,
    situation: Situation,
    category: str,
    start: str | None,
    end: str | None,
    date: str | None,
    person: Whom,
) -> Template:
    """The same form for a family: its times are those of all of its machines."""
    family = situation.catalogue.of_category(category)
    if not family:
        raise NotFound("category")
    views = usable_of(situation, family, situation.now)
    await settling.settle([view.id for view in views])
    begin, problems = instant(start, situation.place)
    finish, _ = instant(end, situation.place)
    day = wanted_day(date, begin, situation)
    found = await offer_any(situation, views, day, start=begin, end=finish)
    values = {"key": forms.new_key()}
    return await form_page(
        request,
        viewer,
        situation,
        found,
        values,
        problems,
        person=person,
        family=found.machine.category,
    )


async def choose(
    request: Asked,
    place: Place,
    situation: Situation,
    person: Whom,
    problems: Sequence[Problem],
) -> Template:
    """Every machine by category, those this person may use first."""
    machines = situation.catalogue.visible()
    needs = {view.id: missing(situation, view, situation.now) for view in machines}
    usable = tuple(view for view in machines if not needs[view.id])
    barred = tuple(view for view in machines if needs[view.id])
    return page(
        request,
        "bookings/choose.html",
        problems=problems,
        whom=person,
        keep={"member": person.number} if person.chosen else {},
        groups=situation.catalogue.grouped(usable),
        barred=barred,
        needs=needs,
        free=await free_times(place, machines, situation.now),
    )


async def form_page(
    request: Asked,
    viewer: Viewer,
    situation: Situation,
    found: Offer,
    values: dict[str, Any],
    problems: Sequence[Problem] = (),
    status: int = 200,
    denied: Denied | None = None,
    person: Whom | None = None,
    now_refused: bool = False,
    family: CategoryView | None = None,
) -> Template:
    """The form with what was typed; refused, with what could be booked instead."""
    person = person or await of_id(viewer, situation.person.id)
    zone, view = situation.place.zone, found.machine
    typed = values.get("starts_at", ""), values.get("ends_at", "")
    if found.proposed and not problems:
        proposed = {"starts_at": found.proposed.start, "ends_at": found.proposed.end}
        values = {name: zones.iso(at, zone) for name, at in proposed.items()} | values
    own, set_aside = person.chosen is None, overridable(problems, viewer)
    keep = {"category": family.slug} if family else {"machine": view.slug}
    keep |= {} if own else {"member": person.number}
    return page(
        request,
        "bookings/new.html",
        status=status,
        problems=problems,
        values=values,
        machine=view,
        family=family,
        sisters=further(situation, view),
        seat_numbers=[(each, each) for each in range(1, min(view.units, MOST_SEATS) + 1)],
        offer=found,
        now=situation.now,
        starts=times.options(found.starts, found.day, zone, typed[:1]),
        ends=times.options(found.ends, found.day, zone, typed[1:]),
        now_ends=times.options(found.now_ends, found.day, zone),
        now_refused=now_refused and bool(set_aside),
        days=days.links(
            situation.place.calendar,
            situation.place.calendar.day_of(situation.now),
            found.day,
            lambda day: f"/bookings/new?{urlencode(keep | {'date': day})}",
            found.last,
        ),
        keep=keep,
        whom=person,
        today=situation.place.calendar.day_of(situation.now),
        tallies=await meters(situation, found.day, view),
        opening=situation.place.calendar.opening(found.day),
        materials=lists_of(view, situation.catalogue),
        projects=await projects_of(situation.person.id),
        obstacles=() if problems else reasons(situation, view, situation.now),
        others=await wanting.instead(denied) if denied else [],
        new_key=forms.new_key,
        overridable=set_aside,
    )


def further(situation: Situation, view: MachineView) -> list[MachineView]:
    """The machines of its family that this person could have at the same time."""
    if view.is_room or view.category is None:
        return []
    return [
        each
        for each in sisters(situation, view)
        if each.works and not missing(situation, each, situation.now)
    ]


ROUTES = [new]
