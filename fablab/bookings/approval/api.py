"""JSON for staff who decide requests."""

from functools import partial
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, post
from litestar.params import FromPath

from fablab.bookings.api import override
from fablab.bookings.api_handling import handled
from fablab.bookings.approval import actions
from fablab.bookings.queries import staff_alone
from fablab.bookings.schemas import BookingShown, OverrideWish
from fablab.web.auth import Here, Machines, SignedIn, signed_in
from fablab.web.bodies import body
from fablab.web.openapi import described

Asked = Request[Any, Any, Any]
Words = Annotated[str, msgspec.Meta(max_length=500)]


class Approval(msgspec.Struct):
    """Words for who asked, and the rules that are set aside, if any."""

    reason: Words = ""
    override: OverrideWish | None = None


class Rejection(msgspec.Struct):
    """Words for who asked."""

    reason: Words = ""


@post(
    "/bookings/{booking_id:int}/approve",
    name="api:approve",
    tags=["bookings"],
    guards=[signed_in],
    opt=described(takes=Approval, gives=BookingShown),
)
async def approve(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Response[bytes]:
    """Grant a request. All rules are asked again; who comes second hears who was first."""
    await staff_alone(viewer, booking_id, actions.FOR_STAFF)
    sent = await body(request, Approval)
    aside = override(sent.override)
    doing = partial(actions.approve, viewer, booking_id, note=sent.reason, override=aside)
    return await handled(request, viewer, place, machines, booking_id, doing)


@post(
    "/bookings/{booking_id:int}/reject",
    name="api:reject",
    tags=["bookings"],
    guards=[signed_in],
    opt=described(takes=Rejection, gives=BookingShown),
)
async def reject(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Response[bytes]:
    """Refuse a request, with words for who asked. Its time is free at once."""
    await staff_alone(viewer, booking_id, actions.FOR_STAFF)
    sent = await body(request, Rejection)
    doing = partial(actions.reject, viewer, booking_id, note=sent.reason)
    return await handled(request, viewer, place, machines, booking_id, doing)


ROUTES = [approve, reject]
