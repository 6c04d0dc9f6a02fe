"""What staff draw elsewhere on the day grid: the rules decide, and say why not."""

import msgspec
from litestar import post
from litestar.params import FromPath

from fablab.bookings import changing
from fablab.bookings.controllers_moving import machine_id
from fablab.bookings.forms import MoveForm
from fablab.core import zones
from fablab.web import forms
from fablab.web.auth import Asked, Here, Machines, SignedIn, staff_only


class Drawn(msgspec.Struct):
    """Where it stands now."""

    machine: str
    starts_at: str
    ends_at: str


@post(
    "/bookings/{booking_id:int}/place",
    name="bookings:place",
    guards=[staff_only],
    status_code=200,
)
async def put(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Drawn:
    """The time and machine that were drawn, or a problem document and nothing is changed.

    Set aside is nothing here: the form of the move asks for a reason.
    """
    wish = forms.read(MoveForm, await forms.form_data(request), place.zone)
    booking = await changing.change(
        viewer,
        booking_id,
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
        machine_id=machine_id(viewer, machines, wish.machine),
    )
    view = machines.by_id(booking.machine)
    times = [zones.iso(at, place.zone) for at in (booking.starts_at, booking.ends_at)]
    return Drawn(view.slug if view else wish.machine, *times)


ROUTES = [put]
