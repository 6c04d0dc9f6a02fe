"""JSON for saying that one will be late."""

from functools import partial

from litestar import Response, post
from litestar.params import FromPath

from fablab.bookings import lateness
from fablab.bookings.api import MAY_BOOK
from fablab.bookings.api_handling import Asked, handled
from fablab.bookings.schemas import BookingShown, Nothing
from fablab.web.auth import Here, Machines, SignedIn
from fablab.web.bodies import body
from fablab.web.openapi import described


@post(
    "/bookings/{booking_id:int}/late",
    name="api:late",
    tags=["bookings"],
    guards=MAY_BOOK,
    opt=described(takes=Nothing, gives=BookingShown),
)
async def late(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Response[bytes]:
    """Say once that you will be ten minutes late: `release_at` moves, never past the end.

    From a day before the start until the slot is released.
    """
    await body(request, Nothing)
    doing = partial(lateness.announce, viewer, booking_id)
    return await handled(request, viewer, place, machines, booking_id, doing)


ROUTES = [late]
