"""The desk's page for keeping a machine for maintenance."""

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from fablab.core import clock
from fablab.core.errors import NotFound, Refused
from fablab.core.i18n import gettext
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue, MachineView
from fablab.maintenance.blocking import block, unblock
from fablab.maintenance.controllers import SAVE, STAFF
from fablab.maintenance.controllers_answering import (
    NotWanted,
    must_be_wanted,
    nothing_saved,
    why_not,
)
from fablab.maintenance.forms import BlockForm
from fablab.web.auth import Asked, Here, Machines, SignedIn
from fablab.web.forms import form_data, key_of, new_key, read
from fablab.web.once import once_form
from fablab.web.pages import go, page, single

STEP = timedelta(minutes=30)


def named(slug: str, machines: Catalogue) -> MachineView:
    if machine := machines.by_slug(slug):
        return machine
    raise NotFound("machine")


@get("/desk/machines/{slug:str}/block", name="desk:block", **STAFF)
async def show(request: Asked, place: Here, machines: Machines, slug: FromPath[str]) -> Template:
    """From the next half hour on, until whenever."""
    return block_page(request, named(slug, machines), proposed(place))


def proposed(place: Place) -> dict[str, Any]:
    first = clock.now().astimezone(place.zone) + STEP
    half = first.replace(minute=first.minute // 30 * 30)
    return {"from_on": half.date().isoformat(), "from_time": f"{half:%H:%M}", "key": new_key()}


def block_page(
    request: Asked, machine: MachineView, values: Mapping[str, Any], **more: Any
) -> Template:
    halves = {f"{time(number // 2, number % 2 * 30):%H:%M}" for number in range(48)}
    typed = (single(values.get(name)) for name in ("from_time", "to_time"))
    known = sorted(halves | {each for each in typed if isinstance(each, str) and each})
    times = [(each, each) for each in known]
    return page(request, "desk/block.html", machine=machine, values=values, times=times, **more)


@post("/desk/machines/{slug:str}/block", name="desk:make-block", **SAVE)
async def make(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, slug: FromPath[str]
) -> Template | Redirect:
    machine, sent = named(slug, machines), await form_data(request)
    to = f"/desk/machines/{slug}"

    async def act() -> str:
        form = read(BlockForm, sent, place.zone)
        must_be_wanted(form)
        times = form.start(place.zone), form.end(place.zone)
        await block(machine.id, *times, form.title, actor=viewer.id, answer=form.answer)
        return to

    try:
        await once_form(viewer.id, "desk:make-block", key_of(sent), act)
    except NotWanted:
        return nothing_saved(request, to)
    except Refused as no:
        return block_page(request, machine, sent, **why_not(no))
    return go(request, to, gettext("The machine is kept for maintenance then."))


@post("/desk/machines/{slug:str}/blocks/{booking_id:int}/end", name="desk:end-block", **SAVE)
async def end(
    request: Asked,
    viewer: SignedIn,
    machines: Machines,
    slug: FromPath[str],
    booking_id: FromPath[int],
) -> Redirect:
    await unblock(named(slug, machines).id, booking_id, actor=viewer.id)
    return go(request, f"/desk/machines/{slug}", gettext("The machine may be booked again."))


ROUTES = [show, make, end]
