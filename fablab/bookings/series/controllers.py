"""Booking a series: say how it repeats, look at every date, then take all or the free ones."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from litestar import get, post
from litestar.response import Redirect, Template

from fablab.bookings import settling
from fablab.bookings.asking import Asked as First
from fablab.bookings.controllers_making import machine_called, member_called
from fablab.bookings.materials import lists_of, said
from fablab.bookings.pages.asking import instant, overridable, projects_of
from fablab.bookings.pages.whom import Whom, whom
from fablab.bookings.queries import project_of
from fablab.bookings.series import actions, saying
from fablab.bookings.series.asking import Planned, SeriesAsked, Take
from fablab.bookings.series.forms import SeriesForm, TakeForm
from fablab.bookings.series.lengths import lengths, minutes_of
from fablab.bookings.series.repeating import WEEKDAYS
from fablab.bookings.situation import Situation
from fablab.core import clock
from fablab.core.errors import Problem, Refused
from fablab.core.i18n import gettext
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue
from fablab.members.viewer import Viewer
from fablab.web import forms, once
from fablab.web.auth import Asked, Here, Machines, SignedIn, signed_in
from fablab.web.pages import go, page
from fablab.web.sent import Sent, parsed

SCOPE = "series:book"
FORM, BOOKING = "/bookings/series/new", "/bookings/new"
BESIDE = ("key", "take", "_csrf_token")
MANY = ("weekdays", "override")


@get("/bookings/series/new", name="series:new", guards=[signed_in])
async def new(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines
) -> Template | Redirect:
    """The form. `start` (as the booking form's address has it) or what was said before."""
    sent = parsed(request.scope["query_string"])
    return await form_page(request, viewer, place, machines, sent)


@get("/bookings/series/preview", name="series:preview", guards=[signed_in])
async def preview(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines
) -> Template | Redirect:
    """Every date with what stands against it. The address keeps what was said."""
    sent = parsed(request.scope["query_string"])
    try:
        asked = await wanted(forms.read(SeriesForm, sent, place.zone), viewer, place, machines)
        plan = await actions.preview(viewer, asked)
    except Refused as refused:
        return await form_page(request, viewer, place, machines, sent, refused.problems)
    return await preview_page(request, viewer, sent, asked, plan)


@post(
    "/bookings/series", name="series:book", guards=[signed_in], status_code=303, stands_on=BOOKING
)
async def book(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines
) -> Template | Redirect:
    """Sent twice with one key it shows the series first made."""
    sent = await forms.form_data(request)
    said_of = {name: given for name, given in sent.items() if name not in BESIDE}
    try:
        form = forms.read(TakeForm, sent, place.zone)
        asked = await wanted(form, viewer, place, machines, form.take)
    except Refused as refused:
        return await form_page(request, viewer, place, machines, said_of, refused.problems)
    await settling.settle([asked.first.machine_id])

    async def act() -> str:
        made = await actions.make(viewer, asked)
        return f"/bookings/series/{made.series.id}"

    try:
        to = await once.once_form(viewer.id, SCOPE, forms.key_of(sent), act)
    except Refused as refused:
        plan = await actions.preview(viewer, asked)
        whole = [each for each in refused.problems if not is_of_a_date(each)]
        return await preview_page(request, viewer, said_of, asked, plan, whole, 422)
    return go(request, to, gettext("The series is booked."))


def is_of_a_date(problem: Problem) -> bool:
    return bool(problem.about and problem.about[:1].isdecimal())


async def wanted(
    form: SeriesForm, viewer: Viewer, place: Place, machines: Catalogue, take: Take = "all"
) -> SeriesAsked:
    member = await member_called(form.member)
    first = First(
        machine_id=machine_called(form.machine, viewer, machines).id,
        period=form.first(place.zone),
        member_id=member,
        project_id=await project_of(member or viewer.id, form.project) if form.project else None,
        note=form.note,
        material=said(form.material, machines) or "",
        own_material=form.own_material,
        buddy_id=await member_called(form.buddy, "buddy"),
        override=form.set_aside(),
    )
    return SeriesAsked(first=first, repeat=form.repeat(), take=take)


async def form_page(
    request: Asked,
    viewer: Viewer,
    place: Place,
    machines: Catalogue,
    sent: Sent,
    problems: Sequence[Problem] = (),
) -> Template | Redirect:
    """Without a machine, first the list to choose one from."""
    values = typed(sent)
    if not values.get("machine"):
        return go(request, BOOKING)
    view = machine_called(str(values.get("machine", "")), viewer, machines)
    person = await person_of(viewer, str(values.get("member", "")))
    begin, _ = instant(str(values.pop("start", "")), place)
    if "day" not in values:
        at = begin or next_opening(place)
        face = at.astimezone(place.zone)
        values |= {"day": f"{face:%Y-%m-%d}", "starts": f"{face:%H:%M}", "by": "week"}
        values |= {"weekdays": [WEEKDAYS[face.weekday()]], "every": "1", "count": "4"}
        values |= {"minutes": str(minutes_of(view))}
    return page(
        request,
        "bookings/series/new.html",
        status=422 if problems else 200,
        problems=problems,
        values=values,
        machine=view,
        whom=person,
        weekdays=saying.weekdays(),
        lengths=lengths(view, str(values.get("minutes", ""))),
        step=view.policy.granularity // timedelta(minutes=1),
        materials=lists_of(view, machines),
        projects=await projects_of(person.chosen.id if person.chosen else viewer.id),
    )


async def person_of(viewer: Viewer, number: str) -> Whom:
    try:
        return await whom(viewer, number, None)
    except Refused:
        return Whom(text=number)


def typed(sent: Sent) -> dict[str, Any]:
    return {name: given if name in MANY else given[-1] for name, given in sent.items()}


def next_opening(place: Place) -> Any:
    opening = place.calendar.next_opening(clock.now())
    return opening.start if opening else clock.now()


async def preview_page(
    request: Asked,
    viewer: Viewer,
    sent: Sent,
    asked: SeriesAsked,
    plan: Planned,
    problems: Sequence[Problem] = (),
    status: int = 200,
) -> Template:
    situation: Situation = plan.situation
    whole = list(problems) or list(plan.problems)
    against = [*plan.problems, *(each for one in plan.refused for each in one.problems)]
    first = asked.first.period.start.astimezone(situation.place.zone).date()
    values = typed(sent)
    return page(
        request,
        "bookings/series/preview.html",
        status=status,
        problems=whole,
        values=values,
        fields=[(name, one) for name, given in sent.items() for one in given],
        plan=plan,
        machine=situation.view(asked.first.machine_id),
        whom=await person_of(viewer, str(values.get("member", ""))),
        said=saying.said(plan.expansion.repeat, first),
        first=asked.first.period,
        back=f"{FORM}?{urlencode(sent, doseq=True)}",
        overridable=once_each(overridable(against, viewer)),
        set_aside=asked.first.override,
        key=forms.new_key(),
    )


def once_each(options: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """One of each rule, however many dates it stands against."""
    return list(dict(reversed(options)).items())[::-1]


ROUTES = [new, preview, book]
