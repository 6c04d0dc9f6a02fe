"""The shared tablet: its board, and saying who one is. What a guest may do: `controllers_guest`."""

from datetime import timedelta
from typing import Annotated, Any, Literal

import msgspec
from litestar import get, post
from litestar.handlers.base import BaseRouteHandler
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from fablab.accounts.controllers import again
from fablab.accounts.forms import Secret
from fablab.bookings.free import free_times
from fablab.core import clock
from fablab.core.errors import Forbidden, Refused, TooMany
from fablab.core.i18n import direction, translations
from fablab.core.words import LANGUAGES, N_
from fablab.kiosk import actions, guests, queries
from fablab.kiosk.guests import Guest
from fablab.kiosk.identifying import identify
from fablab.kiosk.tables import Kiosk
from fablab.machines.catalogue import Catalogue, MachineView
from fablab.web import forms, language
from fablab.web.auth import Asked, Connection, Here, Machines
from fablab.web.pages import go, page
from fablab.web.visits import cookie_name, forget_cookie, set_cookie, visit_of

TABLET, GUEST = "kiosk", "guest"
FOR_LONG = 400 * 24 * 3600  # as long as browsers keep a cookie; it is given anew now and then
SEEN_EVERY = timedelta(minutes=5)
BOARD = "/kiosk"
A_VISIT = int(guests.LONGEST.total_seconds())
COME_IN = N_("Check in or start")
TONGUES = {"ar": "العربية", "fr": "Français", "en": "English"}


class TongueForm(msgspec.Struct):
    language: Literal["ar", "fr", "en"]


class WhoForm(msgspec.Struct):
    number: Annotated[str, msgspec.Meta(max_length=40)] = ""
    pin: Secret = ""
    machine: Annotated[str, msgspec.Meta(max_length=40)] = ""


async def tablet_of(connection: Connection) -> Kiosk | None:
    """The tablet whose browser asks, if it is one of the lab's."""
    return await queries.by_key(connection.cookies.get(cookie_name(TABLET), ""))


async def on_a_tablet(connection: Connection, _: BaseRouteHandler) -> None:
    """For browsers that staff made a tablet of the lab. It is noted now and then that it lives."""
    found = await tablet_of(connection)
    if found is None:
        raise Forbidden(N_("This is for the tablets of the lab: staff put them up at the desk."))
    connection.scope["state"]["tablet"] = found
    now = clock.now()
    if found.last_seen_at is None or now - found.last_seen_at > SEEN_EVERY:
        await actions.note_seen(found.id)
        key = connection.cookies[cookie_name(TABLET)]
        set_cookie(connection.scope, TABLET, key, max_age=FOR_LONG)


def here(request: Asked) -> Kiosk:
    """The tablet that the guard has found."""
    found: Kiosk = request.scope["state"]["tablet"]
    return found


def guest_of(request: Asked) -> Guest | None:
    """Whoever stands there still; each request of theirs begins half a minute anew."""
    guest = guests.opened(request.cookies.get(cookie_name(GUEST), ""), here(request).id)
    if guest:
        know(request, guest)
    return guest


def know(request: Asked, guest: Guest) -> None:
    seconds = int(guests.UNTOUCHED.total_seconds())
    set_cookie(request.scope, GUEST, guests.sealed(guest), max_age=seconds)


def tagged(machines: Catalogue, tag: str) -> MachineView | None:
    """The public machine with this tag, however its letters are written."""
    found = (each for each in machines.visible() if each.tag.lower() == tag.lower())
    return next(found, None)


@get(BOARD, name="kiosk", guards=[on_a_tablet])
async def board(request: Asked, place: Here, machines: Machines) -> Template | Redirect:
    """What is free, in no name. Whoever stood here before is gone, and so is their language."""
    now, tablet = clock.now(), here(request)
    if {cookie_name(each) for each in (GUEST, language.COOKIE)} & set(request.cookies):
        for each in (GUEST, language.COOKIE):
            forget_cookie(request.scope, each)
        return Redirect(BOARD, status_code=303)
    shown = [each for each in machines.visible() if tablet.machine in (None, each.id)]
    return page(
        request,
        "kiosk/board.html",
        now=now,
        machines=shown,
        free=await free_times(place, shown, now),
        tongues=[
            (code, direction(code), TONGUES[code], translations(code).gettext(COME_IN))
            for code in LANGUAGES
        ],
    )


@get("/kiosk/who", name="kiosk:who", guards=[on_a_tablet])
async def who(
    request: Asked, machines: Machines, machine: FromQuery[str | None] = None
) -> Template:
    """`machine`: the tag of the one whose QR was scanned."""
    view = tagged(machines, machine or "")
    return page(request, "kiosk/who.html", values={"machine": view.tag if view else ""})


@post("/kiosk/who", name="kiosk:identify", guards=[on_a_tablet], status_code=303)
async def identified(request: Asked, place: Here, machines: Machines) -> Template | Redirect:
    sent = await forms.form_data(request)
    values = {name: given for name, given in sent.items() if name in ("number", "machine")}
    try:
        form = forms.read(WhoForm, sent, place.zone)
        address = visit_of(request.scope).address
        guest = await identify(here(request).id, form.number, form.pin, address)
    except (Refused, TooMany) as no:
        return again(request, "kiosk/who.html", no, {"machine": "", **values})
    know(request, guest)
    view = tagged(machines, form.machine)
    return go(request, f"/kiosk/at/{view.tag}" if view else "/kiosk/me")


@post("/kiosk/language", name="kiosk:language", guards=[on_a_tablet], status_code=303)
async def choose_language(request: Asked, place: Here) -> Redirect:
    """For this guest alone: the board speaks the lab's own again."""
    chosen = forms.read(TongueForm, await forms.form_data(request), place.zone).language
    set_cookie(request.scope, language.COOKIE, chosen, max_age=A_VISIT)
    return Redirect("/kiosk/who", status_code=303)


ROUTES: list[Any] = [board, who, identified, choose_language]
