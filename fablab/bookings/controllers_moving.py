"""Another time or machine for a booking: the old one stays until the new one is sure."""

from collections.abc import Sequence
from typing import Any

from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from fablab.bookings import changing, settling, wanting
from fablab.bookings.alternatives import sisters
from fablab.bookings.asking import Denied
from fablab.bookings.forms import MoveForm
from fablab.bookings.knowing import known_in
from fablab.bookings.materials import ACCEPTED, lists_of, said
from fablab.bookings.meters import meters
from fablab.bookings.offering import offer
from fablab.bookings.pages import days, times
from fablab.bookings.pages.asking import at_any_time, instant, overridable, wanted_day
from fablab.bookings.queries import visible_to
from fablab.bookings.situation import Situation
from fablab.bookings.tables import Booking
from fablab.core import clock, zones
from fablab.core.errors import NotFound, Refused
from fablab.core.i18n import gettext
from fablab.machines.catalogue import Catalogue
from fablab.members.viewer import Viewer
from fablab.web import forms
from fablab.web.auth import Asked, Here, Machines, SignedIn, signed_in
from fablab.web.pages import go, page

TOO_LATE = ("change_too_late", "not_changeable")


@get("/bookings/{booking_id:int}/change", name="bookings:change", guards=[signed_in])
async def form(
    request: Asked,
    viewer: SignedIn,
    place: Here,
    machines: Machines,
    booking_id: FromPath[int],
    machine: FromQuery[str | None] = None,
    date: FromQuery[str | None] = None,
    start: FromQuery[str | None] = None,
    end: FromQuery[str | None] = None,
) -> Template:
    """Its own day unless another is asked for; `machine` is one of its category.

    Staff may propose any `start` and `end`, legal or not.
    """
    booking = await visible_to(viewer, booking_id)
    await settling.settle([booking.machine])
    situation = await known_in(place, machines, booking.member or viewer.id, clock.now())
    values = {"machine": machine or ""}
    if viewer.is_staff:
        values |= at_any_time(instant(start, place)[0], instant(end, place)[0], place)
    return await form_page(request, viewer, situation, booking, values, date)


async def form_page(
    request: Asked,
    viewer: Viewer,
    situation: Situation,
    booking: Booking,
    values: dict[str, Any],
    date: str | None = None,
    refused: Refused | None = None,
) -> Template:
    zone, own = situation.place.zone, situation.view(booking.machine)
    others = [own, *sisters(situation, own)]
    view = next((each for each in others if each.slug == values.get("machine")), own)
    typed = values.get("starts_at", ""), values.get("ends_at", "")
    start = instant(typed[0], situation.place)[0] or booking.starts_at
    found = await offer(
        situation,
        view,
        wanted_day(date, start, situation),
        start=start,
        end=booking.ends_at,
        changed=booking,
    )
    if found.proposed and refused is None:
        proposed = {"starts_at": found.proposed.start, "ends_at": found.proposed.end}
        values = {name: zones.iso(at, zone) for name, at in proposed.items()} | values
    if refused is None:
        values = as_booked(booking) | values
    base = f"/bookings/{booking.id}/change?machine={view.slug}"
    problems = refused.problems if refused else ()
    return page(
        request,
        "bookings/change.html",
        status=422 if refused else 200,
        problems=problems,
        values=values,
        keep={"machine": view.slug},
        overridable=overridable(problems, viewer),
        today=situation.place.calendar.day_of(situation.now),
        tallies=await meters(situation, found.day, view),
        booking=booking,
        machine=view,
        machines=others,
        offer=found,
        now=situation.now,
        starts=times.options(found.starts, found.day, zone, typed[:1]),
        ends=times.options(found.ends, found.day, zone, typed[1:]),
        days=days.links(
            situation.place.calendar,
            situation.place.calendar.day_of(situation.now),
            found.day,
            lambda day: f"{base}&date={day}",
            found.last,
        ),
        materials=lists_of(view, situation.catalogue),
        others=await instead(refused),
        new_key=forms.new_key,
    )


def as_booked(booking: Booking) -> dict[str, Any]:
    """What was to go in: another machine may ask differently about it."""
    own = "on" if booking.own_material else ""
    return {"material": booking.material or ACCEPTED, "own_material": own}


async def instead(refused: Refused | None) -> Sequence[Any]:
    """Other times that would be accepted; none when it is too late to move at all."""
    if not isinstance(refused, Denied) or set(refused.codes) & set(TOO_LATE):
        return []
    return await wanting.instead(refused)


@post("/bookings/{booking_id:int}/move", name="bookings:move", guards=[signed_in], status_code=303)
async def move(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Template | Redirect:
    """Sent twice it is moved once: the second time nothing is left to change."""
    sent = await forms.form_data(request)
    try:
        wish = forms.read(MoveForm, sent, place.zone)
        await changing.change(
            viewer,
            booking_id,
            starts_at=wish.starts_at,
            ends_at=wish.ends_at,
            machine_id=machine_id(viewer, machines, wish.machine),
            material=said(wish.material, machines),
            own_material=wish.own_material if wish.material else None,
            override=wish.set_aside(),
        )
    except Refused as refused:
        booking = await visible_to(viewer, booking_id)
        situation = await known_in(place, machines, booking.member or viewer.id, clock.now())
        values: dict[str, Any] = {name: given[-1] for name, given in sent.items()}
        values |= {"override": sent.get("override", [])}
        return await form_page(request, viewer, situation, booking, values, refused=refused)
    return go(request, f"/bookings/{booking_id}", gettext("The booking is changed."))


def machine_id(viewer: Viewer, machines: Catalogue, slug: str) -> int | None:
    if not slug:
        return None
    view = machines.seen(slug, staff=viewer.is_staff)
    if view is None:
        raise NotFound("machine")
    return view.id


ROUTES = [form, move]
