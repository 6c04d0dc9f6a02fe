"""The desk's page for when something ends many uses at once, and forgiving an absence."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, Literal

import msgspec
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from fablab.bookings import forgiving, interrupting, schedule
from fablab.bookings.calling_off import Ended
from fablab.bookings.forms import Short
from fablab.bookings.schedule import Block
from fablab.bookings.tables import Kind, Status
from fablab.core import clock
from fablab.core.errors import Problem, Refused
from fablab.core.i18n import gettext, ngettext
from fablab.core.periods import Period
from fablab.core.words import N_
from fablab.machines.catalogue import Catalogue, MachineView
from fablab.members.viewer import Viewer
from fablab.web.auth import Asked, Here, Machines, SignedIn, staff_only
from fablab.web.forms import form_data, read
from fablab.web.pages import go, page

AHEAD = timedelta(hours=2)
ADDRESS = "/desk/interrupt"


class InterruptAllForm(msgspec.Struct, kw_only=True):
    """`within`: minutes in which what starts is cancelled as well."""

    machines: list[str] = []
    because: Ended
    within: Literal["0", "30", "60", "120"] = "0"
    note: Short = ""


class ForgiveForm(msgspec.Struct):
    reason: Annotated[str, msgspec.Meta(max_length=500)] = ""


@get(ADDRESS, name="desk:interrupt", guards=[staff_only])
async def show(request: Asked, viewer: SignedIn, machines: Machines) -> Template:
    """What runs now and what starts soon, machine by machine."""
    return await shown(request, viewer, machines, {"because": "power"})


async def shown(
    request: Asked, viewer: Viewer, machines: Catalogue, values: Mapping[str, Any], **more: Any
) -> Template:
    now = clock.now()
    found = await schedule.blocks(Period(now, now + AHEAD), viewer, names=True)
    return page(
        request, "desk/interrupt.html", values=values, now=now, uses=uses(found, machines), **more
    )


def uses(found: Sequence[Block], machines: Catalogue) -> list[tuple[MachineView, list[Block]]]:
    """Machines with what runs at them or starts soon; in the catalogue's order."""
    standing = (Status.PENDING, Status.CONFIRMED, Status.CHECKED_IN)
    live = [each for each in found if each.kind == Kind.USE and each.status in standing]
    groups = [(view, [each for each in live if each.machine_id == view.id])
              for view in machines.machines]  # fmt: skip
    return [(view, blocks) for view, blocks in groups if blocks]


@post(ADDRESS, name="desk:interrupt-all", status_code=303, guards=[staff_only])
async def interrupt_all(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines
) -> Template | Redirect:
    sent = await form_data(request)
    try:
        form = read(InterruptAllForm, sent, place.zone)
        rows = await interrupting.interrupt_all(
            viewer,
            chosen(form.machines, machines),
            form.because,
            note=form.note,
            within=timedelta(minutes=int(form.within)),
        )
    except Refused as no:
        return await shown(request, viewer, machines, sent, status=422, problems=no.problems)
    told = ngettext(
        "%(num)s booking has ended or is cancelled; its owner was told.",
        "%(num)s bookings have ended or are cancelled; their owners were told.",
        len(rows),
    )
    return go(request, "/desk", told % {"num": len(rows)})


def chosen(slugs: Sequence[str], machines: Catalogue) -> list[int]:
    found = [view.id for slug in slugs if (view := machines.by_slug(slug))]
    if not found:
        message = N_("Choose one machine at least.")
        raise Refused(Problem("required", message, "machines"))
    return found


@post(
    "/desk/strikes/{strike_id:int}/forgive",
    name="desk:forgive",
    status_code=303,
    guards=[staff_only],
)
async def forgive(
    request: Asked, viewer: SignedIn, place: Here, strike_id: FromPath[int]
) -> Redirect:
    """Back to the page of whom it was; without a reason nothing is done, and said so."""
    form = read(ForgiveForm, await form_data(request), place.zone)
    to = f"/desk/members/{await forgiving.number_of(strike_id)}"
    try:
        found = await forgiving.forgive(viewer, strike_id, form.reason)
    except Refused:
        return go(request, to, gettext("Say why: it is kept with the absence."), "stop")
    if found.hold:
        told = gettext("The absence is forgiven, and the hold that stood on it is lifted.")
        return go(request, to, told)
    return go(request, to, gettext("The absence is forgiven."))


ROUTES = [show, interrupt_all, forgive]
