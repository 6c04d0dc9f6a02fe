"""The buttons of a party: there for all of it, all of it done, all of it given back."""

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from fablab.bookings.controllers_handling import DONE, handled
from fablab.bookings.forms import CancelForm, Nothing
from fablab.bookings.parties import handling
from fablab.core.i18n import gettext
from fablab.web import forms
from fablab.web.auth import Asked, Here, Machines, SignedIn


@post("/bookings/{booking_id:int}/party/check-in", name="bookings:party-check-in", **DONE)
async def check_in(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Template | Redirect:
    async def act() -> None:
        forms.read(Nothing, await forms.form_data(request), place.zone)
        await handling.check_in(viewer, booking_id)

    text = gettext("All of it is checked in. Good work!")
    return await handled(request, viewer, place, machines, booking_id, act, text)


@post("/bookings/{booking_id:int}/party/finish", name="bookings:party-finish", **DONE)
async def finish(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Template | Redirect:
    async def act() -> None:
        forms.read(Nothing, await forms.form_data(request), place.zone)
        await handling.finish(viewer, booking_id)

    text = gettext("All of it is finished: the rest of the time is free for others.")
    return await handled(request, viewer, place, machines, booking_id, act, text)


@post("/bookings/{booking_id:int}/party/cancel", name="bookings:party-cancel", **DONE)
async def cancel(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Template | Redirect:
    """Asked once on the page, beside cancelling this one alone."""

    async def act() -> None:
        form = forms.read(CancelForm, await forms.form_data(request), place.zone)
        await handling.cancel(viewer, booking_id, reason=form.reason, give_up=form.give_up)

    text = gettext("All of it is cancelled and its time free again.")
    return await handled(request, viewer, place, machines, booking_id, act, text)


ROUTES = [check_in, finish, cancel]
