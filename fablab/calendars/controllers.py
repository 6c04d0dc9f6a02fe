"""Calendars for other programs: the secret addresses, and the page that gives them out."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from fablab.bookings.queries import visible_to
from fablab.calendars import actions, ical, queries
from fablab.calendars.actions import NewFeed
from fablab.calendars.forms import FeedForm
from fablab.calendars.queries import Shown, Subscribed
from fablab.core import clock, i18n
from fablab.core.errors import NotFound, Refused
from fablab.core.i18n import gettext
from fablab.core.settings import settings
from fablab.lab.place import Place
from fablab.machines.catalogue import Catalogue
from fablab.members.viewer import Viewer
from fablab.web.auth import Asked, Here, Machines, SignedIn, signed_in
from fablab.web.forms import form_data, read
from fablab.web.pages import go, page

ENDING = ".ics"
PAGE = "/account/calendars"
FILE = {
    "cache-control": "private, no-cache",
    "x-robots-tag": "noindex",
    "content-disposition": 'inline; filename="fablab.ics"',
}


@get("/calendar/{name:str}", name="calendars:feed")
async def feed(place: Here, machines: Machines, name: FromPath[str]) -> Response[bytes]:
    """The feed of a secret address; 404 once it is revoked, or its owner's account is closed."""
    found = await queries.subscribed(name.removesuffix(ENDING)) if name.endswith(ENDING) else None
    if found is None:
        raise NotFound("calendar")
    i18n.language.set(found.language)
    content = ical.feed(*await contents(found, place, machines))
    await actions.was_used(found)
    return calendar_file(content)


async def contents(
    found: Subscribed, place: Place, machines: Catalogue
) -> tuple[list[ical.Entry], str]:
    """The entries, and what the calendar is called."""
    shown = in_eyes_of(found.member_id, found.language, place, machines)
    lab = place.name.say(found.language)
    if found.machine_id is None:
        name = gettext("My bookings, {lab}").format(lab=lab)
        return await queries.of_member(shown, clock.now()), name
    view = machines.by_id(found.machine_id)
    if view is None or not view.is_public:
        raise NotFound("calendar")
    name = f"{view.name.say(found.language)}, {lab}"
    return await queries.of_machine(shown, view.id, clock.now()), name


@get("/bookings/{booking_id:int}/calendar.ics", name="calendars:booking", guards=[signed_in])
async def one(
    viewer: SignedIn, place: Here, machines: Machines, booking_id: FromPath[int]
) -> Response[bytes]:
    """A booking as a file, for a calendar that subscribes to nothing."""
    booking = await visible_to(viewer, booking_id)
    shown = in_eyes_of(viewer.id, i18n.language.get(), place, machines)
    entries = await queries.of_ids(shown, [booking.id])
    return calendar_file(ical.feed(entries.values(), place.name.say(shown.language)))


def in_eyes_of(member_id: int, language: str, place: Place, machines: Catalogue) -> Shown:
    return Shown(
        member_id=member_id,
        language=language,
        place=place,
        machines=machines,
        base_url=settings.base_url.rstrip("/"),
    )


def calendar_file(content: bytes) -> Response[bytes]:
    return Response(content, media_type="text/calendar", headers=FILE)


@get(PAGE, name="calendars:list", guards=[signed_in])
async def show(request: Asked, viewer: SignedIn, machines: Machines) -> Template:
    return await calendars_page(request, viewer, machines)


async def calendars_page(
    request: Asked, viewer: Viewer, machines: Catalogue, **more: Any
) -> Template:
    language = i18n.language.get()
    feeds = [
        (row, machines.by_id(row["machine"]) if row["machine"] else None)
        for row in await queries.feeds_of(viewer.id)
    ]
    options = [("", gettext("My bookings"))]
    options += [(view.slug, view.name.say(language)) for view in machines.visible()]
    return page(request, "calendars/index.html", feeds=feeds, options=options, **more)


@post(PAGE, name="calendars:subscribe", guards=[signed_in], status_code=200)
async def subscribe(request: Asked, viewer: SignedIn, place: Here, machines: Machines) -> Template:
    """The address is shown on the page that answers, and never again."""
    sent = await form_data(request)
    try:
        form = read(FeedForm, sent, place.zone)
        made = await actions.subscribe(viewer.id, form.machine, machines)
    except Refused as no:
        return await calendars_page(request, viewer, machines, status=422, problems=no.problems)
    return await calendars_page(request, viewer, machines, address=address(made))


def address(made: NewFeed) -> str:
    return f"{settings.base_url.rstrip('/')}/calendar/{made.key}{ENDING}"


@post(
    "/account/calendars/{feed_id:int}/revoke",
    name="calendars:revoke",
    guards=[signed_in],
    status_code=303,
)
async def revoke(request: Asked, viewer: SignedIn, feed_id: FromPath[int]) -> Redirect:
    await actions.revoke(viewer.id, feed_id)
    return go(request, PAGE, gettext("The address is revoked: nobody can read it any more."))


ROUTES = [feed, one, show, subscribe, revoke]
