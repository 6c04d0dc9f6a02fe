"""One machine for who stands at it: check in, finish, start now, report a fault.

The same at a tablet and by the machine's QR; `Spot` says which.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar.response import Redirect, Template

from fablab.accounts.controllers import again
from fablab.bookings import actions, checkin, overrunning, settling
from fablab.bookings.asking import Asked as Wanted
from fablab.bookings.controllers_ending import what_came_of
from fablab.bookings.forms import Short
from fablab.bookings.materials import lists_of, said
from fablab.bookings.mine import Own
from fablab.bookings.pages import times
from fablab.bookings.rules import Intent
from fablab.bookings.rules.overrun import may_go_on
from fablab.core import clock, zones
from fablab.core.errors import Refused, TooMany
from fablab.core.i18n import gettext
from fablab.core.periods import Period
from fablab.kiosk.queries import FOR_OTHERS
from fablab.kiosk.standing import start, today
from fablab.lab.place import Place
from fablab.machines import faults
from fablab.machines.catalogue import Catalogue, MachineView
from fablab.members.viewer import Viewer
from fablab.web import forms, once
from fablab.web.auth import Asked
from fablab.web.pages import go, page

ROUTES: list[Any] = []


class BookingForm(msgspec.Struct):
    """One of their bookings there, and what they tell when they finish."""

    booking: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
    note: Short = ""


class StartForm(msgspec.Struct):
    """Until when, and what goes in where the machine asks."""

    ends_at: datetime
    material: Annotated[str, msgspec.Meta(max_length=60)] = ""
    own_material: bool = False


class FaultForm(msgspec.Struct):
    text: Short = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Who stands at which machine, and how they came. `base` is the page's address, `after` where
    one goes on to, `via` what is kept with the booking."""

    viewer: Viewer
    view: MachineView
    place: Place
    machines: Catalogue
    template: str
    base: str
    after: str
    via: str


KEPT = ("text", "note", "ends_at", "material", "own_material")  # typed, and shown again
Doing = Callable[[forms.Sent], Awaitable[Any]]


async def shown(
    request: Asked, spot: Spot, no: Refused | TooMany | None = None, sent: Any = None
) -> Template:
    """The machine as it is now, and `no`: why something was not possible."""
    now = clock.now()
    await settling.settle([spot.view.id])
    mine = await today(spot.viewer, spot.place, spot.machines, now)
    may = await start(spot.viewer, spot.place, spot.machines, spot.view, now)
    day = spot.place.calendar.day_of(now)
    context: dict[str, Any] = {
        "machine": spot.view,
        "mine": mine.at(spot.view),
        "may": may,
        "ends": times.options(may.ends, day, spot.place.zone),
        "now": now,
        "base": spot.base,
        "materials": lists_of(spot.view, spot.machines),
        "may_go_on": [each.id for each, _ in mine.running if goes_on(each, now)],
        "new_key": forms.new_key,
    }
    if no:
        return again(request, spot.template, no, sent or {}, **context)
    values = {"ends_at": zones.iso(may.ends[0].at, spot.place.zone)} if may.ends else {}
    return page(request, spot.template, values=values, **context)


async def done(request: Asked, spot: Spot, act: Doing, text: str) -> Template | Redirect:
    sent = await forms.form_data(request)
    try:
        await act(sent)
    except (Refused, TooMany) as no:
        values = {name: given for name, given in sent.items() if name in KEPT}
        return await shown(request, spot, no, values)
    return go(request, spot.after, text)


async def checked_in(request: Asked, spot: Spot) -> Template | Redirect:
    """Theirs, or whose staff stand beside: a tap on what is due."""

    async def act(sent: forms.Sent) -> None:
        form = forms.read(BookingForm, sent, spot.place.zone)
        actor = replace(spot.viewer, scopes=FOR_OTHERS) if spot.viewer.is_staff else spot.viewer
        await checkin.check_in(actor, form.booking, via=spot.via)

    return await done(request, spot, act, gettext("Checked in. Good work!"))


async def finished(request: Asked, spot: Spot) -> Template | Redirect:
    async def act(sent: forms.Sent) -> None:
        form = forms.read(BookingForm, sent, spot.place.zone)
        await checkin.finish(spot.viewer, form.booking, note=form.note)

    text = gettext("Finished: the rest of the time is free for others.")
    return await done(request, spot, act, text)


def goes_on(each: Own, now: datetime) -> bool:
    """Whether they may say that it is still running."""
    return may_go_on("running", each.period.end, now) is None


async def went_on(request: Asked, spot: Spot) -> Template | Redirect:
    """Still running at its end: on to the next step, or whoever is next is told."""
    sent = await forms.form_data(request)
    try:
        form = forms.read(BookingForm, sent, spot.place.zone)
        found = await overrunning.still_running(spot.viewer, form.booking)
    except Refused as no:
        return await shown(request, spot, no)
    text, kind = what_came_of(found)
    return go(request, spot.after, text, kind)


async def started(request: Asked, spot: Spot) -> Template | Redirect:
    """From this minute on; sent twice with one key, once."""

    async def act(sent: forms.Sent) -> None:
        form = forms.read(StartForm, sent, spot.place.zone)
        begin = clock.now().replace(second=0, microsecond=0)
        wanted = Wanted(
            machine_id=spot.view.id,
            period=Period(begin, form.ends_at),
            intent=Intent.NOW,
            via=spot.via,
            material=said(form.material, spot.machines) or "",
            own_material=form.own_material,
        )
        await settling.settle([spot.view.id])

        async def make() -> str:
            return str((await actions.make(spot.viewer, wanted)).booking.id)

        await once.once_form(spot.viewer.id, f"{spot.via}:start", forms.key_of(sent), make)

    return await done(request, spot, act, gettext("Started. Good work!"))


async def reported(request: Asked, spot: Spot) -> Template | Redirect:
    async def act(sent: forms.Sent) -> None:
        form = forms.read(FaultForm, sent, spot.place.zone)

        async def tell() -> str:
            await faults.report(spot.viewer.id, spot.view.id, form.text)
            return spot.after

        await once.once_form(spot.viewer.id, f"{spot.via}:fault", forms.key_of(sent), tell)

    return await done(request, spot, act, gettext("Thank you: the staff are told."))
