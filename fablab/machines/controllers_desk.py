"""The desk's pages of machines: which work, and saying that one does not."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from fablab.activity.queries import of_thing
from fablab.core import clock
from fablab.core.errors import NotFound, Refused
from fablab.core.i18n import gettext
from fablab.core.words import N_
from fablab.machines import labels
from fablab.machines.catalogue import MachineView
from fablab.machines.forms import values_of
from fablab.machines.queries import catalogue
from fablab.machines.tables import MachineStatus
from fablab.maintenance.actions import take_out
from fablab.maintenance.blocking import blocks_of
from fablab.maintenance.controllers_answering import nothing_saved, why_not
from fablab.maintenance.forms import TakeOutForm
from fablab.maintenance.preview import Choice
from fablab.web.auth import Asked, Here, SignedIn, staff_only
from fablab.web.forms import form_data, read
from fablab.web.pages import go, page, single

STATUSES = {
    MachineStatus.AVAILABLE: N_("Works"),
    MachineStatus.OUT_OF_ORDER: N_("Out of order"),
    MachineStatus.MAINTENANCE: N_("Maintenance"),
    MachineStatus.HIDDEN: N_("Hidden: only staff see it"),
    MachineStatus.RETIRED: N_("Retired: kept for its history"),
}


@get("/desk/machines", name="desk:machines", guards=[staff_only])
async def index(request: Asked) -> Template:
    """What does not work first."""
    found = await catalogue()
    stopped = tuple(each for each in found.machines if not each.works)
    working = tuple(each for each in found.machines if each.works)
    return page(request, "desk/machines.html", stopped=stopped, groups=found.grouped(working))


@get("/desk/machines/{slug:str}", name="desk:machine", guards=[staff_only])
async def show(request: Asked, place: Here, slug: FromPath[str]) -> Template:
    machine = await named(slug)
    return await machine_page(request, machine, values_of(machine, place.zone))


async def named(slug: str) -> MachineView:
    if machine := (await catalogue()).by_slug(slug):
        return machine
    raise NotFound("machine")


async def machine_page(
    request: Asked, machine: MachineView, values: Mapping[str, Any], **more: Any
) -> Template:
    return page(
        request,
        "desk/machine.html",
        machine=machine,
        values=values,
        statuses=[(status.value, gettext(name)) for status, name in STATUSES.items()],
        status_names={status.value: gettext(name) for status, name in STATUSES.items()},
        times_offered=times_with(single(values.get("back_time"))),
        qr=labels.drawn(machine.tag),
        qr_address=labels.address(machine.tag),
        blocks=await blocks_of(machine.id, clock.now()),
        entries=(await of_thing("machine", machine.id)).items[:10],
        **more,
    )


def times_with(given: Any) -> list[tuple[str, str]]:
    """Every half hour of a day, and the time that is in the form already."""
    halves = {f"{time(number // 2, number % 2 * 30):%H:%M}" for number in range(48)}
    known = given if isinstance(given, str) and given else "00:00"
    return [(each, each) for each in sorted(halves | {known})]


@post("/desk/machines/{slug:str}", name="desk:change-machine", guards=[staff_only], status_code=303)
async def change(
    request: Asked, viewer: SignedIn, place: Here, slug: FromPath[str]
) -> Template | Redirect:
    """Whoever has booked it is shown first: they are told or kept, as staff choose."""
    machine = await named(slug)
    sent = await form_data(request)
    try:
        form = read(TakeOutForm, sent, place.zone)
        if form.stranded == Choice.REFUSE:
            return nothing_saved(request, f"/desk/machines/{slug}")
        condition = form.condition(place.zone)
        await take_out(machine.id, condition, actor=viewer.id, answer=form.answer)
    except Refused as no:
        return await machine_page(request, machine, sent, **why_not(no))
    return go(request, "/desk/machines", gettext("The status is saved."))


ROUTES = [index, show, change]
