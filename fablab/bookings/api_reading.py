"""JSON for members and their programs: the bookings they have, one and all."""

from datetime import datetime
from typing import Any

from litestar import Request, get
from litestar.params import FromPath

from fablab.bookings import listing
from fablab.bookings.api import MAY_READ
from fablab.bookings.schemas import BookingList, BookingShown, ListAsked
from fablab.core.errors import NotFound
from fablab.web import paging
from fablab.web.auth import Here, Machines, SignedIn
from fablab.web.bodies import query
from fablab.web.openapi import described

Asked = Request[Any, Any, Any]


@get(
    "/bookings",
    name="api:bookings",
    tags=["bookings"],
    guards=MAY_READ,
    opt=described(asks=ListAsked, gives=BookingList),
)
async def bookings(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines
) -> dict[str, Any]:
    """My bookings and my projects', in order of start; staff see everybody's."""
    asked = query(request, ListAsked, place.zone)
    view = machines.seen(asked.machine, staff=viewer.is_staff) if asked.machine else None
    if asked.machine and view is None:
        raise NotFound("machine")
    wanted = paging.wanted(asked.limit, asked.cursor, datetime, int)
    rows = await listing.several(
        viewer,
        limit=wanted.limit + 1,
        after=wanted.after,
        mine=asked.mine,
        machine_id=view.id if view else None,
        start=asked.from_,
        end=asked.to,
        status=asked.status,
    )
    return paging.piece(
        rows,
        wanted,
        show=lambda row: listing.shown(row, viewer, place, machines),
        at=lambda row: (row["starts_at"], row["id"]),
    )


@get(
    "/bookings/{booking_id:int}",
    name="api:booking",
    tags=["bookings"],
    guards=MAY_READ,
    opt=described(gives=BookingShown),
)
async def booking(
    viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> BookingShown:
    """One of my bookings."""
    return await listing.one(viewer, place, machines, booking_id)


ROUTES = [bookings, booking]
