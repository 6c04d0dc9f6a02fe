"""Making a booking from the form; refused, every reason and what could be booked instead."""

from collections.abc import Awaitable, Callable

from litestar import post
from litestar.response import Redirect, Template

from fablab.bookings import actions, settling
from fablab.bookings.asking import Asked as Wanted
from fablab.bookings.asking import Denied
from fablab.bookings.controllers_booking import (
    form_page,
    instant,
    person_of,
    situation_of,
    wanted_day,
)
from fablab.bookings.forms import BookingForm, NowForm
from fablab.bookings.materials import said
from fablab.bookings.offering import offer
from fablab.bookings.queries import project_of
from fablab.bookings.rules import Intent
from fablab.core import clock
from fablab.core.errors import NotFound, Problem, Refused
from fablab.core.i18n import gettext
from fablab.core.periods import Period
from fablab.core.words import N_
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue, MachineView
from fablab.members.queries import by_number
from fablab.members.viewer import Viewer
from fablab.web import forms, once
from fablab.web.auth import Asked, Here, Machines, SignedIn, signed_in
from fablab.web.pages import go

SCOPE = "bookings:book"
FORM = "/bookings/new"
Reading = Callable[[forms.Sent], Awaitable[Wanted]]


@post("/bookings", name="bookings:book", guards=[signed_in], status_code=303, stands_on=FORM)
async def book(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines
) -> Template | Redirect:
    """Sent twice with one key it shows the booking first made."""

    async def read(sent: forms.Sent) -> Wanted:
        return await wanted(forms.read(BookingForm, sent, place.zone), viewer, machines)

    return await booked(request, viewer, place, machines, read)


@post(
    "/bookings/now", name="bookings:start-now", guards=[signed_in], status_code=303, stands_on=FORM
)
async def start_now(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines
) -> Template | Redirect:
    """From this minute on; whoever does so is there."""

    async def read(sent: forms.Sent) -> Wanted:
        form = forms.read(NowForm, sent, place.zone)
        start = clock.now().replace(second=0, microsecond=0)
        view = machine_called(form.machine, viewer, machines)
        return Wanted(
            machine_id=view.id,
            period=Period(start, form.ends_at),
            intent=Intent.NOW,
            member_id=await member_called(form.member),
            material=said(form.material, machines) or "",
            own_material=form.own_material,
            override=form.set_aside(),
        )

    return await booked(request, viewer, place, machines, read, now=True)


async def booked(
    request: Asked,
    viewer: Viewer,
    place: Place,
    machines: Catalogue,
    read: Reading,
    now: bool = False,
) -> Template | Redirect:
    sent = await forms.form_data(request)
    made: list[bool] = []
    try:
        asked = await read(sent)
        await settling.settle([asked.machine_id])

        async def act() -> str:
            found = await actions.make(viewer, asked)
            made.append(found.new)
            return f"/bookings/{found.booking.id}"

        to = await once.once_form(viewer.id, SCOPE, forms.key_of(sent), act)
    except Refused as refused:
        return await again(request, viewer, place, machines, sent, refused, now)
    if made and made[-1]:
        return go(request, to, gettext("Your booking is made."))
    return go(request, to, gettext("This booking was made already: here it is."))


async def wanted(form: BookingForm, viewer: Viewer, machines: Catalogue) -> Wanted:
    view = machine_called(form.machine, viewer, machines)
    member = await member_called(form.member)
    return Wanted(
        machine_id=view.id,
        period=Period(form.starts_at, form.ends_at),
        member_id=member,
        project_id=await project_of(member or viewer.id, form.project) if form.project else None,
        note=form.note,
        material=said(form.material, machines) or "",
        own_material=form.own_material,
        buddy_id=await member_called(form.buddy, "buddy"),
        override=form.set_aside(),
    )


def machine_called(slug: str, viewer: Viewer, machines: Catalogue) -> MachineView:
    view = machines.seen(slug, staff=viewer.is_staff)
    if view is None:
        raise NotFound("machine")
    return view


async def member_called(number: int | None, about: str = "member") -> int | None:
    if number is None:
        return None
    if found := await by_number(number):
        return found.id
    raise Refused(Problem("unknown_member", N_("There is no member of this number."), about))


async def again(
    request: Asked,
    viewer: Viewer,
    place: Place,
    machines: Catalogue,
    sent: forms.Sent,
    refused: Refused,
    now: bool,
) -> Template:
    """The form as it was typed, with every reason and up to five others."""
    judged = refused.judged if isinstance(refused, Denied) else None
    typed = {"starts_at": "", **{name: given[-1] for name, given in sent.items()}}
    view = machine_called(typed.get("machine", ""), viewer, machines)
    if judged:
        situation = judged.situation
    else:
        person, _ = await person_of(viewer, typed.get("member"), None)
        situation = await situation_of(viewer, place, machines, person)
    start, _ = instant(typed["starts_at"], place)
    found = await offer(situation, view, wanted_day(None, start, situation), start=start)
    values = {**typed, "override": sent.get("override", [])}
    problems = refused.problems
    return await form_page(
        request, viewer, situation, found, values, problems, 422, judged, now_refused=now
    )


ROUTES = [book, start_now]
