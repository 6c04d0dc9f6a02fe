"""JSON for staff: a booking was interrupted, or its member was here after all."""

from functools import partial
from typing import Annotated

import msgspec
from litestar import Response, post
from litestar.params import FromPath

from fablab.bookings import correcting, interrupting
from fablab.bookings.api import MAY_BOOK
from fablab.bookings.api_handling import Asked, handled
from fablab.bookings.calling_off import Ended
from fablab.bookings.queries import staff_alone
from fablab.bookings.schemas import BookingShown, Text
from fablab.web.auth import Here, Machines, SignedIn
from fablab.web.bodies import body
from fablab.web.openapi import described


class Interruption(msgspec.Struct):
    """What ended it, and words for its owner."""

    reason: Ended
    note: Text = ""


class Correction(msgspec.Struct):
    """Why it is corrected."""

    reason: Annotated[str, msgspec.Meta(max_length=500)] = ""


@post(
    "/bookings/{booking_id:int}/interrupt",
    name="api:interrupt",
    tags=["bookings"],
    guards=MAY_BOOK,
    opt=described(takes=Interruption, gives=BookingShown),
)
async def interrupt(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Response[bytes]:
    """For staff: end what runs. No strike, unused hours back; its owner is told, once."""
    await staff_alone(viewer, booking_id, interrupting.FOR_STAFF)
    sent = await body(request, Interruption)
    doing = partial(interrupting.interrupt, viewer, booking_id, sent.reason, sent.note)
    return await handled(request, viewer, place, machines, booking_id, doing)


@post(
    "/bookings/{booking_id:int}/was-here",
    name="api:was-here",
    tags=["bookings"],
    guards=MAY_BOOK,
    opt=described(takes=Correction, gives=BookingShown),
)
async def was_here(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Response[bytes]:
    """For staff: a no-show was here. Completed, its strike forgiven, its hold looked at again."""
    await staff_alone(viewer, booking_id, correcting.FOR_STAFF)
    sent = await body(request, Correction)
    doing = partial(correcting.was_here, viewer, booking_id, reason=sent.reason)
    return await handled(request, viewer, place, machines, booking_id, doing)


ROUTES = [interrupt, was_here]
