"""JSON for all of a party at once; a booking that is none is a party of one."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from litestar import Request, Response, post
from litestar.params import FromPath

from fablab.bookings import listing
from fablab.bookings.api import MAY_BOOK
from fablab.bookings.api_handling import done_once
from fablab.bookings.parties import handling
from fablab.bookings.schemas import Cancellation, Nothing, PartyShown
from fablab.bookings.tables import Booking
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue
from fablab.members.viewer import Viewer
from fablab.web.auth import Here, Machines, SignedIn
from fablab.web.bodies import body
from fablab.web.openapi import described

Asked = Request[Any, Any, Any]


@post(
    "/bookings/{booking_id:int}/party/check-in",
    name="api:party-check-in",
    tags=["bookings"],
    guards=MAY_BOOK,
    opt=described(takes=Nothing, gives=PartyShown),
)
async def check_in(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Response[bytes]:
    """Say that you are there for all that were booked together, or for none of it."""
    await body(request, Nothing)
    doing = partial(handling.check_in, viewer, booking_id, via="api")
    return await handled(request, viewer, place, machines, booking_id, doing)


@post(
    "/bookings/{booking_id:int}/party/finish",
    name="api:party-finish",
    tags=["bookings"],
    guards=MAY_BOOK,
    opt=described(takes=Nothing, gives=PartyShown),
)
async def finish(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Response[bytes]:
    """Finish all of it that was checked in."""
    await body(request, Nothing)
    doing = partial(handling.finish, viewer, booking_id)
    return await handled(request, viewer, place, machines, booking_id, doing)


@post(
    "/bookings/{booking_id:int}/party/cancel",
    name="api:party-cancel",
    tags=["bookings"],
    guards=MAY_BOOK,
    opt=described(takes=Cancellation, gives=PartyShown),
)
async def cancel(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Response[bytes]:
    """Give all of it back. After the deadline only with `give_up`, else `cancel_too_late`."""
    sent = await body(request, Cancellation)
    doing = partial(handling.cancel, viewer, booking_id, reason=sent.reason, give_up=sent.give_up)
    return await handled(request, viewer, place, machines, booking_id, doing)


async def handled(
    request: Asked,
    viewer: Viewer,
    place: Place,
    machines: Catalogue,
    booking_id: int,
    handle: Callable[[], Awaitable[list[Booking]]],
) -> Response[bytes]:
    """Do something to all of it once, and show it as it is then."""

    async def act() -> PartyShown:
        return PartyShown(await listing.these(viewer, place, machines, await handle()))

    return await done_once(request, viewer, booking_id, act)


ROUTES = [check_in, finish, cancel]
