"""The machines, for everybody: what there is, what one of them does and asks."""

from litestar import get
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from fablab.bookings.free import Free, free_times
from fablab.bookings.knowing import known
from fablab.bookings.situation import Situation
from fablab.bookings.usable import reasons
from fablab.core import clock
from fablab.core.errors import NotFound
from fablab.machines.catalogue import Catalogue, MachineView
from fablab.machines.queries import catalogue
from fablab.training.rules import best
from fablab.web.auth import Asked, Asker, Here
from fablab.web.pages import page

ROOMS = "rooms"


@get("/machines", name="machines")
async def index(
    request: Asked,
    place: Here,
    viewer: Asker,
    category: FromQuery[str | None] = None,
    free: FromQuery[str | None] = None,
) -> Template:
    """By category; `category` and `free` narrow the list. An unknown category is the whole list."""
    found = await catalogue()
    machines = found.visible(staff=bool(viewer and viewer.is_staff))
    times = await free_times(place, machines, clock.now())
    chosen = category if category in slugs(found, machines) else None
    shown = tuple(
        machine
        for machine in machines
        if (chosen is None or slug_of(machine) == chosen) and (not free or is_free(machine, times))
    )
    return page(
        request,
        "machines/index.html",
        groups=found.grouped(shown),
        filters=found.grouped(machines),
        free=times,
        chosen=chosen,
        only_free=bool(free),
    )


def slug_of(machine: MachineView) -> str:
    return machine.category.slug if machine.category else ROOMS


def slugs(found: Catalogue, machines: tuple[MachineView, ...]) -> set[str]:
    return {slug_of(group.machines[0]) for group in found.grouped(machines)}


def is_free(machine: MachineView, times: dict[int, Free]) -> bool:
    return machine.id in times and times[machine.id].now


@get("/machines/{slug:str}", name="machine")
async def show(request: Asked, place: Here, viewer: Asker, slug: FromPath[str]) -> Template:
    """What it does, takes and asks, and when it is free next. Hidden ones are for staff."""
    now = clock.now()
    situation = await known(viewer.id, now) if viewer else None
    found = situation.catalogue if situation else await catalogue()
    machine = found.seen(slug, staff=bool(viewer and viewer.is_staff))
    if machine is None:
        raise NotFound("machine")
    return page(
        request,
        "machines/show.html",
        machine=machine,
        policy=machine.policy,
        free=(await free_times(place, [machine], now)).get(machine.id),
        held=held(situation, machine),
        obstacles=reasons(situation, machine, now) if situation else (),
        sisters=sisters(found, machine),
    )


def held(situation: Situation | None, machine: MachineView) -> dict[int, bool]:
    """Of each certification asked, whether this person has it today; empty for visitors."""
    if situation is None:
        return {}
    today = situation.place.calendar.day_of(situation.now)
    return {
        asked.certification_id: best(
            situation.certificates, asked.certification_id, asked.level, today
        )
        is not None
        for asked in machine.asked
    }


def sisters(found: Catalogue, machine: MachineView) -> tuple[MachineView, ...]:
    """The other machines of its category."""
    same = found.of_category(machine.category.slug) if machine.category else ()
    return tuple(each for each in same if each.id != machine.id)


ROUTES = [index, show]
