"""Making a booking from the form; refused, every reason and what could be booked instead."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from litestar import post
from litestar.response import Redirect, Template

from fablab.bookings import settling, wanting
from fablab.bookings.asking import Asked as Wish
from fablab.bookings.asking import Denied
from fablab.bookings.controllers_booking import form_page
from fablab.bookings.forms import BookingForm, NowForm
from fablab.bookings.materials import said
from fablab.bookings.offering import offer
from fablab.bookings.offering_any import offer_any, usable_of
from fablab.bookings.pages.asking import instant, person_of, situation_of, wanted_day
from fablab.bookings.queries import project_of
from fablab.bookings.rules import Intent
from fablab.bookings.tables import Status
from fablab.bookings.wanting import MadeAll, Wanted, Way
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
        wish = Wish(
            machine_id=view.id,
            period=Period(start, form.ends_at),
            intent=Intent.NOW,
            member_id=await member_called(form.member),
            material=said(form.material, machines) or "",
            own_material=form.own_material,
            override=form.set_aside(),
        )
        return Wanted((wish,))

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
    told: list[str] = []
    try:
        asked = await read(sent)
        await settling.settle(asked.machine_ids)

        async def act() -> str:
            found = await wanting.make(viewer, asked)
            told.append(said_of(found))
            return f"/bookings/{found.bookings[0].id}"

        to = await once.once_form(viewer.id, SCOPE, forms.key_of(sent), act)
    except Refused as refused:
        return await again(request, viewer, place, machines, sent, refused, now)
    text = told[-1] if told else ""
    return go(request, to, text or gettext("This booking was made already: here it is."))


def said_of(found: MadeAll) -> str:
    """Nothing of what was made before."""
    if not found.new:
        return ""
    if any(each.status == Status.PENDING for each in found.bookings):
        return gettext("Your request is made: the time is kept until it is answered.")
    return gettext("Your booking is made.")


async def wanted(form: BookingForm, viewer: Viewer, machines: Catalogue) -> Wanted:
    views, way = chosen(form, viewer, machines)
    member = await member_called(form.member)
    wish = Wish(
        machine_id=views[0].id,
        period=Period(form.starts_at, form.ends_at),
        member_id=member,
        project_id=await project_of(member or viewer.id, form.project) if form.project else None,
        note=form.note,
        material=said(form.material, machines) or "",
        own_material=form.own_material,
        buddy_id=await member_called(form.buddy, "buddy"),
        override=form.set_aside(),
    )
    return Wanted(tuple(replace(wish, machine_id=view.id) for view in views), way)


def chosen(
    form: BookingForm, viewer: Viewer, machines: Catalogue
) -> tuple[Sequence[MachineView], Way]:
    """One, any of a family, or several: further machines, or seats of the one."""
    if form.category:
        return family_called(form.category, machines), Way.ANY
    view = machine_called(form.machine, viewer, machines)
    further = [machine_called(slug, viewer, machines) for slug in form.machines]
    if further and form.seats > 1:
        message = N_("Choose several seats or several machines, not both.")
        raise Refused(Problem("one_of_both", message, "seats"))
    views = [*{each.id: each for each in (view, *further)}.values()] * form.seats
    return views, Way.ALL if len(views) > 1 else Way.ONE


def family_called(slug: str, machines: Catalogue) -> Sequence[MachineView]:
    if found := machines.of_category(slug):
        return found
    raise NotFound("category")


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
    family = family_called(typed["category"], machines) if typed.get("category") else None
    if judged:
        situation = judged.situation
    else:
        person, _ = await person_of(viewer, typed.get("member"), None)
        situation = await situation_of(viewer, place, machines, person)
    start, _ = instant(typed["starts_at"], place)
    day = wanted_day(None, start, situation)
    if family:
        usable = usable_of(situation, family, situation.now)
        found = await offer_any(situation, usable, day, start=start)
    else:
        view = machine_called(typed.get("machine", ""), viewer, machines)
        found = await offer(situation, view, day, start=start)
    several = {name: sent.get(name, []) for name in ("override", "machines")}
    return await form_page(
        request,
        viewer,
        situation,
        found,
        typed | several,
        refused.problems,
        422,
        refused if isinstance(refused, Denied) else None,
        now_refused=now,
        family=found.machine.category if family else None,
    )


ROUTES = [book, start_now]
