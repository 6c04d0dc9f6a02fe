"""The button on a booking's page that says one will be ten minutes late."""

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from fablab.bookings import lateness
from fablab.bookings.controllers_handling import DONE, handled
from fablab.bookings.forms import Nothing
from fablab.core.i18n import gettext
from fablab.web import forms
from fablab.web.auth import Asked, Here, Machines, SignedIn


@post("/bookings/{booking_id:int}/late", name="bookings:late", **DONE)
async def late(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Template | Redirect:
    async def act() -> None:
        forms.read(Nothing, await forms.form_data(request), place.zone)
        await lateness.announce(viewer, booking_id)

    text = gettext("Noted: the slot waits ten minutes longer.")
    return await handled(request, viewer, place, machines, booking_id, act, text)


ROUTES = [late]
