"""Cancelling a part of a series: the page that asks, and what it does."""

from collections.abc import Sequence

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from fablab.bookings.series import cancelling
from fablab.bookings.series.controllers_parts import DONE, OWN, chosen, machine_of, read_part
from fablab.bookings.series.forms import CancelForm, PartForm
from fablab.bookings.series.queries import visible_to
from fablab.core import clock
from fablab.core.errors import Problem, Refused
from fablab.core.i18n import gettext
from fablab.core.words import N_
from fablab.machines.catalogue import Catalogue
from fablab.members.viewer import Viewer
from fablab.web import forms
from fablab.web.auth import Asked, Here, Machines, SignedIn
from fablab.web.pages import go, page
from fablab.web.sent import Sent, parsed


@get("/bookings/series/{series_id:int}/cancel", name="series:cancel-form", **OWN)
async def cancel_form(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, series_id: FromPath[int]
) -> Template:
    part = read_part(parsed(request.scope["query_string"]), place)
    return await cancel_page(request, viewer, machines, series_id, part)


@post("/bookings/series/{series_id:int}/cancel", name="series:cancel", **DONE)
async def cancel(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, series_id: FromPath[int]
) -> Template | Redirect:
    """The dates of a part; those past their deadline as the person chose."""
    sent = await forms.form_data(request)
    part = PartForm()
    try:
        form = forms.read(CancelForm, sent, place.zone)
        part = PartForm(part=form.part, booking=form.booking)
        await cancelling.cancel(
            viewer,
            series_id,
            form.part,
            form.booking,
            reason=form.reason,
            give_up=form.give_up,
        )
    except Refused as refused:
        return await cancel_page(request, viewer, machines, series_id, part, sent, refused.problems)
    text = gettext("The dates are cancelled and their time is free again.")
    return go(request, f"/bookings/series/{series_id}", text)


async def cancel_page(
    request: Asked,
    viewer: Viewer,
    machines: Catalogue,
    series_id: int,
    part: PartForm,
    sent: Sent | None = None,
    problems: Sequence[Problem] = (),
) -> Template:
    series = await visible_to(viewer, series_id)
    rows, first = await chosen(series_id, part)
    by_staff = viewer.acts_as_staff and series.member != viewer.id
    late = [] if by_staff else [row for row in rows if cancelling.too_late(row, machines)]
    other = [each for each in problems if each.code != "cancel_too_late"]
    if len(other) < len(problems):
        message = N_("Say what happens to the dates past their deadline.")
        other.append(Problem("cancel_too_late", message, "late"))
    return page(
        request,
        "bookings/series/cancel.html",
        status=422 if problems else 200,
        problems=other,
        values={name: each[-1] for name, each in (sent or {}).items()},
        series=series,
        machine=machine_of(series, machines),
        rows=rows,
        now=clock.now(),
        late=late,
        part=part,
        first=first,
    )


ROUTES = [cancel_form, cancel]
