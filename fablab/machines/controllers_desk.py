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
from fablab.core.i18n import gettext, ngettext
from fablab.core.words import N_
from fablab.machines import labels
from fablab.machines.actions import change_status
from fablab.machines.catalogue import MachineView
from fablab.machines.forms import ConditionForm, values_of
from fablab.machines.queries import catalogue
from fablab.machines.tables import MachineStatus
from fablab.maintenance.stranded import coming
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
        coming=await coming(machine.id, clock.now(), None),
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
    machine = await named(slug)
    sent = await form_data(request)
    try:
        condition = read(ConditionForm, sent, place.zone).condition(place.zone)
        await change_status(machine.id, condition, actor=viewer.id)
    except Refused as no:
        return await machine_page(request, machine, sent, status=422, problems=no.problems)
    told = gettext("The status is saved.")
    if condition.status != MachineStatus.AVAILABLE and (
        count := await coming(machine.id, clock.now(), condition.back_at)
    ):
        told = ngettext(
            "The status is saved. %(num)s booking lies in this time and stands.",
            "The status is saved. %(num)s bookings lie in this time and stand.",
            count,
        ) % {"num": count}
    return go(request, "/desk/machines", told)


ROUTES = [index, show, change]
