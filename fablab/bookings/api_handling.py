"""JSON for what happens to a booking that exists: change, check in, finish, cancel."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import msgspec
from litestar import Request, Response, patch, post
from litestar.params import FromPath

from fablab.bookings import cancelling, changing, checkin, listing, settling
from fablab.bookings.api import MAY_BOOK, NOT_THEIRS, machine_called, must_not_set, override
from fablab.bookings.materials import material_called
from fablab.bookings.schemas import BookingChange, BookingShown, Cancellation, Finish, Slug
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue
from fablab.members.viewer import Viewer
from fablab.web import once
from fablab.web.auth import Here, Machines, SignedIn
from fablab.web.bodies import body
from fablab.web.openapi import described

Asked = Request[Any, Any, Any]


class CheckIn(msgspec.Struct):
    """What goes in, where it is not what was booked: one of the machine's lists, or `unknown`."""

    material: Slug | None = None
    own_material: bool | None = None


@patch(
    "/bookings/{booking_id:int}",
    name="api:change",
    tags=["bookings"],
    guards=MAY_BOOK,
    opt=described(takes=BookingChange, gives=BookingShown),
)
async def change(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> BookingShown:
    """Move it, or change its end. Refused, it stays as it was."""
    sent = await body(request, BookingChange, place.zone)
    must_not_set(sent, ("member", *NOT_THEIRS))
    view = machine_called(sent.machine, viewer, machines) if sent.machine else None
    await changing.change(
        viewer,
        booking_id,
        starts_at=sent.starts_at,
        ends_at=sent.ends_at,
        machine_id=view.id if view else None,
        material=said(sent.material, machines),
        own_material=sent.own_material,
        override=override(sent.override),
    )
    return await listing.one(viewer, place, machines, booking_id)


@post(
    "/bookings/{booking_id:int}/check-in",
    name="api:check-in",
    tags=["bookings"],
    guards=MAY_BOOK,
    opt=described(takes=CheckIn, gives=BookingShown),
)
async def check_in(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Response[bytes]:
    """Say that you are there, from a little before the start until the slot is released."""
    sent = await body(request, CheckIn)
    doing = partial(
        checkin.check_in,
        viewer,
        booking_id,
        via="api",
        material=said(sent.material, machines),
        own_material=sent.own_material,
    )
    return await handled(request, viewer, place, machines, booking_id, doing)


@post(
    "/bookings/{booking_id:int}/finish",
    name="api:finish",
    tags=["bookings"],
    guards=MAY_BOOK,
    opt=described(takes=Finish, gives=BookingShown),
)
async def finish(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Response[bytes]:
    """Finish early: the rest is free for others, the minutes of use are counted."""
    sent = await body(request, Finish)
    doing = partial(checkin.finish, viewer, booking_id, note=sent.reason)
    return await handled(request, viewer, place, machines, booking_id, doing)


@post(
    "/bookings/{booking_id:int}/cancel",
    name="api:cancel",
    tags=["bookings"],
    guards=MAY_BOOK,
    opt=described(takes=Cancellation, gives=BookingShown),
)
async def cancel(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Response[bytes]:
    """Give the time back. After the deadline only with `give_up`, else `cancel_too_late`."""
    sent = await body(request, Cancellation)
    doing = partial(cancelling.cancel, viewer, booking_id, reason=sent.reason, give_up=sent.give_up)
    return await handled(request, viewer, place, machines, booking_id, doing)


def said(material: str | None, machines: Catalogue) -> str | None:
    """None where nothing was said: it stays as booked."""
    return None if material is None else material_called(material, machines)


async def handled(
    request: Asked,
    viewer: Viewer,
    place: Place,
    machines: Catalogue,
    booking_id: int,
    handle: Callable[[], Awaitable[Any]],
) -> Response[bytes]:
    """Do something to a booking once, and show it as it is then."""

    async def act() -> Any:
        await handle()
        return await listing.one(viewer, place, machines, booking_id)

    return await done_once(request, viewer, booking_id, act)


async def done_once(
    request: Asked, viewer: Viewer, booking_id: int, act: Callable[[], Awaitable[Any]]
) -> Response[bytes]:
    """Act once, and answer what comes of it. What was due at its machine comes first."""
    await settling.settle_beside(booking_id)

    async def answer() -> once.Answer:
        return once.answer(200, await act())

    return await once.once(request, viewer.id, await request.body(), answer)


ROUTES = [change, check_in, finish, cancel]
