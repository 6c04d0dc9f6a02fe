"""Putting up a shared tablet: on that very browser, which thereby forgets who did it."""

from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from fablab.accounts.controllers import DEVICE
from fablab.core.errors import NotFound, Refused
from fablab.core.i18n import gettext, language
from fablab.kiosk import actions, queries
from fablab.kiosk.controllers import BOARD, FOR_LONG, TABLET
from fablab.machines.catalogue import Catalogue
from fablab.web.auth import Asked, Here, Machines, SignedIn, staff_only
from fablab.web.forms import form_data, read
from fablab.web.pages import go, page
from fablab.web.sessions import end_session
from fablab.web.visits import cookie_name, forget_cookie, set_cookie

LIST = "/desk/kiosks"
STAFF: dict[str, Any] = {"guards": [staff_only]}


class KioskForm(msgspec.Struct):
    """`machine`: the slug of the one it stands at; the whole board without."""

    name: Annotated[str, msgspec.Meta(max_length=80)] = ""
    machine: Annotated[str, msgspec.Meta(max_length=80)] = ""


@get(LIST, name="desk:kiosks", **STAFF)
async def listed(request: Asked, machines: Machines) -> Template:
    return await kiosks_page(request, machines)


async def kiosks_page(request: Asked, machines: Catalogue, **more: Any) -> Template:
    rows, spoken = await queries.listed(), language.get()
    return page(
        request,
        "desk/kiosks.html",
        kiosks=[(row, machines.by_id(row["machine"] or 0)) for row in rows],
        kiosk_machines=[(each.slug, each.name.say(spoken)) for each in machines.visible()],
        **more,
    )


@post(LIST, name="desk:put-up", status_code=303, **STAFF)
async def put_up(
    request: Asked, viewer: SignedIn, place: Here, machines: Machines
) -> Template | Redirect:
    """The browser gets the tablet's key and loses the session it was put up with."""
    sent = await form_data(request)
    try:
        form = read(KioskForm, sent, place.zone)
        view = machines.by_slug(form.machine) if form.machine else None
        if form.machine and view is None:
            raise NotFound("machine")
        old = request.cookies.get(cookie_name(TABLET), "")
        key = await actions.put_up(viewer.id, form.name, view.id if view else None, instead_of=old)
    except Refused as no:
        return await kiosks_page(request, machines, status=422, problems=no.problems, values=sent)
    await end_session(request)
    forget_cookie(request.scope, DEVICE)  # else whoever types here counts as a known browser
    set_cookie(request.scope, TABLET, key, max_age=FOR_LONG)
    return go(request, BOARD, gettext("This is a tablet of the lab now. You are signed out on it."))


@post("/desk/kiosks/{kiosk_id:int}/revoke", name="desk:revoke-kiosk", status_code=303, **STAFF)
async def revoke(request: Asked, viewer: SignedIn, kiosk_id: FromPath[int]) -> Redirect:
    await actions.revoke(viewer.id, kiosk_id)
    return go(request, LIST, gettext("That tablet is nobody any more."))


ROUTES = [listed, put_up, revoke]
