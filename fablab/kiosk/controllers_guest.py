"""What somebody may do who stands at a tablet: their bookings of today, a free machine."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from fablab.bookings.free import free_times
from fablab.core import clock
from fablab.core.errors import NotFound
from fablab.core.i18n import gettext
from fablab.kiosk import controllers_machine as machine
from fablab.kiosk.controllers import BOARD, guest_of, on_a_tablet, tagged
from fablab.kiosk.controllers_machine import Spot
from fablab.kiosk.queries import due_now, viewer_of
from fablab.kiosk.standing import today
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue
from fablab.members.viewer import Viewer
from fablab.web.auth import Asked, Here, Machines
from fablab.web.pages import go, page

ME = "/kiosk/me"
SEEN: dict[str, Any] = {"guards": [on_a_tablet]}
DONE: dict[str, Any] = {"guards": [on_a_tablet], "status_code": 303}
Answer = Template | Redirect


async def who_stands_here(request: Asked) -> Viewer | None:
    guest = guest_of(request)
    return await viewer_of(guest.member_id) if guest else None


def over(request: Asked) -> Redirect:
    """Half a minute without a touch: the board again."""
    return go(request, BOARD, gettext("Nobody touched the tablet for a while."), "")


async def spot_of(request: Asked, place: Place, machines: Catalogue, tag: str) -> Spot | None:
    viewer = await who_stands_here(request)
    if viewer is None:
        return None
    view = tagged(machines, tag)
    if view is None:
        raise NotFound("machine")
    return Spot(
        viewer=viewer,
        view=view,
        place=place,
        machines=machines,
        template="kiosk/at.html",
        base=f"/kiosk/at/{view.tag}",
        after=ME,
        via="kiosk",
    )


@get(ME, name="kiosk:me", **SEEN)
async def me(request: Asked, place: Here, machines: Machines) -> Answer:
    """Their bookings of today and what they could start; for staff also whom to tap in."""
    viewer, now = await who_stands_here(request), clock.now()
    if viewer is None:
        return over(request)
    shown = machines.visible()
    free = await free_times(place, shown, now)
    own = await today(viewer, place, machines, now)
    return page(
        request,
        "kiosk/me.html",
        now=now,
        mine=own,
        startable=[each for each in shown if each.id in free and free[each.id].now],
        free=free,
        due=await due_now(machines, viewer.id, now) if viewer.is_staff else [],
    )


@get("/kiosk/still", name="kiosk:still", status_code=204, **SEEN)
async def still(request: Asked) -> Response[None]:
    """A touch that asks for nothing: the half minute begins anew. 410 when it was over."""
    return Response(None, status_code=204 if guest_of(request) else 410)


@get("/kiosk/at/{tag:str}", name="kiosk:at", **SEEN)
async def at(request: Asked, place: Here, machines: Machines, tag: FromPath[str]) -> Answer:
    spot = await spot_of(request, place, machines, tag)
    return await machine.shown(request, spot) if spot else over(request)


@post("/kiosk/at/{tag:str}/check-in", name="kiosk:check-in", **DONE)
async def check_in(request: Asked, place: Here, machines: Machines, tag: FromPath[str]) -> Answer:
    spot = await spot_of(request, place, machines, tag)
    return await machine.checked_in(request, spot) if spot else over(request)


@post("/kiosk/at/{tag:str}/finish", name="kiosk:finish", **DONE)
async def finish(request: Asked, place: Here, machines: Machines, tag: FromPath[str]) -> Answer:
    spot = await spot_of(request, place, machines, tag)
    return await machine.finished(request, spot) if spot else over(request)


@post("/kiosk/at/{tag:str}/still-running", name="kiosk:still-running", **DONE)
async def still_running(
    request: Asked, place: Here, machines: Machines, tag: FromPath[str]
) -> Answer:
    spot = await spot_of(request, place, machines, tag)
    return await machine.went_on(request, spot) if spot else over(request)


@post("/kiosk/at/{tag:str}/start", name="kiosk:start", **DONE)
async def start(request: Asked, place: Here, machines: Machines, tag: FromPath[str]) -> Answer:
    spot = await spot_of(request, place, machines, tag)
    return await machine.started(request, spot) if spot else over(request)


@post("/kiosk/at/{tag:str}/fault", name="kiosk:fault", **DONE)
async def fault(request: Asked, place: Here, machines: Machines, tag: FromPath[str]) -> Answer:
    spot = await spot_of(request, place, machines, tag)
    return await machine.reported(request, spot) if spot else over(request)


ROUTES = [me, still, at, check_in, finish, still_running, start, fault]
