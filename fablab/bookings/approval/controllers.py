"""The desk's page of requests: what waits, what speaks against it, yes or no."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from fablab.bookings.approval import actions
from fablab.bookings.approval.card import Waiting
from fablab.bookings.approval.queue import waiting
from fablab.bookings.forms import SettingAside
from fablab.bookings.queries import staff_alone
from fablab.bookings.rules import may_set_aside
from fablab.core import clock, i18n
from fablab.core.errors import Problem, Refused
from fablab.core.i18n import gettext
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue
from fablab.members.viewer import Viewer
from fablab.web import forms
from fablab.web.auth import Asked, Here, Machines, SignedIn, signed_in, staff_only
from fablab.web.pages import go, page

# Who may is asked of the booking itself: strangers are not even told that it exists.
DONE: dict[str, Any] = {"guards": [signed_in], "status_code": 303, "stands_on": "/desk/approvals"}
Act = Callable[[], Awaitable[str]]


class ApprovalForm(SettingAside, kw_only=True):
    """Words for who asked; the reason is that of setting rules aside."""

    note: Annotated[str, msgspec.Meta(max_length=500)] = ""


class RejectionForm(msgspec.Struct):
    """Words for who asked: a no without a reason teaches nobody."""

    note: Annotated[str, msgspec.Meta(max_length=500)]


@get("/desk/approvals", name="desk:approvals", guards=[staff_only])
async def approvals(request: Asked, viewer: SignedIn, place: Here, machines: Machines) -> Template:
    """Soonest decision first; then those that wait for their second person alone."""
    return await queue_page(request, viewer, place, machines)


async def queue_page(
    request: Asked,
    viewer: Viewer,
    place: Place,
    machines: Catalogue,
    problems: Sequence[Problem] = (),
    typed: forms.Sent | None = None,
    about: int | None = None,
) -> Template:
    """`typed` is what was sent for the request `about`, which was refused."""
    found = await waiting(place, machines, clock.now())
    return page(
        request,
        "desk/approvals.html",
        status=422 if problems else 200,
        problems=problems,
        values=typed or {},
        about=about,
        requests=[each for each in found if each.for_staff],
        accompanied=[each for each in found if not each.for_staff],
        overridable={each.id: overridable(each, viewer) for each in found},
        materials={slug: each.name for slug, each in machines.materials.items()},
    )


def overridable(one: Waiting, viewer: Viewer) -> list[tuple[str, str]]:
    """What this person may set aside of what speaks against it, by code."""
    return [
        (each.code, i18n.say(each)) for each in one.problems if may_set_aside(each, viewer.role)
    ]


@post("/desk/approvals/{booking_id:int}/approve", name="desk:approve", **DONE)
async def approve(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Template | Redirect:
    await staff_alone(viewer, booking_id, actions.FOR_STAFF)
    sent = await forms.form_data(request)

    async def act() -> str:
        form = forms.read(ApprovalForm, sent, place.zone)
        await actions.approve(viewer, booking_id, note=form.note, override=form.set_aside())
        return gettext("Approved: whoever asked has been told.")

    return await decided(request, viewer, place, machines, booking_id, sent, act)


@post("/desk/approvals/{booking_id:int}/reject", name="desk:reject", **DONE)
async def reject(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Template | Redirect:
    await staff_alone(viewer, booking_id, actions.FOR_STAFF)
    sent = await forms.form_data(request)

    async def act() -> str:
        form = forms.read(RejectionForm, sent, place.zone)
        await actions.reject(viewer, booking_id, note=form.note)
        return gettext("Not approved: whoever asked has been told your words.")

    return await decided(request, viewer, place, machines, booking_id, sent, act)


async def decided(
    request: Asked,
    viewer: Viewer,
    place: Place,
    machines: Catalogue,
    booking_id: int,
    sent: forms.Sent,
    act: Act,
) -> Template | Redirect:
    """Done, on to what is left; refused, the page as it is now, with every reason."""
    try:
        text = await act()
    except Refused as no:
        return await queue_page(request, viewer, place, machines, no.problems, sent, booking_id)
    return go(request, "/desk/approvals", text)


ROUTES = [approvals, approve, reject]
