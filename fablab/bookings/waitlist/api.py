"""JSON for standing in line, and for answering what is offered."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

from litestar import Request, Response, delete, get, post
from litestar.params import FromPath

from fablab.bookings import listing, settling
from fablab.bookings.api import MAY_BOOK, MAY_READ, machine_called, must_not_set
from fablab.bookings.materials import material_called
from fablab.bookings.queries import project_of
from fablab.bookings.schemas import BookingShown, Nothing
from fablab.bookings.waitlist import actions, answering, leaving, queries
from fablab.bookings.waitlist.actions import Wanted
from fablab.bookings.waitlist.schemas import WaitingList, WaitingShown, WaitingWish, shown
from fablab.core.errors import Problem, Refused, Unreadable
from fablab.core.periods import Period
from fablab.core.words import N_
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue
from fablab.members.viewer import Viewer
from fablab.web import once
from fablab.web.auth import Here, Machines, SignedIn
from fablab.web.bodies import body
from fablab.web.openapi import described

Asked = Request[Any, Any, Any]


@get(
    "/waitlist",
    name="api:waitlist",
    tags=["waitlist"],
    guards=MAY_READ,
    opt=described(gives=WaitingList),
)
async def waitlist(viewer: SignedIn, place: Here, machines: Machines) -> WaitingList:
    """Where I stand in line, and what is offered to me."""
    found = await queries.of_member(viewer.id)
    return WaitingList(items=[shown(each, place, machines) for each in found])


@post(
    "/waitlist",
    name="api:wait",
    tags=["waitlist"],
    guards=MAY_BOOK,
    opt=described(takes=WaitingWish, gives=WaitingShown, status=201, also=(200,)),
)
async def wait(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines
) -> Response[bytes]:
    """Stand in line for time that is taken.

    201; the same again is answered 200 with the place one has. What is free already is not waited
    for: 422 `free_already`.
    """
    sent = await body(request, WaitingWish, place.zone)
    must_not_set(sent, ("member",))
    wanted = await wanted_of(sent, viewer, machines)
    ids = await actions.settled(wanted)

    async def act() -> once.Answer:
        joined = await actions.stand(viewer, wanted, ids)
        return once.answer(201 if joined.new else 200, shown(joined.standing, place, machines))

    return await once.once(request, viewer.id, await request.body(), act)


async def wanted_of(sent: WaitingWish, viewer: Viewer, machines: Catalogue) -> Wanted:
    if (sent.machine is None) == (sent.category is None):
        message = N_("Name a machine or a category, one of them.")
        raise Unreadable(Problem("unreadable", message, "machine"))
    window = Period(sent.from_, sent.to)
    length = timedelta(minutes=sent.minutes) if sent.minutes else window.length
    return Wanted(
        machine_id=machine_called(sent.machine, viewer, machines).id if sent.machine else None,
        category_id=category_called(sent.category, machines) if sent.category else None,
        window=window,
        length=length,
        project_id=await project_of(viewer.id, sent.project) if sent.project else None,
        material=material_called(sent.material, machines),
        own_material=sent.own_material,
    )


def category_called(slug: str, machines: Catalogue) -> int:
    for each in machines.categories:
        if each.slug == slug:
            return each.id
    message = N_("There is no category of this name.")
    raise Refused(Problem("unknown_category", message, "category"))


@delete(
    "/waitlist/{waiting_id:int}",
    name="api:leave-line",
    tags=["waitlist"],
    guards=MAY_BOOK,
    status_code=200,
    opt=described(gives=WaitingShown),
)
async def leave(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, waiting_id: FromPath[int]
) -> WaitingShown:
    """Leave the line; what was offered passes on to the next."""
    await body(request, Nothing)
    await leaving.leave(viewer, waiting_id)
    return shown(await leaving.theirs(viewer, waiting_id), place, machines)


@post(
    "/offers/{offer_id:int}/accept",
    name="api:accept",
    tags=["waitlist"],
    guards=MAY_BOOK,
    opt=described(takes=Nothing, gives=BookingShown),
)
async def accept(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, offer_id: FromPath[int]
) -> Response[bytes]:
    """Take what is offered: all rules are asked again. Time that has begun is checked in."""
    doing = partial(answering.accept, viewer, offer_id, via="api")
    return await answered(request, viewer, place, machines, offer_id, doing)


@post(
    "/offers/{offer_id:int}/decline",
    name="api:decline",
    tags=["waitlist"],
    guards=MAY_BOOK,
    opt=described(takes=Nothing, gives=BookingShown),
)
async def decline(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, offer_id: FromPath[int]
) -> Response[bytes]:
    """Let it go: the next in line is asked at once."""
    doing = partial(answering.decline, viewer, offer_id)
    return await answered(request, viewer, place, machines, offer_id, doing)


async def answered(
    request: Asked,
    viewer: Viewer,
    place: Place,
    machines: Catalogue,
    offer_id: int,
    answer: Callable[[], Awaitable[Any]],
) -> Response[bytes]:
    """Once, and shown as it is then. What was due comes first."""
    await body(request, Nothing)
    await answering.offer_of(viewer, offer_id)
    await settling.settle_beside(offer_id)

    async def act() -> once.Answer:
        row = await answer()
        return once.answer(200, await listing.made(viewer, place, machines, row))

    return await once.once(request, viewer.id, await request.body(), act)


ROUTES = [waitlist, wait, leave, accept, decline]
