"""The address in the QR at a machine: opens that machine for who is asking."""

from typing import Any
from urllib.parse import urlencode

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from fablab.core.errors import NotFound, Unauthorized
from fablab.kiosk import controllers_machine as machine
from fablab.kiosk.controllers import tablet_of
from fablab.kiosk.controllers_machine import Spot
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue
from fablab.members.viewer import Viewer
from fablab.web.auth import Asked, Asker, Here, Machines, SignedIn, signed_in
from fablab.web.pages import go

DONE: dict[str, Any] = {"guards": [signed_in], "status_code": 303}
Answer = Template | Redirect


def spot_of(viewer: Viewer, place: Place, machines: Catalogue, tag: str) -> Spot:
    shown = machines.visible(staff=viewer.is_staff)
    view = next((each for each in shown if each.tag.lower() == tag.lower()), None)
    if view is None:
        raise NotFound("machine")
    base = f"/at/{view.tag}"
    return Spot(
        viewer=viewer,
        view=view,
        place=place,
        machines=machines,
        template="at/show.html",
        base=base,
        after=base,
        via="qr",
    )


@get("/at/{tag:str}", name="at")
async def show(
    request: Asked, viewer: Asker, place: Here, machines: Machines, tag: FromPath[str]
) -> Answer:
    """Visitors are asked to sign in, or at one of the lab's tablets for number and PIN."""
    if viewer is None:
        if await tablet_of(request):
            return go(request, f"/kiosk/who?{urlencode({'machine': tag})}")
        raise Unauthorized
    return await machine.shown(request, spot_of(viewer, place, machines, tag))


@post("/at/{tag:str}/check-in", name="at:check-in", **DONE)
async def check_in(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, tag: FromPath[str]
) -> Answer:
    return await machine.checked_in(request, spot_of(viewer, place, machines, tag))


@post("/at/{tag:str}/finish", name="at:finish", **DONE)
async def finish(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, tag: FromPath[str]
) -> Answer:
    return await machine.finished(request, spot_of(viewer, place, machines, tag))


@post("/at/{tag:str}/still-running", name="at:still-running", **DONE)
async def still_running(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, tag: FromPath[str]
) -> Answer:
    return await machine.went_on(request, spot_of(viewer, place, machines, tag))


@post("/at/{tag:str}/start", name="at:start", **DONE)
async def start(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, tag: FromPath[str]
) -> Answer:
    return await machine.started(request, spot_of(viewer, place, machines, tag))


@post("/at/{tag:str}/fault", name="at:fault", **DONE)
async def fault(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines, tag: FromPath[str]
) -> Answer:
    return await machine.reported(request, spot_of(viewer, place, machines, tag))


ROUTES = [show, check_in, finish, still_running, start, fault]
