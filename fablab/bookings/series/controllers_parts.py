"""A series that exists: its dates, changing or cancelling a part of them."""

from datetime import datetime, timedelta
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from fablab.bookings.alternatives import sisters
from fablab.bookings.controllers_making import machine_called
from fablab.bookings.knowing import known_in
from fablab.bookings.pages.asking import overridable
from fablab.bookings.series import changing, saying
from fablab.bookings.series.altering import Alteration, repeat_of
from fablab.bookings.series.asking import SeriesDenied
from fablab.bookings.series.controllers import typed
from fablab.bookings.series.forms import ChangeForm, PartForm
from fablab.bookings.series.lengths import lengths
from fablab.bookings.series.parts import day_of, one_of
from fablab.bookings.series.queries import AGREED, instances, visible_to
from fablab.bookings.series.repeating import WEEKDAYS
from fablab.bookings.tables import Booking, Series
from fablab.core import clock, i18n
from fablab.core.errors import NotFound, Refused
from fablab.core.i18n import gettext
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue, MachineView
from fablab.members.queries import names
from fablab.members.viewer import Viewer
from fablab.web import forms
from fablab.web.auth import Asked, Here, Machines, SignedIn, signed_in
from fablab.web.pages import go, page
from fablab.web.sent import Sent, parsed

OWN: dict[str, Any] = {"guards": [signed_in]}
DONE: dict[str, Any] = {"guards": [signed_in], "status_code": 303}


@get("/bookings/series/{series_id:int}", name="series:show", **OWN)
async def show(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, series_id: FromPath[int]
) -> Template:
    """All its dates, each with its state."""
    series = await visible_to(viewer, series_id)
    rows, now = await instances(series_id), clock.now()
    own = series.member == viewer.id
    return page(
        request,
        "bookings/series/show.html",
        series=series,
        machine=machine_of(series, machines),
        machines={row.id: machines.by_id(row.machine) for row in rows},
        rows=rows,
        coming=[row for row in rows if row.status in AGREED and row.starts_at > now],
        now=now,
        own=own,
        who=None if own else (await names([series.member])).get(series.member),
        said=saying.said(repeat_of(series), began(series).date()),
        starts=began(series),
        ends=datetime.fromisoformat(series.ends_wall),
    )


@get("/bookings/series/{series_id:int}/change", name="series:change-form", **OWN)
async def change_form(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, series_id: FromPath[int]
) -> Template:
    sent = parsed(request.scope["query_string"])
    part = read_part(sent, place)
    return await change_page(request, viewer, place, machines, series_id, part)


@post("/bookings/series/{series_id:int}/change", name="series:change", **DONE)
async def change(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, series_id: FromPath[int]
) -> Template | Redirect:
    """All of the part, or nothing of it."""
    sent = await forms.form_data(request)
    series = await visible_to(viewer, series_id)
    part = PartForm()
    try:
        form = forms.read(ChangeForm, sent, place.zone)
        part = PartForm(part=form.part, booking=form.booking)
        machine = machine_called(form.machine, viewer, machines)
        new = form.alteration(as_it_is(series), machine.id)
        to = await changing.change(
            viewer, series_id, form.part, form.booking, new, form.set_aside()
        )
    except Refused as refused:
        return await change_page(request, viewer, place, machines, series_id, part, sent, refused)
    return go(request, f"/bookings/series/{to}", gettext("The dates are changed."))


def read_part(sent: Sent, place: Place) -> PartForm:
    """All that are to come, where an address says it wrong."""
    try:
        found = forms.read(PartForm, sent, place.zone)
    except Refused:
        return PartForm()
    return PartForm() if found.booking is None else found


async def chosen(series_id: int, part: PartForm) -> tuple[list[Booking], Booking | None]:
    """The dates of a part that are still to come, and the one it begins with."""
    rows, now = await instances(series_id), clock.now()
    first = one_of(rows, part.booking) if part.part == "following" else None
    coming = [row for row in rows if row.status in AGREED and row.starts_at > now]
    return [row for row in coming if first is None or day_of(row) >= day_of(first)], first


async def change_page(
    request: Asked,
    viewer: Viewer,
    place: Place,
    machines: Catalogue,
    series_id: int,
    part: PartForm,
    sent: Sent | None = None,
    refused: Refused | None = None,
) -> Template:
    series = await visible_to(viewer, series_id)
    rows, first = await chosen(series_id, part)
    situation = await known_in(place, machines, series.member, clock.now())
    view, repeat = machine_of(series, machines), repeat_of(series)
    now = as_it_is(series)
    values: dict[str, Any] = {
        "starts": f"{now.starts:%H:%M}",
        "minutes": str(now.minutes),
        "machine": view.slug,
        "weekdays": [WEEKDAYS[each] for each in repeat.weekdays or ()],
    }
    values |= typed(sent or {})
    problems = refused.problems if refused else ()
    denied = refused if isinstance(refused, SeriesDenied) else None
    return page(
        request,
        "bookings/series/change.html",
        status=422 if refused else 200,
        problems=denied.whole if denied else problems,
        refused=denied.dates if denied else (),
        values=values,
        series=series,
        machine=view,
        machine_options=[
            (each.slug, each.name.say(i18n.language.get()))
            for each in (view, *sisters(situation, view))
        ],
        now=situation.now,
        rows=rows,
        part=part,
        first=first,
        weekdays=saying.weekdays() if repeat.weekdays else [],
        lengths=lengths(view, str(values["minutes"])),
        step=view.policy.granularity // timedelta(minutes=1),
        overridable=overridable(problems, viewer),
    )


def machine_of(series: Series, machines: Catalogue) -> MachineView:
    if view := machines.by_id(series.machine):
        return view
    raise NotFound("machine")


def began(series: Series) -> datetime:
    return datetime.fromisoformat(series.starts_wall)


def as_it_is(series: Series) -> Alteration:
    """What a change is measured against."""
    start, end = began(series), datetime.fromisoformat(series.ends_wall)
    return Alteration(
        starts=start.time(),
        minutes=int((end - start).total_seconds()) // 60,
        machine_id=series.machine,
        weekdays=repeat_of(series).weekdays,
    )


ROUTES = [show, change_form, change]
