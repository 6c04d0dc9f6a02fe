"""One booking: what it is, and whatever may be done with it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from fablab.activity.queries import of_thing
from fablab.bookings import cancelling, changing, checkin, settling
from fablab.bookings.forms import CancelForm, CheckInForm, ExtendForm, FinishForm
from fablab.bookings.materials import lists_of, said
from fablab.bookings.pages import times
from fablab.bookings.pages.asking import overridable
from fablab.bookings.pages.handling import handling_of, later_ends
from fablab.bookings.parties.showing import shown_party
from fablab.bookings.queries import visible_to
from fablab.bookings.rules import PersonFacts
from fablab.bookings.rules.materials import UNKNOWN
from fablab.bookings.rules.names import NAMES
from fablab.bookings.situation import Situation
from fablab.bookings.tables import Booking, Status
from fablab.bookings.taken import around
from fablab.bookings.teams import team_of
from fablab.core import clock, i18n, zones
from fablab.core.errors import Problem, Refused
from fablab.core.facts import load
from fablab.core.i18n import gettext
from fablab.core.periods import Period
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue
from fablab.members.queries import by_id, names
from fablab.members.viewer import Viewer
from fablab.web import forms
from fablab.web.auth import Asked, Here, Machines, SignedIn, signed_in
from fablab.web.pages import go, page

OWN: dict[str, Any] = {"guards": [signed_in]}
DONE: dict[str, Any] = {"guards": [signed_in], "status_code": 303}


@get("/bookings/{booking_id:int}", name="bookings:show", **OWN)
async def show(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Template:
    return await shown(request, viewer, place, machines, booking_id)


async def settled(viewer: Viewer, booking_id: int, now: datetime) -> Booking:
    """The booking as it is once what is due of it has happened. NotFound for strangers."""
    booking = await visible_to(viewer, booking_id)
    overdue = booking.release_at is not None and booking.release_at <= now
    if booking.status == Status.PENDING or (booking.status == Status.CONFIRMED and overdue):
        await settling.settle([booking.machine])
        booking = await visible_to(viewer, booking_id)
    return booking


async def shown(
    request: Asked,
    viewer: Viewer,
    place: Place,
    machines: Catalogue,
    booking_id: int,
    problems: Sequence[Problem] = (),
    status: int = 200,
    typed: Mapping[str, Any] | None = None,
) -> Template:
    """`typed` is what was sent for another end."""
    now = clock.now()
    booking = await settled(viewer, booking_id, now)
    situation = surroundings(place, machines, booking.member or viewer.id, now)
    view, zone = situation.view(booking.machine), situation.place.zone
    reach = view.policy.max_duration + view.policy.turnaround_after
    span = Period(booking.starts_at, booking.starts_at + max(reach, booking.period.length))
    situation = situation.with_rows(await around([view.id], span))
    ends = later_ends(situation, view, booking)
    proposed = next((step for step in ends if step.at > booking.ends_at), next(iter(ends), None))
    own = booking.member == viewer.id
    return page(
        request,
        "bookings/show.html",
        status=status,
        problems=problems,
        values=typed or ({"ends_at": zones.iso(proposed.at, zone)} if proposed else {}),
        booking=booking,
        machine=view,
        now=now,
        own=own,
        who=(await names([booking.member])).get(booking.member) if viewer.is_staff else None,
        may=handling_of(booking, view, now, viewer.is_staff and not own),
        ends=times.options(
            ends, zones.local_date(booking.starts_at, zone), zone, ends_typed(typed)
        ),
        set_aside=set_aside(booking),
        overridable=overridable(problems, viewer) if typed else [],
        materials=lists_of(view, machines),
        goes_in_name=goes_in_name(booking, machines),
        second=await second_of(booking, viewer),
        party=await shown_party(booking, machines, now, viewer.is_staff and not own),
        team=await team_of(booking),
        history=(await of_thing("booking", booking.id)).items,
        key=forms.new_key(),
    )


def surroundings(place: Place, machines: Catalogue, member_id: int, now: datetime) -> Situation:
    """As much as later ends ask about: the hours and what is taken, nothing of the person."""
    return Situation(now=now, place=place, catalogue=machines, person=PersonFacts(id=member_id))


def goes_in_name(booking: Booking, machines: Catalogue) -> str:
    """What was booked to go in, in the reader's language; empty when nothing was said."""
    if booking.material == UNKNOWN:
        return gettext("Not known yet")
    found = machines.materials.get(booking.material)
    return found.name.say(i18n.language.get()) if found else booking.material


async def second_of(booking: Booking, viewer: Viewer) -> str:
    """Who comes along: their name for staff, for others the number they were named by."""
    if booking.buddy is None:
        return ""
    if viewer.is_staff:
        found = await names([booking.buddy])
        return found[booking.buddy].say(i18n.language.get()) if found else ""
    return gettext("Member {number}").format(number=(await by_id(booking.buddy)).number)


def ends_typed(typed: Mapping[str, Any] | None) -> Sequence[str]:
    given = (typed or {}).get("ends_at") or []
    return given[-1:]


def set_aside(booking: Booking) -> Mapping[str, Any]:
    """What staff set aside for it, in words, and why."""
    found = load(booking.override)
    rules = [gettext(NAMES.get(code, code)) for code in found.get("rules", ())]
    return {"rules": rules, "reason": found.get("reason", "")}


Act = Callable[[], Awaitable[Any]]


async def handled(
    request: Asked,
    viewer: Viewer,
    place: Place,
    machines: Catalogue,
    booking_id: int,
    act: Act,
    text: str,
) -> Template | Redirect:
    """Do it and tell so; refused, the same page with every reason."""
    try:
        await act()
    except Refused as refused:
        return await shown(request, viewer, place, machines, booking_id, refused.problems, 422)
    return go(request, f"/bookings/{booking_id}", text)


@post("/bookings/{booking_id:int}/check-in", name="bookings:check-in", **DONE)
async def check_in(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Template | Redirect:
    async def act() -> None:
        form = forms.read(CheckInForm, await forms.form_data(request), place.zone)
        material = said(form.material, machines)
        own = None if material is None else form.own_material
        await checkin.check_in(viewer, booking_id, material=material, own_material=own)

    text = gettext("Checked in. Good work!")
    return await handled(request, viewer, place, machines, booking_id, act, text)


@post("/bookings/{booking_id:int}/finish", name="bookings:finish", **DONE)
async def finish(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Template | Redirect:
    async def act() -> None:
        form = forms.read(FinishForm, await forms.form_data(request), place.zone)
        await checkin.finish(viewer, booking_id, note=form.note)

    text = gettext("Finished: the rest of the time is free for others.")
    return await handled(request, viewer, place, machines, booking_id, act, text)


@post("/bookings/{booking_id:int}/extend", name="bookings:extend", **DONE)
async def extend(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Template | Redirect:
    sent = await forms.form_data(request)
    try:
        form = forms.read(ExtendForm, sent, place.zone)
        override = form.set_aside()
        await changing.change(viewer, booking_id, ends_at=form.ends_at, override=override)
    except Refused as refused:
        problems = refused.problems
        return await shown(request, viewer, place, machines, booking_id, problems, 422, typed=sent)
    return go(request, f"/bookings/{booking_id}", gettext("The end is changed."))


@post("/bookings/{booking_id:int}/cancel", name="bookings:cancel", **DONE)
async def cancel(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Template | Redirect:
    """Asked once on the page; `give_up` after the deadline."""

    async def act() -> None:
        form = forms.read(CancelForm, await forms.form_data(request), place.zone)
        await cancelling.cancel(viewer, booking_id, reason=form.reason, give_up=form.give_up)

    text = gettext("The booking is cancelled and its time free again.")
    return await handled(request, viewer, place, machines, booking_id, act, text)


ROUTES = [show, check_in, finish, extend, cancel]
