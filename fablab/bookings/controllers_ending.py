"""The buttons of a booking's page for an end that nobody planned: still running, interrupted,
and an absence that was none."""

from typing import Annotated

import msgspec
from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from fablab.bookings import correcting, interrupting, overrunning
from fablab.bookings.calling_off import Ended
from fablab.bookings.controllers_handling import DONE, handled, shown
from fablab.bookings.forms import Nothing, Short
from fablab.bookings.overrunning import Running
from fablab.bookings.queries import staff_alone
from fablab.core import formats
from fablab.core.errors import Refused
from fablab.core.i18n import gettext
from fablab.web import forms
from fablab.web.auth import Asked, Here, Machines, SignedIn
from fablab.web.flash import Kind
from fablab.web.pages import go


class InterruptForm(msgspec.Struct):
    because: Ended
    note: Short = ""


class CorrectForm(msgspec.Struct):
    reason: Annotated[str, msgspec.Meta(max_length=500)] = ""


@post("/bookings/{booking_id:int}/still-running", name="bookings:still-running", **DONE)
async def still_running(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Template | Redirect:
    """Go on where nobody is next, else tell who is."""
    try:
        forms.read(Nothing, await forms.form_data(request), place.zone)
        found = await overrunning.still_running(viewer, booking_id)
    except Refused as refused:
        return await shown(request, viewer, place, machines, booking_id, refused.problems, 422)
    text, kind = what_came_of(found)
    return go(request, f"/bookings/{booking_id}", text, kind)


def what_came_of(found: Running) -> tuple[str, Kind]:
    if found.until:
        text = gettext("The booking goes on until %(time)s.") % {"time": formats.time(found.until)}
        return text, "ok"
    if found.told:
        text = gettext("Somebody is next, and was told to wait. Please make room soon.")
        return text, "warn"
    return gettext("The time after this booking is taken. Please make room soon."), "warn"


@post("/bookings/{booking_id:int}/interrupt", name="bookings:interrupt", **DONE)
async def interrupt(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Template | Redirect:
    await staff_alone(viewer, booking_id, interrupting.FOR_STAFF)

    async def act() -> None:
        form = forms.read(InterruptForm, await forms.form_data(request), place.zone)
        await interrupting.interrupt(viewer, booking_id, form.because, form.note)

    text = gettext("The booking is interrupted, and its owner was told.")
    return await handled(request, viewer, place, machines, booking_id, act, text)


@post("/bookings/{booking_id:int}/was-here", name="bookings:was-here", **DONE)
async def was_here(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Template | Redirect:
    await staff_alone(viewer, booking_id, correcting.FOR_STAFF)

    async def act() -> None:
        form = forms.read(CorrectForm, await forms.form_data(request), place.zone)
        await correcting.was_here(viewer, booking_id, reason=form.reason)

    text = gettext("Put right: they were here, and the absence is forgiven.")
    return await handled(request, viewer, place, machines, booking_id, act, text)


ROUTES = [still_running, interrupt, was_here]
