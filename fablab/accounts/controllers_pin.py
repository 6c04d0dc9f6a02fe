"""Pages for the PIN of the lab's shared tablets: one's own, and at the desk."""

from typing import Any

import msgspec
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from fablab.accounts import pins
from fablab.accounts.controllers import Asked, again
from fablab.accounts.controllers_helping import STAFF, Answer, done
from fablab.accounts.forms import Secret
from fablab.core.errors import Refused, TooMany
from fablab.core.i18n import gettext
from fablab.members import queries
from fablab.members.viewer import Viewer
from fablab.web.auth import Here, SignedIn, signed_in
from fablab.web.forms import form_data, read
from fablab.web.pages import go, page

PIN = "accounts/pin.html"


class OwnPinForm(msgspec.Struct):
    pin: Secret = ""
    again: Secret = ""
    password: Secret = ""


class DeskPinForm(msgspec.Struct):
    pin: Secret = ""
    again: Secret = ""


@get("/account/pin", name="accounts:pin", guards=[signed_in])
async def show(request: Asked, viewer: SignedIn) -> Template:
    return page(request, PIN, **await known(viewer))


async def known(viewer: Viewer) -> dict[str, Any]:
    member = await queries.by_id(viewer.id)
    return {
        "has_pin": member.pin_hash is not None,
        "has_password": member.password_hash is not None,
    }


@post("/account/pin", name="accounts:choose-pin", guards=[signed_in], status_code=303)
async def choose(request: Asked, viewer: SignedIn, place: Here) -> Template | Redirect:
    sent = await form_data(request)
    try:
        form = read(OwnPinForm, sent, place.zone)
        await pins.choose(viewer.id, form.password, form.pin, form.again)
    except (Refused, TooMany) as no:
        return again(request, PIN, no, {}, **await known(viewer))
    return go(request, "/account/pin", gettext("Your PIN is set."))


@post("/desk/members/{number:int}/pin", name="desk:pin", **STAFF)
async def set_at_desk(
    request: Asked, viewer: SignedIn, place: Here, number: FromPath[int]
) -> Answer:
    async def act(member: int, form: DeskPinForm) -> None:
        await pins.set_at_desk(viewer.id, member, form.pin, form.again)

    told = gettext("The PIN is set.")
    return await done(request, viewer, place, number, DeskPinForm, act, told)


ROUTES = [show, choose, set_at_desk]
