"""The second person of a booking: the page where they answer, and naming somebody else."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from fablab.bookings import settling
from fablab.bookings.approval import company
from fablab.bookings.controllers_handling import handled
from fablab.bookings.controllers_making import member_called
from fablab.core import clock
from fablab.core.errors import NotFound, Problem, Refused
from fablab.core.i18n import gettext
from fablab.core.words import Words
from fablab.machines.catalogue import Catalogue
from fablab.members.queries import names
from fablab.members.viewer import Viewer
from fablab.web import forms
from fablab.web.auth import Asked, Here, Machines, SignedIn, signed_in
from fablab.web.pages import go, page

OWN: dict[str, Any] = {"guards": [signed_in]}
DONE: dict[str, Any] = {"guards": [signed_in], "status_code": 303}


class BuddyForm(msgspec.Struct):
    """The member number of whoever is to come along."""

    buddy: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]


class Nothing(msgspec.Struct):
    """A form of one button."""


@get("/bookings/{booking_id:int}/buddy", name="bookings:buddy", **OWN)
async def show(
    request: Asked, viewer: SignedIn, machines: Machines, booking_id: FromPath[int]
) -> Template:
    """For whoever was named alone: who asks, and when. Nothing happens by looking."""
    booking = await company.asked_of(viewer, booking_id)
    await settling.settle([booking.machine])
    return await shown(request, viewer, machines, booking_id)


async def shown(
    request: Asked,
    viewer: Viewer,
    machines: Catalogue,
    booking_id: int,
    problems: Sequence[Problem] = (),
) -> Template:
    booking = await company.asked_of(viewer, booking_id)
    view = machines.by_id(booking.machine)
    if view is None:
        raise NotFound("machine")
    return page(
        request,
        "bookings/buddy.html",
        status=422 if problems else 200,
        problems=problems,
        booking=booking,
        machine=view,
        who=(await names([booking.member])).get(booking.member or 0, Words()),
        open=booking.status in company.OPEN and booking.starts_at > clock.now(),
        agreed=company.has_agreed(booking),
    )


@post("/bookings/{booking_id:int}/buddy/agree", name="bookings:agree", **DONE)
async def agree(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Template | Redirect:
    forms.read(Nothing, await forms.form_data(request), place.zone)
    try:
        await company.agree(viewer, booking_id)
    except Refused as refused:
        return await shown(request, viewer, machines, booking_id, refused.problems)
    text = gettext("You come along. Whoever asked you has been told.")
    return go(request, f"/bookings/{booking_id}/buddy", text)


@post("/bookings/{booking_id:int}/buddy/decline", name="bookings:decline", **DONE)
async def decline(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Template | Redirect:
    forms.read(Nothing, await forms.form_data(request), place.zone)
    try:
        await company.decline(viewer, booking_id)
    except Refused as refused:
        return await shown(request, viewer, machines, booking_id, refused.problems)
    return go(request, "/me", gettext("You do not come along. Whoever asked you has been told."))


@post("/bookings/{booking_id:int}/buddy", name="bookings:name-buddy", **DONE)
async def name_buddy(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Template | Redirect:
    """Somebody else is asked instead."""

    async def act() -> None:
        form = forms.read(BuddyForm, await forms.form_data(request), place.zone)
        buddy = await member_called(form.buddy, "buddy")
        assert buddy is not None
        await company.name_buddy(viewer, booking_id, buddy)

    text = gettext("They are asked now. The booking is confirmed once they agree.")
    return await handled(request, viewer, place, machines, booking_id, act, text)


ROUTES = [show, agree, decline, name_buddy]
