"""The page on which an offer is answered: a mail leads here, and nothing happens by opening it."""

from collections.abc import Sequence
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from fablab.bookings import settling
from fablab.bookings.asking import Denied
from fablab.bookings.forms import Nothing
from fablab.bookings.tables import Kind, Status
from fablab.bookings.waitlist import answering
from fablab.core import clock
from fablab.core.errors import NotFound, Problem, Refused
from fablab.core.i18n import gettext
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue
from fablab.members.viewer import Viewer
from fablab.web import forms
from fablab.web.auth import Asked, Here, Machines, SignedIn, signed_in
from fablab.web.pages import go, page

OWN: dict[str, Any] = {"guards": [signed_in]}


@get("/offers/{offer_id:int}", name="offers:show", **OWN)
async def show(
    request: Asked, viewer: SignedIn, machines: Machines, offer_id: FromPath[int]
) -> Template | Redirect:
    """Accepted already, it is a booking and has its own page."""
    row = await answering.offer_of(viewer, offer_id)
    if row.kind == Kind.USE:
        return go(request, f"/bookings/{offer_id}")
    return await shown(request, viewer, machines, offer_id)


async def shown(
    request: Asked,
    viewer: Viewer,
    machines: Catalogue,
    offer_id: int,
    problems: Sequence[Problem] = (),
    status: int = 200,
) -> Template:
    await settling.settle_beside(offer_id)
    row = await answering.offer_of(viewer, offer_id)
    view, now = machines.by_id(row.machine), clock.now()
    if view is None:
        raise NotFound("offer")
    return page(
        request,
        "bookings/waitlist/offer.html",
        status=status,
        problems=problems,
        offer=row,
        machine=view,
        now=now,
        is_open=row.status == Status.PENDING and row.kind == Kind.OFFER and now < row.decide_by,
        has_begun=row.starts_at <= now,
    )


@post("/offers/{offer_id:int}/accept", name="offers:accept", status_code=303, **OWN)
async def accept(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, offer_id: FromPath[int]
) -> Template | Redirect:
    try:
        await read(request, place)
        row = await answering.accept(viewer, offer_id)
    except Refused as refused:
        return await refusal(request, viewer, machines, offer_id, refused)
    text = gettext("Accepted: the time is yours.")
    if row.status == Status.CHECKED_IN:
        text = gettext("Accepted, and checked in. Good work!")
    elif row.status == Status.PENDING:
        text = gettext("Accepted. It waits for an answer before it is confirmed.")
    return go(request, f"/bookings/{offer_id}", text)


@post("/offers/{offer_id:int}/decline", name="offers:decline", status_code=303, **OWN)
async def decline(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, offer_id: FromPath[int]
) -> Template | Redirect:
    try:
        await read(request, place)
        await answering.decline(viewer, offer_id)
    except Refused as refused:
        return await refusal(request, viewer, machines, offer_id, refused)
    return go(request, "/waitlist", gettext("Declined: the next in line is asked."))


async def read(request: Asked, place: Place) -> None:
    forms.read(Nothing, await forms.form_data(request), place.zone)


async def refusal(
    request: Asked, viewer: Viewer, machines: Catalogue, offer_id: int, refused: Refused
) -> Template:
    problems = refused.judged.problems if isinstance(refused, Denied) else refused.problems
    return await shown(request, viewer, machines, offer_id, problems, 422)


ROUTES = [show, accept, decline]
